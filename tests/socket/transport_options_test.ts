/** Options that reach the transport: what it is told, and when a change holds. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Context, type DialOptions, type Link, type ListenOptions, Pull, Push, type Transport } from "../../mod.ts";
import { test } from "../harness.ts";
import { MemoryLink } from "../memory_link.ts";
import { type Loose, texts, until } from "../socket_fixture.ts";

/** A transport that can do everything, keeps what it was told, and has no network. */
class Recorder implements Transport {
  readonly scheme: string = "tcp";
  readonly capabilities = {
    keepAlive: true,
    keepAliveIdle: true,
    keepAliveProbes: true,
    backlog: true,
    sourceAddress: true,
    typeOfService: true,
    abstract: true,
  };
  readonly dials: [string, Omit<DialOptions, "signal">][] = [];
  readonly listens: [string, ListenOptions][] = [];
  /** The links that were dialled: the other ends. */
  readonly far: MemoryLink[] = [];
  /** Whether dialling takes for ever. */
  hanging = false;

  check(): void {}

  connect(endpoint: string, { signal, ...options }: DialOptions): Promise<Link> {
    this.dials.push([endpoint, options]);
    if (this.hanging) {
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    }
    const [near, far] = MemoryLink.pair();
    this.far.push(far);
    far.start({ data() {}, closed() {} });
    return Promise.resolve(near);
  }

  listen(endpoint: string, options: ListenOptions): ReturnType<Transport["listen"]> {
    this.listens.push([endpoint, options]);
    return Promise.resolve({ endpoint, close: () => Promise.resolve() });
  }
}

const EVERY = {
  ipv6: true,
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 60,
  tcpKeepaliveInterval: 10,
  tcpKeepaliveCount: 5,
  typeOfService: 184,
};

test("by default the transport is told nothing but libzmq's backlog", async () => {
  const tcp = new Recorder();
  await using context = new Context({ transports: [tcp], linger: 0 });
  const push = new Push({ context });
  push.connect("tcp://a:1");
  await push.bind("tcp://b:2");
  assertEquals(tcp.dials, [["tcp://a:1", { ipv6: false }]]);
  assertEquals(tcp.listens, [["tcp://b:2", { ipv6: false, backlog: 100 }]]);
});

test("ipv6, backlog, keep-alive and type of service reach it, both ways", async () => {
  const tcp = new Recorder();
  await using context = new Context({ transports: [tcp], linger: 0 });
  const push = new Push({ context, ...EVERY, backlog: 7 });
  push.connect("tcp://a:1");
  await push.bind("tcp://b:2");
  const told = {
    ipv6: true,
    keepAlive: { enabled: true, idle: 60, interval: 10, count: 5 },
    typeOfService: 184,
  };
  assertEquals(tcp.dials, [["tcp://a:1", told]]);
  assertEquals(tcp.listens, [["tcp://b:2", { ...told, backlog: 7 }]]);
});

test("a change holds from the next bind, connect or reconnection on", async () => {
  const tcp = new Recorder();
  await using context = new Context({ transports: [tcp], linger: 0, reconnectInterval: 1 });
  const push = new Push({ context });
  push.connect("tcp://a:1");
  await push.bind("tcp://b:2");
  push.ipv6 = true;
  push.tcpKeepalive = false;
  push.tcpKeepaliveIdle = 60;
  const { keepAlive, ...rest } = { ipv6: true, keepAlive: { enabled: false, idle: 60 } };
  await push.bind("tcp://b:3");
  tcp.far[0]!.break();
  await until(() => tcp.dials.length === 2);
  assertEquals(tcp.dials.map(([, options]) => options.ipv6), [false, true]);
  assertEquals(tcp.dials[1]![1], { ...rest, keepAlive });
  assertEquals(tcp.listens.map(([, { ipv6 }]) => ipv6), [false, true]);
});

test("keep-alive times without keep-alive are not told", async () => {
  const tcp = new Recorder();
  await using context = new Context({ transports: [tcp], linger: 0 });
  const push = new Push({ context, ...EVERY, tcpKeepalive: undefined });
  push.connect("tcp://a:1");
  assertEquals(tcp.dials[0]![1], { ipv6: true, typeOfService: 184 });
});

test("connectTimeout ends an attempt, and the next one follows", async () => {
  const tcp = new Recorder();
  tcp.hanging = true;
  await using context = new Context({ transports: [tcp], linger: 0, reconnectInterval: 1 });
  const push = new Push({ context, connectTimeout: 5 });
  push.connect("tcp://a:1");
  await until(() => tcp.dials.length === 3);
});

test("socksProxy is dialled instead, by name and password, and only for tcp", async () => {
  const tcp = new Recorder();
  const other = new Recorder() as Loose;
  other.scheme = "other";
  await using context = new Context({ transports: [tcp, other], linger: 0 });
  const push = new Push({ context, socksProxy: "proxy:1080", socksUsername: "me", socksPassword: "secret" });
  push.connect("tcp://source:1;target:2");
  push.connect("other://target:2");
  await until(() => (tcp.far[0]?.peer.written.length ?? 0) > 0);
  assertEquals(tcp.dials.map(([endpoint]) => endpoint), ["tcp://source:1;proxy:1080"]);
  assertEquals(other.dials.map(([endpoint]: [string]) => endpoint), ["other://target:2"]);
  // RFC 1928: version 5, and two methods: none, and RFC 1929's.
  assertEquals([...tcp.far[0]!.peer.written], [5, 2, 0, 2]);
  assertStringIncludes(JSON.stringify(push.stats()), "target:2");
});

test("a link that the filter does not let in is cut before a word", async () => {
  const taken: Link[] = [];
  let offer!: (link: Link) => void;
  const tcp = Object.assign(new Recorder(), {
    listen(endpoint: string, _: ListenOptions, handler: { accept(link: Link): void }) {
      offer = (link) => (taken.push(link), handler.accept(link));
      return Promise.resolve({ endpoint, close: () => Promise.resolve() });
    },
  });
  await using context = new Context({ transports: [tcp], linger: 0 });
  const pull = new Pull({ context, tcpAcceptFilter: ["10.0.0.0/8", "fd00::/8"] });
  await pull.bind("tcp://*:1");
  for (
    const [peer, welcome] of [["10.1.2.3:9", true], ["11.1.2.3:9", false], ["[fd00::1]:9", true], [
      "[fe00::1]:9",
      false,
    ]]
  ) {
    const [link, far] = MemoryLink.pair("tcp://10.0.0.1:1", `tcp://${peer}`);
    far.start({ data() {}, closed() {} });
    offer(link);
    assertEquals(link.calls[0], welcome ? "start" : "abort", `${peer}`);
  }
  // Without a filter everyone is let in again, at once.
  pull.tcpAcceptFilter = null;
  const [link, far] = MemoryLink.pair("tcp://10.0.0.1:1", "tcp://11.1.2.3:9");
  far.start({ data() {}, closed() {} });
  offer(link);
  assertEquals(link.calls[0], "start");
});

test("ipv6 lets [::1] be bound and dialled", async () => {
  await using pull = new Pull({ ipv6: true });
  await using push = new Push({ ipv6: true });
  push.connect(await pull.bind("tcp://[::1]:*"));
  await push.send("six");
  assertEquals(texts(await pull.receive()), ["six"]);
});

/** Sockets over TLS, where all goes well. */
import { assert, assertEquals } from "@std/assert";
import { createServer } from "node:tls";
import {
  Context,
  curveKeyPair,
  Dealer,
  Pair,
  peerOf,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  text,
} from "../../mod.ts";
import { authority, stranger } from "../certificates.ts";
import { test } from "../harness.ts";
import { meet, texts } from "../socket_fixture.ts";
import { checksum, pattern } from "../conformance/rig.ts";
import { CLIENT, FREE, KNOWN, SERVER } from "./rig.ts";

test("an endpoint is tls:// wherever it is told", async () => {
  await using server = new Reply(SERVER);
  await using client = new Request(CLIENT);
  const accepted = server.events.once("accept");
  const shaken = client.events.once("handshake");
  const endpoint = await meet(server, client, FREE);
  assertEquals(endpoint.replace(/[0-9]+$/, "P"), "tls://127.0.0.1:P");
  assertEquals([server.lastEndpoint, client.lastEndpoint], [endpoint, endpoint]);
  assertEquals([client.peers[0]!.endpoint, client.peers[0]!.peer], [endpoint, endpoint]);
  assertEquals((await accepted).peer, server.peers[0]!.peer);
  assertEquals((await accepted).peer.replace(/[0-9]+$/, "P"), "tls://127.0.0.1:P");
  assertEquals((await shaken).mechanism, "NULL");
  await client.send("hello");
  assertEquals(texts(await server.receive()), ["hello"]);
});

test("a name that is dialled is the name that is verified", async () => {
  await using pull = new Pull(SERVER);
  const endpoint = await pull.bind(FREE);
  await using push = new Push(CLIENT);
  push.connect(endpoint.replace("127.0.0.1", "localhost"));
  await push.send("by name");
  assertEquals(texts(await pull.receive()), ["by name"]);
});

test("tlsHostname is verified instead of the host, and told to the server; an address is not told", async () => {
  const { key, certificate } = authority.issue({ names: ["service.example", "127.0.0.1"] });
  const told: (string | false | null)[] = [];
  const server = createServer({ key, cert: certificate }, (socket) => {
    told.push((socket as unknown as { servername: string | false | null }).servername || false);
    socket.on("error", () => {});
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  for (const tlsHostname of ["service.example", null, "127.0.0.1"]) {
    await using push = new Push({ ...CLIENT, tlsHostname, linger: 0, reconnectInterval: 60_000 });
    const left = push.events.once("disconnect");
    push.connect(`tls://127.0.0.1:${port}`);
    await left;
  }
  assertEquals(told, ["service.example", false, false]);
  await new Promise((resolve) => server.close(resolve));
});

test("both ends can show who they are", async () => {
  await using pull = new Pull({ ...KNOWN, tlsClientCertificates: "require" });
  await using push = new Push(KNOWN);
  await meet(pull, push, FREE);
  await push.send("known");
  assertEquals(texts(await pull.receive()), ["known"]);
});

test("a self-signed certificate is trusted where it is named", async () => {
  const { key, certificate } = authority.selfSigned();
  await using pull = new Pull({ tlsKey: key, tlsCertificate: certificate });
  await using push = new Push({ tlsTrust: certificate, tlsHostname: "self.example" });
  await meet(pull, push, FREE);
  await push.send("my own");
  assertEquals(texts(await pull.receive()), ["my own"]);
});

test("tlsTrust may name several authorities, with words between, and tlsTrustSystem adds the runtime's", async () => {
  await using pull = new Pull(SERVER);
  const endpoint = await pull.bind(FREE);
  const tlsTrust = `one\n${stranger.certificate}\nanother\n${authority.certificate}`;
  for (const tlsTrustSystem of [false, true, undefined]) {
    await using push = new Push({ tlsTrust, tlsTrustSystem });
    push.connect(endpoint);
    await push.send("trusted");
    assertEquals(texts(await pull.receive()), ["trusted"]);
  }
});

test("tlsAlpn: both speak what both know", async () => {
  await using pull = new Pull({ ...SERVER, tlsAlpn: ["zmtp/3.1", "zmtp/3.0"] });
  await using push = new Push({ ...CLIENT, tlsAlpn: ["other", "zmtp/3.0"] });
  await meet(pull, push, FREE);
  await push.send("agreed");
  assertEquals(texts(await pull.receive()), ["agreed"]);
});

test("CURVE and PLAIN run within TLS, and whoever judges is told the address", async () => {
  const context = new Context();
  await using zap = new Reply({ context });
  await zap.bind("inproc://zeromq.zap.01");
  const asked: string[][] = [];
  const judging = (async () => {
    for await (const frames of zap) {
      asked.push([frames[3]!, frames[5]!].map(text));
      await zap.send(["1.0", frames[1]!, "200", "OK", "admin", ""]);
    }
  })();
  const [server, client] = [await curveKeyPair(), await curveKeyPair()];
  const curve = {
    server: { curveServer: true, curveSecretKey: server.secretKey },
    client: { curvePublicKey: client.publicKey, curveSecretKey: client.secretKey, curveServerKey: server.publicKey },
  };
  const plain = { server: { plainServer: true }, client: { plainUsername: "admin", plainPassword: "secret" } };
  for (const [name, secured] of [["CURVE", curve], ["PLAIN", plain]] as const) {
    await using pull = new Pull({ context, ...SERVER, ...secured.server });
    await using push = new Push({ ...CLIENT, ...secured.client });
    await meet(pull, push, FREE);
    await push.send(name);
    const frames = await pull.receive();
    assertEquals([texts(frames), peerOf(frames)?.userId, peerOf(frames)?.peer.slice(0, 16)], [
      [name],
      "admin",
      "tls://127.0.0.1:",
    ]);
  }
  assertEquals(asked, [["127.0.0.1", "CURVE"], ["127.0.0.1", "PLAIN"]]);
  await zap.close();
  await judging;
  await context.close();
});

test("bodies of every size arrive whole, both ways at once", async () => {
  await using one = new Pair({ ...SERVER, sendHighWaterMark: 0 });
  await using other = new Pair({ ...CLIENT, sendHighWaterMark: 0 });
  await meet(one, other, FREE);
  const sizes = [0, 1, 255, 256, 16_383, 16_384, 16_385, 65_536, 1_000_000, 3, 5_000_000, 20_000];
  const bodies = sizes.map((size) => pattern(size, size + 1));
  const exchange = async (from: Pair, to: Pair): Promise<void> => {
    const sending = (async () => {
      for (const body of bodies) await from.send([body, "tail"]);
    })();
    for (const body of bodies) {
      const [first, second] = await to.receive();
      assertEquals([checksum(first!), text(second!)], [checksum(body), "tail"]);
    }
    await sending;
  };
  await Promise.all([exchange(one, other), exchange(other, one)]);
});

test("a receiver that does not receive makes its sender wait, and loses nothing", async () => {
  await using pull = new Pull({ ...SERVER, receiveHighWaterMark: 5 });
  await using push = new Push({ ...CLIENT, sendHighWaterMark: 5 });
  await meet(pull, push, FREE);
  const body = pattern(1_000_000);
  let sent = 0;
  while (sent < 200 && push.trySend([String(sent), body])) {
    sent++;
    // To and fro beside it: what can leave, leaves.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert(sent < 100, `${sent} MB were taken with nobody receiving`);
  for (let i = 0; i < sent; i++) assertEquals(text((await pull.receive())[0]!), String(i));
});

test("what is sent before close() arrives, though the peer says something meanwhile", async () => {
  await using router = new Router({ ...SERVER, heartbeatInterval: 5, heartbeatTimeout: 0 });
  const endpoint = await router.bind(FREE);
  const dealer = new Dealer({
    ...CLIENT,
    routingId: "me",
    sendHighWaterMark: 0,
    heartbeatInterval: 5,
    heartbeatTimeout: 0,
  });
  dealer.connect(endpoint);
  const body = pattern(100_000);
  for (let i = 0; i < 50; i++) await dealer.send([String(i), body]);
  assertEquals(await dealer.close(), { unsent: 0 });
  for (let i = 0; i < 50; i++) {
    const [, number, got] = await router.receive();
    assertEquals([text(number!), checksum(got!)], [String(i), checksum(body)]);
  }
});

test("what is queued before the server is there goes out when it is; and again after it came back", async () => {
  const first = new Pull(SERVER);
  const endpoint = await first.bind(FREE);
  await first.close();
  await using push = new Push({ ...CLIENT, reconnectInterval: 5 });
  push.connect(endpoint);
  await push.send("early");
  for (const message of ["early", "late"]) {
    await using pull = new Pull(SERVER);
    await pull.bind(endpoint);
    assertEquals(texts(await pull.receive()), [message]);
    const lost = push.events.once("disconnect");
    await pull.close();
    await lost;
    if (message === "early") await push.send("late");
  }
});

test("publishers and subscribers meet over TLS", async () => {
  await using publisher = new Publisher(SERVER);
  const endpoint = await publisher.bind(FREE);
  const subscribers = Array.from({ length: 10 }, () => new Subscriber(CLIENT));
  for (const subscriber of subscribers) {
    subscriber.subscribe("news");
    subscriber.connect(endpoint);
  }
  let told = 0;
  const receiving = Promise.all(subscribers.map(async (subscriber) => {
    const frames = await subscriber.receive();
    told++;
    return texts(frames);
  }));
  while (told < subscribers.length) {
    await publisher.send(["news", "today"]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await receiving, subscribers.map(() => ["news", "today"]));
  for (const subscriber of subscribers) await subscriber.close();
});

test("an endpoint of tls can be unbound and bound again while its connections last", async () => {
  await using pull = new Pull(SERVER);
  await using push = new Push(CLIENT);
  const endpoint = await meet(pull, push, FREE);
  await pull.unbind(endpoint);
  assertEquals(await pull.bind(endpoint), endpoint);
});

/** What makes a handshake of TLS fail: one clear event for each, and everything else goes on. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { connect as connectTcp, createServer, type Server, type Socket as TcpSocket } from "node:net";
import process from "node:process";
import { Pull, Push, text, ZmqError } from "../../mod.ts";
import { authority, stranger } from "../certificates.ts";
import { hex, runtime, test } from "../harness.ts";
import { CLIENT, failed, fault, FREE, KNOWN, SERVER } from "./rig.ts";

const UNTRUSTED = "its certificate cannot be verified, wanted one that is valid now and by an authority of tlsTrust";
const OTHER_NAME = "its certificate has other names, wanted tlsHostname or the endpoint's host";
/** Deno does not say that it is only the time. */
const timely = (found: string): string => runtime === "deno" ? UNTRUSTED : found;
const NOT_TLS = "what came is not TLS, wanted it to be";

/** Somebody's options, of what an authority has issued. */
const as = ({ key, certificate }: { key: string; certificate: string }) => ({
  tlsKey: key,
  tlsCertificate: certificate,
});

/** A well-behaved client gets through to a server that others have failed at. */
async function getsThrough(server: Pull, endpoint: string, options: object = CLIENT): Promise<void> {
  await using push = new Push(options);
  push.connect(endpoint);
  await push.send("still here");
  assertEquals((await server.receive()).map(text), ["still here"]);
}

for (
  const { name, server = SERVER, client = CLIENT, told } of [
    { name: "an authority that is not trusted", server: as(stranger.issue()), told: UNTRUSTED },
    { name: "no authority but the runtime's", client: {}, told: UNTRUSTED },
    { name: "another name", server: as(authority.issue({ names: ["elsewhere.example"] })), told: OTHER_NAME },
    { name: "another address", server: as(authority.issue({ names: ["127.0.0.2"] })), told: OTHER_NAME },
    { name: "another name than tlsHostname", client: { ...CLIENT, tlsHostname: "other.example" }, told: OTHER_NAME },
    {
      name: "an end in the past",
      server: as(authority.issue({ days: [-3, -2] })),
      told: timely("its certificate has expired, wanted one that is valid now"),
    },
    {
      name: "a beginning in the future",
      server: as(authority.issue({ days: [2, 3] })),
      told: timely("its certificate is not valid yet, wanted one that is valid now"),
    },
  ]
) {
  test(`a server's certificate with ${name} is refused, and dialled again later`, async () => {
    await using pull = new Pull(server);
    const endpoint = await pull.bind(FREE);
    await using push = new Push({ ...client, linger: 0, reconnectInterval: 5 });
    const events = (["handshake:error:protocol", "disconnect", "connect:retry"] as const).map((type) =>
      fault(push, type)
    );
    const there = pull.events.once("disconnect");
    push.connect(endpoint);
    await there;
    assertEquals(await Promise.all(events), [failed(told), failed(told), failed(told)]);
    await push.events.once("connect");
    assertEquals(push.peers.filter(({ connected }) => connected), []);
  });
}

for (
  const { name, client, here, there } of [
    {
      name: "no certificate",
      client: CLIENT,
      here: "it showed no certificate, wanted one",
      there: "it wants a certificate of ours, wanted tlsCertificate and tlsKey",
    },
    {
      name: "a certificate of a stranger's",
      client: { ...CLIENT, ...as(stranger.issue()) },
      here: UNTRUSTED,
      there: undefined,
    },
    {
      name: "an expired certificate",
      client: { ...CLIENT, ...as(authority.issue({ days: [-3, -2] })) },
      here: timely("its certificate has expired, wanted one that is valid now"),
      there: undefined,
    },
  ]
) {
  test(`a client with ${name} is refused where one is required, and others get in`, async () => {
    await using pull = new Pull({ ...KNOWN, tlsClientCertificates: "require" });
    const endpoint = await pull.bind(FREE);
    await using push = new Push({ ...client, linger: 0, reconnectInterval: 60_000 });
    const told = fault(pull, "handshake:error:protocol");
    const ended = push.events.once("disconnect");
    push.connect(endpoint);
    assertEquals(await told, failed(here));
    const { error } = await ended as { error?: Error };
    if (there !== undefined) {
      assertEquals(error?.message.replace(/:[0-9]+: /, ":P: "), failed(there).slice("EPROTO ".length));
    }
    assertEquals(pull.peers, []);
    await getsThrough(pull, endpoint, KNOWN);
  });
}

test("where a certificate is requested, a client may show none, but not a stranger's", async () => {
  await using pull = new Pull({ ...KNOWN, tlsClientCertificates: "request" });
  const endpoint = await pull.bind(FREE);
  await using push = new Push({ ...CLIENT, ...as(stranger.issue()), linger: 0, reconnectInterval: 60_000 });
  const told = fault(pull, "handshake:error:protocol");
  push.connect(endpoint);
  assertEquals(await told, failed(UNTRUSTED));
  await getsThrough(pull, endpoint, CLIENT);
  await getsThrough(pull, endpoint, KNOWN);
});

for (
  const { name, server, client, here, there } of [
    { name: "different protocols", server: ["zmtp"], client: ["h2"], here: true, there: true },
    { name: "a client that names none", server: ["zmtp"], client: [], here: true, there: false },
    { name: "a server that names none", server: [], client: ["zmtp"], here: false, there: true },
  ]
) {
  test(`tlsAlpn: ${name} are refused`, async () => {
    await using pull = new Pull({ ...SERVER, tlsAlpn: server });
    await using push = new Push({ ...CLIENT, tlsAlpn: client, linger: 0, reconnectInterval: 60_000 });
    const endpoint = await pull.bind(FREE);
    const told = [
      ...here ? [fault(pull, "handshake:error:protocol")] : [],
      ...there ? [fault(push, "handshake:error:protocol")] : [],
    ];
    push.connect(endpoint);
    const wanted = failed("there is no protocol for both, wanted one of tlsAlpn");
    for (const one of told) assertEquals(await one, wanted);
  });
}

/** Sends octets to an endpoint, and answers once the other side has closed. */
function poke(endpoint: string, octets: Uint8Array, end = false): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp(Number(endpoint.split(":")[2]), "127.0.0.1");
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.write(octets);
    if (end) socket.end();
    socket.resume();
  });
}

test("plain ZMTP at a tls endpoint, of another program or of ours, is told as no TLS", async () => {
  await using pull = new Pull(SERVER);
  const endpoint = await pull.bind(FREE);
  const told = fault(pull, "handshake:error:protocol");
  await using push = new Push({ linger: 0, reconnectInterval: 60_000 });
  const left = push.events.once("disconnect");
  push.connect(endpoint.replace("tls", "tcp"));
  assertEquals(await told, failed(NOT_TLS));
  await left;
  const again = fault(pull, "handshake:error:protocol");
  await poke(endpoint, Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  assertEquals(await again, failed(NOT_TLS));
  await getsThrough(pull, endpoint);
});

test("TLS at a tcp endpoint is told as no TLS, and harms nobody there", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using push = new Push({ ...CLIENT, linger: 0, reconnectInterval: 60_000 });
  const told = fault(push, "handshake:error:protocol");
  const there = pull.events.once("handshake:error:protocol");
  push.connect(endpoint.replace("tcp", "tls"));
  assertEquals(await told, failed(NOT_TLS));
  await there;
  await getsThrough(pull, endpoint, {});
});

test("a client of TLS 1.1 is told that it is too old", async () => {
  await using pull = new Pull(SERVER);
  const endpoint = await pull.bind(FREE);
  const told = fault(pull, "handshake:error:protocol");
  await poke(
    endpoint,
    hex(`16 0301 002D ; a handshake's record
         01 000029    ; ClientHello
         0302         ; TLS 1.1
         0000000000000000000000000000000000000000000000000000000000000000
         00           ; no session
         0002 002F    ; one cipher
         01 00        ; no compression`),
  );
  assertEquals(await told, failed("there is no version and cipher for both, wanted those of TLS 1.2 or 1.3"));
  await getsThrough(pull, endpoint);
});

test("a handshake that is cut off is told, by either side", async () => {
  await using pull = new Pull(SERVER);
  const endpoint = await pull.bind(FREE);
  for (const octets of [Uint8Array.of(), Uint8Array.of(0x16), Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0)]) {
    const told = pull.events.once("handshake:error:other");
    await poke(endpoint, octets, true);
    const { error } = await told;
    assert(error instanceof ZmqError);
    assertEquals(error.code, "ECONNRESET");
    assert(error.message.endsWith("the peer hung up, wanted it to shake hands"), error.message);
  }
  await getsThrough(pull, endpoint);
});

/** A server of octets. */
async function serving(
  serve: (socket: TcpSocket) => void,
): Promise<{ server: Server; endpoint: string } & AsyncDisposable> {
  const sockets: TcpSocket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    server,
    endpoint: `tls://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a server that hangs up during the handshake is told, and dialled again", async () => {
  let came = 0;
  await using there = await serving((socket) => {
    came++;
    socket.end();
    socket.resume();
  });
  await using push = new Push({ ...CLIENT, linger: 0, reconnectInterval: 1 });
  const told = fault(push, "handshake:error:other");
  push.connect(there.endpoint);
  assertEquals(
    await told,
    "ECONNRESET Cannot shake hands over TLS with tls://127.0.0.1:P: the peer hung up, wanted it to shake hands",
  );
  await push.events.once("connect");
  assert(came >= 1);
});

test("handshakeInterval bounds the handshake of TLS, whichever side is silent", async () => {
  await using silent = await serving((socket) => socket.resume());
  await using push = new Push({ ...CLIENT, linger: 0, handshakeInterval: 20, reconnectInterval: 60_000 });
  const late = "ETIMEDOUT Cannot shake hands: it is not complete after 20 ms";
  const told = fault(push, "handshake:error:other");
  push.connect(silent.endpoint);
  assertEquals(await told, late);

  await using pull = new Pull({ ...SERVER, handshakeInterval: 20 });
  const endpoint = await pull.bind(FREE);
  const there = fault(pull, "handshake:error:other");
  await poke(endpoint, Uint8Array.of(0x16, 3, 1));
  assertEquals(await there, late);
  assertEquals(pull.peers, []);
});

test("half-open handshakes of TLS count towards maxHandshakes, and the first to come goes", async () => {
  await using pull = new Pull({ ...SERVER, maxHandshakes: 2, handshakeInterval: 0 });
  const endpoint = await pull.bind(FREE);
  const told = fault(pull, "handshake:error:other");
  const pokes = [poke(endpoint, Uint8Array.of(0x16))];
  await pull.events.once("accept");
  pokes.push(poke(endpoint, Uint8Array.of(0x16)));
  await pull.events.once("accept");
  await getsThrough(pull, endpoint);
  assertEquals(await told, "EMFILE Cannot shake hands: 2 others came since, maxHandshakes is 2");
  await pokes[0];
  await pull.close();
  await Promise.all(pokes);
});

test("tcpAcceptFilter turns a peer away before it shakes hands", async () => {
  await using pull = new Pull({ ...SERVER, tcpAcceptFilter: "10.0.0.0/8" });
  const endpoint = await pull.bind(FREE);
  const told = pull.events.once("accept:error");
  await poke(endpoint, Uint8Array.of(0x16));
  assert((await told).error.message.includes("tcpAcceptFilter"));
});

test("a key that does not go with its certificate makes bind reject, and shows no secret", async () => {
  const other = stranger.issue();
  for (
    const [options, found] of [
      [{ ...SERVER, tlsKey: other.key }, "tlsKey does not go with tlsCertificate, wanted the two of one pair"],
      [
        { ...SERVER, tlsKey: "-----BEGIN PRIVATE KEY-----\nMIGHSECRET\n-----END PRIVATE KEY-----" },
        "tlsKey cannot be read, wanted it in PEM",
      ],
      [
        { ...SERVER, tlsCertificate: "-----BEGIN CERTIFICATE-----\nMIGHT\n-----END CERTIFICATE-----" },
        "tlsCertificate cannot be read, wanted it in PEM",
      ],
      [
        {
          ...SERVER,
          tlsTrust: `${CLIENT.tlsTrust}-----BEGIN CERTIFICATE-----\nMIGHT\n-----END CERTIFICATE-----`,
        },
        "tlsTrust cannot be read, wanted it in PEM",
      ],
    ] as const
  ) {
    await using pull = new Pull(options);
    const error = await pull.bind(FREE).catch((error: unknown) => error);
    assert(error instanceof ZmqError);
    assertEquals([error.code, error.message], ["EINVAL", `Cannot bind to "${FREE}": ${found}`]);
    assert(!JSON.stringify([error, error.stack, String(error.cause)]).includes("MIGHSECRET"));
    await using push = new Push({ ...CLIENT, ...options, linger: 0, reconnectInterval: 60_000 });
    const told = fault(push, "connect:retry");
    push.connect("tls://127.0.0.1:1");
    assertEquals(await told, `EINVAL Cannot connect to "tls://127.0.0.1:P": ${found}`);
  }
});

test("a client's dial can be given up while TLS is shaking hands", async () => {
  await using silent = await serving((socket) => socket.resume());
  const push = new Push({ ...CLIENT, linger: 0 });
  const open = push.events.once("connect");
  push.connect(silent.endpoint);
  await open;
  assertEquals(await push.close(), { unsent: 0 });
});

test("an environment that would have Node trust anybody changes nothing", async () => {
  const name = "NODE_TLS_REJECT_UNAUTHORIZED";
  const before = process.env[name];
  process.env[name] = "0";
  try {
    await using pull = new Pull(as(stranger.issue()));
    await using push = new Push({ ...CLIENT, linger: 0 });
    const refused = fault(push, "handshake:error:protocol");
    push.connect(await pull.bind(FREE));
    const letIn = push.events.once("handshake").then(() => "let in");
    letIn.catch(() => {});
    assertEquals(await Promise.race([refused, letIn]), failed(UNTRUSTED));
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
});

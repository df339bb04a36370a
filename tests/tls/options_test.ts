/** Options of TLS that do not fit together, and whom a socket trusts. */
import { assertEquals, assertThrows } from "@std/assert";
import { NotSupportedError, Pull, Push, text } from "../../mod.ts";
import { authority, local, stranger } from "../certificates.ts";
import { runtime, test } from "../harness.ts";
import { runScript } from "../processes.ts";
import { CLIENT, FREE, SERVER } from "./rig.ts";

for (
  const { options, found } of [
    { options: {}, found: "there is no tlsCertificate, wanted it and its tlsKey" },
    { options: { tlsKey: local.key }, found: "there is no tlsCertificate, wanted it and the other, or neither" },
    {
      options: { tlsCertificate: local.certificate },
      found: "there is no tlsKey, wanted it and the other, or neither",
    },
    {
      options: { ...SERVER, tlsClientCertificates: "require" },
      found: "nobody is trusted, wanted tlsTrust, or tlsTrustSystem: true",
    },
    {
      options: { ...SERVER, tlsClientCertificates: "request", tlsTrustSystem: false },
      found: "nobody is trusted, wanted tlsTrust, or tlsTrustSystem: true",
    },
  ] as const
) {
  test(`bind to tls with ${Object.keys(options).join(", ") || "no options"} throws: ${found}`, async () => {
    await using pull = new Pull(options);
    assertThrows(() => pull.bind(FREE), TypeError, `Cannot bind to "${FREE}": ${found}`);
    // Nobody else minds.
    await pull.bind("tcp://127.0.0.1:*");
  });
}

for (
  const { options, found } of [
    { options: { tlsKey: local.key }, found: "there is no tlsCertificate, wanted it and the other, or neither" },
    { options: { tlsTrustSystem: false }, found: "nobody is trusted, wanted tlsTrust, or tlsTrustSystem: true" },
  ]
) {
  test(`connect to tls with ${Object.keys(options).join(", ")} throws: ${found}`, async () => {
    await using push = new Push({ ...options, linger: 0 });
    const message = `Cannot connect to "tls://127.0.0.1:1": ${found}`;
    assertThrows(() => push.connect("tls://127.0.0.1:1"), TypeError, message);
    push.connect("tcp://127.0.0.1:1");
  });
}

test("tls cannot be dialled through a SOCKS proxy, and says so", async () => {
  await using push = new Push({ ...CLIENT, socksProxy: "127.0.0.1:1", linger: 0 });
  const message = 'Cannot connect to "tls://127.0.0.1:1": socksProxy is for tcp alone, wanted it to be null';
  assertThrows(() => push.connect("tls://127.0.0.1:1"), NotSupportedError, message);
  await using pull = new Pull({ ...SERVER, socksProxy: "127.0.0.1:1" });
  await pull.bind(FREE);
});

for (const endpoint of ["tls://127.0.0.1", "tls://*:1", "tls://127.0.0.1:70000", "tls://[::1:1"]) {
  test(`${endpoint} is malformed, as it would be with tcp`, async () => {
    await using push = new Push(CLIENT);
    assertThrows(() => push.connect(endpoint), Error, `Cannot connect to "${endpoint}": `);
  });
}

test("a change holds from the next bind and the next dial", async () => {
  await using pull = new Pull(SERVER);
  await using push = new Push({ tlsTrust: stranger.certificate, reconnectInterval: 1 });
  const refused = push.events.once("handshake:error:protocol");
  push.connect(await pull.bind(FREE));
  await refused;
  push.tlsTrust = authority.certificate;
  await push.send("now");
  assertEquals(text((await pull.receive())[0]!), "now");
});

test("whom the runtime trusts is trusted without tlsTrust, and nobody but tlsTrust with it", async () => {
  await using server = await (async () => {
    const pull = new Pull(SERVER);
    return Object.assign(pull, { at: await pull.bind(FREE) });
  })();
  const { writeFileSync } = await import("node:fs");
  const { directory } = await import("../conformance/rig.ts");
  const file = `${directory}/authority.pem`;
  writeFileSync(file, authority.certificate);
  // Each runtime is told by its own name to trust our authority as it does the world's.
  const env = { NODE_EXTRA_CA_CERTS: file, DENO_CERT: file };
  const script = new URL("./trusting.ts", import.meta.url);
  for (
    const [trust, system, outcome] of [["", "", "in"], [stranger.certificate, "", "out"], [
      stranger.certificate,
      "true",
      "in",
    ]]
  ) {
    const { stdout } = await runScript(runtime, script, [server.at, trust!, system!], { env });
    assertEquals(stdout.trim(), outcome, `${trust === "" ? "no tlsTrust" : "tlsTrust"} ${system}`);
  }
}, { timeout: 60_000 });

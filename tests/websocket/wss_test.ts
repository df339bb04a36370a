/** `wss`: WebSockets within TLS, which needs a certificate and checks it as `tls` does. */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { curveKeyPair, Dealer, NotSupportedError, Pull, Push, Router, text, webSocketUpgrade } from "../../mod.ts";
import { authority, local, stranger } from "../certificates.ts";
import { runtime, test } from "../harness.ts";

const SERVER = { tlsKey: local.key, tlsCertificate: local.certificate };
const CLIENT = { tlsTrust: authority.certificate };

test("wss carries messages both ways, and heartbeats", async () => {
  await using router = new Router({ ...SERVER, heartbeatInterval: 5, heartbeatTimeout: 10_000 });
  const endpoint = await router.bind("wss://127.0.0.1:*/room");
  assertMatch(endpoint, /^wss:\/\/127\.0\.0\.1:\d+\/room$/);
  await using dealer = new Dealer({ ...CLIENT, routingId: "me" });
  dealer.connect(endpoint);
  for (const size of [0, 100, 200_000]) {
    await dealer.send(["a", new Uint8Array(size).fill(7)]);
    const [id, word, body] = await router.receive();
    assertEquals([text(id), text(word), body], ["me", "a", new Uint8Array(size).fill(7)]);
    await router.send([id!, body!]);
    assertEquals((await dealer.receive())[0]!.length, size);
  }
  while (router.stats().peers[0]?.roundTrip === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
});

test("CURVE can be spoken inside wss", async () => {
  const keys = curveKeyPair();
  await using pull = new Pull({ ...SERVER, curveServer: true, curveSecretKey: keys.secretKey });
  await using push = new Push({
    ...CLIENT,
    curveServerKey: keys.publicKey,
    curvePublicKey: keys.publicKey,
    curveSecretKey: keys.secretKey,
  });
  push.connect(await pull.bind("wss://127.0.0.1:*"));
  await push.send("hello");
  assertEquals(text((await pull.receive())[0]), "hello");
});

test("wss does not talk to whom it does not trust, nor is bound without a certificate", async () => {
  await using pull = new Pull(SERVER);
  const endpoint = await pull.bind("wss://127.0.0.1:*");
  await using push = new Push({ tlsTrust: stranger.certificate, reconnectInterval: 0 });
  push.connect(endpoint);
  for await (const event of push.events) {
    if (!("error" in event) || event.error === undefined) continue;
    assertStringIncludes(event.error.message, "its certificate cannot be verified");
    break;
  }
  assertThrows(() => void new Pull().bind("wss://127.0.0.1:*"), TypeError, "there is no tlsCertificate");
  const proxied = new Push({ ...CLIENT, socksProxy: "127.0.0.1:1080" });
  assertThrows(() => proxied.connect(endpoint), NotSupportedError, "socksProxy is for tcp alone");
  await proxied.close();
});

test("a socket stands behind a path of an HTTPS server", async () => {
  await using pull = new Pull();
  const upgrade = webSocketUpgrade(pull, { path: "/zmq" });
  const server = createServer({ key: local.key, cert: local.certificate });
  server.on("upgrade", (request, socket, head) => void upgrade.node(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const push = new Push(CLIENT);
  push.connect(`wss://127.0.0.1:${(server.address() as AddressInfo).port}/zmq`);
  await push.send("hello");
  assertEquals(text((await pull.receive())[0]), "hello");
  await push.close();
  await pull.close();
  await new Promise((resolve) => server.close(resolve));
}, { sanitize: runtime !== "deno" });

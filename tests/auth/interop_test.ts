/** The authenticator's peers are libzmq's own: who comes in and who does not, by every mechanism. */
import { assertEquals, assertMatch } from "@std/assert";
import { Authenticator, type AuthEvent, Certificate, Context, Pull, Reply, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { CURVE_CLIENT, CURVE_SERVER, SERVER_PUBLIC } from "../interop/keys.ts";
import { leave, RemotePeer } from "../interop/peers.ts";
import { watch } from "../interop/waiting.ts";

const libzmq = await RemotePeer.libzmq();

function judging() {
  const context = new Context({ linger: 0 });
  const auth = new Authenticator({ context });
  const told: AuthEvent[] = [];
  for (const type of ["granted", "denied", "error"] as const) auth.on(type, (event) => void told.push(event));
  return { context, auth, told, [Symbol.asyncDispose]: () => context.close().then(() => {}) };
}

const JOE = { plainUsername: "joe", plainPassword: "open sesame" };
const ADA = new Certificate({ metadata: { name: "Ada", "X-Role": "countess" } });

for (
  const [mechanism, server, good, bad, userId] of [
    ["PLAIN", { plainServer: true }, JOE, { ...JOE, plainPassword: "open sesami" }, "joe"],
    ["CURVE", CURVE_SERVER, ADA.asClient(SERVER_PUBLIC), CURVE_CLIENT, "Ada"],
  ] as const
) {
  test(`${mechanism}: a libzmq client is let in by its name, and one that is unknown is denied and told so`, async () => {
    await using it = judging();
    it.auth.allow("127.0.0.0/8", "localhost").plain({ joe: "open sesame" }, { domain: "home" });
    it.auth.curve([ADA], { domain: "home" });
    await it.auth.start();
    await using reply = new Reply({ context: it.context, zapDomain: "home", ...server });
    const events = watch(reply);
    const names: string[] = [];
    reply.events.on("handshake", (event) => names.push(event.mechanism, event.userId));
    const answered = (async () => {
      for (let i = 0; i < 2; i++) await reply.send((await reply.receive()).map(text));
    })();
    for (const endpoint of [await reply.bind("tcp://127.0.0.1:*"), await reply.bind("ipc://*")]) {
      await using denied = await libzmq.socket("REQ", bad);
      await denied.connect(endpoint);
      assertMatch((await events.next("handshake:error:auth")).message!, /denied with 400 "unknown /);
      // libzmq's PLAIN client knows ERROR by libzmq's own misspelling alone.
      await denied.event(mechanism === "PLAIN" ? "handshake:error:protocol" : "handshake:error:auth");
      await using granted = await libzmq.socket("REQ", { ...good });
      await granted.connect(endpoint);
      await granted.send("hello", "and more");
      assertEquals(await granted.receive(), ["hello", "and more"]);
    }
    await answered;
    assertEquals(names, [mechanism, userId, mechanism, userId]);
    assertEquals(it.told.map(({ type }) => type), ["denied", "granted", "denied", "granted"]);
    assertEquals(it.told.map((event) => event.type !== "error" && event.address), [
      "127.0.0.1",
      "127.0.0.1",
      "localhost",
      "localhost",
    ]);
  });
}

test("NULL: a libzmq peer is judged by its address", async () => {
  await using it = judging();
  it.auth.deny("127.0.0.1");
  await it.auth.start();
  await using pull = new Pull({ context: it.context, zapDomain: "home" });
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using denied = await libzmq.socket("PUSH");
  await denied.connect(endpoint);
  assertMatch((await events.next("handshake:error:auth")).message!, /"address denied"/);
  await denied.event("handshake:error:auth");
  it.auth.forget("127.0.0.1");
  await using granted = await libzmq.socket("PUSH");
  await granted.connect(endpoint);
  await granted.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
});

test("thirty libzmq clients at once, every third of them unknown", async () => {
  await using it = judging();
  it.auth.plain(async ({ username }) => await Promise.resolve(Number(username) % 3 !== 0));
  await it.auth.start();
  await using pull = new Pull({ context: it.context, plainServer: true });
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const peers = await Promise.all(Array.from({ length: 30 }, async (_, i) => {
    const peer = await libzmq.socket("PUSH", { plainUsername: `${i}`, plainPassword: "x" });
    await peer.connect(endpoint);
    if (i % 3 !== 0) await peer.send(`${i}`);
    return peer;
  }));
  const heard = new Set<string>();
  while (heard.size < 20) heard.add(text((await pull.receive())[0]));
  assertEquals([...heard].every((name) => Number(name) % 3 !== 0), true);
  for (const peer of peers) await peer.close(0);
});

leave(libzmq);

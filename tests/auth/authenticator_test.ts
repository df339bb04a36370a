/** The authenticator among sockets of its context: who comes in, who does not, and what is told of it. */
import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { inspect } from "node:util";
import {
  Authenticator,
  type AuthEvent,
  Certificate,
  CertificateDirectory,
  ClosedError,
  Context,
  type ContextOptions,
  Dealer,
  EndpointError,
  Pull,
  Push,
  Reply,
  text,
  ZmqError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { CLIENT_PUBLIC, CURVE_CLIENT, CURVE_SERVER } from "../interop/keys.ts";
import { until, watch } from "../interop/waiting.ts";
import { settled } from "../manual_clock.ts";

const ZAP = "inproc://zeromq.zap.01";
const JOE = { plainUsername: "joe", plainPassword: "open sesame" };

/** A context with an authenticator in it, and all that it has told. */
function judging(options: ContextOptions = {}) {
  const context = new Context({ linger: 0, ...options });
  const auth = new Authenticator({ context });
  const told: AuthEvent[] = [];
  for (const type of ["granted", "denied", "error"] as const) auth.on(type, (event) => void told.push(event));
  return { context, auth, told, [Symbol.asyncDispose]: () => context.close().then(() => {}) };
}

/** Those who were let in or kept out, in short. */
function verdicts(told: readonly AuthEvent[]): (string | number)[][] {
  return told.flatMap((event) =>
    event.type === "granted"
      ? [["granted", event.userId]]
      : event.type === "denied"
      ? [["denied", event.status, event.reason]]
      : []
  );
}

test("NULL with a domain: by address", async () => {
  await using it = judging();
  it.auth.deny("127.0.0.1");
  await it.auth.start();
  await using pull = new Pull({ context: it.context, zapDomain: "home", reconnectInterval: 1 });
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using denied = new Push({ linger: 0 });
  denied.connect(endpoint);
  assertMatch((await events.next("handshake:error:auth")).message!, /denied with 400 "address denied"/);
  it.auth.forget("127.0.0.1").allow("127.0.0.0/8");
  await using granted = new Push({ linger: 0 });
  granted.connect(endpoint);
  await granted.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
  assertEquals(verdicts(it.told), [["denied", 400, "address denied"], ["granted", ""]]);
  const [first] = it.told;
  assertEquals(first, {
    type: "denied",
    mechanism: "NULL",
    domain: "home",
    address: "127.0.0.1",
    routingId: new Uint8Array(0),
    status: 400,
    reason: "address denied",
  });
});

test("peers by ipc are localhost", async () => {
  await using it = judging();
  it.auth.allow("localhost");
  await it.auth.start();
  await using pull = new Pull({ context: it.context, zapDomain: "home" });
  const events = watch(pull);
  await using near = new Push({ linger: 0 });
  near.connect(await pull.bind("ipc://*"));
  await near.send("near");
  assertEquals((await pull.receive()).map(text), ["near"]);
  await using far = new Push({ linger: 0 });
  far.connect(await pull.bind("tcp://127.0.0.1:*"));
  assertMatch((await events.next("handshake:error:auth")).message!, /"address not allowed"/);
});

test("PLAIN: a user is known by his name, and no password is told to anybody", async () => {
  await using it = judging();
  it.auth.plain({ joe: "open sesame" });
  await it.auth.start();
  await using pull = new Pull({ context: it.context, plainServer: true });
  const events = watch(pull);
  const names: string[] = [];
  pull.events.on("handshake", ({ userId }) => names.push(userId));
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  for (const wrong of [{ plainUsername: "ann" }, { plainPassword: "open sesami" }]) {
    await using push = new Push({ ...JOE, ...wrong, linger: 0 });
    const refused = watch(push);
    push.connect(endpoint);
    await refused.next("handshake:error:auth");
    await refused.next("close");
    const { message } = await events.next("handshake:error:auth");
    assertMatch(message!, /denied with 400 "unknown user or wrong password"/);
  }
  await using push = new Push({ ...JOE, linger: 0 });
  push.connect(endpoint);
  await push.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
  assertEquals(names, ["joe"]);
  const wrong = ["denied", 400, "unknown user or wrong password"];
  assertEquals(verdicts(it.told), [wrong, wrong, ["granted", "joe"]]);
  assertEquals(it.told.map((event) => event.type !== "error" && event.username), ["ann", "joe", "joe"]);
  assertEquals(/open sesam/.test(inspect(it.told, { depth: 9 })), false);
});

test("CURVE: a certificate's owner is known by its name, and its metadata is the peer's", async () => {
  await using it = judging();
  const joe = new Certificate({ metadata: { name: "Joe", "X-Role": "admin", Identity: "root" } });
  it.auth.curve([joe]);
  await it.auth.start();
  await using server = new Dealer({ context: it.context, ...CURVE_SERVER });
  const known: unknown[] = [];
  server.events.on("handshake", ({ userId, properties, routingId }) => {
    known.push(userId, text(properties.get("X-Role")), text(routingId));
  });
  const refused = watch(server);
  const endpoint = await server.bind("tcp://127.0.0.1:*");
  await using client = new Dealer({ ...joe.asClient(CURVE_CLIENT.curveServerKey), routingId: "me", linger: 0 });
  client.connect(endpoint);
  await client.send("hello");
  assertEquals((await server.receive()).map(text), ["hello"]);
  assertEquals(known, ["Joe", "admin", "me"]);
  await using stranger = new Dealer({ ...CURVE_CLIENT, linger: 0 });
  stranger.connect(endpoint);
  assertMatch((await refused.next("handshake:error:auth")).message!, /denied with 400 "unknown key"/);
  assertEquals(verdicts(it.told), [["granted", "Joe"], ["denied", 400, "unknown key"]]);
  assertEquals(it.told.map((event) => event.type !== "error" && event.publicKey), [joe.publicKey, CLIENT_PUBLIC]);
});

test("sockets of several domains have rules of their own", async () => {
  await using it = judging();
  it.auth.curve("any").curve([], { domain: "closed" }).plain({ joe: "open sesame" }, { domain: "plain" });
  await it.auth.start();
  const results: string[] = [];
  for (const zapDomain of [null, "open", "closed"]) {
    await using pull = new Pull({ context: it.context, zapDomain, ...CURVE_SERVER });
    const events = watch(pull);
    await using push = new Push({ ...CURVE_CLIENT, linger: 0 });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    results.push((await events.next("handshake", "handshake:error:auth")).type);
  }
  assertEquals(results, ["handshake", "handshake", "handshake:error:auth"]);
});

test("rules that are changed count for who comes next, and whoever is in stays in", async () => {
  await using it = judging();
  it.auth.plain({ joe: "open sesame" });
  await it.auth.start();
  await using pull = new Pull({ context: it.context, plainServer: true });
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using first = new Push({ ...JOE, linger: 0 });
  first.connect(endpoint);
  await first.send("one");
  assertEquals((await pull.receive()).map(text), ["one"]);
  it.auth.plain({ joe: "another" });
  const events = watch(pull);
  await using second = new Push({ ...JOE, linger: 0 });
  second.connect(endpoint);
  await events.next("handshake:error:auth");
  await first.send("two");
  assertEquals((await pull.receive()).map(text), ["two"]);
  await using third = new Push({ plainUsername: "joe", plainPassword: "another", linger: 0 });
  third.connect(endpoint);
  await third.send("three");
  assertEquals((await pull.receive()).map(text), ["three"]);
});

test("a hundred peers at once, judged by a callback that waits for all of them", async () => {
  await using it = judging();
  const waiting: (() => void)[] = [];
  it.auth.plain(({ username, password }) =>
    new Promise((resolve) => {
      waiting.push(() => resolve(username === password && { userId: `#${username}` }));
      if (waiting.length === 100) { for (const answer of waiting) answer(); }
    })
  );
  await it.auth.start();
  await using pull = new Pull({ context: it.context, plainServer: true, reconnectInterval: 1 });
  const names = new Set<string>();
  const events = watch(pull);
  pull.events.on("handshake", ({ userId }) => names.add(userId));
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const peers = Array.from({ length: 100 }, (_, i) => {
    const push = new Push({ plainUsername: `${i}`, plainPassword: i % 4 === 0 ? "wrong" : `${i}`, linger: 0 });
    push.connect(endpoint);
    return push;
  });
  try {
    for (let i = 0; i < 25; i++) await events.next("handshake:error:auth");
    for (let i = 0; i < 75; i++) await events.next("handshake");
    assertEquals([names.size, names.has("#1"), names.has("#4")], [75, true, false]);
    assertEquals(it.told.length, 100);
  } finally {
    await Promise.all(peers.map((push) => push.close()));
  }
}, { timeout: 60_000 });

test("a callback that throws, that answers rubbish, or that never answers: 500 or 300, one error each, and others come in", async () => {
  const context = new Context({ linger: 0 });
  await using auth = new Authenticator({ context, timeout: 50 });
  const told: AuthEvent[] = [];
  for (const type of ["granted", "denied", "error"] as const) auth.on(type, (event) => void told.push(event));
  auth.plain(({ username }) => {
    if (username === "throw") throw new Error("no database");
    if (username === "rubbish") return "yes" as never;
    return username === "hang" ? new Promise(() => {}) : true;
  });
  await auth.start();
  await using pull = new Pull({ context, plainServer: true });
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const events = watch(pull);
  for (const [plainUsername, status] of [["throw", 500], ["rubbish", 500], ["hang", 300]] as const) {
    await using push = new Push({ plainUsername, plainPassword: "x", linger: 0, reconnectInterval: Infinity });
    push.connect(endpoint);
    assertMatch(
      (await events.next("handshake:error:auth")).message!,
      new RegExp(`denied with ${status} "the callback`),
    );
    await until(() => told.length === 2);
    const [error, denied] = told.splice(0);
    assertEquals([error!.type, denied!.type], ["error", "denied"]);
    assertEquals(error!.type === "error" && error!.peer.username, plainUsername);
  }
  await using push = new Push({ plainUsername: "good", plainPassword: "x", linger: 0 });
  push.connect(endpoint);
  await push.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
  await context.close();
});

test("who is denied with 300 dials again, and comes in later", async () => {
  await using it = judging();
  let asked = 0;
  it.auth.curve(() => ++asked > 2 || { status: 300, text: "not yet" });
  await it.auth.start();
  await using pull = new Pull({ context: it.context, ...CURVE_SERVER });
  await using push = new Push({ ...CURVE_CLIENT, linger: 0, reconnectInterval: 1 });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await push.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
  const later = ["denied", 300, "not yet"];
  assertEquals(verdicts(it.told), [later, later, ["granted", CLIENT_PUBLIC]]);
});

test("a listener that throws is reported as uncaught, and harms no peer and no other listener", async () => {
  await using it = judging();
  const before = it.told.length;
  const uncaught: unknown[] = [];
  const queued = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (task) =>
    queued(() => {
      try {
        task();
      } catch (error) {
        uncaught.push((error as Error).message);
      }
    });
  try {
    const deaf = () => {
      throw new Error("mine");
    };
    const never = () => void uncaught.push("never");
    it.auth.curve("any").off("granted", deaf).on("granted", deaf).on("granted", never).off("granted", never);
    await it.auth.start();
    await using pull = new Pull({ context: it.context, ...CURVE_SERVER });
    await using push = new Push({ ...CURVE_CLIENT, linger: 0 });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await push.send("hello");
    assertEquals((await pull.receive()).map(text), ["hello"]);
  } finally {
    globalThis.queueMicrotask = queued;
  }
  assertEquals([uncaught, it.told.length - before], [["mine"], 1]);
});

test("to start twice is to start once; two cannot judge in one context; closed, it cannot be started", async () => {
  const context = new Context();
  const auth = new Authenticator({ context });
  assertEquals(auth.closed, false);
  const started = auth.start();
  assertEquals(auth.start(), started);
  await started;
  const other = new Authenticator({ context });
  const error = await assertRejects(() => other.start(), EndpointError);
  assertEquals(error.code, "EADDRINUSE");
  await auth.close();
  await auth.close();
  assertEquals(auth.closed, true);
  await other.start();
  await other.close();
  await assertRejects(() => other.start(), ClosedError, "Cannot start authenticator: it is closed");
  await assertRejects(() => new Authenticator({ context }).close().then(() => auth.start()), ClosedError);
  await context.close();
  await assertRejects(() => new Authenticator({ context }).start(), ClosedError);
});

test("an authenticator that could not be started may be started later", async () => {
  const context = new Context({ maxSockets: 1 });
  const auth = new Authenticator({ context });
  const only = new Pull({ context });
  for (let i = 0; i < 2; i++) assertEquals((await assertRejects(() => auth.start(), ZmqError)).code, "EMFILE");
  await only.close();
  await auth.start();
  await auth.close();
  const hasty = new Authenticator({ context });
  const started = hasty.start();
  await Promise.all([hasty.close(), started]);
  await new Authenticator({ context }).start();
  await context.close();
});

test("an authenticator closes with its context, even while it judges", async () => {
  const context = new Context({ linger: 0 });
  const auth = new Authenticator({ context });
  const signals: AbortSignal[] = [];
  auth.curve(({ signal }) => (signals.push(signal), new Promise(() => {})));
  await auth.start();
  const pull = new Pull({ context, ...CURVE_SERVER });
  await using push = new Push({ ...CURVE_CLIENT, linger: 0, reconnectInterval: Infinity });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await until(() => signals.length === 1);
  await context.close();
  await settled();
  assertEquals([auth.closed, signals[0]!.aborted], [true, true]);
  await auth.close();
});

test("closed, it answers who is being judged with 300", async () => {
  await using it = judging();
  let asked = false;
  it.auth.plain(() => (asked = true, new Promise(() => {})));
  await it.auth.start();
  await using pull = new Pull({ context: it.context, plainServer: true });
  const events = watch(pull);
  await using push = new Push({ ...JOE, linger: 0, reconnectInterval: Infinity });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await until(() => asked);
  await it.auth.close();
  assertMatch((await events.next("handshake:error:auth")).message!, /denied with 300 "the authenticator is closed"/);
  assertEquals(verdicts(it.told), [["denied", 300, "the authenticator is closed"]]);
});

test("where nobody judges any more, CURVE lets in everybody, but for a domain that is enforced", async () => {
  await using it = judging();
  it.auth.curve([]);
  await it.auth.start();
  const attempt = async (options: { zapDomain?: string; zapEnforceDomain?: boolean }) => {
    await using pull = new Pull({ context: it.context, ...CURVE_SERVER, ...options });
    const events = watch(pull);
    await using push = new Push({ ...CURVE_CLIENT, linger: 0, reconnectInterval: Infinity });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    return (await events.next("handshake", "handshake:error:auth", "handshake:error:other")).type;
  };
  const enforced = { zapDomain: "home", zapEnforceDomain: true };
  assertEquals([await attempt({}), await attempt(enforced)], ["handshake:error:auth", "handshake:error:auth"]);
  await it.auth.close();
  assertEquals([await attempt({}), await attempt(enforced)], ["handshake", "handshake:error:other"]);
});

test("what a context's defaults ask of its sockets is not asked of the authenticator", async () => {
  const defaults = { receiveTimeout: 1, mandatory: true, probeRouter: true, receiveHighWaterMark: 1, routingId: "me" };
  for (const more of [{}, { plainServer: true }, CURVE_SERVER, { curveServer: true }]) {
    await using it = judging({ ...defaults, ...more });
    it.auth.plain({ joe: "open sesame" }).curve("any");
    await it.auth.start();
    await using pull = new Pull({
      context: it.context,
      receiveTimeout: Infinity,
      ...("curveServer" in more ? CURVE_SERVER : { plainServer: true }),
    });
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    for (let i = 0; i < 3; i++) {
      await using push = new Push({ ...("curveServer" in more ? CURVE_CLIENT : JOE), linger: 0 });
      push.connect(endpoint);
      await push.send("hello");
      assertEquals((await pull.receive()).map(text), ["hello"]);
    }
    assertEquals(it.told.every(({ type }) => type === "granted"), true);
  }
});

test("a CertificateDirectory is a rule, and its files' faults are told", async () => {
  await using it = judging();
  const { mkdtemp, rm, writeFile } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const folder = await mkdtemp(`${tmpdir()}/zmq-auth-`);
  try {
    it.auth.curve(await CertificateDirectory.open(folder));
    await it.auth.start();
    await using pull = new Pull({ context: it.context, ...CURVE_SERVER });
    const events = watch(pull);
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    const joe = new Certificate({ metadata: { name: "Joe" } });
    const attempt = async () => {
      await using push = new Push({ ...joe.asClient(CURVE_CLIENT.curveServerKey), linger: 0 });
      push.connect(endpoint);
      return (await events.next("handshake", "handshake:error:auth")).type;
    };
    assertEquals(await attempt(), "handshake:error:auth");
    await joe.save(`${folder}/joe.key`);
    await writeFile(`${folder}/bad.key`, "curve\n");
    assertEquals(await attempt(), "handshake");
    assertEquals(verdicts(it.told), [["denied", 400, "unknown key"], ["granted", "Joe"]]);
    const faults = it.told.flatMap((event) => event.type === "error" ? [event.error.message] : []);
    assertEquals(faults.length, 1);
    assertMatch(faults[0]!, /bad\.key": there is no "public-key"/);
    await rm(folder, { recursive: true });
    assertEquals(await attempt(), "handshake:error:auth");
    assertEquals(verdicts(it.told).at(-1), ["denied", 500, "the store of certificates has failed"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("what is asked in another way than sockets ask harms nobody", async () => {
  await using it = judging();
  it.auth.curve("any");
  await it.auth.start();
  await using asker = new Dealer({ context: it.context });
  asker.connect(ZAP);
  await asker.send(["", "1.0"]);
  await asker.send("nothing at all");
  await asker.send(["", "0.9", "7", "", "", "", "NULL"]);
  assertEquals((await asker.receive()).map(text), ["", "1.0", "7", "500", "unknown version of ZAP", "", ""]);
  await asker.send(["", "1.0", "8", "", "::1", "", "NULL"]);
  assertEquals((await asker.receive()).map(text), ["", "1.0", "8", "200", "OK", "", ""]);
});

test("wrong configuration throws at the call", async () => {
  for (
    const [options, error, message] of [
      [null, TypeError, /options are null, wanted an object/],
      [{ contxt: 1 }, TypeError, /option "contxt" is unknown, wanted context, timeout, maxQuestions/],
      [{ context: {} }, TypeError, /context is an object \(Object\), wanted a Context/],
      [{ timeout: "1" }, TypeError, /timeout is "1", wanted milliseconds, 1 to 30000/],
      [{ timeout: 0 }, RangeError, /timeout is 0, wanted milliseconds, 1 to 30000/],
      [{ timeout: Infinity }, RangeError, /timeout is Infinity/],
      [{ timeout: NaN }, RangeError, /timeout is NaN/],
      [{ maxQuestions: "1" }, TypeError, /maxQuestions is "1", wanted a whole number, 1 or more, or Infinity/],
      [{ maxQuestions: 0 }, RangeError, /maxQuestions is 0, wanted a whole number, 1 or more, or Infinity/],
      [{ maxQuestions: 1.5 }, RangeError, /maxQuestions is 1.5/],
      [{ maxQuestions: NaN }, RangeError, /maxQuestions is NaN/],
    ] as const
  ) assertMatch(assertThrows(() => new Authenticator(options as never), error).message, message);

  const context = new Context();
  const auth = new Authenticator({ context });
  assertThrows(() => auth.allow(), RangeError, "there are none");
  assertThrows(() => auth.deny("joe"), RangeError, 'Cannot deny address "joe"');
  assertThrows(() => auth.plain({ joe: "" }), RangeError, 'that of "joe"');
  assertThrows(() => auth.plain({}, { domain: 1 as never }), TypeError, "domain is 1, wanted text");
  assertThrows(() => auth.plain({}, { domain: "x".repeat(256) }), RangeError, "domain is 256 octets");
  assertThrows(
    () => auth.curve([], { domains: "x" } as never),
    TypeError,
    'option "domains" is unknown, wanted domain',
  );
  assertThrows(
    () => auth.on("grant" as never, () => {}),
    TypeError,
    'Cannot listen for "grant": there is no such event',
  );
  assertThrows(() => auth.on("granted", 1 as never), TypeError, "listener is 1, wanted a function");
  await auth.close();
  await context.close();
});

test("without a context it judges for sockets that have none", async () => {
  const auth = new Authenticator();
  await auth.curve([]).start();
  try {
    await using pull = new Reply(CURVE_SERVER);
    const events = watch(pull);
    await using push = new Dealer({ ...CURVE_CLIENT, linger: 0 });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    assertMatch((await events.next("handshake:error:auth")).message!, /unknown key/);
  } finally {
    await auth.close();
  }
});

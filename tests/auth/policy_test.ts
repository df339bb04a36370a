/** The verdict on one peer, by every rule; time is in the test's hands. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { inspect } from "node:util";
import { Certificate, z85, ZmqError } from "../../mod.ts";
import { type Decision, Policy } from "../../src/auth/policy.ts";
import type { ZapQuestion } from "../../src/auth/zap_message.ts";
import { test } from "../harness.ts";
import { CLIENT_PUBLIC, CLIENT_SECRET, SERVER_PUBLIC } from "../interop/keys.ts";
import { ManualClock, settled } from "../manual_clock.ts";

const LIMIT = 500;

function policyOf(clock = new ManualClock()): Policy {
  return new Policy(LIMIT, clock);
}

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function ask(mechanism: string, credentials: readonly Uint8Array[], more: Partial<ZapQuestion> = {}): ZapQuestion {
  return { domain: "", address: "127.0.0.1", routingId: octets("me"), mechanism, credentials, ...more };
}

function plain(username: string, password: string, more: Partial<ZapQuestion> = {}): ZapQuestion {
  return ask("PLAIN", [octets(username), octets(password)], more);
}

function curve(key: string, more: Partial<ZapQuestion> = {}): ZapQuestion {
  return ask("CURVE", [z85.decode(key)], more);
}

/** A verdict in short: status, and user id or words. */
function short({ answer }: Decision): (number | string)[] {
  return answer.status === 200 ? [200, answer.userId] : [answer.status, answer.text];
}

test("NULL is judged by its address alone", async () => {
  const policy = policyOf();
  assertEquals(short(await policy.judge(ask("NULL", []))), [200, ""]);
  policy.addresses.allow(["10.0.0.0/8"]);
  assertEquals(short(await policy.judge(ask("NULL", []))), [400, "address not allowed"]);
  assertEquals(short(await policy.judge(ask("NULL", [], { address: "10.1.1.1" }))), [200, ""]);
});

test("without a rule PLAIN, CURVE and any other mechanism are denied", async () => {
  const policy = policyOf();
  assertEquals(short(await policy.judge(plain("joe", "x"))), [400, 'no rule for PLAIN in domain ""']);
  const asked = curve(CLIENT_PUBLIC, { domain: "home" });
  assertEquals(short(await policy.judge(asked)), [400, 'no rule for CURVE in domain "home"']);
  assertEquals(short(await policy.judge(ask("GSSAPI", [octets("joe")]))), [400, 'unknown mechanism "GSSAPI"']);
});

test("malformed credentials are denied", async () => {
  const policy = policyOf();
  policy.plain({ joe: "sesame" }, "*");
  policy.curve("any", "*");
  for (
    const question of [
      ask("PLAIN", []),
      ask("PLAIN", [octets("joe")]),
      ask("PLAIN", [octets("joe"), octets("sesame"), octets("")]),
      ask("CURVE", []),
      ask("CURVE", [new Uint8Array(31)]),
      ask("CURVE", [new Uint8Array(32), new Uint8Array(32)]),
    ]
  ) assertEquals(short(await policy.judge(question)), [400, "malformed credentials"]);
});

test("PLAIN: users by their passwords; user and password are wrong alike", async () => {
  const policy = policyOf();
  policy.plain({ joe: "sesame" }, "*");
  assertEquals(short(await policy.judge(plain("joe", "sesame"))), [200, "joe"]);
  for (const [name, password] of [["joe", "x"], ["ann", "sesame"], ["ann", ""]] as const) {
    assertEquals(short(await policy.judge(plain(name, password))), [400, "unknown user or wrong password"]);
  }
  const latin1 = ask("PLAIN", [Uint8Array.of(0xe9), octets("sesame")]);
  assertEquals(short(await policy.judge(latin1)), [400, "username or password is no UTF-8"]);
});

test("who is denied by his address is asked for nothing more", async () => {
  const policy = policyOf();
  let calls = 0;
  policy.plain(() => ++calls > 0, "*");
  policy.addresses.deny(["127.0.0.1"]);
  assertEquals(short(await policy.judge(plain("joe", "x"))), [400, "address denied"]);
  policy.addresses.forget(["127.0.0.1"]);
  assertEquals(short(await policy.judge(plain("joe", "x"))), [200, "joe"]);
  assertEquals(calls, 1);
});

test("who is allowed by his address has to show who he is all the same", async () => {
  const policy = policyOf();
  policy.addresses.allow(["127.0.0.1"]);
  policy.plain({ joe: "sesame" }, "*");
  assertEquals(short(await policy.judge(plain("joe", "x"))), [400, "unknown user or wrong password"]);
});

test("a domain has its own rule, or that of all; and the last one said counts", async () => {
  const policy = policyOf();
  policy.plain({ joe: "home" }, "home");
  const at = async (domain: string, password: string) =>
    short(await policy.judge(plain("joe", password, { domain })))[0];
  assertEquals([await at("home", "home"), await at("", "home"), await at("away", "home")], [200, 400, 400]);
  policy.plain({ joe: "any" }, "*");
  assertEquals([await at("home", "home"), await at("home", "any")], [200, 400]);
  assertEquals([await at("", "any"), await at("away", "any")], [200, 200]);
  policy.plain({ joe: "none" }, "");
  assertEquals([await at("", "any"), await at("", "none"), await at("away", "none")], [400, 200, 400]);
  policy.plain({ ann: "any" }, "*");
  assertEquals([await at("away", "any"), await at("home", "home")], [400, 200]);
});

test("CURVE: anybody, by his key", async () => {
  const policy = policyOf();
  policy.curve("any", "*");
  assertEquals(short(await policy.judge(curve(CLIENT_PUBLIC))), [200, CLIENT_PUBLIC]);
});

test("CURVE: keys as text and as octets, and certificates with what they tell", async () => {
  const policy = policyOf();
  const [joe, ann, bob] = [{ name: "Joe", "X-Role": "admin" }, { Name: "Ann", "user-id": "a1" }, { name: "" }].map(
    (metadata) => new Certificate({ metadata }),
  );
  policy.curve(new Set([CLIENT_PUBLIC, z85.decode(SERVER_PUBLIC), joe!, ann!, bob!]), "*");
  assertEquals(short(await policy.judge(curve(CLIENT_PUBLIC))), [200, CLIENT_PUBLIC]);
  assertEquals(short(await policy.judge(curve(SERVER_PUBLIC))), [200, SERVER_PUBLIC]);
  assertEquals(short(await policy.judge(curve(joe!.publicKey))), [200, "Joe"]);
  assertEquals(short(await policy.judge(curve(ann!.publicKey))), [200, "a1"]);
  assertEquals(short(await policy.judge(curve(bob!.publicKey))), [200, bob!.publicKey]);
  assertEquals(short(await policy.judge(curve(new Certificate().publicKey))), [400, "unknown key"]);
});

test("of a certificate's metadata is granted what ZMTP can carry, but for what is ZMTP's own", async () => {
  const policy = policyOf();
  const metadata = {
    "X-Role": "admin",
    email: "joe@example.org",
    "a.b+c_d": "1",
    "a/b": "2",
    "$a": "3",
    "a&b": "4",
    "a@b": "5",
    "Socket-Type": "PUB",
    identity: "joe",
    "ROUTING-ID": "joe",
    resource: "x",
    "User-Id": "joe",
    "peer-address": "127.0.0.1",
  };
  const joe = new Certificate({ metadata });
  policy.curve([joe], "*");
  const { answer } = await policy.judge(curve(joe.publicKey));
  assertEquals(answer, {
    status: 200,
    userId: "joe",
    metadata: new Map([
      ["X-Role", octets("admin")],
      ["email", octets("joe@example.org")],
      ["a.b+c_d", octets("1")],
    ]),
  });
});

test("CURVE: a store, whatever it does", async () => {
  const policy = policyOf();
  const joe = new Certificate({ publicKey: CLIENT_PUBLIC, metadata: { name: "Joe" } });
  const stray = new Error("a file is no certificate");
  let find: (key: string, report: (error: Error) => void) => unknown = () => joe;
  policy.curve({ find: (key: string, report: (error: Error) => void) => find(key, report) }, "*");
  const judged = async () => {
    const decision = await policy.judge(curve(CLIENT_PUBLIC));
    return [...short(decision), ...decision.faults.map(({ message }) => message)];
  };
  assertEquals(await judged(), [200, "Joe"]);
  find = (_, report) => (report(stray), Promise.resolve(joe));
  assertEquals(await judged(), [200, "Joe", "a file is no certificate"]);
  find = () => undefined;
  assertEquals(await judged(), [400, "unknown key"]);
  find = (_, report) => (report(stray), Promise.reject(new ZmqError("EAGAIN", "later")));
  assertEquals(await judged(), [300, "the store of certificates cannot tell now", "a file is no certificate"]);
  const failed = "the store of certificates has failed";
  for (
    const wrong of [
      () => Promise.reject(new Error("disk")),
      () => new Certificate(),
      () => ({ publicKey: CLIENT_PUBLIC, metadata: new Map() }),
      () => true,
    ]
  ) {
    find = wrong;
    assertEquals((await judged()).slice(0, 2), [500, failed]);
  }
});

test("a callback is told who asks what, and its answer counts", async () => {
  const policy = policyOf();
  const asked: unknown[] = [];
  let answer: unknown = true;
  policy.plain(({ signal, ...question }: Record<string, unknown>) => (asked.push(question, signal), answer), "*");
  policy.curve(async ({ signal, ...question }: Record<string, unknown>) => {
    asked.push(question, signal);
    return await Promise.resolve(answer);
  }, "*");
  const both = async () => [
    (await policy.judge(plain("joe", "sesame", { domain: "home" }))).answer,
    (await policy.judge(curve(CLIENT_PUBLIC))).answer,
  ];
  const none = new Map();
  assertEquals(await both(), [
    { status: 200, userId: "joe", metadata: none },
    { status: 200, userId: CLIENT_PUBLIC, metadata: none },
  ]);
  const common = { address: "127.0.0.1", routingId: octets("me") };
  assertEquals(asked[0], { ...common, domain: "home", username: "joe", password: "sesame" });
  assertEquals(asked[2], { ...common, domain: "", publicKey: CLIENT_PUBLIC });
  assertEquals([asked[1], asked[3]].map((signal) => (signal as AbortSignal).aborted), [false, false]);

  for (
    const [given, expected] of [
      [false, { status: 400, text: "denied by the callback" }],
      [{ userId: "Joe" }, { status: 200, userId: "Joe", metadata: none }],
      [{ status: 200, userId: "" }, { status: 200, userId: "", metadata: none }],
      [{ status: 300, text: "later" }, { status: 300, text: "later" }],
      [{ status: 400 }, { status: 400, text: "" }],
      [{ status: 500, text: "ill" }, { status: 500, text: "ill" }],
      [{ userId: "Joe", metadata: { "X-A": "b", "X-C": Uint8Array.of(1) } }, {
        status: 200,
        userId: "Joe",
        metadata: new Map([["X-A", octets("b")], ["X-C", Uint8Array.of(1)]]),
      }],
      [{ userId: "Joe", metadata: new Map([["X-A", "b"]]) }, {
        status: 200,
        userId: "Joe",
        metadata: new Map([["X-A", octets("b")]]),
      }],
    ] as const
  ) {
    answer = given;
    assertEquals(await both(), [expected, expected]);
  }
});

for (
  const [what, answer] of [
    ["nothing", undefined],
    ["null", null],
    ["text", "sesame"],
    ["a number", 200],
    ["an object of nothing", {}],
    ["a row of a database", { id: 1, userId: "joe", password: "sesame" }],
    ["a user who was not found", { userId: undefined }],
    ["a user of whom something was not found", { userId: "joe", metadata: undefined }],
    ["no status", { status: undefined, userId: "joe" }],
    ["a text alone", { text: "no" }],
    ["an array", []],
    ["a function", () => true],
    ["another status", { status: 201 }],
    ["a status as text", { status: "200" }],
    ["a user id for nobody", { status: 400, userId: "joe" }],
    ["a text for somebody", { status: 200, text: "sesame" }],
    ["a user id that is none", { userId: 7 }],
    ["a user id without end", { userId: "x".repeat(256) }],
    ["a text without end", { status: 400, text: "x".repeat(256) }],
    ["metadata that is none", { metadata: "sesame" }],
    ["metadata of another kind", { metadata: { "X-A": 1 } }],
    ["metadata of no name", { metadata: { "": "sesame" } }],
    ["metadata of a long name", { metadata: { ["x".repeat(256)]: "sesame" } }],
    ["metadata of ZMTP's own", { metadata: { "IDENTITY": "sesame" } }],
    ["metadata twice", { metadata: { "X-A": "a", "x-a": "b" } }],
    ["too many properties", { metadata: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`X-${i}`, ""])) }],
    ["too much metadata", { metadata: { "X-A": "x".repeat(65_536) } }],
  ] as const
) {
  test(`a callback that answers ${what} is at fault: 500, and its answer is not shown`, async () => {
    const policy = policyOf();
    policy.plain(() => answer, "*");
    policy.curve(() => answer, "*");
    const hushed = await policy.judge(plain("joe", "secret"));
    assertEquals([...short(hushed), hushed.faults.length], [500, "the callback for PLAIN has failed", 1]);
    assertMatch(
      hushed.faults[0]!.message,
      /^Cannot judge peer: the callback for PLAIN has failed with (Type|Range)Error \(EINVAL\), wanted true, false, a /,
    );
    assertEquals("cause" in hushed.faults[0]!, false);
    const decision = await policy.judge(curve(CLIENT_PUBLIC));
    assertEquals(short(decision), [500, "the callback for CURVE has failed"]);
    assertEquals(decision.faults.length, 1);
    const { message, cause } = decision.faults[0]!;
    assertEquals(
      message,
      "Cannot judge peer: the callback for CURVE has failed, wanted true, false, a grant or a refusal",
    );
    assertMatch((cause as Error).message, /^Cannot judge peer: .*, wanted /);
    assertEquals((cause as Error).message.includes("sesame"), false);
  });
}

test("a callback that throws, now or later, is at fault: 500, and what it threw is the cause", async () => {
  const thrown = new Error("the database is gone");
  for (
    const judge of [() => {
      throw thrown;
    }, () => Promise.reject(thrown)]
  ) {
    const policy = policyOf();
    policy.curve(judge, "*");
    const decision = await policy.judge(curve(CLIENT_PUBLIC));
    assertEquals([...short(decision), decision.faults.length], [500, "the callback for CURVE has failed", 1]);
    assertEquals(decision.faults[0]!.cause, thrown);
  }
});

/** A class of somebody's own. */
class NoSuchUser extends Error {}

for (
  const [what, thrown, told] of [
    ["an Error", new Error("no user has sesame"), "Error"],
    [
      "an Error that has nothing to hide",
      Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
      "Error (ECONNREFUSED)",
    ],
    ["an Error of a class of its own", new NoSuchUser("sesame"), "NoSuchUser"],
    ["an Error with a query", Object.assign(new Error("x"), { query: "select 'sesame'" }), "Error"],
    ["an Error with a cause", new TypeError("x", { cause: new Error("sesame") }), "TypeError"],
    ["several errors", new AggregateError([new Error("sesame")], "x"), "AggregateError"],
    ["an object", { query: { password: "sesame" } }, "Object"],
    ["an object without a class", Object.assign(Object.create(null), { password: "sesame" }), "an object"],
    ["text", "sesame", "a value (string)"],
    ["nothing", undefined, "a value (undefined)"],
    ["a code that is the password", { code: "sesame" }, "Object"],
    ["a code that is no code", { code: "Sesame, or so" }, "Object"],
    ["a code without end", { code: "X".repeat(33) }, "Object"],
    [
      "a name that is its own",
      Object.assign(new Error("x"), { name: "sesame", constructor: { name: "sesame" } }),
      "Error",
    ],
    ["a class that is the password", new (class sesame {})(), "an object"],
    [
      "what throws when it is looked at",
      {
        get code() {
          throw new Error("sesame");
        },
      },
      "an object",
    ],
  ] as const
) {
  test(`what a callback for PLAIN throws is not passed on: ${what}`, async () => {
    const policy = policyOf();
    policy.plain(() => Promise.reject(thrown), "*");
    const { faults: [fault] } = await policy.judge(plain("joe", "sesame"));
    const found = `Cannot judge peer: the callback for PLAIN has failed with ${told}`;
    assertEquals(fault!.message, `${found}, wanted true, false, a grant or a refusal`);
    assertEquals(/sesame/.test(inspect(fault, { depth: 9, showHidden: true })), false);
  });
}

test("a code of capital letters is left out if the password is in it", async () => {
  const policy = policyOf();
  policy.plain(({ password }: { password: string }) => Promise.reject({ code: password }), "*");
  const { faults: [fault] } = await policy.judge(plain("joe", "OPEN_SESAME"));
  assertMatch(fault!.message, /has failed with Object, wanted/);
});

test("a callback that never answers is given up at the limit, and holds nobody else", async () => {
  const clock = new ManualClock();
  const policy = policyOf(clock);
  const signals: AbortSignal[] = [];
  policy.plain(({ username, signal }: { username: string; signal: AbortSignal }) => {
    signals.push(signal);
    return username === "slow" ? new Promise(() => {}) : true;
  }, "*");
  const verdicts: (number | string)[][] = [];
  const slow = Array.from(
    { length: 100 },
    () => policy.judge(plain("slow", "x")).then((it) => verdicts.push(short(it))),
  );
  assertEquals(short(await policy.judge(plain("joe", "x"))), [200, "joe"]);
  assertEquals([policy.waiting, verdicts.length, clock.timers], [100, 0, 100]);
  await clock.advance(LIMIT - 1);
  assertEquals([policy.waiting, signals[0]!.aborted], [100, false]);
  await clock.advance(1);
  await Promise.all(slow);
  assertEquals(verdicts, Array(100).fill([300, "the callback for PLAIN has not answered"]));
  assertEquals([policy.waiting, clock.timers, signals[0]!.aborted, signals.at(-1)!.aborted], [0, 0, true, false]);
});

test("what comes after the limit, be it an error, is heard and passed over", async () => {
  const clock = new ManualClock();
  const policy = policyOf(clock);
  const late: { resolve: (answer: boolean) => void; reject: (error: Error) => void }[] = [];
  policy.curve(() => new Promise((resolve, reject) => late.push({ resolve, reject })), "*");
  const asked = [1, 2].map(() => policy.judge(curve(CLIENT_PUBLIC)));
  await clock.advance(LIMIT);
  const decisions = await Promise.all(asked);
  assertEquals(decisions.map((it) => short(it)[0]), [300, 300]);
  assertMatch(decisions[0]!.faults[0]!.message, /has not answered in 500 ms, wanted an answer in time$/);
  late[0]!.resolve(true);
  late[1]!.reject(new Error("late"));
  await settled();
});

test("closing ends what is waited for, with 300, and nobody is asked any more", async () => {
  const clock = new ManualClock();
  const policy = policyOf(clock);
  let calls = 0;
  policy.curve(() => (calls++, new Promise(() => {})), "*");
  const asked = policy.judge(curve(CLIENT_PUBLIC));
  await settled();
  policy.close();
  const decision = await asked;
  assertEquals([...short(decision), decision.faults.length], [300, "the authenticator is closed", 0]);
  assertEquals([policy.waiting, clock.timers, calls], [0, 0, 1]);
  assertEquals(short(await policy.judge(curve(CLIENT_PUBLIC)))[0], 400);
});

test("a rule that is none is refused, and no key is shown", () => {
  const policy = policyOf();
  for (
    const [rule, error, message] of [
      [CLIENT_SECRET, TypeError, /they are one value \(string\), wanted "any", keys, certificates/],
      [z85.decode(CLIENT_SECRET), TypeError, /they are one value \(object\)/],
      [new Certificate({ secretKey: CLIENT_SECRET }), TypeError, /they are one value \(object\)/],
      ["*", TypeError, /they are one value \(string\)/],
      [null, TypeError, /they are one value \(null\)/],
      [undefined, TypeError, /they are one value \(undefined\)/],
      [{}, TypeError, /they are an object \(Object\)/],
      [[CLIENT_SECRET.slice(1)], RangeError, /one of them is 39 characters, wanted 40 characters of Z85, or 32 octets/],
      [[1], TypeError, /one of them is of type number/],
      [[new Certificate({ metadata: { name: "x".repeat(256) } })], TypeError, /a userId that is none or too long/],
    ] as const
  ) {
    const thrown = assertThrows(() => policy.curve(rule, "*"), error);
    assertMatch(thrown.message, message);
    assertEquals(thrown.message.includes(CLIENT_SECRET.slice(2, 9)), false);
  }
});

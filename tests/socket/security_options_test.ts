/** What options of security may be together, and what a program is told of those that may not. */
import { assertEquals, assertThrows } from "@std/assert";
import { z85 } from "../../src/bytes/z85.ts";
import { Context, curveKeyPair, curvePublicKey, Pull, Push } from "../../mod.ts";
import { test } from "../harness.ts";

const ONE = curveKeyPair();
const OTHER = curveKeyPair();
const SERVER = { curveServer: true, curveSecretKey: ONE.secretKey };
const CLIENT = { curveServerKey: ONE.publicKey, curvePublicKey: OTHER.publicKey, curveSecretKey: OTHER.secretKey };

/** What `connect` says to these options; empty if it says nothing. */
function said(options: object): string {
  const push = new Push({ ...options, linger: 0, reconnectInterval: 0 });
  try {
    push.connect("tcp://127.0.0.1:1");
    return "";
  } catch (error) {
    return (error as Error).message;
  } finally {
    push.close();
  }
}

test("half a role, or two mechanisms, is an error of connect and of bind", async () => {
  const head = 'Cannot connect to "tcp://127.0.0.1:1": ';
  const cases: readonly (readonly [object, string])[] = [
    [{ curveServer: true }, "there is no curveSecretKey, wanted one for any option of CURVE"],
    [{ curveSecretKey: ONE.secretKey }, "there is no curveServerKey, wanted it, or curveServer: true"],
    [{ curveServerKey: ONE.publicKey }, "there is no curveSecretKey, wanted one for any option of CURVE"],
    [{ ...CLIENT, curvePublicKey: null }, "there is no curvePublicKey, wanted the one that goes with curveSecretKey"],
    [
      { ...CLIENT, curvePublicKey: ONE.publicKey },
      "curvePublicKey does not go with curveSecretKey, wanted the two of one pair",
    ],
    [
      { ...SERVER, curvePublicKey: OTHER.publicKey },
      "curvePublicKey does not go with curveSecretKey, wanted the two of one pair",
    ],
    [
      { ...SERVER, curveServerKey: ONE.publicKey },
      "curveServer is true, and there is a curveServerKey, wanted that on clients alone: a server knows its own",
    ],
    [{ plainUsername: "joe" }, "there is no plainPassword, wanted both or neither"],
    [{ plainPassword: "joe" }, "there is no plainUsername, wanted both or neither"],
    [
      { plainServer: true, plainUsername: "joe" },
      "plainServer is true, and there is a username or a password, wanted those on clients alone",
    ],
    [{ ...SERVER, plainServer: true }, "there are options of PLAIN and of CURVE, wanted those of one mechanism"],
  ];
  for (const [options, wanted] of cases) {
    assertEquals(said(options), head + wanted);
    await using pull = new Pull(options);
    assertThrows(() => pull.bind("tcp://127.0.0.1:*"), Error, wanted);
  }
  for (const options of [{}, SERVER, CLIENT, { plainServer: true }, { plainUsername: "", plainPassword: "" }]) {
    assertEquals(said(options), "");
  }
});

test("a key is read back as Z85, however it was given, and its mechanism by name", () => {
  const push = new Push({ ...CLIENT, curveSecretKey: z85.decode(OTHER.secretKey) });
  assertEquals([push.curveSecretKey, push.curvePublicKey], [OTHER.secretKey, OTHER.publicKey]);
  assertEquals(push.securityMechanism, "curve");
  push.curveSecretKey = null;
  assertEquals(push.curveSecretKey, null);
  assertEquals(new Push().securityMechanism, null);
  assertEquals(new Push({ plainServer: true }).securityMechanism, "plain");
  assertEquals(curvePublicKey(OTHER.secretKey), OTHER.publicKey);
  assertEquals(curvePublicKey(z85.decode(OTHER.secretKey)), OTHER.publicKey);
});

test("a wrong key or password is refused at once, and not shown", () => {
  const secret = "s".repeat(39);
  const refuse = (options: object, Type: typeof TypeError | typeof RangeError, wanted: string) => {
    const error = assertThrows(() => new Push(options), Type, wanted);
    assertEquals(error.message.includes("sss"), false);
  };
  refuse({ curveSecretKey: secret }, RangeError, "value is 39 characters, wanted a key: 40 characters of Z85, or 32");
  refuse({ curveSecretKey: `${secret}~` }, RangeError, "value is no Z85");
  refuse({ curveSecretKey: "#".repeat(40) }, RangeError, "value is no Z85");
  refuse({ curveServerKey: new Uint8Array(31) }, RangeError, "value is 31 octets");
  refuse({ curveServerKey: 1 }, TypeError, "value is of type number");
  refuse({ plainPassword: "s".repeat(256) }, RangeError, "value is 256 octets, wanted text of at most 255");
  refuse({ plainUsername: 1 }, TypeError, "value is of type number");
  refuse({ plainServer: 1 }, TypeError, "value is of type number, wanted true or false");
});

test("inproc needs no mechanism, and a context's defaults secure its sockets", async () => {
  await using context = new Context(SERVER);
  await using pull = new Pull({ context });
  assertEquals(pull.securityMechanism, "curve");
  await pull.bind("inproc://jobs");
  await using push = new Push({ context, curveServer: false, curveSecretKey: null });
  push.connect("inproc://jobs");
  await push.send("hello");
  assertEquals((await pull.receive()).length, 1);
});

test("options that stop fitting after bind or connect end connections, and nothing else", async () => {
  for (const change of [{ plainUsername: "joe" }, { curveSecretKey: ONE.secretKey }] as const) {
    await using pull = new Pull();
    const failed = new Promise<string>((resolve) => {
      pull.events.on("handshake:error:other", ({ error }) => resolve(error.message));
      pull.events.on("handshake:error:protocol", ({ error }) => resolve(error.message));
    });
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    Object.assign(pull, change);
    await using push = new Push({ linger: 0 });
    push.connect(endpoint);
    await failed;
    assertEquals(pull.peers, []);
  }
  await using late = new Push({ linger: 0, reconnectInterval: 1 });
  const refused = new Promise<string>((resolve) => {
    late.events.on("connect:retry", ({ error }) => {
      if (error?.message.includes("plainPassword")) resolve(error.message);
    });
  });
  late.connect("tcp://127.0.0.1:1");
  late.plainUsername = "joe";
  assertEquals(await refused, "Cannot connect: there is no plainPassword, wanted both or neither");
});

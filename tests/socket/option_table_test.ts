/** The table of options, the types that declare them, and their documentation say the same. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { Context, type ContextOptions, NotSupportedError } from "../../mod.ts";
import { OPTION_TABLE } from "../../src/socket/option_table.ts";
import { test } from "../harness.ts";
import { ROOT } from "../processes.ts";
import { type Loose, TYPES } from "../socket_fixture.ts";

/** Each class's name, for the interface that declares its options. */
const CLASSES: Readonly<Record<string, string>> = {
  PUSH: "Push",
  PULL: "Pull",
  PAIR: "Pair",
  PUB: "Publisher",
  SUB: "Subscriber",
  XPUB: "XPublisher",
  XSUB: "XSubscriber",
  REQ: "Request",
  REP: "Reply",
  DEALER: "Dealer",
  ROUTER: "Router",
  STREAM: "Stream",
  CLIENT: "Client",
  SERVER: "Server",
  RADIO: "Radio",
  DISH: "Dish",
  SCATTER: "Scatter",
  GATHER: "Gather",
  PEER: "Peer",
  CHANNEL: "Channel",
  DGRAM: "DatagramSocket",
};

/** What is refused whatever its value, and the value that is let through since it asks for nothing. */
const UNSUPPORTED: Readonly<Record<string, unknown>> = {
  affinity: 0,
  sendBufferSize: -1,
  receiveBufferSize: -1,
  tcpMaxRetransmitTimeout: 0,
  interface: null,
  loopbackFastPath: false,
  rate: 100,
  recoveryInterval: 10_000,
  multicastMaxTransportDataUnit: 1500,
  gssapiServer: false,
  gssapiPlainText: false,
  gssapiPrincipal: null,
  gssapiPrincipalNameType: "hostBased",
  gssapiServicePrincipal: null,
  gssapiServicePrincipalNameType: "hostBased",
  vmciBufferSize: 0,
  vmciBufferMinSize: 0,
  vmciBufferMaxSize: 0,
  vmciConnectTimeout: -1,
};

/** An interface of options.ts: the names it declares, each with its doc comment, and what it extends. */
interface Declared {
  readonly names: ReadonlyMap<string, string>;
  readonly bases: readonly string[];
  /** Names that it does not take from them, and interfaces whose names it does not. */
  readonly omitted: readonly string[];
}

const declared: ReadonlyMap<string, Declared> = readDeclarations();

for (const [type, Type] of Object.entries(TYPES)) {
  test(`the options that ${CLASSES[type]}Options declares are those that ${type} heeds`, () => {
    const heeded = Object.keys(OPTION_TABLE)
      .filter((name) => !(name in UNSUPPORTED) && OPTION_TABLE[name]!.heeds?.includes(type as never) !== false);
    const supported = namesOf(`${CLASSES[type]}Options`).filter((name) => !(name in UNSUPPORTED));
    assertEquals(supported.sort(), heeded.sort());
    const socket = new Type({ linger: 0 }) as Loose;
    for (const name of Object.keys(OPTION_TABLE)) {
      const heeds = heeded.includes(name) || name in UNSUPPORTED;
      const row = OPTION_TABLE[name]!;
      const initial = name === "linger" ? 0 : row.initial;
      assertEquals(socket[name], heeds ? initial : undefined, name);
      if (heeds) {
        // What is read can be written back, and `undefined` makes it the default again.
        const current = socket[name];
        socket[name] = current;
        socket[name] = undefined;
        continue;
      }
      const message = `Cannot set option "${name}": the socket is a ${type}, wanted ${row.heeds!.join(", ")}`;
      assertThrows(() => socket[name] = row.initial, TypeError, message);
      assertThrows(() => new Type({ [name]: row.initial }), TypeError, message);
    }
    void socket.close();
  });
}

test("security and buffers, which cannot be had, have their types all the same", () => {
  const typed = namesOf("UnsupportedOptions");
  assertEquals(typed.filter((name) => !(name in UNSUPPORTED)), []);
  const security = Object.keys(UNSUPPORTED).filter((name) => /^(?:plain|curve|zap)/.test(name));
  assertEquals(security.filter((name) => !typed.includes(name)), []);
});

test("every option says what libzmq calls it, or that it has none", () => {
  for (const [name, { names }] of declared) {
    for (const [option, doc] of names) {
      if (option !== "context") assertMatch(doc, /libzmq:[\s*]*(?:`ZMQ_[A-Z0-9_]+`|none)/, `${name}.${option}`);
    }
  }
});

test("every option of zeromq v6 has a row, under its name", () => {
  const source = readFileSync(`${ROOT}/node_modules/zeromq/lib/index.d.ts`, "utf8");
  const ofContexts = ["ioThreads", "maxSockets", "blocky", "threadPriority", "threadSchedulingPolicy", "context"];
  const others = ["readonly"];
  const names = [...source.matchAll(/^ {4,8}([a-z]\w*)\??: (?:number|boolean|string|null|Context|")/gm)]
    .map(([, name]) => name!)
    .filter((name) => !ofContexts.includes(name) && !others.includes(name));
  assert(names.length > 60, `${names.length}`);
  assertEquals(names.filter((name) => !Object.hasOwn(OPTION_TABLE, name)), []);
});

test("what cannot be had here is ENOTSUP, says why, and is let through when it asks for nothing", () => {
  for (const [name, nothing] of Object.entries(UNSUPPORTED)) {
    for (const Type of Object.values(TYPES)) {
      const socket = new Type({ [name]: nothing }) as Loose;
      assertEquals(socket[name], nothing, name);
      socket[name] = null;
      const grammar = new RegExp(`^Cannot set option "${name}": .+, wanted it left at `);
      for (const call of [() => socket[name] = "secret", () => new Type({ [name]: "secret" })]) {
        const error = assertThrows(call, NotSupportedError);
        assertEquals(error.code, "ENOTSUP");
        assertMatch(error.message, grammar);
        assert(!error.message.includes("secret"));
      }
      assertEquals(socket[name], nothing, name);
      void socket.close();
    }
  }
});

test("a name that no option has is the caller's mistake, and a likely one is named", () => {
  const wrong = (options: object, message: string): void => {
    for (const Type of [...Object.values(TYPES), Context as Loose]) {
      assertEquals((assertThrows(() => new Type(options), TypeError, message) as Loose).code, "EINVAL");
    }
  };
  wrong({ bogus: 1 }, 'Cannot set option "bogus": there is no option of this name');
  wrong({ sendHighWatermark: 1 }, 'there is no option of this name, wanted perhaps "sendHighWaterMark"');
  wrong({ toString: 1 }, 'Cannot set option "toString": there is no option of this name');
});

test("options that are no object are the caller's mistake", () => {
  for (const Type of Object.values(TYPES)) {
    assertThrows(() => new Type(5 as Loose), TypeError, "Cannot make socket: options are 5, wanted an object");
    const message = 'Cannot make socket: context is "c", wanted a Context';
    assertThrows(() => new Type({ context: "c" }), TypeError, message);
  }
  const wrong = (options: unknown, message: string): void => {
    assertThrows(() => new Context(options as ContextOptions), TypeError, message);
  };
  wrong(5, "Cannot make context: options are 5, wanted an object");
  wrong(null, "Cannot make context: options are null, wanted an object");
  wrong({ transports: 5 }, "Cannot make context: transports are 5, wanted an array of Transport");
  wrong({ transports: ["tcp"] }, "Cannot make context: transports are an array of 1, wanted an array of Transport");
});

/** All option names of an interface, inherited ones included. */
function namesOf(name: string): string[] {
  const { names, bases, omitted } = declared.get(name)!;
  const without = ["context", ...omitted.flatMap((one) => declared.has(one) ? namesOf(one) : [one])];
  const all = [...names.keys(), ...bases.flatMap(namesOf)].filter((option) => !without.includes(option));
  return [...new Set(all)];
}

function readDeclarations(): Map<string, Declared> {
  const source = ["options.ts", "hello_options.ts", "security_options.ts"]
    .map((file) => readFileSync(`${ROOT}/src/socket/${file}`, "utf8")).join("\n");
  const found = new Map<string, Declared>();
  for (const [, name, extended, body] of source.matchAll(/export interface (\w+)\s*(?:extends([^{]*))?\{([^}]*?)\}/g)) {
    const OMIT = /Omit<\s*(\w+),([^>]*)>/g;
    const less = [...(extended ?? "").matchAll(OMIT)].map(([, , names]) => names!).join();
    const omitted = [...less.matchAll(/\w{6,}/g)].map(([word]) => word);
    const bases = (extended ?? "").replaceAll(OMIT, "$1").split(",").map((base) => base.trim()).filter((
      base,
    ) => base !== "");
    const names = [...body!.matchAll(/\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)\?:/g)]
      .map(([, doc, option]): [string, string] => [option!, doc!]);
    found.set(name!, { names: new Map(names), bases, omitted });
  }
  return found;
}

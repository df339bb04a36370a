/**
 * Options: what they read as, what they take, what they refuse, and where they are.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { attempt, attempts, type Scenario, type Seen, show, type Zmq } from "../observing.ts";

const TYPES = [
  "Pair",
  "Publisher",
  "Subscriber",
  "Request",
  "Reply",
  "Dealer",
  "Router",
  "Pull",
  "Push",
  "XPublisher",
  "XSubscriber",
] as const;

/** Every option that any socket of `zeromq` has and can read, and some that none has. */
const NAMES = [
  "affinity",
  "rate",
  "recoveryInterval",
  "type",
  "linger",
  "reconnectInterval",
  "backlog",
  "reconnectMaxInterval",
  "maxMessageSize",
  "lastEndpoint",
  "tcpKeepalive",
  "tcpKeepaliveCount",
  "tcpKeepaliveIdle",
  "tcpKeepaliveInterval",
  "immediate",
  "ipv6",
  "securityMechanism",
  "plainServer",
  "plainUsername",
  "plainPassword",
  "curveServer",
  "probeRouter",
  "correlate",
  "relaxed",
  "conflate",
  "zapDomain",
  "handover",
  "typeOfService",
  "gssapiServer",
  "handshakeInterval",
  "socksProxy",
  "noDrop",
  "manual",
  "welcomeMessage",
  "verbosity",
  "notify",
  "invertMatching",
  "heartbeatInterval",
  "heartbeatTimeToLive",
  "heartbeatTimeout",
  "connectTimeout",
  "tcpMaxRetransmitTimeout",
  "threadSafe",
  "multicastMaxTransportDataUnit",
  "vmciBufferSize",
  "vmciBufferMinSize",
  "vmciBufferMaxSize",
  "vmciConnectTimeout",
  "interface",
  "zapEnforceDomain",
  "loopbackFastPath",
  "sendBufferSize",
  "sendHighWaterMark",
  "sendTimeout",
  "multicastHops",
  "receiveBufferSize",
  "receiveHighWaterMark",
  "receiveTimeout",
  "routingId",
  "socksUsername",
  "metadata",
] as const;

type Bag = Record<string, unknown>;

function make(zmq: Zmq, type: (typeof TYPES)[number], options?: Bag): Bag & { close(): void } {
  return new (zmq[type] as unknown as new (options?: Bag) => Bag & { close(): void })(options);
}

/** What an option reads as, or what is thrown instead. */
function read(socket: Bag, name: string): Seen {
  try {
    return show(socket[name]);
  } catch (error) {
    return { threw: (error as { code?: string }).code };
  }
}

/** Sets an option of a new socket to each of some values: what it then reads as, or what is thrown. */
async function given(zmq: Zmq, type: (typeof TYPES)[number], name: string, values: readonly unknown[]): Promise<Seen> {
  const seen: Seen[] = [];
  for (const value of values) {
    const socket = make(zmq, type);
    seen.push([
      show(value),
      await attempt(() => {
        socket[name] = value;
        return socket[name];
      }),
    ]);
    socket.close();
  }
  return seen;
}

/** As {@link given}, for what the binding cannot read. */
async function set(zmq: Zmq, type: (typeof TYPES)[number], name: string, values: readonly unknown[]): Promise<Seen> {
  const seen: Seen[] = [];
  for (const value of values) {
    const socket = make(zmq, type);
    seen.push([show(value), await attempt(() => void (socket[name] = value))]);
    socket.close();
  }
  return seen;
}

const NUMBERS = [0, 1, 5, 100, 1000, -1, -2, 1.5, NaN, Infinity, 2 ** 31, "5", true, null, undefined];
const FLAGS = [true, false, 1, 0, "true", null, undefined];
const TEXTS = ["text", "", Buffer.from("octets"), null, undefined, 5, "x".repeat(256)];

const NUMERIC = [
  "linger",
  "reconnectInterval",
  "reconnectMaxInterval",
  "backlog",
  "maxMessageSize",
  "handshakeInterval",
  "connectTimeout",
  "heartbeatInterval",
  "heartbeatTimeout",
  "heartbeatTimeToLive",
  "tcpKeepalive",
  "tcpKeepaliveCount",
  "tcpKeepaliveIdle",
  "tcpKeepaliveInterval",
  "typeOfService",
  "sendHighWaterMark",
  "sendTimeout",
  "receiveHighWaterMark",
  "receiveTimeout",
];

/** What the two differ in on purpose is compared elsewhere: see docs/migrating.md. */
export const SCENARIOS: readonly Scenario[] = [
  ...TYPES.map((type): Scenario => ({
    name: `every option of a ${type}, as it is by default`,
    run(zmq) {
      const socket = make(zmq, type);
      const seen = Object.fromEntries(NAMES.map((name) => [name, read(socket, name)]));
      const there = NAMES.filter((name) => name in socket);
      socket.close();
      return { seen, there };
    },
  })),
  ...NUMERIC.map((name): Scenario => ({
    name: `what ${name} takes and refuses`,
    // The library takes less of two that systems do not take more of.
    run: (zmq) =>
      given(
        zmq,
        "Dealer",
        name,
        name === "typeOfService" || name === "tcpKeepaliveCount" ? NUMBERS.filter((value) => value !== 1000) : NUMBERS,
      ),
  })),
  ...["immediate", "ipv6", "plainServer", "curveServer", "zapEnforceDomain"].map((name): Scenario => ({
    name: `what ${name} takes and refuses`,
    run: (zmq) => given(zmq, "Dealer", name, FLAGS),
  })),
  ...["routingId", "plainUsername", "plainPassword", "zapDomain"].map((name): Scenario => ({
    name: `what ${name} takes and refuses`,
    run: (zmq) => given(zmq, "Dealer", name, TEXTS),
  })),
  {
    name: "what a socksProxy takes and refuses",
    run: (zmq) => given(zmq, "Dealer", "socksProxy", ["127.0.0.1:1080", "", null, undefined, 5]),
  },
  {
    name: "what tcpAcceptFilter takes and refuses",
    run: (zmq) => set(zmq, "Dealer", "tcpAcceptFilter", ["127.0.0.1", "10.0.0.0/8", "nonsense", 5, null]),
  },
  {
    name: "options of ROUTER, XPUB, REQ and others that take true and false",
    run: async (zmq) => [
      await set(zmq, "Router", "mandatory", FLAGS),
      await given(zmq, "Router", "handover", FLAGS),
      await given(zmq, "Router", "probeRouter", FLAGS),
      await given(zmq, "Request", "correlate", FLAGS),
      await given(zmq, "Request", "relaxed", FLAGS),
      await given(zmq, "XPublisher", "noDrop", FLAGS),
      await given(zmq, "XPublisher", "manual", FLAGS),
      await given(zmq, "XPublisher", "invertMatching", FLAGS),
      await given(zmq, "Publisher", "noDrop", FLAGS),
      await given(zmq, "Publisher", "conflate", FLAGS),
      await given(zmq, "Subscriber", "conflate", FLAGS),
      await given(zmq, "Subscriber", "invertMatching", FLAGS),
    ],
  },
  {
    name: "what verbosity and welcomeMessage take",
    run: async (zmq) => [
      await given(zmq, "XPublisher", "verbosity", [null, "allSubs", "allSubsUnsubs", "nonsense", 5]),
      await given(zmq, "XPublisher", "welcomeMessage", ["hello", "", Buffer.from("hello"), null, undefined, 5]),
    ],
  },
  {
    name: "an option that is not there, and one that only reads",
    run: async (zmq) => ({
      unknown: await given(zmq, "Dealer", "nonsense", [5]),
      elsewhere: await given(zmq, "Dealer", "mandatory", [true]),
      receive: await given(zmq, "Push", "receiveTimeout", [5]),
      type: (await given(zmq, "Dealer", "type", [5]) as unknown[][])[0]![1] instanceof Object,
    }),
  },
  {
    name: "a constructor's options",
    run: (zmq) =>
      attempts({
        none: () => make(zmq, "Dealer").linger,
        some: () => make(zmq, "Dealer", { linger: 5, sendTimeout: 10 }).linger,
        unknown: () => make(zmq, "Dealer", { nonsense: 1 }),
        wrong: () => make(zmq, "Dealer", { linger: "5" }),
        range: () => make(zmq, "Dealer", { linger: -5 }),
        text: () => make(zmq, "Dealer", "text" as never),
        number: () => make(zmq, "Dealer", 5 as never),
        null: () => make(zmq, "Dealer", null as never),
        undefined: () => make(zmq, "Dealer", undefined).linger,
        array: () => make(zmq, "Dealer", [] as never).linger,
      }),
  },
  {
    name: "keys of CURVE",
    run(zmq) {
      const { publicKey, secretKey } = zmq.curveKeyPair();
      const socket = new zmq.Dealer();
      const seen = attempts({
        mechanism: () => socket.securityMechanism,
        publicKey: () => void (socket.curvePublicKey = publicKey),
        secretKey: () => void (socket.curveSecretKey = secretKey),
        serverKey: () => void (socket.curveServerKey = publicKey),
        after: () => socket.securityMechanism,
        short: () => socket.curveServerKey = "short",
        number: () => socket.curveServerKey = 5 as never,
        none: () => socket.curveServerKey = null,
        lengths: () => [publicKey.length, secretKey.length, typeof publicKey],
        others: () => zmq.curveKeyPair().publicKey !== publicKey,
      });
      return seen.then((all) => (socket.close(), all));
    },
  },
  {
    name: "the mechanism that options ask for",
    run(zmq) {
      const [none, server, client, curve] = [0, 1, 2, 3].map(() => new zmq.Dealer());
      server!.plainServer = true;
      client!.plainUsername = "user";
      curve!.curveServer = true;
      const seen = [none, server, client, curve].map((socket) => socket!.securityMechanism);
      client!.plainUsername = null;
      curve!.curveServer = false;
      seen.push(client!.securityMechanism, curve!.securityMechanism);
      for (const socket of [none, server, client, curve]) socket!.close();
      return seen;
    },
  },
  {
    name: "options by their numbers",
    run(zmq) {
      const socket = new zmq.Dealer() as unknown as Record<string, (...args: unknown[]) => unknown> & { close(): void };
      return attempts({
        linger: () => socket["getInt32Option"]!(17),
        set: () => {
          socket["setInt32Option"]!(17, 50);
          return socket["getInt32Option"]!(17);
        },
        unknown: () => socket["getInt32Option"]!(9999),
        setUnknown: () => socket["setInt32Option"]!(9999, 5),
        wrong: () => socket["setInt32Option"]!(17, "5"),
        noId: () => (socket["getInt32Option"] as () => unknown)(),
        flag: () => socket["getBoolOption"]!(39),
        setFlag: () => socket["setBoolOption"]!(39, true),
        text: () => socket["getStringOption"]!(5),
        setText: () => {
          socket["setStringOption"]!(5, "me");
          return socket["getStringOption"]!(5);
        },
        big: () => socket["getInt64Option"]!(22),
        unsigned: () => socket["getUint64Option"]!(4),
        mismatch: () => socket["setBoolOption"]!(17, true),
      }).then((seen) => (socket.close(), seen));
    },
  },
  {
    name: "options of a closed socket",
    run(zmq) {
      const socket = new zmq.Dealer();
      socket.close();
      return attempts({
        read: () => socket.linger,
        write: () => socket.linger = 5,
        type: () => socket.type,
        lastEndpoint: () => socket.lastEndpoint,
        events: () => socket.events === undefined,
        context: () => socket.context === undefined,
        closed: () => socket.closed,
        readable: () => socket.readable,
        writable: () => socket.writable,
      });
    },
  },
  {
    name: "options of a context",
    run(zmq) {
      const context = new zmq.Context() as unknown as Bag;
      const names = ["ioThreads", "maxSockets", "maxSocketsLimit", "maxMessageSize", "ipv6", "blocky"];
      names.push("threadPriority", "threadSchedulingPolicy", "nonsense");
      return attempts({
        defaults: () => names.map((name) => [name, show(context[name]), name in context]),
        shared: () => names.map((name) => show((zmq.context as unknown as Bag)[name])),
        set: () => {
          Object.assign(context, { maxSockets: 10, blocky: false, ipv6: true, maxMessageSize: 1000 });
          return ["maxSockets", "blocky", "ipv6", "maxMessageSize"].map((name) => context[name]);
        },
        unknown: () => context["nonsense"] = 1,
        readOnly: () => {
          try {
            context["maxSocketsLimit"] = 5;
            return "taken";
          } catch (error) {
            return (error as Error).name;
          }
        },
        wrong: () => context["maxSockets"] = "5",
        wrongFlag: () => context["blocky"] = 5,
        range: () => context["maxSockets"] = -1,
        given: () => new zmq.Context({ maxSockets: 5 }).maxSockets,
        givenUnknown: () => new zmq.Context({ nonsense: 5 } as object),
        text: () => new zmq.Context("text" as never),
        two: () => new (zmq.Context as never as new (...args: unknown[]) => unknown)({}, 5),
      });
    },
  },
  {
    name: "sockets and their contexts",
    run(zmq) {
      const context = new zmq.Context({ blocky: false });
      const one = new zmq.Dealer({ context });
      const other = new zmq.Dealer();
      const third = new zmq.Dealer({ context, linger: 5 });
      const seen = {
        own: one.context === context,
        shared: other.context === zmq.context,
        linger: [one.linger, other.linger, third.linger],
        ipv6: [one.ipv6],
      };
      for (const socket of [one, other, third]) socket.close();
      return seen;
    },
  },
  {
    name: "more sockets than a context may have",
    run(zmq) {
      const context = new zmq.Context({ maxSockets: 2 });
      const one = new zmq.Dealer({ context });
      const other = new zmq.Dealer({ context });
      return attempt(() => new zmq.Dealer({ context })).then((seen) => {
        one.close();
        other.close();
        return seen;
      });
    },
  },
];

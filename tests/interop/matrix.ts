/**
 * The compatibility table of RFC 37 as something to run: for each pair of types, how the two are set up and what they
 * exchange.
 *
 * @module
 */

import type { OptionBag, TypeName } from "./commands.ts";
import type { Batch } from "./contents.ts";
import { ZAP } from "./keys.ts";
import type { Peer, PeerSocket } from "./peers.ts";

/** Two types that talk to each other. */
export interface Pairing {
  /** The one that speaks first. */
  readonly first: TypeName;
  /** The other. */
  readonly second: TypeName;
  readonly firstOptions?: OptionBag;
  readonly secondOptions?: OptionBag;
  /** Waits until messages can pass, once both are bound and connected. */
  ready?(first: PeerSocket, second: PeerSocket): Promise<void>;
  /** Exchanges a batch, in both directions where both types send. */
  exchange(first: PeerSocket, second: PeerSocket, batch: Batch, id?: string): Promise<void>;
  /** Whether each message waits for an answer. */
  readonly lockstep?: boolean;
  /** Whether messages have one part. */
  readonly single?: boolean;
  /** Whether who connects learns the other's routing id by that, and is the only one who can begin. */
  readonly byId?: boolean;
}

/** Nothing is dropped: PUB, REP and ROUTER would, with a high-water mark; and a SERVER of npm `zeromq` would not wait. */
const UNLIMITED = { sendHighWaterMark: 0 };

/** What a publisher sends until its subscriber is known to listen, and then once more. */
const HELLO = "hello";
const GO = "go";

async function oneWay(first: PeerSocket, second: PeerSocket, batch: Batch): Promise<void> {
  await Promise.all([first.sendBatch(batch), second.receiveBatch(batch)]);
}

async function bothWays(first: PeerSocket, second: PeerSocket, batch: Batch): Promise<void> {
  await Promise.all([oneWay(first, second, batch), oneWay(second, first, batch)]);
}

function asked(envelope: string[] = []): Pairing["exchange"] {
  return async (first, second, batch) => {
    const count = batch.count ?? batch.shapes.length;
    await Promise.all([first.ask(batch, { envelope }), second.echo(count)]);
  };
}

/** All are sent before the first answer is looked at. */
function echoed(envelope: string[] = []): Pairing["exchange"] {
  return async (first, second, batch) => {
    const count = batch.count ?? batch.shapes.length;
    await Promise.all([
      first.sendBatch(batch, { envelope }),
      second.echo(count),
      first.receiveBatch(batch, { envelope }),
    ]);
  };
}

/**
 * A PUB cannot tell when it is subscribed: it says hello until that is heard. Between two hellos the peer in the other
 * process answers a question, so that the loop never keeps this one from its I/O.
 */
export async function greet(
  publisher: PeerSocket,
  subscriber: PeerSocket,
  topic = "",
  ...group: string[]
): Promise<void> {
  let heard = false;
  const first = subscriber.receive().then(() => heard = true);
  while (!heard) await Promise.all([publisher.send(...group, topic + HELLO), publisher.events(), subscriber.events()]);
  await first;
  await publisher.send(...group, topic + GO);
  while ((await subscriber.receive()).at(-1) !== topic + GO);
}

const GROUP = "a group";

async function joinAndGreet(first: PeerSocket, second: PeerSocket): Promise<void> {
  await second.join("another", GROUP);
  await greet(first, second, "", GROUP);
}

async function toGroup(first: PeerSocket, second: PeerSocket, batch: Batch): Promise<void> {
  const envelope = [GROUP];
  await Promise.all([first.sendBatch(batch, { envelope }), second.receiveBatch(batch, { envelope })]);
}

async function subscribeAndGreet(first: PeerSocket, second: PeerSocket): Promise<void> {
  await second.subscribe("");
  await greet(first, second);
}

/**
 * An XPUB receives the subscription. The other side waits for a message meanwhile: libzmq does nothing with a new
 * connection before the application's next call.
 */
async function subscribeAndHear(first: PeerSocket, second: PeerSocket): Promise<void> {
  await second.subscribe("");
  const going = second.receive();
  const [subscription] = await first.receive();
  if (subscription !== "\x01") throw new Error(`Received ${JSON.stringify(subscription)}, wanted the subscription`);
  await first.send(GO);
  await going;
}

/** An XSUB's own messages reach an XPUB. */
async function upstreamToo(first: PeerSocket, second: PeerSocket, batch: Batch): Promise<void> {
  const upstream = { envelope: ["up"] };
  await Promise.all([
    oneWay(first, second, batch),
    // Frames that begin with 0 or 1 would be subscriptions: these are the contents' own business, downstream only.
    Promise.all([second.sendBatch(UPSTREAM, upstream), first.receiveBatch(UPSTREAM, upstream)]),
  ]);
}

const UPSTREAM: Batch = { seed: 0, shapes: [[], [0], [0, 0]], count: 30 };

/** Both ROUTERs announce themselves by an empty message, so that each knows the other's routing id. */
async function probed(first: PeerSocket, second: PeerSocket): Promise<void> {
  await Promise.all([first.receive(), second.receive()]);
}

/** Who connects begins: it is the one that has a routing id for the other. */
const PEERS: Pairing = {
  first: "PEER",
  second: "PEER",
  single: true,
  byId: true,
  exchange: (first, second, batch, id) => echoed([id!])(first, second, batch),
};

/** Every pair of the table. */
export const PAIRINGS: readonly Pairing[] = [
  { first: "PUSH", second: "PULL", exchange: oneWay },
  {
    first: "PUB",
    second: "SUB",
    firstOptions: UNLIMITED,
    ready: subscribeAndGreet,
    exchange: oneWay,
  },
  { first: "PUB", second: "XSUB", firstOptions: UNLIMITED, ready: subscribeAndGreet, exchange: oneWay },
  { first: "XPUB", second: "SUB", firstOptions: UNLIMITED, ready: subscribeAndHear, exchange: oneWay },
  { first: "XPUB", second: "XSUB", firstOptions: UNLIMITED, ready: subscribeAndHear, exchange: upstreamToo },
  { first: "REQ", second: "REP", exchange: asked(), lockstep: true },
  { first: "REQ", second: "ROUTER", exchange: asked(), lockstep: true },
  { first: "DEALER", second: "REP", secondOptions: UNLIMITED, exchange: echoed([""]) },
  { first: "DEALER", second: "DEALER", exchange: bothWays },
  { first: "DEALER", second: "ROUTER", secondOptions: UNLIMITED, exchange: echoed() },
  {
    first: "ROUTER",
    second: "ROUTER",
    firstOptions: { ...UNLIMITED, routingId: "first", mandatory: true, probeRouter: true },
    secondOptions: { ...UNLIMITED, routingId: "second", mandatory: true, probeRouter: true },
    ready: probed,
    exchange: echoed(["second"]),
  },
  { first: "PAIR", second: "PAIR", exchange: bothWays },
  { first: "CLIENT", second: "SERVER", secondOptions: UNLIMITED, single: true, exchange: echoed() },
  { first: "SCATTER", second: "GATHER", single: true, exchange: oneWay },
  { first: "CHANNEL", second: "CHANNEL", single: true, exchange: bothWays },
  {
    first: "RADIO",
    second: "DISH",
    firstOptions: UNLIMITED,
    single: true,
    ready: joinAndGreet,
    exchange: toGroup,
  },
  PEERS,
];

/** How two peers meet. */
export interface Meeting {
  readonly pairing: Pairing;
  readonly first: Peer;
  readonly second: Peer;
  /** Who binds; the other connects. */
  readonly binds: "first" | "second";
  /** What is bound. */
  readonly endpoint: string;
  /** Options of a security mechanism; none unless given. */
  readonly secured?: Secured;
}

/** The options of a mechanism's two roles. */
export interface Secured {
  /** For the server: who binds, unless `judged` and REQ or DISH. */
  readonly server: OptionBag;
  /** For the client. */
  readonly client: OptionBag;
  /**
   * Whether the server lets nobody in unless somebody says so. libzmq's REQ and DISH hang up on those that they have asked
   * about: they take what a handler has granted for a message of the wrong form.
   */
  readonly judged?: true;
}

/** Lets two peers meet and exchange batches. */
export async function meet(
  { pairing, first, second, binds, endpoint, secured }: Meeting,
  ...batches: Batch[]
): Promise<void> {
  const hangsUp = secured?.judged && (pairing.first === "REQ" || pairing.second === "DISH");
  const serves = hangsUp ? pairing.first === "REQ" ? "second" : "first" : binds;
  await using _judge = secured?.judged && await letIn(serves === "first" ? first : second);
  const [ours, theirs] = serves === "first" ? ["server", "client"] as const : ["client", "server"] as const;
  await using one = await first.socket(pairing.first, { ...pairing.firstOptions, ...secured?.[ours] });
  await using other = await second.socket(pairing.second, { ...pairing.secondOptions, ...secured?.[theirs] });
  const [binder, connecter] = binds === "first" ? [one, other] : [other, one];
  const bound = await binder.bind(endpoint);
  const id = pairing.byId ? await connecter.connectPeer(bound) : undefined;
  if (id === undefined) await connecter.connect(bound);
  await pairing.ready?.(one, other);
  for (const batch of batches) {
    const fits = pairing.single ? { ...batch, shapes: batch.shapes.filter(({ length }) => length === 1) } : batch;
    if (id === undefined) await pairing.exchange(one, other, fits);
    else await pairing.exchange(connecter, binder, fits, id);
  }
}

/** Answers one question of ZAP in the peer's context: come in. */
async function letIn(peer: Peer): Promise<AsyncDisposable> {
  const zap = await peer.socket("REP");
  await zap.bind(ZAP);
  const answering = (async () => {
    const [, id] = await zap.receive();
    await zap.send("1.0", id!, "200", "", "admin", "");
  })().catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      await zap.unbind(ZAP);
      await zap[Symbol.asyncDispose]();
      await answering;
    },
  };
}

/** The pairs with each type on either side, which is the same twice where both types are. */
export const SIDES: readonly { readonly pairing: Pairing; readonly side: "first" | "second" }[] = PAIRINGS.flatMap(
  (pairing) => [
    { pairing, side: "first" as const },
    ...(pairing.first === pairing.second && pairing.first !== "ROUTER" ? [] : [{ pairing, side: "second" as const }]),
  ],
);

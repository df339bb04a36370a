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
  exchange(first: PeerSocket, second: PeerSocket, batch: Batch): Promise<void>;
  /** Whether each message waits for an answer. */
  readonly lockstep?: boolean;
}

/** Nothing is dropped: PUB, REP and ROUTER would, with a high-water mark. */
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
export async function greet(publisher: PeerSocket, subscriber: PeerSocket, topic = ""): Promise<void> {
  let heard = false;
  const first = subscriber.receive().then(() => heard = true);
  while (!heard) await Promise.all([publisher.send(topic + HELLO), publisher.events(), subscriber.events()]);
  await first;
  await publisher.send(topic + GO);
  while ((await subscriber.receive())[0] !== topic + GO);
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
  /** For the server: who binds, unless `judged` and REQ. */
  readonly server: OptionBag;
  /** For the client. */
  readonly client: OptionBag;
  /** Whether the server lets nobody in unless somebody says so. libzmq's REQ hangs up on those that it has asked about. */
  readonly judged?: true;
}

/** Lets two peers meet and exchange batches. */
export async function meet(
  { pairing, first, second, binds, endpoint, secured }: Meeting,
  ...batches: Batch[]
): Promise<void> {
  const serves = secured?.judged && pairing.first === "REQ" ? "second" : binds;
  await using _judge = secured?.judged && await letIn(serves === "first" ? first : second);
  const [ours, theirs] = serves === "first" ? ["server", "client"] as const : ["client", "server"] as const;
  await using one = await first.socket(pairing.first, { ...pairing.firstOptions, ...secured?.[ours] });
  await using other = await second.socket(pairing.second, { ...pairing.secondOptions, ...secured?.[theirs] });
  const [binder, connecter] = binds === "first" ? [one, other] : [other, one];
  await connecter.connect(await binder.bind(endpoint));
  await pairing.ready?.(one, other);
  for (const batch of batches) await pairing.exchange(one, other, batch);
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

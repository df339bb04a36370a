/**
 * Two sockets that have met, and ways to wait for what no promise tells of.
 *
 * @module
 */

import {
  Channel,
  Client,
  Dealer,
  Dish,
  Gather,
  Pair,
  Peer,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Router,
  Scatter,
  Server,
  type Socket,
  Stream,
  Subscriber,
  text,
  XPublisher,
  XSubscriber,
} from "../mod.ts";

/** A class of sockets. */
export type SocketClass = new (options?: Record<string, unknown>) => Socket;

/** Every type, by its name on the wire. */
export const TYPES: Readonly<Record<string, SocketClass>> = {
  PUSH: Push as SocketClass,
  PULL: Pull as SocketClass,
  PAIR: Pair as SocketClass,
  PUB: Publisher as SocketClass,
  SUB: Subscriber as SocketClass,
  XPUB: XPublisher as SocketClass,
  XSUB: XSubscriber as SocketClass,
  REQ: Request as SocketClass,
  REP: Reply as SocketClass,
  DEALER: Dealer as SocketClass,
  ROUTER: Router as SocketClass,
  STREAM: Stream as SocketClass,
  CLIENT: Client as SocketClass,
  SERVER: Server as SocketClass,
  RADIO: Radio as SocketClass,
  DISH: Dish as SocketClass,
  SCATTER: Scatter as SocketClass,
  GATHER: Gather as SocketClass,
  PEER: Peer as SocketClass,
  CHANNEL: Channel as SocketClass,
};

/** A socket as it is to someone who passes over what the types say. */
// deno-lint-ignore no-explicit-any -- that is the point
export type Loose = any;

/** Binds one to a free port of this machine, connects the other, and waits until both have shaken hands. */
export async function meet(binder: Socket, connecter: Socket, endpoint = "tcp://127.0.0.1:*"): Promise<string> {
  const bound = await binder.bind(endpoint);
  connecter.connect(bound);
  await until(() => binder.peers.length > 0 && connecter.peers.length > 0);
  return bound;
}

/** Waits, turn by turn, for what no event tells of. The test's own limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** One turn of the event loop, timers included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Lets what waits for a microtask only run, many times over. */
export async function microtasks(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

/** A message's frames as text. */
export function texts(frames: readonly Uint8Array[] | undefined): string[] | undefined {
  return frames?.map((frame) => text(frame));
}

/** Whether a promise has settled by now; it goes on either way. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settle = (): void => void (pending = false);
  promise.then(settle, settle);
  await turn();
  return pending;
}

/** A signal whose listeners are counted. */
export function countingSignal(): { signal: AbortSignal; abort(reason: unknown): void; listeners(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return { signal, abort: (reason) => controller.abort(reason), listeners: () => count };
}

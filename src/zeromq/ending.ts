/**
 * How a process ends, as with the binding: neither an open socket nor a timer of one keeps it from ending, but a call
 * that waits does (see `turns.ts`), and so does what is queued, for as long as its socket lingers.
 *
 * @module
 */

import process from "node:process";
import { clearTimeout as clearTimer, setTimeout as setTimer } from "node:timers";
import type { SocketCore } from "../socket/core.ts";
import { hold, release } from "./turns.ts";

/** The longest that a timer can wait. */
const LONGEST_DELAY = 0x7fffffff;

/** Milliseconds after which the author is told what the process waits for. */
const PATIENCE = 500;

/** Calls `task` once, `delay` milliseconds from now, unless the process has ended. Answers a function that prevents it. */
function after(delay: number, task: () => void): () => void {
  const timer = delay === Infinity ? undefined : setTimer(task, Math.min(delay, LONGEST_DELAY));
  timer?.unref();
  return () => clearTimer(timer);
}

/** A socket, as the end of the process sees it. */
export interface Lasting {
  /** What is behind it. */
  readonly core: SocketCore;
  /** Whether the context's `blocky` is why it lingers, perhaps. */
  blocky(): boolean;
  /** Closes it. */
  shut(): void;
}

const open: Set<Lasting> = new Set();
/** Sockets that are closed and still have something to do. */
const closing: Map<Promise<unknown>, Lasting> = new Map();
let watching = false;
/** The runtime's time, with timers that let the process end. */
let time: SocketCore["clock"] | undefined;

/**
 * A socket is made: it lets the process end.
 *
 * @param core What is behind it.
 * @param blocky Whether the context's `blocky` is why it lingers, perhaps.
 * @param shut Closes it.
 */
export function opened(core: SocketCore, blocky: () => boolean, shut: () => void): Lasting {
  core.clock = time ??= { ...core.clock, after };
  core.opened = letEnd;
  const socket = { core, blocky, shut };
  open.add(socket);
  if (!watching) process.on("beforeExit", () => void finish());
  watching = true;
  return socket;
}

function letEnd(thing: { unref?(): void }): void {
  thing.unref?.();
}

/** A socket is closed; `done` tells when nothing of it is left. */
export function closed(socket: Lasting, done: Promise<unknown>): void {
  open.delete(socket);
  closing.set(done, socket);
  void done.then(() => closing.delete(done));
}

/** Nothing is left to do but what is queued. What it may still send, it sends. */
async function finish(): Promise<void> {
  for (const socket of [...open]) if (hasUnsent(socket.core)) socket.shut();
  if (closing.size === 0) return;
  const blocky = [...closing.values()].some((socket) => socket.blocky());
  const timer = setTimer(() => tell(blocky), PATIENCE);
  hold();
  await ended();
  release();
  clearTimer(timer);
}

/** Settles when nothing is left of the sockets that have been closed. */
export async function ended(): Promise<void> {
  while (closing.size > 0) await Promise.all(closing.keys());
}

/** Whether something is queued that can leave the process. */
function hasUnsent({ endpoints }: SocketCore): boolean {
  return endpoints.connections.some((connection) => {
    return !connection.endpoint.startsWith("inproc://") && connection.stats().queuedOut > 0;
  });
}

/** Not by the runtime's own warnings: the binding cannot use them any more then, and programs know its words. */
function tell(blocky: boolean): void {
  const advice = blocky ? " Set 'context.blocky = false' to change this behaviour." : "";
  process.stderr.write(
    `(node:${process.pid}) WARNING: Waiting for queued ZeroMQ messages to be delivered.${advice}\n`,
  );
}

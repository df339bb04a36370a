/**
 * Several sockets, received from in one loop (libzmq's `zmq_poll` and `zmq_poller`, which tell who is readable; here the
 * message comes along, so that nobody else can have taken it meanwhile).
 *
 * @module
 */

import { show, TimeoutError, wrongRange, wrongType } from "../errors.ts";
import type { Frames } from "../message.ts";
import { signalOf, type WaitOptions } from "./aborts.ts";
import type { SocketCore } from "./core.ts";
import type { Receiving } from "./faces.ts";
import { checkReceiving, coreOf, Socket } from "./socket.ts";
import type { Waiter } from "./waiters.ts";

/** What {@link poll} can be given besides its sockets. `signal` ends it: it throws the signal's reason. */
export interface PollOptions extends WaitOptions {
  /**
   * The most milliseconds to wait for each message, 0 or more; then it throws a {@link TimeoutError}. 0: not at all.
   * `Infinity` unless given. The sockets' own `receiveTimeout` is for their `receive`.
   */
  readonly timeout?: number | undefined;
}

/** A message, and the socket that it came by. */
export interface Polled<S> {
  /** One of the sockets. */
  readonly socket: S;
  /** The message's frames, as `receive` gives them. */
  readonly frames: Frames;
}

/**
 * Messages of several sockets as they come, each with the socket that it came by. While several have some, each has its
 * turn, one message at a time. Whoever waits for a socket's messages besides has its place in the same line.
 *
 * Nothing is taken before it is asked for: leaving the loop loses no message, and leaves the sockets open. A socket that
 * is closed drops out, and with the last one the loop ends. A REP has no message while it owes a reply, nor a REQ that
 * has asked nothing; the others go on.
 *
 * @example Jobs, and the word to stop
 * ```ts
 * import { poll, Publisher, Pull, Push, Subscriber, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using jobs = new Pull();
 * await using control = new Subscriber();
 * control.subscribe();
 * await using push = new Push();
 * await using publisher = new Publisher();
 * push.connect(await jobs.bind("tcp://127.0.0.1:*"));
 * publisher.connect(await control.bind("tcp://127.0.0.1:*"));
 * while (publisher.topicsCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
 *
 * await push.send("job 1");
 * const done: string[] = [];
 * for await (const { socket, frames } of poll([jobs, control])) {
 *   if (socket === control) break;
 *   done.push(text(frames[0]));
 *   await publisher.send("stop");
 * }
 * assertEquals(done, ["job 1"]);
 * ```
 *
 * @param sockets One or more; one that is given twice counts once.
 * @param options `signal` and `timeout`, see {@link PollOptions}.
 * @returns An iterator, for `for await`. Any number of calls of `next` may wait, and are served first in, first out.
 * @throws {TypeError} If what is given are no sockets, or none.
 * @throws {NotSupportedError} If one of them only sends.
 * @throws {StateError} If the readable stream of one is locked; also at a later turn, if it is by then.
 * @throws {RangeError} If `timeout` is less than 0.
 * @throws {TimeoutError} (rejects) If `timeout` passes first. The next call of `next` waits anew.
 */
export function poll<S extends Socket & Receiving>(
  sockets: Iterable<S>,
  options: PollOptions = {},
): AsyncIterableIterator<Polled<S>> {
  const signal = signalOf("poll", options);
  return new Poll(endsOf(sockets), timeoutOf(options), signal);
}

/** One socket. */
interface End<S> {
  readonly socket: S;
  readonly core: SocketCore;
}

function endsOf<S extends Socket>(sockets: Iterable<S>): End<S>[] {
  const given: unknown = sockets;
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) {
    throw wrongType(`Cannot poll: sockets are ${show(given)}, wanted an array of them`);
  }
  const ends = Array.from(new Set(sockets), (socket, index) => {
    if (!(socket instanceof Socket)) {
      throw wrongType(`Cannot poll: socket ${index} is ${show(socket)}, wanted a socket`);
    }
    const core = coreOf(socket);
    if (!core.isClosed) core.checkReceive();
    checkReceiving(socket);
    return { socket, core };
  });
  if (ends.length === 0) throw wrongType("Cannot poll: there are no sockets, wanted at least one");
  return ends;
}

function timeoutOf({ timeout = Infinity }: PollOptions): number {
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  const wrong = typeof timeout === "number" ? wrongRange : wrongType;
  throw wrong(`Cannot poll: timeout is ${show(timeout)}, wanted milliseconds, 0 or more, or Infinity`);
}

function nothing(): void {}

class Poll<S extends Socket> implements AsyncIterableIterator<Polled<S>> {
  readonly #ends: readonly End<S>[];
  readonly #timeout: number;
  readonly #signal: AbortSignal | undefined;
  /** Whose turn is next. */
  #turn = 0;
  #done = false;
  /** Ends the calls of `next` that wait. */
  readonly #leave: Set<() => void> = new Set();

  constructor(ends: readonly End<S>[], timeout: number, signal: AbortSignal | undefined) {
    this.#ends = ends;
    this.#timeout = timeout;
    this.#signal = signal;
  }

  next(): Promise<IteratorResult<Polled<S>>> {
    // Hot: once per message.
    if (this.#done) return this.return();
    if (this.#signal?.aborted) return Promise.reject(this.#signal.reason);
    try {
      const value = this.#take();
      return value === undefined ? this.#wait() : Promise.resolve({ done: false, value });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  return(): Promise<IteratorResult<Polled<S>>> {
    this.#done = true;
    // What they would have taken is for others.
    for (const leave of this.#leave) leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** What is there now, by turns. */
  #take(): Polled<S> | undefined {
    const ends = this.#ends;
    for (let i = 0; i < ends.length; i++) {
      const at = (this.#turn + i) % ends.length;
      const { socket, core } = ends[at]!;
      if (core.isClosed) continue;
      checkReceiving(socket);
      const frames = core.tryTake();
      if (frames === undefined) continue;
      this.#turn = at + 1;
      return { socket, frames: frames as Frames };
    }
    return undefined;
  }

  /** Waits in the lines of all sockets, until the first of them has a message. */
  #wait(): Promise<IteratorResult<Polled<S>>> {
    if (this.#ends.every(({ core }) => core.isClosed)) return this.return();
    return new Promise((resolve, reject) => {
      const timeout = this.#timeout;
      if (timeout === 0) return reject(new TimeoutError("Cannot poll: no message is there, and timeout is 0"));
      const { clock, aborts } = this.#ends[0]!.core;
      const signal = this.#signal;
      const places: (readonly [SocketCore, Waiter])[] = [];
      let over = false;
      let open = 0;
      const end = (): void => {
        over = true;
        this.#leave.delete(leave);
        cancelTimer();
        if (signal !== undefined) aborts.delete(signal, fail);
        for (const [core, waiter] of places) core.giveUpReceiving(waiter, undefined);
      };
      const leave = (): void => {
        end();
        resolve({ done: true, value: undefined });
      };
      const fail = (error: unknown): void => {
        end();
        reject(error);
      };
      const late = `Cannot poll: no message came in ${timeout} ms, wanted one`;
      const cancelTimer = timeout === Infinity ? nothing : clock.after(timeout, () => fail(new TimeoutError(late)));
      if (signal !== undefined) aborts.add(signal, fail);
      this.#leave.add(leave);
      for (const [at, { socket, core }] of this.#ends.entries()) {
        if (core.isClosed) continue;
        open++;
        const waiter = core.enterReceivers(Infinity, (frames) => {
          this.#turn = at + 1;
          end();
          resolve({ done: false, value: { socket, frames: frames as Frames } });
        }, () => {
          // It is closed, unless it was given up because another had a message.
          if (!over && --open === 0) leave();
        });
        places.push([core, waiter]);
      }
    });
  }
}

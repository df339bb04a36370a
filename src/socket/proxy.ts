/**
 * The proxy: two sockets joined, message by message (libzmq's `zmq_proxy` and `zmq_proxy_steerable`).
 *
 * @module
 */

import { keyOf } from "../bytes/ascii.ts";
import { ClosedError, show, StateError, UnreachableError, wrongType } from "../errors.ts";
import { EMPTY, type Message } from "../message.ts";
import { can } from "./option_table.ts";
import type { SocketCore } from "./core.ts";
import { coreOf, Socket } from "./socket.ts";
import { signalOf } from "./aborts.ts";

const LONGEST_COMMAND = "STATISTICS".length;

/** What a proxy can be given besides its two sockets. */
export interface ProxyOptions {
  /** Gets a copy of every message, of both directions. If it cannot take one, the proxy waits. */
  readonly capture?: Socket;
  /**
   * Takes the commands `PAUSE`, `RESUME`, `TERMINATE` and `STATISTICS`, each a message of one frame; others are passed
   * over. While the proxy is paused, messages wait where they are. `STATISTICS` is answered with eight frames of eight
   * octets, little-endian: frames and octets received and sent, of the front and then of the back. A REP answers the
   * others with an empty message, and a socket that only receives (PULL, SUB) answers nothing. libzmq:
   * `zmq_proxy_steerable`.
   */
  readonly control?: Socket;
  /** Ends the proxy: it rejects with the signal's reason. No message is lost. */
  readonly signal?: AbortSignal;
}

/**
 * Moves messages from each of two sockets to the other, whole and in order, as long as the other has room: a side that
 * is full holds the other back. Direction by direction: what only sends is not read, what only receives not written.
 * A message that a `mandatory` ROUTER has no peer for, or that is not of the form that a CLIENT or its like send, is
 * dropped, and counted in its `stats()`.
 *
 * @example A queue between clients and workers
 * ```ts
 * import { Dealer, proxy, Reply, Request, Router, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using clients = new Router();
 * await using workers = new Dealer();
 * const front = await clients.bind("tcp://127.0.0.1:*");
 * const back = await workers.bind("tcp://127.0.0.1:*");
 * const running = proxy(clients, workers);
 *
 * await using worker = new Reply();
 * worker.connect(back);
 * await using client = new Request();
 * client.connect(front);
 * const answer = client.request("work");
 * await worker.receive();
 * await worker.send("done");
 * assertEquals(text((await answer)[0]), "done");
 * await clients.close();
 * await running;
 * ```
 *
 * @param front One socket, e.g. a `Router` that clients connect to.
 * @param back The other, e.g. a `Dealer` that workers connect to; may be the same one.
 * @param options Capture, control and signal, see {@link ProxyOptions}.
 * @returns When a `TERMINATE` has come, or either socket has been closed.
 * @throws {TypeError} If what is given is no socket, or no message could pass between the two.
 * @throws {ClosedError} If a socket is closed.
 * @throws {NotSupportedError} If `capture` cannot send, or `control` cannot receive.
 */
export function proxy(front: Socket, back: Socket, options: ProxyOptions = {}): Promise<void> {
  const signal = signalOf("run proxy", options);
  const ends = [readCore(front, "front"), readCore(back, "back")] as const;
  const capture = options.capture === undefined ? undefined : readCore(options.capture, "capture");
  const control = options.control === undefined ? undefined : readCore(options.control, "control");
  capture?.checkSend();
  control?.checkReceive();
  if (!passes(...ends) && !passes(ends[1], ends[0])) {
    throw wrongType(
      `Cannot run proxy: nothing passes between a ${front.type} and a ${back.type}, wanted one that receives and one that sends`,
    );
  }
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Run(...ends, capture).start(control, signal);
}

function readCore(socket: unknown, what: string): SocketCore {
  if (!(socket instanceof Socket)) throw wrongType(`Cannot run proxy: ${what} is ${show(socket)}, wanted a socket`);
  const core = coreOf(socket);
  if (core.isClosed) throw new ClosedError(`Cannot run proxy: ${what}, a ${core.type} socket, is closed`);
  return core;
}

/** Whether a message can go from one socket to the other. */
function passes(from: SocketCore, to: SocketCore): boolean {
  return can(from.type, "receive") && can(to.type, "send");
}

/** What passed one socket: frames and octets. */
interface Traffic {
  framesIn: number;
  bytesIn: number;
  framesOut: number;
  bytesOut: number;
}

class Run {
  readonly #front: SocketCore;
  readonly #back: SocketCore;
  readonly #capture: SocketCore | undefined;
  readonly #frontTraffic: Traffic = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 };
  readonly #backTraffic: Traffic = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 };
  #stopped = false;
  /** Ends what waits. */
  readonly #leave: Set<() => void> = new Set();
  /** Ends what waits for a message to pass, or for room for one: a pause does that too. */
  readonly #moving: Set<() => void> = new Set();
  #paused: Promise<void> | undefined;
  #resume: () => void = () => {};
  /** Called when a message has passed, either way, and forgotten. */
  readonly #passed: Set<() => void> = new Set();

  constructor(front: SocketCore, back: SocketCore, capture: SocketCore | undefined) {
    this.#front = front;
    this.#back = back;
    this.#capture = capture;
  }

  async start(control: SocketCore | undefined, signal: AbortSignal | undefined): Promise<void> {
    const [front, back] = [this.#front, this.#back];
    const stop = (): void => this.#stop();
    if (signal !== undefined) front.aborts.add(signal, stop);
    const stopListening = [front.onClose(stop), back.onClose(stop)];
    const running: Promise<void>[] = [];
    if (passes(front, back)) running.push(this.#move(front, back, this.#frontTraffic, this.#backTraffic));
    if (front !== back && passes(back, front)) {
      running.push(this.#move(back, front, this.#backTraffic, this.#frontTraffic));
    }
    // When one direction ends, so does everything; when the control socket is closed, nothing changes.
    for (const direction of running) direction.then(stop, stop);
    if (control !== undefined) {
      const steering = this.#steer(control);
      steering.catch(stop);
      running.push(steering);
    }
    const ends = await Promise.allSettled(running);
    for (const stopOne of stopListening) stopOne();
    if (signal !== undefined) {
      front.aborts.delete(signal, stop);
      signal.throwIfAborted();
    }
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  #stop(): void {
    this.#stopped = true;
    this.#resume();
    this.#tellPassed();
    for (const leave of [...this.#leave, ...this.#moving]) leave();
  }

  /** What has not passed yet waits where it is. */
  #pause(): void {
    this.#paused ??= new Promise((resolve) => this.#resume = resolve);
    for (const leave of [...this.#moving]) leave();
  }

  /** One direction, until the proxy is stopped or a socket closed. */
  async #move(from: SocketCore, to: SocketCore, fromTraffic: Traffic, toTraffic: Traffic): Promise<void> {
    const capture = this.#capture;
    while (!this.#stopped && !to.isClosed) {
      // Hot: once per message.
      if (this.#paused !== undefined) {
        await this.#paused;
        continue;
      }
      const message = from.tryTake() ?? await this.#take(from, this.#moving);
      if (message === undefined) {
        if (from.isClosed) return;
        continue;
      }
      const octets = count(message);
      // A socket with `transfer` gives the octets of what it takes away.
      const copy = capture === undefined ? message : message.map((frame) => frame.slice());
      let sent = false;
      try {
        sent = this.#mayPass(to) && (to.tryPost(message) || await this.#wait(message, to, this.#moving));
      } catch (error) {
        sent = await this.#judge(error, to);
      }
      if (!sent) {
        // Nobody has it yet: it is the next to be received.
        if (!from.isClosed) from.giveBack(message);
        continue;
      }
      fromTraffic.framesIn += message.length;
      fromTraffic.bytesIn += octets;
      toTraffic.framesOut += message.length;
      toTraffic.bytesOut += octets;
      if (this.#passed.size > 0) this.#tellPassed();
      if (capture !== undefined && !capture.isClosed && !capture.tryPost(copy)) {
        await this.#wait(copy, capture, this.#leave);
      }
    }
  }

  #mayPass(to: SocketCore): boolean {
    return !this.#stopped && this.#paused === undefined && !to.isClosed;
  }

  #tellPassed(): void {
    const waiting = [...this.#passed];
    this.#passed.clear();
    for (const tell of waiting) tell();
  }

  /** Waits for a message. Answers `undefined` if none will come, or the wait was ended through `leaves`. */
  #take(from: SocketCore, leaves: Set<() => void>): Promise<Message | undefined> {
    return new Promise((resolve) => {
      if (this.#stopped || from.isClosed) return resolve(undefined);
      const end = (message: Message | undefined): void => {
        leaves.delete(leave);
        resolve(message);
      };
      const waiter = from.enterReceivers(Infinity, end, () => end(undefined));
      const leave = (): void => from.giveUpReceiving(waiter, undefined);
      leaves.add(leave);
    });
  }

  /** Waits until a message can be handed on, or the wait is ended through `leaves`. Answers whether it was. */
  #wait(message: Message, to: SocketCore, leaves: Set<() => void>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#stopped || to.isClosed) return resolve(false);
      const waiter = to.enterSenders(message, Infinity, () => {
        leaves.delete(leave);
        resolve(true);
      }, (error) => {
        leaves.delete(leave);
        if (error === undefined || error instanceof ClosedError) resolve(false);
        else reject(error);
      });
      const leave = (): void => to.giveUpSending(waiter, undefined);
      leaves.add(leave);
    });
  }

  /** What an error in handing a message on comes to: whether the message has been dealt with. */
  #judge(error: unknown, to: SocketCore): Promise<boolean> | boolean {
    // A ROUTER with `mandatory` has told us, or a type whose messages have another form than what a peer has sent, and
    // there is nobody to tell in turn: the message is dropped.
    if (error instanceof UnreachableError || (error as { readonly code?: unknown }).code === "EINVAL") {
      to.dropped(1);
      return true;
    }
    if (!(error instanceof StateError)) throw error;
    if (this.#stopped) return false;
    // A REQ waits for its reply, a REP for its request: those come the other way.
    return new Promise((resolve) => this.#passed.add(() => resolve(false)));
  }

  async #steer(control: SocketCore): Promise<void> {
    for (;;) {
      const message = control.tryTake() ?? await this.#take(control, this.#leave);
      if (message === undefined) return;
      const command = commandOf(message);
      if (command === "PAUSE") this.#pause();
      else if (command === "RESUME" || command === "TERMINATE") {
        this.#paused = undefined;
        this.#resume();
      }
      const answer = command === "STATISTICS" ? this.#statistics() : control.type === "REP" ? [EMPTY] : undefined;
      const answers = answer !== undefined && can(control.type, "send") && !control.isClosed;
      if (answers && !control.tryPost(answer)) await this.#wait(answer, control, this.#leave);
      if (command === "TERMINATE") return this.#stop();
    }
  }

  #statistics(): Message {
    return [this.#frontTraffic, this.#backTraffic].flatMap(({ framesIn, bytesIn, framesOut, bytesOut }) =>
      [framesIn, bytesIn, framesOut, bytesOut].map((value) => {
        const frame = new Uint8Array(8);
        new DataView(frame.buffer).setBigUint64(0, BigInt(value), true);
        return frame;
      })
    );
  }
}

/** A command is its octets, and nothing more: no mark before them, and no second frame. */
function commandOf(message: Message): string {
  const frame = message[0]!;
  return message.length === 1 && frame.length <= LONGEST_COMMAND ? keyOf(frame) : "";
}

function count(message: Message): number {
  let octets = 0;
  for (const frame of message) octets += frame.length;
  return octets;
}

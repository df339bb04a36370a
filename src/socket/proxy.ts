/**
 * The proxy: two sockets joined, message by message (libzmq's `zmq_proxy` and `zmq_proxy_steerable`).
 *
 * @module
 */

import { ClosedError, show, wrongType } from "../errors.ts";
import { EMPTY, type Message, text } from "../message.ts";
import { can } from "./option_table.ts";
import type { SocketCore } from "./core.ts";
import { coreOf, Socket } from "./socket.ts";
import { signalOf } from "./waiters.ts";

/** How many messages one direction moves before others have their turn. */
const BURST = 1000;

/** What a proxy can be given besides its two sockets. */
export interface ProxyOptions {
  /** Gets a copy of every message, of both directions. If it cannot take one, the proxy waits. */
  readonly capture?: Socket;
  /**
   * Takes the commands `PAUSE`, `RESUME`, `TERMINATE` and `STATISTICS`. The last answers with eight frames of eight
   * octets, little-endian: frames and octets received and sent, of the front and then of the back. A REP answers the
   * others with an empty message.
   */
  readonly control?: Socket;
  /** Ends the proxy: it rejects with the signal's reason. No message is lost. */
  readonly signal?: AbortSignal;
}

/** What passed one socket: frames and octets. */
interface Traffic {
  framesIn: bigint;
  bytesIn: bigint;
  framesOut: bigint;
  bytesOut: bigint;
}

/**
 * Moves messages from each of two sockets to the other, whole and in order, as long as the other has room: a side that
 * is full holds the other back. Direction by direction: what only sends is not read, what only receives not written.
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
 */
export async function proxy(front: Socket, back: Socket, options: ProxyOptions = {}): Promise<void> {
  const ends = [coreFrom(front, "front"), coreFrom(back, "back")] as const;
  const capture = options.capture === undefined ? undefined : coreFrom(options.capture, "capture");
  const control = options.control === undefined ? undefined : coreFrom(options.control, "control");
  const signal = signalOf("run proxy", options);
  capture?.checkSend();
  control?.checkReceive();
  const run = new ProxyRun(ends[0], ends[1], capture);
  if (!run.possible) {
    throw wrongType(
      `Cannot run proxy: nothing passes between a ${front.type} and a ${back.type}, wanted sockets that fit`,
    );
  }
  signal?.throwIfAborted();
  const aborted = (): void => run.stop();
  signal?.addEventListener("abort", aborted);
  try {
    await run.start(control);
  } finally {
    signal?.removeEventListener("abort", aborted);
  }
  signal?.throwIfAborted();
}

function coreFrom(socket: unknown, what: string): SocketCore {
  if (socket instanceof Socket) return coreOf(socket);
  throw wrongType(`Cannot run proxy: ${what} is ${show(socket)}, wanted a socket`);
}

class ProxyRun {
  readonly #front: SocketCore;
  readonly #back: SocketCore;
  readonly #capture: SocketCore | undefined;
  readonly #stopped = new AbortController();
  readonly #frontTraffic: Traffic = { framesIn: 0n, bytesIn: 0n, framesOut: 0n, bytesOut: 0n };
  readonly #backTraffic: Traffic = { framesIn: 0n, bytesIn: 0n, framesOut: 0n, bytesOut: 0n };
  #paused: Promise<void> | undefined;
  #resume: () => void = () => {};

  constructor(front: SocketCore, back: SocketCore, capture: SocketCore | undefined) {
    this.#front = front;
    this.#back = back;
    this.#capture = capture;
  }

  get possible(): boolean {
    return passes(this.#front, this.#back) || passes(this.#back, this.#front);
  }

  async start(control: SocketCore | undefined): Promise<void> {
    const directions: Promise<void>[] = [];
    const [front, back] = [this.#front, this.#back];
    if (passes(front, back)) directions.push(this.#move(front, back, this.#frontTraffic, this.#backTraffic));
    if (front !== back && passes(back, front)) {
      directions.push(this.#move(back, front, this.#backTraffic, this.#frontTraffic));
    }
    const steering = control === undefined ? undefined : this.#steer(control);
    // When one direction ends, so does everything.
    for (const direction of directions) direction.then(() => this.stop(), () => this.stop());
    await Promise.all([...directions, steering]);
  }

  stop(): void {
    this.#stopped.abort();
    this.#resume();
  }

  /** One direction, until the proxy is stopped or a socket closed. */
  async #move(from: SocketCore, to: SocketCore, fromTraffic: Traffic, toTraffic: Traffic): Promise<void> {
    const { signal } = this.#stopped;
    let burst = 0;
    while (!signal.aborted) {
      if (this.#paused !== undefined) {
        await this.#paused;
        continue;
      }
      let message = from.isClosed ? undefined : from.tryTake();
      if (message === undefined) {
        message = await this.#wait(from, signal);
        if (message === undefined) return;
        if (this.#paused !== undefined) {
          from.giveBack(message);
          continue;
        }
      }
      count(message, fromTraffic, "In");
      if (!await this.#pass(message, to, signal) || !await this.#copy(message, signal)) {
        if (!from.isClosed) from.giveBack(message);
        return;
      }
      count(message, toTraffic, "Out");
      if (++burst < BURST) continue;
      burst = 0;
      await new Promise<void>((resolve) => from.clock.atTurnEnd(resolve));
    }
  }

  async #wait(from: SocketCore, signal: AbortSignal): Promise<Message | undefined> {
    try {
      return await from.waitToTake(signal);
    } catch (error) {
      if (signal.aborted || error instanceof ClosedError || from.isClosed) return undefined;
      throw error;
    }
  }

  /** Hands a message on. Answers whether that could be done. */
  async #pass(message: Message, to: SocketCore, signal: AbortSignal): Promise<boolean> {
    if (to.isClosed) return false;
    if (to.trySend(message)) return true;
    try {
      await to.waitToSend(message, signal);
      return true;
    } catch (error) {
      if (signal.aborted || error instanceof ClosedError || to.isClosed) return false;
      throw error;
    }
  }

  #copy(message: Message, signal: AbortSignal): Promise<boolean> | boolean {
    return this.#capture === undefined || this.#capture.isClosed || this.#pass(message, this.#capture, signal);
  }

  async #steer(control: SocketCore): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      const message = await this.#wait(control, signal);
      if (message === undefined) return;
      const command = text(message[0]);
      if (command === "PAUSE") this.#paused ??= new Promise((resolve) => this.#resume = resolve);
      else if (command === "RESUME" || command === "TERMINATE") {
        this.#paused = undefined;
        this.#resume();
      }
      if (command === "STATISTICS") await this.#pass(this.#statistics(), control, signal);
      else if (control.type === "REP") await this.#pass([EMPTY], control, signal);
      if (command === "TERMINATE") return this.stop();
    }
  }

  #statistics(): Message {
    return [this.#frontTraffic, this.#backTraffic].flatMap(({ framesIn, bytesIn, framesOut, bytesOut }) =>
      [framesIn, bytesIn, framesOut, bytesOut].map((value) => {
        const frame = new Uint8Array(8);
        new DataView(frame.buffer).setBigUint64(0, value, true);
        return frame;
      })
    );
  }
}

/** Whether a message can go from one socket to the other. */
function passes(from: SocketCore, to: SocketCore): boolean {
  return can(from.type, "receive") && can(to.type, "send");
}

function count(message: Message, traffic: Traffic, way: "In" | "Out"): void {
  let octets = 0;
  for (const frame of message) octets += frame.length;
  traffic[`frames${way}`] += BigInt(message.length);
  traffic[`bytes${way}`] += BigInt(octets);
}

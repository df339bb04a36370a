/**
 * A socket as WHATWG streams: a facade over a few methods, made when first asked for. The streams hold nothing of their
 * own, so that back-pressure is the socket's: the readable takes a message only when someone reads, the writable takes
 * the next one only when the last has been queued.
 *
 * @module
 */

import type { Frames, Message, MessageInput } from "../message.ts";

/** What a readable needs of a socket. */
export interface MessageSource {
  /** The next message if there is one. */
  tryTake(): Message | undefined;
  /** Waits for the next message; rejects when the socket is closed. */
  waitToTake(signal: AbortSignal): Promise<Message>;
  /** Takes a message back that nobody wants any more, to be received first. */
  giveBack(message: Message): void;
  /** Whether the socket is closed. */
  readonly isClosed: boolean;
}

/** What a writable needs of a socket. */
export interface MessageTarget {
  /** Queues a message if there is room. */
  trySend(message: MessageInput): boolean;
  /** Waits until a message can be queued. */
  waitToSend(message: MessageInput, signal: AbortSignal): Promise<void>;
}

/** A readable stream of a socket's messages, and what must be known of it. */
export interface ReadableFace {
  /** The stream. */
  readonly stream: ReadableStream<Frames>;
  /** Whether it has ended: cancelled, or at its end. */
  readonly ended: boolean;
  /** The socket is closed: the stream comes to its end. */
  end(): void;
}

/** Makes a readable stream of a socket's messages. Cancelling it loses none, and leaves the socket as it is. */
export function readableOf(source: MessageSource): ReadableFace {
  const cancelled = new AbortController();
  let ended = false;
  let controller!: ReadableStreamDefaultController<Frames>;
  const end = (): void => {
    if (ended) return;
    ended = true;
    controller.close();
  };
  const wait = async (): Promise<void> => {
    let message: Message;
    try {
      message = await source.waitToTake(cancelled.signal);
    } catch (error) {
      if (ended) return;
      if (source.isClosed) return end();
      ended = true;
      return controller.error(error);
    }
    // Whoever asked may have let go of the stream meanwhile: the message is anyone's then.
    if (ended || !stream.locked) source.giveBack(message);
    else controller.enqueue(message as Frames);
  };
  const stream: ReadableStream<Frames> = new ReadableStream<Frames>({
    start(its) {
      controller = its;
    },
    pull(): Promise<void> | undefined {
      // Hot: once per message.
      const message = source.tryTake();
      if (message === undefined) return wait();
      controller.enqueue(message as Frames);
      return undefined;
    },
    cancel() {
      ended = true;
      cancelled.abort();
    },
  }, { highWaterMark: 0 });
  return {
    stream,
    end,
    get ended(): boolean {
      return ended;
    },
  };
}

/** A writable stream to a socket, and what must be known of it. */
export interface WritableFace {
  /** The stream. */
  readonly stream: WritableStream<MessageInput>;
  /** Whether it has ended: closed, aborted, or failed. */
  readonly ended: boolean;
  /** The socket is closed: the stream fails with this error. */
  fail(error: Error): void;
}

/**
 * Makes a writable stream to a socket. A write is done when the message is queued. Closing or aborting it leaves the
 * socket as it is; aborting gives up a message that still waits for room.
 */
export function writableOf(target: MessageTarget): WritableFace {
  let ended = false;
  let controller!: WritableStreamDefaultController;
  const stream: WritableStream<MessageInput> = new WritableStream<MessageInput>({
    start(its) {
      controller = its;
    },
    write(message) {
      // Hot: once per message. What throws here, a message that is none, fails the stream.
      try {
        if (target.trySend(message)) return;
      } catch (error) {
        ended = true;
        throw error;
      }
      return target.waitToSend(message, controller.signal).catch((error) => {
        ended = true;
        throw error;
      });
    },
    close() {
      ended = true;
    },
    abort() {
      ended = true;
    },
  });
  return {
    stream,
    fail(error: Error): void {
      if (ended) return;
      ended = true;
      controller.error(error);
    },
    get ended(): boolean {
      return ended;
    },
  };
}

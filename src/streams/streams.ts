/**
 * A socket as WHATWG streams: a facade over a few methods, made when first asked for. The streams hold nothing of their
 * own, so that back-pressure is the socket's: the readable takes a message only when someone reads, the writable takes
 * the next one only when the last has been queued.
 *
 * @module
 */

import { type Frames, type Message, type MessageInput, toMessage } from "../message.ts";

/** A place in a line. */
export interface Waiting {
  /** Whether it waits no more. */
  readonly gone: boolean;
}

/** What both streams need of a socket. */
export interface Closable {
  /** Whether the socket is closed. */
  readonly isClosed: boolean;
  /** Calls `tell` when the socket is closed. Answers a function that prevents it. */
  onClose(tell: () => void): () => void;
  /** The error of what the socket is closed for. */
  closedError(what: string): Error;
}

/** What a readable needs of a socket. */
export interface MessageSource extends Closable {
  /** The next message if there is one. */
  tryTake(): Message | undefined;
  /** Waits for the next message. `failed` is called when the socket is closed, or by {@link giveUpReceiving}. */
  enterReceivers(timeout: number, taken: (message: Message) => void, failed: (error: unknown) => void): Waiting;
  /** Waits no more. */
  giveUpReceiving(waiting: Waiting, error: unknown): void;
  /** Takes a message back that nobody wants any more, to be received first. */
  giveBack(message: Message): void;
}

/** What a writable needs of a socket. */
export interface MessageTarget extends Closable {
  /** Throws if the socket cannot send. */
  checkSend(): void;
  /** Queues a message if there is room, and the turn has not had too many. */
  tryPost(message: Message): boolean;
  /** Waits until a message can be queued. `failed` is called if it never can, or by {@link giveUpSending}. */
  enterSenders(message: Message, timeout: number, sent: () => void, failed: (error: unknown) => void): Waiting;
  /** Waits no more. */
  giveUpSending(waiting: Waiting, error: unknown): void;
}

/** A stream of a socket, and what must be known of it. */
export interface Face<S> {
  /** The stream. */
  readonly stream: S;
  /** Whether it has come to an end of its own: closed, cancelled, aborted or failed. */
  readonly ended: boolean;
}

/** Makes a readable stream of a socket's messages. Cancelling it loses none, and leaves the socket as it is. */
export function readableOf(source: MessageSource): Face<ReadableStream<Frames>> {
  let ended = false;
  let waiting: Waiting | undefined;
  /** A message that came for a reader who had gone, while the next had not read yet: the stream holds it. */
  let held: Message | undefined;
  const stopListening = source.onClose(() => {
    ended = true;
    controller.close();
  });
  let controller!: ReadableStreamDefaultController<Frames>;
  const stream: ReadableStream<Frames> = new ReadableStream<Frames>({
    start(its) {
      controller = its;
    },
    pull(): Promise<void> | undefined {
      // Hot: once per message. Who asks has read what was held.
      held = undefined;
      const message = source.tryTake();
      if (message !== undefined) return void controller.enqueue(message as Frames);
      return new Promise((resolve) => {
        waiting = source.enterReceivers(Infinity, (taken) => {
          // Whoever asked may have let go of the stream meanwhile: the message is anyone's then.
          if (stream.locked) {
            controller.enqueue(taken as Frames);
            if (controller.desiredSize! < 0) held = taken;
          } else source.giveBack(taken);
          resolve();
        }, () => resolve());
      });
    },
    cancel() {
      ended = true;
      stopListening();
      if (waiting !== undefined) source.giveUpReceiving(waiting, undefined);
      if (held !== undefined) source.giveBack(held);
    },
  }, { highWaterMark: 0 });
  return {
    stream,
    get ended(): boolean {
      return ended;
    },
  };
}

/**
 * Makes a writable stream to a socket. A write is done when the message is queued. Closing or aborting it leaves the
 * socket as it is; aborting gives up a message that still waits for room.
 */
export function writableOf(target: MessageTarget): Face<WritableStream<MessageInput>> {
  let ended = false;
  let controller!: WritableStreamDefaultController;
  const end = (): void => {
    ended = true;
    stopListening();
  };
  const stopListening = target.onClose(() => {
    ended = true;
    controller.error(target.closedError("write"));
  });
  const wait = (message: Message): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting = target.enterSenders(message, Infinity, () => {
        controller.signal.removeEventListener("abort", aborted);
        resolve();
      }, (error) => {
        controller.signal.removeEventListener("abort", aborted);
        end();
        reject(error);
      });
      // What waits must go before the stream calls `abort`, so that is too late to hear of it.
      const aborted = (): void => target.giveUpSending(waiting, controller.signal.reason);
      controller.signal.addEventListener("abort", aborted);
    });
  const stream: WritableStream<MessageInput> = new WritableStream<MessageInput>({
    start(its) {
      controller = its;
    },
    write(input) {
      // Hot: once per message. What throws here, a message that is none, fails the stream.
      let message: Message;
      try {
        target.checkSend();
        message = toMessage(input);
        if (target.tryPost(message)) return;
      } catch (error) {
        end();
        throw error;
      }
      return wait(message);
    },
    close: end,
    abort: end,
  });
  return {
    stream,
    get ended(): boolean {
      return ended;
    },
  };
}

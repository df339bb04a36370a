/**
 * What carries values to another thread and back: a `MessagePort`, a `Worker`, the global scope of one; those of the web
 * ({@link https://html.spec.whatwg.org/multipage/web-messaging.html | HTML, "Channel messaging"}), and those of
 * `node:worker_threads`. It names no runtime: they are told apart by what they can do.
 *
 * @module
 */

/** Something to post values to, that tells of values posted from the other side. */
export interface MessagePortLike {
  /** Posts a value, and gives away the memory in `transfer`. */
  postMessage(value: unknown, transfer: ArrayBuffer[]): void;
  /** Listens, as an `EventTarget`. */
  addEventListener?(type: string, listener: (event: Event) => void): unknown;
  /** Listens no more. */
  removeEventListener?(type: string, listener: (event: Event) => void): unknown;
  /** Listens, as an `EventEmitter` of Node's. */
  on?(type: string, listener: (value: unknown) => void): unknown;
  /** Listens no more. */
  off?(type: string, listener: (value: unknown) => void): unknown;
  /** Begins to hand over; a `MessagePort` has it, a `Worker` has not. */
  start?(): void;
  /** Ends both sides. */
  close?(): void;
}

/** Whether something can be posted to and listened to. */
export function isMessagePort(target: object): target is MessagePortLike {
  const { postMessage, addEventListener, on } = target as Partial<MessagePortLike>;
  return typeof postMessage === "function" && (typeof addEventListener === "function" || typeof on === "function");
}

/** Who hears what comes. */
export interface PortHandler {
  /** A value has been posted from the other side. */
  message(value: unknown): void;
  /** The other side is gone, or something came that cannot be read. May be called more than once. */
  gone(why: "closed" | "unreadable"): void;
}

/** A port in use. */
export class Port {
  readonly #target: MessagePortLike;
  #stop: () => void = () => {};

  /** Hears nothing before {@link listen}. */
  constructor(target: MessagePortLike) {
    this.#target = target;
  }

  /** Begins to hear. */
  listen(handler: PortHandler): void {
    const target = this.#target;
    const closed = (): void => handler.gone("closed");
    const unreadable = (): void => handler.gone("unreadable");
    if (typeof target.addEventListener === "function") {
      this.#stop = subscribe(
        {
          message: (event) => handler.message((event as Event & { readonly data: unknown }).data),
          messageerror: unreadable,
          close: closed,
        },
        (type, listener) => target.addEventListener!(type, listener),
        (type, listener) => target.removeEventListener!(type, listener),
      );
    } else {
      // A Worker of Node's. Its errors are the program's: who listened to them here would hide them.
      this.#stop = subscribe(
        { message: (value) => handler.message(value), messageerror: unreadable, close: closed, exit: closed },
        (type, listener) => target.on!(type, listener),
        (type, listener) => target.off!(type, listener),
      );
    }
    target.start?.();
  }

  /** Posts a value, and gives away memory. */
  post(value: unknown, transfer: ArrayBuffer[]): void {
    this.#target.postMessage(value, transfer);
  }

  /** Hears no more, and posts no more; what has been posted arrives. A port ends with it, a worker does not. */
  close(): void {
    this.#stop();
    // A worker's global scope has `close` too, which would be the end of the worker.
    if (typeof this.#target.start === "function") this.#target.close?.();
  }
}

/** Adds listeners. Answers what removes them. */
function subscribe<T>(
  listeners: Readonly<Record<string, (value: T) => void>>,
  add: (type: string, listener: (value: T) => void) => unknown,
  remove: (type: string, listener: (value: T) => void) => unknown,
): () => void {
  for (const [type, listener] of Object.entries(listeners)) add(type, listener);
  return () => {
    for (const [type, listener] of Object.entries(listeners)) remove(type, listener);
  };
}

/**
 * A peer made of libzmq: the npm package `zeromq` carries it. Runs under Node alone.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as zmq from "zeromq";
import { type AnySocket, type Library, octetsOf, type OptionBag, type PeerEvent, type TypeName } from "./commands.ts";
import { serve } from "./serve.ts";

const CLASSES: Readonly<Record<TypeName, new (options: OptionBag) => zmq.Socket>> = {
  PUSH: zmq.Push,
  PULL: zmq.Pull,
  PUB: zmq.Publisher,
  SUB: zmq.Subscriber,
  XPUB: zmq.XPublisher,
  XSUB: zmq.XSubscriber,
  REQ: zmq.Request,
  REP: zmq.Reply,
  DEALER: zmq.Dealer,
  ROUTER: zmq.Router,
  PAIR: zmq.Pair,
  STREAM: zmq.Stream,
};

// Options by number: those for which the binding has no property.
const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const METADATA = 95;

/** The binding's own way to set an option by number; it is there, and not public. */
function rawOptions(socket: zmq.Socket): { setStringOption(option: number, value: string | Uint8Array): void } {
  return socket as never;
}

/** Sets an option; `metadata` takes a record, as in this library. */
function setOption(socket: zmq.Socket, name: string, value: unknown): void {
  if (name !== "metadata") return void Object.assign(socket, { [name]: value });
  for (const [key, text] of Object.entries(value as Record<string, string>)) {
    rawOptions(socket).setStringOption(METADATA, `${key}:${text}`);
  }
}

async function* eventsOf(socket: zmq.Socket): AsyncGenerator<PeerEvent> {
  for await (const event of socket.events) {
    const { type, address, error } = event as zmq.Event & { address?: string; error?: Error & { code?: string } };
    yield {
      type,
      ...(address === undefined ? {} : { endpoint: address }),
      ...(error === undefined ? {} : { message: error.message }),
      ...(error?.code === undefined ? {} : { code: error.code }),
    };
  }
}

class Libzmq implements AnySocket {
  readonly events: AsyncIterable<PeerEvent>;
  readonly stats = {};
  readonly #socket: zmq.Router & zmq.Subscriber;

  constructor(socket: zmq.Socket) {
    this.#socket = socket as zmq.Router & zmq.Subscriber;
    this.events = eventsOf(socket);
  }

  async bind(endpoint: string): Promise<string> {
    await this.#socket.bind(endpoint);
    return this.#socket.lastEndpoint!;
  }

  unbind(endpoint: string): Promise<void> {
    return this.#socket.unbind(endpoint);
  }

  connect(endpoint: string, routingId?: string): void {
    if (routingId === undefined) this.#socket.connect(endpoint);
    else this.#socket.connect(endpoint, { routingId });
  }

  disconnect(endpoint: string): void {
    this.#socket.disconnect(endpoint);
  }

  subscribe(topic: Uint8Array): Promise<void> {
    return this.#subscription(SUBSCRIBE, topic);
  }

  unsubscribe(topic: Uint8Array): Promise<void> {
    return this.#subscription(UNSUBSCRIBE, topic);
  }

  set(options: OptionBag): void {
    for (const [name, value] of Object.entries(options)) setOption(this.#socket, name, value);
  }

  send(message: Uint8Array[]): Promise<void> {
    return this.#socket.send(message);
  }

  /** Where libzmq throws away what it was about to receive (a REQ does), the binding gives up: then it waits anew. */
  async receive(): Promise<Uint8Array[]> {
    for (;;) {
      try {
        return await this.#socket.receive();
      } catch (error) {
        if ((error as { code?: string }).code !== "EAGAIN" || this.#socket.closed) throw error;
      }
    }
  }

  close(linger?: number): Promise<void> {
    if (linger !== undefined) this.#socket.linger = linger;
    this.#socket.close();
    return Promise.resolve();
  }

  /** An XSUB subscribes by a message; an XPUB that is `manual` by the same option as a SUB. */
  async #subscription(option: number, topic: Uint8Array): Promise<void> {
    if (this.#socket instanceof zmq.XSubscriber) {
      await this.send([Buffer.concat([octetsOf(option === SUBSCRIBE ? "\x01" : "\x00"), topic])]);
    } else rawOptions(this.#socket).setStringOption(option, Buffer.from(topic));
  }
}

const libzmq: Library = {
  make(type, { metadata, ...options }) {
    const socket = new CLASSES[type]({ linger: 0, ...options });
    if (metadata !== undefined) setOption(socket, "metadata", metadata);
    return new Libzmq(socket);
  },
};

await serve(libzmq);

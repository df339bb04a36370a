/**
 * A peer made of libzmq: the npm package `zeromq` carries it. Runs under Node alone.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as zmq from "zeromq";
import * as draft from "zeromq/draft.js";
import { type AnySocket, type Library, octetsOf, type OptionBag, type PeerEvent, type TypeName } from "./commands.ts";
import { serve } from "./serve.ts";

/** CHANNEL, which the binding has no class for. */
class Channel extends zmq.Socket {
  constructor(options: OptionBag) {
    super(20 as never, options);
  }
}

/** PEER: the binding tells no routing ids of it, so that it can only receive. See `libzmq_ffi.ts`. */
class Peer extends zmq.Socket {
  constructor(options: OptionBag) {
    super(19 as never, options);
  }
}

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
  CLIENT: draft.Client,
  SERVER: draft.Server,
  RADIO: draft.Radio,
  DISH: draft.Dish,
  DGRAM: draft.Datagram,
  SCATTER: draft.Scatter,
  GATHER: draft.Gather,
  PEER: Peer,
  CHANNEL: Channel,
};

// Options by number: those for which the binding has no property.
const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const METADATA = 95;
const MESSAGES: Readonly<Record<string, number>> = { helloMessage: 110, disconnectMessage: 111, hiccupMessage: 114 };

/** The binding's own way to set an option by number; it is there, and not public. */
function rawOptions(socket: zmq.Socket): { setStringOption(option: number, value: string | Uint8Array): void } {
  return socket as never;
}

/** The methods of every socket: the classes have those that their types have, and those of DISH do not work. */
const { send, receive, join, leave } = zmq.Socket.prototype as unknown as Record<
  "send" | "receive" | "join" | "leave",
  (this: zmq.Socket, ...args: unknown[]) => unknown
>;

/** What goes with a message beside it, where this library has it in front: a routing id, a group. */
type Aside = { readonly routingId?: number; readonly group?: Uint8Array };

/** Sets an option; `metadata` takes a record, as in this library. */
function setOption(socket: zmq.Socket, name: string, value: unknown): void {
  const number = MESSAGES[name];
  if (number !== undefined) return rawOptions(socket).setStringOption(number, value as string);
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

  connectPeer(): never {
    throw new Error("The binding has no zmq_connect_peer");
  }

  join(group: Uint8Array): void {
    join.call(this.#socket, Buffer.from(group));
  }

  leave(group: Uint8Array): void {
    leave.call(this.#socket, Buffer.from(group));
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
    const [first, body] = message;
    if (this.#socket instanceof draft.Server) {
      return send.call(this.#socket, body, { routingId: Buffer.from(first!).readUInt32BE() }) as Promise<void>;
    }
    if (this.#socket instanceof draft.Radio) {
      return send.call(this.#socket, body, { group: Buffer.from(first!) }) as Promise<void>;
    }
    return send.call(this.#socket, message) as Promise<void>;
  }

  /** Where libzmq throws away what it was about to receive (a REQ does), the binding gives up: then it waits anew. */
  async receive(): Promise<Uint8Array[]> {
    for (;;) {
      try {
        const received = await receive.call(this.#socket) as [Uint8Array, ...(Uint8Array | Aside)[]];
        const aside = received[1] as Aside | undefined;
        if (aside?.group !== undefined) return [aside.group, received[0]];
        if (aside?.routingId !== undefined) {
          const id = Buffer.alloc(4);
          id.writeUInt32BE(aside.routingId);
          return [id, received[0]];
        }
        return received as Uint8Array[];
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
  make(type, options) {
    const unknown = (name: string): boolean => name === "metadata" || Object.hasOwn(MESSAGES, name);
    const known = Object.entries(options).filter(([name]) => !unknown(name));
    const socket = new CLASSES[type]({ linger: 0, ...Object.fromEntries(known) });
    for (const [name, value] of Object.entries(options)) if (unknown(name)) setOption(socket, name, value);
    return new Libzmq(socket);
  },
};

await serve(libzmq);

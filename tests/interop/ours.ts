/** This library, as a peer is made of it. @module */

import * as zmq from "../../mod.ts";
import type { AnySocket, Library, OptionBag, PeerEvent, PeerNumbers, TypeName } from "./commands.ts";

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
  CLIENT: zmq.Client,
  SERVER: zmq.Server,
  RADIO: zmq.Radio,
  DISH: zmq.Dish,
  DGRAM: zmq.Datagram,
  SCATTER: zmq.Scatter,
  GATHER: zmq.Gather,
  PEER: zmq.Peer,
  CHANNEL: zmq.Channel,
};

/** The events of one of our sockets, with no more than libzmq tells. */
export async function* eventsOf(socket: zmq.Socket): AsyncGenerator<PeerEvent> {
  for await (const event of socket.events) {
    const error = "error" in event ? event.error as (Error & { code?: string }) | undefined : undefined;
    yield {
      type: event.type,
      ...("endpoint" in event ? { endpoint: event.endpoint } : {}),
      ...(error === undefined ? {} : { message: error.message }),
      ...(error?.code === undefined ? {} : { code: error.code }),
    };
  }
}

class Ours implements AnySocket {
  readonly events: AsyncIterable<PeerEvent>;
  readonly #socket: zmq.Router & zmq.Subscriber;

  constructor(socket: zmq.Socket) {
    this.#socket = socket as zmq.Router & zmq.Subscriber;
    void socket.events; // Kept from now on.
    this.events = eventsOf(socket);
  }

  get stats(): PeerNumbers {
    const { queuedOut, peers } = this.#socket.stats();
    const roundTrip = peers[0]?.roundTrip;
    return { queuedOut, ...(roundTrip === undefined ? {} : { roundTrip }) };
  }

  bind(endpoint: string): Promise<string> {
    return this.#socket.bind(endpoint);
  }

  unbind(endpoint: string): Promise<void> {
    return this.#socket.unbind(endpoint);
  }

  connect(endpoint: string, routingId?: string): void {
    this.#socket.connect(endpoint, routingId === undefined ? undefined : { routingId });
  }

  disconnect(endpoint: string): void {
    this.#socket.disconnect(endpoint);
  }

  connectPeer(endpoint: string): Uint8Array {
    return (this.#socket as unknown as zmq.Peer).connectPeer(endpoint);
  }

  join(group: Uint8Array): void {
    (this.#socket as unknown as zmq.Dish).join(group);
  }

  leave(group: Uint8Array): void {
    (this.#socket as unknown as zmq.Dish).leave(group);
  }

  subscribe(topic: Uint8Array): Promise<void> {
    this.#socket.subscribe(topic);
    return Promise.resolve();
  }

  unsubscribe(topic: Uint8Array): Promise<void> {
    this.#socket.unsubscribe(topic);
    return Promise.resolve();
  }

  set(options: OptionBag): void {
    Object.assign(this.#socket, options);
  }

  send(message: Uint8Array[]): Promise<void> {
    return this.#socket.send(message);
  }

  receive(): Promise<Uint8Array[]> {
    return this.#socket.receive();
  }

  async close(linger?: number): Promise<void> {
    await this.#socket.close(linger === undefined ? {} : { linger });
  }
}

/** This library. */
export const ours: Library = {
  make: (type, options) => new Ours(new CLASSES[type](options)),
};

/**
 * What a test can tell a peer to do, whichever library and process the peer is made of. Commands and answers are JSON:
 * a small message travels as an array of strings, one character for each octet.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type Batch, checkMessage, countOf, messageOf } from "./contents.ts";

/** The socket types. */
export type TypeName =
  | "PUSH"
  | "PULL"
  | "PUB"
  | "SUB"
  | "XPUB"
  | "XSUB"
  | "REQ"
  | "REP"
  | "DEALER"
  | "ROUTER"
  | "PAIR"
  | "STREAM"
  | "CLIENT"
  | "SERVER"
  | "RADIO"
  | "DISH"
  | "DGRAM"
  | "SCATTER"
  | "GATHER"
  | "PEER"
  | "CHANNEL";

/** Options by the names that both libraries know. */
export type OptionBag = Readonly<Record<string, unknown>>;

/** A small message: a character for each octet. */
export type Text = readonly string[];

/** One thing to do. `socket` is a name of the test's choice. */
export type Command =
  | { readonly do: "make"; readonly socket: string; readonly type: TypeName; readonly options: OptionBag }
  | { readonly do: "bind" | "unbind" | "disconnect"; readonly socket: string; readonly endpoint: string }
  | { readonly do: "connect"; readonly socket: string; readonly endpoint: string; readonly routingId?: string }
  | { readonly do: "connectPeer"; readonly socket: string; readonly endpoint: string }
  | { readonly do: "subscribe" | "unsubscribe" | "join" | "leave"; readonly socket: string; readonly topics: Text }
  | { readonly do: "set"; readonly socket: string; readonly options: OptionBag }
  | { readonly do: "send"; readonly socket: string; readonly message: Text }
  | { readonly do: "receive"; readonly socket: string }
  | { readonly do: "echo" | "skip"; readonly socket: string; readonly count: number }
  | { readonly do: "sendBatch" | "receiveBatch" | "ask"; readonly socket: string; readonly batch: Batch } & Envelope
  | { readonly do: "event"; readonly socket: string; readonly type: string }
  | { readonly do: "events" | "stats"; readonly socket: string }
  | { readonly do: "close"; readonly socket: string; readonly linger?: number };

/** Frames that stand before each message of a batch. */
export interface Envelope {
  /** What to send before each message; nothing unless given. */
  readonly envelope?: Text;
  /** How many frames to skip of each received message; as many as `envelope` has unless given. */
  readonly skip?: number;
}

/** An event of a socket, with what both libraries tell of it. */
export interface PeerEvent {
  /** Its name. */
  readonly type: string;
  /** The endpoint, where it has one. */
  readonly endpoint?: string;
  /** The error's code, where it has one. */
  readonly code?: string;
  /** The error's message, where it has one. */
  readonly message?: string;
}

/** What a socket of ours has counted; libzmq tells none of it. */
export interface PeerNumbers {
  /** Messages that wait to be sent. */
  readonly queuedOut?: number;
  /** Milliseconds that the last heartbeat to the first peer took. */
  readonly roundTrip?: number;
}

/** What both libraries' sockets have. */
export interface AnySocket {
  readonly events: AsyncIterable<PeerEvent>;
  readonly stats: PeerNumbers;
  bind(endpoint: string): Promise<string>;
  unbind(endpoint: string): Promise<void>;
  connect(endpoint: string, routingId?: string): void;
  disconnect(endpoint: string): void;
  connectPeer(endpoint: string): Uint8Array;
  join(group: Uint8Array): void;
  leave(group: Uint8Array): void;
  subscribe(topic: Uint8Array): Promise<void>;
  unsubscribe(topic: Uint8Array): Promise<void>;
  set(options: OptionBag): void;
  send(message: Uint8Array[]): Promise<void>;
  receive(): Promise<Uint8Array[]>;
  close(linger?: number): Promise<void>;
}

/** Something that makes sockets. */
export interface Library {
  make(type: TypeName, options: OptionBag): AnySocket;
}

/** The octets of a text, a character each. */
export function octetsOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** The other way. */
export function textOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
}

/** Events as they came, each to be taken once. */
export class EventLog {
  readonly #events: PeerEvent[] = [];
  readonly #all: PeerEvent[] = [];
  #news: (() => void)[] = [];
  #over = false;

  /** Listens until the events end. */
  constructor(events: AsyncIterable<PeerEvent>) {
    void this.#listen(events);
  }

  /** The names of all events so far. */
  get names(): string[] {
    return this.#all.map(({ type }) => type);
  }

  /** The next event of any of these types that has not been taken yet; waits for it. */
  async next(...types: string[]): Promise<PeerEvent> {
    for (;;) {
      const at = this.#events.findIndex((event) => types.includes(event.type));
      if (at >= 0) return this.#events.splice(at, 1)[0]!;
      if (this.#over) {
        throw new Error(`There was no event "${types.join(" or ")}" before the end, only: ${this.names.join(", ")}`);
      }
      await new Promise<void>((resolve) => this.#news.push(resolve));
    }
  }

  async #listen(events: AsyncIterable<PeerEvent>): Promise<void> {
    for await (const event of events) {
      this.#events.push(event);
      this.#all.push(event);
      this.#wake();
    }
    this.#over = true;
    this.#wake();
  }

  #wake(): void {
    const news = this.#news;
    this.#news = [];
    for (const tell of news) tell();
  }
}

/** One socket of a peer. Its sends wait for one another, and so do its receives: libzmq's binding wants it so. */
class Entry {
  readonly socket: AnySocket;
  readonly log: EventLog;
  #sending: Promise<unknown> = Promise.resolve();
  #receiving: Promise<unknown> = Promise.resolve();

  constructor(socket: AnySocket) {
    this.socket = socket;
    this.log = new EventLog(socket.events);
  }

  sends<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#sending.then(work);
    this.#sending = turn.catch(() => {});
    return turn;
  }

  receives<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#receiving.then(work);
    this.#receiving = turn.catch(() => {});
    return turn;
  }
}

/** Does what it is told with the sockets of one library. */
export class Interpreter {
  readonly #library: Library;
  readonly #entries: Map<string, Entry> = new Map();

  /** No sockets yet. */
  constructor(library: Library) {
    this.#library = library;
  }

  /** Does one thing, and answers what came of it. */
  async run(command: Command): Promise<unknown> {
    if (command.do === "make") {
      this.#entries.set(command.socket, new Entry(this.#library.make(command.type, command.options)));
      return undefined;
    }
    const entry = this.#entries.get(command.socket);
    if (entry === undefined) throw new Error(`There is no socket "${command.socket}"`);
    const { socket } = entry;
    switch (command.do) {
      case "bind":
        return await socket.bind(command.endpoint);
      case "unbind":
        return await socket.unbind(command.endpoint);
      case "connect":
        return socket.connect(command.endpoint, command.routingId);
      case "disconnect":
        return socket.disconnect(command.endpoint);
      case "connectPeer":
        return textOf(socket.connectPeer(command.endpoint));
      case "join":
      case "leave":
        for (const group of command.topics) socket[command.do](octetsOf(group));
        return undefined;
      case "subscribe":
        for (const topic of command.topics) await socket.subscribe(octetsOf(topic));
        return undefined;
      case "unsubscribe":
        for (const topic of command.topics) await socket.unsubscribe(octetsOf(topic));
        return undefined;
      case "set":
        return socket.set(command.options);
      case "send":
        return await entry.sends(() => socket.send(command.message.map(octetsOf)));
      case "receive":
        return await entry.receives(async () => (await socket.receive()).map(textOf));
      case "echo":
        return await this.#echo(entry, command.count);
      case "skip":
        return await entry.receives(async () => {
          for (let i = 0; i < command.count; i++) await socket.receive();
        });
      case "sendBatch":
        return await entry.sends(() => sendBatch(socket, command.batch, command));
      case "receiveBatch":
        return await entry.receives(() => receiveBatch(socket, command.batch, command));
      case "ask":
        return await this.#ask(entry, command.batch, command);
      case "event":
        return await entry.log.next(command.type);
      case "events":
        return entry.log.names;
      case "stats":
        return socket.stats;
      case "close":
        this.#entries.delete(command.socket);
        return await socket.close(command.linger);
    }
  }

  /** Sends back what comes, as it is. */
  #echo(entry: Entry, count: number): Promise<void> {
    return entry.receives(async () => {
      for (let i = 0; i < count; i++) {
        const message = await entry.socket.receive();
        await entry.sends(() => entry.socket.send(message));
      }
    });
  }

  /** Sends each message of a batch and waits for the same to come back. */
  #ask(entry: Entry, batch: Batch, envelope: Envelope): Promise<void> {
    return entry.receives(async () => {
      const before = (envelope.envelope ?? []).map(octetsOf);
      for (let i = 0; i < countOf(batch); i++) {
        await entry.sends(() => entry.socket.send([...before, ...messageOf(batch, i)]));
        checkMessage(batch, i, (await entry.socket.receive()).slice(envelope.skip ?? before.length));
      }
    });
  }
}

async function sendBatch(socket: AnySocket, batch: Batch, { envelope = [] }: Envelope): Promise<void> {
  const before = envelope.map(octetsOf);
  for (let i = 0; i < countOf(batch); i++) await socket.send([...before, ...messageOf(batch, i)]);
}

async function receiveBatch(socket: AnySocket, batch: Batch, { envelope = [], skip }: Envelope): Promise<void> {
  for (let i = 0; i < countOf(batch); i++) {
    checkMessage(batch, i, (await socket.receive()).slice(skip ?? envelope.length));
  }
}

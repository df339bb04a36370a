/**
 * One attachment, between the socket and the session, or the port's end, that it is for.
 *
 * @module
 */

import type { Engine, EngineHandler, PeerInfo, Question } from "../engine/engine.ts";
import { EndpointError, show, wrongType } from "../errors.ts";
import type { MessagePeer } from "../message.ts";
import type { Verdict } from "../mechanism/mechanism.ts";
import type { SocketEvent } from "../monitor/events.ts";
import type { PeerStats } from "../monitor/stats.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Clock } from "../session/clock.ts";
import type { Connection } from "../session/connection.ts";
import { PortEnd, type PortHost, turnAway } from "../session/port_end.ts";
import { Session, type SessionHost } from "../session/session.ts";
import type { Link } from "../transport/link.ts";
import type { MessagePortLike } from "../transport/port.ts";
import type { Attachment } from "./attach.ts";
import type { SocketCore } from "./core.ts";
import { Door, type Guest } from "./door.ts";
import { type CloseOptions, lingerOf } from "./linger.ts";
import { security } from "./security_slot.ts";

/** The attachments of one socket: the number of the next, and the door that those come through who come to us. */
export interface Roll {
  next: number;
  readonly door: Door;
}

const rolls: WeakMap<SocketCore, Roll> = /* @__PURE__ */ new WeakMap();

/** What is attached to a socket. */
export function rollOf(core: SocketCore): Roll {
  let roll = rolls.get(core);
  if (roll === undefined) rolls.set(core, roll = { next: 1, door: new Door(core, "attached://*") });
  return roll;
}

/** One attachment: the socket as its session sees it, which dials once, and the wish to know how it ended. */
export class Attached implements SessionHost, PortHost {
  /** What the caller gets. */
  readonly face: Attachment;
  readonly options: SocketCore["options"];
  readonly clock: Clock;
  readonly type: SocketCore["type"];
  /** Errors come by events, so they are always made. */
  readonly observed = true;
  readonly #core: SocketCore;
  readonly #endpoint: string;
  readonly #role: "connect" | "bind";
  readonly #roll: Roll;
  /** The link, until it is dialled. */
  #link: Link | undefined;
  /** Who has come to us, if it is one who does. */
  #guest: Guest | undefined;
  /** What the socket has of it. */
  #connection: Connection | undefined;
  /** Why it was ended, as far as is known. */
  #error: Error | undefined;
  #settle!: (error: Error | undefined) => void;
  /** How long it has, if it is to end before it has begun. */
  #linger: number | undefined;

  constructor(core: SocketCore, endpoint: string, role: "connect" | "bind", roll: Roll) {
    this.#core = core;
    this.#endpoint = endpoint;
    this.#role = role;
    this.#roll = roll;
    this.clock = core.clock;
    this.type = core.type;
    // The socket's own record, live, but for this.
    this.options = Object.create(core.options, { reconnectInterval: { value: 0 } }) as SocketCore["options"];
    const close = async (options?: CloseOptions): Promise<{ unsent: number }> => ({
      unsent: await this.#close(lingerOf(options) ?? core.options.linger),
    });
    const closed = new Promise<Error | undefined>((resolve) => this.#settle = resolve);
    this.face = { endpoint, closed, close, [Symbol.asyncDispose]: () => close().then(() => {}) };
  }

  /** Speaks ZMTP over a link. */
  converse(link: Link): void {
    this.#link = link;
    if (this.#role === "connect") {
      const session = new Session(this, this.#endpoint, true);
      this.#enter(session);
      return session.dial();
    }
    const accept = (): void => {
      if (this.#linger !== undefined || !this.#admitted(link.remote)) return this.#turnAway(link);
      const session = new Session(this, this.#endpoint, false);
      session.accept(link, this.#enter(session));
    };
    const prepared = security()?.prepare(this.#core.options);
    if (prepared === undefined) accept();
    else {
      prepared.then(accept, (error) => {
        this.#error = error as Error;
        this.emit({ type: "accept:error", endpoint: this.#endpoint, error: error as Error });
        this.#turnAway(link);
      });
    }
  }

  /** Passes messages through a port. */
  join(target: MessagePortLike, peer: string, transfer: boolean): void {
    if (this.#role === "bind" && !this.#admitted(peer)) {
      turnAway(target);
      return this.#settle(this.#error);
    }
    const end = new PortEnd(this, this.#endpoint, this.#role === "connect", target, peer, transfer);
    try {
      end.greet();
    } catch (error) {
      const words = error instanceof Error ? error.message : show(error);
      throw wrongType(`Cannot attach: nothing can be posted to target (${words}), wanted a MessagePort`);
    }
    end.start(this.#enter(end));
  }

  // What the session asks for.

  get routingId(): Uint8Array {
    return this.#core.routingId;
  }

  engine(handler: EngineHandler, link: Link): Engine {
    return this.#core.engine(handler, link);
  }

  sender(peer: PeerInfo, address: string): MessagePeer | undefined {
    return this.#core.sender(peer, address);
  }

  get opened(): SocketCore["opened"] {
    return this.#core.opened;
  }

  judge(question: Question, peer: string, signal: AbortSignal): Promise<Verdict> {
    // Any other name says nothing of where it is, and must not pass for this machine's.
    return this.#core.judge(question, peer.startsWith("tcp://") ? peer : this.#endpoint, signal);
  }

  async dial(_endpoint: string, signal: AbortSignal): Promise<Link> {
    const link = this.#link!;
    try {
      const prepared = security()?.prepare(this.#core.options);
      if (prepared !== undefined) await prepared;
      signal.throwIfAborted();
      return link;
    } catch (error) {
      this.#error = error as Error;
      link.abort();
      throw error;
    }
  }

  attach(pipe: Pipe): void {
    this.#core.attach(pipe);
  }

  detach(pipe: Pipe): void {
    this.#core.detach(pipe);
  }

  ready(pipe: Pipe): void {
    this.#core.ready(pipe);
  }

  hiccup(pipe: Pipe): void {
    this.#core.hiccup(pipe);
  }

  readable(pipe: Pipe): void {
    this.#core.readable(pipe);
  }

  writable(pipe: Pipe): void {
    this.#core.writable(pipe);
  }

  dropped(messages: number): void {
    this.#core.dropped(messages);
  }

  /** Keeps what an event says went wrong. Nothing was dialled, so that is not told. */
  emit(event: SocketEvent): void {
    if ("error" in event) this.#error ??= event.error;
    if (event.type !== "connect:delay") this.#core.emit(event);
  }

  closed(connection: Connection, unsent: number): void {
    if (this.#guest === undefined) this.#core.closed(connection, unsent);
    else {
      this.#roll.door.left(this.#guest);
      this.#core.closed(this.#connection!, unsent);
    }
    this.#settle(this.#error);
  }

  /** The socket has it from now on. Answers what is to be called when its handshake is complete. */
  #enter(connection: Guest): () => void {
    const { endpoints } = this.#core;
    const comes = this.#role === "bind";
    this.#connection = comes ? new Named(connection) : connection;
    endpoints.last = this.#endpoint;
    endpoints.add(this.#connection);
    if (!comes) return () => {};
    this.#guest = connection;
    return this.#roll.door.enter(connection);
  }

  #close(linger: number): Promise<number> {
    if (this.#connection !== undefined) return this.#connection.close(linger);
    this.#linger = linger;
    return Promise.resolve(0);
  }

  /** Whether there is a place for it. */
  #admitted(peer: string): boolean {
    if (this.#roll.door.admits(peer)) return true;
    const { isClosed, options: { maxConnections } } = this.#core;
    const found = `the others are as many as they may be, maxConnections is ${maxConnections}`;
    this.#error = isClosed
      ? this.#core.closedError("attach")
      : new EndpointError("EMFILE", this.#endpoint, `Cannot attach ${show(peer)}: ${found}`);
    return false;
  }

  /** Ends what was never let in. */
  #turnAway(link: Link): void {
    link.start({ data: () => false, closed: () => this.#settle(this.#error) });
    link.abort();
  }
}

/** Who has come to us, under a name of its own: `disconnect` finds it by that, as it finds what was connected to. */
class Named implements Connection {
  readonly dialled = true;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get endpoint(): string {
    return this.#connection.endpoint;
  }

  get pipe(): Pipe {
    return this.#connection.pipe;
  }

  close(linger: number): Promise<number> {
    return this.#connection.close(linger);
  }

  limit(): void {
    this.#connection.limit();
  }

  stats(): PeerStats {
    return this.#connection.stats();
  }
}

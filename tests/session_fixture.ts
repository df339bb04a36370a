/**
 * A socket made of arrays, for sessions to live in: its clock is the test's, its links are in memory, and what it is
 * told is kept as lines of text.
 *
 * @module
 */

import { latin1 } from "../src/bytes/ascii.ts";
import type { Verdict } from "../src/mechanism/mechanism.ts";
import type { SocketType } from "../src/engine/compatibility.ts";
import type { Engine, EngineHandler } from "../src/engine/engine.ts";
import type { HeartbeatOptions } from "../src/engine/heartbeat.ts";
import { nullMechanism } from "../src/engine/mod.ts";
import { ZmtpEngine } from "../src/engine/zmtp_engine.ts";
import type { SocketEvent } from "../src/monitor/events.ts";
import type { Pipe } from "../src/pipe/pipe.ts";
import { Session, type SessionHost, type SessionOptions } from "../src/session/session.ts";
import type { Link } from "../src/transport/link.ts";
import { ManualClock, settled } from "./manual_clock.ts";
import { MemoryLink } from "./memory_link.ts";
import { message, show } from "./pipe_fixture.ts";

/** Options as sockets have them by default. */
export const OPTIONS: SessionOptions = {
  sendHighWaterMark: 1000,
  receiveHighWaterMark: 1000,
  conflate: false,
  linger: 5000,
  handshakeInterval: 30_000,
  connectTimeout: 0,
  reconnectInterval: 100,
  reconnectMaxInterval: 0,
  reconnectStop: [],
  immediate: false,
};

/** What a {@link TestHost} is made with. */
export interface HostOptions extends Partial<SessionOptions> {
  readonly heartbeat?: Partial<HeartbeatOptions>;
  readonly maxMessageSize?: number;
}

/** One call of `dial`, for the test to answer. */
export interface Dial {
  readonly endpoint: string;
  readonly signal: AbortSignal;
  answer(link: Link): void;
  fail(error: Error): void;
}

/** An error as a runtime's, with a code. */
export function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A socket, as sessions see it. */
export class TestHost implements SessionHost {
  sender(): undefined {}

  judge(): Promise<Verdict> {
    return Promise.reject(new Error("Nobody is to be judged here"));
  }

  readonly clock: ManualClock;
  readonly options: { -readonly [K in keyof SessionOptions]: SessionOptions[K] };
  observed = true;
  /** Events: their type, and the most telling thing about each. */
  events: string[] = [];
  /** What sessions told besides: `attach`, `ready`, `hiccup`, `detach`, `closed 3`, `writable`. */
  log: string[] = [];
  /** Calls of `dial` that the test has not answered. */
  readonly dials: Dial[] = [];
  /** Messages as they were received, if they are received at all. */
  readonly received: string[] = [];
  /** Whether messages are received as they come. */
  receiving = true;
  /** Called with every event. */
  hear: (event: SocketEvent) => void = () => {};
  /** Called with every pipe whose peer has shaken hands. */
  greet: (pipe: Pipe) => void = () => {};
  /** Called with every pipe that joins. */
  welcome: (pipe: Pipe) => void = () => {};
  /** The session that {@link dialled} made last. */
  last: Session | undefined;
  readonly #type: SocketType;
  readonly #given: HostOptions;

  constructor(type: SocketType, options: HostOptions = {}, clock: ManualClock = new ManualClock()) {
    this.#type = type;
    this.#given = options;
    this.options = { ...OPTIONS, ...options };
    this.clock = clock;
  }

  emit(event: SocketEvent): void {
    this.events.push(spell(event));
    this.hear(event);
  }

  engine(handler: EngineHandler): Engine {
    const heartbeat = { interval: 0, timeout: Infinity, ttl: 0, ...this.#given.heartbeat };
    const maxMessageSize = this.#given.maxMessageSize ?? 1_000_000;
    const mechanism = nullMechanism(this.#type, latin1(""));
    return new ZmtpEngine({ socketType: this.#type, mechanism, maxMessageSize, heartbeat }, handler);
  }

  dial(endpoint: string, signal: AbortSignal): Promise<Link> {
    return new Promise((answer, fail) => {
      this.dials.push({ endpoint, signal, answer, fail });
      signal.addEventListener("abort", () => fail(signal.reason));
    });
  }

  attach(pipe: Pipe): void {
    this.log.push("attach");
    this.welcome(pipe);
  }

  detach(): void {
    this.log.push("detach");
  }

  ready(pipe: Pipe): void {
    this.log.push("ready");
    this.greet(pipe);
  }

  hiccup(): void {
    this.log.push("hiccup");
  }

  dropped(): void {}

  closed(_session: Session, unsent: number): void {
    this.log.push(`closed ${unsent}`);
  }

  readable(pipe: Pipe): void {
    if (this.receiving) this.receive(pipe);
  }

  writable(): void {
    this.log.push("writable");
  }

  /** Receives what a pipe holds, or so many messages of it. */
  receive(pipe: Pipe, count: number = Infinity): void {
    for (; count > 0; count--) {
      const item = pipe.read();
      if (item === undefined) return;
      this.received.push(Array.isArray(item) ? show(item)! : item.type);
    }
  }

  /** The events since the last call. */
  heard(): string[] {
    return this.events.splice(0);
  }

  /** The lines since the last call. */
  told(): string[] {
    return this.log.splice(0);
  }
}

/** What a promise has come to by now, or `pending`. */
export async function now<T>(promise: Promise<T>): Promise<T | "pending"> {
  await settled();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

/** Queues messages, `a|b` for two frames. */
export function send(session: Session, ...texts: string[]): void {
  for (const text of texts) session.pipe.write(message(text));
}

/** A dialled session, whose first attempt waits to be answered. */
export function dialled(host: TestHost, endpoint = "memory://listener"): Session {
  const session = host.last = new Session(host, endpoint, true);
  session.dial();
  return session;
}

/** Answers the next attempt with a link, and gives the other end to `accept`, or leaves it to the test. */
export async function answer(
  host: TestHost,
  other?: TestHost,
): Promise<{ near: MemoryLink; far: MemoryLink; accepted: Session }> {
  const [near, far] = MemoryLink.pair();
  const accepted = new Session(other ?? host, "memory://listener", false);
  host.dials.shift()!.answer(near);
  if (other !== undefined) accepted.accept(far);
  await settled();
  return { near, far, accepted };
}

/** Two sockets whose sessions have shaken hands. */
export async function joined(push: TestHost, pull: TestHost): Promise<Joined> {
  const session = dialled(push);
  const { near, far, accepted } = await answer(push, pull);
  await push.clock.endTurn();
  return { session, accepted, near, far };
}

/** What {@link joined} makes: each side's session, and its link. */
export interface Joined {
  readonly session: Session;
  readonly accepted: Session;
  readonly near: MemoryLink;
  readonly far: MemoryLink;
}

function spell(event: SocketEvent): string {
  const code = "error" in event ? ` ${(event.error as { code?: string }).code ?? event.error?.message}` : "";
  if (event.type === "connect:retry") return `${event.type} ${event.interval}`;
  if (event.type === "handshake") return `${event.type} ${event.socketType}`;
  if (event.type === "handshake:error:auth") return `${event.type} ${event.status}`;
  return event.type + code;
}

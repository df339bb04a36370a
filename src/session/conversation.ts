/**
 * A conversation: one connection from its greeting to its farewell. A link and an engine, and the timers between them;
 * what they carry goes out through an {@link Outflow} and comes in through a {@link Pipe}, which outlive it.
 *
 * ```text
 * handshaking ─► traffic ─┬─ the peer leaves ──────────────────────────┬─► over
 *      └──────────────────┴─ we end it, or have no more to say ─► farewell ┘
 * ```
 *
 * @module
 */

import type { Engine, EngineHandler, PeerInfo, Question } from "../engine/engine.ts";
import { ZmqError } from "../errors.ts";
import { type Control, EMPTY, markPeer, type Message, type MessagePeer } from "../message.ts";
import type { Verdict } from "../mechanism/mechanism.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Link, LinkHandler } from "../transport/link.ts";
import { type Clock, notSet } from "./clock.ts";
import type { Outflow } from "./outflow.ts";

/** How long a peer may take to hang up once we have, if it has nothing of ours left to read. In milliseconds. */
export const FAREWELL = 1000;

/** A chunk of so many octets is part of a flood: a lone message need not count. */
const FLOOD = 16 * 1024;
const NOTHING: ReadonlyMap<string, Uint8Array> = /* @__PURE__ */ new Map();
/** For how long one turn takes what floods bring, from all peers together. In milliseconds. */
const A_TURN = 2;

/** This turn, and when its first flood came. One for the process, since it has one event loop. */
const flooded: { clock: Clock | undefined; turn: number; since: number } = { clock: undefined, turn: 0, since: 0 };

/** Who holds a conversation. */
export interface ConversationOwner {
  /** Makes the engine. */
  engine(handler: EngineHandler, link: Link): Engine;
  /** The handshake is complete. */
  shaken(peer: PeerInfo): void;
  /** It will end for a reason of ours, and carries no more messages. */
  failing(): void;
  /** Judges the peer. `signal`: nobody waits for the verdict any more. */
  judge(question: Question, peer: string, signal: AbortSignal): Promise<Verdict>;
  /** The link is gone. The last call, and made once. */
  over(error: Error | undefined): void;
}

/** One connection. */
export class Conversation implements EngineHandler, LinkHandler {
  /** The other end. */
  readonly link: Link;
  /** Who the peer is; `undefined` until the handshake is complete. */
  peer: Pick<PeerInfo, "socketType" | "routingId"> | undefined;
  /** Whole messages that have come. */
  messagesIn = 0;
  /** Octets that have come. */
  bytesIn = 0;

  readonly #engine: Engine;
  readonly #pipe: Pipe;
  readonly #outflow: Outflow;
  readonly #clock: Clock;
  readonly #owner: ConversationOwner;
  /** Why we are ending it, if we are. */
  #fault: Error | undefined;
  /** Whether we have hung up, and wait for the peer to do so too. */
  #leaving = false;
  #over = false;
  /** Whom messages are from, if the peer had to show who it is. */
  #sender: MessagePeer | undefined;
  /** Whether messages are thrown away as they come. */
  #discarding = false;
  /** Whether the pipe is full. */
  #stopped = false;
  /** Whether others have their turn: nothing is read, or taken from what was, before the end of this one. */
  #resting = false;
  /** The link is gone, and what it brought is being handed over, whatever the high-water mark. */
  #draining = false;
  /** Gives the question up whose verdict the peer waits for, if there is one. */
  #judging: AbortController | undefined;
  /** Cancels the handshake's timer, and later the farewell's. */
  #cancelTimer: () => void = notSet;
  #cancelBeat: () => void = notSet;
  /** When the next beat is due; `Infinity`: none is, `-Infinity`: none will be any more. */
  #beatAt = Infinity;

  /** Says nothing until {@link start}. */
  constructor(link: Link, pipe: Pipe, outflow: Outflow, clock: Clock, owner: ConversationOwner) {
    this.link = link;
    this.#pipe = pipe;
    this.#outflow = outflow;
    this.#clock = clock;
    this.#owner = owner;
    this.#engine = owner.engine(this, link);
  }

  /** Greets. `limit`: milliseconds for the handshake; 0 or `Infinity`: none. */
  start(limit: number): void {
    const { link } = this;
    this.#outflow.attach(link, this.#engine);
    if (limit > 0) this.#cancelTimer = this.#clock.after(limit, () => this.end(late(limit)));
    link.start(this);
    this.#engine.start();
    this.#outflow.flush();
  }

  /** Milliseconds that the last heartbeat took, if there was one. */
  get roundTrip(): number | undefined {
    return this.#engine.roundTrip;
  }

  /** There is room for messages again. */
  resume(): void {
    if (this.#fault !== undefined || this.#over) return;
    this.#stopped = false;
    this.#pace(this.#clock.now());
    if (!this.#resting) this.#goOn();
  }

  /** Throws away the messages that come from now on, but goes on listening: the peer may want its heartbeats answered. */
  discard(): void {
    this.#discarding = true;
    this.resume();
  }

  /**
   * Ends it for a reason of ours: what the engine has to say goes out, then we hang up. `atOnce`: without that, even if
   * it is ending already.
   */
  end(fault: Error, atOnce = false): void {
    if (this.#over) return;
    if (this.#fault !== undefined) return atOnce ? this.link.abort() : undefined;
    this.#fault = fault;
    this.#judging?.abort(fault);
    // What else came in the same chunk is nobody's.
    this.#discarding = true;
    this.#stopBeating();
    this.#outflow.shut();
    this.#owner.failing();
    // After silence there is nobody to say good-bye to.
    if (atOnce || fault instanceof ZmqError && fault.code === "ETIMEDOUT") return this.link.abort();
    queueMicrotask(() => {
      if (this.#over) return;
      this.#patience(FAREWELL);
      // A write may be on loan: what the engine has to say goes out after it.
      this.#outflow.finish(() => this.hangUp());
    });
  }

  /**
   * Closes the link gracefully, and cuts it if the peer takes longer than `patience` milliseconds over it. A further
   * call can change that time.
   */
  hangUp(patience: number = FAREWELL): void {
    if (this.#over) return;
    this.#patience(patience);
    if (this.#leaving) return;
    this.#leaving = true;
    this.#stopBeating();
    this.link.close();
  }

  /** Ends it now. What is on its way is lost. */
  abort(): void {
    this.#stopBeating();
    this.link.abort();
  }

  // What the link tells.

  /** Octets have come. */
  data(chunk: Uint8Array): unknown {
    // Hot: once per chunk.
    this.bytesIn += chunk.length;
    if (this.#fault !== undefined || this.#leaving) return false;
    const now = this.#clock.now();
    if (chunk.length >= FLOOD) this.#pace(now);
    return this.#engine.receive(chunk, now);
  }

  /** Where the next octets had best be read to. */
  room(): Uint8Array<ArrayBuffer> | undefined {
    // Hot: once per chunk.
    return this.#fault === undefined && !this.#leaving ? this.#engine.room?.() : undefined;
  }

  /** The link is gone. */
  closed(error?: Error): void {
    if (this.#fault === undefined && this.peer !== undefined && !this.#leaving) {
      this.#draining = true;
      this.#engine.resume();
    }
    this.#over = true;
    this.#stopTimer();
    this.#stopBeating();
    this.#judging?.abort();
    const told = this.#fault ?? (this.#leaving ? error : this.#engine.hungUp(error) ?? error);
    this.#engine.over?.();
    this.#owner.over(told);
  }

  // What the engine tells.

  /** The handshake is complete. */
  ready(peer: PeerInfo): void {
    const { socketType, routingId, mechanism, userId, granted } = peer;
    if (granted !== undefined || mechanism === "CURVE") {
      this.#sender = { userId, metadata: granted ?? NOTHING, mechanism, peer: this.link.remote };
    }
    // Not all that it has told: that is for whoever hears of the handshake, and need not be kept.
    this.peer = { socketType, routingId: routingId.length === 0 ? EMPTY : routingId };
    this.#stopTimer();
    this.#beat();
    this.#owner.shaken(peer);
  }

  /** The peer is to be judged. */
  judge(question: Question): void {
    const judging = this.#judging = new AbortController();
    this.#owner.judge(question, this.link.remote, judging.signal).then((verdict) => {
      this.#judging = undefined;
      if (!this.#over && this.#fault === undefined) this.#engine.judged!(verdict);
    });
  }

  /** A message has come. */
  message(message: Message): boolean {
    // Hot: once per message.
    this.messagesIn++;
    if (this.#sender !== undefined) markPeer(message, this.#sender);
    return this.#deliver(message);
  }

  /** A subscription has come. */
  control(control: Control): boolean {
    if (this.#sender !== undefined) markPeer(control, this.#sender);
    return this.#deliver(control);
  }

  /** The engine has something to send: perhaps the answer to a PING that asks us to watch the peer. */
  output(): void {
    this.#outflow.plan();
    if (this.peer !== undefined) this.#beat();
  }

  /** The connection must end: the peer's fault, or its silence. */
  fail(error: Error): void {
    this.end(error);
  }

  #deliver(item: Message | Control): boolean {
    // Hot: once per message.
    if (this.#discarding || this.#pipe.deliver(item) || this.#draining) return true;
    this.#stopped = true;
    this.link.pause();
    return false;
  }

  #goOn(): void {
    this.link.resume();
    this.#engine.resume();
  }

  /**
   * Lets timers and other I/O have their turn: runtimes read on for as long as there is something to read, and one
   * chunk may fill the pipe many times.
   */
  #pace(now: number): void {
    const clock = this.#clock;
    const turn = clock.turn();
    if (flooded.clock !== clock || flooded.turn !== turn) {
      flooded.clock = clock;
      flooded.turn = turn;
      flooded.since = now;
    }
    if (now - flooded.since < A_TURN || this.#resting) return;
    this.#resting = true;
    this.link.pause();
    clock.atTurnEnd(this.#rested);
  }

  readonly #rested = (): void => {
    this.#resting = false;
    if (!this.#stopped && !this.#over) this.#goOn();
  };

  #patience(time: number): void {
    this.#stopTimer();
    this.#cancelTimer = this.#clock.after(time, () => this.link.abort());
  }

  /** A timer that is prevented holds its task for as long as it can be prevented again. */
  #stopTimer(): void {
    this.#cancelTimer();
    this.#cancelTimer = notSet;
  }

  /** Sees to it that the engine is called when it wants to be. What comes from the peer can only put that off. */
  #beat(): void {
    const next = this.#engine.nextTick;
    if (next >= this.#beatAt) return;
    const clock = this.#clock;
    this.#cancelBeat();
    this.#beatAt = next;
    this.#cancelBeat = clock.after(Math.max(0, next - clock.now()), () => {
      this.#beatAt = Infinity;
      this.#engine.tick(clock.now());
      this.#beat();
    });
  }

  #stopBeating(): void {
    this.#cancelBeat();
    this.#cancelBeat = notSet;
    this.#beatAt = -Infinity;
  }
}

function late(limit: number): ZmqError {
  return new ZmqError("ETIMEDOUT", `Cannot shake hands: it is not complete after ${limit} ms`);
}

/**
 * The way out: from a pipe's queue, through the engine's framing, to the link. It decides when to write:
 *
 * - the first message of a turn goes out on a microtask, so that a lone message does not wait;
 * - the rest of that turn goes out at its end, in one write for hundreds of frames;
 * - 64 KiB go out at once, as long as the turn has not sent a megabyte so, nor for 3 ms: then the event loop has its
 *   turn, and the queue fills up to its high-water mark;
 * - while a write is on loan nothing goes out, and batches grow by themselves as the kernel slows.
 *
 * @module
 */

import type { Engine } from "../engine/engine.ts";
import type { Control, Message } from "../message.ts";
import type { Outlet, Publication } from "../pipe/pipe.ts";
import type { Link } from "../transport/link.ts";
import { Batch, encodeFrame, type Segment, SharedFrames, SLAB } from "../wire/batch.ts";
import { MORE } from "../wire/frame.ts";
import type { Clock } from "./clock.ts";

const NONE: readonly Segment[] = [];
/** How many full slabs one turn may write before its end. */
const EARLY_WRITES = 16;
/** For how long, in milliseconds: what makes messages slowly must not keep others from their turn either. */
const EARLY_TIME = 3;
/** How many runs of octets one write may gather. */
const MOST_GATHERED = 64;

/** Who is told of what has gone out, and of what the pipe wants besides. */
export interface OutflowOwner {
  /** This many messages have left the queue. */
  sent(messages: number): void;
  /** All that was to be written has been taken by the link. */
  drained(): void;
  /** See {@link Outlet.more}. */
  more(): void;
  /** See {@link Outlet.refuse}. */
  refuse(reason?: Error): void;
}

/** One session's way out. It outlives connections, and keeps what is queued between them. */
export class Outflow implements Outlet {
  /** Octets handed to links. */
  bytes = 0;
  /** Messages that links have taken. */
  messages = 0;

  readonly #clock: Clock;
  readonly #owner: OutflowOwner;
  readonly #batch = new Batch();
  #link: Link | undefined;
  #engine: Engine | undefined;
  /** Whether messages may go out: the handshake is complete. */
  #open = false;
  /** Frames of this connection alone, that go before the queue. */
  #preludes: Uint8Array[] = [];
  /** The messages in the write that is on loan; -1 if none is. */
  #onLoan = -1;
  /** Whether the last segment written ended inside a frame. */
  #insideFrame = false;
  /** What waits until the engine has had its say. */
  #whenSaid: (() => void) | undefined;
  #planned = false;
  #flushing = false;
  /** The turn of the last write, how many full slabs it may still write early, and until when. */
  #turn = -1;
  #early = EARLY_WRITES;
  #earlyUntil = Infinity;

  /** Nothing goes out before {@link attach}. */
  constructor(clock: Clock, owner: OutflowOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Messages queued and not handed to a link. */
  get queued(): number {
    return this.#batch.messages;
  }

  /** Messages queued, or in a write that the link has not taken yet. */
  get unsent(): number {
    return this.#batch.messages + Math.max(0, this.#onLoan);
  }

  /** Whether everything has been taken by the link. */
  get idle(): boolean {
    return this.#onLoan < 0 && this.#batch.length === 0;
  }

  /** There is a connection; the engine may speak. */
  attach(link: Link, engine: Engine): void {
    this.#link = link;
    this.#engine = engine;
    this.#onLoan = -1;
    this.#insideFrame = false;
  }

  /** The handshake is complete; messages may go out. */
  open(): void {
    this.#open = true;
    this.plan();
  }

  /** No more messages on this connection; what the engine still has to say may go out. */
  shut(): void {
    this.#open = false;
  }

  /** Calls `said` once all that the engine has to say has been handed to the link; at once if it has been already. */
  finish(said: () => void): void {
    this.#whenSaid = said;
    this.flush();
  }

  /** The connection is gone. What it has not taken the beginning of stays queued. */
  detach(): void {
    this.#link = undefined;
    this.#engine = undefined;
    this.#open = false;
    this.#preludes = [];
    this.#onLoan = -1;
    this.#whenSaid = undefined;
    const before = this.#batch.messages;
    if (this.#batch.discardTorn()) this.#owner.sent(before - this.#batch.messages);
  }

  /** Queues a message. */
  put(message: Message, publication?: Publication): void {
    // Hot: once per message.
    const batch = this.#batch;
    if (publication === undefined) batch.append(message);
    else batch.appendShared(message, framesOf(message, publication));
    if (!this.#open || this.#onLoan >= 0) return;
    if (batch.length >= SLAB && this.#mayWriteEarly()) this.flush();
    else if (!this.#planned) this.plan();
  }

  /** Queues a subscription, if there is a connection to hear it; the next one is told everything anyway. */
  control(control: Control): void {
    if (!this.#open) return;
    const { flags, body } = this.#engine!.spell(control);
    this.#batch.appendControl(flags, body);
    this.plan();
  }

  /** Sends a message before the queue, on this connection alone. */
  prelude(message: Message): void {
    if (this.#engine === undefined) return;
    const last = message.length - 1;
    for (let i = 0; i <= last; i++) this.#preludes.push(encodeFrame(i < last ? MORE : 0, message[i]!));
    this.plan();
  }

  /** Forgets queued messages, and answers how many. */
  clear(): number {
    const before = this.#batch.messages;
    this.#batch.clear();
    return before - this.#batch.messages;
  }

  /** The pipe has room again. */
  more(): void {
    this.#owner.more();
  }

  /** Nobody on this side counts what has been read. */
  taken(): void {}

  /** The pattern wants the connection ended. */
  refuse(reason?: Error): void {
    this.#owner.refuse(reason);
  }

  /** Writes soon: on a microtask, or at the end of the turn if something has been written in it. */
  plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    if (this.#turn === this.#clock.turn(true)) this.#clock.atTurnEnd(this.#run);
    else queueMicrotask(this.#run);
  }

  /** Writes all there is, until the link keeps some of it on loan. */
  flush(): void {
    const link = this.#link;
    if (link === undefined || this.#onLoan >= 0 || this.#flushing) return;
    this.#flushing = true;
    this.#newTurn(this.#clock.turn(true));
    const until = this.#clock.now() + EARLY_TIME;
    let sent = 0;
    while (this.#onLoan < 0) {
      if (sent > 0 && this.#clock.now() >= until) {
        // A peer that takes long messages as fast as they are written would have them all before anyone else's turn.
        this.#planned = true;
        this.#clock.atTurnEnd(this.#run);
        break;
      }
      const octets = this.#insideFrame ? undefined : this.#engine!.takeOutput() ?? this.#takePrelude();
      const { sealing } = this.#engine!;
      const several = link.gather !== undefined || sealing !== undefined;
      const segments = octets !== undefined || !this.#open ? NONE : this.#take(several);
      if (octets === undefined && segments.length === 0) break;
      let messages = 0;
      for (const segment of segments) {
        this.#insideFrame = !segment.endsFrame;
        messages += segment.messages;
      }
      sent += messages;
      const runs = octets !== undefined ? [octets] : segments.map(({ bytes }) => bytes);
      if (sealing === undefined || octets !== undefined) {
        this.#settle(this.#write(link, runs), link, messages, () => this.#release(segments));
      } else {
        const sealed = this.#seal(sealing, runs);
        this.#release(segments);
        if (sealed === undefined) break;
        this.#settle(this.#write(link, [sealed]), link, messages, () => sealing.release(sealed));
      }
    }
    this.#flushing = false;
    if (sent > 0) {
      // What took long was the write: what comes right behind it is of the same turn.
      this.#turn = this.#clock.turn(true);
      this.#owner.sent(sent);
    }
    if (this.idle) this.#owner.drained();
    if (this.#whenSaid !== undefined && this.#onLoan < 0) {
      const said = this.#whenSaid;
      this.#whenSaid = undefined;
      said();
    }
  }

  readonly #run = (): void => {
    this.#planned = false;
    this.flush();
  };

  /**
   * Takes what one write carries: a run of octets, or several if the link can gather them. No long body is gathered
   * behind a whole message: what is on loan no longer counts for the queue's mark, and would be two such messages.
   */
  #take(gather: boolean): readonly Segment[] {
    const segments: Segment[] = [];
    let octets = 0;
    let messages = 0;
    do {
      const segment = this.#batch.take();
      if (segment === undefined) break;
      segments.push(segment);
      octets += segment.bytes.length;
      messages += segment.messages;
      if (messages > 0 && this.#batch.longNext) break;
    } while (gather && octets < SLAB && segments.length < MOST_GATHERED);
    return segments;
  }

  #release(segments: readonly Segment[]): void {
    for (const segment of segments) this.#batch.release(segment);
  }

  /** `undefined`: there is no memory for it, so the connection is of no use. */
  #seal(sealing: NonNullable<Engine["sealing"]>, runs: readonly Uint8Array[]): Uint8Array | undefined {
    try {
      return sealing.seal(runs);
    } catch (error) {
      return void this.#owner.refuse(error as Error);
    }
  }

  #write(link: Link, runs: readonly Uint8Array[]): Promise<void> | undefined {
    for (const bytes of runs) this.bytes += bytes.length;
    if (runs.length > 1) return link.gather!(runs);
    // Of a frame that is being sealed there may be no more than its header.
    return runs[0]!.length === 0 ? undefined : link.write(runs[0]!);
  }

  /** Waits for a write to be taken, if it is not yet. */
  #settle(loan: Promise<void> | undefined, link: Link, messages: number, release: () => void): void {
    if (loan === undefined) {
      release();
      this.messages += messages;
      return;
    }
    this.#onLoan = messages;
    loan.then(() => {
      release();
      if (this.#link !== link) return;
      this.messages += this.#onLoan;
      this.#onLoan = -1;
      this.#landed();
    });
  }

  /**
   * A write has been taken. Where that is known within the turn, as on Deno, writing on at once would make a write of
   * every few messages that a loop of `await send` has queued meanwhile.
   */
  #landed(): void {
    const { length } = this.#batch;
    const wait = length > 0 && this.#open && !this.#insideFrame && (length < SLAB || !this.#mayWriteEarly());
    if (wait) this.plan();
    else this.flush();
  }

  #takePrelude(): Uint8Array | undefined {
    const prelude = this.#open ? this.#preludes.shift() : undefined;
    return prelude === undefined ? undefined : this.#engine!.sealing?.seal([prelude]) ?? prelude;
  }

  #mayWriteEarly(): boolean {
    // Not loosely: a loop that never ends its turn must not go on for ever.
    this.#newTurn(this.#clock.turn());
    const now = this.#clock.now();
    if (this.#earlyUntil === Infinity) this.#earlyUntil = now + EARLY_TIME;
    return this.#early-- > 0 && now < this.#earlyUntil;
  }

  #newTurn(turn: number): void {
    if (turn === this.#turn) return;
    this.#turn = turn;
    this.#early = EARLY_WRITES;
    this.#earlyUntil = Infinity;
  }
}

/** The frames of what goes to several peers: made for the first of them. */
function framesOf(message: Message, publication: Publication): SharedFrames {
  // Hot: once per subscriber and message.
  const frames = (publication.framing ??= new SharedFrames()) as SharedFrames;
  if (!publication.framed) {
    publication.framed = true;
    frames.frame(message);
  }
  return frames;
}

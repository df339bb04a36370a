/**
 * Heartbeats: when to send PING, and when silence means that the peer is gone
 * ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Connection Heartbeating"). Pure: time comes in as an argument.
 *
 * @module
 */

import { encodePing } from "../wire/command.ts";

/** libzmq computes a peer's time to live in 16 bits of milliseconds; above this it would wrap to nearly nothing. */
const LARGEST_TTL = 655;
/** Who looks later than this, in milliseconds, was kept from reading too: silence is believed at the next look only. */
const LATE = 20;

/** How a connection beats. */
export interface HeartbeatOptions {
  /** Milliseconds between PINGs; 0: we send none. */
  readonly interval: number;
  /** Milliseconds from a PING until silence ends the connection; `Infinity`: never. */
  readonly timeout: number;
  /** Milliseconds after which we ask the peer to give us up if we fall silent; 0: we do not ask. At most 65 500 is sent. */
  readonly ttl: number;
}

/** The heart of one connection. Its times are milliseconds of whatever clock the caller has. */
export class Heartbeat {
  /** Milliseconds from the last answered PING to its PONG; `undefined` until there was one. */
  roundTrip: number | undefined;

  readonly #options: HeartbeatOptions;
  readonly #ttl: number;
  #nextPing: number;
  /** When a PING was sent that nothing has come after; `Infinity` if there is none. */
  #asked = Infinity;
  #sequence = 0;
  /** Whether the last PING has been answered, or there was none. */
  #answered = true;
  #sentAt = 0;
  #heard: number;
  /** After how long a silence, counted from its PING, the peer wants to be given up; 0: it did not ask, or was heard since. */
  #peerTtl = 0;
  #peerTtlFrom = 0;
  /** When to look again after a look that came late; `Infinity`: none did. */
  #lookAgain = Infinity;

  /** The connection is ready at `now`. */
  constructor(options: HeartbeatOptions, now: number) {
    this.#options = options;
    this.#ttl = Math.min(LARGEST_TTL, Math.floor(options.ttl / 100));
    this.#nextPing = options.interval > 0 ? now + options.interval : Infinity;
    this.#heard = now;
  }

  /** Something has come from the peer: it lives. */
  heard(now: number): void {
    this.#heard = now;
    this.#asked = Infinity;
    this.#peerTtl = 0;
    this.#lookAgain = Infinity;
  }

  /** The peer's PING named a time to live, in milliseconds; 0 asks for nothing. */
  peerTtl(ttl: number, now: number): void {
    this.#peerTtl = ttl;
    this.#peerTtlFrom = now;
  }

  /** A PONG came with this context. Answers whether it is the first answer to the last PING. */
  pong(context: Uint8Array, now: number): boolean {
    if (context.length !== 2 || (context[0]! << 8 | context[1]!) !== this.#sequence) return false;
    this.roundTrip = now - this.#sentAt;
    const first = !this.#answered;
    this.#answered = true;
    return first;
  }

  /** Milliseconds of silence that have ended the connection by `now`, or `undefined` if it lives. */
  dead(now: number): number | undefined {
    const deadline = this.#deadline();
    if (now < deadline) return undefined;
    if (this.#lookAgain === Infinity && now - deadline > LATE) this.#lookAgain = now + LATE;
    return this.#lookAgain !== Infinity && now < this.#lookAgain ? undefined : now - this.#heard;
  }

  /** The body of the PING that is due at `now`, if one is. */
  ping(now: number): Uint8Array | undefined {
    if (now < this.#nextPing) return undefined;
    this.#nextPing = now + this.#options.interval;
    if (this.#asked === Infinity) this.#asked = now;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#sentAt = now;
    this.#answered = false;
    return encodePing(this.#ttl, Uint8Array.of(this.#sequence >>> 8, this.#sequence));
  }

  /** When to look again, `Infinity` if there is nothing to wait for. */
  next(): number {
    return Math.min(this.#nextPing, this.#lookAgain === Infinity ? this.#deadline() : this.#lookAgain);
  }

  #deadline(): number {
    const given = this.#peerTtl > 0 ? this.#peerTtlFrom + this.#peerTtl : Infinity;
    return Math.min(this.#asked + this.#options.timeout, given);
  }
}

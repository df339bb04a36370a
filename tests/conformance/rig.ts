/**
 * What the conformance suites stand on: a listener with a queue of accepted links, a handler that remembers, and two
 * ends joined.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { authority, local } from "../certificates.ts";
import { detectTransports } from "../../src/runtime/detect.ts";
import { bytePair, denoPair, netPair, StreamTransport, transformPair } from "../stream_transport.ts";
import type {
  DialOptions,
  Link,
  LinkHandler,
  Listener,
  ListenHandler,
  ListenOptions,
  TlsOptions,
  Transport,
} from "../../src/transport/link.ts";

/** An endpoint to bind that is free on any machine, for a transport of this scheme. */
const FREE: { readonly [scheme: string]: string } = {
  tcp: "tcp://127.0.0.1:*",
  ipc: "ipc://*",
  tls: "tls://127.0.0.1:*",
};

/** A directory of this process's own; removed when it exits. */
export const directory: string = mkdtempSync(`${tmpdir()}/zmq-`);
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

/** One transport under test. */
export interface Subject {
  readonly transport: Transport;
  /** An endpoint to bind that is free on any machine. */
  readonly free: string;
}

/** Every transport of the runtime this runs on. */
export const subjects: readonly Subject[] = detectTransports()
  .filter(({ scheme }) => scheme in FREE)
  .map((transport) => ({ transport, free: FREE[transport.scheme]! }));

/** Every kind of link: those of the runtime's transports, and those over pairs of streams. */
export const linked: readonly Subject[] = [
  ...subjects,
  ...[
    new StreamTransport("streams", transformPair),
    new StreamTransport("byte streams", bytePair),
    new StreamTransport("streams of a socket", netPair),
    ...("Deno" in globalThis ? [new StreamTransport("streams of Deno's", denoPair)] : []),
  ].map((transport) => ({ transport, free: "" })),
];

/**
 * The transport of a scheme.
 *
 * @throws {Error} If this runtime has none.
 */
export function subject(scheme: string): Transport {
  const found = subjects.find(({ transport }) => transport.scheme === scheme);
  if (found === undefined) throw new Error(`This runtime has no ${scheme}`);
  return found.transport;
}

/** A signal that never aborts. */
export const NEVER: AbortSignal = new AbortController().signal;
/** Both ends of TLS: a certificate for this machine, by an authority that both trust. */
export const TLS: TlsOptions = {
  key: local.key,
  certificate: local.certificate,
  trust: authority.certificate,
  trustSystem: false,
  hostname: undefined,
  alpn: [],
  clientCertificates: "none",
};
export const DIAL: DialOptions = { signal: NEVER, ipv6: false, tls: TLS };
export const LISTEN: ListenOptions = { backlog: 100, ipv6: false, tls: TLS };

/** A handler that remembers what it was told, and lets a test wait for it. */
export class Tap implements LinkHandler {
  readonly chunks: Uint8Array[] = [];
  /** Octets received. */
  total = 0;
  /** How often `closed()` was called; more than once is a fault. */
  closings = 0;
  error: Error | undefined;
  /** Called with every chunk, before it is kept. */
  onData: ((chunk: Uint8Array) => void) | undefined;
  /** Whether chunks are kept; off for long transfers. */
  keep = true;
  readonly #waiting: { readonly total: number; readonly resolve: () => void }[] = [];
  readonly #end = Promise.withResolvers<void>();

  /** `link` is started with this handler. */
  constructor(link: Link) {
    link.start(this);
  }

  data(chunk: Uint8Array): void {
    assertEquals(this.closings, 0, "a chunk after closed()");
    this.onData?.(chunk);
    if (this.keep) this.chunks.push(chunk);
    this.total += chunk.length;
    while (this.#waiting.length > 0 && this.#waiting[0]!.total <= this.total) this.#waiting.shift()!.resolve();
  }

  closed(error?: Error): void {
    this.closings++;
    this.error = error;
    this.#end.resolve();
  }

  /** Waits until so many octets have arrived, all told. To be called with growing numbers. */
  received(total: number): Promise<void> {
    if (total <= this.total) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ total, resolve }));
  }

  /** Waits for `closed()`. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  /** All chunks in one. */
  get bytes(): Uint8Array {
    return concat(this.chunks);
  }
}

/** Accepted links, in a queue that can be waited on. */
export class Door implements ListenHandler {
  readonly failures: Error[] = [];
  readonly #links: Link[] = [];
  readonly #waiting: ((link: Link) => void)[] = [];

  accept(link: Link): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#links.push(link);
    else waiting(link);
  }

  failed(error: Error): void {
    this.failures.push(error);
  }

  /** How many links wait to be taken. */
  get waiting(): number {
    return this.#links.length;
  }

  /** The next link accepted. */
  next(): Promise<Link> {
    const link = this.#links.shift();
    return link === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(link);
  }
}

/** Two joined links, neither started, and the listener that joined them. */
export interface Pair {
  readonly listener: Listener;
  /** Where further links come in. */
  readonly door: Door;
  readonly client: Link;
  readonly server: Link;
}

/** Binds, dials, accepts. */
export async function join({ transport, free }: Subject, listen: ListenOptions = LISTEN): Promise<Pair> {
  const door = new Door();
  const listener = await transport.listen(free, listen, door);
  const [client, server] = await Promise.all([transport.connect(listener.endpoint, DIAL), door.next()]);
  return { listener, door, client, server };
}

/** Octets that differ from place to place, so that a loss, a swap or a repeat shows. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1103515245) + 12345 | 0;
    octets[i] = state >>> 16;
  }
  return octets;
}

/** A sum that tells whether octets arrived whole and in order, without keeping them. */
export class Checksum {
  #sum = 0;
  #length = 0;

  /** Takes the next octets. */
  add(octets: Uint8Array): void {
    let sum = this.#sum;
    for (let i = 0; i < octets.length; i++) sum = Math.imul(sum, 31) + octets[i]! | 0;
    this.#sum = sum;
    this.#length += octets.length;
  }

  /** What was added, in a few characters. */
  toString(): string {
    return `${this.#length} octets, sum ${this.#sum >>> 0}`;
  }
}

/** The sum of one run of octets. */
export function checksum(octets: Uint8Array): string {
  const sum = new Checksum();
  sum.add(octets);
  return `${sum}`;
}

/** Aborts a link and waits for its end. */
export async function drop(link: Link): Promise<void> {
  const tap = new Tap(link);
  link.abort();
  await tap.ended;
}

/** Aborts both ends, waits for their news, and closes the listener. */
export async function part(listener: Listener, ...ends: readonly (readonly [Link, Tap])[]): Promise<void> {
  for (const [link] of ends) link.abort();
  for (const [, tap] of ends) await tap.ended;
  await listener.close();
}

/** Waits for what rejects, and answers the error. */
export async function failure(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`Rejected with no Error: ${String(error)}`);
  }
  throw new Error("Fulfilled, and was to reject");
}

/**
 * A link through a SOCKS5 proxy: the handshake is spoken over a link to the proxy, which then is the link to the
 * target.
 *
 * @module
 */

import { show } from "../errors.ts";
import { refuse } from "./endpoint.ts";
import type { DialOptions, Link, LinkHandler, Transport } from "./link.ts";
import { type SocksCredentials, SocksHandshake } from "./socks.ts";
import { errnoOf } from "./system_error.ts";

/**
 * Dials a tcp endpoint through a SOCKS5 proxy.
 *
 * @param transport The tcp transport that reaches the proxy.
 * @param proxy `host:port`. The endpoint's source address, if it has one, is where the proxy is dialled from.
 * @param endpoint The target; its name is resolved by the proxy.
 * @param credentials Offered if given; the proxy may do without.
 * @returns A link whose `remote` is the endpoint's target.
 * @throws {EndpointError} About `endpoint`: `EINVAL` if it is malformed; `EPROTO` if the proxy does not speak SOCKS5;
 * `EACCES` if it does not let us in; `ECONNREFUSED`, `EHOSTUNREACH`, … as it says, or as dialling it failed.
 */
export async function dialThroughSocks(
  transport: Transport,
  proxy: string,
  endpoint: string,
  options: DialOptions,
  credentials?: SocksCredentials,
): Promise<Link> {
  const handshake = new SocksHandshake(endpoint, credentials);
  const source = endpoint.lastIndexOf(";");
  const from = source < 0 ? "tcp://" : endpoint.slice(0, source + 1);
  let link: Link;
  try {
    link = await transport.connect(from + proxy, options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    const found = `proxy ${show(proxy)} cannot be reached, wanted a SOCKS5 proxy there`;
    throw refuse(errnoOf(error), endpoint, "connect", found, { cause: error });
  }
  return await speak(link, handshake, endpoint, options.signal);
}

/** Speaks the handshake; what comes of it is a link or an error. */
function speak(link: Link, handshake: SocksHandshake, endpoint: string, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const target = endpoint.slice(Math.max(endpoint.lastIndexOf(";") + 1, "tcp://".length));
    const through = new SocksLink(link, `tcp://${target}`);
    const settle = (): void => {
      signal.removeEventListener("abort", abort);
      through.listener = undefined;
    };
    const fail = (error: unknown): void => {
      settle();
      link.abort();
      reject(error);
    };
    const abort = (): void => fail(signal.reason);
    // Its writes are a few octets, one after the other's answer: the system takes them at once, or the link dies.
    through.listener = {
      data(chunk): void {
        try {
          const answer = handshake.receive(chunk);
          if (answer !== undefined) link.write(answer);
        } catch (error) {
          fail(error);
          return;
        }
        if (!handshake.open) return;
        settle();
        through.hold(handshake.rest);
        resolve(through);
      },
      closed(error): void {
        settle();
        const cause = error === undefined ? undefined : { cause: error };
        const found = "proxy closed the connection during the handshake, wanted its reply";
        reject(refuse("ECONNRESET", endpoint, "connect", found, cause));
      },
    };
    signal.addEventListener("abort", abort);
    link.start(through);
    if (signal.aborted) abort();
    else link.write(handshake.opening);
  });
}

/** A link whose beginning was spoken already: its start hands over what came behind the handshake. */
class SocksLink implements Link, LinkHandler {
  readonly local: string;
  readonly remote: string;
  /** Who hears of the proxy's link: first the handshake, then whoever starts this one. */
  listener: LinkHandler | undefined;
  readonly #link: Link;
  #held: Uint8Array | undefined;
  #paused = true;
  #ended: { readonly error: Error | undefined } | undefined;

  /** `link` reaches the proxy; `remote` is what lies behind it. */
  constructor(link: Link, remote: string) {
    this.#link = link;
    this.local = link.local;
    this.remote = remote;
  }

  /** Stops, keeping the target's first octets until {@link start}. */
  hold(rest: Uint8Array): void {
    this.#held = rest;
    this.#link.pause();
  }

  start(handler: LinkHandler): void {
    this.listener = handler;
    this.#paused = false;
    queueMicrotask(() => this.#release());
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    return this.#link.write(bytes);
  }

  pause(): void {
    this.#paused = true;
    if (this.#held === undefined) this.#link.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#held === undefined) this.#link.resume();
    else queueMicrotask(() => this.#release());
  }

  close(): void {
    this.#held = undefined;
    this.#link.close();
    queueMicrotask(() => this.#release());
  }

  abort(): void {
    this.#held = undefined;
    this.#link.abort();
    queueMicrotask(() => this.#release());
  }

  unref(): void {
    this.#link.unref?.();
  }

  data(chunk: Uint8Array): unknown {
    if (this.#held === undefined) return this.listener?.data(chunk);
    // A chunk that was on its way when the link was paused.
    const all = new Uint8Array(this.#held.length + chunk.length);
    all.set(this.#held);
    all.set(chunk, this.#held.length);
    this.#held = all;
    return true;
  }

  room(): Uint8Array<ArrayBuffer> | undefined {
    return this.#held === undefined ? this.listener?.room?.() : undefined;
  }

  closed(error?: Error): void {
    this.#ended = { error };
    if (this.#held === undefined) this.#release();
  }

  /** Hands over what is held, then the link itself, then the news of its end: each once. */
  #release(): void {
    const { listener } = this;
    if (listener === undefined) return;
    if (this.#held !== undefined && !this.#paused) {
      const held = this.#held;
      this.#held = undefined;
      if (held.length > 0) listener.data(held);
      if (!this.#paused) this.#link.resume();
    }
    if (this.#ended === undefined || this.#held !== undefined) return;
    this.listener = undefined;
    listener.closed(this.#ended.error);
  }
}

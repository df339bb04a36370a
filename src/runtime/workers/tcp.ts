/**
 * tcp and tls over `connect` of `cloudflare:sockets`, and what a Worker cannot do.
 *
 * @module
 */

import { NotSupportedError, show } from "../../errors.ts";
import { isIPv6 } from "../../transport/address.ts";
import { parseTcpBind, parseTcpConnect, refuse, type Role } from "../../transport/endpoint.ts";
import {
  type Capabilities,
  type DialOptions,
  type Link,
  type Listener,
  NO_CAPABILITIES,
  type Transport,
} from "../../transport/link.ts";
import { StreamLink, type Timing } from "../../transport/stream_link.ts";
import { checkTarget, checkTcp } from "../../transport/tcp.ts";
import { duplexOf } from "./duplex.ts";
import type { Connect, SocketInfo, WorkerSocket } from "./sockets.ts";

/** A link's timers are its request's. */
const TIMING: Timing = {
  after(delay: number, task: () => void): () => void {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
  atTurnEnd: (task: () => void) => void setTimeout(task, 0),
};

/** tcp and, with `secure`, tls of a Worker. It dials, and cannot listen. */
export class WorkersTcp implements Transport {
  readonly scheme: string;
  readonly capabilities: Capabilities = NO_CAPABILITIES;
  readonly #load: () => Connect | Promise<Connect>;
  readonly #secure: boolean;

  /** `load` gets `connect` of `cloudflare:sockets`. */
  constructor(load: () => Connect | Promise<Connect>, secure: boolean = false) {
    this.#load = load;
    this.#secure = secure;
    this.scheme = secure ? "tls" : "tcp";
  }

  check(endpoint: string, role: Role, options?: object): void {
    checkTcp(endpoint, role, this.capabilities);
    if (role === "bind") throw cannotBind(endpoint);
    if (this.#secure) checkTlsOptions(endpoint, options ?? {});
    checkHandler(endpoint);
  }

  async connect(endpoint: string, { signal, ipv6 }: DialOptions): Promise<Link> {
    const target = parseTcpConnect(endpoint);
    checkTarget(endpoint, target, ipv6);
    const connect = await this.#load();
    signal.throwIfAborted();
    const { host, port } = target;
    const hostname = isIPv6(host) ? `[${host}]` : host;
    let socket: WorkerSocket;
    let info: SocketInfo;
    try {
      socket = connect({ hostname, port }, { secureTransport: this.#secure ? "on" : "off", allowHalfOpen: true });
      info = await opened(socket, signal);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw refused(endpoint, cause);
    }
    // Which port is ours a Worker is not told.
    return new StreamLink(duplexOf(socket, endpoint), endpoint, `${this.scheme}://${info.remoteAddress}`, TIMING);
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async listen(endpoint: string): Promise<Listener> {
    parseTcpBind(endpoint);
    throw cannotBind(endpoint);
  }
}

/** ipc of a Worker, which is there to say that there is none. */
export class WorkersIpc implements Transport {
  readonly scheme = "ipc";
  readonly capabilities: Capabilities = NO_CAPABILITIES;

  check(endpoint: string, role: Role): void {
    throw cannotUseIpc(endpoint, role);
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async connect(endpoint: string): Promise<Link> {
    throw cannotUseIpc(endpoint, "connect");
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async listen(endpoint: string): Promise<Listener> {
    throw cannotUseIpc(endpoint, "bind");
  }
}

/** Waits for the connection, or for the signal, which closes it. */
function opened(socket: WorkerSocket, signal: AbortSignal): Promise<SocketInfo> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      socket.close().catch(() => {}); // It may not have been made, and then cannot be closed either.
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    const done = (): void => signal.removeEventListener("abort", abort);
    socket.opened.then((info) => (done(), resolve(info)), (error) => (done(), reject(error)));
  });
}

/**
 * A socket that is connected where a Worker may do nothing would fail again and again, behind the caller's back.
 *
 * @throws {NotSupportedError} At the top of a module.
 */
function checkHandler(endpoint: string): void {
  try {
    clearTimeout(setTimeout(() => {}, 0));
  } catch (cause) {
    throw new NotSupportedError(
      `Cannot connect to ${show(endpoint)}: this is no request's, wanted the call within a handler of the Worker`,
      { cause },
    );
  }
}

/** The options of TLS that stand alone. */
const NAMED = ["tlsKey", "tlsCertificate", "tlsTrust", "tlsHostname"] as const;

/** A socket's options, as far as TLS has to do with them. On `./core` there are none. */
type TlsSettings = { readonly [name in typeof NAMED[number]]?: unknown } & {
  readonly tlsAlpn?: readonly string[];
  readonly tlsTrustSystem?: boolean;
};

/**
 * What a Worker's TLS cannot be told: it trusts whom Cloudflare trusts, and asks for the endpoint's host.
 *
 * @throws {NotSupportedError} If an option would have it otherwise.
 */
function checkTlsOptions(endpoint: string, options: TlsSettings): void {
  const { tlsAlpn, tlsTrustSystem } = options;
  const named = NAMED.find((name) => (options[name] ?? null) !== null);
  const asked = named ?? (tlsTrustSystem === false ? "tlsTrustSystem" : tlsAlpn?.length ? "tlsAlpn" : undefined);
  if (asked === undefined) return;
  throw new NotSupportedError(
    `Cannot connect to ${show(endpoint)}: a Worker's TLS cannot be told "${asked}", wanted it left as it is`,
  );
}

function cannotBind(endpoint: string): NotSupportedError {
  return new NotSupportedError(
    `Cannot bind to ${
      show(endpoint)
    }: a Worker has no socket that listens, wanted the peer to bind and this one to connect`,
  );
}

function cannotUseIpc(endpoint: string, role: Role): NotSupportedError {
  const tried = role === "bind" ? "bind to" : "connect to";
  return new NotSupportedError(
    `Cannot ${tried} ${show(endpoint)}: a Worker has no Unix sockets, wanted "tcp://host:port"`,
  );
}

/** The runtime says the same of whatever has gone wrong: that nobody listens there is the likeliest. */
function refused(endpoint: string, cause: unknown): Error {
  const said = cause instanceof Error ? cause.message : String(cause);
  return refuse("ECONNREFUSED", endpoint, "connect", `a Worker is told no more than "${said}", wanted a bound socket`, {
    cause,
  });
}

/**
 * What an adapter provides: a raw duplex of octets, a way to make one by dialling, and a way to have them made by
 * listening. Adapters know no ZMTP. Callbacks, not promises, per chunk: this is the spine that every message passes.
 *
 * Ownership: a chunk handed up belongs to whoever got it and is never overwritten; octets handed down are on loan
 * until {@link Link.write} says otherwise.
 *
 * @module
 */

/** A connection of octets, open from the moment it is handed over. */
export interface Link {
  /** Our end, e.g. `tcp://127.0.0.1:49731`; for ipc the path. */
  readonly local: string;
  /** The other end, e.g. `tcp://127.0.0.1:5555`; for an accepted ipc connection the listener's path. */
  readonly remote: string;
  /** Begins to read. Called exactly once, before anything else; no callback comes before it. */
  start(handler: LinkHandler): void;
  /**
   * Writes. `undefined`: taken, `bytes` may be reused now. A promise: `bytes` are on loan until it settles, and
   * nothing else may be written before. It fulfils when the octets have been taken, and never rejects. A link that has
   * failed, or been closed, takes nothing: the promise then fulfils only after {@link LinkHandler.closed} has been
   * called, so that nobody pours a queue into a link that is about to say that it is gone.
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Writes several runs of octets in one call of the system, for a link that can. Otherwise as {@link write}. */
  gather?(runs: readonly Uint8Array[]): Promise<void> | undefined;
  /** Stops reading, soon: a chunk that is already on its way may still be delivered. May be called when paused. */
  pause(): void;
  /** Reads again. May be called when not paused. */
  resume(): void;
  /**
   * Closes gracefully: what was written is sent, then our direction ends; what the peer still sends is read and
   * thrown away, so that the kernel does not answer it with a reset that would destroy what we sent. `closed()`
   * follows when the peer has closed too, or after `abort()`.
   */
  close(): void;
  /** Closes now: nothing more is sent or read. `closed()` follows. */
  abort(): void;
  /** Lets the process end although the link is open, where the runtime can: as if nobody waited for anything of it. */
  unref?(): void;
}

/** Who listens to a {@link Link}. */
export interface LinkHandler {
  /**
   * Octets have arrived: a plain `Uint8Array` (never a `Buffer`), ours to keep, never overwritten later.
   *
   * @returns `false`: nothing of it is kept after all, its memory may be used again. Anything else: it is kept.
   */
  data(chunk: Uint8Array): unknown;
  /**
   * For a link that can read into memory of another's: where the next octets had best go, `undefined` if that does not
   * matter. What is read there is handed to {@link data} as the view that it fills, from the front; before that the link
   * hands over nothing else. Ask before each read.
   */
  room?(): Uint8Array<ArrayBuffer> | undefined;
  /**
   * The link is gone: exactly once, after the last chunk, whoever ended it; asynchronously, never from within a
   * call of ours. `error` is absent when the peer or we closed it in the ordinary way.
   */
  closed(error?: Error): void;
}

/** TCP keep-alive, where the runtime can set it. Absent members are left to the operating system. */
export interface KeepAlive {
  /** `SO_KEEPALIVE` itself. */
  readonly enabled: boolean;
  /** Seconds of silence before the first probe (`TCP_KEEPIDLE`). */
  readonly idle?: number;
  /** Seconds between probes (`TCP_KEEPINTVL`). */
  readonly interval?: number;
  /** Unanswered probes before the connection is given up (`TCP_KEEPCNT`). */
  readonly count?: number;
}

/** How `tls` shows who we are, and whom it trusts. Certificates and keys are PEM text. */
export interface TlsOptions {
  /** Our secret key; never shown. */
  readonly key: string | undefined;
  /** Our certificate, and those between it and what the peer trusts. */
  readonly certificate: string | undefined;
  /** The authorities that we trust. */
  readonly trust: string | undefined;
  /** Whether those that the runtime trusts are trusted too. */
  readonly trustSystem: boolean;
  /** The name that a server's certificate must have, told to the server; `undefined`: the endpoint's host. */
  readonly hostname: string | undefined;
  /** Protocols, the best first, one of which the peer must agree to (RFC 7301); none: it is not asked. */
  readonly alpn: readonly string[];
  /** Whether a server asks who its clients are, and lets in those who do not say. */
  readonly clientCertificates: "none" | "request" | "require";
}

/** How to dial. */
export interface DialOptions {
  /** Gives up: the promise rejects with the signal's reason and nothing stays open. */
  readonly signal: AbortSignal;
  /** Whether IPv6 may be used (libzmq `ZMQ_IPV6`); IPv4 addresses work either way. */
  readonly ipv6: boolean;
  /** TCP keep-alive; absent: the operating system's default. */
  readonly keepAlive?: KeepAlive;
  /** IP type of service (0–255), where {@link Capabilities.typeOfService} says it can be set; absent: untouched. */
  readonly typeOfService?: number;
  /** For `tls`; absent: what the runtime trusts, and no certificate of ours. */
  readonly tls?: TlsOptions;
}

/** How to listen. */
export interface ListenOptions {
  /** How many connections the kernel may hold before they are accepted. */
  readonly backlog: number;
  /** Whether IPv6 may be used: `*` then means both families (dual stack). */
  readonly ipv6: boolean;
  /** TCP keep-alive for accepted connections. */
  readonly keepAlive?: KeepAlive;
  /** IP type of service for accepted connections. */
  readonly typeOfService?: number;
  /** For `tls`, which cannot listen without. */
  readonly tls?: TlsOptions;
}

/** Who listens to a {@link Listener}. */
export interface ListenHandler {
  /** A peer has connected. The link is not started yet; nothing is read until it is. */
  accept(link: Link): void;
  /** Accepting one peer failed; the listener lives on. */
  failed(error: Error): void;
}

/** A bound endpoint. */
export interface Listener {
  /** The endpoint as bound, e.g. `tcp://127.0.0.1:49731` or `ipc:///tmp/x`; what `connect` would take. */
  readonly endpoint: string;
  /**
   * Stops accepting and frees the name (an ipc path that we made is removed). Links already accepted live on.
   * Fulfils when the name is free to be bound again.
   */
  close(): Promise<void>;
  /** Lets the process end although the listener is open, where the runtime can. */
  unref?(): void;
}

/** What a transport can do on this runtime; an option that needs what is `false` here throws `ENOTSUP`. */
export interface Capabilities {
  /** Keep-alive can be switched on and off. */
  readonly keepAlive: boolean;
  /** The idle time, `TCP_KEEPIDLE`, can be set. */
  readonly keepAliveIdle: boolean;
  /** `TCP_KEEPINTVL` and `TCP_KEEPCNT` can be set. */
  readonly keepAliveProbes: boolean;
  /** The length of the listen backlog can be set. */
  readonly backlog: boolean;
  /** The source address of an outgoing connection can be set. */
  readonly sourceAddress: boolean;
  /** `IP_TOS` can be set. */
  readonly typeOfService: boolean;
  /** Linux's abstract unix names (`ipc://@name`) can be used. */
  readonly abstract: boolean;
}

/** Of a transport that can be told none of it. */
export const NO_CAPABILITIES: Capabilities = {
  keepAlive: false,
  keepAliveIdle: false,
  keepAliveProbes: false,
  backlog: false,
  sourceAddress: false,
  typeOfService: false,
  abstract: false,
};

/** One scheme on one runtime. */
export interface Transport {
  /** The scheme it serves: `tcp`, `ipc`, `tls`. */
  readonly scheme: string;
  /** What it can do here. */
  readonly capabilities: Capabilities;
  /**
   * Checks an endpoint's spelling without touching the network. Called at `bind()` and `connect()`, with the socket's
   * options as they are then, by name, for a transport that cannot have them all.
   *
   * @param type The socket's type, for a transport that does not serve all.
   * @throws {EndpointError} If it is malformed (`EINVAL`), too long (`ENAMETOOLONG`), or cannot be had here (`ENOTSUP`).
   */
  check(endpoint: string, role: "bind" | "connect", options?: object, type?: string): void;
  /** Dials once. Rejects with an error whose `code` is an errno name where the system gave one. */
  connect(endpoint: string, options: DialOptions): Promise<Link>;
  /** Listens. Rejects with an {@link EndpointError} (`EADDRINUSE`, `EACCES`, `ENODEV`, `ENOENT`, …). */
  listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener>;
}

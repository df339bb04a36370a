/**
 * The few members of Node's own modules that its adapter uses, and the way to them: `process.getBuiltinModule`
 * (Node 20.16 and later), which leaves no import for a bundler to trip on.
 *
 * @module
 */

/** A `net.Socket`. */
export interface Socket {
  /** Octets written and not yet taken by the system. */
  readonly writableLength: number;
  /** What the socket failed with, if it did. */
  readonly errored: Error | null;
  /** Whether the socket is being, or has been, given up. */
  readonly destroyed: boolean;
  /** The peer's IP address; `undefined` once it has gone. */
  readonly remoteAddress?: string;
  /** The peer's port. */
  readonly remotePort?: number;
  /** Our IP address. */
  readonly localAddress?: string;
  /** Our port. */
  readonly localPort?: number;
  /** Queues octets; `done` is called when the system has taken them, or the socket is destroyed. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean;
  /** Keeps back what is written from now on. */
  cork(): void;
  /** Writes what was kept back, in one call of the system. */
  uncork(): void;
  /** Ends our direction once all is written. */
  end(): void;
  /** Closes at once. */
  destroy(error?: Error): void;
  /** Stops reading. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Node 24 takes an interval and a count too. Milliseconds. */
  setKeepAlive(enable: boolean, idle?: number, interval?: number, count?: number): void;
  /** Node 24 and later. */
  setTypeOfService?(type: number): void;
  /** Octets have arrived. */
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  /** Something went wrong; `close` follows. */
  on(event: "error", listener: (error: Error) => void): void;
  /** The peer ended its direction; or all is closed; or the connection stands. */
  on(event: "end" | "close" | "connect", listener: () => void): void;
  /** Forgets listeners. */
  removeListener(event: "error" | "connect", listener: (error: Error) => void): void;
  /** Whether the peer's end leaves our direction open. */
  allowHalfOpen: boolean;
  /** `TCP_NODELAY`. */
  setNoDelay(enable: boolean): void;
  /** What Node itself reads and writes with: undocumented, so it may not be there. */
  _handle?: { readonly useUserBuffer?: unknown } | null;
}

/** How a socket reads into memory of ours, instead of telling of `data`. */
export interface Reading {
  /** Where the next octets go. Asked for the first time when the socket is made, then after each call of `callback`. */
  readonly buffer: () => Uint8Array;
  /** So many octets have been read there. Answers whether to go on. */
  readonly callback: (count: number) => boolean;
}

/** How to make a socket of another's handle. */
export interface SocketOptions {
  /** Taken from the other. */
  handle: unknown;
  /** Whether the peer's end leaves our direction open. */
  allowHalfOpen: boolean;
  /** Where to read to. */
  onread: Reading;
}

/** A `net.Server`. */
export interface Server {
  /** Binds and listens. */
  listen(options: { host?: string; port?: number; path?: string; backlog: number }): void;
  /** What was bound. */
  address(): { readonly address: string; readonly port: number } | string | null;
  /** Stops accepting; connections live on, and `done` waits for them, so it is of no use to us. */
  close(done?: () => void): void;
  /** A peer has connected. */
  on(event: "connection", listener: (socket: Socket) => void): void;
  /** Listening or accepting failed. */
  on(event: "error", listener: (error: Error) => void): void;
  /** Bound. */
  on(event: "listening", listener: () => void): void;
  /** Forgets listeners. */
  removeAllListeners(event: "error" | "listening"): void;
}

/** Where `net.connect` goes. */
export interface ConnectOptions {
  /** Host name or address. */
  host?: string;
  /** Port. */
  port?: number;
  /** A Unix socket's path, instead. */
  path?: string;
  /** Address family to resolve to: 4, or 0 for any. */
  family?: 0 | 4;
  /** Source address. */
  localAddress?: string;
  /** Source port. */
  localPort?: number;
  /** `TCP_NODELAY`. */
  noDelay?: boolean;
  /** Whether the peer's end leaves our direction open. */
  allowHalfOpen: boolean;
  /** Where to read to. */
  onread?: Reading;
}

/** `node:net`. */
export interface Net {
  /** The class behind every connection. */
  readonly Socket: { readonly prototype: Socket; new (options: SocketOptions): Socket };
  /** Dials. */
  connect(options: ConnectOptions): Socket;
  /** Makes a server, not yet listening. */
  createServer(options: { allowHalfOpen: boolean; noDelay: boolean; pauseOnConnect: boolean }): Server;
}

/** A `tls.TLSSocket`. */
export interface TlsSocket extends Socket {
  /** What both agreed to speak; `false`, or `null` on Deno: nothing. */
  readonly alpnProtocol: string | false | null;
  /** Whether the peer's certificate has been verified. */
  readonly authorized: boolean;
  /** Why not: an OpenSSL code, or an error that has one. */
  readonly authorizationError: unknown;
  /** What it runs over: undocumented, so it may not be there. */
  readonly _parent?: Socket | null;
  /** The peer's certificate; an object without members if it showed none. */
  getPeerCertificate(): object | null;
  /** The handshake is complete, and the server's certificate verified. */
  on(event: "secureConnect", listener: () => void): void;
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "end" | "close" | "connect", listener: () => void): void;
}

/** What both ends of TLS can be told. */
export interface SecureOptions {
  /** Our secret key. */
  key?: string;
  /** Our certificates. */
  cert?: string;
  /** The authorities that are trusted, instead of the runtime's. */
  ca?: readonly string[];
  /** What is spoken within. */
  ALPNProtocols?: readonly string[];
  /** The oldest version that is good enough. */
  minVersion: "TLSv1.2";
}

/** A `tls.Server`, which here never listens: it is handed what others accept. */
export interface TlsServer {
  /** Takes a connection. */
  emit(event: "connection", socket: Socket): boolean;
  /** A handshake is complete. */
  on(event: "secureConnection", listener: (socket: TlsSocket) => void): void;
  /** A handshake has failed. */
  on(event: "tlsClientError", listener: (error: Error, socket: TlsSocket) => void): void;
}

/** `node:tls`. */
export interface Tls {
  /** The authorities that Node comes with. */
  readonly rootCertificates: readonly string[];
  /** Node 22.15 and later: the authorities that are trusted unless others are named. */
  getCACertificates?(type: "default"): readonly string[];
  /** Dials. */
  connect(
    options: ConnectOptions & SecureOptions & {
      servername?: string;
      checkServerIdentity: (host: string, certificate: object) => Error | undefined;
    },
  ): TlsSocket;
  /** Makes a server. */
  createServer(
    options: SecureOptions & { requestCert: boolean; rejectUnauthorized: boolean; handshakeTimeout: number },
  ): TlsServer;
  /** Whether a certificate has a name. */
  checkServerIdentity(host: string, certificate: object): Error | undefined;
}

/** `node:crypto`. */
export interface Crypto {
  /** A certificate, of PEM text. Throws if it cannot be read. */
  readonly X509Certificate: new (pem: string) => { checkPrivateKey(key: object): boolean };
  /** A secret key, of PEM text. Throws if it cannot be read. */
  createPrivateKey(pem: string): object;
}

/** `node:os`. */
export interface Os {
  /** Addresses by interface name. */
  networkInterfaces(): { readonly [name: string]: readonly { readonly address: string }[] | undefined };
  /** The directory for temporary files. */
  tmpdir(): string;
}

/** `node:dns/promises`. */
export interface Dns {
  /** Resolves a name as the system does. */
  lookup(name: string, options: { family: 0 | 4 }): Promise<{ readonly address: string }>;
}

/** `node:fs/promises`. */
export interface Fs {
  /** What a path is, links not followed. */
  lstat(path: string): Promise<{ isSocket(): boolean }>;
  /** Removes a file. */
  unlink(path: string): Promise<void>;
  /** Removes an empty directory. */
  rmdir(path: string): Promise<void>;
  /** Makes a directory (mode 0700) named `prefix` and six random characters. */
  mkdtemp(prefix: string): Promise<string>;
}

/** `node:worker_threads`. */
export interface Workers {
  /** Makes it an error to transfer memory to another thread. */
  markAsUntransferable(memory: ArrayBuffer): void;
}

interface Process {
  readonly platform: string;
  getBuiltinModule(name: string): unknown;
}

interface Modules {
  readonly "node:net": Net;
  readonly "node:os": Os;
  readonly "node:dns/promises": Dns;
  readonly "node:fs/promises": Fs;
  readonly "node:worker_threads": Workers;
  readonly "node:tls": Tls;
  readonly "node:crypto": Crypto;
}

/** Node's `process`, or `undefined` where there is none that can give out modules. */
function process(scope: object = globalThis): Process | undefined {
  const candidate = (scope as { readonly process?: Partial<Process> }).process;
  return typeof candidate?.getBuiltinModule === "function" ? candidate as Process : undefined;
}

/** Whether a global object is of a runtime that gives out Node's modules. */
export function hasBuiltins(scope: object): boolean {
  return process(scope) !== undefined;
}

/**
 * One of Node's own modules.
 *
 * @throws {TypeError} If the runtime has no `process.getBuiltinModule`.
 */
export function builtin<Name extends keyof Modules>(name: Name): Modules[Name] {
  const owner = process();
  if (owner === undefined) throw new TypeError(`Cannot load "${name}": no process.getBuiltinModule, wanted Node 20.16`);
  return owner.getBuiltinModule(name) as Modules[Name];
}

/** The operating system, as Node names it: `linux`, `darwin`, `win32`. */
export function platform(): string {
  return process()?.platform ?? "unknown";
}

/**
 * The few members of `Deno` that its adapter uses, read from a structurally typed `globalThis`.
 *
 * @module
 */

/** A TCP address, or a Unix socket's. */
export interface Address {
  /** IP address; tcp only. */
  readonly hostname?: string;
  /** Port; tcp only. */
  readonly port?: number;
}

/** A connection. */
export interface Connection {
  /** Our end. */
  readonly localAddr: Address;
  /** The peer's end. */
  readonly remoteAddr: Address;
  /** Reads into memory of ours; how many octets, or `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes; how many octets the system took. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our direction. */
  closeWrite(): Promise<void>;
  /** Closes; pending reads and writes reject. */
  close(): void;
  /** `TCP_NODELAY`; tcp only. */
  setNoDelay?(enable: boolean): void;
  /** `SO_KEEPALIVE`; tcp only. */
  setKeepAlive?(enable: boolean): void;
  /** Lets the process end although a read of it is pending. */
  unref?(): void;
}

/** A bound socket of Deno's. */
export interface DenoListener {
  /** What was bound. */
  readonly addr: Address;
  /** Waits for one connection. */
  accept(): Promise<Connection>;
  /** Stops accepting; a pending `accept` rejects. */
  close(): void;
  /** Lets the process end although an `accept` is pending. */
  unref?(): void;
}

/** Where to dial. */
export type DialWhere =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number; readonly autoSelectFamily: boolean }
  | { readonly transport: "unix"; readonly path: string };

/** Where to listen. `tcpBacklog` is in no documentation of Deno 2.9, and works. */
export type ListenWhere =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number; readonly tcpBacklog: number }
  | { readonly transport: "unix"; readonly path: string };

/** `Deno`. */
export interface DenoRuntime {
  /** Dials. */
  connect(options: DialWhere & { readonly signal?: AbortSignal }): Promise<Connection>;
  /** Listens. Throws what goes wrong. */
  listen(options: ListenWhere): DenoListener;
  /** The machine's interfaces, one address each. */
  networkInterfaces(): readonly { readonly name: string; readonly address: string }[];
  /** The machine. */
  readonly build: {
    /** `linux`, `darwin`, `windows`. */
    readonly os: string;
  };
  /** What a path is, links not followed. */
  lstat(path: string): Promise<{ readonly isSocket: boolean | null }>;
  /** Removes a file or an empty directory. */
  remove(path: string): Promise<void>;
  /** Makes a directory of mode 0700 with a random name where temporary files go. */
  makeTempDir(options: { readonly prefix: string }): Promise<string>;
}

/** `Deno` of a global object, or `undefined` on another runtime. */
export function deno(scope: object = globalThis): DenoRuntime | undefined {
  return (scope as { readonly Deno?: DenoRuntime }).Deno;
}

/**
 * `Deno`.
 *
 * @throws {TypeError} On another runtime.
 */
export function theDeno(): DenoRuntime {
  const runtime = deno();
  if (runtime === undefined) {
    throw new TypeError("Cannot open a socket: no Deno found, wanted the runtime it belongs to");
  }
  return runtime;
}

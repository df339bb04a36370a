/**
 * The few members of `Bun` that its adapter uses, read from a structurally typed `globalThis`.
 *
 * @module
 */

/** A connection of Bun's; `Data` is what we attach to it. */
export interface Socket<Data> {
  /** Ours; handlers find the link here. */
  data: Data;
  /** The peer's IP address. */
  readonly remoteAddress: string;
  /** The peer's port. */
  readonly remotePort: number;
  /** Our IP address. */
  readonly localAddress: string;
  /** Our port. */
  readonly localPort: number;
  /** Gives octets to the system; how many it took, or -1 if the socket is closed. */
  write(bytes: Uint8Array): number;
  /** Ends our direction. */
  shutdown(): void;
  /** Closes. */
  end(): void;
  /** Lets the process end although it is open. */
  unref(): void;
  /** Stops reading. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Milliseconds. Given an idle time, Bun also sets an interval of 1 s and a count of 10. */
  setKeepAlive(enable: boolean, idle?: number): boolean;
  /** `TCP_NODELAY`. */
  setNoDelay(enable: boolean): boolean;
  /** `IP_TOS`. */
  setTypeOfService?(type: number): number;
}

/** What Bun calls, whichever socket it is about. */
export interface SocketHandler<Data> {
  /** How chunks come: ours to keep. */
  readonly binaryType: "uint8array";
  /** The connection stands. */
  open(socket: Socket<Data>): void;
  /** Octets have arrived. */
  data(socket: Socket<Data>, chunk: Uint8Array): void;
  /** There is room again; also called when there was no need. */
  drain(socket: Socket<Data>): void;
  /** The peer ended its direction. */
  end(socket: Socket<Data>): void;
  /** All is closed; may come from within a call of ours. */
  close(socket: Socket<Data>, error?: Error): void;
  /** A handler threw, or something went wrong. */
  error(socket: Socket<Data>, error: Error): void;
}

/** Where a socket listens or dials. */
export type Where =
  | {
    readonly hostname: string;
    readonly port: number;
    readonly localAddress?: string;
    readonly localPort?: number;
  }
  | { readonly unix: string };

/** A bound socket of Bun's. */
export interface BunListener {
  /** The port bound. */
  readonly port: number;
  /** Stops accepting; `true` would close the connections too. */
  stop(connections: boolean): void;
  /** Lets the process end although it listens. */
  unref(): void;
}

/** `Bun`. */
export interface BunRuntime {
  /** Dials. There is no way to give up. */
  connect<Data>(
    options: Where & { readonly socket: SocketHandler<Data>; readonly data: Data; readonly allowHalfOpen: boolean },
  ): Promise<Socket<Data>>;
  /** Listens. Throws what goes wrong. */
  listen<Data>(
    options: Where & { readonly socket: SocketHandler<Data>; readonly allowHalfOpen: boolean },
  ): BunListener;
  /** Names. */
  readonly dns: {
    /** Resolves a name as the system does. */
    lookup(name: string, options: { family: 0 | 4 }): Promise<readonly { readonly address: string }[]>;
  };
}

/** `Bun` of a global object, or `undefined` on another runtime. */
export function bun(scope: object = globalThis): BunRuntime | undefined {
  return (scope as { readonly Bun?: BunRuntime }).Bun;
}

/**
 * `Bun`.
 *
 * @throws {TypeError} On another runtime.
 */
export function theBun(): BunRuntime {
  const runtime = bun();
  if (runtime === undefined) {
    throw new TypeError("Cannot open a socket: no Bun found, wanted the runtime it belongs to");
  }
  return runtime;
}

/**
 * Peers that are no more than a tcp connection and the octets a test gives them: the greeting in pieces, frames that
 * are none, silence.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import * as net from "node:net";
import { hex } from "../harness.ts";

/** The 64 octets that open a connection: ZMTP 3.`minor`, NULL. */
export function greeting(minor = 1, mechanism = "NULL"): Uint8Array<ArrayBuffer> {
  const octets = hex(`FF 00 00 00 00 00 00 00 00 7F 03 0${minor}${" 00".repeat(52)}`);
  octets.set(Buffer.from(mechanism, "latin1"), 12);
  return octets;
}

/** A command frame. */
export function command(name: string, data: Uint8Array | string = ""): Uint8Array<ArrayBuffer> {
  const body = Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name, "latin1"),
    Buffer.from(data as string, "latin1"),
  ]);
  return frame(4, body);
}

/** A frame with these flags; long if it must be. */
export function frame(flags: number, body: Uint8Array | string = ""): Uint8Array<ArrayBuffer> {
  const octets = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  if (octets.length < 256) return join(Uint8Array.of(flags, octets.length), octets);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(octets.length));
  return join(Uint8Array.of(flags | 2), size, octets);
}

/** READY with a socket type, and what else is to be told. */
export function ready(socketType: string, more: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const properties = Object.entries({ "Socket-Type": socketType, ...more }).map(([name, value]) => {
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, value.length);
    return join(Uint8Array.of(name.length), Buffer.from(name, "latin1"), size, Buffer.from(value, "latin1"));
  });
  return command("READY", join(...properties));
}

/** Octets one after the other. */
export function join(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(pieces));
}

/** One raw connection. `await using` cuts it. */
export class RawPeer implements AsyncDisposable {
  /** Settles when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #socket: TcpSocket;
  #unread: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  /** Wraps a connection of the runtime's. */
  constructor(socket: TcpSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Uint8Array) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake();
    });
    // A reset is one of the ways in which the other side may end it.
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true;
        this.#wake();
        socket.destroy();
        resolve();
      };
      socket.on("end", end);
      socket.on("close", end);
    });
  }

  /** Dials `tcp://host:port`. */
  static dial(endpoint: string): Promise<RawPeer> {
    const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawPeer(socket));
      });
    });
  }

  /** Writes, and waits until the system has it. */
  async write(...pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => this.#socket.write(join(...pieces), () => resolve()));
  }

  /** Writes pieces one by one, each in a turn of its own so that it is a segment of its own. */
  async dribble(octets: Uint8Array, cuts: readonly number[]): Promise<void> {
    let from = 0;
    for (const cut of [...cuts, octets.length]) {
      if (cut > from) await this.write(octets.subarray(from, cut));
      await new Promise((resolve) => setImmediate(resolve));
      from = cut;
    }
  }

  /** The next `count` octets. Rejects if the connection ends before. */
  async read(count: number): Promise<Uint8Array> {
    while (this.#unread.length < count) {
      if (this.#ended) {
        throw new Error(
          `The connection ended after ${this.#unread.length} octets, wanted ${count}: ${this.#unread.toString("hex")}`,
        );
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const octets = this.#unread.subarray(0, count);
    this.#unread = this.#unread.subarray(count);
    return new Uint8Array(octets);
  }

  /** The next frame: its flags, and its body. */
  async readFrame(): Promise<{ readonly flags: number; readonly body: string }> {
    const [flags] = await this.read(1);
    const size = (flags! & 2) === 0
      ? (await this.read(1))[0]!
      : Number(new DataView((await this.read(8)).buffer).getBigUint64(0));
    return { flags: flags! & ~2, body: Buffer.from(await this.read(size)).toString("latin1") };
  }

  /** All that comes until the connection ends. */
  async rest(): Promise<Uint8Array> {
    await this.closed;
    return new Uint8Array(this.#unread);
  }

  /** Shakes hands: both greetings, both READYs. Answers what the other side's READY said. */
  async shake(
    socketType: string,
    options: { readonly minor?: number; readonly more?: Record<string, string> } = {},
  ): Promise<string> {
    await this.write(greeting(options.minor), ready(socketType, options.more));
    await this.read(64);
    const { flags, body } = await this.readFrame();
    if (flags !== 4 || !body.startsWith("\x05READY")) {
      throw new Error(`Wanted READY, found ${flags} ${JSON.stringify(body)}`);
    }
    return body;
  }

  /** Ends our direction. */
  end(): void {
    this.#socket.end();
  }

  /** Cuts the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }
}

/** A listener whose connections are raw. `await using` ends it. */
export class RawServer implements AsyncDisposable {
  /** Where it listens. */
  readonly endpoint: string;
  readonly #server: Server;
  readonly #peers: RawPeer[] = [];
  readonly #waiting: ((peer: RawPeer) => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.endpoint = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on("connection", (socket) => {
      const peer = new RawPeer(socket);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#peers.push(peer);
      else waiting(peer);
    });
  }

  /** Listens on a free port. */
  static listen(): Promise<RawServer> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: false });
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new RawServer(server)));
    });
  }

  /** The next connection. */
  accept(): Promise<RawPeer> {
    const peer = this.#peers.shift();
    return peer === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(peer);
  }

  /** Cuts what was not accepted, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) await peer[Symbol.asyncDispose]();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

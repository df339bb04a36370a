/**
 * What the tests of a connection's life stand on: endpoints that can be bound again, peers made of bare tcp, and waits
 * that end with an event.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket as TcpSocket } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import { Pull, type Socket, type SocketEventOf, type SocketEventType, text } from "../mod.ts";
import { GREETING, ready } from "./engine_fixture.ts";
import { hex } from "./harness.ts";

/** A directory of this process's own; removed when it exits. */
const directory: string = mkdtempSync(`${tmpdir()}/zmq-`);
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

/** The transports over which lives are tested. */
export const SCHEMES = ["tcp", "ipc"] as const;

let names = 0;

/**
 * An endpoint with nobody there, that can be bound, and freed, and bound again. For tcp it is on a loopback address of
 * its own, so that no other program is given its port meanwhile.
 */
export async function vacant(scheme: (typeof SCHEMES)[number]): Promise<string> {
  if (scheme === "ipc") return `ipc://${directory}/${++names}`;
  const octet = (): number => 1 + Math.floor(Math.random() * 250);
  const address = process.platform === "linux" ? `127.${octet()}.${octet()}.${octet()}` : "127.0.0.1";
  await using pull = new Pull();
  return await pull.bind(`tcp://${address}:*`);
}

/** The next event of a type. */
export function next<T extends SocketEventType>(socket: Socket, type: T): Promise<SocketEventOf<T>> {
  return socket.events.once(type);
}

/** Waits until a socket has so many peers to exchange messages with. */
export async function peers(socket: Socket, count: number): Promise<void> {
  while (socket.peers.length < count) await next(socket, "handshake");
}

/** One turn of the event loop, timers included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Waits, turn by turn, for what no event tells of. The test's own limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Receives so many messages; each as text, its frames with a bar between. */
export async function receive(socket: Pick<Pull, "receive">, count: number): Promise<string[]> {
  const received: string[] = [];
  while (received.length < count) received.push(spell(await socket.receive()));
  return received;
}

/** A message as text. */
export function spell(frames: readonly Uint8Array[]): string {
  return frames.map((frame) => text(frame)).join("|");
}

/** `from`, …, `to` as text. */
export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}

/** One connection of a {@link RawPeer}: octets, and no library. */
export class RawConnection {
  /** Octets that have come. */
  received = 0;
  readonly #socket: TcpSocket;
  readonly #gone = Promise.withResolvers<void>();

  constructor(socket: TcpSocket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk) => this.received += chunk.length);
    socket.on("close", () => this.#gone.resolve());
  }

  /** Connects to a tcp endpoint. */
  static dial(endpoint: string): Promise<RawConnection> {
    const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new RawConnection(socket)));
      socket.on("error", reject);
    });
  }

  /** Sends octets written in hexadecimal. */
  say(octets: string): void {
    this.#socket.write(hex(octets));
  }

  /** Sends all that a peer of this type says to be ready. */
  shakeHands(type: string): void {
    this.say(GREETING + ready(type));
  }

  /** Reads no more. */
  stall(): void {
    this.#socket.pause();
  }

  /** Says no more, and leaves once the other side has hung up too. */
  leave(): void {
    this.#socket.end();
  }

  /** Vanishes: with a reset if there is anything unread. */
  vanish(): void {
    this.#socket.destroy();
  }

  /** When the connection is gone, whoever ended it. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }
}

/** A peer made of bare tcp: it says only what it is told to. */
export class RawPeer implements AsyncDisposable {
  readonly #server: Server;
  readonly #connections: RawConnection[] = [];
  readonly #waiting: ((connection: RawConnection) => void)[] = [];
  readonly #all: RawConnection[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens at a tcp endpoint, or a free one. */
  static listen(endpoint = "tcp://127.0.0.1:0"): Promise<RawPeer> {
    const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
    const { promise, resolve, reject } = Promise.withResolvers<RawPeer>();
    const server = createServer((socket) => peer.#accept(new RawConnection(socket)));
    const peer = new RawPeer(server);
    server.on("error", reject);
    server.listen(Number(port), hostname, () => resolve(peer));
    return promise;
  }

  /** Where it listens. */
  get endpoint(): string {
    const { address, port } = this.#server.address() as { address: string; port: number };
    return `tcp://${address}:${port}`;
  }

  /** The next connection. */
  accept(): Promise<RawConnection> {
    const connection = this.#connections.shift();
    return connection === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(connection);
  }

  /** Frees the endpoint, and cuts every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#all) connection.vanish();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.close();
  }

  #accept(connection: RawConnection): void {
    this.#all.push(connection);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#connections.push(connection);
    else waiting(connection);
  }
}

/**
 * A peer made of npm `jszmq`, which speaks ZWS 2.0 without a mechanism. Runs under Node alone.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { AnySocket, Library, OptionBag, PeerEvent, TypeName } from "./commands.ts";
import { serve } from "./serve.ts";

/** What of its sockets is used. */
interface JszmqSocket {
  readonly options: { routingId: Buffer };
  bind(address: string, server: Server): void;
  connect(address: string): void;
  disconnect(address: string): void;
  subscribe(topic: Buffer): void;
  unsubscribe(topic: Buffer): void;
  send(message: Buffer[]): void;
  on(event: "message", listener: (...frames: Buffer[]) => void): void;
  close(): void;
}

const jszmq = createRequire(import.meta.url)("jszmq") as { socket(type: string): JszmqSocket };

class Jszmq implements AnySocket {
  /** There are none. */
  readonly events: AsyncIterable<PeerEvent> = {
    [Symbol.asyncIterator]: () => ({ next: () => this.#over.then(() => ({ done: true, value: undefined })) }),
  };
  readonly stats = {};
  readonly #socket: JszmqSocket;
  readonly #type: TypeName;
  readonly #arrived: Uint8Array[][] = [];
  readonly #waiting: ((message: Uint8Array[]) => void)[] = [];
  #server: Server | undefined;
  #end: () => void = () => {};
  readonly #over = new Promise<void>((resolve) => this.#end = resolve);

  constructor(type: TypeName, { routingId }: OptionBag) {
    this.#type = type;
    this.#socket = jszmq.socket(type.toLowerCase());
    if (typeof routingId === "string") this.#socket.options.routingId = Buffer.from(routingId);
    this.#socket.on("message", (...frames) => {
      const message = frames.map((frame) => new Uint8Array(frame));
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#arrived.push(message);
      else waiting(message);
    });
  }

  /** It cannot tell a port that the system has picked, but takes an HTTP server that can. */
  async bind(): Promise<string> {
    const server = this.#server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    this.#socket.bind(endpoint, server);
    return endpoint;
  }

  unbind(): Promise<void> {
    this.#server?.close();
    return Promise.resolve();
  }

  connect(endpoint: string): void {
    this.#socket.connect(endpoint);
  }

  disconnect(endpoint: string): void {
    this.#socket.disconnect(endpoint);
  }

  subscribe(topic: Uint8Array): Promise<void> {
    if (this.#type === "XSUB") this.#socket.send([Buffer.concat([Buffer.of(1), topic])]);
    else this.#socket.subscribe(Buffer.from(topic));
    return Promise.resolve();
  }

  unsubscribe(topic: Uint8Array): Promise<void> {
    this.#socket.unsubscribe(Buffer.from(topic));
    return Promise.resolve();
  }

  connectPeer = unknown;
  join = unknown;
  leave = unknown;

  set(): void {}

  send(message: Uint8Array[]): Promise<void> {
    this.#socket.send(message.map((frame) => Buffer.from(frame)));
    return Promise.resolve();
  }

  receive(): Promise<Uint8Array[]> {
    const message = this.#arrived.shift();
    return message === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(message);
  }

  close(): Promise<void> {
    this.#end();
    this.#socket.close();
    this.#server?.close();
    this.#server?.closeAllConnections();
    return Promise.resolve();
  }
}

function unknown(): never {
  throw new Error("jszmq has no such types");
}

const library: Library = { make: (type, options) => new Jszmq(type, options) };

await serve(library);

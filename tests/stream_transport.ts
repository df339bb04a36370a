/**
 * Links over pairs of WHATWG streams, as a transport for the suites: through `TransformStream`s, through streams of
 * octets that take a chunk's memory away, and through a socket of the system's wrapped into streams.
 *
 * @module
 */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Link, Listener, ListenHandler, Transport } from "../mod.ts";
import { systemClock } from "../src/session/clock.ts";
import { NO_CAPABILITIES } from "../src/transport/link.ts";
import { type DuplexStream, StreamLink } from "../src/transport/stream_link.ts";

/** Two ends of one connection, with `TransformStream`s between. */
export function transformPair(): [DuplexStream, DuplexStream] {
  const [up, down] = [transform(), transform()];
  return [
    { readable: down.readable, writable: up.writable },
    { readable: up.readable, writable: down.writable },
  ];
}

/** It holds 64 KiB, as a system's pipe does. */
function transform(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>(
    {},
    undefined,
    new ByteLengthQueuingStrategy({ highWaterMark: 65536 }),
  );
}

/** Two ends of one connection, whose readables are streams of octets: `enqueue` takes the memory of each chunk away. */
export function bytePair(): [DuplexStream, DuplexStream] {
  const up = bytePipe();
  const down = bytePipe();
  return [
    { readable: down.readable, writable: up.writable },
    { readable: up.readable, writable: down.writable },
  ];
}

function bytePipe(): DuplexStream {
  let source!: ReadableByteStreamController;
  let sink!: WritableStreamDefaultController;
  let wake = (): void => {};
  const readable = new ReadableStream({
    type: "bytes",
    start: (controller) => void (source = controller),
    pull: () => wake(),
    cancel: (reason) => {
      sink.error(reason);
      wake();
    },
  }, { highWaterMark: 65536 }) as DuplexStream["readable"];
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      sink = controller;
      controller.signal.addEventListener("abort", () => wake());
    },
    write(chunk): Promise<void> | undefined {
      source.enqueue(chunk);
      return (source.desiredSize ?? 0) > 0 ? undefined : new Promise((resolve) => wake = resolve);
    },
    close(): void {
      source.close();
      source.byobRequest?.respond(0);
    },
    abort: (reason) => source.error(reason),
  });
  return { readable, writable };
}

/** A socket of `node:net` as streams. */
export function webStreams(socket: Socket): DuplexStream {
  const { readable, writable } = Duplex.toWeb(socket);
  return { readable, writable } as unknown as DuplexStream;
}

/** Two ends of one tcp connection, each wrapped into streams. */
export async function netPair(): Promise<[DuplexStream, DuplexStream]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [[accepted]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
  server.close();
  return [webStreams(client), webStreams(accepted as Socket)];
}

/** Two ends of one tcp connection, as streams of Deno's own. Only on Deno. */
export async function denoPair(): Promise<[DuplexStream, DuplexStream]> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const pair = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
  listener.close();
  return pair;
}

/** Names, and who listens there. */
export class StreamTransport implements Transport {
  readonly scheme: string;
  readonly capabilities = NO_CAPABILITIES;
  readonly #pair: () => [DuplexStream, DuplexStream] | Promise<[DuplexStream, DuplexStream]>;
  readonly #listening: Map<string, ListenHandler> = new Map();
  #next = 1;

  constructor(scheme: string, pair: () => [DuplexStream, DuplexStream] | Promise<[DuplexStream, DuplexStream]>) {
    this.scheme = scheme;
    this.#pair = pair;
  }

  check(): void {}

  async connect(endpoint: string): Promise<Link> {
    const [near, far] = await this.#pair();
    this.#listening.get(endpoint)!.accept(new StreamLink(far, endpoint, `${endpoint}#near`, systemClock));
    return new StreamLink(near, `${endpoint}#near`, endpoint, systemClock);
  }

  listen(_endpoint: string, _options: unknown, handler: ListenHandler): Promise<Listener> {
    const endpoint = `${this.scheme}://${this.#next++}`;
    this.#listening.set(endpoint, handler);
    const close = (): Promise<void> => Promise.resolve(void this.#listening.delete(endpoint));
    return Promise.resolve({ endpoint, close });
  }
}

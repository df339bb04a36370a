/**
 * A PEER of libzmq, through its C interface: the npm package `zeromq` exports that too, but its own binding tells no
 * routing ids of a PEER, so that this one could never answer. Runs under Deno, which can call C; blocking calls are
 * made on other threads, which libzmq allows for sockets of this type.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { ROOT } from "../processes.ts";
import type { AnySocket, Library, OptionBag } from "./commands.ts";
import { serve } from "./serve.ts";

const SYMBOLS = {
  zmq_errno: { parameters: [], result: "i32" },
  zmq_strerror: { parameters: ["i32"], result: "pointer" },
  zmq_ctx_new: { parameters: [], result: "pointer" },
  zmq_socket: { parameters: ["pointer", "i32"], result: "pointer" },
  zmq_close: { parameters: ["pointer"], result: "i32" },
  zmq_bind: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_unbind: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_connect: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_connect_peer: { parameters: ["pointer", "buffer"], result: "u32" },
  zmq_disconnect: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_getsockopt: { parameters: ["pointer", "i32", "buffer", "buffer"], result: "i32" },
  zmq_setsockopt: { parameters: ["pointer", "i32", "buffer", "usize"], result: "i32" },
  zmq_msg_init: { parameters: ["buffer"], result: "i32" },
  zmq_msg_init_size: { parameters: ["buffer", "usize"], result: "i32" },
  zmq_msg_close: { parameters: ["buffer"], result: "i32" },
  zmq_msg_data: { parameters: ["buffer"], result: "pointer" },
  zmq_msg_size: { parameters: ["buffer"], result: "usize" },
  zmq_msg_routing_id: { parameters: ["buffer"], result: "u32" },
  zmq_msg_set_routing_id: { parameters: ["buffer", "u32"], result: "i32" },
  zmq_msg_send: { parameters: ["buffer", "pointer", "i32"], result: "i32", nonblocking: true },
  zmq_msg_recv: { parameters: ["buffer", "pointer", "i32"], result: "i32", nonblocking: true },
} as const;

const PEER = 19;
const LAST_ENDPOINT = 32;
/** Options by the names of this library: integers, and text. */
const INTEGERS: Readonly<Record<string, number>> = { linger: 17, sendHighWaterMark: 23, curveServer: 47 };
const TEXTS: Readonly<Record<string, number>> = { curvePublicKey: 48, curveSecretKey: 49, curveServerKey: 50 };
const RECEIVE_TIMEOUT = 27;

const zmq = open();
const context = zmq.zmq_ctx_new();

/** Opens libzmq where the package keeps it: inside an addon for Node, the first of the builds that this machine can load. */
function open(): Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] {
  const folder = `${ROOT}/node_modules/zeromq/build`;
  const manifest: Record<string, string> = JSON.parse(readFileSync(`${folder}/manifest.json`, "utf8"));
  const faults: unknown[] = [];
  for (const [built, path] of Object.entries(manifest)) {
    const { os, arch, libc } = JSON.parse(built);
    if (os !== Deno.build.os || arch !== "x64" || libc !== "glibc") continue;
    try {
      return Deno.dlopen(`${folder}/${path}`, SYMBOLS).symbols;
    } catch (error) {
      faults.push(error);
    }
  }
  throw new AggregateError(faults, "npm zeromq has no build of libzmq for this machine");
}

function check(result: number): void {
  if (result >= 0) return;
  const errno = zmq.zmq_errno();
  const text = Deno.UnsafePointerView.getCString(zmq.zmq_strerror(errno)!);
  throw Object.assign(new Error(text), { errno });
}

/** Text as C has it. */
function terminated(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

function setOption(socket: Deno.PointerValue, name: string, value: unknown): void {
  const number = INTEGERS[name];
  if (number !== undefined) {
    return check(zmq.zmq_setsockopt(socket, number, new Uint8Array(Int32Array.of(Number(value)).buffer), 4n));
  }
  check(zmq.zmq_setsockopt(socket, TEXTS[name]!, terminated(value as string), BigInt((value as string).length)));
}

class Peer implements AnySocket {
  readonly events: AsyncIterable<never> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
  readonly stats = {};
  readonly #socket: Deno.PointerValue;
  #closed = false;
  /** The call that another thread is in. */
  #receiving: Promise<unknown> = Promise.resolve();

  constructor(options: OptionBag) {
    this.#socket = zmq.zmq_socket(context, PEER);
    // A call that waits for ever could not be ended.
    check(zmq.zmq_setsockopt(this.#socket, RECEIVE_TIMEOUT, new Uint8Array(Int32Array.of(50).buffer), 4n));
    this.set({ linger: 0, ...options });
  }

  bind(endpoint: string): Promise<string> {
    check(zmq.zmq_bind(this.#socket, terminated(endpoint)));
    const text = new Uint8Array(256);
    check(zmq.zmq_getsockopt(this.#socket, LAST_ENDPOINT, text, new Uint8Array(BigUint64Array.of(256n).buffer)));
    return Promise.resolve(new TextDecoder().decode(text.subarray(0, text.indexOf(0))));
  }

  unbind(endpoint: string): Promise<void> {
    return Promise.resolve(check(zmq.zmq_unbind(this.#socket, terminated(endpoint))));
  }

  connect(endpoint: string): void {
    check(zmq.zmq_connect(this.#socket, terminated(endpoint)));
  }

  connectPeer(endpoint: string): Uint8Array {
    const id = Buffer.alloc(4);
    id.writeUInt32BE(zmq.zmq_connect_peer(this.#socket, terminated(endpoint)));
    return id;
  }

  disconnect(endpoint: string): void {
    check(zmq.zmq_disconnect(this.#socket, terminated(endpoint)));
  }

  set(options: OptionBag): void {
    for (const [name, value] of Object.entries(options)) setOption(this.#socket, name, value);
  }

  async send([id, body]: Uint8Array[]): Promise<void> {
    const message = new Uint8Array(64);
    check(zmq.zmq_msg_init_size(message, BigInt(body!.length)));
    const data = zmq.zmq_msg_data(message);
    if (body!.length > 0) new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data!, body!.length)).set(body!);
    check(zmq.zmq_msg_set_routing_id(message, Buffer.from(id!).readUInt32BE()));
    check(await zmq.zmq_msg_send(message, this.#socket, 0));
  }

  async receive(): Promise<Uint8Array[]> {
    const message = new Uint8Array(64);
    check(zmq.zmq_msg_init(message));
    for (;;) {
      if (this.#closed) throw new Error("The socket is closed");
      const call = zmq.zmq_msg_recv(message, this.#socket, 0);
      this.#receiving = call;
      if (await call >= 0) break;
      // Whose errno this is only the other thread knows: it is that of the time that is over.
    }
    const id = Buffer.alloc(4);
    id.writeUInt32BE(zmq.zmq_msg_routing_id(message));
    const size = Number(zmq.zmq_msg_size(message));
    const body = new Uint8Array(size);
    if (size > 0) body.set(new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(zmq.zmq_msg_data(message)!, size)));
    check(zmq.zmq_msg_close(message));
    return [id, body];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#receiving;
    check(zmq.zmq_close(this.#socket));
  }

  join = refuse;
  leave = refuse;
  subscribe = refuse;
  unsubscribe = refuse;
}

function refuse(): never {
  throw new Error("PEER has no such call");
}

const library: Library = {
  make(type, options) {
    if (type !== "PEER") throw new Error(`This is for PEER, not ${type}`);
    return new Peer(options);
  },
};

await serve(library);

/**
 * Any pair of streams of octets, and any port to another thread, as a peer of any socket.
 *
 * @module
 */

import { NotSupportedError, show, wrongRange, wrongType } from "../errors.ts";
import { isMessagePort, type MessagePortLike } from "../transport/port.ts";
import { type DuplexStream, StreamLink } from "../transport/stream_link.ts";
import { Attached, rollOf } from "./attached.ts";
import type { CloseOptions } from "./linger.ts";
import { security } from "./security_slot.ts";
import { coreOf, Socket } from "./socket.ts";

/** The longest name that a peer may be given, in UTF-16 units. */
const LONGEST_NAME = 255;

/** How something is attached to a socket: see {@link Attaching.attach}. */
export interface AttachOptions {
  /**
   * Whose rules hold for the queue. `"connect"`: what is sent is queued for the peer from now on, as after `connect`
   * (unless the socket is `immediate`). `"bind"`: the peer is one that comes to us, as through a bound endpoint: nothing
   * is queued for it before its handshake, and `maxConnections` and `maxHandshakes` count all such peers of the socket
   * together. Default `"connect"`. CURVE's and PLAIN's roles have nothing to do with it: they are the options'.
   */
  readonly role?: "connect" | "bind";
  /**
   * What the peer is called: in events, in `socket.peers`, and to whoever judges it (RFC 27), who takes the host of
   * `tcp://host:port` for its address. 1 to 255 characters. Any other name has an empty address there, which no rule
   * for addresses lets in. Default: the name of the attachment, `attached://1`.
   */
  readonly peer?: string;
  /**
   * For ports alone: whether parts of 16 KiB and more that have all of their `ArrayBuffer` are given to the other thread, and
   * not copied. They are **detached** when `send` has taken them: whoever looks at one then finds it empty, and nobody
   * else may send it, a second socket or a proxy's capture. What cannot be given away is copied: a part of a larger
   * buffer, WebAssembly's memory, and whatever goes to several peers or is sent by a `Request`. Default `false`.
   */
  readonly transfer?: boolean;
}

/** Something that is attached to a socket. */
export interface Attachment extends AsyncDisposable {
  /** Its name, `attached://1` and so on, as events and `socket.stats()` have it; `socket.disconnect` ends it by that. */
  readonly endpoint: string;
  /**
   * Settles when the peer is gone and the streams or the port are free: with the error that ended it, or `undefined` if
   * it ended in good order, by either side. Never rejects.
   */
  readonly closed: Promise<Error | undefined>;
  /**
   * Ends it: what is queued for the peer has `linger` to go out, then the streams are closed.
   *
   * @param options `linger`: milliseconds; the socket's own unless given.
   * @returns How many messages did not go out.
   * @throws {RangeError} If `linger` is not a number of milliseconds, 0 or more.
   */
  close(options?: CloseOptions): Promise<{ unsent: number }>;
}

/** A socket that anything can be attached to. */
export interface Attaching {
  /**
   * Makes a peer of a pair of streams of octets, or of a port to another thread. It is one conversation: when it ends
   * nothing is dialled again, and the socket has lost that peer.
   *
   * **Streams**: a `TransformStream`'s, a `Deno.Conn` or `Deno.TlsConn`, a socket of an edge, a process's stdin and
   * stdout, a stream of WebTransport, a Node stream by `Duplex.toWeb`. The peer speaks ZMTP, heartbeats and mechanisms
   * included, whatever library it uses. Chunks that are read may be any view or `ArrayBuffer`, and are kept: whoever
   * enqueues one has given it away. Chunks that are written are `Uint8Array`s that are the stream's to keep. Both streams
   * are locked; they wait for each other as sockets do, and closing, cancelling, aborting and errors pass both ways.
   *
   * **Ports**: a `MessagePort` (best: one of a `MessageChannel` of its own), a `Worker`, or the global scope of one; of
   * the web, or of `node:worker_threads`. The other side attaches its end to a socket too. Whole messages pass, and no
   * ZMTP; as over `inproc` nobody is asked for keys or passwords, and marks add up: no more is on its way than the
   * receiver's `receiveHighWaterMark`. A port is closed when it ends, a worker is not. Where the other side says no
   * good-bye, because its worker was terminated, Bun and Node tell of it; Deno tells of a Worker of `node:worker_threads`
   * alone.
   *
   * `./core` has this as a function: {@link attach}.
   *
   * @example Two sockets, and streams between them
   * ```ts
   * import { Reply, Request, text } from "@zerostream/zmq";
   * import { assertEquals } from "@std/assert";
   *
   * const up = new TransformStream<Uint8Array, Uint8Array>();
   * const down = new TransformStream<Uint8Array, Uint8Array>();
   * await using server = new Reply();
   * await using client = new Request();
   * server.attach({ readable: up.readable, writable: down.writable }, { role: "bind" });
   * client.attach({ readable: down.readable, writable: up.writable });
   *
   * await client.send("who is there?");
   * assertEquals(text((await server.receive())[0]), "who is there?");
   * await server.send("a stream");
   * assertEquals(text((await client.receive())[0]), "a stream");
   * ```
   *
   * @param target The streams, or the port. An object with both `readable` and `writable` is taken for streams.
   * @param options `role`, `peer`, and for ports `transfer`.
   * @returns Its name, and a promise of its end.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If the target is neither, a stream is locked, an option is of the wrong kind, or the socket's
   * security options do not fit together.
   * @throws {RangeError} If `peer` is empty or too long.
   * @throws {NotSupportedError} If the socket is a DGRAM, which has no peers.
   */
  attach(target: DuplexStream | MessagePortLike, options?: AttachOptions): Attachment;
}

/**
 * `socket.attach` as a function, for whoever imports `./core`: see {@link Attaching.attach}. A bundle without it holds
 * nothing of it.
 *
 * @example On an edge
 * ```ts
 * import { attach, Pull, Push } from "@zerostream/zmq/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { port1, port2 } = new MessageChannel();
 * await using push = new Push();
 * await using pull = new Pull();
 * attach(push, port1);
 * attach(pull, port2, { role: "bind" });
 * await push.send(new Uint8Array([1, 2, 3]));
 * assertEquals([...(await pull.receive())[0]!], [1, 2, 3]);
 * ```
 *
 * @param socket The socket that gets a peer.
 * @param target The streams, or the port.
 * @param options `role`, `peer`, and for ports `transfer`.
 * @returns Its name, and a promise of its end.
 * @throws {ClosedError} If the socket is closed.
 * @throws {TypeError} If the target is neither, a stream is locked, an option is of the wrong kind, or the socket's
 * security options do not fit together.
 * @throws {RangeError} If `peer` is empty or too long.
 * @throws {NotSupportedError} If the socket is a DGRAM, which has no peers.
 */
export function attach(
  socket: Socket,
  target: DuplexStream | MessagePortLike,
  options: AttachOptions = {},
): Attachment {
  const core = coreOf(socket);
  if (core.isClosed) throw core.closedError("attach");
  const { role, peer, transfer } = readOptions(options);
  const stream = isDuplex(target);
  if (stream && transfer) throw wrongType("Cannot attach: transfer is true, wanted that for a MessagePort alone");
  if (!stream && (typeof target !== "object" || target === null || !isMessagePort(target))) {
    throw wrongType(`Cannot attach: target is ${show(target)}, wanted { readable, writable } or a MessagePort`);
  }
  if (core.type === "DGRAM") throw new NotSupportedError("Cannot attach: a DGRAM has no peers, only datagrams");
  const roll = rollOf(core);
  const endpoint = `attached://${roll.next}`;
  const attached = new Attached(core, endpoint, role, roll);
  if (stream) {
    const { readable, writable } = target;
    if (readable.locked || writable.locked) {
      const which = readable.locked ? "readable" : "writable";
      throw wrongType(`Cannot attach: the ${which} is locked, wanted streams that nobody else uses`);
    }
    security()?.agree(core.options, "attach", "attached", role);
    const link = new StreamLink(target, endpoint, peer ?? endpoint, core.clock);
    roll.next++;
    attached.converse(link);
  } else {
    roll.next++;
    attached.join(target as MessagePortLike, peer ?? endpoint, transfer);
  }
  return attached.face;
}

/** Gives sockets `attach` as a method. For `mod.ts` alone; it is not exported to users. */
export function provideAttach(): void {
  Object.defineProperty(Socket.prototype, "attach", {
    value(this: Socket, target: DuplexStream | MessagePortLike, options?: AttachOptions): Attachment {
      return attach(this, target, options);
    },
    writable: true,
    configurable: true,
  });
}

function isDuplex(target: unknown): target is DuplexStream {
  if (typeof target !== "object" || target === null) return false;
  const { readable, writable } = target as { readonly readable?: unknown; readonly writable?: unknown };
  return typeof (readable as Partial<ReadableStream> | null | undefined)?.getReader === "function" &&
    typeof (writable as Partial<WritableStream> | null | undefined)?.getWriter === "function";
}

function readOptions(options: AttachOptions): {
  readonly role: "connect" | "bind";
  readonly peer: string | undefined;
  readonly transfer: boolean;
} {
  if (typeof options !== "object" || options === null) {
    throw wrongType(`Cannot attach: options are ${show(options)}, wanted an object such as { role: "bind" }`);
  }
  const { role = "connect", peer, transfer = false } = options;
  if (role !== "connect" && role !== "bind") {
    throw wrongType(`Cannot attach: role is ${show(role)}, wanted "connect" or "bind"`);
  }
  if (typeof transfer !== "boolean") {
    throw wrongType(`Cannot attach: transfer is ${show(transfer)}, wanted true or false`);
  }
  if (peer !== undefined && typeof peer !== "string") {
    throw wrongType(`Cannot attach: peer is ${show(peer)}, wanted text such as "tcp://192.0.2.1:49731"`);
  }
  if (peer !== undefined && (peer === "" || peer.length > LONGEST_NAME)) {
    throw wrongRange(`Cannot attach: peer has ${peer.length} characters, wanted 1 to ${LONGEST_NAME}`);
  }
  return { role, peer, transfer };
}

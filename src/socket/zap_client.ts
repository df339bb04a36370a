/**
 * Asks whoever judges peers: a REP or ROUTER that is bound to `inproc://zeromq.zap.01` in the socket's context
 * ({@link https://rfc.zeromq.org/spec/27/ | RFC 27}). Each question has a connection of its own, as in libzmq.
 *
 * | frame | request              | reply           |
 * | ----- | -------------------- | --------------- |
 * | 0     | empty                | empty           |
 * | 1     | version, `1.0`       | version, `1.0`  |
 * | 2     | request id, `1`      | request id, `1` |
 * | 3     | domain               | status          |
 * | 4     | address              | status text     |
 * | 5     | our own routing id   | user id         |
 * | 6     | mechanism            | metadata        |
 * | 7–    | credentials          |                 |
 *
 * @module
 */

import { keyOf } from "../bytes/ascii.ts";
import type { Question } from "../engine/engine.ts";
import { ProtocolError, show, ZmqError } from "../errors.ts";
import { EMPTY, type Message } from "../message.ts";
import type { Verdict } from "../mechanism/mechanism.ts";
import { DealerPattern } from "../pattern/dealer.ts";
import { hostOf } from "../transport/endpoint.ts";
import { decodeMetadata } from "../wire/metadata.ts";
import type { ContextCore } from "./context_core.ts";
import { SocketCore } from "./core.ts";
import type { Settings } from "./settings.ts";

/** Where whoever judges is bound. */
export const ZAP_ENDPOINT = "inproc://zeromq.zap.01";

const VERSION = "1.0";
const REQUEST_ID = "1";
const REPLY_FRAMES = 7;
/** How long an answer may take, in milliseconds, whatever the limit of the handshake. */
const LONGEST = 30_000;
const ALLOWED: Verdict = { status: 200 };

/** Judges a peer at an address, by asking or without. `signal` takes the question back. */
export async function judge(
  context: ContextCore,
  settings: Settings,
  question: Question,
  peer: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const { zapDomain, zapEnforceDomain } = settings;
  const { mechanism } = question;
  const domain = zapDomain ?? "";
  // As in libzmq: an enforced domain that is empty asks for nobody.
  if (mechanism === "CURVE" && zapEnforceDomain && domain === "") return ALLOWED;
  if (!context.names.has(ZAP_ENDPOINT)) {
    const needed = mechanism === "PLAIN" || (zapEnforceDomain && domain !== "");
    return needed ? nobody() : ALLOWED;
  }
  try {
    return readReply(await ask(context, settings, question, domain, peer, signal));
  } catch (error) {
    const fault = error instanceof ZmqError ? error : new ZmqError("EIO", `Cannot judge peer: ${String(error)}`);
    return { status: "failed", error: fault };
  }
}

async function ask(
  context: ContextCore,
  settings: Settings,
  { mechanism, credentials }: Question,
  domain: string,
  peer: string,
  signal: AbortSignal,
): Promise<Message> {
  const receiveTimeout = settings.handshakeInterval === 0 ? LONGEST : Math.min(settings.handshakeInterval, LONGEST);
  const options = { linger: 0, receiveTimeout };
  const socket = new SocketCore("DEALER", context, options, (core) => new DealerPattern(core.options));
  try {
    socket.endpoints.connect(ZAP_ENDPOINT, EMPTY);
    const address = /^t(cp|ls):/.test(peer) ? hostOf(peer) : peer.startsWith("attached://") ? "" : "localhost";
    const id = settings.routingId ?? EMPTY;
    await socket.send(["", VERSION, REQUEST_ID, domain, address, id, mechanism, ...credentials], { signal });
    return await socket.receive({ signal });
  } finally {
    // Whoever judges need not read what nobody waits for: peers that come and go would leave them without end.
    for (const { pipe } of socket.endpoints.connections) pipe.clear();
    socket.close(0);
  }
}

/** Reads a reply. What is wrong with it ends the peer's connection, and shows nothing of it. */
export function readReply(reply: Message): Verdict {
  const refuse = (found: string, wanted: string): never => {
    throw new ProtocolError("handshake", `Cannot read ZAP reply: ${found}, wanted ${wanted}`);
  };
  if (reply.length !== REPLY_FRAMES) refuse(`${reply.length} frames`, `${REPLY_FRAMES}`);
  const [delimiter, version, id, status, text, userId, metadata] = reply as Required<Message>;
  if (delimiter!.length > 0) refuse("its first frame is not empty", "an empty one");
  if (keyOf(version!) !== VERSION) refuse(`version ${show(keyOf(version!))}`, `"${VERSION}"`);
  if (keyOf(id!) !== REQUEST_ID) refuse("another request's id", "that of ours");
  const words = new TextDecoder().decode(text!);
  const code = ([200, 300, 400, 500] as const).find((known) => `${known}` === keyOf(status!));
  if (code === undefined) return refuse(`status ${show(keyOf(status!))}`, "200, 300, 400 or 500");
  if (code !== 200) return { status: code, text: words };
  return {
    status: 200,
    admission: { userId: new TextDecoder().decode(userId!), metadata: decodeMetadata(metadata!) },
  };
}

function nobody(): Verdict {
  const words = `nobody judges it, wanted a REP or ROUTER bound to "${ZAP_ENDPOINT}" in its context`;
  return { status: "failed", error: new ZmqError("EACCES", `Cannot let the peer in: ${words}`) };
}

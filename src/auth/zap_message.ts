/**
 * ZAP's messages as a ROUTER has them ({@link https://rfc.zeromq.org/spec/27/ | RFC 27}): questions read, answers
 * written. Pure. `socket/zap_client.ts` has the other side, and the table of frames.
 *
 * @module
 */

import { keyOf } from "../bytes/ascii.ts";
import { EMPTY, type Message } from "../message.ts";
import { encodeMetadata, type Metadata } from "../wire/metadata.ts";

const VERSION = "1.0";
/** Frames from the version to the mechanism. */
const FIXED = 6;

/** A question. */
export interface ZapQuestion {
  /** The asking socket's `zapDomain`. */
  readonly domain: string;
  /** Where the peer comes from. */
  readonly address: string;
  /** The asking socket's own routing id. */
  readonly routingId: Uint8Array;
  /** `NULL`, `PLAIN` or `CURVE`. */
  readonly mechanism: string;
  /** What the peer has shown. */
  readonly credentials: readonly Uint8Array[];
}

/** A message that has come. */
export interface ZapRequest {
  /** What the answer begins with: everything up to the question's id. */
  readonly head: Message;
  /** The question; why it is none, otherwise. */
  readonly question: ZapQuestion | string;
}

/** An answer. */
export type ZapAnswer =
  /** The peer may come in. */
  | { readonly status: 200; readonly userId: string; readonly metadata: Metadata }
  /** It may not, in words for whoever asked. */
  | { readonly status: 300 | 400 | 500; readonly text: string };

/** Reads a message: its envelope is all up to its first empty frame. `undefined`: there is nothing to answer. */
export function readZapRequest(frames: Message): ZapRequest | undefined {
  const start = frames.findIndex(({ length }) => length === 0) + 1;
  const [version, id, domain, address, routingId, mechanism, ...credentials] = frames.slice(start);
  if (start === 0 || id === undefined) return undefined;
  const head = [...frames.slice(0, start), version!, id];
  if (keyOf(version!) !== VERSION) return { head, question: "unknown version of ZAP" };
  if (mechanism === undefined) return { head, question: `fewer than ${FIXED} frames` };
  const decoder = new TextDecoder();
  return {
    head,
    question: {
      domain: decoder.decode(domain),
      address: decoder.decode(address),
      routingId: routingId!.slice(),
      mechanism: decoder.decode(mechanism),
      credentials,
    },
  };
}

/** Writes the answer to a message. */
export function writeZapReply({ head }: ZapRequest, answer: ZapAnswer): Message {
  const encoder = new TextEncoder();
  const envelope = head.slice(0, -2);
  const [version, id] = [encoder.encode(VERSION), head.at(-1)!];
  const status = encoder.encode(`${answer.status}`);
  return answer.status === 200
    ? [...envelope, version, id, status, encoder.encode("OK"), encoder.encode(answer.userId), metadataFrame(answer)]
    : [...envelope, version, id, status, encoder.encode(answer.text), EMPTY, EMPTY];
}

function metadataFrame({ metadata }: { readonly metadata: Metadata }): Uint8Array {
  return metadata.size === 0 ? EMPTY : encodeMetadata(metadata);
}

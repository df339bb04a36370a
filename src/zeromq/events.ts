/**
 * Events in the words of npm `zeromq`.
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import type { SocketEvent } from "../monitor/events.ts";
import { type ErrnoError, errnoError, translate } from "./errno.ts";

/** An error that tells of a peer that was turned away, or that turned us away. */
export interface AuthError extends Error {
  /** 300: perhaps later; 400: never; 500: whoever judges is in trouble. */
  status: 300 | 400 | 500;
}

/** An error that tells of a peer that broke the protocol. */
export interface ProtoError extends Error {
  /** In which way. */
  code:
    | "ERR_ZMTP_UNSPECIFIED"
    | "ERR_ZMTP_UNEXPECTED_COMMAND"
    | "ERR_ZMTP_INVALID_SEQUENCE"
    | "ERR_ZMTP_KEY_EXCHANGE"
    | "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"
    | "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"
    | "ERR_ZMTP_MALFORMED_COMMAND_HELLO"
    | "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"
    | "ERR_ZMTP_MALFORMED_COMMAND_ERROR"
    | "ERR_ZMTP_MALFORMED_COMMAND_READY"
    | "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"
    | "ERR_ZMTP_INVALID_METADATA"
    | "ERR_ZMTP_CRYPTOGRAPHIC"
    | "ERR_ZMTP_MECHANISM_MISMATCH"
    | "ERR_ZAP_UNSPECIFIED"
    | "ERR_ZAP_MALFORMED_REPLY"
    | "ERR_ZAP_BAD_REQUEST_ID"
    | "ERR_ZAP_BAD_VERSION"
    | "ERR_ZAP_INVALID_STATUS_CODE"
    | "ERR_ZAP_INVALID_METADATA";
}

/** An event that has nothing to say but that it happened. */
export interface BareEvent<T extends string> {
  /** What happened. */
  type: T;
}

/** An event of one address. */
export interface AddressEvent<T extends string> extends BareEvent<T> {
  /** The endpoint: as `bind` resolved it, or as `connect` was given it. */
  address: string;
}

/** An event of an attempt that will be repeated. */
export interface RetryEvent<T extends string> extends AddressEvent<T> {
  /** Milliseconds until then. */
  interval: number;
}

/** An event of something that went wrong. */
export interface ErrorEvent<T extends string, E extends Error = ErrnoError> extends AddressEvent<T> {
  /** What went wrong. */
  error: E;
}

/** What happened, told apart by `type`. */
export type Event =
  | AddressEvent<"accept">
  | ErrorEvent<"accept:error">
  | AddressEvent<"bind">
  | ErrorEvent<"bind:error">
  | AddressEvent<"connect">
  | AddressEvent<"connect:delay">
  | RetryEvent<"connect:retry">
  | AddressEvent<"close">
  | ErrorEvent<"close:error">
  | AddressEvent<"disconnect">
  | BareEvent<"end">
  | AddressEvent<"handshake">
  | ErrorEvent<"handshake:error:protocol", ProtoError>
  | ErrorEvent<"handshake:error:auth", AuthError>
  | ErrorEvent<"handshake:error:other">
  | BareEvent<"unknown">;

/** The names of events. */
export type EventType = Event["type"];

/** The event of one type. */
export type EventOfType<E extends EventType = EventType> = Extract<Event, { type: E }>;

const TCP = "tcp://";
const JUDGEMENTS = { 300: "Temporary error", 400: "Authentication failure", 500: "Internal error" } as const;

/** What the library says of a broken protocol, and libzmq's code for it. The first that fits counts. */
const FAULTS: readonly (readonly [RegExp, ProtoError["code"]])[] = [
  [/^Cannot read ZAP reply: [0-9]+ frames/, "ERR_ZAP_MALFORMED_REPLY"],
  [/^Cannot read ZAP reply: version/, "ERR_ZAP_BAD_VERSION"],
  [/^Cannot read ZAP reply: another/, "ERR_ZAP_BAD_REQUEST_ID"],
  [/^Cannot read ZAP reply: status/, "ERR_ZAP_INVALID_STATUS_CODE"],
  [/^Cannot read ZAP reply/, "ERR_ZAP_UNSPECIFIED"],
  [/mechanism/, "ERR_ZMTP_MECHANISM_MISMATCH"],
  [/sealed with other keys|cookie|vouch/, "ERR_ZMTP_CRYPTOGRAPHIC"],
  [/low order/, "ERR_ZMTP_KEY_EXCHANGE"],
  [/counter is not above/, "ERR_ZMTP_INVALID_SEQUENCE"],
  [/sent a? ?command|sent a message/, "ERR_ZMTP_UNEXPECTED_COMMAND"],
  [/^Cannot read metadata/, "ERR_ZMTP_INVALID_METADATA"],
  [/^Cannot read HELLO/, "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
  [/^Cannot read INITIATE/, "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
  [/^Cannot read ERROR/, "ERR_ZMTP_MALFORMED_COMMAND_ERROR"],
  [/^Cannot read READY/, "ERR_ZMTP_MALFORMED_COMMAND_READY"],
  [/^Cannot read WELCOME/, "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"],
  [/^Cannot (?:read|open) message/, "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
  [/^Cannot read (?:command|[A-Z]+)/, "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
];

/** Tells the library's events as npm `zeromq` does: some are two there. */
export class EventTranslator {
  /** Endpoints that are being dialled, with nothing to be lost yet. */
  readonly #dialling: Set<string> = new Set();

  /** What an event is called, in order. */
  translate(event: SocketEvent): Event[] {
    if (event.type === "end") return [{ type: "end" }];
    const address = event.endpoint;
    // libzmq has nothing to tell of these.
    if (address.startsWith("inproc://")) return [];
    switch (event.type) {
      case "connect:delay":
        this.#dialling.add(address);
        return [{ type: "connect:delay", address }];
      case "connect":
        this.#dialling.delete(address);
        return [{ type: "connect", address }];
      case "connect:retry": {
        // libzmq closes what it dialled with before it tells of the next attempt.
        const closed: Event[] = this.#dialling.delete(address) ? [{ type: "close", address }] : [];
        return [...closed, { type: "connect:retry", address, interval: event.interval }];
      }
      case "handshake:error:protocol":
        return [{ type: event.type, address, error: protoError(event.error) }];
      case "handshake:error:auth":
        return [{ type: event.type, address, error: authError(event.status, event.error) }];
      case "bind:error":
        return bindErrors(address, errnoOf(event.error));
      case "accept:error":
      case "close:error":
      case "handshake:error:other":
        return [{ type: event.type, address, error: errnoOf(event.error) }];
      default:
        return [{ type: event.type, address }];
    }
  }
}

/** What libzmq tells of tcp: the listener that it closes has no address yet, and the one that it wanted has no scheme. */
function bindErrors(address: string, error: ErrnoError): Event[] {
  if (!address.startsWith(TCP)) return [{ type: "bind:error", address, error }];
  return [{ type: "close" } as Event, { type: "bind:error", address: address.slice(TCP.length), error }];
}

function protoError(cause: Error): ProtoError {
  const code = FAULTS.find(([words]) => words.test(cause.message))?.[1] ?? "ERR_ZMTP_UNSPECIFIED";
  const protocol = code.startsWith("ERR_ZAP") ? "ZAP" : "ZMTP";
  return Object.assign(new Error(`${protocol} protocol error`, { cause }), { code });
}

function authError(status: number, cause: Error): AuthError {
  const known = status as keyof typeof JUDGEMENTS;
  return Object.assign(new Error(JUDGEMENTS[known] ?? "Unknown error", { cause }), { status: known });
}

function errnoOf(error: Error): ErrnoError {
  if (error instanceof ProtocolError) return errnoError("EPROTO", { cause: error });
  const translated = translate(error);
  return "errno" in translated ? translated as ErrnoError : errnoError("EIO", { cause: error });
}

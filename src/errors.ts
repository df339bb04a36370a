/**
 * Every error this library makes. `code` is the errno name that libzmq uses for the same thing, for those who
 * match on strings; the classes exist for those who catch by kind.
 *
 * A caller's mistake throws at the call: `TypeError` (wrong kind), `RangeError` (wrong size), or one of the classes
 * below for a state of the library. A peer's mistake ends that peer's connection and becomes an event.
 *
 * @module
 */

/** The errno names that {@link ZmqError.code} can hold: libzmq's own, so that one `switch` serves both libraries. */
export type ErrorCode =
  | "EACCES"
  | "EADDRINUSE"
  | "EADDRNOTAVAIL"
  | "EAGAIN"
  | "ECONNREFUSED"
  | "ECONNRESET"
  | "EEXIST"
  | "EFSM"
  | "EHOSTUNREACH"
  | "EINVAL"
  | "EMFILE"
  | "ENAMETOOLONG"
  | "ENOCOMPATPROTO"
  | "ENODEV"
  | "ENOENT"
  | "ENOTSUP"
  | "EPIPE"
  | "EPROTO"
  | "EPROTONOSUPPORT"
  | "ETERM"
  | "ETIMEDOUT"
  | "EIO";

/** The base of every error of this library. */
export class ZmqError extends Error {
  /** The errno name, e.g. `"EAGAIN"`. */
  readonly code: ErrorCode;

  /** `code` is libzmq's errno name; `message` says what was tried, what was found and what was wanted. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ZmqError";
    this.code = code;
  }
}

/** The peer broke ZMTP. Fatal to its connection, never to the socket. `code` is `EPROTO`. */
export class ProtocolError extends ZmqError {
  /** Where the connection stood. */
  readonly phase: "greeting" | "handshake" | "traffic";

  /** `message` says what was found and what was wanted; `phase` is where the connection stood. */
  constructor(phase: ProtocolError["phase"], message: string, options?: ErrorOptions) {
    super("EPROTO", message, options);
    this.name = "ProtocolError";
    this.phase = phase;
  }
}

/**
 * The peer cannot or will not talk to us: it uses another mechanism, or it answered the handshake with ERROR. Dialling
 * it again would change nothing, so that is not done (RFC 37, "ERROR").
 */
export class RefusedError extends ProtocolError {
  /** The reason that the peer's ERROR gave, in its own words; `undefined` if it sent none. */
  readonly reason: string | undefined;

  /** `reason` is the peer's, if it gave one. */
  constructor(phase: ProtocolError["phase"], message: string, reason?: string) {
    super(phase, message);
    this.name = "RefusedError";
    this.reason = reason;
  }
}

/** We do not let the peer in: whoever judges it said so (RFC 27). `code` is `EPROTO`. */
export class DeniedError extends ProtocolError {
  /** The status: 300 (perhaps later), 400 (never), 500 (whoever judges is in trouble). */
  readonly status: 300 | 400 | 500;

  /** `text` is in the words of whoever judged. */
  constructor(status: DeniedError["status"], text: string) {
    super("handshake", `Cannot let the peer in: it is denied with ${status}${text === "" ? "" : ` ${show(text)}`}`);
    this.name = "DeniedError";
    this.status = status;
  }
}

/** The socket or context is closed, or closed while the call was waiting. `code` is `ETERM`. */
export class ClosedError extends ZmqError {
  /** `message` names the call that found the socket closed. */
  constructor(message: string, options?: ErrorOptions) {
    super("ETERM", message, options);
    this.name = "ClosedError";
  }
}

/** A `sendTimeout`, `receiveTimeout` or request timeout passed. `code` is `EAGAIN`, as in libzmq. */
export class TimeoutError extends ZmqError {
  /** `message` names the call and the time it was given. */
  constructor(message: string, options?: ErrorOptions) {
    super("EAGAIN", message, options);
    this.name = "TimeoutError";
  }
}

/** The call is not allowed in the socket's present state: REQ and REP alternate. `code` is `EFSM`. */
export class StateError extends ZmqError {
  /** `message` names the call and the state that forbids it. */
  constructor(message: string, options?: ErrorOptions) {
    super("EFSM", message, options);
    this.name = "StateError";
  }
}

/** A ROUTER with `mandatory` has no peer of that routing id. `code` is `EHOSTUNREACH`. */
export class UnreachableError extends ZmqError {
  /** `message` names the routing id. */
  constructor(message: string, options?: ErrorOptions) {
    super("EHOSTUNREACH", message, options);
    this.name = "UnreachableError";
  }
}

/** This socket type, runtime or platform cannot do what was asked. `code` is `ENOTSUP`. */
export class NotSupportedError extends ZmqError {
  /** `message` says what cannot be done, and where. */
  constructor(message: string, options?: ErrorOptions) {
    super("ENOTSUP", message, options);
    this.name = "NotSupportedError";
  }
}

/** An endpoint could not be read, bound, unbound or disconnected. `code` tells which, e.g. `EADDRINUSE`. */
export class EndpointError extends ZmqError {
  /** The endpoint as it was given. */
  readonly endpoint: string;

  /** `endpoint` is quoted as the caller gave it. */
  constructor(code: ErrorCode, endpoint: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = "EndpointError";
    this.endpoint = endpoint;
  }
}

/** A `TypeError` that carries `code: "EINVAL"`: an argument of the wrong kind. */
export function wrongType(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: "EINVAL" });
}

/** A `RangeError` that carries `code: "EINVAL"`: an argument of the right kind and the wrong size. */
export function wrongRange(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: "EINVAL" });
}

/** Shows a value in an error message: short, quoted if it is text, and never a whole body. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    return quote(value.length > 80 ? value.slice(0, 77) + "..." : value);
  }
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object") {
    return Array.isArray(value)
      ? `an array of ${value.length}`
      : `an object (${value.constructor?.name ?? "no class"})`;
  }
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  return String(value);
}

/** Text in quotation marks, for an error message: it may be a stranger's, and must move no terminal's cursor. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f]/g, "?");
}

/**
 * Errors as npm `zeromq` makes them: plain `Error`s with `code`, the system's `errno`, libzmq's words, and the address
 * where there is one. What is behind one, in this library's words, is its `cause`.
 *
 * @module
 */

import { constants } from "node:os";
import { EndpointError, ZmqError } from "../errors.ts";

/** libzmq's own numbers, which no system has. */
const OWN_NUMBERS: Readonly<Record<string, number>> = {
  EFSM: 156384763,
  ENOCOMPATPROTO: 156384764,
  ETERM: 156384765,
};

/** What libzmq, or the binding where it has words of its own, says to each. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EAGAIN: "Operation was not possible or timed out",
  EBADF: "Socket is closed",
  EBUSY: "Socket is busy",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EFSM: "Operation cannot be accomplished in current state",
  EHOSTUNREACH: "Host unreachable",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EMFILE: "Too many open file descriptors",
  ENAMETOOLONG: "File name too long",
  ENOCOMPATPROTO: "The protocol is not compatible with the socket type",
  ENODEV: "No such device",
  ENOENT: "No such endpoint",
  ENOTSOCK: "Socket operation on non-socket",
  ENOTSUP: "Operation not supported",
  EPIPE: "Broken pipe",
  EPROTO: "Protocol error",
  EPROTONOSUPPORT: "Protocol not supported",
  ETERM: "Context was terminated",
  ETIMEDOUT: "Connection timed out",
};

/** What an error has besides its code. */
export interface ErrnoDetails {
  /** Other words than libzmq's. */
  readonly message?: string;
  /** The address that it is about. */
  readonly address?: string | undefined;
  /** What is behind it. */
  readonly cause?: unknown;
}

/** An `Error` with a `code`, as the binding makes it. */
export interface ErrnoError extends Error {
  /** The error's name, e.g. `EAGAIN`. */
  code: string;
  /** Its number, as this system counts. */
  errno: number;
}

/** An error of a call that comes while another one waits. */
export function busyError(who: string, doing: string, what: string): ErrnoError {
  const message = `${who} is busy ${doing}; only one ${what} operation may be in progress at any time`;
  return errnoError("EBUSY", { message });
}

/** The number that this system has for a name. */
export function errnoOf(code: string): number {
  const numbers: Readonly<Record<string, number>> = constants.errno;
  return OWN_NUMBERS[code] ?? numbers[code] ?? 0;
}

/** Makes an error of a name. */
export function errnoError(code: string, { message, address, cause }: ErrnoDetails = {}): ErrnoError {
  const words = message ?? WORDS[code] ?? code;
  const error = new Error(words, cause === undefined ? undefined : { cause });
  const details = address === undefined ? {} : { address };
  return Object.assign(error, { errno: errnoOf(code), code }, details);
}

/**
 * An error of the library as the binding would have it. In libzmq's words where that has some for the matter; in the
 * library's, where it refuses what libzmq would have taken.
 */
export function translate(error: unknown, address?: string): Error {
  if (!(error instanceof Error)) return errnoError("EINVAL", { address, cause: error });
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== "string") return error;
  const own = error instanceof EndpointError || error instanceof ZmqError && code !== "ENOTSUP";
  return errnoError(code, { ...(own ? {} : { message: error.message }), address, cause: error });
}

/** Throws, as the binding does, if a call has more arguments than it takes. */
export function checkCount(given: number, taken: number): void {
  if (given <= taken) return;
  throw new TypeError(`Expected ${taken} argument${taken === 1 ? "" : "s"} but received ${given}`);
}

/** Throws, as the binding does, if what should be a socket is not even an object. */
export function checkObject(given: unknown, what: string): void {
  if (typeof given === "object" && given !== null || typeof given === "function") return;
  throw new TypeError(`${what} must be a socket object`);
}

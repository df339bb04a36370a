/**
 * What an operating system says, through three runtimes, in this library's words: every failure to bind or to dial
 * becomes an {@link EndpointError} whose `code` is an errno name and whose `cause` is the runtime's own error.
 *
 * @module
 */

import { EndpointError, type ErrorCode } from "../errors.ts";
import { refuse, type Role } from "./endpoint.ts";

/** What each errno name means for an endpoint: what was found, and what was wanted. */
const MEANINGS: { readonly [code in ErrorCode]?: string } = {
  EACCES: "permission is denied, wanted the right to use it",
  EADDRINUSE: "the address is in use, wanted one that is free",
  EADDRNOTAVAIL: "the address is not available here, wanted one of this machine's",
  ECONNREFUSED: "nobody listens there, wanted a bound socket",
  ECONNRESET: "the connection was reset, wanted it to last",
  EHOSTUNREACH: "the host cannot be found or reached, wanted one that can",
  EINVAL: "the system finds it malformed, wanted an address it knows",
  EMFILE: "too many files are open, wanted fewer",
  ENAMETOOLONG: "the path is too long, wanted a shorter one",
  ENODEV: "no interface or local name is called that, wanted one of this machine's",
  ENOENT: "no such file or directory, wanted one that exists",
  ENOTSUP: "the system does not support it, wanted an address it knows",
  ETIMEDOUT: "nobody answered in time, wanted a listener",
};

/** Names that runtimes and resolvers give to what has another name here. */
const ALIASES: { readonly [code: string]: ErrorCode } = {
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
  ConnectionRefused: "ECONNREFUSED",
  ConnectionReset: "ECONNRESET",
  DNS_ENOTFOUND: "EHOSTUNREACH",
  EAFNOSUPPORT: "ENODEV",
  EAI_AGAIN: "EHOSTUNREACH",
  EAI_FAIL: "EHOSTUNREACH",
  EAI_NONAME: "EHOSTUNREACH",
  ECONNABORTED: "ECONNRESET",
  ENETUNREACH: "EHOSTUNREACH",
  ENFILE: "EMFILE",
  ENOTDIR: "ENOENT",
  ENOTFOUND: "EHOSTUNREACH",
  EOPNOTSUPP: "ENOTSUP",
  EPERM: "EACCES",
  EROFS: "EACCES",
  HostUnreachable: "EHOSTUNREACH",
  NetworkUnreachable: "EHOSTUNREACH",
  NotCapable: "EACCES",
  NotFound: "ENOENT",
  PermissionDenied: "EACCES",
  TimedOut: "ETIMEDOUT",
};

/** Codes that need no entry above because they are this library's own. */
const KNOWN: ReadonlySet<string> = new Set([...Object.keys(MEANINGS), "EPIPE"]);

/**
 * Reads the errno name from an error of any runtime.
 *
 * @param error What was thrown: its `code` is looked at first, then its class (`NotFound`), then, for a name that
 * was not resolved, its message.
 * @returns `EIO` if it says nothing we know.
 */
export function errnoOf(error: unknown): ErrorCode {
  if (!(error instanceof Error)) return "EIO";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  if (KNOWN.has(code)) return code as ErrorCode;
  const alias = ALIASES[code] ?? ALIASES[error.name];
  if (alias !== undefined) return alias;
  // Deno gives an unresolved name no code and no class of its own.
  return /lookup|getaddrinfo/.test(error.message) ? "EHOSTUNREACH" : "EIO";
}

/**
 * Wraps what the system said about an endpoint.
 *
 * @param code Overrules what `cause` says, where the caller knows better.
 * @returns `cause` itself if it is an {@link EndpointError} already.
 */
export function systemError(endpoint: string, role: Role, cause: unknown, code?: ErrorCode): EndpointError {
  if (cause instanceof EndpointError) return cause;
  const known = code ?? errnoOf(cause);
  const said = cause instanceof Error ? cause.message : String(cause);
  return refuse(known, endpoint, role, MEANINGS[known] ?? `${said}, wanted no such failure`, { cause });
}

/**
 * The client's half of SOCKS5: {@link https://www.rfc-editor.org/rfc/rfc1928 | RFC 1928}, with the username and password
 * of {@link https://www.rfc-editor.org/rfc/rfc1929 | RFC 1929}. Pure: octets in, octets out.
 *
 * ```text
 * client                                        proxy
 * 05 n methods                             →
 *                                          ←    05 method
 * 01 length username length password       →          only if method is 02
 *                                          ←    01 status
 * 05 01 00 type address port               →
 *                                          ←    05 reply 00 type address port
 * ```
 *
 * Names are passed on unresolved, so that nothing about the target is looked up on this side.
 *
 * @module
 */

import { type EndpointError, type ErrorCode, wrongRange } from "../errors.ts";
import { readIP } from "./address.ts";
import { parseTcpConnect, refuse } from "./endpoint.ts";

/** A user of the proxy. */
export interface SocksCredentials {
  /** 1 to 255 octets of UTF-8. */
  readonly username: string;
  /** 1 to 255 octets of UTF-8. */
  readonly password: string;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const USERNAME_PASSWORD = 2;
const NONE_ACCEPTABLE = 0xff;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
const SUBNEGOTIATION = 1;
const LONGEST_TEXT = 255;

/** RFC 1928, section 6: what a reply other than 0 says. */
const REPLIES: readonly (readonly [ErrorCode, string])[] = [
  ["EIO", "it succeeded"],
  ["EIO", "general failure"],
  ["EACCES", "connection not allowed"],
  ["EHOSTUNREACH", "network unreachable"],
  ["EHOSTUNREACH", "host unreachable"],
  ["ECONNREFUSED", "connection refused"],
  ["ETIMEDOUT", "TTL expired"],
  ["ENOTSUP", "command not supported"],
  ["ENOTSUP", "address type not supported"],
];

/** One handshake: `methods → (authentication →) connecting → open`. */
export class SocksHandshake {
  /** What to send first. */
  readonly opening: Uint8Array;
  readonly #endpoint: string;
  readonly #request: Uint8Array;
  readonly #login: Uint8Array | undefined;
  #state: "methods" | "authentication" | "connecting" | "open" = "methods";
  #unread: Uint8Array = new Uint8Array(0);

  /**
   * `endpoint` is the tcp endpoint that the proxy is to connect to; without `credentials`, none are offered.
   *
   * @throws {EndpointError} `EINVAL` if the endpoint is malformed.
   * @throws {RangeError} If the target's name, the username or the password is not 1 to 255 octets.
   */
  constructor(endpoint: string, credentials?: SocksCredentials) {
    this.#endpoint = endpoint;
    const { host, port } = parseTcpConnect(endpoint);
    const methods = credentials === undefined ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, USERNAME_PASSWORD];
    this.opening = Uint8Array.of(VERSION, methods.length, ...methods);
    this.#request = Uint8Array.of(VERSION, CONNECT, 0, ...spell(host), port >> 8, port & 0xff);
    if (credentials === undefined) return;
    const username = counted("username", credentials.username);
    this.#login = Uint8Array.of(SUBNEGOTIATION, ...username, ...counted("password", credentials.password));
  }

  /** Whether the proxy has connected; what follows is the target's. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** What has arrived behind the handshake: the target's first octets. To be taken once it is {@link open}. */
  get rest(): Uint8Array {
    return this.#unread;
  }

  /**
   * Takes octets from the proxy, however they are cut.
   *
   * @returns What to send now, if anything.
   * @throws {EndpointError} `EPROTO` if it is not SOCKS5; `EACCES` if we are not let in; else what the proxy's reply says.
   */
  receive(chunk: Uint8Array): Uint8Array | undefined {
    this.#unread = joined(this.#unread, chunk);
    const unread = this.#unread;
    switch (this.#state) {
      case "methods":
        return unread.length < 2 ? undefined : this.#chosen(unread[0]!, unread[1]!);
      case "authentication":
        return unread.length < 2 ? undefined : this.#admitted(unread[0]!, unread[1]!);
      case "connecting":
        this.#connected(unread);
        return undefined;
      case "open":
        return undefined;
    }
  }

  #chosen(version: number, method: number): Uint8Array {
    if (version !== VERSION) throw this.#refuse("EPROTO", `proxy speaks version ${version}, wanted SOCKS ${VERSION}`);
    this.#unread = this.#unread.subarray(2);
    if (method === NO_AUTHENTICATION) {
      this.#state = "connecting";
      return this.#request;
    }
    if (method === USERNAME_PASSWORD && this.#login !== undefined) {
      this.#state = "authentication";
      return this.#login;
    }
    if (method !== NONE_ACCEPTABLE) {
      throw this.#refuse("EPROTO", `proxy chose method ${method}, wanted one that was offered`);
    }
    const wanted = this.#login === undefined ? "wanted a username and a password" : "wanted a method we know";
    throw this.#refuse("EACCES", `proxy accepts none of our methods, ${wanted}`);
  }

  #admitted(version: number, status: number): Uint8Array {
    if (version !== SUBNEGOTIATION) {
      throw this.#refuse("EPROTO", `proxy authenticates by version ${version}, wanted ${SUBNEGOTIATION}`);
    }
    if (status !== 0) throw this.#refuse("EACCES", "proxy refused the username and password, wanted ones it knows");
    this.#unread = this.#unread.subarray(2);
    this.#state = "connecting";
    return this.#request;
  }

  #connected(unread: Uint8Array): void {
    if (unread.length >= 2) {
      if (unread[0] !== VERSION) {
        throw this.#refuse("EPROTO", `proxy replies as version ${unread[0]}, wanted ${VERSION}`);
      }
      const reply = unread[1]!;
      if (reply !== 0) {
        const [code, words] = REPLIES[reply] ?? ["EIO", `reply ${reply}`];
        throw this.#refuse(code, `proxy says ${words}, wanted a connection`);
      }
    }
    // The address it bound: of no use to us, but its length says where the target's octets begin.
    if (unread.length < 5) return;
    const type = unread[3];
    if (type !== IPV4 && type !== IPV6 && type !== NAME) {
      throw this.#refuse("EPROTO", `proxy replies with address type ${type}, wanted ${IPV4}, ${NAME} or ${IPV6}`);
    }
    const address = type === IPV4 ? 4 : type === IPV6 ? 16 : 1 + unread[4]!;
    const length = 4 + address + 2;
    if (unread.length < length) return;
    this.#unread = unread.subarray(length);
    this.#state = "open";
  }

  #refuse(code: ErrorCode, found: string): EndpointError {
    return refuse(code, this.#endpoint, "connect", found);
  }
}

/** Writes a host as its type and address. */
function spell(host: string): Uint8Array {
  const octets = readIP(host);
  if (octets === undefined) return Uint8Array.of(NAME, ...counted("host name", host));
  return Uint8Array.of(octets.length === 4 ? IPV4 : IPV6, ...octets);
}

/** Writes a text behind its length. */
function counted(what: string, text: string): Uint8Array {
  const octets = new TextEncoder().encode(text);
  if (octets.length === 0 || octets.length > LONGEST_TEXT) {
    throw wrongRange(`Cannot use SOCKS proxy: ${what} is ${octets.length} octets, wanted 1 to ${LONGEST_TEXT}`);
  }
  return Uint8Array.of(octets.length, ...octets);
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}

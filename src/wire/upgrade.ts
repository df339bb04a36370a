/**
 * How a WebSocket begins ({@link https://www.rfc-editor.org/rfc/rfc6455#section-4 | RFC 6455, section 4}): a request of
 * HTTP/1.1 and its answer, as text. Pure: octets in, a head or an error out.
 *
 * @module
 */

import { keyOf, latin1 } from "../bytes/ascii.ts";
import { ProtocolError, quote } from "../errors.ts";

/** The most octets that the head of a request or an answer may have, and so the most that a stranger can make us hold. */
export const HEAD_LIMIT = 16384;

/** What the accept key is made with. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** No control character but a tab (RFC 9110, section 5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Sixteen octets in Base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
/** What a target may be made of: no blank, no control character. */
const TARGET = /^[\x21-\x7e]+$/;
const CR = 13;
const LF = 10;

/** The head of a request or an answer. */
export interface Head {
  /** `GET /room HTTP/1.1`, or `HTTP/1.1 101 Switching Protocols`. */
  readonly line: string;
  /** Values by name in lower case; what came more than once is joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** An answer that is no upgrade. */
export interface Refusal {
  /** An HTTP status: 400, 403, … */
  readonly status: number;
  /** What of the request was found, and what was wanted: for events on this side. */
  readonly found: string;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
};

/** Gathers a head that arrives in any pieces. */
export class HeadReader {
  /** What such a head begins with, so that what is no HTTP shows at once. */
  readonly #beginning: string;
  readonly #octets: number[] = [];
  #complete = false;

  /** `beginning`: of an answer, `HTTP/1.1 `; of a request, empty, since methods differ. */
  constructor(beginning: string) {
    this.#beginning = beginning;
  }

  /** Whether all of it has come. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether it is longer than it may be. */
  get tooLong(): boolean {
    return this.#octets.length >= HEAD_LIMIT;
  }

  /**
   * Takes what belongs to the head from the front of `chunk`.
   *
   * @returns How many octets were taken.
   * @throws {ProtocolError} If it is no such head, as early as that shows.
   */
  read(chunk: Uint8Array): number {
    const octets = this.#octets;
    const beginning = this.#beginning;
    let at = 0;
    while (at < chunk.length && !this.#complete && !this.tooLong) {
      const octet = chunk[at++]!;
      const { length } = octets;
      const wrong = length < beginning.length
        ? octet !== beginning.charCodeAt(length)
        : length === 0 && (octet < 0x41 || octet > 0x5a);
      if (wrong) {
        const shown = octet.toString(16).padStart(2, "0");
        throw refused(`octet ${length} is 0x${shown}, wanted HTTP that begins with ${quote(beginning || "GET ")}`);
      }
      octets.push(octet);
      this.#complete = octet === LF && octets[length - 1] === CR && octets[length - 2] === LF &&
        octets[length - 3] === CR;
    }
    return at;
  }

  /** The head, once it is complete; `undefined` if it is malformed. Its octets are forgotten: connections are long. */
  value(): Head | undefined {
    const lines = keyOf(Uint8Array.from(this.#octets.splice(0))).split("\r\n");
    const headers = new Map<string, string>();
    for (const line of lines.slice(1, -2)) {
      const colon = line.indexOf(":");
      const name = line.slice(0, Math.max(0, colon)).toLowerCase();
      const value = trimmed(line.slice(colon + 1));
      if (!TOKEN.test(name) || !VALUE.test(value)) return undefined;
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before},${value}`);
    }
    return { line: lines[0]!, headers };
  }
}

/** Text without blanks at its ends. No expression: one that looks for the last blanks tries each run of others, too. */
function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}

/** The items of a list in a header. */
function list(value: string | undefined): string[] {
  return (value ?? "").split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/** Whether a list in a header has an item, whatever its case. */
function has(value: string | undefined, item: string): boolean {
  return list(value).some((one) => one.toLowerCase() === item);
}

/** Whether a path, and a query perhaps, can be asked for. */
export function isTarget(path: string): boolean {
  return path.startsWith("/") && TARGET.test(path) && !path.includes("#");
}

/** What a client asks for. */
export interface UpgradeRequest {
  /** Host and port. */
  readonly host: string;
  /** The path, with a query perhaps. */
  readonly path: string;
  /** A key: sixteen random octets in Base64. */
  readonly key: string;
  /** The sub-protocols, the best first. */
  readonly protocols: readonly string[];
}

/** The octets of a request. In libzmq's spelling, which has no blank behind the comma. */
export function encodeRequest({ host, path, key, protocols }: UpgradeRequest): Uint8Array {
  return latin1(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${
        protocols.join(",")
      }\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
}

/** What a server upgrades. */
export interface Welcome {
  /** The path that a request must ask for; `/`: any. With a query, that must be the same too. */
  readonly path: string;
  /** The sub-protocols that it speaks. */
  readonly protocols: readonly string[];
  /** The origins whose pages may connect, e.g. `https://example.com`; `*`: any. */
  readonly origins: readonly string[];
}

/** What a request came to: what to answer with. */
export type Judgement = Refusal | {
  readonly status: 101;
  /** The client's key. */
  readonly key: string;
  /** The sub-protocol: of those that fit, the first that the client named. */
  readonly protocol: string;
};

/** Whether a request's target asks for a path: `/` is any, and a query counts only where the path has one. */
export function isAsked(path: string, target: string): boolean {
  return path === "/" || (path.includes("?") ? target : target.split("?")[0]) === path;
}

/** Judges a request. */
export function judgeRequest(head: Head | undefined, { path, protocols, origins }: Welcome): Judgement {
  if (head === undefined) return { status: 400, found: "a header is malformed" };
  const { line, headers } = head;
  const [method, target = "", version, ...rest] = line.split(" ");
  if (rest.length > 0 || version === undefined || !/^HTTP\/1\.[0-9]$/.test(version)) {
    return { status: 400, found: `the request is ${show(line)}, wanted HTTP/1.1` };
  }
  if (method !== "GET") return { status: 405, found: `the method is ${show(method!)}, wanted GET` };
  if (version === "HTTP/1.0") return { status: 426, found: "the version is HTTP/1.0, wanted HTTP/1.1" };
  if (!has(headers.get("upgrade"), "websocket") || !has(headers.get("connection"), "upgrade")) {
    return { status: 426, found: `Upgrade is ${show(headers.get("upgrade"))}, wanted "websocket"` };
  }
  if (headers.get("sec-websocket-version") !== "13") {
    return { status: 426, found: `the version is ${show(headers.get("sec-websocket-version"))}, wanted 13` };
  }
  const key = headers.get("sec-websocket-key") ?? "";
  if (!KEY.test(key)) return { status: 400, found: "the key is malformed, wanted 16 octets in Base64" };
  if (!isAsked(path, target)) {
    return { status: 404, found: `the path is ${show(target)}, wanted ${show(path)}` };
  }
  const origin = headers.get("origin");
  if (origin !== undefined && !origins.includes("*") && !origins.includes(origin)) {
    return { status: 403, found: `the origin is ${show(origin)}, wanted one of those allowed` };
  }
  const offered = list(headers.get("sec-websocket-protocol"));
  const protocol = offered.find((one) => protocols.includes(one));
  if (protocol !== undefined) return { status: 101, key, protocol };
  const wanted = protocols.map((one) => `"${one}"`).join(" or ");
  return { status: 400, found: `the sub-protocols are ${show(offered.join(","))}, wanted ${wanted}` };
}

/** The octets of an answer that upgrades. */
export function encodeAccept(accept: string, protocol: string): Uint8Array {
  // libzmq takes no list for Connection, and wants the status in these words.
  return latin1(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
}

/** The octets of an answer that does not. It says nothing that the request said. */
export function encodeRefusal(status: number): Uint8Array {
  const reason = REASONS[status] ?? "Bad Request";
  const more = status === 405
    ? "Allow: GET\r\n"
    : status === 426
    ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    : "";
  const text = `${status} ${reason}: wanted a WebSocket of ZWS 2.0\n`;
  return latin1(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\n${more}Content-Type: text/plain\r\n` +
      `Content-Length: ${text.length}\r\n\r\n${text}`,
  );
}

/**
 * Judges an answer, but for whether it is to our key.
 *
 * @param protocols What the request offered.
 * @returns The sub-protocol, and what the server has made of our key.
 * @throws {ProtocolError} If it does not upgrade.
 */
export function judgeAnswer(
  head: Head | undefined,
  protocols: readonly string[],
): { readonly protocol: string; readonly accept: string | undefined } {
  if (head === undefined) throw refused("a header is malformed");
  const { line, headers } = head;
  const status = line.split(" ")[1];
  if (status !== "101") throw refused(`the server answers ${show(line)}, wanted 101`);
  if (!has(headers.get("upgrade"), "websocket") || !has(headers.get("connection"), "upgrade")) {
    throw refused(`Upgrade is ${show(headers.get("upgrade"))}, wanted "websocket"`);
  }
  if ((headers.get("sec-websocket-extensions") ?? "") !== "") throw refused("there are extensions, wanted none");
  const protocol = headers.get("sec-websocket-protocol");
  if (protocol !== undefined && protocols.includes(protocol)) {
    return { protocol, accept: headers.get("sec-websocket-accept") };
  }
  const wanted = protocols.map((one) => `"${one}"`).join(" or ");
  throw refused(`the sub-protocol is ${show(protocol)}, wanted ${wanted}`);
}

/** The error of an upgrade that is not to be. */
export function refused(found: string): ProtocolError {
  return new ProtocolError("greeting", `Cannot upgrade: ${found}`);
}

/** What is digested, by SHA-1, for the accept key. */
export function acceptText(key: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(latin1(key + GUID));
}

/** Octets in Base64. */
export function base64(octets: Uint8Array): string {
  return btoa(keyOf(octets));
}

function show(text: string | undefined): string {
  if (text === undefined) return "missing";
  return quote(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/**
 * PLAIN: a name and a password, in clear text ({@link https://rfc.zeromq.org/spec/24/ | RFC 24}). For networks that are
 * trusted, or where something else encrypts.
 *
 * ```text
 * client                        server
 *   │ HELLO username password ──►  │ asks whether they may come in
 *   │ ◄── WELCOME, or ERROR        │
 *   │ INITIATE metadata ────────►  │
 *   │ ◄── READY metadata           │
 * ```
 *
 * @module
 */

import { decodeError, encodeCommand, expectCommand, malformedCommand, tooEarly } from "../wire/command.ts";
import { decodeMetadata, encodeMetadata, type Metadata } from "../wire/metadata.ts";
import { admitted, denial, type Welcome } from "./judged.ts";
import type { HandshakeStep, Mechanism, Verdict } from "./mechanism.ts";

/** The most octets that a username or a password may have. */
export const LONGEST_CREDENTIAL = 255;

/** How libzmq's server spells ERROR: the name's length is lost in an escape of C++. */
const MISSPELT = "\x5eRROR";

/** The client of one connection. */
export class PlainClient implements Mechanism {
  /** `PLAIN`. */
  readonly name = "PLAIN";
  /** It is the client. */
  readonly asServer = false;
  readonly #username: Uint8Array;
  readonly #password: Uint8Array;
  readonly #metadata: Metadata;
  #wanted: "WELCOME" | "READY" = "WELCOME";

  /** `username` and `password` are 0 to 255 octets each; `metadata` is what we tell the server. */
  constructor(username: Uint8Array, password: Uint8Array, metadata: Metadata) {
    this.#username = username;
    this.#password = password;
    this.#metadata = metadata;
  }

  /** Our HELLO. */
  start(): Uint8Array {
    const username = this.#username;
    const password = this.#password;
    const data = new Uint8Array(2 + username.length + password.length);
    data[0] = username.length;
    data.set(username, 1);
    data[1 + username.length] = password.length;
    data.set(password, 2 + username.length);
    return encodeCommand("HELLO", data);
  }

  /** Takes WELCOME, then READY; or ERROR. */
  receive(command: Uint8Array): HandshakeStep {
    const reason = decodeError(respell(command));
    if (reason !== undefined) return { type: "refused", reason };
    const wanted = this.#wanted;
    const data = expectCommand(command, wanted);
    if (wanted === "READY") return { type: "done", metadata: decodeMetadata(data) };
    if (data.length > 0) throw malformedCommand("WELCOME", `${data.length} octets follow its name`, "none");
    this.#wanted = "READY";
    return { type: "send", command: encodeCommand("INITIATE", encodeMetadata(this.#metadata)) };
  }
}

/** The server of one connection. */
export class PlainServer implements Mechanism {
  /** `PLAIN`. */
  readonly name = "PLAIN";
  /** It is the server. */
  readonly asServer = true;
  readonly #metadata: Metadata;
  /** `undefined`: the client is being judged. */
  #wanted: "HELLO" | "INITIATE" | undefined = "HELLO";
  #welcome: Welcome | undefined;

  /** `metadata` is what we tell the client. */
  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  /** The client speaks first. */
  start(): undefined {}

  /** Takes HELLO, and has its username and password judged; then INITIATE. */
  receive(command: Uint8Array): HandshakeStep {
    if (this.#wanted === undefined) throw tooEarly();
    const data = expectCommand(command, this.#wanted);
    if (this.#welcome !== undefined) {
      const ready = encodeCommand("READY", encodeMetadata(this.#metadata));
      return admitted(this.#welcome, decodeMetadata(data), ready);
    }
    this.#wanted = undefined;
    return { type: "ask", credentials: decodeHello(data) };
  }

  /** Welcomes the client, or turns it away. */
  judged(verdict: Verdict): HandshakeStep {
    if (verdict.status !== 200) return denial(verdict);
    this.#welcome = verdict;
    this.#wanted = "INITIATE";
    return { type: "send", command: encodeCommand("WELCOME", new Uint8Array(0)) };
  }
}

/** The username and the password. Neither is ever shown. */
function decodeHello(data: Uint8Array): [Uint8Array, Uint8Array] {
  const nameEnd = 1 + (data[0] ?? 0);
  const end = nameEnd + 1 + (data[nameEnd] ?? 0);
  if (data.length < 2 || nameEnd >= data.length || end !== data.length) {
    throw malformedCommand(
      "HELLO",
      "its lengths do not fit its octets",
      "a username and a password, each behind its length",
    );
  }
  return [data.slice(1, nameEnd), data.slice(nameEnd + 1)];
}

function respell(command: Uint8Array): Uint8Array {
  for (let i = 0; i < MISSPELT.length; i++) if (command[i] !== MISSPELT.charCodeAt(i)) return command;
  return encodeCommand("ERROR", command.subarray(MISSPELT.length));
}

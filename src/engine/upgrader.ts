/**
 * The beginning of a connection that is a WebSocket: a client's request and the server's answer (RFC 6455, section 4),
 * in the place of ZMTP's greeting. What the accept key takes, SHA-1, the platform does in a turn of its own; what comes
 * meanwhile waits.
 *
 * @module
 */

import type { ProtocolError } from "../errors.ts";
import type { Greeting } from "../wire/greeting.ts";
import {
  acceptText,
  base64,
  encodeAccept,
  encodeRefusal,
  encodeRequest,
  HeadReader,
  judgeAnswer,
  judgeRequest,
  refused,
  type Welcome,
} from "../wire/upgrade.ts";
import type { Greeter } from "./zmtp_engine.ts";

/** The most octets that wait for the accept key. */
const PATIENCE = 65536;
const KEY_SIZE = 16;

/** What a WebSocket's beginning is to this end of it. */
export type WebSocketSide =
  /** We ask for it. */
  | {
    readonly type: "client";
    /** The server's name and port, e.g. `example.com:80`. */
    readonly host: string;
    /** What to ask for, with a query perhaps. */
    readonly path: string;
    /** Whether to offer no more than `ZWS2.0`, where that would do: servers have refused more. */
    readonly bareOnly?: boolean;
    /** The server has refused. */
    readonly refused?: () => void;
  }
  /** We are asked. */
  | { readonly type: "server"; readonly path: string; readonly origins: readonly string[] }
  /** Somebody else, a browser or an HTTP server, has seen to it: its sub-protocol is `ZWS2.0`, and nothing is masked. */
  | { readonly type: "open" };

/** What the platform does for an upgrade. */
export interface UpgradeTools {
  /** Fills octets at random. */
  readonly fill: (octets: Uint8Array<ArrayBuffer>) => unknown;
  /** SHA-1. */
  readonly digest: (octets: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;
}

/** Who wants the upgrade. */
export interface UpgradeOwner {
  /** Sends octets. */
  say(octets: Uint8Array): void;
  /** It is complete, or has failed: the next `read` tells. */
  settled(): void;
}

/** The upgrade of one connection. */
export class Upgrader implements Greeter {
  /** Nobody need be told more of a peer that hangs up on it. */
  readonly begun = false;
  /** What comes behind the heads, in order. */
  readonly rest: Uint8Array[] = [];
  /** The sub-protocol that was agreed on; empty until then. */
  protocol = "";
  readonly #side: WebSocketSide;
  readonly #protocols: readonly string[];
  readonly #mechanism: string;
  readonly #tools: UpgradeTools;
  readonly #owner: UpgradeOwner;
  readonly #head: HeadReader;
  #waiting = 0;
  #accept: Promise<string> | undefined;
  #error: ProtocolError | undefined;

  /** `protocols`: those that `mechanism` speaks, the best first. */
  constructor(
    side: WebSocketSide,
    mechanism: string,
    protocols: readonly string[],
    tools: UpgradeTools,
    owner: UpgradeOwner,
  ) {
    this.#side = side;
    this.#mechanism = mechanism;
    this.#protocols = protocols;
    this.#tools = tools;
    this.#owner = owner;
    this.#head = new HeadReader(side.type === "client" ? "HTTP/1.1 " : "");
    if (side.type === "open") this.protocol = "ZWS2.0";
  }

  /** A client asks. */
  start(): void {
    if (this.#side.type !== "client") return;
    const octets = new Uint8Array(KEY_SIZE);
    this.#tools.fill(octets);
    const key = base64(octets);
    this.#accept = this.#acceptOf(key);
    // Somebody looks at it once there is an answer.
    this.#accept.catch(() => {});
    const { host, path } = this.#side;
    this.#owner.say(encodeRequest({ host, path, key, protocols: this.#protocols }));
  }

  /** Whether a sub-protocol has been agreed on. */
  get complete(): boolean {
    return this.protocol !== "";
  }

  /** Takes all there is until it is complete; see {@link rest}. */
  read(chunk: Uint8Array): number {
    if (this.#error !== undefined) throw this.#error;
    if (this.complete) return 0;
    const head = this.#head;
    const had = head.complete;
    const taken = had ? 0 : head.read(chunk);
    if (taken < chunk.length) this.rest.push(chunk.slice(taken));
    this.#waiting += chunk.length - taken;
    if (head.tooLong && !head.complete) this.#refuse(431, "its head is too long");
    if (this.#waiting > PATIENCE) throw refused(`${this.#waiting} octets come before it is complete, wanted fewer`);
    if (head.complete && !had) this.#judge();
    return chunk.length;
  }

  /** The mechanism is ours: it is part of the sub-protocol. Subscriptions are messages, as in ZMTP 3.0. */
  value(): Greeting {
    return { mechanism: this.#mechanism, asServer: false, minor: 0 };
  }

  #judge(): void {
    const side = this.#side;
    if (side.type === "server") this.#judgeRequest(side);
    else if (side.type === "client") this.#judgeAnswer(side);
  }

  /** What shows at once is judged at once: a server that refuses hangs up. */
  #judgeAnswer({ refused: tell }: Extract<WebSocketSide, { readonly type: "client" }>): void {
    try {
      const { protocol, accept } = judgeAnswer(this.#head.value(), this.#protocols);
      this.#settle(this.#accept!.then((wanted) => {
        if (accept !== wanted) throw refused("the accept key is not that of our key");
        return protocol;
      }));
    } catch (error) {
      tell?.();
      throw error;
    }
  }

  #judgeRequest({ path, origins }: Pick<Welcome, "path" | "origins">): void {
    const judged = judgeRequest(this.#head.value(), { path, origins, protocols: this.#protocols });
    if ("found" in judged) return this.#refuse(judged.status, judged.found);
    this.#settle(
      this.#acceptOf(judged.key).then((accept) => {
        this.#owner.say(encodeAccept(accept, judged.protocol));
        return judged.protocol;
      }),
    );
  }

  #refuse(status: number, found: string): never {
    if (this.#side.type === "server") this.#owner.say(encodeRefusal(status));
    throw refused(found);
  }

  #settle(protocol: Promise<string>): void {
    // All in one step: what came between two would be read before what has waited.
    protocol.then((agreed) => {
      this.protocol = agreed;
      this.#owner.settled();
    }, (error) => {
      this.#error = error;
      this.#owner.settled();
    });
  }

  async #acceptOf(key: string): Promise<string> {
    let digest: ArrayBuffer;
    try {
      digest = await this.#tools.digest(acceptText(key));
    } catch (cause) {
      throw refused(`this runtime has no SHA-1 here (${(cause as Error).message})`);
    }
    return base64(new Uint8Array(digest));
  }
}

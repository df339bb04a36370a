/**
 * What a socket asks of whatever joins it to a peer: a session over a link, or the other end in this process.
 *
 * @module
 */

import type { PeerStats } from "../monitor/stats.ts";
import type { Pipe } from "../pipe/pipe.ts";

/** One peer, or one dialled endpoint. */
export interface Connection {
  /** The endpoint as it was given to `connect`, or as `bind` resolved it. */
  readonly endpoint: string;
  /** Whether it was connected by us, rather than accepted. */
  readonly dialled: boolean;
  /** What the socket reads and writes; another one after each loss if the socket is `immediate`. */
  readonly pipe: Pipe;
  /** Ends it. What is queued has `linger` milliseconds to go out. Answers how many messages did not. */
  close(linger: number): Promise<number>;
  /** The socket's high-water marks have changed. */
  limit(): void;
  /** A snapshot of its counters. */
  stats(): PeerStats;
}

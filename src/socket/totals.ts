/**
 * What a socket has counted over all its connections, those that are gone included: no number ever goes back.
 *
 * @module
 */

import type { PeerStats, SocketStats } from "../monitor/stats.ts";

/** The numbers that only grow. */
type Counted = "messagesOut" | "messagesIn" | "bytesOut" | "bytesIn" | "dropped" | "reconnects";

/** The counters of connections that are gone. */
export class Totals {
  readonly #gone: Record<Counted, number> = {
    messagesOut: 0,
    messagesIn: 0,
    bytesOut: 0,
    bytesIn: 0,
    dropped: 0,
    reconnects: 0,
  };

  /** Messages were dropped outside of the pattern. */
  drop(messages: number): void {
    this.#gone.dropped += messages;
  }

  /** A connection is over, and so many of its messages with it. */
  add(peer: PeerStats, unsent: number): void {
    addTo(this.#gone, peer);
    this.#gone.dropped += unsent;
  }

  /** A snapshot: these, and those of the connections there are. `dropped` is the pattern's count. */
  snapshot(
    peers: readonly PeerStats[],
    { dropped, pendingSends, pendingReceives }: Pick<SocketStats, "dropped" | "pendingSends" | "pendingReceives">,
  ): SocketStats {
    const total = { ...this.#gone };
    let queuedOut = 0;
    let queuedIn = 0;
    for (const peer of peers) {
      addTo(total, peer);
      queuedOut += peer.queuedOut;
      queuedIn += peer.queuedIn;
    }
    return { ...total, dropped: total.dropped + dropped, queuedOut, queuedIn, pendingSends, pendingReceives, peers };
  }
}

/** Adds a peer's share. What it dropped is part of what its pattern counts. */
function addTo(total: Record<Counted, number>, peer: PeerStats): void {
  total.messagesOut += peer.messagesOut;
  total.messagesIn += peer.messagesIn;
  total.bytesOut += peer.bytesOut;
  total.bytesIn += peer.bytesIn;
  total.reconnects += peer.reconnects;
}

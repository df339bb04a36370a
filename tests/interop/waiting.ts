/**
 * Waiting for what is to happen to a socket of ours: never by guessing how long it takes.
 *
 * @module
 */

import type { Socket } from "../../mod.ts";
import { EventLog } from "./commands.ts";
import { eventsOf } from "./ours.ts";

/** The events of a socket from now on, as a log of which each can be taken once. */
export function watch(socket: Socket): EventLog {
  void socket.events; // Kept from now on.
  return new EventLog(eventsOf(socket));
}

/** Waits for a condition that no event tells of; the test's own limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

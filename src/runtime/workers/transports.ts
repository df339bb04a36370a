/**
 * A Worker's transports, for whoever has found its `connect`.
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { useRequestClock } from "./clock.ts";
import type { Connect } from "./sockets.ts";
import { WorkersIpc, WorkersTcp } from "./tcp.ts";

/** tcp, tls, and what says that there is no ipc. */
export function transportsOver(connect: Connect): readonly Transport[] {
  useRequestClock();
  const load = (): Connect => connect;
  return [new WorkersTcp(load), new WorkersTcp(load, true), new WorkersIpc()];
}

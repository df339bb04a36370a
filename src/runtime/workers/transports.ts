/**
 * A Worker's transports, for whoever has found its `connect`.
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { useRequestClock } from "./clock.ts";
import type { Connect } from "./sockets.ts";
import { WorkersIpc, WorkersTcp } from "./tcp.ts";

/** tcp, tls, and what says that there is no ipc. All sockets live by a Worker's clock from now on. */
export function transportsOver(connect: Connect): readonly Transport[] {
  useRequestClock();
  return [new WorkersTcp(connect), new WorkersTcp(connect, true), new WorkersIpc()];
}

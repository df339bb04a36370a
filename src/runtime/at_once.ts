/**
 * Listening at once, by the adapter of the runtime this runs on. Apart from `detect.ts`, and from the transports, so
 * that only who asks for it has it.
 *
 * @module
 */

import { NotSupportedError, show } from "../errors.ts";
import type { Listener, ListenHandler, ListenOptions, Transport } from "../transport/link.ts";
import { listenAtOnce as ofBun } from "./bun/at_once.ts";
import { ipc as bunIpc, tcp as bunTcp } from "./bun/mod.ts";
import { listenAtOnce as ofDeno } from "./deno/at_once.ts";
import { ipc as denoIpc, tcp as denoTcp } from "./deno/mod.ts";
import { listenAtOnce as ofNode } from "./node/at_once.ts";
import { ipc as nodeIpc, tcp as nodeTcp } from "./node/mod.ts";

type ListenAtOnce = (endpoint: string, options: ListenOptions, handler: ListenHandler) => Listener;

const KNOWN: ReadonlyMap<Transport, ListenAtOnce> = new Map<Transport, ListenAtOnce>([
  [bunTcp, ofBun],
  [bunIpc, ofBun],
  [denoTcp, ofDeno],
  [denoIpc, ofDeno],
  [nodeTcp, ofNode],
  [nodeIpc, ofNode],
]);

/**
 * Listens without waiting for anything.
 *
 * @param transport One of a runtime's own.
 * @throws {EndpointError} If the endpoint cannot be bound: what `listen` rejects with; `ENODEV` if its host would have
 * to be looked up.
 * @throws {NotSupportedError} If the transport is another than tcp and ipc.
 */
export function listenAtOnce(
  transport: Transport,
  endpoint: string,
  options: ListenOptions,
  handler: ListenHandler,
): Listener {
  const listen = KNOWN.get(transport);
  if (listen !== undefined) return listen(endpoint, options, handler);
  const wanted = 'tcp, ipc or inproc, or "await bind()"';
  throw new NotSupportedError(
    `Cannot bind to ${show(endpoint)} at once: ${transport.scheme} can not, wanted ${wanted}`,
  );
}

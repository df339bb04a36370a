/**
 * Peers of ZMTP 2.0 and 1.0, for those entry points that know them.
 *
 * @module
 */

import { VersionedEngine } from "../engine/versioned_engine.ts";
import { provideEngine } from "./dial.ts";

/** Lets sockets speak to peers of old versions. For `mod.ts` alone; it is not exported to users. */
export function provideOldPeers(): void {
  provideEngine(VersionedEngine);
}

/**
 * What a link is that carries ZMTP in another way than ZMTP itself does, as a WebSocket: it brings its engine.
 *
 * @module
 */

import type { Mechanism } from "../mechanism/mechanism.ts";
import type { Engine, EngineHandler } from "./engine.ts";
import type { EngineOptions } from "./zmtp_engine.ts";

/** A link that may bring its engine. */
export interface Speaker {
  /**
   * Makes the engine of the connection; absent: it is that of ZMTP.
   *
   * @param secured Makes the mechanism that the socket's options ask for; `none` makes that of who asks for none.
   * @param settings The socket's options, by name, as they are now.
   */
  speak?(
    options: EngineOptions,
    handler: EngineHandler,
    secured: (none: () => Mechanism) => Mechanism,
    settings: object,
  ): Engine;
}

/**
 * tls over `node:tls`, which Deno has. `Deno.connectTls` and `Deno.listenTls` cannot be told to trust some authorities
 * alone, to expect another name than the host's, or to ask clients for certificates.
 *
 * @module
 */

import { NotSupportedError } from "../../errors.ts";
import type { TlsSocket } from "../node/builtin.ts";
import { NodeTls } from "../node/tls.ts";

/** What a TLS socket of Deno's runs over: undocumented, so it may not be there. */
interface Handle {
  readonly _nativeTcpHandle?: {
    /** Stops reading from the system. */
    readStop?(): void;
    /** Reads again. */
    readStart?(): void;
  } | null;
}

/** The tls transport of Deno. */
export class DenoTls extends NodeTls {
  constructor() {
    super(pace);
  }
}

/**
 * Deno 2.9 reads on for a TLS socket that is paused, and keeps whatever comes: a peer could fill our memory. So what
 * lies beneath is stopped too; without a way to that there is no connection.
 */
function pace(socket: TlsSocket): void {
  const beneath = (socket._handle as Handle | null | undefined)?._nativeTcpHandle;
  if (typeof beneath?.readStop !== "function" || typeof beneath.readStart !== "function") {
    throw new NotSupportedError("Cannot use tls: this version of Deno cannot be made to stop reading, wanted Deno 2.9");
  }
  const { pause, resume } = socket;
  socket.pause = () => {
    if (!socket.destroyed) beneath.readStop!();
    pause.call(socket);
  };
  socket.resume = () => {
    if (!socket.destroyed) beneath.readStart!();
    resume.call(socket);
  };
}

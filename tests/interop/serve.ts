/**
 * The main loop of a peer in a process of its own: commands come in on stdin, each with a number, and its answer goes
 * out with that number. Many can be under way.
 *
 * @module
 */

import process from "node:process";
import { parent, type Wire } from "../processes.ts";
import { type Command, Interpreter, type Library } from "./commands.ts";

/** Serves until the parent closes stdin or is gone. */
export async function serve(library: Library): Promise<void> {
  const interpreter = new Interpreter(library);
  parent.send({ ready: true });
  for (;;) {
    let wire: Wire;
    try {
      wire = await parent.receive();
    } catch {
      // Sockets that linger for ever must not keep us from leaving.
      process.kill(process.pid, "SIGKILL");
      return;
    }
    const { number, command } = wire as { number: number; command: Command };
    interpreter.run(command).then(
      (value) => parent.send({ number, value }),
      (error) => parent.send({ number, error: String(error?.message ?? error), code: error?.code }),
    );
  }
}

/**
 * What runs inside workerd: one handler, which does what it is told over a connection of its own until that ends. Its
 * sockets live as long as the handler, as a Worker's do.
 *
 * @module
 */

// @ts-ignore: only a Worker has it
import { connect } from "cloudflare:sockets";
import * as zmq from "../../mod.ts";
import { transports } from "../../src/runtime/workers/mod.ts";
import type { Connect } from "../../src/runtime/workers/sockets.ts";
import { type Command, Interpreter } from "../interop/commands.ts";
import { ours } from "../interop/ours.ts";
import { PROGRAMS } from "./programs.ts";

// At the top of the module, where a Worker may do nothing.
const context = new zmq.Context({ transports, linger: 0 });

/** What comes over the connection, a line each. */
type Order =
  | { readonly number: number; readonly command: Command }
  | { readonly number: number; readonly program: string; readonly given: Record<string, string> };

/** The handler that `workerd test` calls. */
export const worker = {
  async test(_controller: unknown, env: { readonly PORT: string }): Promise<void> {
    const address = { hostname: "127.0.0.1", port: Number(env.PORT) };
    const socket = (connect as Connect)(address, { secureTransport: "off", allowHalfOpen: true });
    const writer = socket.writable.getWriter();
    const encoder = new TextEncoder();
    const answer = (value: unknown): Promise<void> => writer.write(encoder.encode(`${JSON.stringify(value)}\n`));
    const interpreter = new Interpreter({ make: (type, options) => ours.make(type, { ...options, context }) });
    const run = ({ number, ...order }: Order): void => {
      const work = "command" in order ? interpreter.run(order.command) : PROGRAMS[order.program]!(context, order.given);
      work.then(
        (value) => answer({ number, value }),
        (error) => answer({ number, error: String(error?.stack ?? error), code: error?.code }),
      );
    };
    const reader = socket.readable.getReader({ mode: "byob" });
    const decoder = new TextDecoder();
    let unread = "";
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(65536));
      if (done) break;
      const lines = (unread + decoder.decode(value, { stream: true })).split("\n");
      unread = lines.pop()!;
      for (const line of lines) run(JSON.parse(line));
    }
    await socket.close();
  },
};

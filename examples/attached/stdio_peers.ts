/**
 * Two processes that talk ZeroMQ over a pipe: a parent asks, the child that it has started answers on its stdin and
 * stdout. No port is opened, no file is made, and nobody else can come in.
 *
 * ```sh
 * deno run --allow-run --allow-read --allow-env examples/attached/stdio_peers.ts [questions]
 * bun examples/attached/stdio_peers.ts [questions]
 * node examples/attached/stdio_peers.ts [questions]
 * ```
 *
 * The child is started under the runtime that the parent runs on; whichever it were, and whatever ZeroMQ library it used
 * over a pair of streams, the parent would not know. `console.log` is not for the child: its stdout is taken.
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type DuplexStream, Reply, Request, text } from "@zerostream/zmq";

/** Node's streams as those of the web. */
function duplex(readable: Readable, writable: Writable): DuplexStream {
  return { readable: Readable.toWeb(readable), writable: Writable.toWeb(writable) } as unknown as DuplexStream;
}

if (process.argv[2] === "child") {
  await using reply = new Reply();
  const peer = reply.attach(duplex(process.stdin, process.stdout), { role: "bind" });
  const answering = (async () => {
    for await (const [question] of reply) await reply.send(text(question).toUpperCase());
  })();
  // The parent closes its end, or is gone: there is nobody left to answer.
  console.error(`The child ends: ${(await peer.closed)?.message ?? "the parent has hung up"}`);
  await reply.close();
  await answering;
  process.exit();
} else {
  const questions = Number(process.argv[2] ?? 3);
  const { versions } = process as { readonly versions: Readonly<Record<string, string | undefined>> };
  const flags = versions["deno"] === undefined ? [] : ["run", "--quiet", "--allow-env", "--allow-read"];
  const child = spawn(process.execPath, [...flags, fileURLToPath(import.meta.url), "child"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  {
    await using request = new Request();
    request.attach(duplex(child.stdout, child.stdin));
    for (let i = 1; i <= questions; i++) {
      const [answer] = await request.request(`question ${i}`, { timeout: 10_000 });
      console.log(text(answer));
    }
  }
  console.log(`The child ended with ${await ended}`);
}

/**
 * One program under Deno, Bun and Node at once: whichever runs it starts it under the other two, and they exchange
 * messages.
 *
 * ```sh
 * deno run --allow-net --allow-run --allow-env --allow-read examples/several_runtimes.ts [peers]
 * bun examples/several_runtimes.ts [peers]
 * node examples/several_runtimes.ts [peers]
 * ```
 *
 * `deno`, `bun` and `node` are looked for on the PATH. The program waits for as many peers as it is told, two unless it
 * is; with 3, `several_runtimes.py` may be the third.
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Dealer, Router, text } from "@zerostream/zmq";

const ENDPOINT = "tcp://127.0.0.1:5563";
const COMMANDS = { deno: ["deno", "run", "--allow-net", "--quiet"], bun: ["bun"], node: ["node"] };

const { deno, bun, node } = process.versions as Record<string, string | undefined>;
const me = deno !== undefined ? "deno" : bun !== undefined ? "bun" : "node";
const version = deno ?? bun ?? node;

if (process.argv[2] === "peer") {
  // The routing id is the name by which the ROUTER knows this peer.
  await using dealer = new Dealer({ routingId: me, receiveTimeout: 10_000 });
  dealer.connect(ENDPOINT);
  await dealer.send(`Hello from ${me} ${version}`);
  for (;;) {
    const [word] = await dealer.receive();
    if (text(word) === "bye") break;
    await dealer.send(text(word).toUpperCase());
  }
} else {
  const peers = Number(process.argv[2] ?? 2);
  await using router = new Router({ mandatory: true });
  await router.bind(ENDPOINT);
  const children = Object.entries(COMMANDS).filter(([name]) => name !== me).map(([name, [command, ...flags]]) => {
    const child = spawn(command!, [...flags, fileURLToPath(import.meta.url), "peer"], { stdio: "inherit" });
    return new Promise<void>((resolve, reject) => {
      child.once("error", () => reject(new Error(`Cannot start ${name}: it is not on the PATH`)));
      child.once("exit", (code) => code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`)));
    });
  });
  const exchange = (async () => {
    const met: Uint8Array[] = [];
    while (met.length < peers) {
      const [id, greeting] = await router.receive();
      console.log(`${text(id)}: ${text(greeting)}`);
      met.push(id!);
    }
    for (const id of met) await router.send([id, `you are talking to ${me}`]);
    for (let i = 0; i < peers; i++) console.log((await router.receive()).map(text).join(": "));
    for (const id of met) await router.send([id, "bye"]);
  })();
  await Promise.all([exchange, ...children]);
}

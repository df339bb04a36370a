/**
 * The lower end of a pipeline: takes tasks from every ventilator in turn, and ends after as many as it was told.
 *
 * ```sh
 * deno run --allow-net examples/pull_sink.ts [tasks]
 * bun examples/pull_sink.ts [tasks]
 * node examples/pull_sink.ts [tasks]
 * ```
 *
 * The upper end is `push_ventilator.ts`, under any runtime, or `push_ventilator.py`.
 */

import process from "node:process";
import { Pull, text } from "@zerostream/zmq";

const tasks = Number(process.argv[2] ?? 100);

await using pull = new Pull();
process.once("SIGINT", () => pull.close());
await pull.bind("tcp://*:5557");
console.log(`Taking tasks at ${pull.lastEndpoint}`);

let taken = 0;
let last = "";
for await (const [task] of pull) {
  last = text(task);
  if (++taken === tasks) break;
}
console.log(`Took ${taken} tasks, the last was "${last}"`);

/**
 * The upper end of a pipeline: hands out tasks, then ends when all of them are on their way.
 *
 * ```sh
 * deno run --allow-net examples/push_ventilator.ts [tasks]
 * bun examples/push_ventilator.ts [tasks]
 * node examples/push_ventilator.ts [tasks]
 * ```
 *
 * The lower end is `pull_sink.ts`, under any runtime, or `pull_sink.py`. It binds; this end connects, so that there may
 * be several ventilators, and it does not matter which program is started first.
 */

import process from "node:process";
import { Push } from "@zerostream/zmq";

const tasks = Number(process.argv[2] ?? 100);

const push = new Push();
push.connect("tcp://localhost:5557");
// While nobody has room for a task, `send` waits: nothing is dropped.
for (let task = 1; task <= tasks; task++) await push.send(`task ${task}`);

const { unsent } = await push.close({ linger: 10_000 });
console.log(`Sent ${tasks - unsent} of ${tasks} tasks`);
process.exitCode = unsent === 0 ? 0 : 1;

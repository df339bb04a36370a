/**
 * A PULL that reads its stream when it is told to: so many messages for each `{ take }`, each of which must be the next
 * of its sequence. It answers how many it has had in all, and what its process takes in memory.
 *
 * @module
 */

import process from "node:process";
import { Pull } from "../../mod.ts";
import { parent } from "../processes.ts";

await using pull = new Pull({ receiveHighWaterMark: Number(parent.args[0]) });
parent.send({ endpoint: await pull.bind("tcp://127.0.0.1:*") });
const reader = pull.readable.getReader();
let taken = 0;
for (;;) {
  const { take } = await parent.receive<{ take: number }>();
  if (take < 0) break;
  for (let i = 0; i < take; i++) {
    const frame = (await reader.read()).value![0]!;
    const number = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    if (number !== taken) throw new Error(`Message ${number} has come, wanted ${taken}`);
    taken++;
  }
  parent.send({ taken, rss: process.memoryUsage().rss });
}

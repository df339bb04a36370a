/**
 * The second part: Deno, Bun, Node and libzmq, each with each. All four report to a ROUTER here, which answers nobody
 * before all have come to the same point.
 *
 * @module
 */

import { json, Router } from "@zerostream/zmq";
import { Crew, type RuntimeName } from "./crew.ts";
import { heading, mark } from "./screen.ts";

const PEERS: readonly (readonly [string, RuntimeName, string])[] = [
  ["Deno", "deno", "peer.ts"],
  ["Bun", "bun", "peer.ts"],
  ["Node", "node", "peer.ts"],
  ["libzmq", "node", "libzmq_peer.ts"],
];
const NAMES = PEERS.map(([name]) => name);

/** Milliseconds that a step may take. */
const PATIENCE = 15_000;

/** What one of the four reports: who has answered it, or whom it has heard. */
interface Row {
  readonly name: string;
  readonly good: readonly string[];
}

/**
 * Has everyone ask everyone and hear everyone, and shows who did.
 *
 * @throws {Error} If an answer or a message was not what it should be, or a process fell.
 */
export async function runExchange(): Promise<void> {
  heading("2  Everyone asks everyone, and everyone publishes to everyone");
  await using crew = new Crew();
  await using router = new Router();
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  for (const [name, runtime, program] of PEERS) crew.start(name, runtime, program, [endpoint]);

  await meet(crew, router);
  const asked = await meet<Row>(crew, router);
  const heard = await meet<Row>(crew, router);
  await crew.ended();
  showMatrices(asked, heard);
  const good = [...asked, ...heard].reduce((sum, row) => sum + row.good.length, 0);
  const all = 2 * NAMES.length * (NAMES.length - 1);
  console.log(`\n  ${mark(good === all)} ${good} of ${all} conversations went well`);
  if (good < all) throw new Error(`${all - good} conversations of the exchange failed`);
}

/** Waits for a message from each of the four, and answers each with what all have said. */
async function meet<Message extends { name: string }>(crew: Crew, router: Router): Promise<Message[]> {
  const envelopes: Uint8Array[][] = [];
  const messages: Message[] = [];
  while (messages.length < PEERS.length) {
    const frames = await crew.orTrouble(router.receive({ signal: AbortSignal.timeout(PATIENCE) }));
    messages.push(json(frames.at(-1)));
    envelopes.push(frames.slice(0, -1)); // The routing id, and an empty frame: where the answer goes.
  }
  for (const envelope of envelopes) await router.send([...envelope, JSON.stringify(messages)]);
  return messages;
}

/** Two matrices, side by side. */
function showMatrices(asked: readonly Row[], heard: readonly Row[]): void {
  const cells = (cell: (name: string) => string) => NAMES.map((name) => cell(name)).join("");
  const head = cells((name) => name.padStart(7));
  console.log(`  REQ → REP, answered by              PUB → SUB, published by`);
  console.log(`${" ".repeat(8)}${head}${" ".repeat(8)}${head}`);
  for (const name of NAMES) {
    const row = (rows: readonly Row[]) => {
      const good = rows.find((row) => row.name === name)?.good ?? [];
      return cells((other) => " ".repeat(6) + (other === name ? "·" : mark(good.includes(other))));
    };
    console.log(`  ${name.padEnd(6)}${row(asked)}  ${name.padEnd(6)}${row(heard)}`);
  }
}

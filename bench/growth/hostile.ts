/**
 * What attackers cost an honest peer, and the memory of what they attack: an exchange at an even rate, alone and then
 * beside each attack of `tests/hostile`. `programs/hostile.ts` plays all parts, each in a process of its own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { commandFor, RuntimeProcess } from "../../tests/processes.ts";
import { ATTACKS, type Target } from "../../tests/hostile/attacks.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { summarise } from "../statistics.ts";
import { MemoryCourse, residentOf } from "./process_memory.ts";

const PROGRAM = fileURLToPath(new URL("./programs/hostile.ts", import.meta.url));
const LIMIT = 30_000;
const CROWD = 10_000;
/** Milliseconds to get over what was before, alone, until an attack is under way, and under attack. */
const SETTLE = 500;
const ALONE = 300;
const BEGIN = 300;
const BESIDE = 700;

type Runtime = "node" | "bun" | "deno";

/** Measures this library on each runtime. The row `worst` is the least share, and the most memory. */
export async function measureHostile(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name } of bench.ours) {
    const found: Result[] = [];
    for (const target of ["PULL", "XPUB", "ROUTER", "CURVE"] as const) {
      found.push(...await measureTarget(name as Runtime, target, bench.growthRuns));
    }
    const shares = found.map(({ figure }) => figure.median);
    const memory = Math.max(...found.map(({ also }) => also!["RSS MiB"]!));
    found.push({ ...found[0]!, row: "worst", figure: summarise([Math.min(...shares)]), also: { "RSS MiB": memory } });
    results.push(...found);
  }
  return results;
}

async function measureTarget(runtime: Runtime, target: Target, rounds: number): Promise<Result[]> {
  await using server = play(runtime, "serve", target);
  const { endpoint } = await server.receive<{ endpoint: string }>(LIMIT);
  await using honest = play(runtime, "honest", target, endpoint);
  await honest.receive(LIMIT);
  const receiver = target === "XPUB" ? honest : server;
  const attacks = ATTACKS.map((attack, number) => ({
    row: attack.name,
    target: attack.target,
    part: ["attack", number],
  }));
  attacks.push({ row: `a crowd of ${CROWD} that says nothing`, target: "PULL", part: ["crowd", CROWD] });
  const results: Result[] = [];
  for (const { row, part } of attacks.filter((attack) => attack.target === target)) {
    const shares: number[] = [];
    const rates: number[] = [];
    let growth = 0;
    for (let round = 0; round < rounds; round++) {
      await pass(SETTLE);
      const alone = await rateOf(receiver, ALONE);
      const before = residentOf(server.pid!) ?? NaN;
      await using attacker = play("node", ...part.map(String), endpoint);
      const memory = new MemoryCourse(server.pid!, 20);
      try {
        await attacker.receive(LIMIT);
        await pass(BEGIN);
        shares.push(await rateOf(receiver, BESIDE) / alone);
      } finally {
        const most = Math.max(...memory.stop().map(([, mebibytes]) => mebibytes));
        growth = Math.max(growth, most - before / 2 ** 20);
      }
      rates.push(alone);
    }
    const also = { "RSS MiB": growth, "msg/s alone": summarise(rates).median };
    const figure = summarise(shares);
    results.push({ measure: "hostile", row, peer: runtime, unit: "share of its rate", figure, also });
  }
  return results;
}

function play(runtime: Runtime, ...part: string[]): RuntimeProcess {
  const [binary, args] = commandFor(runtime, PROGRAM);
  return new RuntimeProcess(`${runtime} ${part[0]}`, binary, [...args, ...part]);
}

/** Messages a second that come in, over so many milliseconds. */
async function rateOf(receiver: RuntimeProcess, time: number): Promise<number> {
  const ask = async () => {
    receiver.send({});
    const { messages } = await receiver.receive<{ messages: number }>(LIMIT);
    return { messages, at: performance.now() };
  };
  const first = await ask();
  await pass(time);
  const last = await ask();
  return (last.messages - first.messages) * 1000 / (last.at - first.at);
}

function pass(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

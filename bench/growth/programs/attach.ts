/**
 * PUSH → PULL over what is attached: through a pair of `TransformStream`s in one thread, or through a port to another.
 * Tells, as a line of JSON, the seconds that the counted messages took, from the first to the last received, and what
 * the processors had to do for it in that time, at both ends: on a machine that others use as well that says more.
 *
 * `attach.ts streams|threads <octets> <count> <warm> <transfer>`
 *
 * @module
 */

import process from "node:process";
import { isMainThread, MessageChannel, Worker, workerData } from "node:worker_threads";
import { type AttachOptions, Pull, Push } from "../../../mod.ts";

/** More than this, in octets, on its way measures the memory, and not the way. */
const ON_ITS_WAY = 32 * 1024 * 1024;

interface Work {
  readonly octets: number;
  readonly count: number;
  readonly warm: number;
}

/** How long it took, and for how long a processor was at it, both in seconds. */
interface Finding {
  readonly seconds: number;
  readonly processor: number;
}

interface Given extends Work {
  readonly port: MessagePort;
  /** Where bodies that were given away come back, to be filled and given away again. */
  readonly back: MessagePort | undefined;
}

if (isMainThread) {
  const [how, octets, count, warm, transfer] = process.argv.slice(2);
  const work = { octets: Number(octets), count: Number(count), warm: Number(warm) };
  if (how === "streams") await streams(work);
  else await threads(work, transfer === "1");
} else {
  const { port, back, ...work } = workerData as Given;
  await using pull = new Pull({ receiveHighWaterMark: markFor(work) });
  await using empties = new Push();
  pull.attach(port);
  if (back !== undefined) empties.attach(back, { transfer: true });
  tell(await receive(pull, work, back === undefined ? undefined : empties));
}

async function streams(work: Work): Promise<void> {
  const up = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const down = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  await using push = new Push({ sendHighWaterMark: markFor(work) });
  await using pull = new Pull({ receiveHighWaterMark: markFor(work) });
  push.attach({ readable: down.readable, writable: up.writable });
  pull.attach({ readable: up.readable, writable: down.writable }, { role: "bind" });
  const [finding] = await Promise.all([receive(pull, work), send(push, work)]);
  tell(finding);
}

async function threads(work: Work, transfer: boolean): Promise<void> {
  const [there, back] = [new MessageChannel(), new MessageChannel()];
  const given = { ...work, port: there.port2, back: transfer ? back.port2 : undefined };
  const transferList = transfer ? [there.port2, back.port2] : [there.port2];
  const worker = new Worker(new URL(import.meta.url), { workerData: given, transferList });
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  await using push = new Push({ sendHighWaterMark: markFor(work) });
  await using empties = new Pull();
  const options: AttachOptions = { transfer };
  push.attach(there.port1, options);
  if (transfer) empties.attach(back.port1);
  else back.port1.close();
  await send(push, work, transfer ? empties : undefined);
  await ended;
}

/** What is given away is a new body, or one that came back: memory costs more than the way does. */
async function send(push: Push, { octets, count, warm }: Work, empties?: Pull): Promise<void> {
  let body = new Uint8Array(octets);
  let made = 0;
  const enough = 2 * markFor({ octets, count, warm });
  for (let i = 0; i < warm + count; i++) {
    if (empties !== undefined) {
      const empty = made < enough ? empties.tryReceive() : await empties.receive();
      body = empty?.[0] ?? new Uint8Array(octets);
      if (empty === undefined) made++;
      body[0] = i;
    }
    await push.send(body);
  }
}

async function receive(pull: Pull, { octets, count, warm }: Work, empties?: Push): Promise<Finding> {
  let started = 0;
  let used = process.cpuUsage();
  for (let i = 0; i < warm + count; i++) {
    const [body] = await pull.receive();
    if (body!.length !== octets || empties !== undefined && body![0] !== i % 256) {
      throw new Error(`message ${i} is another`);
    }
    if (empties !== undefined) await empties.send(body!);
    if (i !== warm) continue;
    started = performance.now();
    used = process.cpuUsage();
  }
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - started) / 1000, processor: (user + system) / 1e6 };
}

function markFor({ octets }: Work): number {
  return Math.max(4, Math.min(1000, Math.floor(ON_ITS_WAY / octets)));
}

function tell(finding: Finding): void {
  console.log(JSON.stringify(finding));
}

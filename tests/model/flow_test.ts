import { Channel, Client, Dealer, type Frames, Gather, Pair, Pull, Push, Router, Scatter, Server } from "../../mod.ts";
import { test } from "../harness.ts";
import { commands, type Flow, FlowRun } from "./flow.ts";
import { tryModel } from "./world.ts";

const whole = ([body]: Frames): Uint8Array => body!;

const FLOWS: readonly Flow[] = [
  {
    name: "PUSH to PULL",
    sides: 2,
    sender: (options) => new Push(options),
    receiver: (options) => new Pull(options),
    body: whole,
  },
  {
    name: "PAIR to PAIR",
    sides: 1,
    sender: (options) => new Pair(options),
    receiver: (options) => new Pair(options),
    body: whole,
  },
  {
    name: "DEALER to DEALER",
    sides: 2,
    sender: (options) => new Dealer(options),
    receiver: (options) => new Dealer(options),
    body: whole,
  },
  {
    name: "DEALER to ROUTER",
    sides: 2,
    sender: (options, index) => new Dealer({ ...options, routingId: `dealer ${index}` }),
    receiver: (options) => new Router({ ...options, handover: true }),
    body: ([, body]) => body!,
  },
  {
    name: "SCATTER to GATHER",
    sides: 2,
    sender: (options) => new Scatter(options),
    receiver: (options) => new Gather(options),
    body: whole,
  },
  {
    name: "CHANNEL to CHANNEL",
    sides: 1,
    sender: (options) => new Channel(options),
    receiver: (options) => new Channel(options),
    body: whole,
  },
  {
    name: "CLIENT to SERVER",
    sides: 2,
    sender: (options) => new Client(options),
    receiver: (options) => new Server(options),
    body: ([, body]) => body!,
  },
];

for (const flow of FLOWS) {
  for (const scheme of ["memory", "inproc"]) {
    test(`${flow.name} over ${scheme}: what is promised holds, whatever happens`, async () => {
      await tryModel(60, commands(scheme === "memory"), (list) => new FlowRun(flow, scheme).run(list));
    }, { timeout: 120_000 });
  }
}

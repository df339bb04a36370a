/** The multithreaded relay: steps that wait for one another, and tell the next, over PAIRs within the process. */
import { Context, Pair } from "zeromq";

const context = new Context();

async function step(name: string, from: string | undefined, to: string): Promise<void> {
  const output = new Pair({ context });
  // The next one may be there already: within a process, who connects need not wait for who binds.
  output.connect(`inproc://${to}`);
  if (from !== undefined) {
    const input = new Pair({ context });
    await input.bind(`inproc://${from}`);
    const [signal] = await input.receive();
    console.log(`${name} hears ${signal}`);
    input.close();
  }
  await output.send(`that ${name} is ready`);
  output.close();
}

const last = new Pair({ context });
await last.bind("inproc://done");
const steps = [
  step("the third", "three", "done"),
  step("the second", "two", "three"),
  step("the first", undefined, "two"),
];
const [signal] = await last.receive();
console.log(`the last hears ${signal}`);
await Promise.all(steps);
last.close();
console.log("a context of one's own:", last.context === undefined, context.maxSockets);

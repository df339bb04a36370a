/** The paranoid pirate: a queue of workers that beat like hearts, so that one which is silent is asked no more. */
import type { Buffer } from "node:buffer";
import { Dealer, Request, Router } from "zeromq";

const READY = "\u0001";
const HEARTBEAT = "\u0002";
const INTERVAL = 50;
const LIVENESS = 10;

/** Workers by name, the one that has rested longest first, and how many more beats each may miss. */
class Workers {
  readonly #lives = new Map<string, number>();
  seen(name: string): void {
    this.#lives.delete(name);
    this.#lives.set(name, LIVENESS);
  }
  beat(): string[] {
    for (const [name, lives] of this.#lives) this.#lives.set(name, lives - 1);
    const gone = [...this.#lives].filter(([, lives]) => lives === 0).map(([name]) => name);
    for (const name of gone) this.#lives.delete(name);
    return gone;
  }
  next(): string | undefined {
    const [name] = this.#lives.keys();
    if (name !== undefined) this.#lives.delete(name);
    return name;
  }
  get names(): string[] {
    return [...this.#lives.keys()];
  }
}

const [frontend, backend] = [new Router({ linger: 0 }), new Router({ linger: 0 })];
await frontend.bind("tcp://127.0.0.1:*");
await backend.bind("tcp://127.0.0.1:*");
const workers = new Workers();
const questions: Buffer[][] = [];
const dead: string[] = [];
let allDead = (): void => {};
const death = new Promise<void>((resolve) => allDead = resolve);

async function dispatch(): Promise<void> {
  while (questions.length > 0) {
    const name = workers.next();
    if (name === undefined) return;
    await backend.send([name, ...questions.shift()!]);
  }
}
let work = Promise.resolve();
const loops = [
  (async () => {
    for await (const question of frontend) {
      questions.push(question);
      work = work.then(dispatch);
      await work;
    }
  })(),
  (async () => {
    for await (const [name, ...answer] of backend) {
      workers.seen(name!.toString());
      if (answer.length > 1) await frontend.send(answer);
      work = work.then(dispatch);
      await work;
    }
  })(),
];
const beating = setInterval(() => {
  const gone = workers.beat();
  dead.push(...gone);
  if (gone.length > 0) allDead();
  work = work.then(async () => {
    for (const name of workers.names) await backend.send([name, HEARTBEAT]);
  });
}, INTERVAL);

/** Works, and beats; after `questionsLeft` answers it beats no more, as one that is about to crash. */
function startWorker(name: string, questionsLeft: number): { socket: Dealer; stop(): void } {
  const socket = new Dealer({ routingId: name, linger: 0 });
  socket.connect(backend.lastEndpoint!);
  let sending = socket.send(READY);
  const beat = setInterval(() => sending = sending.then(() => socket.send(HEARTBEAT)), INTERVAL);
  void (async () => {
    for await (const [client, delimiter, question] of socket) {
      if (question === undefined) continue;
      sending = sending.then(() => socket.send([client!, delimiter!, `${question} done`]));
      if (--questionsLeft === 0) clearInterval(beat);
    }
  })();
  return { socket, stop: () => clearInterval(beat) };
}
const team = [startWorker("steady", Infinity), startWorker("mortal", 1)];
const client = new Request({ linger: 0 });
client.connect(frontend.lastEndpoint!);
// Whoever is next answers: both, in two turns; the mortal one then falls silent.
for (const question of ["one", "two", "three", "four"]) {
  await client.send(question);
  console.log((await client.receive()).toString());
}
await death;
console.log("dead:", dead.join(" "));
await client.send("five");
console.log((await client.receive()).toString());
for (const { socket, stop } of team) {
  stop();
  socket.close();
}
clearInterval(beating);
await work;
for (const socket of [client, frontend, backend]) socket.close();
await Promise.all(loops);

/** The clone pattern: clients share a table. They get it whole from one socket, its changes from another, and make their own. */
import { Publisher, Pull, Push, Request, Router, Subscriber } from "zeromq";

const [snapshots, changes, collector] = [new Router(), new Publisher(), new Pull()];
for (const socket of [snapshots, changes, collector]) await socket.bind("tcp://127.0.0.1:*");
const table = new Map<string, [sequence: number, value: string]>();
let sequence = 0;
const serving = [
  (async () => {
    for await (const [client, , subtree] of snapshots) {
      const rows = [...table].filter(([key]) => key.startsWith(subtree!.toString()));
      await snapshots.send([client!, "", JSON.stringify({ sequence, rows })]);
    }
  })(),
  (async () => {
    for await (const [key, value] of collector) {
      table.set(key!.toString(), [++sequence, value!.toString()]);
      await changes.send([key!, String(sequence), value!]);
    }
  })(),
];

class Client {
  readonly table = new Map<string, string>();
  readonly #changes = new Subscriber();
  readonly #maker = new Push();
  sequence = 0;

  /** Subscribes first, then asks for the table: what changes in between is waiting. */
  async start(subtree: string): Promise<void> {
    this.#changes.subscribe(subtree);
    this.#changes.connect(changes.lastEndpoint!);
    this.#maker.connect(collector.lastEndpoint!);
    const snapshot = new Request();
    snapshot.connect(snapshots.lastEndpoint!);
    await snapshot.send(subtree);
    const { sequence, rows } = JSON.parse((await snapshot.receive())[0]!.toString());
    this.sequence = sequence;
    for (const [key, [, value]] of rows) this.table.set(key, value);
    snapshot.close();
  }

  set(key: string, value: string): Promise<void> {
    return this.#maker.send([key, value]);
  }

  /** Takes changes until the table is that of some number, at least. */
  async follow(sequence: number): Promise<void> {
    while (this.sequence < sequence) {
      const [key, number, value] = await this.#changes.receive();
      if (Number(number) <= this.sequence) continue;
      this.sequence = Number(number);
      this.table.set(key!.toString(), value!.toString());
    }
  }

  tell(name: string): void {
    console.log(name, [...this.table].sort().map(([key, value]) => `${key}=${value}`).join(" "));
  }

  close(): void {
    this.#changes.close();
    this.#maker.close();
  }
}

const [first, second] = [new Client(), new Client()];
await first.start("");
for (let number = 0; number < 5; number++) await first.set(`/a/${number}`, String(number));
await first.set("/b/0", "other");
// Changes that were made before it had subscribed never come: then the table is asked for again.
while (table.size < 6) await new Promise((resolve) => setTimeout(resolve, 1));
await second.start("");
second.tell("second");
/** Changes the same row until both have heard of it. */
let heard = false;
const following = Promise.all([first.follow(7), second.follow(7)]).then(() => heard = true);
while (!heard) {
  await second.set("/a/0", "changed");
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await following;
second.tell("second");
const third = new Client();
await third.start("/a/");
third.tell("third");
for (const client of [first, second, third]) client.close();
for (const socket of [snapshots, changes, collector]) socket.close();
await Promise.all(serving);

/** Majordomo: a broker of services by name, in the frames of its protocol; with one service of its own. */
import type { Buffer } from "node:buffer";
import { Dealer, Request, Router } from "zeromq";

const CLIENT = "MDPC01";
const WORKER = "MDPW01";
const [READY, REQUEST, REPLY, DISCONNECT] = ["\u0001", "\u0002", "\u0003", "\u0005"] as const;

class Broker {
  readonly socket = new Router({ linger: 0 });
  /** Workers that rest, by service. */
  readonly #idle = new Map<string, string[]>();
  readonly #services = new Map<string, string>();
  readonly #waiting = new Map<string, [client: Buffer, body: Buffer[]][]>();

  async run(): Promise<void> {
    for await (const [peer, , header, ...rest] of this.socket) {
      if (header!.toString() === CLIENT) await this.#ask(peer!, rest[0]!.toString(), rest.slice(1));
      else if (header!.toString() === WORKER) await this.#hear(peer!, rest);
    }
  }

  async #ask(client: Buffer, service: string, body: Buffer[]): Promise<void> {
    if (service === "mmi.service") {
      const known = [...this.#services.values()].includes(body[0]!.toString()) ? "200" : "404";
      return this.socket.send([client, "", CLIENT, service, known]);
    }
    const waiting = this.#waiting.get(service) ?? [];
    this.#waiting.set(service, [...waiting, [client, body]]);
    await this.#dispatch(service);
  }

  async #hear(peer: Buffer, [command, ...rest]: Buffer[]): Promise<void> {
    const name = peer.toString();
    switch (command!.toString()) {
      case READY:
        this.#services.set(name, rest[0]!.toString());
        return this.#rest(name);
      case REPLY: {
        const [client, , ...body] = rest;
        await this.socket.send([client!, "", CLIENT, this.#services.get(name)!, ...body]);
        return this.#rest(name);
      }
      case DISCONNECT:
        this.#services.delete(name);
    }
  }

  async #rest(name: string): Promise<void> {
    const service = this.#services.get(name)!;
    this.#idle.set(service, [...this.#idle.get(service) ?? [], name]);
    await this.#dispatch(service);
  }

  async #dispatch(service: string): Promise<void> {
    const [waiting, idle] = [this.#waiting.get(service) ?? [], this.#idle.get(service) ?? []];
    while (waiting.length > 0 && idle.length > 0) {
      const [client, body] = waiting.shift()!;
      await this.socket.send([idle.shift()!, "", WORKER, REQUEST, client, "", ...body]);
    }
  }
}

async function work(endpoint: string, service: string, answer: (body: string) => string): Promise<Dealer> {
  const socket = new Dealer({ routingId: `${service}-worker`, linger: 0 });
  socket.connect(endpoint);
  await socket.send(["", WORKER, READY, service]);
  void (async () => {
    for await (const [, , , client, , body] of socket) {
      await socket.send(["", WORKER, REPLY, client!, "", answer(body!.toString())]);
    }
  })();
  return socket;
}

const broker = new Broker();
await broker.socket.bind("tcp://127.0.0.1:*");
const running = broker.run();
const endpoint = broker.socket.lastEndpoint!;

const client = new Request();
client.connect(endpoint);
const ask = async (service: string, body: string): Promise<string> => {
  await client.send([CLIENT, service, body]);
  return (await client.receive()).map(String).join(" ");
};
console.log(await ask("mmi.service", "shout"));
// The question is there before anyone who can answer it.
const early = ask("shout", "who is there?");
const workers = [await work(endpoint, "shout", (body) => body.toUpperCase())];
console.log(await early);
workers.push(await work(endpoint, "reverse", (body) => [...body].reverse().join("")));
console.log(await ask("reverse", "hello"));
console.log(await ask("mmi.service", "reverse"));
console.log(await ask("mmi.service", "nonsense"));
console.log(await ask("shout", "last words"));
for (const socket of [client, ...workers, broker.socket]) socket.close();
await running;

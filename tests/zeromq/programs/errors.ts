/** Mistakes, as programs handle them. */
import process from "node:process";
import { Dealer, Reply, Request, Router } from "zeromq";

async function tell(what: string, body: () => unknown): Promise<void> {
  try {
    await body();
    console.log(`${what}: fine`);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    console.log(`${what}: ${code ?? (error as Error).name}: ${message}`);
  }
}
const [one, other] = [new Reply({ linger: 0 }), new Reply({ linger: 0 })];
await one.bind("tcp://127.0.0.1:*");
await tell("taken", () => other.bind(one.lastEndpoint!));
await tell("malformed", () => other.connect("nonsense"));
await tell("unknown", () => other.disconnect("tcp://127.0.0.1:9"));
await tell("late", () => new Request({ receiveTimeout: 0 }).receive());
const dealer = new Dealer({ sendTimeout: 0, receiveTimeout: 10, linger: 0 });
await tell("full", () => dealer.send("text"));
await tell("nothing", () => dealer.receive());
const router = new Router({ mandatory: true, sendTimeout: 0 });
await tell("nobody", () => router.send(["nobody", "text"]));
const waiting = tell("first", () => one.receive());
await tell("second", () => one.receive());
await tell("option", () => dealer.linger = "5" as never);
dealer.close();
await tell("closed", () => dealer.send("text"));
for (const socket of [one, other, router]) socket.close();
await waiting;
process.exit(0);

import { assertEquals } from "@std/assert";
import { accept } from "../../src/runtime/deno/dial.ts";
import { DenoLink } from "../../src/runtime/deno/link.ts";
import type { Connection, DenoListener } from "../../src/runtime/deno/sockets.ts";
import { runtime, test } from "../harness.ts";
import { binaryOf, runProgram } from "../processes.ts";
import { Door } from "./rig.ts";

/** A listener that gives out what it is told to. */
class Script implements DenoListener {
  readonly addr = {};
  closed = 0;
  readonly #outcomes: (() => Promise<Connection>)[];
  #reject: ((error: Error) => void) | undefined;

  constructor(outcomes: (() => Promise<Connection>)[]) {
    this.#outcomes = outcomes;
  }

  accept(): Promise<Connection> {
    const outcome = this.#outcomes.shift();
    return outcome === undefined ? new Promise((_, reject) => this.#reject = reject) : outcome();
  }

  close(): void {
    this.closed++;
    this.#reject?.(new Error("Bad resource"));
  }
}

const connection = (): Connection => ({ close: () => {} }) as unknown as Connection;
const exhausted = (): Promise<Connection> =>
  Promise.reject(Object.assign(new Error("too many open files"), { code: "EMFILE" }));

test("Deno: a failure to accept is told, and accepting goes on", async () => {
  const door = new Door();
  const script = new Script([exhausted, () => Promise.resolve(connection())]);
  const listener = accept("tcp://*:1", "tcp://0.0.0.0:1", script, door, (made) => new DenoLink(made, "here", "there"));
  assertEquals((await door.next()).local, "here");
  assertEquals(door.failures.map(({ message }) => message), [
    'Cannot bind to "tcp://*:1": too many files are open, wanted fewer',
  ]);
  await listener.close();
  assertEquals([script.closed, door.failures.length], [1, 1]);
});

test("Deno: a listener can be closed while it rests after a failure", async () => {
  const told = Promise.withResolvers<void>();
  const handler = { accept: () => {}, failed: () => told.resolve() };
  const script = new Script([exhausted]);
  const listener = accept("tcp://*:1", "tcp://0.0.0.0:1", script, handler, () => new DenoLink(connection(), "", ""));
  await told.promise;
  await Promise.all([listener.close(), listener.close()]);
  assertEquals(script.closed, 1);
});

test("Deno: what is accepted while the listener closes is closed", async () => {
  const door = new Door();
  let closed = 0;
  const pending = Promise.withResolvers<Connection>();
  const listener = accept(
    "a",
    "b",
    new Script([() => pending.promise]),
    door,
    () => new DenoLink(connection(), "", ""),
  );
  const closing = listener.close();
  pending.resolve({ close: () => closed++ } as unknown as Connection);
  await closing;
  assertEquals([closed, door.waiting], [1, 0]);
});

// Not from Deno: its node:child_process gives every permission to a Deno that it starts.
test("Deno: tcp needs the permission to use the network, and no other", async () => {
  const script = new URL("./only_net.ts", import.meta.url).pathname;
  const outcome = await runProgram(binaryOf("deno"), ["run", "--no-check", "--no-prompt", "--allow-net", script]);
  assertEquals([outcome.code, outcome.stdout.trim()], [0, "localhost * ENODEV"], outcome.stderr);
  const denied = await runProgram(binaryOf("deno"), ["run", "--no-check", "--no-prompt", script]);
  assertEquals([denied.code, denied.stdout.trim()], [0, "EACCES EACCES EACCES"], denied.stderr);
}, { skip: runtime === "deno" });

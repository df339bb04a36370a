/**
 * One part of a measurement, played by npm `jszmq` on Node, for what goes over WebSockets: `bench/peers.ts` says what
 * such a program is given and what it answers. It knows no high-water mark, so its sender rests while much is waiting.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { now, readWords, say } from "./words.ts";

interface JszmqSocket {
  readonly endpoints: readonly { readonly socket: { readonly bufferedAmount: number } }[];
  bind(address: string, server: unknown): void;
  connect(address: string): void;
  send(message: Buffer): void;
  on(event: "message", listener: () => void): void;
  close(): void;
}

/** So many octets may wait in the sender. */
const ENOUGH = 4 << 20;
/** So many messages go between two looks at what waits. */
const A_TURN = 256;

const { socket } = createRequire(import.meta.url)("jszmq") as { socket(type: string): JszmqSocket };
const { role, endpoint, octets, count, warm } = readWords(process.argv);

if (role === "pull") await pull();
else await push();

async function pull(): Promise<void> {
  const receiver = socket("pull");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  receiver.bind(bound, server);
  say({ endpoint: bound });
  let left = warm + count;
  let started = 0;
  await new Promise<void>((resolve) => {
    receiver.on("message", () => {
      left--;
      if (left === count) started = now();
      if (left === 0) resolve();
    });
  });
  say({ seconds: now() - started });
  process.exit();
}

async function push(): Promise<void> {
  const sender = socket("push");
  sender.connect(endpoint);
  const payload = Buffer.alloc(octets);
  const waiting = () => sender.endpoints[0]!.socket.bufferedAmount > ENOUGH;
  for (let sent = 0; sent < warm + count; sent++) {
    if (sent % A_TURN === 0) { do await new Promise((resolve) => setImmediate(resolve)); while (waiting()); }
    sender.send(payload);
  }
  process.stdin.resume();
  process.stdin.on("end", () => process.exit());
}

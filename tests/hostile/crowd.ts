/**
 * A crowd: `crowd.ts endpoint count said` opens so many connections, says `nothing` or a `greeting` on each, and holds
 * them until stdin ends. It tells when all have been opened, and when asked how many have been ended.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { greeting } from "../interop/raw_peer.ts";
import { parent } from "../processes.ts";

const [endpoint, count, said] = parent.args;
const { hostname, port } = new URL(endpoint!.replace("tcp:", "http:"));
/** How many connections are being opened at one time: less than listeners hold before they accept. */
const AT_ONCE = 50;
const sockets = new Set<Socket>();
let ended = 0;

async function open(): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname);
    const end = (): void => {
      if (sockets.delete(socket)) ended++;
      socket.destroy();
      resolve();
    };
    socket.on("connect", () => {
      sockets.add(socket);
      if (said === "greeting") socket.write(greeting());
      resolve();
    });
    socket.on("error", end).on("end", end).on("close", end).resume();
  });
}

let left = Number(count);
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  while (left-- > 0) await open();
}));
parent.send({ opened: Number(count) });
for (;;) {
  try {
    await parent.receive();
  } catch {
    break; // The parent has closed stdin: it has seen enough.
  }
  parent.send({ ended });
}
for (const socket of sockets) socket.destroy();

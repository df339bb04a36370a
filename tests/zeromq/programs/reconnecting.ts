/** A server that goes and comes back: what its client is told of that, and what becomes of its messages. */
import { Dealer, type EventType, Router } from "zeromq";

const client = new Dealer({ linger: 0, reconnectInterval: 20 });
const told: string[] = [];
let wake = (): void => {};
for (const type of ["connect", "connect:retry", "handshake", "disconnect", "end"] satisfies EventType[]) {
  client.events.on(type, (event) => {
    if (told.at(-1) !== event.type) told.push(event.type);
    wake();
  });
}
async function until(type: EventType): Promise<void> {
  while (told.at(-1) !== type) await new Promise<void>((resolve) => wake = resolve);
}

let server = new Router({ linger: 0 });
await server.bind("tcp://127.0.0.1:*");
const endpoint = server.lastEndpoint!;
client.connect(endpoint);
await until("handshake");
await client.send("to the first");
console.log((await server.receive())[1]!.toString());
server.close();
await until("connect:retry");
// Nobody is there: it waits.
await client.send("to the second");
server = new Router({ linger: 0 });
for (;;) {
  try {
    await server.bind(endpoint);
    break;
  } catch (error) {
    // The name is free once the first has let go of it.
    if ((error as { code: string }).code !== "EADDRINUSE") throw error;
  }
}
console.log((await server.receive())[1]!.toString());
await until("handshake");
console.log(told.filter((type) => type !== "connect").join(" "));
client.close();
await until("end");
console.log(told.at(-1), client.closed);
server.close();

/**
 * A program that closes its sockets, and should end by itself then.
 */
import process from "node:process";
import { Pull, Push } from "../../mod.ts";

const how = process.argv.at(-1);
const push = new Push({ linger: 50, reconnectInterval: 60_000, handshakeInterval: 60_000, heartbeatInterval: 60_000 });
const pull = new Pull();
if (how === "closed") {
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await push.send("1");
  await pull.receive();
} else if (how === "unsent") {
  push.connect("tcp://127.0.0.1:1");
  await push.send("1");
} else if (how === "connecting") push.connect("tcp://127.0.0.1:1");
else await pull.bind("ipc://*");
await push.close();
await pull.close();
console.log("done");

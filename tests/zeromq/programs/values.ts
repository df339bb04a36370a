/** Values of many kinds, as programs send them: JSON, numbers, arrays of numbers, dates, and a file in chunks. */
import { Buffer } from "node:buffer";
import { Dealer, Router } from "zeromq";

const [server, client] = [new Router(), new Dealer({ routingId: "client" })];
await server.bind("tcp://127.0.0.1:*");
client.connect(server.lastEndpoint!);

const encode = (type: string, value: Parameters<Dealer["send"]>[0]): [string, never] => [type, value as never];
await client.send(encode("json", JSON.stringify({ name: "ø", list: [1, 2.5, null], nested: { deep: true } })));
await client.send(encode("number", 16.19));
await client.send(encode("floats", new Float64Array([1.5, -2.25, Infinity])));
await client.send(encode("integers", new Int16Array([1, -1, 32767])));
await client.send(encode("view", new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)));
await client.send(encode("buffer", Buffer.from("cafe", "hex")));
await client.send(encode("nothing", null));
await client.send(encode("big", "x".repeat(100_000)));
for (let count = 0; count < 8; count++) {
  const [from, type, body] = await server.receive();
  let value: unknown = body!.length;
  switch (type!.toString()) {
    case "json":
      value = JSON.stringify(JSON.parse(body!.toString()));
      break;
    case "number":
      value = Number(body) * 2;
      break;
    case "floats":
      value = [...new Float64Array(new Uint8Array(body!).buffer)].join();
      break;
    case "integers":
      value = [0, 2, 4].map((at) => body!.readInt16LE(at)).join();
      break;
    case "view":
    case "buffer":
      value = body!.toString("hex");
  }
  console.log(from!.toString(), type!.toString(), value);
}

/** A file, chunk by chunk, as many at a time as the client asks for. */
const CHUNK = 4096;
const file = Buffer.from(Array.from({ length: 50_000 }, (_, at) => at * 7 % 256));
const serving = (async () => {
  for await (const [from, command, offset] of server) {
    if (command!.toString() !== "fetch") break;
    const at = Number(offset);
    await server.send([from!, String(at), file.subarray(at, at + CHUNK)]);
  }
})();
const got = Buffer.alloc(file.length);
let [asked, received] = [0, 0];
while (received < file.length) {
  for (; asked < file.length && asked - received < 4 * CHUNK; asked += CHUNK) {
    await client.send(["fetch", String(asked)]);
  }
  const [offset, chunk] = await client.receive();
  chunk!.copy(got, Number(offset));
  received += chunk!.length;
}
console.log("file:", got.equals(file), received);
await client.send("enough");
await serving;
client.close();
server.close();

/** Messages of many parts, of every kind. */
import { Buffer } from "node:buffer";
import { Pair } from "zeromq";

const [one, other] = [new Pair(), new Pair()];
await one.bind("inproc://multiparts");
other.connect("inproc://multiparts");
await one.send([
  "header",
  "",
  null,
  5,
  new Uint8Array([1, 2, 3]),
  Buffer.from("octets"),
  new Uint8Array([1, 0]).buffer,
]);
const parts = await other.receive();
for (const [index, part] of parts.entries()) console.log(index, part.length, part.toString("hex"));
await other.send(parts);
console.log((await one.receive()).map((part) => part.toString("base64")).join(" "));
one.close();
other.close();

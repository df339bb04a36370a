/** A program that closes nothing and ends all the same, when it has nothing left to do. */
import { Publisher, Pull, Push, Reply, Request } from "zeromq";

const [pull, push] = [new Pull(), new Push()];
await pull.bind("tcp://127.0.0.1:*");
push.connect(pull.lastEndpoint!);
await push.send("work");
console.log((await pull.receive()).toString());

const server = new Reply();
await server.bind("tcp://127.0.0.1:*");
const client = new Request({ heartbeatInterval: 1000 });
client.connect(server.lastEndpoint!);
await client.send("Hello");
console.log((await server.receive()).toString());
await server.send("World");
console.log((await client.receive()).toString());

const nobody = new Publisher();
nobody.connect("tcp://127.0.0.1:1");
await nobody.send("to whom?");
console.log("the end");

/** A program of the time of version 5: emitters, callbacks, options with short names. */
import type { Buffer } from "node:buffer";
import * as zmq from "zeromq/v5-compat.js";

function bound(socket: zmq.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.bind("tcp://127.0.0.1:*", (error) => error === undefined ? resolve(socket.last_endpoint) : reject(error));
  });
}

function message(socket: zmq.Socket): Promise<string> {
  return new Promise((resolve) => socket.once("message", (...parts: Buffer[]) => resolve(parts.join(" "))));
}

const server = zmq.socket("rep", { linger: 0 });
server.on("message", (question: Buffer) => server.send([question, "indeed"]));
const client = zmq.createSocket("req", { linger: 0, identity: "me" });
client.connect(await bound(server));
for (const word of ["one", "two"]) {
  client.send(word);
  console.log(await message(client));
}
console.log(client.identity, client.linger, client.type, client.getsockopt(zmq.ZMQ_TYPE), client.mechanism);
console.log(client.getsockopt("_ioevents"), client.getsockopt(zmq.ZMQ_IPV6), client.getsockopt(zmq.ZMQ_IPV4ONLY));

const router = zmq.socket("router", { linger: 0 });
const dealer = zmq.socket("dealer", { linger: 0 });
dealer.setsockopt(zmq.ZMQ_IDENTITY, "dealer").connect(await bound(router));
const asked = message(router);
dealer.send("two", zmq.ZMQ_SNDMORE).send("parts", 0, (error) => console.log("sent", error));
console.log(await asked);
dealer.pause();
router.send(["dealer", "kept"]);
const kept = message(dealer);
dealer.resume();
console.log(await kept);

const attempt = (body: () => unknown): void => {
  try {
    console.log(String(body()));
  } catch (error) {
    console.log((error as Error).name, (error as Error).message);
  }
};
attempt(() => zmq.socket("nonsense" as never));
attempt(() => new zmq.Context());
attempt(() => client.subscribe("x"));
attempt(() => client.read());
attempt(() => client.getsockopt(9999));
attempt(() => client.setsockopt(9999, 5));
attempt(() => client.getsockopt(zmq.ZMQ_FD));
attempt(() => client.getsockopt(zmq.ZMQ_RCVMORE));
attempt(() => client.getsockopt(zmq.ZMQ_XPUB_VERBOSE));
attempt(() => zmq.proxy(client, server));
attempt(() => zmq.Context.getMaxSockets());
attempt(() => zmq.Context.getMaxThreads());
attempt(() => zmq.curveKeypair().public.length);
attempt(() => client.connect("nonsense"));
console.log(Object.entries(zmq.options).join(" "));
console.log(
  Object.entries(zmq).filter(([key]) => !/^(?:default|module\.exports|__esModule)$/.test(key))
    .map(([key, value]) => typeof value === "number" ? `${key}=${value}` : key).sort().join(" "),
);

const failed = new Promise<Error>((resolve) => client.bind("nonsense", (error) => resolve(error!)));
console.log((await failed as Error & { code: string }).code);
const emitted = new Promise<Error & { code: string }>((resolve) => client.once("error", resolve));
client.unbind("tcp://127.0.0.1:9");
console.log((await emitted).code);

const watched = zmq.socket("dealer", { linger: 0 });
watched.monitor();
const told: string[] = [];
const listening = new Promise<void>((resolve) => {
  for (const name of ["listen", "accept", "disconnect"]) {
    watched.on(name, (value: unknown, address: string, error: unknown) => {
      told.push([name, value, address.startsWith("tcp://127.0.0.1:"), error].join());
      if (name === "disconnect") resolve();
    });
  }
});
const visitor = zmq.socket("dealer", { linger: 0 });
visitor.connect(await bound(watched));
visitor.send("hello");
console.log(await message(watched));
visitor.close();
await listening;
console.log(told.join(" "));
for (const socket of [server, client, router, dealer, watched]) socket.close();
console.log(server.closed);

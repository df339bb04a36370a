/** Patterns in the manner of version 5: callbacks all the way, a proxy among them. */
import type { Buffer } from "node:buffer";
import * as zmq from "zeromq/v5-compat.js";

function bind(socket: zmq.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.bind("tcp://127.0.0.1:*", (error) => error === undefined ? resolve(socket.last_endpoint) : reject(error));
  });
}

async function pipeline(): Promise<void> {
  const [push, pull] = [zmq.socket("push", { linger: 0 }), zmq.socket("pull")];
  push.connect(await bind(pull));
  const sum = new Promise<number>((resolve) => {
    let [sum, count] = [0, 0];
    pull.on("message", (part: Buffer) => {
      sum += Number(part);
      if (++count === 50) resolve(sum);
    });
  });
  for (let task = 1; task <= 50; task++) push.send(String(task));
  console.log("pipeline:", await sum);
  push.close();
  pull.close();
}

async function news(): Promise<void> {
  const [pub, sub] = [zmq.socket("pub", { linger: 0 }), zmq.socket("sub")];
  sub.connect(await bind(pub));
  sub.subscribe("kitty cats");
  const heard = new Promise<string>((resolve) => {
    sub.once("message", (topic: Buffer, message: Buffer) => resolve(`${topic}: ${message}`));
  });
  const telling = setInterval(() => {
    pub.send(["dogs", "bark"]);
    pub.send(["kitty cats", "meow!"]);
  }, 2);
  console.log(await heard);
  clearInterval(telling);
  pub.close();
  sub.close();
}

async function proxied(): Promise<void> {
  const [front, back] = [zmq.socket("router", { linger: 0 }), zmq.socket("dealer", { linger: 0 })];
  const [req, rep] = [zmq.socket("req", { linger: 0 }), zmq.socket("rep", { linger: 0 })];
  req.connect(await bind(front));
  rep.connect(await bind(back));
  zmq.proxy(front, back);
  rep.on("message", (question: Buffer) => rep.send(`${question}, and back`));
  for (const question of ["there", "once more"]) {
    const answer = new Promise<Buffer>((resolve) => req.once("message", resolve));
    req.send(question);
    console.log("proxied:", (await answer).toString());
  }
  for (const socket of [req, rep, front, back]) socket.close();
}
await pipeline();
await news();
await proxied();

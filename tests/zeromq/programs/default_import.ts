/** A program that imports all of the package by one name, as Node lets it import what is CommonJS. */
import zmq from "zeromq";

async function run(): Promise<void> {
  const socket = new zmq.Reply();
  await socket.bind("tcp://127.0.0.1:*");
  for await (const [message] of socket) await socket.send(2 * parseInt(message!.toString(), 10));
}

const serving = new zmq.Pull();
await serving.bind("inproc://default-import");
const push = new zmq.Push();
push.connect("inproc://default-import");
await push.send([zmq.version, String(zmq.capability.curve), zmq.curveKeyPair().publicKey.length]);
console.log((await serving.receive()).map(String).join(" "), typeof run, serving.context === zmq.context);
push.close();
serving.close();

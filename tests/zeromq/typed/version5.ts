/**
 * What TypeScript programs write with `zeromq/v5-compat`. Never run: both packages' types must take it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as zmq from "zeromq/v5-compat.js";

export function everything(): zmq.Socket {
  const socket = zmq.socket("router", { linger: 0 });
  socket.identity = "me";
  socket.on("message", (...parts: Buffer[]) => socket.send(parts));
  socket.bind("tcp://127.0.0.1:*", (error) => console.log(error?.message, socket.last_endpoint));
  socket.connect("tcp://127.0.0.1:5555").send(["text", Buffer.from("octets")]).send(
    "text",
    zmq.ZMQ_SNDMORE,
    (error) => {
      if (error !== undefined) console.log(error.stack);
    },
  );
  socket.setsockopt(zmq.ZMQ_LINGER, 0).setsockopt("linger", 5);
  const value: string | number | boolean | null = socket.getsockopt("linger");
  zmq.createSocket("sub").subscribe("text").unsubscribe("text").monitor(500, 0).unmonitor().close();
  zmq.proxy(zmq.socket("xpub"), zmq.socket("xsub"), zmq.socket("push"));
  zmq.Context.setMaxSockets(zmq.Context.getMaxSockets());
  const { public: publicKey, secret } = zmq.curveKeypair();
  const type: zmq.SocketType = "dealer";
  console.log(value, publicKey, secret, zmq.version, zmq.options.linger, zmq.STATE_READY, type, socket.closed);
  return socket;
}

/**
 * `ipc://@name`, Linux's abstract names, and paths of other kinds, with libzmq at the other end.
 *
 * @module
 */

import process from "node:process";
import { assertEquals } from "@std/assert";
import { runtime, test } from "../harness.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";
import { freshPath } from "./folder.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();
const skip = process.platform !== "linux";

for (const [binds, connects] of [[ours, libzmq], [libzmq, ours]] as const) {
  test(`${connects.name} meets ${binds.name} by an abstract name, again and again`, async () => {
    const endpoint = `ipc://@zmq-interop-${runtime}-${process.pid}-${binds.name}`;
    for (let round = 0; round < 3; round++) {
      await using reply = await binds.socket("REP");
      await using request = await connects.socket("REQ");
      assertEquals(await reply.bind(endpoint), endpoint);
      await request.connect(endpoint);
      await Promise.all([request.send("hi", `${round}`), reply.echo(1)]);
      assertEquals(await request.receive(), ["hi", `${round}`]);
      await reply.leave(endpoint);
    }
  }, { skip });

  test(`${connects.name} meets ${binds.name} by a path that was left behind`, async () => {
    const endpoint = freshPath();
    for (let round = 0; round < 3; round++) {
      await using reply = await binds.socket("REP");
      await using request = await connects.socket("REQ");
      await reply.bind(endpoint);
      await request.connect(endpoint);
      await Promise.all([request.send(`${round}`), reply.echo(1)]);
      assertEquals(await request.receive(), [`${round}`]);
      await reply.leave(endpoint);
    }
  });
}

leave(libzmq);

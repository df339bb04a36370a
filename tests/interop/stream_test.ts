/**
 * STREAM against libzmq's, in both roles, over tcp and ipc; and libzmq's ZMTP as octets that a STREAM of ours reads.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Stream, text } from "../../mod.ts";
import { test, toHex } from "../harness.ts";
import { leave, type PeerSocket, RemotePeer } from "./peers.ts";

const libzmq = await RemotePeer.libzmq();
const LONG = "x".repeat(200_000);

/** Octets of one connection, until there are so many. */
async function ours(stream: Stream, count: number): Promise<string> {
  let got = "";
  while (got.length < count) got += text((await stream.receive())[1]);
  return got;
}

async function theirs(socket: PeerSocket, count: number): Promise<string> {
  let got = "";
  while (got.length < count) got += (await socket.receive())[1]!;
  return got;
}

/** What both do once there is a connection: talk, and end it. */
async function talk(stream: Stream, socket: PeerSocket, who: "we" | "libzmq"): Promise<void> {
  const [id, nothing] = await stream.receive();
  const [theirId, begun] = await socket.receive();
  assertEquals([id!.length, nothing!.length, theirId!.length, begun], [5, 0, 5, ""]);
  await stream.send([id!, "ping"]);
  assertEquals(await theirs(socket, 4), "ping");
  await socket.send(theirId!, "pong");
  assertEquals(await ours(stream, 4), "pong");
  await stream.send([id!, LONG]);
  assertEquals(await theirs(socket, LONG.length), LONG);
  await socket.send(theirId!, LONG);
  assertEquals(await ours(stream, LONG.length), LONG);
  if (who === "we") {
    await stream.send([id!, "last words"]);
    await stream.send([id!, ""]);
    assertEquals(await theirs(socket, 10), "last words");
    assertEquals(await socket.receive(), [theirId!, ""], "libzmq hears of the end");
  } else {
    await socket.send(theirId!, "");
    // libzmq ends a connection while its application asks for something.
    const asking = socket.receive().catch(() => {});
    assertEquals((await stream.receive()).map(toHex), [toHex(id!), ""], "we hear of the end");
    await socket.close(0);
    await asking;
  }
}

for (const endpoint of ["tcp://127.0.0.1:*", "ipc://*"]) {
  for (const who of ["we", "libzmq"] as const) {
    test(`over ${endpoint} our STREAM binds, libzmq's connects, and ${who} end it`, async () => {
      await using stream = new Stream();
      await using socket = await libzmq.socket("STREAM");
      await socket.connect(await stream.bind(endpoint));
      await talk(stream, socket, who);
    });

    test(`over ${endpoint} libzmq's STREAM binds, ours connects, and ${who} end it`, async () => {
      await using stream = new Stream({ reconnectInterval: 0 });
      await using socket = await libzmq.socket("STREAM");
      stream.connect(await socket.bind(endpoint));
      await talk(stream, socket, who);
    });
  }
}

test("a libzmq PUSH that dials a STREAM of ours is octets: the signature of its greeting", async () => {
  await using stream = new Stream({ notify: false });
  await using push = await libzmq.socket("PUSH");
  await push.connect(await stream.bind("tcp://127.0.0.1:*"));
  const [id, signature] = await stream.receive();
  assertEquals(toHex(signature!), "FF 00 00 00 00 00 00 00 01 7F");
  await stream.send([id!, signature!]);
  assertMatch(toHex((await stream.receive())[1]!), /^03/);
});

leave(libzmq);

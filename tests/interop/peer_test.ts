/** PEER and libzmq's, over tcp, ipc and CURVE, each side binding and connecting. @module */

import { arch, platform } from "node:process";
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { EVERYTHING, MANY } from "./contents.ts";
import { CURVE } from "./keys.ts";
import { meet, PAIRINGS } from "./matrix.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";

// The C interface of libzmq is inside an addon of npm `zeromq`, and called from Deno.
const skip = platform !== "linux" || arch !== "x64";
const pairing = PAIRINGS.find(({ byId }) => byId)!;
const ours = new LocalPeer();
const libzmq = skip ? undefined : await RemotePeer.libzmqByFfi();

const WAYS = [
  ["tcp", "tcp://127.0.0.1:*", undefined],
  ["ipc", "ipc://*", undefined],
  ["CURVE over tcp", "tcp://127.0.0.1:*", CURVE],
] as const;

for (const [name, endpoint, secured] of WAYS) {
  for (const binds of ["first", "second"] as const) {
    test(`${name}: a PEER that ${binds === "first" ? "binds" : "connects"} talks to libzmq's`, async () => {
      const meeting = { pairing, first: ours, second: libzmq!, binds, endpoint, ...(secured && { secured }) };
      await meet(meeting, EVERYTHING, MANY);
    }, { skip });
  }
}

test("each side knows the other by a number of its own, which is never on the wire", async () => {
  await using one = await ours.socket("PEER");
  await using other = await libzmq!.socket("PEER");
  const id = await one.connectPeer(await other.bind());
  await one.send(id, "hello");
  const [from, hello] = await other.receive();
  assertEquals([from!.length, hello], [4, "hello"]);
  await other.send(from!, "hello yourself");
  assertEquals(await one.receive(), [id, "hello yourself"]);
}, { skip });

if (libzmq !== undefined) leave(libzmq);

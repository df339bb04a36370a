import { assertEquals } from "@std/assert";
import type { EngineHandler, PeerInfo } from "../../src/engine/engine.ts";
import { RawEngine } from "../../src/engine/raw_engine.ts";
import { hex, test, toHex } from "../harness.ts";

/** An engine, and what it tells. */
function recorded(notify: boolean): { engine: RawEngine; log: string[]; handler: { full: boolean; peer?: PeerInfo } } {
  const log: string[] = [];
  const handler: EngineHandler & { full: boolean; peer?: PeerInfo } = {
    full: false,
    ready(peer) {
      this.peer = peer;
      log.push("ready");
    },
    message(message) {
      log.push(`[${message.map(toHex).join("|")}]`);
      return !this.full;
    },
    control: () => true,
    output: () => log.push("output"),
    fail: (error) => log.push(`fail ${error.message}`),
  };
  return { engine: new RawEngine(handler, notify), log, handler };
}

test("all is ready at once, and says nothing; each chunk is a message, whatever is in it", () => {
  const { engine, log, handler } = recorded(false);
  engine.start();
  engine.receive(hex("FF 00 7F"));
  engine.receive(hex("00"));
  assertEquals(log, ["ready", "[FF 00 7F]", "[00]"]);
  engine.over();
  assertEquals([log.length, engine.takeOutput(), engine.hungUp()], [3, undefined, undefined]);
  assertEquals([engine.nextTick, engine.tick(), engine.roundTrip], [Infinity, Infinity, undefined]);
  assertEquals([handler.peer?.version, handler.peer?.mechanism, handler.peer?.socketType], ["", "", ""]);
});

test("with notify, the connection begins and ends with an empty message", () => {
  const { engine, log } = recorded(true);
  engine.start();
  engine.receive(hex("61"));
  engine.over();
  assertEquals(log, ["ready", "[]", "[61]", "[]"]);
});

test("while the handler wants no more, chunks wait, and keep their order", () => {
  const { engine, log, handler } = recorded(true);
  handler.full = true;
  engine.start();
  for (const octet of ["01", "02", "03"]) engine.receive(hex(octet));
  assertEquals(log, ["ready", "[]"]);
  engine.resume();
  assertEquals(log.at(-1), "[01]");
  handler.full = false;
  engine.resume();
  engine.receive(hex("04"));
  assertEquals(log.slice(2), ["[01]", "[02]", "[03]", "[04]"]);
});

/** Many sockets share their defaults; what one is given shows at that one alone. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { OptionStore } from "../../src/socket/settings.ts";
import { test } from "../harness.ts";

test("a socket holds the options that it was given, and looks the others up where all like it do", () => {
  const context = { sendHighWaterMark: 7 };
  const [one, other] = [new OptionStore("PUSH", context), new OptionStore("PUSH", context)];
  assertEquals(Object.keys(one.settings), []);
  assertStrictEquals(Object.getPrototypeOf(one.settings), Object.getPrototypeOf(other.settings));
  one.put("sendHighWaterMark", one.check("sendHighWaterMark", 0));
  assertEquals(Object.keys(one.settings), ["sendHighWaterMark"]);
  assertEquals([one.get("sendHighWaterMark"), one.settings.sendHighWaterMark], [0, Infinity]);
  assertEquals([other.get("sendHighWaterMark"), other.settings.sendHighWaterMark], [7, 7]);
  one.put("sendHighWaterMark", one.check("sendHighWaterMark", undefined));
  assertEquals([one.get("sendHighWaterMark"), one.settings.sendHighWaterMark], [7, 7]);
});

test("each type has defaults of its own, and takes from its context what it heeds", () => {
  const context = { routingId: "me", receiveHighWaterMark: 3 };
  const [push, sub] = [new OptionStore("PUSH", context), new OptionStore("SUB", context)];
  assertEquals([push.settings.linger, sub.settings.linger], [5000, 0]);
  assertEquals([push.settings.routingId, push.get("routingId")], [undefined, undefined]);
  // PUSH does not heed it, and pauses a peer at the usual mark if that sends all the same.
  assertEquals([push.settings.receiveHighWaterMark, push.get("receiveHighWaterMark")], [1000, undefined]);
  assertEquals([sub.settings.receiveHighWaterMark, sub.get("receiveHighWaterMark")], [3, 3]);
});

test("octets that were given are handed out as copies", () => {
  const store = new OptionStore("REQ", { routingId: new Uint8Array([1]) });
  (store.get("routingId") as Uint8Array)[0] = 9;
  assertEquals(store.get("routingId"), new Uint8Array([1]));
  assertEquals(store.settings.routingId, new Uint8Array([1]));
});

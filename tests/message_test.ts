import { assertEquals, assertThrows } from "@std/assert";
import { json, type MessageInput, text, textFrame, toMessage } from "../src/message.ts";
import { hex, test } from "./harness.ts";

test("each kind of part becomes a frame", () => {
  const octets = hex("01 02 03 04");
  assertEquals(toMessage(octets), [octets]);
  assertEquals(toMessage(octets.buffer), [octets]);
  assertEquals(toMessage(new Uint16Array(octets.buffer, 2, 1)), [hex("03 04")]);
  assertEquals(toMessage(new DataView(octets.buffer, 1, 2)), [hex("02 03")]);
  assertEquals(toMessage("hé€😀"), [hex("68 C3A9 E282AC F09F9880")]);
  assertEquals(toMessage(""), [hex("")]);
  assertEquals(toMessage(null), [hex("")]);
  assertEquals(toMessage(["a", null, octets]), [hex("61"), hex(""), octets]);
});

test("octets are not copied, but for memory that others may change meanwhile", () => {
  const octets = hex("01 02");
  assertEquals(toMessage(octets)[0] === octets, true);
  assertEquals(toMessage([octets])[0] === octets, true);
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  for (const input of [shared, shared.buffer, [shared], [shared.buffer]]) {
    const [frame] = toMessage(input);
    shared[0] = 9;
    assertEquals(frame, hex("00 00"));
    assertEquals(frame!.buffer instanceof ArrayBuffer, true);
    shared[0] = 0;
  }
});

test("the array that a caller hands over is not the message, so it may be used again", () => {
  const parts = ["a", "b"];
  const message = toMessage(parts);
  parts.length = 0;
  assertEquals(message, [hex("61"), hex("62")]);
});

test("text of every length and script is UTF-8, also across the slabs that short texts share", () => {
  const encoder = new TextEncoder();
  const frames: Uint8Array[] = [];
  const texts: string[] = [];
  for (let i = 0; i < 600; i++) {
    const unit = ["x", "é", "€", "😀", "\ud800"][i % 5]!;
    texts.push("a".repeat(i % 7) + unit.repeat(i) + "z");
    frames.push(textFrame(texts[i]!));
  }
  // Later texts must not have touched earlier ones.
  for (let i = 0; i < 600; i++) assertEquals(frames[i], encoder.encode(texts[i]), `text ${i}`);
});

test("what is no part throws, and says which part it was and what it is", () => {
  const wrong = (input: unknown, message: string) => {
    const error = assertThrows(() => toMessage(input as MessageInput), TypeError);
    const wanted = "wanted text, octets (Uint8Array, ArrayBuffer or a view) or null";
    assertEquals(error.message, `Cannot send a message: ${message}, ${wanted}`);
    assertEquals((error as TypeError & { code: string }).code, "EINVAL");
  };
  wrong(undefined, "the message is undefined");
  wrong(5, "the message is 5");
  wrong({}, "the message is an object (Object)");
  wrong(Object.create(null), "the message is an object (no class)");
  wrong(() => 1, "the message is a function");
  wrong(Symbol("s"), "the message is a symbol");
  wrong([[1, 2]], "part 0 is an array of 2");
  wrong(["a", undefined], "part 1 is undefined");
  wrong(new Array(1), "part 0 is undefined");
  const none = assertThrows(() => toMessage([]), TypeError);
  assertEquals(none.message, "Cannot send a message: it has no parts, wanted at least one");
});

test("a frame is read as text and as JSON", () => {
  assertEquals(text(hex("68 C3A9")), "hé");
  assertEquals(text(hex("68 FF")), "h\ufffd");
  assertEquals(text(undefined), "");
  assertEquals(json(hex("7B 22 61 22 3A 31 7D")), { a: 1 });
  assertThrows(() => json(hex("7B")), SyntaxError);
});

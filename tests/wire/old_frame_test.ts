import { assertEquals } from "@std/assert";
import { encodeFrame } from "../../src/wire/batch.ts";
import { MORE } from "../../src/wire/frame.ts";
import { OldFrameReader, OldFrameWriter } from "../../src/wire/old_frame.ts";
import { hex, test, toHex } from "../harness.ts";

/** `header`, and octets that count up. */
function counted(header: string, size: number): Uint8Array {
  const start = hex(header);
  const octets = new Uint8Array(start.length + size);
  octets.set(start);
  for (let i = 0; i < size; i++) octets[start.length + i] = i;
  return octets;
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    octets.set(piece, at);
    at += piece.length;
  }
  return octets;
}

/** Frames as RFC 13 has them, as they are rewritten for reading, and as they lie in a queue that is to go out. */
const VECTORS: readonly { name: string; old: Uint8Array; read: Uint8Array; queued?: Uint8Array }[] = [
  { name: "an anonymous identity", old: hex("01 00"), read: hex("00 00"), queued: hex("00 00") },
  { name: "a message", old: hex("03 00 68 69"), read: hex("00 02 68 69"), queued: hex("00 02 68 69") },
  {
    name: "two frames",
    old: hex("01 00 02 01 61 02 00 62"),
    read: hex("00 00 01 01 61 00 01 62"),
    queued: hex("00 00 01 01 61 00 01 62"),
  },
  {
    name: "the longest short frame",
    old: counted("FE 00", 253),
    read: counted("00 FD", 253),
    queued: counted("00 FD", 253),
  },
  {
    name: "the shortest long frame",
    old: counted("FF 00 00 00 00 00 00 00 FF 00", 254),
    read: counted("02 00 00 00 00 00 00 00 FE", 254),
    queued: counted("00 FE", 254),
  },
  {
    name: "a frame of 255 octets",
    old: counted("FF 00 00 00 00 00 00 01 00 00", 255),
    read: counted("02 00 00 00 00 00 00 00 FF", 255),
    queued: counted("00 FF", 255),
  },
  {
    name: "a frame of 70000 octets with another behind it",
    old: joined(counted("FF 00 00 00 00 00 01 11 71 00", 70000), hex("02 00 7A")),
    read: joined(counted("02 00 00 00 00 00 01 11 70", 70000), hex("00 01 7A")),
    queued: joined(counted("02 00 00 00 00 00 01 11 70", 70000), hex("00 01 7A")),
  },
  {
    name: "a short body behind a long header",
    old: hex("FF 00 00 00 00 00 00 00 02 00 61"),
    read: hex("02 00 00 00 00 00 00 00 01 61"),
  },
  { name: "flags that mean nothing", old: hex("01 00 02 FE 61 02 FF 62"), read: hex("00 00 00 01 61 01 01 62") },
];

for (const { name, old, read, queued } of VECTORS) {
  test(`${name}: read however the octets arrive`, () => {
    const cuts = Array.from({ length: Math.min(old.length, 40) + 1 }, (_, i) => i);
    for (const cut of [...cuts, old.length - 1]) {
      const reader = new OldFrameReader();
      const given = old.slice();
      const got = joined(reader.read(given.subarray(0, cut)), reader.read(given.subarray(cut)));
      assertEquals(toHex(got), toHex(read), `cut at ${cut}`);
      assertEquals([given, reader.fault], [old, undefined], "the chunk is left as it is");
    }
    if (old.length > 1000) return;
    const reader = new OldFrameReader();
    assertEquals(toHex(joined(...Array.from(old, (octet) => reader.read(Uint8Array.of(octet))))), toHex(read));
  });

  test(`${name}: written`, () => {
    assertEquals(toHex(new OldFrameWriter().seal([queued!])), toHex(old));
  }, { skip: queued === undefined });
}

test("a body that is a run of its own follows the header at the end of the last, in one write or the next", () => {
  const body = counted("", 300);
  const runs = [hex("00 01 61 03 00 00 00 00 00 00 01 2C"), body, hex("00 00")];
  const wanted = toHex(joined(hex("02 00 61 FF 00 00 00 00 00 00 01 2D 01"), body, hex("01 00")));
  assertEquals(toHex(new OldFrameWriter().seal(runs)), wanted);
  const writer = new OldFrameWriter();
  assertEquals(toHex(joined(...runs.map((run) => writer.seal([run])))), wanted);
});

test("what is written is read again, whatever its length", () => {
  for (const size of [0, 1, 252, 253, 254, 255, 256, 257, 65534, 65535, 65536]) {
    const frames = joined(encodeFrame(0, hex("")), encodeFrame(MORE, counted("", size)), encodeFrame(0, hex("61")));
    const reader = new OldFrameReader();
    const read = reader.read(new OldFrameWriter().seal([frames]));
    assertEquals(toHex(new OldFrameWriter().seal([read])), toHex(new OldFrameWriter().seal([frames])), `${size}`);
  }
});

const FAULTS: readonly { wire: string; found: string; read?: string }[] = [
  { wire: "00", found: "Cannot read frame: a frame's length is 0, wanted 1 or more: its flags count" },
  {
    wire: "01 00 02 00 61 00 05",
    found: "Cannot read frame: a frame's length is 0, wanted 1 or more: its flags count",
    read: "00 00 00 01 61",
  },
  {
    wire: "FF 00 00 00 00 00 00 00 00 00",
    found: "Cannot read frame: a frame's length is 0, wanted 1 or more: its flags count",
  },
  {
    wire: toHex(new TextEncoder().encode("GET / HTTP/1.1\r\n")),
    found:
      "Cannot read greeting: the first frame's flags are 0x45, so the peer speaks no ZMTP, wanted an identity's, 0x00",
  },
  {
    wire: "16 03 01 02 00 01 00",
    found:
      "Cannot read greeting: the first frame's flags are 0x03, so the peer speaks no ZMTP, wanted an identity's, 0x00",
  },
];

test("what breaks the grammar is kept as a fault behind what came before it, however the octets arrive", () => {
  for (const { wire, found, read = "" } of FAULTS) {
    const octets = hex(wire);
    for (let cut = 0; cut <= octets.length; cut++) {
      const reader = new OldFrameReader();
      const got = joined(reader.read(octets.subarray(0, cut)), reader.read(octets.subarray(cut)));
      assertEquals(reader.fault?.message, found, wire);
      assertEquals(toHex(got), toHex(hex(read)));
      assertEquals(reader.read(hex("01 00")).length, 0, "nothing is read after it");
    }
  }
});

test("a length that no number can hold is handed on exactly, to be judged where all are", () => {
  const read = (wire: string) => toHex(new OldFrameReader().read(hex(wire)));
  assertEquals(read("FF FF FF FF FF FF FF FF FF 00"), "02 FF FF FF FF FF FF FF FE");
  assertEquals(read("FF 00 20 00 00 00 00 00 00 00"), "02 00 1F FF FF FF FF FF FF");
});

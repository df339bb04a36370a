import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { FrameDecoder, type FrameSink } from "../../src/wire/frame.ts";
import { hex, test } from "../harness.ts";
import { Random } from "../random.ts";
import { plainDecode, plainEncode, type PlainFrame } from "./reference.ts";

const LIMIT = 1_000_000;

/** Keeps the frames it is given; stops after each that `stop` says. */
class Recorder implements FrameSink {
  readonly frames: PlainFrame[] = [];
  stop: (flags: number, body: Uint8Array) => boolean = () => false;

  frame(flags: number, body: Uint8Array): boolean {
    this.frames.push({ flags, body });
    return !this.stop(flags, body);
  }
}

function decode(pieces: readonly Uint8Array[], limit = LIMIT): PlainFrame[] {
  const recorder = new Recorder();
  const decoder = new FrameDecoder(recorder, limit);
  for (const piece of pieces) decoder.decode(piece);
  return recorder.frames;
}

/** Octets whose body is not spelled out: a header, and `size` octets that count up. */
function counted(header: string, size: number): Uint8Array {
  const octets = new Uint8Array(hex(header).length + size);
  octets.set(hex(header));
  for (let i = 0; i < size; i++) octets[octets.length - size + i] = i;
  return octets;
}

function body(size: number): Uint8Array {
  return counted("", size);
}

function refused(pieces: readonly Uint8Array[], limit: number, message: string): void {
  const error = assertThrows(() => decode(pieces, limit), ProtocolError);
  assertEquals(error.message, `Cannot read frame: ${message}`);
  assertEquals(error.phase, "handshake");
}

const VECTORS: readonly { name: string; wire: Uint8Array; frames: readonly PlainFrame[] }[] = [
  { name: "a final frame", wire: hex("00 05 68 65 6C 6C 6F"), frames: [{ flags: 0, body: hex("68 65 6C 6C 6F") }] },
  {
    name: "two frames of one message",
    wire: hex("01 01 61 00 05 77 6F 72 6C 64"),
    frames: [{ flags: 1, body: hex("61") }, { flags: 0, body: hex("77 6F 72 6C 64") }],
  },
  {
    name: "an empty delimiter before a body",
    wire: hex("01 00 00 04 70 69 6E 67"),
    frames: [{ flags: 1, body: hex("") }, { flags: 0, body: hex("70 69 6E 67") }],
  },
  { name: "an empty message", wire: hex("00 00"), frames: [{ flags: 0, body: hex("") }] },
  {
    name: "a command",
    wire: hex("04 07 04 50 49 4E 47 00 00"),
    frames: [{ flags: 4, body: hex("04 50 49 4E 47 00 00") }],
  },
  {
    name: "a command between two frames of a message",
    wire: hex("01 01 61 04 05 04 50 4F 4E 47 00 01 62"),
    frames: [{ flags: 1, body: hex("61") }, { flags: 4, body: hex("04 50 4F 4E 47") }, { flags: 0, body: hex("62") }],
  },
  { name: "the longest short frame", wire: counted("00 FF", 255), frames: [{ flags: 0, body: body(255) }] },
  {
    name: "the shortest frame that must be long",
    wire: counted("02 00 00 00 00 00 00 01 00", 256),
    frames: [{ flags: 2, body: body(256) }],
  },
  {
    name: "a long frame of 300 octets, and one after it",
    wire: Uint8Array.of(...counted("02 00 00 00 00 00 00 01 2C", 300), 0, 1, 65),
    frames: [{ flags: 2, body: body(300) }, { flags: 0, body: hex("41") }],
  },
  {
    name: "LONG with a small size",
    wire: hex("02 00 00 00 00 00 00 00 02 61 62"),
    frames: [{ flags: 2, body: hex("61 62") }],
  },
  { name: "LONG with no body", wire: hex("03 00 00 00 00 00 00 00 00"), frames: [{ flags: 3, body: hex("") }] },
  { name: "a long command", wire: counted("06 00 00 00 00 00 00 01 00", 256), frames: [{ flags: 6, body: body(256) }] },
];

for (const { name, wire, frames } of VECTORS) {
  test(`reads ${name}, however the octets arrive`, () => {
    for (let cut = 0; cut <= wire.length; cut++) {
      assertEquals(decode([wire.subarray(0, cut), wire.subarray(cut)]), frames, `cut at ${cut}`);
    }
    assertEquals(decode(Array.from(wire, (octet) => Uint8Array.of(octet))), frames, "one octet at a time");
    for (let cut = 1; cut < wire.length; cut++) {
      // Whatever went before, the frame reads the same.
      const before = Uint8Array.of(0, 1, 65, ...wire.subarray(0, cut));
      assertEquals(decode([before, wire.subarray(cut)]).slice(1), frames, `after another, cut at ${cut}`);
    }
  });
}

test("refuses reserved flags and MORE on a command, wherever the octets are cut", () => {
  for (let flags = 0; flags < 256; flags++) {
    if ([0, 1, 2, 3, 4, 6].includes(flags)) continue;
    const named = `0x${flags.toString(16).padStart(2, "0")}`;
    const message = flags > 7
      ? `flags are ${named}, wanted the reserved bits 3-7 to be zero`
      : `flags are ${named}, wanted no MORE on a command`;
    const wire = (flags & 2) === 0 ? [flags, 1, 65] : [flags, 0, 0, 0, 0, 0, 0, 0, 1, 65];
    refused([Uint8Array.from(wire)], LIMIT, message);
    refused([Uint8Array.of(0, 1, 65, ...wire)], LIMIT, message);
    // Its first octet is enough.
    refused([Uint8Array.of(flags)], LIMIT, message);
  }
});

test("refuses a body over the limit from its header alone, wherever the header is cut", () => {
  const header = hex("02 00 00 00 00 00 00 01 2D");
  const message = "body is 301 octets, limit is 300";
  assertEquals(decode([hex("02 00 00 00 00 00 00 01 2C"), body(300)], 300).length, 1);
  for (let cut = 0; cut < header.length; cut++) {
    refused([header.subarray(0, cut), header.subarray(cut)], 300, message);
  }
  refused([hex("00 05")], 4, "body is 5 octets, limit is 4");
});

test("refuses sizes beyond all numbers, without taking memory for them", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const refusedAt = (size: string, shown: number) =>
    refused([hex(`02 ${size}`)], most, `body is ${shown} octets, limit is ${most}`);
  refusedAt("00 20 00 00 00 00 00 00", 2 ** 53);
  refusedAt("7F FF FF FF FF FF FF FF", 2 ** 63);
  refusedAt("80 00 00 00 00 00 00 00", 2 ** 63);
  refusedAt("FF FF FF FF FF FF FF FF", 2 ** 64);
  // The greatest that is allowed is only waited for.
  assertEquals(decode([hex("02 00 1F FF FF FF FF FF FF"), body(9)], most), []);
});

test("reads every octet of a size", () => {
  const sizeOf = (size: string) => {
    const error = assertThrows(() => decode([hex(`02 ${size}`)], 0), ProtocolError);
    return error.message.match(/body is (\d+) /)![1];
  };
  for (let at = 0; at < 8; at++) {
    const octets = new Array(8).fill("00");
    octets[at] = "91";
    assertEquals(sizeOf(octets.join("")), String(0x91 * 256 ** (7 - at)), `octet ${at}`);
  }
});

test("the limit is for all frames of a message together", () => {
  const part = (flags: number, size: number) => Uint8Array.from(plainEncode(flags, body(size)));
  assertEquals(decode([part(1, 60), part(0, 40), part(1, 99), part(0, 1)], 100).length, 4);
  const message = "body is 41 octets after 60 octets of the same message, limit is 100";
  const wire = Uint8Array.of(...part(1, 60), ...part(0, 41));
  for (let cut = 0; cut <= wire.length; cut++) refused([wire.subarray(0, cut), wire.subarray(cut)], 100, message);
  const longAfter = Uint8Array.of(...part(1, 60), 2, 0, 0, 0, 0, 0, 0, 1, 0);
  refused([longAfter], 300, "body is 256 octets after 60 octets of the same message, limit is 300");
});

test("a command has a limit of its own, and is not counted with the message around it", () => {
  const ping = hex("04 07 04 50 49 4E 47 00 00");
  const wire = Uint8Array.of(...plainEncode(1, body(90)), ...ping, ...ping, ...plainEncode(0, body(10)));
  for (let cut = 0; cut <= wire.length; cut++) {
    assertEquals(decode([wire.subarray(0, cut), wire.subarray(cut)], 100).length, 4, `cut at ${cut}`);
    // Shorter than a PING: messages of three octets, and heartbeats all the same.
    assertEquals(decode([ping.subarray(0, cut), ping.subarray(cut), hex("00 03 61 62 63")], 3).length, 2);
  }
  assertEquals(decode([counted("06 00 00 00 00 00 01 00 00", 65536)], 3).length, 1);
  refused([hex("06 00 00 00 00 00 01 00 01")], 3, "body is 65537 octets, limit is 65536");
  refused([plainMore(90), hex("06 00 00 00 00 00 01 00 01")], 100, "body is 65537 octets, limit is 65536");
  refused([hex("06 00 00 00 00 00 03 00 01")], 0x30000, "body is 196609 octets, limit is 196608");
});

function plainMore(size: number): Uint8Array {
  return Uint8Array.from(plainEncode(1, body(size)));
}

test("an error names the phase that the decoder was told", () => {
  const decoder = new FrameDecoder(new Recorder(), LIMIT);
  decoder.phase = "traffic";
  assertEquals(assertThrows(() => decoder.decode(hex("08")), ProtocolError).phase, "traffic");
});

test("a limit that the sink changes holds for what comes next, whether it stops or not", () => {
  for (const stops of [true, false]) {
    for (const [before, after] of [[100, 1000], [1000, 100]] as const) {
      const run = (size: number): number => {
        const recorder = new Recorder();
        const decoder = new FrameDecoder(recorder, before);
        let first = true;
        recorder.stop = () => {
          if (first) decoder.limit = after;
          const stop = first && stops;
          first = false;
          return stop;
        };
        decoder.decode(Uint8Array.from(plainEncode(4, body(3))));
        if (decoder.stopped) decoder.resume();
        decoder.decode(Uint8Array.from(plainEncode(0, body(size))));
        return recorder.frames.length;
      };
      assertEquals(run(after), 2);
      assertThrows(() => run(after + 1), ProtocolError);
    }
  }
});

test("after a stop nothing comes until resumed, then all of it, in order, at every cut", () => {
  const wire = Uint8Array.of(
    ...plainEncode(1, hex("61")),
    ...plainEncode(0, hex("")),
    ...plainEncode(4, hex("01 41")),
    ...plainEncode(0, body(300)),
    ...plainEncode(0, hex("62")),
  );
  const frames = plainDecode(wire);
  for (let cut = 0; cut <= wire.length; cut++) {
    for (let stopAt = 1; stopAt <= frames.length; stopAt++) {
      const recorder = new Recorder();
      const decoder = new FrameDecoder(recorder, LIMIT);
      recorder.stop = () => recorder.frames.length === stopAt;
      decoder.decode(wire.subarray(0, cut));
      decoder.decode(wire.subarray(cut));
      assertEquals(recorder.frames, frames.slice(0, stopAt), `stop after ${stopAt}, cut at ${cut}`);
      assertEquals(decoder.stopped, true);
      decoder.resume();
      assertEquals(decoder.stopped, false);
      assertEquals(recorder.frames, frames, `stop after ${stopAt}, cut at ${cut}`);
    }
  }
});

test("a sink that stops at every frame gets one for each resume", () => {
  const recorder = new Recorder();
  recorder.stop = () => true;
  const decoder = new FrameDecoder(recorder, LIMIT);
  for (let i = 0; i < 5; i++) decoder.decode(Uint8Array.of(0, 1, i, 0, 1, i));
  for (let i = 1; i <= 10; i++) {
    assertEquals(recorder.frames.length, i);
    decoder.resume();
  }
  assertEquals(recorder.frames.map((frame) => frame.body[0]), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
});

test("a body that lies in one chunk is a view of it; one that does not has memory of its own", () => {
  const wire = hex("00 02 61 62");
  assertEquals(decode([wire])[0]!.body.buffer === wire.buffer, true);
  assertEquals(decode([wire.subarray(0, 3), wire.subarray(3)])[0]!.body.buffer === wire.buffer, false);
});

test("a long body is put together from pieces of every size", () => {
  for (const size of [8191, 8192, 8193, 70_000, 300_000]) {
    const wire = Uint8Array.from(plainEncode(0, body(size), true));
    for (const step of [1, 7, 1000, 8191, 8192, 8193, 65536]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < wire.length; at += step) pieces.push(wire.subarray(at, at + step));
      const [frame] = decode(pieces);
      assertEquals(frame!.body.length, size);
      assertEquals(frame!.body.every((octet, i) => octet === (i & 255)), true, `${size} in steps of ${step}`);
    }
  }
});

test("a trickle of small pieces of a long body does not hold the chunks that they came in", () => {
  // If a chunk is held, what is done to it afterwards shows in the body.
  const decoded = new Recorder();
  const decoder = new FrameDecoder(decoded, LIMIT);
  decoder.decode(hex("02 00 00 00 00 00 01 86 A0"));
  for (let at = 0; at < 100_000;) {
    const chunk = new Uint8Array(Math.min(8191, 100_000 - at)).fill(1);
    decoder.decode(chunk);
    chunk.fill(2);
    at += chunk.length;
  }
  assertEquals(decoded.frames[0]!.body.every((octet) => octet === 1), true);
});

test("what is read into the decoder's room is not copied, and what it has not kept can be overwritten", () => {
  const random = new Random(5);
  for (let round = 0; round < 20; round++) {
    const sizes = [300_000, 20_000, 16_384, 70_000, 3, 0, 16_383, 500_000, 9000].sort(() => random.below(3) - 1);
    const wire = Uint8Array.from(sizes.flatMap((size) => plainEncode(0, random.octets(size), size > 255)));
    const recorder = new Recorder();
    recorder.stop = () => random.below(3) === 0;
    const decoder = new FrameDecoder(recorder, LIMIT);
    const most = random.pick([10_000, 65_536, 200_000]);
    let memory = new Uint8Array(131_072);
    let inPlace = 0;
    for (let at = 0; at < wire.length;) {
      const room = decoder.room();
      const place = room ?? memory;
      const count = Math.min(1 + random.below(most), place.length, wire.length - at);
      place.set(wire.subarray(at, at += count));
      const kept = decoder.decode(place.subarray(0, count));
      if (room !== undefined) inPlace += count;
      else if (kept) memory = new Uint8Array(memory.length);
      else memory.fill(0xee);
      while (decoder.stopped) decoder.resume();
    }
    assertEquals(recorder.frames, plainDecode(wire), `round ${round}`);
    assertEquals(inPlace > 300_000, true, `${inPlace} octets in place`);
  }
});

test("room is at most sixteen times what has come of the body, or 8 KiB", () => {
  const decoder = new FrameDecoder(new Recorder(), Number.MAX_SAFE_INTEGER);
  assertEquals(decoder.room(), undefined);
  decoder.decode(hex("02 00 00 00 01 00 00 00 00")); // 4 GiB are promised.
  let have = 0;
  const sizes: number[] = [];
  for (let i = 0; i < 3; i++) {
    const room = decoder.room()!;
    sizes.push(room.length);
    decoder.decode(room);
    have += room.length;
  }
  assertEquals(sizes, [8192, 8192 * 15, 8192 * 16 * 15]);
  assertEquals(have, 8192 * 256);
});

test("there is no room to ask for when little is missing, nothing is, or nobody wants more", () => {
  const recorder = new Recorder();
  const decoder = new FrameDecoder(recorder, LIMIT);
  decoder.decode(hex("02 00 00 00 00 00 00 3F FF")); // 16383: not worth a read of its own.
  assertEquals(decoder.room(), undefined);
  assertEquals(decoder.decode(new Uint8Array(16_383)), false);
  recorder.stop = () => true;
  const long = new Uint8Array(9 + 100);
  long.set(hex("02 00 00 00 00 00 01 00 00"));
  const both = new Uint8Array([...hex("00 01 61"), ...long]);
  assertEquals(decoder.decode(both), true);
  assertEquals(decoder.room(), undefined);
  recorder.stop = () => false;
  decoder.resume();
  assertEquals(decoder.room()?.length, 1600 - 100 + 8192 - 1600);
});

test("random frames in random pieces are read as the plain decoder reads them", () => {
  const random = new Random(11);
  for (let round = 0; round < 60; round++) {
    const octets: number[] = [];
    let inMessage = false;
    for (let i = 0; i < 30; i++) {
      const size = random.pick([0, 1, 2, 13, 255, 256, 257, random.below(3000)]);
      const command = random.below(5) === 0;
      const more = !command && random.below(2) === 0;
      for (
        const octet of plainEncode(command ? 4 : more ? 1 : 0, random.octets(size), size > 255 || random.below(4) === 0)
      ) {
        octets.push(octet);
      }
      if (!command) inMessage = more;
    }
    if (inMessage) octets.push(0, 0);
    const wire = Uint8Array.from(octets);
    const recorder = new Recorder();
    recorder.stop = () => random.below(8) === 0;
    const decoder = new FrameDecoder(recorder, LIMIT);
    for (let at = 0; at < wire.length;) {
      const length = random.pick([1, 2, 3, 9, 100, 5000]);
      decoder.decode(wire.slice(at, at + length));
      at += length;
      if (random.below(2) === 0) { while (decoder.stopped) decoder.resume(); }
    }
    while (decoder.stopped) decoder.resume();
    assertEquals(recorder.frames, plainDecode(wire), `round ${round}`);
  }
});

import { concat } from "@std/bytes";
import { assertEquals, assertThrows } from "@std/assert";
import { keyOf } from "../../src/bytes/ascii.ts";
import { ProtocolError } from "../../src/errors.ts";
import { encodeFrame } from "../../src/wire/batch.ts";
import { Masks, ZwsFraming } from "../../src/wire/zws.ts";
import { ZwsDecoder } from "../../src/wire/zws_decoder.ts";
import { hex, test, toHex } from "../harness.ts";

/** Takes down what a decoder tells: `flags body`, or `opcode: payload`. */
class Taken {
  readonly log: string[] = [];
  readonly decoder: ZwsDecoder;
  full = false;

  constructor(masked: boolean, limit = 1_000_000) {
    const frame = (flags: number, body: Uint8Array): boolean => {
      this.log.push(`${flags} ${body.length > 40 ? body.length : keyOf(body)}`);
      return !this.full;
    };
    const control = (opcode: number, payload: Uint8Array): boolean => {
      this.log.push(`${opcode}: ${keyOf(payload)}`);
      return true;
    };
    this.decoder = new ZwsDecoder(masked, { frame }, { control }, limit);
  }
}

/** What a decoder makes of octets. They are unmasked in their place, so it gets a copy. */
function decode(masked: boolean, ...chunks: Uint8Array[]): string[] {
  const taken = new Taken(masked);
  for (const chunk of chunks) taken.decoder.decode(chunk.slice());
  return taken.log;
}

/** Octets of a client: each frame with the mask 37 FA 21 3D, worked by hand as in RFC 6455, section 5.7. */
const VECTORS: readonly { name: string; masked: boolean; wire: string; frames: readonly string[] }[] = [
  { name: "a frame", masked: false, wire: "82 03 00 68 69", frames: ["0 hi"] },
  { name: "an empty last frame, as libzmq sends it", masked: false, wire: "82 01 00", frames: ["0 "] },
  { name: "a frame of two", masked: false, wire: "82 02 01 41 82 02 00 42", frames: ["1 A", "0 B"] },
  { name: "a command", masked: false, wire: "82 02 02 41", frames: ["4 A"] },
  // 00^37, 48^FA, 65^21, 6C^3D, 6C^37, 6F^FA: "Hello" behind its flags.
  { name: "a masked frame", masked: true, wire: "82 86 37 FA 21 3D 37 B2 44 51 5B 95", frames: ["0 Hello"] },
  {
    name: "fragments, with a PING between them",
    masked: false,
    wire: "02 02 00 48 89 01 3F 00 02 65 6C 80 02 6C 6F",
    frames: ["9: ?", "0 Hello"],
  },
  {
    name: "masked fragments, each with its own mask, the first of them empty",
    masked: true,
    wire: "02 80 01 02 03 04 00 82 37 FA 21 3D 37 B2 80 81 65 00 00 00 00",
    frames: ["0 He"],
  },
  { name: "PONG and CLOSE", masked: false, wire: "8A 00 88 02 03 E8", frames: ["10: ", "8: \x03\xe8"] },
];

for (const { name, masked, wire, frames } of VECTORS) {
  test(`reads ${name}, however the octets arrive`, () => {
    const octets = hex(wire);
    assertEquals(decode(masked, ...Array.from(octets, (octet) => Uint8Array.of(octet))), [...frames]);
    for (let cut = 0; cut <= octets.length; cut++) {
      assertEquals(decode(masked, octets.subarray(0, cut), octets.subarray(cut)), [...frames], `cut at ${cut}`);
    }
  });
}

test("lengths take one, three or nine octets, and count the flags", () => {
  const sizes = [0, 1, 124, 125, 126, 254, 255, 65533, 65534, 65535, 65536, 70000];
  const heads: Record<number, string> = {
    124: "82 7D 00",
    125: "82 7E 00 7E 00",
    65534: "82 7E FF FF 00",
    65535: "82 7F 00 00 00 00 00 01 00 00 00",
  };
  for (const size of sizes) {
    const body = new Uint8Array(size).map((_, i) => i * 7);
    const framed = new ZwsFraming(undefined).frame([encodeFrame(0, body)]).slice();
    const head = heads[size];
    if (head !== undefined) assertEquals(toHex(framed.subarray(0, hex(head).length)), head);
    const taken: Uint8Array[] = [];
    const sink = { frame: (_: number, frame: Uint8Array) => taken.push(frame.slice()) > 0 };
    for (const step of [framed.length, 4096, 3]) {
      taken.length = 0;
      const decoder = new ZwsDecoder(false, sink, { control: () => true }, 100_000);
      for (let at = 0; at < framed.length; at += step) decoder.decode(framed.slice(at, at + step));
      assertEquals(taken, [body], `${size} octets in steps of ${step}`);
    }
  }
});

test("libzmq's frame of 200 octets to a client begins with 82 7E 00 C9 00", () => {
  assertEquals(
    toHex(new ZwsFraming(undefined).frame([encodeFrame(0, new Uint8Array(200))]).subarray(0, 5)),
    "82 7E 00 C9 00",
  );
});

test("a client's frames are masked, each with a mask of its own, at any length and alignment", () => {
  let drawn = 0;
  const masks = new Masks((octets) => octets.forEach((_, i) => octets[i] = drawn++ * 31 + i * 5));
  const framing = new ZwsFraming(masks);
  const bodies = [0, 1, 2, 3, 5, 63, 64, 65, 66, 67, 1000, 65537].map((size) => new Uint8Array(size).map((_, i) => i));
  const framed = framing.frame(bodies.map((body) => encodeFrame(0, body))).slice();
  for (const step of [framed.length, 1009]) {
    const taken: Uint8Array[] = [];
    const sink = { frame: (_: number, frame: Uint8Array) => taken.push(frame.slice()) > 0 };
    const decoder = new ZwsDecoder(true, sink, { control: () => true }, 100_000);
    for (let at = 0; at < framed.length; at += step) decoder.decode(framed.slice(at, at + step));
    assertEquals(taken, bodies, `in steps of ${step}`);
  }
});

test("flags and headers of ZMTP become those of ZWS, also where a header and its body are two runs", () => {
  const framing = new ZwsFraming(undefined);
  const runs = [hex("01 01 41 00 01 42 04 01 43"), hex("01 00 02 00 00 00 00 00 00 00 03"), hex("44 45 46")];
  assertEquals(toHex(framing.frame(runs)), "82 02 01 41 82 02 00 42 82 02 02 43 82 01 01 82 04 00 44 45 46");
  // The body comes with the next write.
  assertEquals(toHex(framing.frame([hex("00 02")])), "");
  assertEquals(toHex(framing.frame([hex("47 48"), hex("00 00")])), "82 03 00 47 48 82 01 00");
});

test("a slab full of empty frames grows as it is framed", () => {
  const frames = 32768;
  const framed = new ZwsFraming(new Masks(() => {})).frame([new Uint8Array(2 * frames)]);
  assertEquals(framed.length, 7 * frames);
});

for (
  const [what, masked, wire, message] of [
    ["a client's frame without a mask", true, "82 01 00", "it is not masked, wanted a client's"],
    ["a server's frame with one", false, "82 81 00 00 00 00 00", "it is masked, wanted a server's"],
    ["text", false, "81 01 41", "it is text, wanted octets"],
    ["a reserved bit", false, "C2 01 00", "a reserved bit is set"],
    ["a reserved opcode", false, "83 01 00", "its opcode is 3"],
    ["a reserved control", false, "8B 00", "its opcode is 11"],
    ["a control frame in pieces", false, "09 00", "it is a control frame, wanted it whole"],
    ["a control frame of 126 octets", false, "89 7E", "it is a control frame, wanted it whole"],
    ["a message within a message", false, "02 01 00 82 01 00", "another message begins before the last has ended"],
    ["the rest of nothing", false, "80 01 00", "it goes on with no message"],
    ["an empty message", false, "82 00", "it is empty, wanted flags"],
    ["an empty message in fragments", false, "02 00 80 00", "it is empty, wanted flags"],
    ["unknown flags", false, "82 01 03", "flags are 0x03"],
    ["ZMTP's flags of a command", false, "82 02 04 41", "flags are 0x04"],
  ] as const
) {
  test(`refuses ${what}, however the octets arrive`, () => {
    const octets = hex(wire);
    for (let cut = 0; cut <= octets.length; cut++) {
      const chunks = [octets.subarray(0, cut), octets.subarray(cut)];
      assertThrows(() => decode(masked, ...chunks), ProtocolError, message, `cut at ${cut}`);
    }
  });
}

test("a frame that is too long is refused by its header and flags, before its body has come", () => {
  const decode = (wire: string, limit: number) => {
    const taken = new Taken(false, limit);
    taken.decoder.decode(hex(wire));
    return taken.log;
  };
  assertThrows(
    () => decode("82 7F 00 00 00 01 00 00 00 00", 1e6),
    ProtocolError,
    "body is 4294967295 octets, limit is",
  );
  assertThrows(() => decode("82 7E 01 01 00", 255), ProtocolError, "body is 256 octets, limit is 255");
  assertEquals(decode("82 7E 01 01 02", 255), [], "a command may be longer");
  assertThrows(
    () => decode("82 05 01 41 42 43 44 82 04 00", 6),
    ProtocolError,
    "body is 3 octets after 4 octets of the same message",
  );
  // Fragments count together.
  assertThrows(() => decode("02 05 00 41 42 43 44 00 03", 6), ProtocolError, "body is 7 octets, limit is 6");
});

test("fragments without an end are refused, even empty ones", () => {
  const taken = new Taken(false);
  taken.decoder.decode(hex("02 01 00"));
  const many = new Uint8Array(2 * 65535);
  taken.decoder.decode(many);
  assertThrows(() => taken.decoder.decode(hex("00 00")), ProtocolError, "it has more than 65536 fragments");
});

test("who wants no more gets the rest later, also when the stop comes in fragments", () => {
  const taken = new Taken(true);
  taken.full = true;
  const frame = hex("82 82 01 02 03 04 01 43");
  taken.decoder.decode(concat([frame, frame, frame]).slice());
  assertEquals([taken.log.length, taken.decoder.stopped], [1, true]);
  taken.decoder.decode(frame.slice());
  taken.decoder.resume();
  assertEquals(taken.log.length, 2);
  taken.full = false;
  taken.decoder.resume();
  assertEquals(taken.log, Array.from({ length: 4 }, () => "0 A"));
});

test("the rest of a long body is read into its place", () => {
  const taken: Uint8Array[] = [];
  const decoder = new ZwsDecoder(false, { frame: (_, body) => taken.push(body) > 0 }, { control: () => true }, 1e6);
  const body = new Uint8Array(100_000).map((_, i) => i * 3);
  const framed = new ZwsFraming(undefined).frame([encodeFrame(0, body)]).slice();
  let at = 20_000;
  decoder.decode(framed.slice(0, at));
  for (let room = decoder.room(); room !== undefined; room = decoder.room()) {
    const count = Math.min(room.length, 7000, framed.length - at);
    room.set(framed.subarray(at, at + count));
    decoder.decode(room.subarray(0, count));
    at += count;
  }
  decoder.decode(framed.slice(at));
  assertEquals(taken, [body]);
});

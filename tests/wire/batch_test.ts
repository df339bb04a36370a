import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { BY_REFERENCE, type Message } from "../../src/message.ts";
import { Batch, encodeFrame, type Segment, SharedFrames, SLAB } from "../../src/wire/batch.ts";
import { hex, test, toHex } from "../harness.ts";
import { Random } from "../random.ts";
import { plainDecode, plainEncode, plainMessage } from "./reference.ts";

/** A body of `size` octets that count up from `from`. */
function body(size: number, from = 0): Uint8Array {
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) octets[i] = from + i;
  return octets;
}

/** Takes everything, released as it goes, and answers the octets. */
function drain(batch: Batch): Uint8Array {
  const octets: number[] = [];
  for (let segment = batch.take(); segment !== undefined; segment = batch.take()) {
    for (const octet of segment.bytes) octets.push(octet);
    batch.release(segment);
  }
  return Uint8Array.from(octets);
}

function encoded(...messages: Message[]): Uint8Array {
  const batch = new Batch();
  for (const message of messages) batch.append(message);
  return drain(batch);
}

/** Messages by their first octets, so that what is left of a queue can be read off. */
function names(octets: Uint8Array): string {
  let text = "";
  for (const { flags, body } of plainDecode(octets)) text += String.fromCharCode(body[0]!) + (flags & 1 ? "+" : " ");
  return text.trim();
}

/** A frame that `names` shows as one letter, of `size` octets. */
function named(letter: string, size = 3): Uint8Array {
  return new Uint8Array(size).fill(letter.charCodeAt(0));
}

test("messages are written as the grammar has them", () => {
  assertEquals(encoded([latin1("hello")]), hex("00 05 68 65 6C 6C 6F"));
  assertEquals(encoded([latin1("a"), latin1("world")]), hex("01 01 61 00 05 77 6F 72 6C 64"));
  assertEquals(encoded([hex(""), latin1("ping")]), hex("01 00 00 04 70 69 6E 67"));
  assertEquals(encoded([hex("")], [hex("")]), hex("00 00 00 00"));
});

test("the form is short up to 255 octets, long from 256; copies and references look the same", () => {
  assertEquals(toHex(encoded([body(255)]).subarray(0, 3)), "00 FF 00");
  assertEquals(toHex(encoded([body(256)]).subarray(0, 10)), "02 00 00 00 00 00 00 01 00 00");
  assertEquals(toHex(encoded([body(300), hex("")]).subarray(0, 9)), "03 00 00 00 00 00 00 01 2C");
  for (const size of [0, 1, 11, 12, 13, 14, 254, 255, 256, 257, 16383, 16384, 16385, 65536, 70_000]) {
    for (const message of [[body(size)], [body(size), body(2)], [body(2), body(size)], [body(size), body(size)]]) {
      assertEquals(encoded(message), Uint8Array.from(plainMessage(message)), `${message.map((part) => part.length)}`);
    }
  }
});

test("a frame of its own is written as one in a batch", () => {
  assertEquals(encodeFrame(4, latin1("\x04PING\0\0")), hex("04 07 04 50 49 4E 47 00 00"));
  for (const size of [0, 255, 256, 70_000]) {
    assertEquals(encodeFrame(1, body(size)), Uint8Array.from(plainEncode(1, body(size))));
  }
});

test("bodies under 16 KiB are copied when they are queued, so the caller may change them", () => {
  for (const size of [1, 12, 13, 300, BY_REFERENCE - 1]) {
    const batch = new Batch();
    const part = body(size);
    batch.append([part, part]);
    part.fill(0xee);
    assertEquals(drain(batch), Uint8Array.from(plainMessage([body(size), body(size)])), `${size} octets`);
  }
});

test("a body of 16 KiB is not copied: it is a segment as it is", () => {
  const batch = new Batch();
  const part = body(BY_REFERENCE);
  batch.append([latin1("a"), part, latin1("b")]);
  const segments = [batch.take()!, batch.take()!, batch.take()!];
  assertEquals(segments[1]!.bytes === part, true);
  assertEquals(segments.map(({ bytes }) => bytes.length), [12, BY_REFERENCE, 3]);
  assertEquals(segments.map(({ endsFrame }) => endsFrame), [false, true, true]);
  assertEquals(segments.map(({ endsMessage }) => endsMessage), [false, false, true]);
  assertEquals(segments.map(({ messages }) => messages), [0, 0, 1]);
});

test("a subscription is copied whatever its length, and counts as no message", () => {
  for (const size of [0, 255, 256, BY_REFERENCE, SLAB - 9, SLAB, 200_000]) {
    const batch = new Batch();
    const command = body(size);
    batch.append([latin1("a")]);
    batch.appendControl(4, command);
    batch.append([latin1("b")]);
    command.fill(0xee);
    assertEquals(batch.messages, 2);
    const wanted = [...plainMessage([latin1("a")]), ...plainEncode(4, body(size)), ...plainMessage([latin1("b")])];
    assertEquals(batch.length, wanted.length, `${size} octets`);
    assertEquals(drain(batch), Uint8Array.from(wanted));
    assertEquals([batch.messages, batch.length], [0, 0]);
  }
});

test("hundreds of small messages are one segment of one slab", () => {
  const batch = new Batch();
  // The first of a queue that has been quiet is small, and the next are not.
  for (let i = 0; i < 2000; i++) batch.append([body(64)]);
  const sizes: number[] = [];
  for (let segment = batch.take(); segment !== undefined; segment = batch.take()) sizes.push(segment.bytes.length);
  assertEquals(sizes[0]! <= 4096, true);
  assertEquals(sizes.length, 3);
  assertEquals(sizes.reduce((sum, size) => sum + size), 2000 * 66);
});

test("octets on loan stay as they are until they are released, whatever is queued meanwhile", () => {
  const random = new Random(5);
  const batch = new Batch();
  const loans: { segment: Segment; octets: Uint8Array }[] = [];
  const isSame = ({ segment, octets }: typeof loans[number]) => segment.bytes.every((octet, i) => octet === octets[i]);
  for (let step = 0; step < 1500; step++) {
    const size = random.pick([1, 64, 1000, 5000, 20_000]);
    if (random.below(3) > 0) batch.append([new Uint8Array(size).fill(step)]);
    else {
      const segment = batch.take();
      if (segment !== undefined) loans.push({ segment, octets: segment.bytes.slice() });
    }
    if (random.below(4) === 0) {
      const loan = loans.splice(random.below(loans.length), 1)[0];
      if (loan === undefined) continue;
      assertEquals(isSame(loan), true, `step ${step}`);
      batch.release(loan.segment);
    }
  }
  for (const loan of loans) assertEquals(isSame(loan), true);
});

test("a slab is used again once all that was in it is released, and not before", () => {
  const batch = new Batch();
  batch.append([latin1("a")]);
  const first = batch.take()!;
  batch.append([latin1("b")]);
  const second = batch.take()!;
  assertEquals(second.bytes.buffer === first.bytes.buffer, true);
  batch.release(first);
  // The second is still on loan: what comes now goes after it.
  batch.append([latin1("c")]);
  const third = batch.take()!;
  assertEquals(third.bytes.byteOffset, second.bytes.byteOffset + 3);
  batch.release(second);
  batch.release(third);
  batch.append([latin1("d")]);
  assertEquals(batch.take()!.bytes.byteOffset, 0);
});

test("a queue that has sent a long body holds no memory for its header", () => {
  const headers = Array.from({ length: 5 }, () => {
    const batch = new Batch();
    batch.append([body(BY_REFERENCE)]);
    const [header, long] = [batch.take()!, batch.take()!];
    batch.release(header);
    batch.release(long);
    return header.bytes.buffer;
  });
  assertEquals(new Set(headers).size, 1);
});

test("what many get is framed once: their segments are of one slab", () => {
  const frames = new SharedFrames();
  const batches = [new Batch(), new Batch(), new Batch()];
  const messages: Message[] = [[latin1("a")], [latin1("bc"), latin1("d")], [body(300)]];
  for (const message of messages) {
    frames.frame(message);
    for (const batch of batches) batch.appendShared(message, frames);
  }
  const segments = batches.map((batch) => batch.take()!);
  for (const segment of segments) {
    assertEquals(segment.bytes, Uint8Array.from(messages.flatMap(plainMessage)));
    assertEquals([segment.messages, segment.firstEnd, segment.endsMessage, segment.endsFrame], [3, 3, true, true]);
    assertEquals(segment.bytes.buffer === segments[0]!.bytes.buffer, true);
  }
});

test("whoever gets a part of it, alone or with others, gets that part, and memory is filled again when all have sent it", () => {
  const random = new Random(8);
  const frames = new SharedFrames();
  const peers = Array.from({ length: 5 }, () => ({
    batch: new Batch(),
    wanted: [] as number[],
    got: [] as number[],
    loans: [] as { segment: Segment; octets: Uint8Array }[],
  }));
  const slabs = new Set<object>();
  const settle = ({ batch, loans }: typeof peers[number]) => {
    const { segment, octets } = loans.shift()!;
    assertEquals(segment.bytes, octets, "what is on loan has changed");
    batch.release(segment);
  };
  for (let step = 0; step < 6000; step++) {
    const sizes = Array.from({ length: 1 + random.below(3) }, () => random.pick([0, 5, 64, 300, 2000]));
    if (random.below(100) === 0) sizes.push(random.pick([BY_REFERENCE, SLAB + 1, BY_REFERENCE - 1]));
    const message = sizes.map((size) => new Uint8Array(size).fill(step));
    const octets = plainMessage(message);
    // For long times all of them get everything, then some do.
    const chosen = step % 1000 < 700 ? peers : peers.filter(() => random.below(3) > 0);
    if (random.below(20) === 0) { for (const peer of chosen) append(peer.batch, peer.wanted); }
    else {
      frames.frame(message);
      if (frames.slab !== undefined) slabs.add(frames.slab);
      for (const peer of chosen) {
        peer.batch.appendShared(message, frames);
        for (const octet of octets) peer.wanted.push(octet);
      }
    }
    for (const peer of peers) {
      if (random.below(6) > 0) continue;
      for (let segment = peer.batch.take(); segment !== undefined; segment = peer.batch.take()) {
        for (const octet of segment.bytes) peer.got.push(octet);
        peer.loans.push({ segment, octets: segment.bytes.slice() });
      }
      while (peer.loans.length > 0 && random.below(10) > 0) settle(peer);
    }
  }
  for (const peer of peers) {
    while (peer.loans.length > 0) settle(peer);
    for (const octet of drain(peer.batch)) peer.got.push(octet);
    assertEquals(peer.got.length, peer.wanted.length);
    assertEquals(peer.got.every((octet, i) => octet === peer.wanted[i]), true);
    assertEquals([peer.batch.length, peer.batch.messages], [0, 0]);
  }
  assertEquals(slabs.size < 40, true, `${slabs.size} slabs`);

  /** A message of one's own in between. */
  function append(batch: Batch, wanted: number[]): void {
    const own = [body(random.below(100))];
    batch.append(own);
    wanted.push(...plainMessage(own));
  }
});

test("a few shared messages are copied rather than written by themselves, and many are not", () => {
  const frames = new SharedFrames();
  const all = new Batch();
  const some = new Batch();
  const publish = (message: Message, ...batches: Batch[]) => {
    frames.frame(message);
    for (const batch of batches) batch.appendShared(message, frames);
  };
  for (let i = 0; i < 20; i++) publish([body(64)], ...i % 2 === 0 ? [all, some] : [all]);
  assertEquals([all.take()!.messages, some.take()!.messages], [20, 10]);
  assertEquals(some.take(), undefined);
});

test("a connection lost in the midst of shared messages forgets what it had begun, and others nothing", () => {
  const frames = new SharedFrames();
  const batches = [new Batch(), new Batch()];
  for (const letter of "abc") {
    const message = [named(letter), named(letter)];
    frames.frame(message);
    for (const batch of batches) batch.appendShared(message, frames);
  }
  batches[0]!.clear();
  assertEquals([batches[0]!.messages, batches[0]!.length], [0, 0]);
  assertEquals(batches[0]!.take(), undefined);
  assertEquals(names(drain(batches[1]!)), "a+a b+b c+c");
});

test("a quiet queue goes back to small slabs", () => {
  const batch = new Batch();
  for (let i = 0; i < 2000; i++) batch.append([body(64)]);
  drain(batch);
  for (let i = 0; i < 2; i++) {
    batch.append([latin1("a")]);
    drain(batch);
  }
  batch.append([latin1("a")]);
  assertEquals(batch.take()!.bytes.buffer.byteLength, 4096);
});

test("when a connection is lost, the rest of a message whose beginning it took is forgotten, and nothing else", () => {
  const long = (letter: string) => named(letter, BY_REFERENCE);
  // A is long and then short, so it is three segments: up to A's header, A, and from a on.
  const queue = (): Batch => {
    const batch = new Batch();
    batch.append([named("x")]);
    batch.append([long("A"), named("a")]);
    batch.append([named("y")]);
    batch.append([named("z"), long("Z")]);
    batch.append([named("w")]);
    return batch;
  };
  const wanted = ["x A+a y z+Z w", "y z+Z w", "y z+Z w", "w", "w", ""];
  const torn = [false, true, true, true, false, false];
  for (let taken = 0; taken < 6; taken++) {
    const batch = queue();
    for (let i = 0; i < taken; i++) batch.take();
    const before = batch.messages;
    assertEquals(batch.discardTorn(), torn[taken], `after ${taken} segments`);
    assertEquals(before - batch.messages, torn[taken] ? 1 : 0);
    assertEquals(batch.discardTorn(), false);
    const { messages, length } = batch;
    const left = drain(batch);
    assertEquals(names(left), wanted[taken], `after ${taken} segments`);
    assertEquals(length, left.length);
    assertEquals(messages, wanted[taken]!.split(" ").filter((name) => name !== "").length);
  }
});

test("what is left after a torn message was forgotten can be torn, cleared and added to like any queue", () => {
  const make = () => {
    const batch = new Batch();
    batch.append([named("A", BY_REFERENCE), named("a")]);
    batch.append([named("y")]);
    batch.append([named("B", BY_REFERENCE), named("b")]);
    batch.append([named("z")]);
    batch.take();
    batch.discardTorn();
    return batch;
  };
  assertEquals(names(drain(make())), "y B+b z");
  const cleared = make();
  cleared.clear();
  cleared.append([named("w")]);
  assertEquals(names(drain(cleared)), "w");
  const again = make();
  again.take();
  assertEquals(again.discardTorn(), true);
  again.append([named("w")]);
  assertEquals(names(drain(again)), "z w");
});

test("clearing forgets all but the rest of a message whose beginning is out", () => {
  const wanted = ["", "A+a", "a", "Z", "", ""];
  for (let taken = 0; taken < 6; taken++) {
    const batch = new Batch();
    batch.append([named("x")]);
    batch.append([named("A", BY_REFERENCE), named("a")]);
    batch.append([named("y")]);
    batch.append([named("z"), named("Z", BY_REFERENCE)]);
    batch.append([named("w")]);
    let out: Segment | undefined;
    for (let i = 0; i < taken; i++) out = batch.take();
    batch.clear();
    const { messages, length } = batch;
    assertEquals(messages, wanted[taken] === "" ? 0 : 1, `after ${taken} segments`);
    batch.append([named("n")]);
    let left = new Uint8Array(0);
    let last: Segment | undefined;
    for (let segment = batch.take(); segment !== undefined; segment = batch.take()) {
      left = Uint8Array.of(...left, ...segment.bytes);
      last = segment;
    }
    assertEquals(left.length, length + 5);
    // If a header is out already, its body comes without one.
    const headless = out !== undefined && !out.endsFrame;
    const prefix = headless ? plainEncode(taken === 1 ? 1 : 0, named("?", BY_REFERENCE)).slice(0, 9) : [];
    const text = names(Uint8Array.of(...prefix, ...left));
    assertEquals(text, wanted[taken] === "" ? "n" : `${wanted[taken]} n`, `after ${taken} segments`);
    assertEquals([last!.endsMessage, last!.endsFrame], [true, true]);
  }
});

test("after clearing, a command may follow the rest of the message that is out", () => {
  const batch = new Batch();
  batch.append([named("A", BY_REFERENCE), named("a")]);
  batch.append([named("B", BY_REFERENCE)]);
  batch.take();
  batch.take();
  batch.clear();
  // The segment went on to the header of B, which is forgotten: it ends where a's frame does.
  const rest = batch.take()!;
  assertEquals(names(rest.bytes), "a");
  assertEquals([rest.endsFrame, rest.endsMessage, rest.messages], [true, true, 1]);
  assertEquals(batch.take(), undefined);
});

test("memory of what is cleared or forgotten is given back", () => {
  const batch = new Batch();
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 3000; i++) batch.append([body(64)]);
    batch.clear();
    assertEquals([batch.messages, batch.length, batch.take()], [0, 0, undefined]);
  }
  batch.append([named("a")]);
  assertEquals(batch.take()!.bytes.byteOffset, 0);
});

test("random calls leave what a plain queue of messages would, and the counters tell it", () => {
  const random = new Random(23);
  for (let round = 0; round < 30; round++) {
    const batch = new Batch();
    /** What is queued: the octets of each message or command that are not taken, and whether it counts. */
    let plain: { octets: Uint8Array; message: boolean; begun: boolean }[] = [];
    const loans: Segment[] = [];
    for (let step = 0; step < 150; step++) {
      const what = random.below(20);
      if (what < 9) {
        const sizes = Array.from(
          { length: 1 + random.below(4) },
          () => random.pick([0, 1, 12, 13, 255, 256, 4090, 16383, 16384, 20_000]),
        );
        const message = sizes.map((size) => new Uint8Array(size).fill(random.below(256)));
        batch.append(message);
        plain.push({ octets: Uint8Array.from(plainMessage(message)), message: true, begun: false });
      } else if (what < 11) {
        const command = new Uint8Array(random.pick([0, 5, 300, 17_000])).fill(random.below(256));
        batch.appendControl(4, command);
        plain.push({ octets: Uint8Array.from(plainEncode(4, command)), message: false, begun: false });
      } else if (what < 18) {
        const segment = batch.take();
        assertEquals(segment === undefined, plain.length === 0);
        if (segment === undefined) continue;
        loans.push(segment);
        let at = 0;
        let messages = 0;
        let clean = true;
        while (at < segment.bytes.length) {
          const [first] = plain;
          const length = Math.min(first!.octets.length, segment.bytes.length - at);
          for (let i = 0; i < length; i++) {
            if (segment.bytes[at + i] !== first!.octets[i]) {
              throw new Error(`round ${round}, step ${step}, octet ${at + i}`);
            }
          }
          at += length;
          clean = length === first!.octets.length;
          if (clean) {
            if (first!.message) messages++;
            plain.shift();
          } else {
            first!.octets = first!.octets.subarray(length);
            first!.begun = true;
          }
        }
        assertEquals([segment.messages, segment.endsMessage], [messages, clean], `round ${round}, step ${step}`);
      } else if (what === 18) {
        const torn = plain[0]?.begun === true;
        assertEquals(batch.discardTorn(), torn, `round ${round}, step ${step}`);
        if (torn) plain.shift();
      } else if (random.below(2) === 0) {
        batch.clear();
        plain = plain.filter((item) => item.begun);
      }
      if (random.below(2) === 0 && loans.length > 0) batch.release(loans.splice(random.below(loans.length), 1)[0]!);
      assertEquals(batch.messages, plain.filter((item) => item.message).length, `round ${round}, step ${step}`);
      assertEquals(
        batch.length,
        plain.reduce((sum, item) => sum + item.octets.length, 0),
        `round ${round}, step ${step}`,
      );
    }
  }
});

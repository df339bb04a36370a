/**
 * What streams do that no socket of a system does. What every link does is in `tests/conformance/`.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import type { LinkHandler } from "../../src/transport/link.ts";
import { type DuplexStream, GRACE, StreamLink } from "../../src/transport/stream_link.ts";
import { test } from "../harness.ts";
import { ManualClock, settled } from "../manual_clock.ts";
import { transformPair } from "../stream_transport.ts";

class Ear implements LinkHandler {
  readonly chunks: Uint8Array[] = [];
  error: Error | undefined;
  closings = 0;

  data(chunk: Uint8Array): void {
    this.chunks.push(chunk);
  }

  closed(error?: Error): void {
    this.closings++;
    this.error = error;
  }
}

function link(duplex: DuplexStream, clock = new ManualClock()): { link: StreamLink; ear: Ear; clock: ManualClock } {
  const made = new StreamLink(duplex, "attached://1", "peer", clock);
  const ear = new Ear();
  made.start(ear);
  return { link: made, ear, clock };
}

/** A readable that a test fills, and a writable that takes all it is given. */
function hands(): { duplex: DuplexStream; enqueue(chunk: unknown): void; close(): void; fail(error: unknown): void } {
  let source!: ReadableStreamDefaultController<ArrayBufferView>;
  const readable = new ReadableStream<ArrayBufferView>({ start: (controller) => void (source = controller) });
  return {
    duplex: { readable, writable: new WritableStream() },
    enqueue: (chunk) => source.enqueue(chunk as ArrayBufferView),
    close: () => source.close(),
    fail: (error) => source.error(error),
  };
}

for (
  const [name, chunk] of [
    ["a Uint8Array", Uint8Array.of(1, 2, 3)],
    ["a view of a larger buffer", Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4)],
    ["a DataView", new DataView(Uint8Array.of(0, 1, 2, 3).buffer, 1)],
    ["an Int8Array", Int8Array.of(1, 2, 3)],
    ["an ArrayBuffer", Uint8Array.of(1, 2, 3).buffer],
    ["a subclass", new class extends Uint8Array {}([1, 2, 3])],
    ["shared memory", shared(1, 2, 3)],
  ] as const
) {
  test(`a chunk may be ${name}; what is handed up is a plain Uint8Array`, async () => {
    const { duplex, enqueue } = hands();
    const { link: made, ear } = link(duplex);
    enqueue(chunk);
    await settled();
    assertEquals(ear.chunks.map((octets) => [...octets]), [[1, 2, 3]]);
    assertEquals(Object.getPrototypeOf(ear.chunks[0]), Uint8Array.prototype);
    assertEquals(ear.chunks[0]!.buffer instanceof ArrayBuffer, true);
    made.abort();
    await settled();
  });
}

function shared(...octets: number[]): Uint8Array {
  const view = new Uint8Array(new SharedArrayBuffer(octets.length));
  view.set(octets);
  return view;
}

for (const [chunk, shown] of [["text", '"text"'], [7, "7"], [undefined, "undefined"], [{}, "an object (Object)"]]) {
  test(`a chunk that is ${shown} ends the link, and says so`, async () => {
    const { duplex, enqueue } = hands();
    const { ear } = link(duplex);
    enqueue(chunk);
    await settled();
    assertEquals([ear.closings, ear.chunks.length], [1, 0]);
    assertEquals(
      ear.error?.message,
      `Cannot read from "attached://1": a chunk of its readable is ${shown}, wanted octets (a Uint8Array, a view or an ArrayBuffer)`,
    );
  });
}

test("no octets are no chunk", async () => {
  const { duplex, enqueue, close } = hands();
  const { ear } = link(duplex);
  for (const chunk of [new Uint8Array(0), new ArrayBuffer(0), new DataView(new ArrayBuffer(8), 8)]) enqueue(chunk);
  close();
  await settled();
  assertEquals([ear.chunks.length, ear.closings, ear.error], [0, 1, undefined]);
});

test("a reader may keep every chunk: what is written later, into the same memory, never shows in it", async () => {
  const [near, far] = transformPair();
  const { link: made } = link(near);
  const kept: Uint8Array[] = [];
  const keeping = (async () => {
    for await (const chunk of far.readable) kept.push(chunk as Uint8Array);
  })();
  const slab = new Uint8Array(1000);
  for (let i = 0; i < 50; i++) {
    slab.fill(i);
    await (i % 2 === 0 ? made.write(slab) : made.gather([slab.subarray(0, 10), slab.subarray(10)]));
    slab.fill(0xee);
  }
  made.close();
  await keeping;
  assertEquals(kept.map((chunk) => [chunk.length, ...new Set(chunk)]), Array.from({ length: 50 }, (_, i) => [1000, i]));
  assertEquals(new Set(kept.map(({ buffer }) => buffer)).size, 50, "each has memory of its own");
  assertEquals(kept.every(({ buffer }) => buffer.byteLength === 1000), true, "and keeps nothing else");
});

test("a long write goes out in chunks of 256 KiB, and in order", async () => {
  const [near, far] = transformPair();
  const { link: made } = link(near);
  const octets = new Uint8Array(1_000_000).map((_, i) => i % 251);
  const loan = made.gather([octets.subarray(0, 9), octets.subarray(9, 10), octets.subarray(10)]);
  const got: Uint8Array[] = [];
  const reading = (async () => {
    for await (const chunk of far.readable) got.push(chunk as Uint8Array);
  })();
  await loan;
  made.close();
  await reading;
  assertEquals(got.map(({ length }) => length), [262144, 262144, 262144, 213568]);
  assertEquals(concat(got), octets);
});

test("a locked stream is a TypeError, and the other is free again", () => {
  for (const locked of ["readable", "writable"] as const) {
    const [near] = transformPair();
    if (locked === "readable") near.readable.getReader();
    else near.writable.getWriter();
    assertThrows(() => new StreamLink(near, "attached://1", "peer", new ManualClock()), TypeError);
    assertEquals([near.readable.locked, near.writable.locked], [locked === "readable", locked === "writable"]);
  }
});

test("an error of the readable is the link's, with its cause, and aborts the writable", async () => {
  const cause = new Error("the cable is cut");
  const { duplex, enqueue, fail } = hands();
  let aborted: unknown;
  const writable = new WritableStream<Uint8Array>({ abort: (reason) => void (aborted = reason) });
  const { ear } = link({ readable: duplex.readable, writable });
  enqueue(Uint8Array.of(1));
  await settled();
  fail(cause);
  await settled();
  assertEquals([ear.chunks.length, ear.closings, ear.error?.cause], [1, 1, cause]);
  assertEquals(
    ear.error?.message,
    'Cannot go on with "attached://1": its readable has failed (the cable is cut)',
  );
  assertEquals(aborted, ear.error);
});

test("a reason that is no Error becomes one", async () => {
  const { duplex, fail } = hands();
  const { ear } = link(duplex);
  fail("because");
  await settled();
  assertEquals(ear.error?.message, 'Cannot go on with "attached://1": its readable has failed ("because")');
});

test("a writable that fails while the readable says nothing ends the link within a second", async () => {
  const { duplex } = hands();
  const cause = new Error("full");
  const writable = new WritableStream<Uint8Array>({ write: () => Promise.reject(cause) });
  const { link: made, ear, clock } = link({ readable: duplex.readable, writable });
  let repaid = false;
  made.write(Uint8Array.of(1))!.then(() => repaid = true);
  await settled();
  await clock.advance(GRACE - 1);
  assertEquals([ear.closings, repaid], [0, false]);
  await clock.advance(1);
  assertEquals([ear.closings, ear.error?.cause, repaid], [1, cause, true]);
  assertEquals(clock.timers, 0);
});

test("what has come before the writable failed is still read", async () => {
  const { duplex, enqueue, close } = hands();
  const writable = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error("gone")) });
  const { link: made, ear } = link({ readable: duplex.readable, writable });
  made.pause();
  await settled();
  for (let i = 0; i < 3; i++) enqueue(Uint8Array.of(i));
  close();
  made.write(Uint8Array.of(1));
  await settled();
  assertEquals([ear.chunks.map(([octet]) => octet), ear.closings], [[0, 1, 2], 1]);
});

test("a sink that never ends its write, nor hears of the abort, holds nobody up for more than a second", async () => {
  const { duplex } = hands();
  const writable = new WritableStream<Uint8Array>({ write: () => new Promise(() => {}) });
  const { link: made, ear, clock } = link({ readable: duplex.readable, writable });
  let repaid = false;
  made.write(Uint8Array.of(1))!.then(() => repaid = true);
  await settled();
  made.abort();
  await settled();
  assertEquals(ear.closings, 0);
  await clock.advance(GRACE);
  assertEquals([ear.closings, ear.error, repaid, clock.timers], [1, undefined, true, 0]);
});

test("half-close: we have ended our direction, and hear of the peer's end", async () => {
  const { duplex, enqueue, close } = hands();
  let closed = false;
  const writable = new WritableStream<Uint8Array>({ close: () => void (closed = true) });
  const { link: made, ear } = link({ readable: duplex.readable, writable });
  made.close();
  await settled();
  assertEquals([closed, ear.closings], [true, 0]);
  // Who has hung up hears no more.
  enqueue(Uint8Array.of(1));
  await settled();
  assertEquals(ear.chunks.length, 0);
  close();
  await settled();
  assertEquals([ear.closings, ear.error], [1, undefined]);
});

test("a peer that ends its direction has ours ended, in good order", async () => {
  const { duplex, close } = hands();
  const told: string[] = [];
  const writable = new WritableStream<Uint8Array>({
    close: () => void told.push("close"),
    abort: () => void told.push("abort"),
  });
  const { ear } = link({ readable: duplex.readable, writable });
  close();
  await settled();
  assertEquals([told, ear.closings, ear.error], [["close"], 1, undefined]);
  assertEquals([duplex.readable.locked, writable.locked], [false, false], "the streams are free again");
});

test("a stream of octets whose source leaves a read unanswered when it closes ends all the same", async () => {
  let source!: ReadableByteStreamController;
  const readable = new ReadableStream({ type: "bytes", start: (controller) => void (source = controller) });
  const { ear, clock } = link({ readable, writable: new WritableStream() });
  source.enqueue(Uint8Array.of(1, 2));
  await settled();
  source.enqueue(Uint8Array.of(3));
  source.close();
  await settled();
  await clock.endTurn();
  assertEquals([ear.chunks.flatMap((chunk) => [...chunk]), ear.closings, ear.error], [[1, 2, 3], 1, undefined]);
});

test("a stream that has more at hand for ever lets others have their turn", async () => {
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: (to) => to.enqueue(Uint8Array.of(1)) });
  const { link: made, ear, clock } = link({ readable, writable: new WritableStream() });
  await settled();
  assertEquals(ear.chunks.length, 256);
  await clock.endTurn();
  assertEquals(ear.chunks.length, 512);
  made.abort();
  await clock.endTurn();
  assertEquals(ear.closings, 1);
});

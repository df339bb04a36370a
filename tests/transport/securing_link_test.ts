import { assertEquals } from "@std/assert";
import { type InnerLink, SecuringLink } from "../../src/transport/securing_link.ts";
import { hex, test, toHex } from "../harness.ts";
import { MemoryLink } from "../memory_link.ts";
import { microtasks } from "../socket_fixture.ts";

/** A link that is to be secured, what it becomes, and all that its holder hears. */
function rig() {
  const [near, far] = MemoryLink.pair();
  near.gather = near.gatherAll;
  let abandoned = 0;
  const link = new SecuringLink("tls://here:1", "tls://there:2", { destroy: () => abandoned++, unref: () => {} });
  const heard: string[] = [];
  const handler = {
    data: (chunk: Uint8Array) => void heard.push(toHex(chunk)),
    closed: (error?: Error) => void heard.push(`closed ${error?.message ?? "well"}`),
  };
  const far_: string[] = [];
  far.start({ data: (chunk) => void far_.push(toHex(chunk)), closed: () => void far_.push("closed") });
  return { link, inner: near as InnerLink & MemoryLink, far, heard, handler, far_, abandoned: () => abandoned };
}

/** Whether a write's loan has ended. */
function loanOf(promise: Promise<void> | undefined): { settled: boolean } {
  const loan = { settled: promise === undefined };
  promise?.then(() => loan.settled = true);
  return loan;
}

test("what is written before the handshake is complete stays on loan, and leaves after", async () => {
  const { link, inner, handler, far_ } = rig();
  link.start(handler);
  const loan = loanOf(link.write(hex("01 02")));
  await microtasks();
  assertEquals([loan.settled, far_], [false, []]);
  link.secured(inner);
  await microtasks();
  assertEquals([loan.settled, far_], [true, ["01 02"]]);
  assertEquals([link.local, link.remote], ["tls://here:1", "tls://there:2"]);
});

test("what is gathered before leaves whole and in order, also if close() comes first", async () => {
  const { link, inner, handler, far_ } = rig();
  link.start(handler);
  const loan = loanOf(link.gather([hex("01"), hex("02 03")]));
  link.close();
  await microtasks();
  assertEquals(loan.settled, false);
  link.secured(inner);
  await microtasks();
  assertEquals([loan.settled, far_.slice(0, -1).join(" "), far_.at(-1)], [true, "01 02 03", "closed"]);
});

test("a handshake that fails is told once, and settles a loan after", async () => {
  const { link, inner, heard, handler } = rig();
  link.start(handler);
  const loan = loanOf(link.write(hex("01"))?.then(() => void heard.push("settled")));
  link.failed(new Error("no"));
  assertEquals([heard, loan.settled], [[], false]);
  link.failed(new Error("twice"));
  link.secured(inner);
  await microtasks();
  assertEquals(heard, ["closed no", "settled"]);
  assertEquals(link.write(hex("02")), undefined);
});

test("one that failed before start() says so after", async () => {
  const { link, heard, handler } = rig();
  link.failed(new Error("early"));
  link.start(handler);
  assertEquals(heard, []);
  await microtasks();
  assertEquals(heard, ["closed early"]);
});

test("abort() gives the connection up, and its end is no error", async () => {
  const { link, heard, handler, abandoned } = rig();
  link.start(handler);
  link.abort();
  assertEquals(abandoned(), 1);
  link.failed(new Error("destroyed"));
  await microtasks();
  assertEquals(heard, ["closed well"]);
  link.abort();
  assertEquals(abandoned(), 1);
});

test("close() with nothing to send needs no handshake", () => {
  const { link, handler, abandoned } = rig();
  link.start(handler);
  link.close();
  assertEquals(abandoned(), 1);
});

test("nothing is read before start(), nor while it is paused from before", async () => {
  const { link, inner, far, heard, handler } = rig();
  link.secured(inner);
  far.write(hex("0A"));
  link.resume();
  await microtasks();
  assertEquals(heard, []);
  link.pause();
  link.start(handler);
  await microtasks();
  assertEquals(heard, []);
  link.resume();
  await microtasks();
  assertEquals(heard, ["0A"]);
});

test("once secured it is the link within", async () => {
  const { link, inner, heard, handler, far_ } = rig();
  link.start(handler);
  link.secured(inner);
  link.write(hex("01"));
  link.gather([hex("02"), hex("03")]);
  link.pause();
  link.resume();
  await microtasks();
  assertEquals(far_.join(" "), "01 02 03");
  link.abort();
  await microtasks();
  assertEquals([heard, inner.calls], [["closed well"], ["start", "pause", "resume", "abort"]]);
});

test("a link that was aborted or closed, and is secured nevertheless, ends", async () => {
  for (const way of ["abort", "close"] as const) {
    const { link, inner, heard, handler, abandoned } = rig();
    link[way]();
    assertEquals(abandoned(), 1);
    link.secured(inner);
    link.start(handler);
    await microtasks();
    assertEquals(heard, ["closed well"]);
  }
});

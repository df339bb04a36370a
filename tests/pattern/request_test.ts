import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError, StateError } from "../../src/errors.ts";
import type { PatternOptions } from "../../src/pattern/pattern.ts";
import { RequestPattern } from "../../src/pattern/request.ts";
import { test } from "../harness.ts";
import { message, PATTERN_OPTIONS, Rig, show } from "../pipe_fixture.ts";

const req = (options: Partial<PatternOptions> = {}, first = 0) =>
  new Rig(new RequestPattern({ ...PATTERN_OPTIONS, ...options }, first));

/** Sends a numbered request; answers whether a peer took it. */
function call(rig: Rig<RequestPattern>, number: number, text: string): boolean {
  return rig.pattern.send(rig.pattern.prepare(number, message(text)));
}

test("out of turn, send and receive say what they wanted first", () => {
  const rig = req();
  rig.join();
  const early = assertThrows(() => rig.pattern.checkReceive(), StateError);
  assertEquals(early.message, "Cannot receive on a REQ socket: no request has been sent, wanted send() first");
  assertEquals(early.code, "EFSM");
  rig.send("a");
  const twice = assertThrows(() => rig.send("b"), StateError);
  assertEquals(twice.message, "Cannot send on a REQ socket: the last request has no reply yet, wanted receive() first");
  rig.pattern.checkReceive();
});

test("a request that nobody can take changes nothing", () => {
  const rig = req();
  assertEquals(rig.send("a"), false);
  assertThrows(() => rig.pattern.checkReceive(), StateError);
  rig.pattern.checkSend();
  const peer = rig.join();
  assertEquals([rig.send("a"), peer.queue], [true, ["|a"]]);
});

test("a reply may have any frames, empty ones too", () => {
  const rig = req();
  const peer = rig.join();
  for (const reply of ["", "a", "|", "a||b"]) {
    rig.send("q");
    peer.say(`|${reply}`);
    assertEquals(rig.receive(), reply);
  }
});

test("stale replies are thrown away before the next request, and take no room", () => {
  const rig = req();
  const peer = rig.join({ receiveHighWaterMark: 1 });
  rig.send("1");
  peer.say("|r1");
  for (let i = 0; i < 5; i++) assertEquals(peer.say("|again"), true);
  assertEquals(rig.receive(), "r1");
  peer.say("|again");
  rig.send("2");
  assertEquals(rig.receive(), undefined);
  peer.say("|r2");
  assertEquals([rig.receive(), rig.pattern.dropped, peer.pipe.inbound.length], ["r2", 6, 0]);
});

test("what has no envelope ends its connection, and nothing else", () => {
  for (const bad of ["a", "a|b", "abcd|x", "abcd|", "abcde||x", ""]) {
    const rig = req();
    const [asked, other] = [rig.join(), rig.join()];
    rig.send("q");
    asked.say(bad);
    assertEquals(asked.refused instanceof ProtocolError, true, bad);
    const why = "Cannot take reply: it has no envelope, wanted an empty frame before it";
    assertEquals(asked.refused!.message, why);
    assertEquals([other.refused, rig.receive(), rig.pattern.dropped], [undefined, undefined, 1]);
    // The same peer may do better.
    asked.say("|yes");
    assertEquals(rig.receive(), "yes");
  }
});

test("an envelope with a number is well formed, and no reply to what was asked without one", () => {
  const rig = req();
  const peer = rig.join();
  rig.send("q");
  peer.say("\0\0\0\0||no");
  assertEquals([peer.refused, rig.receive()], [undefined, undefined]);
  peer.say("|yes");
  assertEquals(rig.receive(), "yes");
});

test("a peer that goes with the request takes its reply along", () => {
  const rig = req();
  const [gone, here] = [rig.join(), rig.join()];
  rig.send("q");
  rig.leave(gone);
  here.say("|no");
  assertEquals(rig.receive(), undefined);
  rig.pattern.checkReceive();
});

test("a reply that came before its peer went can be received", () => {
  const rig = req();
  const peer = rig.join();
  rig.send("q");
  peer.say("|r");
  rig.leave(peer);
  assertEquals(rig.receive(), "r");
});

test("a dialled peer that is lost and comes back may still reply; the request is not repeated", () => {
  const rig = req();
  const peer = rig.join({ dialled: true });
  rig.send("q");
  peer.flush();
  rig.hiccup(peer);
  rig.ready(peer);
  assertEquals(peer.queue, []);
  peer.say("|late");
  assertEquals(rig.receive(), "late");
});

test("correlate puts a number of four octets before the delimiter, one more each time, and round from the last", () => {
  const rig = req({ correlate: true }, 0xfffffffe);
  const peer = rig.join();
  const numbers = ["\u00ff\u00ff\u00ff\u00fe", "\u00ff\u00ff\u00ff\u00ff", "\0\0\0\0", "\0\0\0\u0001"];
  for (const number of numbers) {
    rig.send("q");
    assertEquals(peer.flush(), [`${number}||q`]);
    peer.say(`${number}||r`);
    assertEquals(rig.receive(), "r");
  }
});

test("correlate skips replies with another number, or none", () => {
  const rig = req({ correlate: true }, 7);
  const peer = rig.join();
  rig.send("q");
  peer.say("|no");
  peer.say("\0\0\0\u0006||no");
  assertEquals([rig.receive(), peer.refused], [undefined, undefined]);
  peer.say("\0\0\0\u0007||yes");
  assertEquals(rig.receive(), "yes");
});

test("relaxed: a second request goes to the next peer, and the old reply is thrown away", () => {
  const rig = req({ relaxed: true });
  const [a, b] = [rig.join(), rig.join()];
  rig.send("1");
  rig.send("2");
  assertEquals([a.queue, b.queue], [["|1"], ["|2"]]);
  a.say("|r1");
  assertEquals(rig.receive(), undefined);
  b.say("|r2");
  assertEquals([rig.receive(), a.refused], ["r2", undefined]);
});

test("relaxed: a reply that has come and was not received goes with its request", () => {
  const rig = req({ relaxed: true });
  const peer = rig.join();
  rig.send("1");
  peer.say("|r1");
  rig.send("2");
  assertEquals(rig.receive(), undefined);
  peer.say("|r2");
  assertEquals(rig.receive(), "r2");
});

test("relaxed without correlate takes a late reply of the same peer, with it not", () => {
  for (const correlate of [false, true]) {
    const rig = req({ relaxed: true, correlate });
    const peer = rig.join();
    rig.send("1");
    rig.send("2");
    peer.say(correlate ? "\0\0\0\0||r1" : "|r1");
    assertEquals(rig.receive(), correlate ? undefined : "r1");
  }
});

test("probeRouter greets each new connection with an empty message, before the queue", () => {
  const rig = req({ probeRouter: true });
  const peer = rig.join({ dialled: true });
  rig.send("q");
  rig.hiccup(peer);
  rig.ready(peer);
  assertEquals([peer.preludes, peer.queue], [["", ""], ["|q"]]);
});

test("numbered calls may be in flight by the dozen, and each gets its own reply", () => {
  const rig = req();
  const [a, b] = [rig.join(), rig.join()];
  const heard: string[] = [];
  for (let i = 0; i < 4; i++) {
    const number = rig.pattern.open((reply) => void heard.push(`${i}: ${show(reply)}`));
    assertEquals(call(rig, number, `q${i}`), true);
  }
  assertEquals([a.queue, b.queue], [["\0\0\0\0||q0", "\0\0\0\u0002||q2"], ["\0\0\0\u0001||q1", "\0\0\0\u0003||q3"]]);
  b.say("\0\0\0\u0003||r3");
  a.say("\0\0\0\0||r0|x");
  a.say("\0\0\0\u0002||");
  b.say("\0\0\0\u0001||r1");
  assertEquals(heard, ["3: r3", "0: r0|x", "2: ", "1: r1"]);
});

test("a call's reply is taken once, from who was asked, and while somebody waits", () => {
  const rig = req();
  const [asked, other] = [rig.join(), rig.join()];
  const heard: string[] = [];
  const number = rig.pattern.open((reply) => void heard.push(show(reply)!));
  asked.say("\0\0\0\0||too early");
  call(rig, number, "q");
  other.say("\0\0\0\0||forged");
  assertEquals(heard, []);
  asked.say("\0\0\0\0||r");
  asked.say("\0\0\0\0||twice");
  const forgotten = rig.pattern.open((reply) => void heard.push(show(reply)!));
  call(rig, forgotten, "q");
  rig.pattern.forget(forgotten);
  for (const peer of [asked, other]) peer.say("\0\0\0\u0001||late");
  assertEquals([heard, rig.pattern.dropped], [["r"], 5]);
});

test("a call that is repeated may be answered by any that was asked", () => {
  const rig = req();
  const [a, b] = [rig.join(), rig.join()];
  const heard: string[] = [];
  const number = rig.pattern.open((reply) => void heard.push(show(reply)!));
  call(rig, number, "q");
  call(rig, number, "q");
  assertEquals([a.queue, b.queue], [["\0\0\0\0||q"], ["\0\0\0\0||q"]]);
  a.say("\0\0\0\0||late");
  b.say("\0\0\0\0||r");
  assertEquals(heard, ["late"]);
});

test("a call waits for a peer like any request, and may be given up meanwhile", () => {
  const rig = req();
  const heard: string[] = [];
  const number = rig.pattern.open((reply) => void heard.push(show(reply)!));
  const [request, discarded] = [rig.pattern.prepare(number, message("q")), rig.pattern.prepare(number, message("no"))];
  assertEquals(rig.pattern.send(request), false);
  rig.pattern.discard(discarded);
  const peer = rig.join();
  assertEquals(rig.pattern.send(request), true);
  peer.say("\0\0\0\0||r");
  assertEquals([heard, peer.queue], [["r"], ["\0\0\0\0||q"]]);
});

test("a call is sent in no turn with others: not while a reply is awaited either", () => {
  const rig = req();
  const peer = rig.join();
  rig.send("q");
  const number = rig.pattern.open(() => {});
  assertEquals(call(rig, number, "c"), true);
  assertThrows(() => rig.send("q"), StateError);
  assertEquals(peer.queue, ["|q", "\0\0\0\0||c"]);
});

test("calls and the request in turn do not disturb each other, and no number is used twice at once", () => {
  const rig = req({ correlate: true, relaxed: true });
  const peer = rig.join();
  const heard: string[] = [];
  const number = rig.pattern.open((reply) => void heard.push(show(reply)!));
  call(rig, number, "c");
  rig.send("q");
  peer.say("\0\0\0\u0001||to q");
  peer.say("\0\0\0\0||to c");
  assertEquals([rig.receive(), heard], ["to q", ["to c"]]);
  // Numbers have come round to where a call is still open.
  const round = req({ correlate: true }, 0xffffffff);
  const other = round.join();
  round.pattern.open(() => {});
  round.pattern.open(() => {});
  const last = req({}, 0xffffffff);
  const open = last.pattern.open(() => {});
  assertEquals([open, last.pattern.open(() => {})], [0xffffffff, 0]);
  round.send("q");
  assertEquals(other.queue, ["\0\0\0\u0001||q"]);
});

test("a handler may call again from within its reply", () => {
  const rig = req();
  const peer = rig.join();
  const heard: string[] = [];
  const ask = (text: string): void => {
    const number = rig.pattern.open((reply) => {
      heard.push(show(reply)!);
      if (heard.length < 3) ask("next");
    });
    call(rig, number, text);
  };
  ask("first");
  for (let i = 0; i < 3; i++) peer.say(`${peer.flush()[0]!.slice(0, 4)}||r${i}`);
  assertEquals(heard, ["r0", "r1", "r2"]);
});

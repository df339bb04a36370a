import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { DealerPattern } from "../../src/pattern/dealer.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

test("a dealer that has connected queues for a peer that is not there yet, and shares evenly with it", () => {
  const rig = new Rig(new DealerPattern(PATTERN_OPTIONS));
  const there = rig.join({ dialled: true });
  const dead = rig.join({ dialled: true, ready: false });
  for (let i = 0; i < 4; i++) rig.send(`${i}`);
  assertEquals([there.queue, dead.queue], [["0", "2"], ["1", "3"]]);
});

test("what is queued for a peer that is lost waits until it comes back", () => {
  const rig = new Rig(new DealerPattern(PATTERN_OPTIONS));
  const peer = rig.join({ dialled: true });
  rig.send("1");
  rig.hiccup(peer);
  rig.send("2");
  rig.ready(peer);
  assertEquals(peer.queue, ["1", "2"]);
});

test("probeRouter greets each new connection with an empty message", () => {
  const rig = new Rig(new DealerPattern({ ...PATTERN_OPTIONS, probeRouter: true }));
  const peer = rig.join({ dialled: true, ready: false });
  assertEquals(peer.preludes, []);
  rig.ready(peer);
  rig.hiccup(peer);
  rig.ready(peer);
  assertEquals([peer.preludes, rig.join().preludes], [["", ""], [""]]);
});

test("what a peer has sent can be read after it has gone", () => {
  const rig = new Rig(new DealerPattern(PATTERN_OPTIONS));
  const [gone, here] = [rig.join(), rig.join()];
  gone.say("1");
  gone.say("2");
  here.say("3");
  rig.leave(gone);
  assertEquals(rig.receiveAll().sort(), ["1", "2", "3"]);
});

test("every new connection begins with the hello message, before a probe", () => {
  const rig = new Rig(new DealerPattern({ ...PATTERN_OPTIONS, helloMessage: latin1("hello"), probeRouter: true }));
  const peer = rig.join({ dialled: true, ready: false });
  assertEquals(peer.preludes, []);
  rig.ready(peer);
  rig.hiccup(peer);
  rig.ready(peer);
  assertEquals([peer.preludes, rig.join().preludes], [["hello", "", "hello", ""], ["hello", ""]]);
});

test("the hiccup message is the last word of a peer that we have connected to, and of no other", () => {
  const rig = new Rig(new DealerPattern({ ...PATTERN_OPTIONS, hiccupMessage: latin1("lost") }));
  const [ours, theirs] = [rig.join({ dialled: true }), rig.join()];
  ours.say("a");
  for (const peer of [ours, theirs]) peer.pipe.lose();
  assertEquals(rig.receiveAll(), ["a", "lost"]);
  // Once for each connection.
  ours.pipe.lose();
  assertEquals(rig.receive(), undefined);
  rig.ready(ours);
  ours.pipe.lose();
  assertEquals(rig.receive(), "lost");
});

test("a peer of this process leaves no hiccup message: nothing is connected again", () => {
  const rig = new Rig(new DealerPattern({ ...PATTERN_OPTIONS, hiccupMessage: latin1("lost") }));
  const peer = rig.join({ dialled: true, ready: false });
  peer.pipe.local = true;
  rig.ready(peer);
  peer.pipe.lose();
  assertEquals(rig.receive(), undefined);
});

test("a last word is a copy: who receives it may do with it what it likes", () => {
  const hiccupMessage = latin1("lost");
  const rig = new Rig(new DealerPattern({ ...PATTERN_OPTIONS, hiccupMessage }));
  rig.join({ dialled: true }).pipe.lose();
  rig.pattern.receive()![0]!.fill(0);
  assertEquals(hiccupMessage, latin1("lost"));
});

test("an option that changes holds from the next connection on", () => {
  const options = { ...PATTERN_OPTIONS, hiccupMessage: latin1("lost") };
  const rig = new Rig(new DealerPattern(options));
  const peer = rig.join({ dialled: true });
  Object.assign(options, { hiccupMessage: undefined });
  peer.pipe.lose();
  assertEquals(rig.receive(), "lost");
  rig.ready(peer);
  peer.pipe.lose();
  assertEquals(rig.receive(), undefined);
});

test("with conflate the last word is the newest message", () => {
  const rig = new Rig(new DealerPattern({ ...PATTERN_OPTIONS, hiccupMessage: latin1("lost") }));
  const peer = rig.join({ dialled: true, conflate: true });
  peer.say("old");
  peer.pipe.lose();
  assertEquals(rig.receiveAll(), ["lost"]);
});

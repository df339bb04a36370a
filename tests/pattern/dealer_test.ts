import { assertEquals } from "@std/assert";
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

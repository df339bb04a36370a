import { assertEquals, assertThrows } from "@std/assert";
import { DealerPattern } from "../../src/pattern/dealer.ts";
import { PairPattern } from "../../src/pattern/pair.ts";
import { PullPattern, PushPattern } from "../../src/pattern/pipeline.ts";
import { SinglePartPattern } from "../../src/pattern/single_part.ts";
import { test } from "../harness.ts";
import { message, PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

test("what has one part goes where the rules say, and what has several is refused", () => {
  for (const rules of [new DealerPattern(PATTERN_OPTIONS), new PairPattern(), new PushPattern()]) {
    const rig = new Rig(new SinglePartPattern("CLIENT", rules));
    const peer = rig.join();
    assertEquals([rig.send(""), rig.send("a"), peer.queue], [true, true, ["", "a"]]);
    for (const call of [() => rig.pattern.check(message("a|b")), () => rig.send("a|b")]) {
      const wanted = "Cannot send on a CLIENT socket: the message has 2 parts, wanted one";
      assertEquals((assertThrows(call, TypeError, wanted) as { code?: string }).code, "EINVAL");
    }
    assertEquals(peer.queue, ["", "a"]);
  }
});

test("what comes in several parts is dropped whole and counted, and the next of the same peer is delivered", () => {
  for (const rules of [new DealerPattern(PATTERN_OPTIONS), new PairPattern(), new PullPattern()]) {
    const rig = new Rig(new SinglePartPattern("GATHER", rules));
    const peer = rig.join({ receiveHighWaterMark: 4 });
    for (const text of ["|", "a", "a|b|c"]) assertEquals(peer.say(text), true);
    assertEquals(peer.say("b"), false);
    assertEquals([rig.receive(), rig.receive(), rig.receive(), rig.pattern.dropped], ["a", "b", undefined, 2]);
    assertEquals([peer.resumed, peer.read], [1, 4]);
  }
});

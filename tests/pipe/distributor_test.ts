import { assertEquals } from "@std/assert";
import { Distributor } from "../../src/pipe/distributor.ts";
import type { Pipe, PipeOwner, Publication } from "../../src/pipe/pipe.ts";
import { message, Peer, PIPE_OPTIONS } from "../pipe_fixture.ts";
import { test } from "../harness.ts";

class Spread implements PipeOwner {
  readonly distributor = new Distributor();

  readable(): void {}

  writable(pipe: Pipe): void {
    this.distributor.writable(pipe);
  }

  join(mark = 1000): Peer {
    const peer = new Peer(this, { ...PIPE_OPTIONS, sendHighWaterMark: mark });
    this.distributor.attach(peer.pipe);
    return peer;
  }

  send(text: string, ...chosen: Peer[]): void {
    this.distributor.choose();
    for (const { pipe } of chosen) this.distributor.add(pipe);
    this.distributor.send(message(text));
  }

  sendAll(text: string): void {
    this.distributor.choose();
    this.distributor.addAll();
    this.distributor.send(message(text));
  }
}

const queues = (...peers: readonly Peer[]) => peers.map((peer) => peer.queue.join(""));

test("a copy goes to each pipe that is chosen, once, however often it is chosen", () => {
  const spread = new Spread();
  const [a, b, c] = [spread.join(), spread.join(), spread.join()];
  spread.send("1", a, b, a, a);
  spread.send("2", c, b);
  spread.send("3");
  spread.sendAll("4");
  assertEquals(queues(a, b, c), ["14", "124", "24"]);
  assertEquals([spread.distributor.size, spread.distributor.dropped], [3, 0]);
});

test("a pipe that is full is passed over until half of its queue has gone, and the misses are counted", () => {
  const spread = new Spread();
  const small = spread.join(4);
  const large = spread.join();
  for (const text of "123456") spread.sendAll(text);
  assertEquals(queues(small, large), ["1234", "123456"]);
  assertEquals([small.pipe.dropped, large.pipe.dropped, spread.distributor.dropped], [2, 0, 2]);
  small.flush(1);
  // There is room, but drops come in runs, so that a slow peer gets runs of messages and not one of each two.
  spread.sendAll("7");
  assertEquals(queues(small), ["234"]);
  small.flush(1);
  spread.sendAll("8");
  assertEquals(queues(small, large), ["348", "12345678"]);
});

test("the choice can be turned around", () => {
  const spread = new Spread();
  const [a, b, c] = [spread.join(), spread.join(), spread.join()];
  const invert = (...chosen: Peer[]) => {
    spread.distributor.choose();
    for (const { pipe } of chosen) spread.distributor.add(pipe);
    spread.distributor.invert();
    spread.distributor.send(message("x"));
  };
  invert(b);
  invert();
  invert(a, b, c);
  spread.send("y", a);
  assertEquals(queues(a, b, c), ["xxy", "x", "xx"]);
});

test("whether all that are chosen have room can be asked first", () => {
  const spread = new Spread();
  const small = spread.join(1);
  const large = spread.join();
  const ask = (...chosen: Peer[]) => {
    spread.distributor.choose();
    for (const { pipe } of chosen) spread.distributor.add(pipe);
    return spread.distributor.allWritable();
  };
  assertEquals(ask(small, large), true);
  spread.send("1", small);
  assertEquals([ask(small, large), ask(large), ask()], [false, true, true]);
  small.flush();
  assertEquals(ask(small), true);
});

test("a pipe that leaves gets nothing more", () => {
  const spread = new Spread();
  const [a, b] = [spread.join(1), spread.join()];
  spread.sendAll("1");
  spread.sendAll("2");
  a.pipe.alive = false;
  spread.distributor.detach(a.pipe);
  spread.sendAll("3");
  assertEquals([queues(a, b), spread.distributor.size], [["1", "123"], 1]);
});

test("what is published from within goes to its own choice, and is framed on its own", () => {
  const spread = new Spread();
  const [a, b, c] = [spread.join(), spread.join(), spread.join()];
  const publications: [string, unknown, boolean | undefined][] = [];
  for (const peer of [a, b, c]) {
    const put = peer.put.bind(peer);
    peer.pipe.open(Object.assign(peer, {
      put(item: Uint8Array[], publication?: Publication): void {
        put(item);
        publications.push([peer.queue.at(-1)!, publication?.framing, publication?.framed]);
        if (publication !== undefined) {
          publication.framing = item;
          publication.framed = true;
        }
        if (peer === a && peer.queue.length === 1) spread.send("2", c, a);
      },
    }));
  }
  const one = message("1");
  spread.distributor.choose();
  spread.distributor.addAll();
  spread.distributor.send(one);
  assertEquals(queues(a, b, c), ["12", "1", "21"]);
  assertEquals(publications, [
    ["1", undefined, false],
    ["2", undefined, undefined],
    ["2", undefined, undefined],
    ["1", one, true],
    ["1", one, true],
  ]);
});

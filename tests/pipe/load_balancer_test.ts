import { assertEquals } from "@std/assert";
import { LoadBalancer } from "../../src/pipe/load_balancer.ts";
import type { Pipe, PipeOwner } from "../../src/pipe/pipe.ts";
import { message, Peer, PIPE_OPTIONS } from "../pipe_fixture.ts";
import { test } from "../harness.ts";

class Balance implements PipeOwner {
  readonly balancer = new LoadBalancer();

  readable(): void {}

  writable(pipe: Pipe): void {
    this.balancer.writable(pipe);
  }

  join(mark = 1000): Peer {
    const peer = new Peer(this, { ...PIPE_OPTIONS, sendHighWaterMark: mark });
    this.balancer.attach(peer.pipe);
    return peer;
  }

  send(count: number): number {
    let sent = 0;
    while (sent < count && this.balancer.send(message("m"))) sent++;
    return sent;
  }
}

const queued = (peers: readonly Peer[]) => peers.map((peer) => peer.pipe.queued);

test("with no pipes nothing can be sent", () => {
  const balance = new Balance();
  assertEquals([balance.balancer.pick(), balance.send(1), balance.balancer.length], [undefined, 0, 0]);
});

test("messages go to each pipe in turn", () => {
  const balance = new Balance();
  const peers = [balance.join(), balance.join(), balance.join()];
  for (let i = 1; i <= 5; i++) {
    assertEquals(balance.send(3), 3);
    assertEquals(queued(peers), [i, i, i]);
  }
});

test("a pipe that is full is passed over, and has its turn again once there is room", () => {
  const balance = new Balance();
  const small = balance.join(2);
  const large = balance.join();
  assertEquals(balance.send(10), 10);
  assertEquals(queued([small, large]), [2, 8]);
  small.flush(1);
  assertEquals(balance.send(4), 4);
  assertEquals(queued([small, large]), [2, 11]);
});

test("when all are full nothing can be sent until one has room", () => {
  const balance = new Balance();
  const peers = [balance.join(2), balance.join(2)];
  assertEquals(balance.send(10), 4);
  peers[1]!.flush();
  assertEquals(balance.send(10), 2);
  assertEquals(queued(peers), [2, 2]);
});

test("a pipe that leaves gets nothing more, and the others share evenly", () => {
  const balance = new Balance();
  const peers = [balance.join(), balance.join(), balance.join(), balance.join()];
  balance.send(6);
  balance.balancer.detach(peers[1]!.pipe);
  assertEquals(balance.balancer.length, 3);
  const before = queued(peers);
  balance.send(30);
  assertEquals(queued(peers).map((count, i) => count - before[i]!), [10, 0, 10, 10]);
  balance.balancer.detach(peers[1]!.pipe);
  assertEquals(balance.balancer.length, 3);
});

test("a pipe that is dead, but has not left yet, is passed over", () => {
  const balance = new Balance();
  const peers = [balance.join(), balance.join()];
  peers[0]!.pipe.alive = false;
  assertEquals(balance.send(3), 3);
  assertEquals(queued(peers), [0, 3]);
});

/**
 * The other thread of `attach_worker_test.ts`: answers what it is sent, by a port that it is given or by itself.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";
import { Dealer, Pull, Push, text } from "../../mod.ts";
import type { MessagePortLike } from "../../src/transport/port.ts";

const given = workerData as { port: MessagePortLike | undefined; role: "echo" | "sink" | "stop" } | null | undefined;

if (given?.role !== undefined) {
  await serve(given.port ?? parentPort!, given.role);
} else {
  // A worker of the web: its first message is the port, or says that there is none.
  const self = globalThis as unknown as MessagePortLike & {
    addEventListener(type: string, listener: (event: MessageEvent) => void, options: { once: true }): void;
    close(): void;
  };
  self.addEventListener("message", async ({ data }) => {
    await serve(data.port ?? self, data.role);
    self.close();
  }, { once: true });
}

async function serve(port: MessagePortLike, role: "echo" | "sink" | "stop"): Promise<void> {
  if (role === "echo") {
    await using dealer = new Dealer({ routingId: "worker" });
    dealer.attach(port);
    for (;;) {
      const frames = await dealer.receive();
      if (text(frames[0]) === "bye") return;
      await dealer.send(["echo", ...frames]);
    }
  } else if (role === "sink") {
    // So slowly that the sender must wait: it is told how many had come when the first was read.
    await using pull = new Pull({ receiveHighWaterMark: 10 });
    const attached = pull.attach(port);
    while (pull.stats().queuedIn < 10) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    const most = pull.stats().queuedIn;
    let count = 0;
    for (; count < 1000; count++) {
      const [number] = await pull.receive();
      if (Number(text(number)) !== count) throw new Error(`${count}`);
    }
    if (most !== 10) throw new Error(`${most} were on their way, wanted 10`);
    await attached.close();
  } else {
    // Ends without a good-bye.
    const push = new Push({ linger: 0 });
    push.attach(port);
    await push.send("I am here");
  }
}

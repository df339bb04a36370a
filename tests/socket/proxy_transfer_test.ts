import { attach, proxy, Pull, Push } from "../../mod.ts";
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";

test("a proxy's capture gets what a socket with transfer gives away", async () => {
  await using front = new Pull();
  await using source = new Push();
  await using back = new Push();
  await using capture = new Push();
  await using captured = new Pull();
  await using far = new Pull();
  const { port1, port2 } = new MessageChannel();
  source.connect(await front.bind("tcp://127.0.0.1:*"));
  capture.connect(await captured.bind("tcp://127.0.0.1:*"));
  attach(back, port1, { role: "connect", transfer: true });
  attach(far, port2, { role: "bind", transfer: true });
  const running = proxy(front, back, { capture });
  await source.send(new Uint8Array(300_000));
  assertEquals((await far.receive())[0]!.length, 300_000);
  assertEquals((await captured.receive())[0]!.length, 300_000);
  await front.close();
  await running;
});

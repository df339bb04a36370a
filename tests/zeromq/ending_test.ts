/**
 * How programs end that close nothing: as with npm `zeromq`, which `programs_test.ts` compares; here is what becomes of
 * their messages.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Pull, text } from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { runScript } from "../processes.ts";

const LEAVING = new URL("./leaving.ts", import.meta.url);
const RESTING = new URL("./resting.ts", import.meta.url);

test("what a program has sent arrives, although it ends at once and closes nothing", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const leaving = runScript(runtime, LEAVING, [endpoint]);
  for (let number = 0; number < 1000; number++) assertEquals(text((await pull.receive())[0]), String(number));
  const { code, stderr } = await leaving;
  assertEquals([code, stderr], [0, ""]);
}, { timeout: 60_000 });

test("what nobody takes is waited for as long as its socket lingers, and the author is told", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const leaving = runScript(runtime, LEAVING, [endpoint, "tcp://127.0.0.1:1"]);
  for (let number = 0; number < 1000; number++) await pull.receive();
  const { code, stderr } = await leaving;
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^\(node:\d+\) WARNING: Waiting for queued ZeroMQ messages to be delivered\. Set 'context\.blocky/,
  );
}, { timeout: 60_000 });

for (const endpoint of ["tcp://127.0.0.1:*", "ws://127.0.0.1:*/news"]) {
  test(`open sockets keep no program, bound or connected: ${endpoint}`, async () => {
    const { code, stdout, stderr } = await runScript(runtime, RESTING, [endpoint]);
    assertEquals([code, stdout, stderr], [0, "heard\n", ""]);
  }, { timeout: 60_000 });
}

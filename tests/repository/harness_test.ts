/** What every other test leans on: `hex`, and the processes of other runtimes. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { hex, type RuntimeName, test, toHex } from "../harness.ts";
import { binaryOf, runScript, spawnRuntime } from "../processes.ts";

const CHILD = new URL("./fixtures/child.ts", import.meta.url);
const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

test("hex reads digits, white space and comments", () => {
  assertEquals(hex("FF 00 7f"), Uint8Array.of(255, 0, 127));
  assertEquals(hex("01 02 ; a version\n03"), Uint8Array.of(1, 2, 3));
  assertEquals(hex(""), new Uint8Array(0));
  assertThrows(() => hex("F"), SyntaxError, 'found "F"');
  assertThrows(() => hex("0G"), SyntaxError);
  assertEquals(toHex(Uint8Array.of(255, 0, 127)), "FF 00 7F");
});

for (const name of RUNTIMES) {
  test(`${name} answers as a child, and ends by itself`, async () => {
    await using child = spawnRuntime(name, CHILD, ["echo", "two words"]);
    assertEquals(await child.receive(), { runtime: name, args: ["echo", "two words"] });
    for (let n = 0; n < 3; n++) {
      child.send({ n, text: "ÿ\n" });
      assertEquals(await child.receive(), { n, text: "ÿ\n" });
    }
    child.send({ stop: true });
    assertEquals(await child.exited, { code: 0, signal: undefined });
    assertStringIncludes(child.stdout, "not a message");
  });

  test(`${name} is killed for good, and its process id is that of the real binary`, async () => {
    await using child = spawnRuntime(name, CHILD, ["echo"]);
    await child.receive();
    const { pid } = child;
    assertEquals(await child.kill(), { code: undefined, signal: "SIGKILL" });
    assert(pid !== undefined && pid > 0);
    await assertRejects(() => child.receive(), Error, "ended by SIGKILL");
  });

  test(`${name} can be frozen and thawed, and killed while it is frozen`, async () => {
    await using child = spawnRuntime(name, CHILD, ["echo"]);
    await child.receive();
    child.freeze();
    child.send({ n: 1 });
    child.thaw();
    assertEquals(await child.receive(), { n: 1 });
    child.freeze();
    assertEquals(await child.kill(), { code: undefined, signal: "SIGKILL" });
  });

  test(`${name} shows what it wrote to stderr when it fails`, async () => {
    await using child = spawnRuntime(name, CHILD, ["fail"]);
    const error = await assertRejects(() => child.receive(), Error, "before its next message");
    assertStringIncludes(error.message, "out of luck");
    await assertRejects(() => child.succeeded(), Error, "with exit code 1");
  });

  test(`${name} ends by itself while its stdin is open, and sees it closed`, async () => {
    await using child = spawnRuntime(name, CHILD, ["one"]);
    child.send({});
    child.send({ unread: true });
    assertEquals((await child.outcome(10_000)).code, 0);
    await using bereft = spawnRuntime(name, CHILD, ["one"]);
    bereft.closeInput();
    assertStringIncludes((await bereft.outcome(10_000)).stderr, "the parent closed stdin");
  });
}

test("a child that does not end is killed, and that is an error", async () => {
  await assertRejects(() => runScript("node", CHILD, ["hang"], { timeout: 500 }), Error, "did not end within 500 ms");
});

test("a binary that is not there is an error", async () => {
  assert(binaryOf("node").length > 0);
  await assertRejects(() => runScript("node", CHILD, [], { binary: "/nowhere/node" }), Error, "could not be started");
});

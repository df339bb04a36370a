/** More peers than an authenticator judges at a time, of whom some have left when their turn would come. */
import { assertEquals } from "@std/assert";
import { Authenticator, Context, Dealer, Pull, Push, text } from "../../mod.ts";
import { contextCoreOf } from "../../src/socket/context.ts";
import { test } from "../harness.ts";
import { until } from "../interop/waiting.ts";
import { settled } from "../manual_clock.ts";

const ZAP = "inproc://zeromq.zap.01";

/** An authenticator whose callback for PLAIN answers when it is told to. */
async function holding(maxQuestions?: number) {
  const context = new Context({ linger: 0 });
  const auth = new Authenticator({ context, timeout: 30_000, ...(maxQuestions === undefined ? {} : { maxQuestions }) });
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const held: ((answer: boolean) => void)[] = [];
  let most = 0;
  auth.plain(({ username, signal }) => {
    asked.push(username);
    signals.push(signal);
    return new Promise((resolve) => most = Math.max(most, held.push(resolve)));
  });
  await auth.start();
  return {
    context,
    auth,
    asked,
    signals,
    held,
    most: () => most,
    [Symbol.asyncDispose]: () => context.close().then(() => {}),
  };
}

/** Asks in the way of a socket, straight in the process. */
async function ask(context: Context, username: string): Promise<Dealer> {
  const dealer = new Dealer({ context });
  dealer.connect(ZAP);
  await dealer.send(["", "1.0", "1", "", "127.0.0.1", "", "PLAIN", username, "x"]);
  return dealer;
}

for (const [given, bound] of [[undefined, 1024], [1, 1], [3, 3]] as const) {
  test(`of ${bound + 2} who ask at once ${bound} are judged at a time, and each of the others in turn`, async () => {
    await using it = await holding(given);
    const askers = [];
    for (let i = 0; i < bound + 2; i++) askers.push(await ask(it.context, `${i}`));
    await settled();
    assertEquals([it.asked.length, it.held.length], [bound, bound]);
    for (let left = 2; left > 0; left--) {
      it.held.shift()!(true);
      await settled();
      assertEquals([it.asked.length, it.held.length], [bound + 3 - left, bound]);
    }
    for (const answer of it.held.splice(0)) answer(true);
    for (const asker of askers) assertEquals((await asker.receive()).map(text)[3], "200");
  });
}

test("without a limit all are judged at once", async () => {
  await using it = await holding(Infinity);
  for (let i = 0; i < 2000; i++) await ask(it.context, `${i}`);
  await settled();
  assertEquals(it.held.length, 2000);
});

test(
  "strangers who come and go begin no more than there are places, and honest peers come in when one is free",
  async () => {
    await using it = await holding(2);
    await using pull = new Pull({ context: it.context, plainServer: true });
    // Each question is asked by a socket of its own, which joins the context first and asks in the same turn.
    const core = contextCoreOf(it.context);
    const join = core.join.bind(core);
    let questions = 0;
    core.join = (member) => (questions++, join(member));
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    const dial = (plainUsername: string) => {
      const push = new Push({ plainUsername, plainPassword: "x", linger: 0 });
      push.connect(endpoint);
      return push;
    };
    for (let i = 0; i < 100; i++) {
      // The first two take the places; the others leave while they wait for one.
      const push = dial(`stranger ${i}`);
      await until(() => questions === i + 1);
      await settled();
      await push.close();
      await until(() => pull.stats().peers.length === 0);
    }
    assertEquals(it.most(), 2);
    await using honest = dial("honest");
    it.held.shift()!(true);
    await until(() => it.asked.includes("honest"));
    assertEquals(it.asked, ["stranger 0", "stranger 1", "honest"]);
    it.held.at(-1)!(true);
    await honest.send("hello");
    assertEquals((await pull.receive()).map(text), ["hello"]);
    assertEquals(it.most(), 2);
  },
  { timeout: 60_000 },
);

test("closed, it answers with 300 who is judged and who waits for that", async () => {
  await using it = await holding(1);
  const askers = [];
  for (const name of ["one", "two", "three"]) askers.push(await ask(it.context, name));
  await settled();
  await it.auth.close();
  for (const asker of askers) {
    assertEquals((await asker.receive()).map(text).slice(3, 5), ["300", "the authenticator is closed"]);
  }
  assertEquals(it.asked, ["one"]);
});

test("it closes with its context, though no place is free", async () => {
  await using it = await holding(1);
  for (const name of ["one", "two"]) await ask(it.context, name);
  await settled();
  assertEquals(it.signals.map(({ aborted }) => aborted), [false]);
  await it.context.close();
  await settled();
  assertEquals([it.auth.closed, it.asked, it.signals[0]!.aborted], [true, ["one"], true]);
});

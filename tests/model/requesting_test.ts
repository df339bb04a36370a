import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ClosedError, Dealer, Reply, Request, Router, StateError, text, UnreachableError } from "../../mod.ts";
import { test } from "../harness.ts";
import { Call, tryModel, World } from "./world.ts";

const RECONNECT = 100;

type Command =
  | { readonly do: "ask" | "hear" | "call"; readonly who: number }
  | { readonly do: "take" | "answer" }
  | { readonly do: "lose"; readonly line: number }
  | { readonly do: "pass"; readonly milliseconds: number };

const COMMANDS: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("ask" as const, "hear" as const), who: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("take" as const, "answer" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("call" as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), line: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("pass" as const), milliseconds: fc.constantFrom(1, RECONNECT, 300) }),
  },
);

// The model: REQ sends and receives in turn, REP receives and sends in turn, and an answer is that of the question.
async function turns(commands: readonly Command[], scheme: string): Promise<void> {
  const world = new World();
  const { context } = world;
  const reply = new Reply({ context });
  await reply.bind(`${scheme}://service`);
  const clients = [0, 1, 2].map(() => new Request({ context }));
  for (const client of clients) client.connect(`${scheme}://service`);
  await world.settle();
  /** What each has asked and not heard the answer of. */
  const asked: (string | undefined)[] = [undefined, undefined, undefined];
  const called: { readonly question: string; readonly call: Call<Uint8Array[]> }[] = [];
  let taken: string | undefined;
  let count = 0;
  let lossless = true;
  const waiting = new Set<string>();
  const answered = new Set<string>();
  for (const command of commands) {
    const who = "who" in command ? command.who : 0;
    const client = clients[who]!;
    switch (command.do) {
      case "ask": {
        const question = `question ${count++} of ${who}`;
        if (asked[who] !== undefined) assertThrows(() => client.trySend(question), StateError);
        else if (client.trySend(question)) waiting.add(asked[who] = question);
        else assert(!lossless, "who is connected can ask");
        break;
      }
      case "call": {
        const question = `call ${count++} of ${who}`;
        called.push({ question, call: new Call(client.request(question)) });
        waiting.add(question);
        break;
      }
      case "hear": {
        const question = asked[who];
        if (question === undefined) {
          assertThrows(() => client.tryReceive(), StateError);
          break;
        }
        const frames = client.tryReceive();
        if (frames === undefined) {
          assert(!lossless || !answered.has(question), "an answer has arrived");
          break;
        }
        assertEquals(text(frames[0]), `answer to ${question}`);
        asked[who] = undefined;
        break;
      }
      case "take": {
        if (taken !== undefined) {
          assertThrows(() => reply.tryReceive(), StateError);
          break;
        }
        const frames = reply.tryReceive();
        taken = frames === undefined ? undefined : text(frames[0]);
        if (taken === undefined) assert(!lossless || waiting.size === 0, `${waiting.size} questions have arrived`);
        else assert(waiting.delete(taken), `${taken} was never asked, or has come twice`);
        break;
      }
      case "answer":
        if (taken === undefined) assertThrows(() => reply.trySend("what?"), StateError);
        else {
          assert(reply.trySend(`answer to ${taken}`), "REP never waits");
          answered.add(taken);
          taken = undefined;
        }
        break;
      case "lose": {
        const line = [...world.transport.lines][command.line];
        if (line !== undefined) lossless = false;
        line?.lose();
        break;
      }
      case "pass":
        await world.pass(command.milliseconds);
    }
    await world.settle();
    for (const { question, call } of called) {
      if (call.state === "done") assertEquals(text(call.value[0]), `answer to ${question}`);
      else if (lossless) assert(!answered.has(question), "a call's answer has arrived");
    }
  }
  const closing = new Call(context.close({ linger: 0 }));
  await world.pass(5000);
  assertEquals(closing.state, "done");
  for (const { call } of called) assert(call.state === "done" || call.error instanceof ClosedError, call.state);
  world.checkEmpty();
}

// The model: a ROUTER reaches whom it has met and has not lost, by name; the rest it drops, or says that it cannot.
async function routes(commands: readonly Command[], scheme: string, mandatory: boolean): Promise<void> {
  const world = new World();
  const { context } = world;
  const router = new Router({ context, mandatory, handover: true });
  await router.bind(`${scheme}://service`);
  const dealers = [0, 1, 2].map((who) => new Dealer({ context, routingId: `d${who}` }));
  const there = [false, false, false];
  const expected: string[][] = [[], [], []];
  let count = 0;
  let dropped = 0;
  let lossless = true;
  for (const command of commands) {
    const who = "who" in command ? command.who : count % 3;
    const dealer = dealers[who]!;
    switch (command.do) {
      case "ask":
        if (!there[who]) dealer.connect(`${scheme}://service`);
        there[who] = true;
        break;
      case "answer": {
        const message = `message ${count++}`;
        if (there[who] || !mandatory) {
          if (lossless) assert(router.trySend([`d${who}`, message]));
          else if (!tried(() => router.trySend([`d${who}`, message]))) break;
          if (there[who]) expected[who]!.push(message);
          else dropped++;
        } else assertThrows(() => router.trySend([`d${who}`, message]), UnreachableError);
        break;
      }
      case "hear": {
        const frames = dealer.tryReceive();
        const message = frames === undefined ? undefined : text(frames[0]);
        if (lossless) assertEquals(message, expected[who]!.shift());
        else if (message !== undefined) {
          const at = expected[who]!.indexOf(message);
          assert(at >= 0, `${message} comes twice, or late, or to the wrong one`);
          expected[who]!.splice(0, at + 1);
        }
        break;
      }
      case "lose": {
        const line = [...world.transport.lines][command.line];
        if (line !== undefined) lossless = false;
        line?.lose();
        break;
      }
      case "pass":
        await world.pass(command.milliseconds);
        break;
      default:
    }
    await world.settle();
    if (lossless) assertEquals(router.stats().dropped, dropped);
    else assert(router.stats().dropped >= dropped);
  }
  const closing = new Call(context.close({ linger: 0 }));
  await world.pass(5000);
  assertEquals(closing.state, "done");
  world.checkEmpty();
}

/** Whether a `mandatory` router knew the way. */
function tried(send: () => boolean): boolean {
  try {
    return send();
  } catch (error) {
    assert(error instanceof UnreachableError, String(error));
    return false;
  }
}

for (const scheme of ["memory", "inproc"]) {
  test(`REQ and REP over ${scheme}: each in turn, and every answer is its question's`, async () => {
    await tryModel(80, COMMANDS, (list) => turns(list, scheme));
  }, { timeout: 120_000 });

  for (const mandatory of [false, true]) {
    test(
      `ROUTER${mandatory ? ", mandatory," : ""} over ${scheme}: what has a route arrives there and nowhere else`,
      async () => {
        await tryModel(80, COMMANDS, (list) => routes(list, scheme, mandatory));
      },
      { timeout: 120_000 },
    );
  }
}

/**
 * Whose message is it: what a judge granted a peer is readable for each of its messages, on every way to receive one.
 */
import { assert, assertEquals } from "@std/assert";
import {
  Context,
  curveKeyPair,
  Dealer,
  type Frames,
  Pair,
  peerOf,
  proxy,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  text,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { until } from "../interop/waiting.ts";

const TCP = "tcp://127.0.0.1:*";

/** A context that lets everybody in: the user id is the username, and the rank is metadata. */
async function judged() {
  const context = new Context();
  const zap = new Reply({ context });
  await zap.bind("inproc://zeromq.zap.01");
  const rank = new TextEncoder().encode("\x06X-Rank\x00\x00\x00\x05major");
  (async () => {
    for await (const [, id, , , , , username] of zap) {
      await zap.send(["1.0", id!, "200", "", username ?? new Uint8Array(), rank]);
    }
  })();
  return {
    context,
    [Symbol.asyncDispose]: async () => {
      await zap.close();
      await context.close();
    },
  };
}

const as = (plainUsername: string) => ({ plainUsername, plainPassword: "secret" });

function userOf(message: readonly Uint8Array[] | undefined): string | undefined {
  return message === undefined ? undefined : peerOf(message)?.userId;
}

test("a message tells its sender's user id, metadata, mechanism and address", async () => {
  await using judge = await judged();
  await using pull = new Pull({ context: judge.context, plainServer: true });
  await using push = new Push({ ...as("joe"), metadata: { "X-Rank": "general", "X-Home": "here" } });
  push.connect(await pull.bind(TCP));
  await push.send(["one", "two"]);
  const message = await pull.receive();
  const { userId, mechanism, metadata, peer } = peerOf(message)!;
  assertEquals([userId, mechanism], ["joe", "PLAIN"]);
  assert(peer.startsWith("tcp://127.0.0.1:"));
  // What it claims itself is no part of it.
  assertEquals(Array.from(metadata, ([name, value]) => [name, text(value)]), [["X-Rank", "major"]]);
});

test("the mark is not to be seen on the message", async () => {
  await using judge = await judged();
  await using pull = new Pull({ context: judge.context, plainServer: true });
  await using push = new Push(as("joe"));
  push.connect(await pull.bind(TCP));
  await push.send("one");
  const message = await pull.receive();
  assertEquals(Reflect.ownKeys(message), ["0", "length"]);
  assertEquals(message, [new TextEncoder().encode("one")]);
  assertEquals(peerOf([...message]), undefined);
});

test("on every way to receive, the message is its sender's", async () => {
  await using judge = await judged();
  await using pull = new Pull({ context: judge.context, plainServer: true });
  const endpoint = await pull.bind(TCP);
  await using joe = new Push(as("joe"));
  await using ann = new Push(as("ann"));
  joe.connect(endpoint);
  ann.connect(endpoint);
  const seen: Record<string, number> = {};
  const check = (message: Frames | undefined): void => {
    assertEquals(userOf(message), text(message?.[0]));
    seen[text(message?.[0])] = (seen[text(message?.[0])] ?? 0) + 1;
  };
  for (let i = 0; i < 4; i++) {
    await joe.send("joe");
    await ann.send("ann");
  }
  check(await pull.receive());
  await until(() => pull.stats().queuedIn > 0);
  check(pull.tryReceive());
  for await (const message of pull) {
    check(message);
    break;
  }
  const reader = pull.readable.getReader();
  for (let i = 0; i < 4; i++) check((await reader.read()).value);
  await reader.cancel();
  check(await pull.receive());
  assertEquals(seen, { joe: 4, ann: 4 });
});

test("ROUTER, REP and DEALER: the frames that a socket adds or takes off make no difference", async () => {
  await using judge = await judged();
  const options = { context: judge.context, plainServer: true };
  await using router = new Router(options);
  await using dealer = new Dealer({ ...as("ann"), routingId: "d" });
  dealer.connect(await router.bind(TCP));
  await dealer.send(["one"]);
  await dealer.send(["one", "two"]);
  for (let i = 0; i < 2; i++) assertEquals(userOf(await router.receive()), "ann");
  await router.send(["d", "back"]);
  // A server of PLAIN has not shown who it is.
  assertEquals(peerOf(await dealer.receive()), undefined);

  await using reply = new Reply(options);
  await using request = new Request(as("joe"));
  request.connect(await reply.bind(TCP));
  await request.send("question");
  assertEquals(userOf(await reply.receive()), "joe");
  await reply.send("answer");
  await request.receive();
  const call = request.request("again");
  assertEquals(userOf(await reply.receive()), "joe");
  await reply.send("answer");
  await call;
});

test("PAIR, SUB and XPUB: messages and subscriptions are their sender's", async () => {
  await using judge = await judged();
  const options = { context: judge.context, plainServer: true };
  await using one = new Pair(options);
  await using other = new Pair(as("joe"));
  other.connect(await one.bind(TCP));
  await other.send("hello");
  assertEquals(userOf(await one.receive()), "joe");

  await using subscriber = new Subscriber(options);
  subscriber.subscribe("");
  await using publisher = new Publisher(as("pub"));
  publisher.connect(await subscriber.bind(TCP));
  await until(() => publisher.trySend("news") && subscriber.stats().queuedIn > 0);
  assertEquals(userOf(await subscriber.receive()), "pub");

  await using xpub = new XPublisher({ ...options, verbosity: "allSubsUnsubs" });
  await using xsub = new XSubscriber(as("sub"));
  xsub.connect(await xpub.bind(TCP));
  xsub.subscribe("topic");
  const notice = await xpub.receive();
  assertEquals([text(notice[0]), userOf(notice)], ["\x01topic", "sub"]);
  await xsub.send("a word");
  assertEquals(userOf(await xpub.receive()), "sub");
  xsub.unsubscribe("topic");
  assertEquals(userOf(await xpub.receive()), "sub");
});

test("a message keeps its sender when another peer has the connection", async () => {
  await using judge = await judged();
  await using pull = new Pull({ context: judge.context, plainServer: true });
  const endpoint = await pull.bind(TCP);
  for (const name of ["joe", "ann"]) {
    const push = new Push(as(name));
    push.connect(endpoint);
    await push.send(name);
    await push.close();
  }
  for (let i = 0; i < 2; i++) {
    const message = await pull.receive();
    assertEquals(userOf(message), text(message[0]));
  }
});

test("nobody is sure of peers with NULL that nobody judged, of peers in this process, and of what is passed on", async () => {
  await using judge = await judged();
  const { context } = judge;
  await using pull = new Pull({ context });
  await using push = new Push({ context });
  push.connect(await pull.bind(TCP));
  await push.send("hello");
  assertEquals(peerOf(await pull.receive()), undefined);
  push.connect(await pull.bind("inproc://in-house"));
  await push.send("hello");
  await push.send("hello");
  for (let i = 0; i < 2; i++) assertEquals(peerOf(await pull.receive()), undefined);

  // NULL with a domain is judged by address.
  await using known = new Pull({ context, zapDomain: "home" });
  await using sender = new Push();
  sender.connect(await known.bind(TCP));
  await sender.send("hello");
  const { mechanism, metadata } = peerOf(await known.receive())!;
  assertEquals([mechanism, text(metadata.get("X-Rank"))], ["NULL", "major"]);

  await using front = new Pull({ context, plainServer: true });
  await using back = new Push({ context });
  await using last = new Pull({ context });
  await using first = new Push(as("joe"));
  await back.bind("inproc://behind");
  last.connect("inproc://behind");
  first.connect(await front.bind(TCP));
  const ending = new AbortController();
  const passing = proxy(front, back, { signal: ending.signal }).catch(() => {});
  await first.send("through");
  assertEquals(peerOf(await last.receive()), undefined);
  ending.abort();
  await passing;
});

test("REQ: a reply is from the server of CURVE whose key we know", async () => {
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  await using reply = new Reply({ curveServer: true, curveSecretKey: server.secretKey, context: new Context() });
  await using request = new Request({
    curveServerKey: server.publicKey,
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
  });
  request.connect(await reply.bind(TCP));
  await request.send("question");
  assertEquals(peerOf(await reply.receive())?.mechanism, "CURVE");
  await reply.send("answer");
  assertEquals(peerOf(await request.receive())?.mechanism, "CURVE");
  const call = request.request("again");
  await reply.receive();
  await reply.send("answer");
  assertEquals(peerOf(await call)?.mechanism, "CURVE");
});

test("with a domain, and nobody to judge by it, nobody is sure either", async () => {
  await using pull = new Pull({ context: new Context(), zapDomain: "home" });
  await using push = new Push();
  push.connect(await pull.bind(TCP));
  await push.send("hello");
  assertEquals(peerOf(await pull.receive()), undefined);
});

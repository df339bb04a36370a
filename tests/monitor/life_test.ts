/** The events of real sockets, in their order, and what each tells. */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  Context,
  Dealer,
  ProtocolError,
  Pull,
  Push,
  Router,
  type Socket,
  type SocketEvent,
  type ZmqError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { meet, until } from "../socket_fixture.ts";

/** Keeps all events of a socket from now on. */
function record(socket: Socket): SocketEvent[] {
  const seen: SocketEvent[] = [];
  const { events } = socket;
  void (async () => {
    for await (const event of events) seen.push(event);
  })();
  return seen;
}

const types = (events: readonly SocketEvent[]): string[] => events.map(({ type }) => type);

test("a peer that comes and goes is told of on both sides", async () => {
  const pull = new Pull();
  const push = new Push({ linger: 0, reconnectInterval: 0 });
  const [pulled, pushed] = [record(pull), record(push)];
  const endpoint = await meet(pull, push);
  await pull.close();
  await until(() => pushed.at(-1)?.type === "close");
  await push.close();
  await until(() => pushed.at(-1)?.type === "end" && pulled.at(-1)?.type === "end");
  assertEquals(types(pulled), ["bind", "accept", "handshake", "close", "end"]);
  assertEquals(types(pushed), ["connect:delay", "connect", "handshake", "disconnect", "close", "end"]);
  for (const event of [...pulled, ...pushed]) {
    if (event.type !== "end") assertEquals(event.endpoint, endpoint);
    if ("peer" in event) assertMatch(event.peer, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  }
});

test("a handshake tells the peer's type, routing id, properties and version", async () => {
  await using router = new Router();
  await using dealer = new Dealer({ routingId: "me", metadata: { "X-Key": "value" } });
  const handshake = router.events.once("handshake");
  await meet(router, dealer);
  const { socketType, routingId, properties, version, endpoint } = await handshake;
  assertEquals([socketType, version, endpoint], ["DEALER", "3.1", router.lastEndpoint!]);
  assertEquals([...routingId], [109, 101]);
  assertEquals([...properties.get("X-Key") ?? []], [...new TextEncoder().encode("value")]);
});

test("an endpoint where nobody listens is dialled again, and each wait is told", async () => {
  await using push = new Push({ linger: 0, reconnectInterval: 5 });
  const seen = record(push);
  await using reserved = new Pull();
  const endpoint = await reserved.bind("tcp://127.0.0.1:*");
  await reserved.unbind(endpoint);
  push.connect(endpoint);
  await until(() => types(seen).filter((type) => type === "connect:retry").length >= 2);
  assertEquals(types(seen).slice(0, 4), ["connect:delay", "connect:retry", "connect:delay", "connect:retry"]);
  const retry = seen[1]!;
  assert(retry.type === "connect:retry" && retry.interval >= 5 && retry.interval < 10);
  assertEquals((retry.error as ZmqError).code, "ECONNREFUSED");
});

test("a peer that does not fit is a handshake error on both sides, with its reason", async () => {
  await using pull = new Pull();
  await using dealer = new Dealer({ linger: 0 });
  const [pulled, dealt] = [record(pull), record(dealer)];
  dealer.connect(await pull.bind("tcp://127.0.0.1:*"));
  await until(() => types(pulled).includes("disconnect") && types(dealt).includes("disconnect"));
  const failure = pulled.find(({ type }) => type === "handshake:error:protocol");
  assert(failure !== undefined && "error" in failure);
  assertInstanceOf(failure.error, ProtocolError);
  assertMatch(failure.error!.message, /DEALER/);
});

test("a peer of the wrong type is told of over inproc too", async () => {
  await using context = new Context();
  const pull = new Pull({ context });
  const dealer = new Dealer({ context });
  const [pulled, dealt] = [record(pull), record(dealer)];
  await pull.bind("inproc://x");
  dealer.connect("inproc://x");
  await until(() => pulled.length > 1 && dealt.length > 0);
  assertEquals([pulled[1]!.type, dealt[0]!.type], ["handshake:error:protocol", "handshake:error:protocol"]);
});

test("unbind and disconnect are told as close, and a filtered peer as accept:error", async () => {
  await using pull = new Pull({ tcpAcceptFilter: "10.0.0.0/8" });
  await using push = new Push({ linger: 0, reconnectInterval: 0 });
  const [pulled, pushed] = [record(pull), record(push)];
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  push.connect(endpoint);
  await until(() => types(pulled).includes("accept:error"));
  const refused = pulled.find(({ type }) => type === "accept:error")!;
  assert("error" in refused);
  const message = /^Cannot accept tcp:\/\/127\.0\.0\.1:\d+: its address is not in tcpAcceptFilter, wanted one that is$/;
  assertMatch(refused.error!.message, message);
  await pull.unbind(endpoint);
  assertEquals(pulled.at(-1), { type: "close", endpoint });
  push.connect("inproc://nobody");
  push.disconnect("inproc://nobody");
  await until(() => pushed.some((event) => event.type === "close" && event.endpoint === "inproc://nobody"));
});

test("nothing is kept before the first look at the events", async () => {
  await using pull = new Pull();
  await pull.bind("inproc://unseen");
  const seen = record(pull);
  await pull.bind("inproc://seen");
  await until(() => seen.length > 0);
  assertEquals(seen, [{ type: "bind", endpoint: "inproc://seen" }]);
});

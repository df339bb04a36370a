/** `./core` alone: what it leaves to the main entry point, it says. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Context, Dealer, EndpointError, NotSupportedError, Pull, Push, Stream } from "../../src/core.ts";
import { test } from "../harness.ts";

test("the core has inproc, and no transport that it was not given", async () => {
  await using push = new Push();
  await using pull = new Pull();
  push.connect(await pull.bind("inproc://core"));
  await push.send("here");
  assertEquals((await pull.receive()).length, 1);
  await assertRejects(async () => await pull.bind("tcp://127.0.0.1:*"), EndpointError, "wanted inproc");
});

test("the core does not know options that have no meaning here", () => {
  const unknown = 'Cannot set option "vmciBufferSize": there is no option of this name';
  assertThrows(() => new Push({ vmciBufferSize: 0 } as object), TypeError, unknown);
  assertThrows(
    () => new Context({ ioThreads: 1 } as object),
    TypeError,
    '"ioThreads": there is no option of this name',
  );
});

test("the core has no SOCKS: the option can be left alone, and nothing else", () => {
  const refused = 'Cannot set option "socksProxy": "./core" has no SOCKS, wanted the main entry point';
  assertThrows(() => new Push({ socksProxy: "127.0.0.1:1080" }), NotSupportedError, refused);
  assertThrows(() => new Context({ socksProxy: "127.0.0.1:1080" }), NotSupportedError, refused);
  const push = new Push({ socksProxy: null });
  assertThrows(() => push.socksProxy = "127.0.0.1:1080", NotSupportedError, refused);
  assertEquals(push.socksProxy, null);
});

test("the core does not know what is said of peers that come and go, nor who each message is from", () => {
  for (const name of ["helloMessage", "hiccupMessage", "messageMetadata"]) {
    const unknown = `Cannot set option "${name}": there is no option of this name`;
    assertThrows(() => new Dealer({ [name]: true } as object), TypeError, unknown);
  }
});

test("the core has no filters of addresses, and says so rather than let everyone in", () => {
  const refused = 'Cannot set option "tcpAcceptFilter": "./core" has no filters, wanted the main entry point';
  assertThrows(() => new Pull({ tcpAcceptFilter: "10.0.0.0/8" }), NotSupportedError, refused);
  assertEquals(new Pull({ tcpAcceptFilter: null }).tcpAcceptFilter, null);
});

test("the core speaks ZMTP 3 alone: its oldest version can be left alone, and nothing else", () => {
  const refused = 'Cannot set option "minimumProtocol": "./core" has no other, wanted the main entry point';
  assertThrows(() => new Push({ minimumProtocol: "2.0" }), NotSupportedError, refused);
  assertEquals(new Push({ minimumProtocol: "3.0" }).minimumProtocol, "3.0");
});

test("the core's STREAM has its own option, and none of ZMTP", () => {
  assertEquals([new Stream().notify, new Stream({ notify: false }).notify], [true, false]);
  assertThrows(() => new Stream({ minimumProtocol: "3.0" } as object), TypeError, "the socket is a STREAM");
  assertThrows(() => new Push({ notify: true } as object), TypeError, "the socket is a PUSH, wanted STREAM");
});

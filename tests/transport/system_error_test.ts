import { assert, assertEquals } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import { errnoOf, systemError } from "../../src/transport/system_error.ts";
import { test } from "../harness.ts";

/** An error as a runtime makes it. */
function made(name: string, code?: string, message = "said the system"): Error {
  const error = new Error(message);
  error.name = name;
  return code === undefined ? error : Object.assign(error, { code });
}

for (
  const { from, error, code } of [
    { from: "Node", error: made("Error", "ECONNREFUSED"), code: "ECONNREFUSED" },
    { from: "Node", error: made("Error", "ENOTFOUND"), code: "EHOSTUNREACH" },
    { from: "Node", error: made("Error", "EAI_AGAIN"), code: "EHOSTUNREACH" },
    { from: "Node", error: made("Error", "EPERM"), code: "EACCES" },
    { from: "Node", error: made("Error", "ENETUNREACH"), code: "EHOSTUNREACH" },
    { from: "Node", error: made("Error", "EMFILE"), code: "EMFILE" },
    { from: "Node", error: new AggregateError([], "said the system"), code: "EIO" },
    { from: "Bun", error: made("Error", "EADDRINUSE"), code: "EADDRINUSE" },
    { from: "Bun", error: made("DNSException", "DNS_ENOTFOUND"), code: "EHOSTUNREACH" },
    { from: "Deno", error: made("AddrInUse"), code: "EADDRINUSE" },
    { from: "Deno", error: made("AddrNotAvailable", "EADDRNOTAVAIL"), code: "EADDRNOTAVAIL" },
    { from: "Deno", error: made("NotCapable"), code: "EACCES" },
    { from: "Deno", error: made("NotFound", "ENOENT"), code: "ENOENT" },
    { from: "Deno", error: made("TimedOut"), code: "ETIMEDOUT" },
    { from: "Deno", error: made("PermissionDenied", "ESOMETHING"), code: "EACCES" },
    {
      from: "Deno",
      error: made("Error", undefined, "failed to lookup address information: Name or service not known"),
      code: "EHOSTUNREACH",
    },
    { from: "nobody", error: "text", code: "EIO" },
    { from: "nobody", error: undefined, code: "EIO" },
  ]
) {
  const shown = error instanceof Error && "code" in error ? `${error.name} ${error.code}` : String(error);
  test(`${shown} of ${from}'s is ${code}`, () => assertEquals(errnoOf(error), code));
}

test("what the system says is wrapped once, with its cause", () => {
  const cause = made("Error", "EADDRINUSE");
  const error = systemError("tcp://*:1", "bind", cause);
  assert(error instanceof EndpointError);
  assertEquals([error.code, error.endpoint, error.cause], ["EADDRINUSE", "tcp://*:1", cause]);
  assertEquals(error.message, 'Cannot bind to "tcp://*:1": the address is in use, wanted one that is free');
  assertEquals(systemError("ipc://x", "connect", error), error);
});

test("what nobody knows is told in the system's words", () => {
  const error = systemError("tcp://a:1", "connect", made("Error", "EWHATEVER", "something is odd"));
  assertEquals(error.code, "EIO");
  assertEquals(error.message, 'Cannot connect to "tcp://a:1": something is odd, wanted no such failure');
});

test("a code that the caller knows better overrules the system's", () => {
  assertEquals(systemError("tcp://eth9:1", "bind", made("Error", "ENOTFOUND"), "ENODEV").code, "ENODEV");
});

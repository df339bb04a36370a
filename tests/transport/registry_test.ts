import { assertEquals, assertThrows } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import { NO_CAPABILITIES, type Transport } from "../../src/transport/link.ts";
import { Transports } from "../../src/transport/registry.ts";
import { test } from "../harness.ts";

/** A transport that is only asked for its name. */
function named(scheme: string): Transport {
  const never = (): never => {
    throw new Error("Called");
  };
  return { scheme, capabilities: NO_CAPABILITIES, check: never, connect: never, listen: never };
}

test("a transport is found by its scheme, which minds its case", () => {
  const [tcp, ipc] = [named("tcp"), named("ipc")];
  const transports = new Transports([tcp, ipc]);
  assertEquals([...transports], [tcp, ipc]);
  assertEquals(transports.get("tcp"), tcp);
  assertEquals(transports.get("TCP"), undefined);
  assertEquals(transports.find("ipc:///tmp/x", "bind"), ipc);
});

test("of two transports with one scheme the later is taken", () => {
  const later = named("tcp");
  assertEquals([...new Transports([named("tcp"), later])], [later]);
});

for (const scheme of ["TCP", "udp", "tipc", "vmci", "pgm", "norm"]) {
  test(`an endpoint of the unknown transport ${scheme} is EPROTONOSUPPORT, and the known ones are named`, () => {
    const transports = new Transports([named("tcp"), named("ipc")]);
    const endpoint = `${scheme}://127.0.0.1:5555`;
    const error = assertThrows(() => transports.find(endpoint, "connect", ["inproc"]), EndpointError);
    assertEquals([error.code, error.endpoint], ["EPROTONOSUPPORT", endpoint]);
    assertEquals(
      error.message,
      `Cannot connect to "${endpoint}": transport is "${scheme}", wanted tcp, ipc, inproc`,
    );
  });
}

test("where there are no transports at all, the error says so", () => {
  const error = assertThrows(() => new Transports([]).find("tcp://*:5555", "bind"), EndpointError);
  assertEquals(error.message, 'Cannot bind to "tcp://*:5555": transport is "tcp", wanted one, but none is here');
});

test("an endpoint without a transport is EINVAL", () => {
  const error = assertThrows(() => new Transports([named("tcp")]).find("127.0.0.1:5555", "bind"), EndpointError);
  assertEquals(error.code, "EINVAL");
});

/**
 * Tests of the face: its `close()` does not wait, so a test is over when what it closed is gone.
 *
 * @module
 */
import { test as define } from "../harness.ts";
import { ended } from "../../src/zeromq/ending.ts";

/** As `test` of the harness, for a body that closes its sockets without waiting for them. */
export function test(...[name, body, options]: Parameters<typeof define>): void {
  define(name, async () => {
    await body();
    await ended();
  }, options);
}

/** What is done with one endpoint takes the same time however many there are. */
import { assertEquals, assertThrows } from "@std/assert";
import { Context, Dealer, EndpointError, Router } from "../../mod.ts";
import { test } from "../harness.ts";

/** If a step looked at all the others, there would be a thousand million looks: minutes instead of a second. */
const MANY = 30_000;

test("a socket binds, connects, disconnects and unbinds tens of thousands of endpoints, one by one", async () => {
  await using context = new Context({ linger: 0 });
  const router = new Router({ context });
  const dealer = new Dealer({ context });
  for (let i = 0; i < MANY; i++) await router.bind(`inproc://${i}`);
  for (let i = 0; i < MANY; i++) {
    dealer.connect(`inproc://${i}`);
    // A DEALER connects once.
    dealer.connect(`inproc://${i}`);
  }
  assertEquals(dealer.stats().peers.length, MANY);
  for (let i = 0; i < MANY; i++) dealer.disconnect(`inproc://${i}`);
  assertEquals([dealer.stats().peers.length, router.stats().peers.length], [0, 0]);
  for (let i = 0; i < MANY; i++) await router.unbind(`inproc://${i}`);
  await router.bind("inproc://0");
});

test("an error names a few of the endpoints that there are", async () => {
  await using context = new Context({ linger: 0 });
  const dealer = new Dealer({ context });
  for (let i = 0; i < 12; i++) dealer.connect(`inproc://${i}`);
  const names = Array.from({ length: 10 }, (_, i) => `inproc://${i}`).join(", ");
  assertThrows(
    () => dealer.disconnect("inproc://none"),
    EndpointError,
    `it is not connected, wanted one that is: ${names} and 2 more`,
  );
});

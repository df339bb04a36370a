/**
 * A program that sends to the endpoint that it is given and closes nothing; to a second one, where nobody is, too.
 *
 * @module
 */

import process from "node:process";
import { Push } from "../../src/zeromq/mod.ts";

const [endpoint, nobody] = process.argv.slice(2);
const push = new Push({ sendHighWaterMark: 0 });
push.connect(endpoint!);
for (let number = 0; number < 1000; number++) await push.send(String(number));
if (nobody !== undefined) {
  const late = new Push({ linger: 700 });
  late.connect(nobody);
  await late.send("to nobody");
}

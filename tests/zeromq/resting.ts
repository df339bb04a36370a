/**
 * A program that sends itself a message by the endpoint that it is given, and closes nothing.
 *
 * @module
 */

import process from "node:process";
import { Pull, Push } from "../../src/zeromq/mod.ts";

const pull = new Pull();
await pull.bind(process.argv[2]!);
const push = new Push();
push.connect(pull.lastEndpoint!);
await push.send("heard");
console.log(String(await pull.receive()));

/**
 * Plays the scenarios with npm `zeromq`, on Node, and writes what was seen as JSON. An argument names the only one.
 *
 * @module
 */

import process from "node:process";
import * as zmq from "zeromq";
import * as draft from "zeromq/draft.js";
import { observeAll } from "./scenarios.ts";

const seen = await observeAll({ ...zmq, draft }, process.argv[2]);
process.stdout.write(JSON.stringify(seen), () => process.exit(0));

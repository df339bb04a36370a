/** Binds a Unix socket and waits to be killed, so that its file stays behind. */
import { createServer } from "node:net";
import { parent } from "../processes.ts";

createServer().listen(parent.args[0], () => parent.send({ bound: true }));

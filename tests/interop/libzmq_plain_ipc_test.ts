/** Every pair of socket types against libzmq, known by a username and a password, over ipc. @module */

import { PLAIN } from "./keys.ts";
import { testMatrix } from "./libzmq_matrix.ts";

await testMatrix("PLAIN over ipc", "ipc://*", PLAIN);

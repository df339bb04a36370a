/** Every pair of socket types against libzmq, encrypted by CURVE, over ipc. @module */

import { CURVE } from "./keys.ts";
import { testMatrix } from "./libzmq_matrix.ts";

await testMatrix("CURVE over ipc", "ipc://*", CURVE);

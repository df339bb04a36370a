/** Every pair of socket types against libzmq, over ipc. @module */

import { testMatrix } from "./libzmq_matrix.ts";

await testMatrix("ipc", "ipc://*");

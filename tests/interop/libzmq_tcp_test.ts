/** Every pair of socket types against libzmq, over tcp. @module */

import { testMatrix } from "./libzmq_matrix.ts";

await testMatrix("tcp", "tcp://127.0.0.1:*");

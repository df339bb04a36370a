/** Every pair of socket types against libzmq, encrypted by CURVE, over tcp. @module */

import { CURVE } from "./keys.ts";
import { testMatrix } from "./libzmq_matrix.ts";

await testMatrix("CURVE over tcp", "tcp://127.0.0.1:*", CURVE);

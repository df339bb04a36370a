/** A peer made of this library, in a process of its own, under whichever runtime starts it. @module */

import { ours } from "./ours.ts";
import { serve } from "./serve.ts";

await serve(ours);

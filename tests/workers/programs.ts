/** What the tests have a Worker do besides commands. @module */

import { type Context, Pull, Push, Request, text } from "../../mod.ts";

/** Programs by name: each gets the context and what the test gives it, and answers something that is JSON. */
export const PROGRAMS: Readonly<
  Record<string, (context: Context, given: Record<string, string>) => Promise<unknown>>
> = {};
void [Pull, Push, Request, text];

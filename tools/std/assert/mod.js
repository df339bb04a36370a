/* @ts-self-types="./mod.d.ts" */
// Stands in for jsr:@std/assert where the registry that has it cannot be reached; see CONTRIBUTING.md.
// The code is the official one, as the npm package deno-std re-publishes it.
export * from "deno-std/assert/mod.js";

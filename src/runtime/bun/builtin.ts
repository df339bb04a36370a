/**
 * What Bun offers only through Node's modules: the machine's interfaces.
 *
 * @module
 */

import type { Interface } from "../../transport/tcp.ts";

interface Os {
  networkInterfaces(): { readonly [name: string]: readonly { readonly address: string }[] | undefined };
}

interface Process {
  getBuiltinModule(name: "node:os"): Os;
}

/** The machine's interfaces, one address each. */
export function* interfaces(): Iterable<Interface> {
  const { process } = globalThis as unknown as { readonly process: Process };
  for (const [name, addresses] of Object.entries(process.getBuiltinModule("node:os").networkInterfaces())) {
    for (const { address } of addresses ?? []) yield { name, address };
  }
}

/**
 * Modules that come with the runtime, where it gives them out: Node from 20.16, Deno and Bun do by
 * `process.getBuiltinModule`, browsers do not. There is no import for a bundler to trip on.
 *
 * @module
 */

/** The little of `node:crypto` that keys are made with. */
export interface NodeCrypto {
  /** Reads a secret key. */
  createPrivateKey(input: { key: Uint8Array; format: "der"; type: "pkcs8" }): object;
  /** The public key of a secret one. */
  createPublicKey(secretKey: object): { export(options: { format: "der"; type: "spki" }): Uint8Array };
}

/** The little of `node:module` that a package is found with. */
export interface NodeModule {
  /** A `require` that looks for packages from a file. */
  createRequire(from: string): (name: string) => unknown;
}

interface Builtins {
  readonly "node:crypto": NodeCrypto;
  readonly "node:module": NodeModule;
}

/** One of the runtime's own modules, `undefined` where there is none. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as { readonly process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}

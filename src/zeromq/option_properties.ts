/**
 * Options as properties of a class.
 *
 * @module
 */

import type { OptionRow } from "./option_table.ts";

/** Makes properties of options. */
export function defineOptions(prototype: object, rows: readonly OptionRow[]): void {
  for (const { name, id, kind, access } of rows) {
    // The methods are looked up by name, as there: a subclass may have its own.
    const [getter, setter] = [`get${kind}Option`, `set${kind}Option`];
    type Methods = Record<string, (id: number, value?: unknown) => unknown>;
    Object.defineProperty(prototype, name, {
      ...(access === "write" ? {} : {
        get(this: Methods): unknown {
          return this[getter]!(id);
        },
      }),
      ...(access === "read" ? {} : {
        set(this: Methods, value: unknown): void {
          this[setter]!(id, value);
        },
      }),
      configurable: true,
    });
  }
}

// The types of the stable modules of @std/bytes, written by hand: the re-published code carries none.

/** A `Uint8Array` over an `ArrayBuffer` of its own. */
export type Uint8Array_ = ReturnType<Uint8Array["slice"]>;

/** The octets of all `buffers`, one after the other, in a new array. */
export function concat(buffers: readonly Uint8Array[]): Uint8Array_;
/** Copies as much of `src` as fits into `dst` from `offset`; returns how many octets that is. */
export function copy(src: Uint8Array, dst: Uint8Array, offset?: number): number;
/** Whether `source` ends with `suffix`. */
export function endsWith(source: Uint8Array, suffix: Uint8Array): boolean;
/** Whether two arrays hold the same octets. Not in constant time. */
export function equals(a: Uint8Array, b: Uint8Array): boolean;
/** Whether `needle` is found in `source` at or after `start`. */
export function includesNeedle(source: Uint8Array, needle: Uint8Array, start?: number): boolean;
/** Where `needle` is first found in `source` at or after `start`, or -1. */
export function indexOfNeedle(source: Uint8Array, needle: Uint8Array, start?: number): number;
/** Where `needle` is last found in `source` at or before `start`, or -1. */
export function lastIndexOfNeedle(source: Uint8Array, needle: Uint8Array, start?: number): number;
/** `source`, `count` times over, in a new array. */
export function repeat(source: Uint8Array, count: number): Uint8Array_;
/** Whether `source` starts with `prefix`. */
export function startsWith(source: Uint8Array, prefix: Uint8Array): boolean;

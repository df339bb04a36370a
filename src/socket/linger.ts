/**
 * How long what is queued may take to go out at the end.
 *
 * @module
 */

import { show, wrongRange, wrongType } from "../errors.ts";

/** How a socket, or a context, is closed. */
export interface CloseOptions {
  /**
   * How long queued messages may take to go out, in milliseconds; 0 drops them, `Infinity` waits for as long as it
   * takes. The socket's own `linger` unless given.
   */
  readonly linger?: number;
}

/** Reads the options of a `close`. Answers milliseconds, or `undefined` if none were given. */
export function lingerOf(options: CloseOptions | undefined): number | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) {
    throw wrongType(`Cannot close: options are ${show(options)}, wanted an object such as { linger: 0 }`);
  }
  const { linger } = options;
  if (linger === undefined) return undefined;
  if (linger === -1) return Infinity;
  if (typeof linger === "number" && linger >= 0) return linger;
  const wrong = typeof linger === "number" ? wrongRange : wrongType;
  throw wrong(`Cannot close: linger is ${show(linger)}, wanted milliseconds, 0 or more, or Infinity`);
}

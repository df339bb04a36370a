/**
 * What a scenario is, and how what it saw is written down: the same words for the same thing, whichever of the two
 * packages it was seen with.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Either package: npm `zeromq`, or the face. */
export type Zmq = typeof import("zeromq") & { readonly draft: typeof import("zeromq/draft.js") };

/** What a scenario saw: what JSON can hold. */
export type Seen = unknown;

/** One thing that a program may do, and what came of it. */
export interface Scenario {
  /** What is looked at. */
  readonly name: string;
  /** Whether npm `zeromq` needs a process for this alone: after it, it closes no socket any more. */
  readonly apart?: true;
  /** Does it. */
  run(zmq: Zmq): Seen | Promise<Seen>;
}

/** What JavaScript engines say in different words. */
const ENGINES_WORDS: readonly (readonly [string, RegExp])[] = [
  ["(not extensible)", /not extensible/],
  ["(wants new)", /class constructor/i],
  ["(symbol to string)", /symbol(?: value)? to a string/i],
  ["(null has no properties)", /^Cannot read properties of null|^null is not an object/],
];

/** What is shown of an error. */
export function shapeOf(error: unknown): Seen {
  if (!(error instanceof Error)) return { thrown: show(error) };
  const { name, message } = error;
  const { code, errno, address, status } = error as Error & Record<string, unknown>;
  return {
    name,
    message: ENGINES_WORDS.find(([, words]) => words.test(message))?.[0] ?? withoutPorts(message),
    ...(code === undefined ? {} : { code }),
    ...(errno === undefined ? {} : { errno }),
    ...(address === undefined ? {} : { address: show(address) }),
    ...(status === undefined ? {} : { status }),
  };
}

/** A value as JSON has it: octets as hexadecimal digits, `undefined` by name, ports by their place. */
export function show(value: unknown): Seen {
  if (value === undefined) return "(undefined)";
  if (typeof value === "string") return withoutPorts(value);
  if (Buffer.isBuffer(value)) return `Buffer ${value.toString("hex")}`;
  if (value instanceof Uint8Array) return `Uint8Array ${Buffer.from(value).toString("hex")}`;
  if (value instanceof Error) return shapeOf(value);
  if (Array.isArray(value)) return value.map(show);
  if (typeof value === "number" && !Number.isFinite(value)) return `(${value})`;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, show(one)]));
  }
  if (typeof value === "function") return "(function)";
  return value;
}

/** Calls `body`: whether it answered or threw, at once or later, and what. */
export async function attempt(body: () => unknown): Promise<Seen> {
  let answered: unknown;
  try {
    answered = body();
  } catch (error) {
    return { threw: shapeOf(error) };
  }
  if (!(answered instanceof Promise)) return { answered: show(answered) };
  try {
    return { resolved: show(await answered) };
  } catch (error) {
    return { rejected: shapeOf(error) };
  }
}

/** Several attempts, by name. */
export async function attempts(bodies: Readonly<Record<string, () => unknown>>): Promise<Seen> {
  const seen: Record<string, Seen> = {};
  for (const [name, body] of Object.entries(bodies)) seen[name] = await attempt(body);
  return seen;
}

/** Whether a promise has settled once what was about to happen has. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true, () => done = true);
  await turns(3);
  return done;
}

/** Lets the event loop turn a few times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Waits until something is so. */
export async function until(claim: () => boolean | Promise<boolean>): Promise<void> {
  while (!await claim()) await turns(1);
}

/** The code of what a promise rejects with, if it does. */
export function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(() => undefined, (error) => (error as { readonly code?: string }).code);
}

/** A message as text. */
export function texts(message: readonly Uint8Array[]): string[] {
  return message.map((frame) => Buffer.from(frame).toString());
}

function withoutPorts(text: string): string {
  return text.replace(/(:)\d{4,5}\b/g, "$1PORT");
}

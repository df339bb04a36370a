// The types of the stable modules of @std/streams, written by hand: the re-published code carries none.

/** A `Uint8Array` over an `ArrayBuffer` of its own. */
export type Uint8Array_ = ReturnType<Uint8Array["slice"]>;

/** Options of {@link Buffer.bytes}. */
export interface BufferBytesOptions {
  /** Whether to copy; `true` unless given. */
  copy?: boolean;
}
/** A buffer of octets with a readable and a writable side. */
export class Buffer {
  constructor(ab?: ArrayBufferLike | ArrayLike<number>);
  readonly readable: ReadableStream<Uint8Array_>;
  readonly writable: WritableStream<Uint8Array>;
  readonly length: number;
  readonly capacity: number;
  bytes(options?: BufferBytesOptions): Uint8Array_;
  empty(): boolean;
  truncate(n: number): void;
  reset(): void;
  grow(n: number): void;
}
/** Passes on the octets from `start` to `end`, both inclusive. */
export class ByteSliceStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(start?: number, end?: number);
}
/** The chunks of all `streams`, one stream after the other. */
export function concatReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;
/** What becomes of a delimiter. */
export type DelimiterDisposition = "suffix" | "prefix" | "discard";
/** Options of {@link DelimiterStream} and {@link TextDelimiterStream}. */
export interface DelimiterStreamOptions {
  /** What becomes of the delimiter; `"discard"` unless given. */
  disposition?: DelimiterDisposition;
}
/** Cuts octets at a delimiter. */
export class DelimiterStream extends TransformStream<Uint8Array, Uint8Array_> {
  constructor(delimiter: Uint8Array, options?: DelimiterStreamOptions);
}
/** Takes a chunk of each stream in turn, until one of them ends. */
export function earlyZipReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;
/** Options of {@link LimitedBytesTransformStream}. */
export interface LimitedBytesTransformStreamOptions {
  /** Whether to fail, rather than end, at the limit; `false` unless given. */
  error?: boolean;
}
/** Ends, or fails, before more than `size` octets have passed. */
export class LimitedBytesTransformStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(size: number, options?: LimitedBytesTransformStreamOptions);
}
/** Options of {@link LimitedTransformStream}. */
export interface LimitedTransformStreamOptions {
  /** Whether to fail, rather than end, at the limit; `false` unless given. */
  error?: boolean;
}
/** Ends, or fails, before more than `size` chunks have passed. */
export class LimitedTransformStream<T> extends TransformStream<T, T> {
  constructor(size: number, options?: LimitedTransformStreamOptions);
}
/** The chunks of all `streams`, as they come. */
export function mergeReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;
/** Cuts text at a delimiter. */
export class TextDelimiterStream extends TransformStream<string, string> {
  constructor(delimiter: string, options?: DelimiterStreamOptions);
}
/** Options of {@link TextLineStream}. */
export interface TextLineStreamOptions {
  /** Whether a lone `\r` ends a line too; `false` unless given. */
  allowCR?: boolean;
}
/** Cuts text into lines. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(options?: TextLineStreamOptions);
}
/** All octets of a stream. */
export function toArrayBuffer(stream: ReadableStream<Uint8Array>): Promise<ArrayBuffer>;
/** All octets of a stream, as a `Blob`. */
export function toBlob(stream: ReadableStream<Uint8Array>): Promise<Blob>;
/** All octets of a stream. */
export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array_>;
/** The JSON value that a stream spells. */
export function toJson(stream: ReadableStream): Promise<unknown>;
/** All text of a stream. */
export function toText(stream: ReadableStream): Promise<string>;
/** A generator function as a `TransformStream`. */
export function toTransformStream<I, O>(
  transformer: (source: ReadableStream<I>) => Iterable<O> | AsyncIterable<O>,
  writableStrategy?: QueuingStrategy<I>,
  readableStrategy?: QueuingStrategy<O>,
): TransformStream<I, O>;
/** Takes a chunk of each stream in turn, until all have ended. */
export function zipReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;

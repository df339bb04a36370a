/**
 * What the programs of the demonstration tell each other. Every message is JSON in its first frame; a chunk has its
 * octets in the last.
 *
 * @module
 */

/** Source → workers: `[Chunk, octets]`. Workers → sink: `[Chunk, the worker's name, octets]`. A piece of a file. */
export interface Chunk {
  readonly type: "chunk";
  /** The file, relative to the folder. */
  readonly path: string;
  /** Which piece: 0 is the first. */
  readonly index: number;
  /** Of these octets, for the worker to check. */
  readonly sha256: string;
}

/** Source → sink: what a file must be like once it is whole, from a second reading of the disk. */
export interface FileSum {
  readonly type: "file";
  readonly path: string;
  /** In octets. */
  readonly size: number;
  /** How many pieces; an empty file has one. */
  readonly chunks: number;
  /** Of the whole file. */
  readonly sha256: string;
}

/** Source → sink, last: how many files there are. */
export interface End {
  readonly type: "end";
  readonly files: number;
}

/** Everyone → conductor. */
export type Report = Ready | Progress | Wrong | Done;

/** "I am there, and this is where I can be reached." */
export interface Ready {
  readonly type: "ready";
  readonly from: string;
  /** Its version: `Deno 2.9.5`. */
  readonly about: string;
  /** What it has bound, if anything. */
  readonly endpoint?: string | undefined;
}

/** How far someone is; several times a second. */
export interface Progress {
  readonly type: "progress";
  readonly from: string;
  readonly counts: Counts;
}

/** A check failed; the work goes on. */
export interface Wrong {
  readonly type: "wrong";
  readonly from: string;
  readonly what: string;
}

/** The source: "this is what there is to carry". The sink: "all has come". Everyone, when told to stop: the last word. */
export interface Done {
  readonly type: "total" | "complete" | "stopped";
  readonly from: string;
  readonly counts: Counts;
}

/** What has been done so far. */
export interface Counts {
  readonly files?: number | undefined;
  readonly bytes: number;
  readonly messages: number;
  /** Messages that wait to be sent and to be received, or `undefined` where nobody can tell. */
  readonly queuedOut?: number | undefined;
  readonly queuedIn?: number | undefined;
  /** What came through each worker, as the sink saw it. */
  readonly through?: Record<string, { readonly messages: number; readonly bytes: number }> | undefined;
}

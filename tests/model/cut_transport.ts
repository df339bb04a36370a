/**
 * A transport in memory whose links can be lost at any octet: what was written before it arrives, nothing after it.
 *
 * @module
 */

import type { Link, LinkHandler } from "../../mod.ts";
import { MemoryLink } from "../memory_link.ts";
import { MemoryTransport } from "../memory_transport.ts";

/** One end of a link that can be lost. */
class CutLink implements Link {
  readonly #inner: MemoryLink;
  readonly #lose: () => void;
  readonly #over: () => void;
  /** How many octets may still be written before the link is lost. */
  left = Infinity;
  #gone: () => void = () => {};

  /** `lose`: it is to be lost now; `over`: it is gone, whoever ended it. */
  constructor(inner: MemoryLink, lose: () => void, over: () => void) {
    this.#inner = inner;
    this.#lose = lose;
    this.#over = over;
  }

  get local(): string {
    return this.#inner.local;
  }

  get remote(): string {
    return this.#inner.remote;
  }

  start(handler: LinkHandler): void {
    this.#inner.start({
      data: (chunk) => handler.data(chunk),
      closed: (error) => {
        this.#over();
        handler.closed(error);
        this.#gone();
      },
    });
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length <= this.left) {
      this.left -= bytes.length;
      return this.#inner.write(bytes);
    }
    void this.#inner.write(bytes.subarray(0, this.left));
    this.left = 0;
    this.#lose();
    return new Promise((resolve) => this.#gone = resolve);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  close(): void {
    this.#inner.close();
  }

  abort(): void {
    this.#inner.abort();
  }
}

/** A connection: both of its ends. */
export interface Line {
  /** Loses it now. */
  lose(): void;
  /** Loses it once so many more octets have been written at one end; `Infinity`: not at all. */
  loseAfter(octets: number, byDialler: boolean): void;
}

/** Endpoints in memory: `memory://name`. */
export class CutTransport extends MemoryTransport {
  /** The connections there are. */
  readonly lines: Set<Line> = new Set();
  /** How many there were. */
  ended = 0;

  protected override join(endpoint: string): readonly [Link, Link] {
    const [near, far] = MemoryLink.pair(`${endpoint}#`, endpoint);
    const over = (): void => {
      if (this.lines.delete(line)) this.ended++;
    };
    const lose = (): void => {
      over();
      // Later, so that what was written before has arrived.
      void Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => near.break());
    };
    const ends = [new CutLink(near, lose, over), new CutLink(far, lose, over)] as const;
    const line: Line = {
      lose,
      loseAfter: (octets, byDialler) => void (ends[byDialler ? 0 : 1].left = octets),
    };
    this.lines.add(line);
    return ends;
  }
}

/**
 * How a program of the pipeline talks to the conductor: it pushes reports, and subscribes to hear when to stop.
 *
 * @module
 */

import { Push, Subscriber, text } from "@zerostream/zmq";
import type { Counts, Report } from "./messages.ts";

/** Milliseconds between two reports of progress. */
const INTERVAL = 100;

/** One program's line to the conductor. */
export class Reporter {
  readonly #name: string;
  readonly #push = new Push();
  readonly #control = new Subscriber();

  /** `reports` and `control` are the endpoints that the conductor gave. */
  constructor(name: string, reports: string, control: string) {
    this.#name = name;
    this.#push.connect(reports);
    this.#control.connect(control);
    this.#control.subscribe(); // To everything: there is no more than "start" and "stop".
  }

  /** Says that work can begin: who we are, and where we are bound. */
  async ready(about: string, endpoint?: string): Promise<void> {
    await this.#tell({ type: "ready", from: this.#name, about, endpoint });
  }

  /** Waits for the conductor to say that work begins. */
  async started(): Promise<void> {
    await this.#heard("start");
  }

  /** Tells the conductor something. */
  async say(type: "total" | "complete", counts: Counts): Promise<void> {
    await this.#tell({ type, from: this.#name, counts });
  }

  /** Tells the conductor that a check failed. */
  async wrong(what: string): Promise<void> {
    await this.#tell({ type: "wrong", from: this.#name, what });
  }

  /** Reports what `count` finds, again and again, until the conductor says stop; then a last time. */
  async untilStopped(count: () => Counts): Promise<void> {
    const from = this.#name;
    const timer = setInterval(() => void this.#tell({ type: "progress", from, counts: count() }), INTERVAL);
    await this.#heard("stop");
    clearInterval(timer);
    await this.#tell({ type: "stopped", from, counts: count() });
    await Promise.all([this.#push.close(), this.#control.close()]);
  }

  async #heard(word: string): Promise<void> {
    while (text((await this.#control.receive())[0]) !== word);
  }

  async #tell(report: Report): Promise<void> {
    await this.#push.send(JSON.stringify(report));
  }
}

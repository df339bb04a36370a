/**
 * The proxy of npm `zeromq`, over the library's.
 *
 * @module
 */

import { Context as LibraryContext } from "../socket/context.ts";
import { Pair as LibraryPair } from "../socket/pair.ts";
import { proxy } from "../socket/proxy.ts";
import { type Behind, behindOf } from "./behind.ts";
import { checkCount, checkObject, errnoError, translate } from "./errno.ts";
import type { Socket } from "./socket.ts";
import { hold, release } from "./turns.ts";

const CONTROL = "inproc://control";

/** Moves messages between two sockets, both ways, from {@link Proxy.run} to {@link Proxy.terminate}. */
export class Proxy<F extends Socket = Socket, B extends Socket = Socket> {
  readonly #frontEnd: F;
  readonly #backEnd: B;
  /** Takes commands while the proxy runs. */
  #control: LibraryPair | undefined;

  /**
   * Makes a proxy of two sockets.
   *
   * @param frontEnd One socket.
   * @param backEnd The other.
   * @throws {TypeError} If one is no object.
   * @throws {Error} If one is no socket.
   */
  constructor(frontEnd: F, backEnd: B) {
    checkObject(frontEnd, "Front-end");
    checkObject(backEnd, "Back-end");
    checkCount(arguments.length, 2);
    behindOf(frontEnd);
    behindOf(backEnd);
    this.#frontEnd = frontEnd;
    this.#backEnd = backEnd;
  }

  /** The front end, as it was given. */
  get frontEnd(): F {
    return this.#frontEnd;
  }

  /** The back end, as it was given. */
  get backEnd(): B {
    return this.#backEnd;
  }

  /**
   * Runs until {@link terminate} is called. Both sockets can do nothing else meanwhile, and are closed then.
   *
   * @throws {Error} `EINVAL` if one of them is not bound or connected, `EBUSY` if one is being bound or in a proxy; rejects
   * with `EADDRINUSE` if this proxy runs.
   */
  run(): Promise<void> {
    checkCount(arguments.length, 0);
    const [front, back] = [behindOf(this.#frontEnd), behindOf(this.#backEnd)];
    if (front.endpoints === 0) {
      throw errnoError("EINVAL", { message: "Front-end socket must be bound or connected" });
    }
    if (back.endpoints === 0) throw errnoError("EINVAL", { message: "Back-end socket must be bound or connected" });
    // As there, but for what follows: there both sockets are closed, and the process may crash.
    if (this.#control !== undefined) return Promise.reject(errnoError("EADDRINUSE"));
    front.check();
    back.check();
    front.block();
    back.block();
    return this.#run(front, back);
  }

  /** Moves nothing until {@link resume} is called. */
  pause(): void {
    checkCount(arguments.length, 0);
    this.#command("PAUSE");
  }

  /** Goes on after {@link pause}. */
  resume(): void {
    checkCount(arguments.length, 0);
    this.#command("RESUME");
  }

  /** Ends {@link run}. Both sockets are closed. */
  terminate(): void {
    checkCount(arguments.length, 0);
    this.#command("TERMINATE");
  }

  async #run(front: Behind, back: Behind): Promise<void> {
    const context = new LibraryContext();
    const [control, commands] = [new LibraryPair({ context }), new LibraryPair({ context })];
    this.#control = control;
    hold();
    try {
      void commands.bind(CONTROL);
      control.connect(CONTROL);
      await proxy(front.library, back.library, { control: commands });
    } catch (error) {
      throw translate(error);
    } finally {
      release();
      this.#control = undefined;
      front.shut();
      back.shut();
      void context.close({ linger: 0 });
    }
  }

  #command(name: string): void {
    // As there: who is not running is closed.
    if (this.#control === undefined) throw errnoError("EBADF");
    void this.#control.send(name);
  }
}

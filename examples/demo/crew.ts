/**
 * The programs of the demonstration, each in a process of its own. One that ends before its time is trouble, and
 * whoever waits for anything is told.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { binaryOf, ROOT } from "../../tests/processes.ts";

/** What runs a program. */
export type RuntimeName = "deno" | "bun" | "node";

/** Deno may use the network and read files: no native code, and so no `--allow-ffi`. */
const FLAGS: Readonly<Record<RuntimeName, readonly string[]>> = {
  deno: ["run", "--quiet", "--no-check", "--allow-net", "--allow-read"],
  bun: ["run"],
  node: ["--disable-warning=ExperimentalWarning"],
};

/** Processes that live and end together. */
export class Crew implements AsyncDisposable {
  /** Rejects as soon as one of them ends that should not have, and never resolves. */
  readonly #trouble: Promise<never>;
  readonly #members = new Map<string, { process: ChildProcess; ended: Promise<void> }>();
  #complain!: (error: Error) => void;
  #mayEnd = false;
  readonly #kill = () => this.#members.forEach((member) => member.process.kill("SIGKILL"));

  constructor() {
    this.#trouble = new Promise((_, reject) => this.#complain = reject);
    this.#trouble.catch(() => {}); // Whoever waits for something hears of it.
    process.once("exit", this.#kill);
  }

  /** Starts a program of this folder. `name` is its first argument. Answers its process id. */
  start(name: string, runtime: RuntimeName, program: string, args: readonly string[]): number | undefined {
    const file = fileURLToPath(new URL(program, import.meta.url));
    const child = spawn(binaryOf(runtime), [...FLAGS[runtime], file, name, ...args], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "inherit", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
    const ended = new Promise<void>((resolve) => {
      child.once("error", (error) => {
        this.#complain(new Error(`${name} cannot be started: ${error.message}`));
        resolve();
      });
      child.once("close", (code, signal) => {
        if (code !== 0 || !this.#mayEnd) {
          const how = signal === null ? `ended with exit code ${code}` : `was killed (${signal})`;
          this.#complain(
            new Error(`${name} ${how}${this.#mayEnd ? "" : " before the work was done"}\n${stderr}`.trim()),
          );
        }
        resolve();
      });
    });
    this.#members.set(name, { process: child, ended });
    return child.pid;
  }

  /**
   * Waits for something, as long as everyone is well.
   *
   * @throws {Error} If someone ends before their time. Who ends too early, or badly, is named with what they wrote.
   */
  orTrouble<Result>(promise: Promise<Result>): Promise<Result> {
    return Promise.race([this.#trouble, promise]);
  }

  /** Waits for everyone to end by themselves, which they may from now on. */
  async ended(): Promise<void> {
    this.#mayEnd = true;
    await this.orTrouble(this.#allEnded());
  }

  /** Kills whoever is still there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#mayEnd = true;
    this.#kill();
    process.off("exit", this.#kill);
    await this.#allEnded();
  }

  async #allEnded(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.ended));
  }
}

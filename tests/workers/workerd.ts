/**
 * The fourth runtime: a Worker in the real `workerd`, steered from a test that runs on Node. What it does counts there,
 * as that test's.
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runtime, test } from "../harness.ts";
import type { Command, OptionBag, TypeName } from "../interop/commands.ts";
import type { Pairing } from "../interop/matrix.ts";
import { type Peer, PeerSocket } from "../interop/peers.ts";
import { binaryOf, ROOT, runProgram, RuntimeProcess } from "../processes.ts";

/**
 * The compatibility dates that the tests run at: one before Workers had anything of Node's and `MessageChannel`, and one
 * with all of it.
 */
export const DATES = ["2024-09-01", "2026-10-01"] as const;

/** Left to Node: what these tests are about happens in workerd, however it is steered. */
export const ON_NODE: { readonly skip: boolean } = { skip: runtime !== "node" };

/** Bundles a Worker, as its author would, and answers where the bundle is. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const outfile = join(folder, "worker.js");
  const args = ["build", join(ROOT, entry), "--target=browser", "--format=esm", "--external", "cloudflare:*"];
  const { code, stdout, stderr } = await runProgram(binaryOf("bun"), [...args, `--outfile=${outfile}`]);
  if (code !== 0) throw new Error(`Cannot bundle ${entry}: ${stdout}${stderr}`);
  return outfile;
}

/** A folder of the process's own, which goes when it ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zmq-workers-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a configuration has besides the Worker itself. */
export interface Extras {
  /** Whether the Worker has a Durable Object called `Keeper`. */
  readonly keeper?: boolean;
  /** A folder with the one certificate that is trusted, `localhost.crt`. */
  readonly trust?: string;
}

/**
 * The configuration of one Worker that may dial this machine, and nothing else.
 *
 * @param texts Its variables.
 */
export function configuration(date: string, texts: Readonly<Record<string, string>>, extras: Extras = {}): string {
  const bindings = Object.entries(texts).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  bindings.push(`(name = "SELF", service = "main")`);
  let objects = "";
  if (extras.keeper) {
    bindings.push(`(name = "KEEPER", durableObjectNamespace = "Keeper")`);
    objects = `
      durableObjectNamespaces = [(className = "Keeper", uniqueKey = "keeper")],
      durableObjectStorage = (inMemory = void),`;
  }
  const certificate = extras.trust === undefined
    ? undefined
    : readFileSync(join(extras.trust, "localhost.crt"), "utf8");
  const tls = certificate === undefined ? "" : `,
      tlsOptions = (trustedCertificates = [${JSON.stringify(certificate)}])`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "${date}",
      bindings = [${bindings.join(", ")}],${objects}
    )),
    (name = "internet", network = (
      allow = ["127.0.0.0/8", "::1/128"]${tls}
    )),
  ],
);
`;
}

/**
 * A pairing that exchanges nothing before both have shaken hands. npm `zeromq` may never wake from a first send that has
 * waited for its peer, whoever that is: so it does not wait.
 *
 * @param worker Which of the two the Worker's is.
 */
export function shaken(pairing: Pairing, worker: "first" | "second"): Pairing {
  const ready: Pairing["ready"] = async (one, two) => void await (worker === "first" ? two : one).event("handshake");
  return { ready, ...pairing };
}

interface Call {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A Worker that runs commands and programs. */
export class WorkerPeer implements Peer {
  readonly name: string;
  /** Its process. */
  readonly process: RuntimeProcess;
  readonly #server: Server;
  readonly #control: Socket;
  readonly #calls: Map<number, Call> = new Map();
  #number = 0;
  #sockets = 0;

  private constructor(name: string, process: RuntimeProcess, server: Server, control: Socket) {
    this.name = name;
    this.process = process;
    this.#server = server;
    this.#control = control;
    let unread = "";
    control.setEncoding("utf8").on("data", (text: string) => {
      const lines = (unread + text).split("\n");
      unread = lines.pop()!;
      for (const line of lines) this.#answered(JSON.parse(line));
    });
    control.on("error", () => {}).on("close", () => this.#end());
  }

  /** Starts one at a compatibility date. */
  static async start(date: string): Promise<WorkerPeer> {
    const folder = freshFolder();
    await bundle("tests/workers/worker.ts", folder);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    writeFileSync(join(folder, "config.capnp"), configuration(date, { PORT: String(port) }));
    const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const child = new RuntimeProcess("workerd", binaryOf("workerd"), ["test", "config.capnp"], { cwd: folder });
    const early = child.exited.then(() => {
      throw new Error(`workerd has ended before it connected: ${child.stderr}`);
    });
    early.catch(() => {});
    return new WorkerPeer(`workerd at ${date}`, child, server, await Promise.race([connected, early]));
  }

  run(command: Command): Promise<unknown> {
    return this.#order(command.do, { command });
  }

  /** Runs one of the programs. */
  program<T = unknown>(program: string, given: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.#order(program, { program, given }) as Promise<T>;
  }

  async socket(type: TypeName, options: OptionBag = {}): Promise<PeerSocket> {
    const name = `${type}-${this.#sockets++}`;
    await this.run({ do: "make", socket: name, type, options });
    return new PeerSocket(this, name, type);
  }

  /** Ends the handler, and answers how the process ended. */
  async leave(): Promise<{ code: number | undefined; stderr: string }> {
    this.#control.end();
    const { code } = await this.process.exited;
    this.#control.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    return { code, stderr: this.process.stderr };
  }

  #order(what: string, order: object): Promise<unknown> {
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      const complain = (error: Error): void => {
        reject(Object.assign(new Error(`${this.name}: ${what}: ${error.message}`), { code: (error as Coded).code }));
      };
      this.#calls.set(number, { resolve, reject: complain });
      this.#control.write(`${JSON.stringify({ number, ...order })}\n`);
    });
  }

  #answered({ number, value, error, code }: { number: number; value: unknown; error?: string; code?: string }): void {
    const call = this.#calls.get(number)!;
    this.#calls.delete(number);
    if (error === undefined) call.resolve(value);
    else call.reject(Object.assign(new Error(error), { code }));
  }

  #end(): void {
    for (const call of this.#calls.values()) call.reject(new Error(`it has ended: ${this.process.stderr}`));
    this.#calls.clear();
  }
}

interface Coded {
  readonly code?: string;
}

/** The last test of a file: the Workers have lived to the end, and had nothing to say on stderr. */
export function leaveWorkers(...peers: WorkerPeer[]): void {
  for (const peer of peers) {
    test(`${peer.name} ends well, and has said nothing`, async () => {
      const { code, stderr } = await peer.leave();
      const said = stderr.split("\n").filter((line) => line !== "" && !/ debug: \[ (?:TEST|PASS) \] /.test(line));
      if (code !== 0 || said.length > 0) throw new Error(`Ended with exit code ${code}\n${said.join("\n")}`);
    }, { sanitize: false });
  }
}

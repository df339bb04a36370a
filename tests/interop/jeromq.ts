/**
 * JeroMQ 0.3.6, an implementation of ZMTP 2.0, as a process that is told what to do in lines. It needs a JDK and
 * Debian's `libjeromq-java`, whose jar is used where it is; `JEROMQ_JAR` names another.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { RuntimeProcess } from "../processes.ts";

const JAR = process.env["JEROMQ_JAR"] ?? "/usr/share/java/jeromq-0.3.6.jar";
const PROGRAM = fileURLToPath(new URL("JeroMqPeer.java", import.meta.url));

/** The jar; `undefined` where it, or Java, is absent. */
export const JEROMQ: string | undefined = existsSync(JAR) && spawnSync("javac", ["-version"]).status === 0
  ? JAR
  : undefined;

/** A running JeroMQ. `await using` ends it. */
export class JeroMq implements AsyncDisposable {
  readonly #child: RuntimeProcess;

  private constructor(child: RuntimeProcess) {
    this.#child = child;
  }

  /** Starts it: Java compiles the one file by itself. */
  static async start(): Promise<JeroMq> {
    const child = new RuntimeProcess("java", "java", ["-cp", JEROMQ!, PROGRAM]);
    await child.receive();
    return new JeroMq(child);
  }

  /** Makes a socket of this type, in place of the last one, and binds or connects it. Answers its endpoint. */
  async socket(type: string, role: "bind" | "connect", endpoint = "", id = ""): Promise<string> {
    return (await this.#ask("socket", type, role, endpoint, id))[0]!;
  }

  /** Sends a message on the socket of this type. */
  async send(type: string, ...frames: string[]): Promise<void> {
    await this.#ask("send", type, ...frames);
  }

  /** Receives one. */
  receive(type: string): Promise<string[]> {
    return this.#ask("receive", type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }

  async #ask(...words: string[]): Promise<string[]> {
    this.#child.send({ words });
    return (await this.#child.receive<{ words: string[] }>()).words;
  }
}

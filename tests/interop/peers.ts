/**
 * Peers for tests: one made of libzmq, and ones made of this library under any of the runtimes, all steered alike. A
 * test file starts its processes once, when it is loaded, and makes new sockets in them for each test.
 *
 * @module
 */

import { type RuntimeName, test } from "../harness.ts";
import { type RuntimeProcess, spawnRuntime, type Wire } from "../processes.ts";
import {
  type Command,
  type Envelope,
  Interpreter,
  type OptionBag,
  type PeerEvent,
  type PeerNumbers,
  type TypeName,
} from "./commands.ts";
import type { Batch } from "./contents.ts";
import { FOLDER, removeFolder } from "./folder.ts";
import { ours } from "./ours.ts";

/** Milliseconds for an answer: longer than any test may take, so that the test's own limit speaks first. */
const PATIENCE = 120_000;

/** Who runs commands. */
export interface Peer {
  /** What it is made of, for the names of tests. */
  readonly name: string;
  /** Runs one. */
  run(command: Command): Promise<unknown>;
  /** Makes a socket. */
  socket(type: TypeName, options?: OptionBag): Promise<PeerSocket>;
}

let sockets = 0;

/** A socket of a peer. `await using` closes it, dropping what it has not sent. */
export class PeerSocket implements AsyncDisposable {
  readonly #peer: Peer;
  readonly #name: string;
  readonly #type: TypeName;

  /** A socket that the peer knows by this name. */
  constructor(peer: Peer, name: string, type: TypeName) {
    this.#peer = peer;
    this.#name = name;
    this.#type = type;
  }

  /** Its type. */
  get type(): TypeName {
    return this.#type;
  }

  /** Binds; answers the endpoint as resolved. */
  async bind(endpoint = "tcp://127.0.0.1:*"): Promise<string> {
    return await this.#run({ do: "bind", socket: this.#name, endpoint }) as string;
  }

  async unbind(endpoint: string): Promise<void> {
    await this.#run({ do: "unbind", socket: this.#name, endpoint });
  }

  async connect(endpoint: string, routingId?: string): Promise<void> {
    await this.#run({ do: "connect", socket: this.#name, endpoint, ...(routingId === undefined ? {} : { routingId }) });
  }

  /** Connects a PEER; answers the routing id. */
  async connectPeer(endpoint: string): Promise<string> {
    return await this.#run({ do: "connectPeer", socket: this.#name, endpoint }) as string;
  }

  async disconnect(endpoint: string): Promise<void> {
    await this.#run({ do: "disconnect", socket: this.#name, endpoint });
  }

  async subscribe(...topics: string[]): Promise<void> {
    await this.#run({ do: "subscribe", socket: this.#name, topics });
  }

  async unsubscribe(...topics: string[]): Promise<void> {
    await this.#run({ do: "unsubscribe", socket: this.#name, topics });
  }

  async join(...topics: string[]): Promise<void> {
    await this.#run({ do: "join", socket: this.#name, topics });
  }

  async leaveGroups(...topics: string[]): Promise<void> {
    await this.#run({ do: "leave", socket: this.#name, topics });
  }

  async set(options: OptionBag): Promise<void> {
    await this.#run({ do: "set", socket: this.#name, options });
  }

  /** Sends a small message. */
  async send(...message: string[]): Promise<void> {
    await this.#run({ do: "send", socket: this.#name, message });
  }

  /** Receives a small message. */
  async receive(): Promise<string[]> {
    return await this.#run({ do: "receive", socket: this.#name }) as string[];
  }

  /** Sends back the next `count` messages. */
  async echo(count: number): Promise<void> {
    await this.#run({ do: "echo", socket: this.#name, count });
  }

  /** Receives `count` messages, whatever they are. */
  async skip(count: number): Promise<void> {
    await this.#run({ do: "skip", socket: this.#name, count });
  }

  async sendBatch(batch: Batch, envelope: Envelope = {}): Promise<void> {
    await this.#run({ do: "sendBatch", socket: this.#name, batch, ...envelope });
  }

  /** Receives a batch, and fails if it is not the one. */
  async receiveBatch(batch: Batch, envelope: Envelope = {}): Promise<void> {
    await this.#run({ do: "receiveBatch", socket: this.#name, batch, ...envelope });
  }

  /** Sends a batch, one message after the other's answer, which must be the same. */
  async ask(batch: Batch, envelope: Envelope = {}): Promise<void> {
    await this.#run({ do: "ask", socket: this.#name, batch, ...envelope });
  }

  /** Frees an endpoint, then closes: from now on another socket can bind it. */
  async leave(endpoint: string): Promise<void> {
    await this.unbind(endpoint);
    await this.event("close");
    // libzmq ends connections when the application next calls it: this is that call.
    await this.close(0);
  }

  /** The next event of a type that was not asked for yet: waits for it. */
  async event(type: string): Promise<PeerEvent> {
    return await this.#run({ do: "event", socket: this.#name, type }) as PeerEvent;
  }

  /** The names of all events so far. */
  async events(): Promise<string[]> {
    return await this.#run({ do: "events", socket: this.#name }) as string[];
  }

  /** What it has counted, if it is one of ours. */
  async stats(): Promise<PeerNumbers> {
    return await this.#run({ do: "stats", socket: this.#name }) as PeerNumbers;
  }

  async close(linger?: number): Promise<void> {
    await this.#run({ do: "close", socket: this.#name, ...(linger === undefined ? {} : { linger }) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0).catch((error) => {
      if (!/There is no socket/.test(String(error))) throw error;
    });
  }

  #run(command: Command): Promise<unknown> {
    return this.#peer.run(command);
  }
}

async function makeSocket(peer: Peer, type: TypeName, options: OptionBag): Promise<PeerSocket> {
  const name = `${type}-${sockets++}`;
  await peer.run({ do: "make", socket: name, type, options });
  return new PeerSocket(peer, name, type);
}

/** This library in this very process. */
export class LocalPeer implements Peer {
  readonly name = "ours";
  readonly #interpreter = new Interpreter(ours);

  run(command: Command): Promise<unknown> {
    return this.#interpreter.run(command);
  }

  socket(type: TypeName, options: OptionBag = {}): Promise<PeerSocket> {
    return makeSocket(this, type, options);
  }
}

interface Call {
  readonly command: Command;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A peer in a process of its own. */
export class RemotePeer implements Peer {
  readonly name: string;
  /** Its process: to freeze and to kill. */
  readonly process: RuntimeProcess;
  readonly #calls: Map<number, Call> = new Map();
  #number = 0;
  #pumping = false;

  private constructor(name: string, process: RuntimeProcess) {
    this.name = name;
    this.process = process;
  }

  /** Starts one made of libzmq. */
  static libzmq(): Promise<RemotePeer> {
    return this.#start("libzmq", spawnRuntime("node", new URL("./libzmq_peer.ts", import.meta.url), [], temporary()));
  }

  /** Starts one made of libzmq that makes PEERs, by its C interface. */
  static libzmqByFfi(): Promise<RemotePeer> {
    return this.#start("libzmq", spawnRuntime("deno", new URL("./libzmq_ffi.ts", import.meta.url), [], temporary()));
  }

  /** Starts one made of npm `jszmq`. */
  static jszmq(): Promise<RemotePeer> {
    return this.#start("jszmq", spawnRuntime("node", new URL("./jszmq_peer.ts", import.meta.url)));
  }

  /** Starts one made of this library. */
  static ours(runtime: RuntimeName): Promise<RemotePeer> {
    return this.#start(runtime, spawnRuntime(runtime, new URL("./ours_peer.ts", import.meta.url), [], temporary()));
  }

  static async #start(name: string, process: RuntimeProcess): Promise<RemotePeer> {
    await process.receive();
    return new RemotePeer(name, process);
  }

  run(command: Command): Promise<unknown> {
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      this.#calls.set(number, { command, resolve, reject });
      this.process.send({ number, command });
      if (!this.#pumping) void this.#pump();
    });
  }

  socket(type: TypeName, options: OptionBag = {}): Promise<PeerSocket> {
    return makeSocket(this, type, options);
  }

  /** Reads answers for as long as any is owed, so that nothing is open between tests. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#calls.size > 0) {
      let wire: Wire;
      try {
        wire = await this.process.receive(PATIENCE);
      } catch (error) {
        for (const call of this.#calls.values()) call.reject(error as Error);
        this.#calls.clear();
        break;
      }
      const { number, value, error, code } = wire as { number: number; value: unknown; error?: string; code?: string };
      const call = this.#calls.get(number)!;
      this.#calls.delete(number);
      if (error === undefined) call.resolve(value);
      else call.reject(Object.assign(new Error(`${this.name}: ${call.command.do}: ${error}`), { code }));
    }
    this.#pumping = false;
  }
}

/** Where `ipc://*` puts its files. */
function temporary(): { env: { TMPDIR: string } } {
  return { env: { TMPDIR: FOLDER } };
}

/**
 * The last test of a file: ends the peers that the file has started, which were open before it.
 *
 * @param peers The file's processes.
 */
export function leave(...peers: RemotePeer[]): void {
  test("the peers are still there at the end", async () => {
    for (const peer of peers) {
      const gone = peer.process.exited.then(() => {
        throw new Error(`${peer.name} has ended`);
      });
      // The one makes PEERs alone, the other knows none.
      const type = peer.name === "jszmq" ? "PAIR" : "PEER";
      await Promise.race([peer.socket(type).then((socket) => socket.close()), gone]);
      gone.catch(() => {});
      await peer.process.kill();
    }
    removeFolder();
  }, { sanitize: false });
}

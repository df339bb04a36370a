/**
 * A socket that is attacked, and an honest peer of it.
 *
 * @module
 */

import {
  Dealer,
  Dish,
  Pull,
  Push,
  Radio,
  Router,
  type Socket,
  type SocketEvent,
  type SocketOptions,
  Subscriber,
  text,
  XPublisher,
} from "../../mod.ts";
import { until } from "../socket_fixture.ts";
import type { Target } from "./attacks.ts";
import { CURVE_CLIENT, CURVE_SERVER } from "./curve_attacker.ts";

/** Something went wrong. */
type Trouble = SocketEvent & { readonly error: Error };

/** The attacked and the honest. */
export class Arena implements AsyncDisposable {
  /** What is attacked. */
  readonly socket: Socket;
  /** Where. */
  readonly endpoint: string;
  readonly #honest: Socket;
  readonly #exchange: (message: string) => Promise<string[]>;
  readonly #troubles: Trouble[] = [];
  #sent = 0;

  private constructor(socket: Socket, honest: Socket, endpoint: string, exchange: (text: string) => Promise<string[]>) {
    this.socket = socket;
    this.endpoint = endpoint;
    this.#honest = honest;
    this.#exchange = exchange;
    const kinds = [
      "handshake:error:protocol",
      "handshake:error:auth",
      "handshake:error:other",
      "accept:error",
    ] as const;
    for (const type of kinds) socket.events.on(type, (event) => this.#troubles.push(event));
    socket.events.on("disconnect", (event) => {
      if (event.error !== undefined) this.#troubles.push(event as Trouble);
    });
  }

  /** Binds the socket, and joins the honest peer to it. */
  static async open(target: Target, limits: SocketOptions = {}): Promise<Arena> {
    const { socket, honest, exchange } = cast(target, limits);
    const arena = new Arena(socket, honest, await socket.bind("tcp://127.0.0.1:*"), exchange);
    honest.connect(arena.endpoint);
    await until(() => socket.peers.length === 1 && honest.peers.length === 1);
    return arena;
  }

  /** One message between the honest peer and the socket. Throws unless it comes, and as it was sent. */
  async exchange(): Promise<void> {
    const message = `${this.#sent++}`;
    const found = await this.#exchange(message);
    if (found.at(-1) !== message) throw new Error(`Wanted ${message}, found ${found.join("|")}`);
  }

  /** What has gone wrong so far, as events. */
  troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  /** Closes both. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#honest.close({ linger: 0 });
    await this.socket.close({ linger: 0 });
  }
}

interface Cast {
  readonly socket: Socket;
  readonly honest: Socket;
  readonly exchange: (message: string) => Promise<string[]>;
}

function cast(target: Target, limits: SocketOptions): Cast {
  if (target === "XPUB") {
    const socket = new XPublisher(limits);
    const honest = new Subscriber();
    honest.subscribe("honest");
    // The application that is attacked reads what its subscribers ask for.
    void (async () => {
      for await (const _ of socket);
    })();
    const exchange = async (message: string) => {
      while (socket.topicsCount === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      await socket.send(["honest", message]);
      return (await honest.receive()).map(text);
    };
    return { socket, honest, exchange };
  }
  if (target === "RADIO") {
    const socket = new Radio(limits);
    const honest = new Dish();
    honest.join("honest");
    const exchange = async (message: string) => {
      while (socket.groupsCount === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      await socket.send(["honest", message]);
      return (await honest.receive()).map(text);
    };
    return { socket, honest, exchange };
  }
  if (target === "ROUTER") {
    const socket = new Router(limits);
    const honest = new Dealer({ routingId: "honest" });
    const exchange = async (message: string) => {
      await honest.send(message);
      const [id, body] = (await socket.receive()).map(text);
      await socket.send([id!, body!]);
      return (await honest.receive()).map(text);
    };
    return { socket, honest, exchange };
  }
  const { publicKey: curveServerKey, secretKey: curveSecretKey } = CURVE_SERVER;
  const curve = target === "CURVE";
  const socket = new Pull({ ...limits, ...(curve ? { curveServer: true, curveSecretKey } : {}) });
  const honest = new Push(
    curve ? { curveServerKey, curvePublicKey: CURVE_CLIENT.publicKey, curveSecretKey: CURVE_CLIENT.secretKey } : {},
  );
  const exchange = async (message: string) => {
    await honest.send(["honest", message]);
    // Before it is found out an attacker is a peer, and may say something.
    for (;;) {
      const found = (await socket.receive()).map(text);
      if (found[0] === "honest") return found;
    }
  };
  return { socket, honest, exchange };
}

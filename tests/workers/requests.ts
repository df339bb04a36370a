/**
 * Sockets and a Worker's requests: which sockets are whose. Each export with a `test` is called by `workerd test`, and
 * reaches the Worker's own handler as other requests.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { attach, Context, Dealer, Push, Reply, Request as Asker, text } from "../../mod.ts";
import { transports } from "../../src/runtime/workers/mod.ts";
import type { WorkerSocket } from "../../src/runtime/workers/sockets.ts";

/** What the configuration binds. */
interface Env {
  /** An echo: a ROUTER on Node. */
  readonly ECHO: string;
  /** The same behind TLS. */
  readonly SECURE: string;
  /** The compatibility date. */
  readonly DATE: string;
  /** This Worker. */
  readonly SELF: { fetch(url: string): Promise<Response>; connect(address: string): WorkerSocket };
  /** {@link Keeper}. */
  readonly KEEPER: { idFromName(name: string): unknown; get(id: unknown): { fetch(url: string): Promise<Response> } };
}

const context = new Context({ transports, linger: 0 });

/** What a socket says that is connected at the top of the module. */
const tooEarly: unknown = (() => {
  const push = new Push({ context });
  try {
    push.connect("tcp://127.0.0.1:5555");
    return undefined;
  } catch (error) {
    return error;
  }
})();

/** A socket that outlives the request it was made for, which none should. */
let left: Asker | undefined;
const told: string[] = [];

async function ask(socket: Asker, question: string, timeout: number): Promise<string> {
  const [answer] = await socket.request(question, { timeout });
  return text(answer!);
}

const HANDLERS: Readonly<Record<string, (env: Env) => Promise<string>>> = {
  /** Makes a socket that it leaves open, and uses it. */
  async leave(env) {
    left = new Asker({ context, relaxed: true, correlate: true });
    left.events.on("disconnect", ({ error }) => told.push(String(error)));
    left.connect(env.ECHO);
    return await ask(left, "first", 10_000);
  },
  /** Uses it, though it is another request's, and once more. */
  async misuse() {
    const first = await ask(left!, "second", 300).catch((error) => error.code);
    return JSON.stringify([first, await ask(left!, "third", 10_000), ...told]);
  },
  /** Goes with thousands of messages under way, and timers with them. */
  async hurry(env) {
    const dealer = new Dealer({ context });
    dealer.connect(env.ECHO);
    await dealer.send("here");
    await dealer.receive();
    for (let i = 0; i < 10_000; i++) void dealer.send(`${i}`).catch(() => {});
    return "gone";
  },
  /** Sends and receives thousands of messages of its own. */
  async work(env) {
    await using dealer = new Dealer({ context });
    dealer.connect(env.ECHO);
    const sending = (async () => {
      for (let i = 0; i < 10_000; i++) await dealer.send(`${i}`);
    })();
    for (let i = 0; i < 10_000; i++) assertEquals(text((await dealer.receive())[0]!), `${i}`);
    await sending;
    return "done";
  },
};

async function get(env: Env, path: string): Promise<string> {
  return await (await env.SELF.fetch(`http://worker/${path}`)).text();
}

/** The Worker's own handlers. */
export default {
  /** Serves whoever has connected to this Worker. */
  async connect(socket: WorkerSocket): Promise<void> {
    await using reply = new Reply({ context });
    const { closed } = attach(reply, socket as never, { role: "bind" });
    for (let count = 0; count < 2; count++) await reply.send(`to ${text((await reply.receive())[0]!)}`);
    await closed;
  },
  async fetch(request: Request, env: Env): Promise<Response> {
    return new Response(await HANDLERS[new URL(request.url).pathname.slice(1)]!(env));
  },
};

/** A Durable Object: its requests share what it keeps, sockets too. */
export class Keeper {
  readonly #env: Env;
  readonly #socket: Asker = new Asker({ context });
  #connected = false;

  constructor(_state: unknown, env: Env) {
    this.#env = env;
  }

  async fetch(): Promise<Response> {
    if (!this.#connected) this.#socket.connect(this.#env.ECHO);
    this.#connected = true;
    return new Response(`${await ask(this.#socket, "kept", 10_000)}, ${this.#socket.stats().reconnects} reconnects`);
  }
}

export const atTheTopOfAModule = {
  test(): void {
    assertEquals((tooEarly as { code?: unknown }).code, "ENOTSUP");
    assertEquals(
      (tooEarly as Error).message,
      'Cannot connect to "tcp://127.0.0.1:5555": this is no request\'s, wanted the call within a handler of the Worker',
    );
  },
};

export const ofAnotherRequest = {
  async test(_: unknown, env: Env): Promise<void> {
    assertEquals(await get(env, "leave"), "first");
    const [first, second, ...events] = JSON.parse(await get(env, "misuse"));
    assertEquals(`${first}, ${second}`, "EAGAIN, third");
    assertEquals(events.length, 1);
    assertMatch(events[0], /: the connection is another request's, wanted a socket for each request\)$/);
  },
};

export const afterARequestThatLeftInAHurry = {
  async test(_: unknown, env: Env): Promise<void> {
    for (let round = 0; round < 3; round++) {
      assertEquals(await get(env, "hurry"), "gone");
      assertEquals(await get(env, "work"), "done");
    }
  },
};

export const besideEachOther = {
  async test(_: unknown, env: Env): Promise<void> {
    assertEquals(`${await Promise.all([1, 2, 3, 4].map(() => get(env, "work")))}`, "done,done,done,done");
  },
};

export const inADurableObject = {
  async test(_: unknown, env: Env): Promise<void> {
    const keeper = env.KEEPER.get(env.KEEPER.idFromName("one"));
    for (let i = 0; i < 3; i++) {
      assertEquals(await (await keeper.fetch("http://keeper/")).text(), "kept, 0 reconnects");
    }
  },
};

export const withTheMainEntryPointAlone = {
  async test(_: unknown, env: Env): Promise<void> {
    await using socket = new Asker({ linger: 0 });
    if (env.DATE < "2026-08-04") {
      let code: unknown;
      try {
        socket.connect(env.ECHO);
      } catch (error) {
        code = (error as { code?: unknown }).code;
      }
      assertEquals(code, "EPROTONOSUPPORT");
    } else {
      socket.connect(env.ECHO);
      assertEquals(await ask(socket, "found", 10_000), "found");
    }
  },
};

export const overTls = {
  async test(_: unknown, env: Env): Promise<void> {
    await using socket = new Asker({ context });
    socket.connect(env.SECURE);
    assertEquals(await ask(socket, "sealed", 10_000), "sealed");
    // The certificate is for another name than this address.
    await using stranger = new Asker({ context, reconnectInterval: 10_000 });
    const failed = new Promise<void>((resolve) => {
      stranger.events.on("handshake:error:other", () => resolve());
      stranger.events.on("connect:retry", () => resolve());
    });
    stranger.connect(env.SECURE.replace("localhost", "127.0.0.1"));
    await failed;
    assertEquals(stranger.peers.some(({ connected }) => connected), false);
  },
};

export const inAConnectHandler = {
  async test(_: unknown, env: Env): Promise<void> {
    await using socket = new Asker({ context });
    const { closed, close } = attach(socket, env.SELF.connect("reply.internal:5555") as never);
    assertEquals(await ask(socket, "one", 10_000), "to one");
    assertEquals(await ask(socket, "two", 10_000), "to two");
    await close();
    assertEquals(await closed, undefined);
  },
};

/**
 * The parts of a measurement under attack. Each lives until its stdin ends:
 *
 * | arguments                    | does                                                          | answers                |
 * | ---------------------------- | ------------------------------------------------------------- | ---------------------- |
 * | `serve target`               | binds what is attacked, with a `maxMessageSize` of 1 MiB       | `{"endpoint"}`         |
 * | `honest target endpoint`     | exchanges messages with it at an even rate                    | `{"ready"}`            |
 * | `attack number endpoint`     | attacks it again and again, the attack's number being that in the list | `{"attacking"}` |
 * | `crowd count endpoint`       | opens so many connections that say nothing, again and again   | `{"attacking"}`        |
 *
 * For each line of stdin `serve` answers with `{"messages"}` that came in or, of a publisher, `honest` does.
 *
 * @module
 */

import { connect, type Socket as TcpSocket } from "node:net";
import process from "node:process";
import { Dealer, Publisher, Pull, Push, Router, type Socket, Subscriber } from "../../../mod.ts";
import { ATTACKS, type Target } from "../../../tests/hostile/attacks.ts";
import { CURVE_CLIENT, CURVE_SERVER } from "../../../tests/hostile/curve_attacker.ts";
import { parent } from "../../../tests/processes.ts";

/** Messages a second that the honest exchange: far from the most that is possible, so that nobody lacks a processor. */
const RATE = 50_000;
const BODY = new Uint8Array(64).fill(7);
/** Connections of one attacker at one time: of those that say little, and of those that say much. */
const MANY = 500;
const FEW = 4;
/** What whoever faces strangers allows of one message, in octets; otherwise the options are at their defaults. */
const LARGEST = 1 << 20;
/** Milliseconds between two octets. */
const PAUSE = 1000;

let messages = 0;
const [role, what, endpoint] = parent.args;
const roles: Record<string, () => Promise<void>> = {
  serve: () => serve(what as Target),
  honest: () => honest(what as Target, endpoint!),
  attack: () => attack(Number(what), endpoint!),
  crowd: () => crowd(Number(what), endpoint!),
};
await roles[role!]!();
await untilInputEnds();
// Whatever is still open ends with the process: attackers wait for nobody.
process.exit(0);

async function serve(target: Target): Promise<void> {
  const socket = socketOf(target);
  parent.send({ endpoint: await socket.bind("tcp://127.0.0.1:*") });
  if (socket instanceof Publisher) return void pace(() => socket.trySend(["honest", BODY]));
  void count(socket as Pull | Router);
}

async function honest(target: Target, endpoint: string): Promise<void> {
  const { publicKey: curvePublicKey, secretKey } = CURVE_CLIENT;
  if (target === "XPUB") {
    const socket = new Subscriber();
    socket.subscribe("honest");
    socket.connect(endpoint);
    void count(socket);
  } else {
    const socket = target === "ROUTER" ? new Dealer({ routingId: "honest" }) : new Push(
      target === "CURVE" ? { curveServerKey: CURVE_SERVER.publicKey, curvePublicKey, curveSecretKey: secretKey } : {},
    );
    socket.connect(endpoint);
    void pace(() => socket.trySend(BODY));
  }
  parent.send({ ready: true });
  await Promise.resolve();
}

async function attack(number: number, endpoint: string): Promise<void> {
  const chosen = ATTACKS[number]!;
  parent.send({ attacking: chosen.name });
  const again = async (): Promise<void> => {
    // A listener may be too busy to take everyone: the attacker comes again.
    for (;;) await chosen.run(endpoint, PAUSE).catch(() => new Promise((resolve) => setTimeout(resolve, 10)));
  };
  for (let i = 0; i < (chosen.code === "ETIMEDOUT" ? MANY : FEW); i++) void again();
  await Promise.resolve();
}

async function crowd(count: number, endpoint: string): Promise<void> {
  parent.send({ attacking: "crowd" });
  const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
  const held: TcpSocket[] = [];
  const again = async (): Promise<void> => {
    for (;;) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname);
        socket.on("connect", resolve).on("error", () => resolve()).resume();
        held.push(socket);
      });
      if (held.length > count) held.shift()!.destroy();
    }
  };
  for (let i = 0; i < 50; i++) void again();
  await Promise.resolve();
}

function socketOf(target: Target): Socket {
  // A publisher that is attacked by subscribers need not hear of them.
  // It has room for what is due after a pause: what it drops would be no share of anything.
  if (target === "XPUB") return new Publisher({ sendHighWaterMark: 2 * RATE });
  const limits = { maxMessageSize: LARGEST };
  if (target === "ROUTER") return new Router(limits);
  return new Pull({
    ...limits,
    ...(target === "CURVE" ? { curveServer: true, curveSecretKey: CURVE_SERVER.secretKey } : {}),
  });
}

async function count(socket: Pull | Router | Subscriber): Promise<void> {
  for await (const frames of socket) if (frames.at(-1)!.length === BODY.length) messages++;
}

/** Calls `send` at an even rate. What finds no room is not sent later. */
async function pace(send: () => boolean): Promise<void> {
  let last = performance.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = performance.now();
    const due = Math.floor((now - last) * RATE / 1000);
    last += due * 1000 / RATE;
    for (let i = 0; i < due; i++) if (!send()) break;
  }
}

async function untilInputEnds(): Promise<void> {
  try {
    for (;;) {
      await parent.receive();
      parent.send({ messages });
    }
  } catch {
    // The parent has closed it, or is gone.
  }
}

/** Waiting senders, served while a message of theirs is on its way out: each is sent once, and in order. */
import { assertEquals } from "@std/assert";
import { Context, type Link, type LinkHandler, Pair, Router, type Transport } from "../../mod.ts";
import { NO_CAPABILITIES } from "../../src/transport/link.ts";
import { FrameDecoder } from "../../src/wire/frame.ts";
import { GREETING, property } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";
import { turn } from "../socket_fixture.ts";

/** A link to a peer of hexadecimal digits, that keeps writes on loan or takes them at once, as it is told. */
class Scripted implements Link {
  readonly local = "memory://here";
  readonly remote = "memory://there";
  lending = false;
  readonly loans: (() => void)[] = [];
  readonly octets: Uint8Array[] = [];
  readonly #says: readonly string[];
  #handler!: LinkHandler;

  constructor(says: readonly string[]) {
    this.#says = says;
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    queueMicrotask(() => {
      for (const digits of this.#says) handler.data(hex(digits));
    });
  }
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.octets.push(bytes.slice());
    if (this.lending) return new Promise((resolve) => this.loans.push(resolve));
    // One write is taken at once, as by a system with some room, and the next is not.
    this.lending = bytes.length > 9;
    return undefined;
  }
  pause(): void {}
  resume(): void {}
  close(): void {
    queueMicrotask(() => this.#handler.closed());
  }
  abort(): void {
    queueMicrotask(() => this.#handler.closed());
  }
  repay(): void {
    this.loans.shift()?.();
  }
}

for (const type of ["PAIR", "ROUTER"] as const) {
  test(`a ${type} that makes room while it serves senders sends each message once, and in order`, async () => {
    const peer = type === "PAIR" ? "PAIR" : "DEALER";
    const metadata = `05 52 45 41 44 59 ${property("Socket-Type", peer)} ${property("Identity", "X")}`;
    const size = hex(metadata).length.toString(16).padStart(2, "0");
    const link = new Scripted([GREETING, `04 ${size} ${metadata}`, "00 03 69 6E 30"]);
    const transport: Transport = {
      scheme: "memory",
      capabilities: NO_CAPABILITIES,
      check() {},
      connect: () => Promise.resolve(link),
      listen: () => Promise.reject(new Error("nobody listens here")),
    };
    const context = new Context({ transports: [transport], linger: 0 });
    const options = { context, sendHighWaterMark: 10 };
    await using socket = type === "PAIR" ? new Pair(options) : new Router({ ...options, mandatory: true });
    const handshake = socket.events.once("handshake");
    socket.connect("memory://there");
    await handshake;
    await turn();
    link.octets.length = 0;
    link.lending = true;
    const sent: Promise<void>[] = [];
    const send = (number: number, length: number): void => {
      const body = new Uint8Array(length);
      body[0] = number;
      sent.push(socket.send(type === "PAIR" ? body : ["X", body]));
    };
    send(0, 10);
    await turn();
    for (let number = 1; number <= 10; number++) send(number, 1300);
    // Those who wait have more to say than one write takes: serving them writes, and writing makes room.
    for (let number = 11; number <= 40; number++) send(number, 60_000);
    link.repay();
    await turn();
    link.lending = false;
    link.repay();
    await Promise.resolve();
    await socket.receive();
    for (let waiting = true; waiting;) {
      link.repay();
      waiting = await Promise.race([Promise.all(sent).then(() => false), turn().then(() => true)]);
    }
    while (link.loans.length > 0) {
      link.repay();
      await turn();
    }
    const numbers: number[] = [];
    const decoder = new FrameDecoder({
      frame(_flags, body) {
        numbers.push(body[0]!);
        return true;
      },
    }, 1_000_000);
    for (const octets of link.octets) decoder.decode(octets);
    assertEquals(numbers, Array.from({ length: 41 }, (_, number) => number));
  });
}

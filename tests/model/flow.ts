/**
 * Messages that flow one way, from some sockets to others, while connections come and go. The model knows what was
 * accepted and what has arrived, and holds the library to what the guide promises:
 *
 * - What arrives was sent, once, and by each sender to each receiver in order.
 * - What was accepted since the last loss arrives, once everybody can be reached.
 * - A call that was given up has done nothing; close ends every call that waits, and leaves nothing open.
 * - `stats()` add up.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ClosedError, type Frames, type Socket, text } from "../../mod.ts";
import { FAREWELL } from "../../src/session/conversation.ts";
import { Call, World } from "./world.ts";

/** One thing to do. `from` and `to` choose sockets; what makes no sense at the time is passed over. */
export type Command =
  | { readonly do: "connect" | "disconnect"; readonly from: number; readonly to: number; readonly back: boolean }
  | { readonly do: "bind" | "unbind"; readonly socket: number }
  | { readonly do: "send" | "sendUntil" | "trySend"; readonly from: number; readonly size: number }
  | { readonly do: "receive" | "receiveUntil" | "tryReceive"; readonly to: number }
  | { readonly do: "abort"; readonly call: number }
  | { readonly do: "lose"; readonly line: number }
  | { readonly do: "loseAfter"; readonly line: number; readonly octets: number; readonly byDialler: boolean }
  | { readonly do: "pass"; readonly milliseconds: number }
  | { readonly do: "limit"; readonly socket: number; readonly messages: number }
  | { readonly do: "close"; readonly socket: number; readonly linger: number };

/** What flows between which types. */
export interface Flow {
  readonly name: string;
  /** How many sockets on each side. */
  readonly sides: number;
  /** A sender; and a receiver. `index` is for its routing id. */
  sender(options: object, index: number): Socket & Sends;
  receiver(options: object, index: number): Socket & Receives;
  /** The frame of a received message that the sender has sent. */
  body(frames: Frames): Uint8Array;
}

interface Sends {
  send(message: string, options?: { signal?: AbortSignal }): Promise<void>;
  trySend(message: string): boolean;
}

interface Receives {
  receive(options?: { signal?: AbortSignal }): Promise<Frames>;
  tryReceive(): Frames | undefined;
}

const small = fc.nat(3);

/** Commands at random; `breaks`: lines can be lost. */
export function commands(breaks: boolean): fc.Arbitrary<Command> {
  const make = <D extends Command["do"]>(names: readonly D[], rest: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record({ do: fc.constantFrom(...names), ...rest }) as unknown as fc.Arbitrary<Command>;
  const size = fc.oneof(fc.nat(20), fc.constantFrom(200, 300, 9000, 20_000, 70_000));
  const milliseconds = fc.constantFrom(0, 1, 100, 250, 6000);
  return fc.oneof(
    { weight: 5, arbitrary: make(["connect"], { from: small, to: small, back: fc.boolean() }) },
    { weight: 1, arbitrary: make(["disconnect"], { from: small, to: small, back: fc.boolean() }) },
    { weight: 5, arbitrary: make(["bind"], { socket: small }) },
    { weight: 1, arbitrary: make(["unbind"], { socket: small }) },
    { weight: 12, arbitrary: make(["send", "send", "sendUntil", "trySend"], { from: small, size }) },
    { weight: 10, arbitrary: make(["receive", "receiveUntil", "tryReceive"], { to: small }) },
    { weight: 2, arbitrary: make(["abort"], { call: small }) },
    { weight: breaks ? 2 : 0, arbitrary: make(["lose"], { line: small }) },
    {
      weight: breaks ? 3 : 0,
      arbitrary: make(["loseAfter"], { line: small, octets: fc.nat(400), byDialler: fc.boolean() }),
    },
    { weight: 4, arbitrary: make(["pass"], { milliseconds }) },
    { weight: 2, arbitrary: make(["limit"], { socket: small, messages: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: make(["close"], { socket: small, linger: fc.constantFrom(0, 100) }) },
  );
}

/** A message on its way. */
interface Sent {
  readonly from: number;
  readonly number: number;
  /** When it was accepted: order is promised between messages of one era, in which connections stayed the same. */
  era: number;
  readonly call: Call<void> | undefined;
  readonly abort: AbortController | undefined;
  accepted: boolean;
  arrived: boolean;
  /** Something was lost after it had been accepted. */
  imperilled: boolean;
}

/** One sequence of commands, and what has become of it. */
export class FlowRun {
  readonly #world = new World();
  readonly #flow: Flow;
  readonly #scheme: string;
  readonly #senders: (Socket & Sends)[];
  readonly #receivers: (Socket & Receives)[];
  readonly #sent: Sent[] = [];
  readonly #receiving: { readonly to: number; readonly call: Call<Frames>; readonly abort?: AbortController }[] = [];
  /** Which way two sockets are connected: `0>1`, `0<1`. */
  readonly #connected = new Set<string>();
  readonly #bound = new Set<string>();
  /** Which of them have met: within a process, they part only with one of the two. */
  readonly #met = new Set<string>();
  readonly #arrivedLast = new Map<string, number>();
  #era = 0;
  #ended = 0;
  /** Whether what has come may have been dropped unread. */
  #dropped = false;

  constructor(flow: Flow, scheme: string) {
    this.#flow = flow;
    this.#scheme = scheme;
    const { context } = this.#world;
    const options = { context, linger: 100 };
    this.#senders = Array.from({ length: flow.sides }, (_, i) => flow.sender(options, i));
    this.#receivers = Array.from({ length: flow.sides }, (_, i) => flow.receiver({ ...options, linger: 0 }, i));
  }

  /** Does everything, then lets all that can arrive arrive, and closes. */
  async run(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      await this.#do(command);
      await this.#world.settle();
      this.#look();
    }
    await this.#heal();
    await this.#end();
  }

  async #do(command: Command): Promise<void> {
    const { sides } = this.#flow;
    switch (command.do) {
      case "bind":
      case "unbind":
        return await this.#listen(command.do, command.socket % (2 * sides));
      case "connect":
      case "disconnect":
        return this.#dial(command.do, command.from % sides, command.to % sides, command.back);
      case "send":
      case "sendUntil":
      case "trySend":
        return this.#send(command.do, command.from % sides, command.size);
      case "receive":
      case "receiveUntil":
      case "tryReceive":
        return this.#receive(command.do, command.to % sides);
      case "abort":
        return await this.#abort(command.call);
      case "lose":
        return [...this.#world.transport.lines][command.line]?.lose();
      case "loseAfter":
        return [...this.#world.transport.lines][command.line]?.loseAfter(command.octets, command.byDialler);
      case "pass":
        return await this.#world.pass(command.milliseconds);
      case "limit": {
        const index = command.socket % (2 * sides);
        const [socket, option] = index < sides
          ? [this.#senders[index]!, "sendHighWaterMark"]
          : [this.#receivers[index - sides]!, "receiveHighWaterMark"];
        if (!socket.closed) Object.assign(socket, { [option!]: command.messages });
        return;
      }
      case "close":
        return await this.#close(command.socket % (2 * sides), command.linger);
    }
  }

  #socket(index: number): Socket {
    return index < this.#flow.sides ? this.#senders[index]! : this.#receivers[index - this.#flow.sides]!;
  }

  #forget(way: string): boolean {
    this.#met.delete(way);
    return this.#connected.delete(way);
  }

  #listenerOf(way: string): string {
    const [from, to] = way.split(/[<>]/).map(Number);
    return this.#endpoint(way.includes(">") ? to! + this.#flow.sides : from!);
  }

  #endpoint(index: number): string {
    return `${this.#scheme}://${index}`;
  }

  async #listen(what: "bind" | "unbind", index: number): Promise<void> {
    const socket = this.#socket(index);
    const endpoint = this.#endpoint(index);
    if (socket.closed || this.#bound.has(endpoint) === (what === "bind")) return;
    if (what === "bind") {
      this.#bound.add(endpoint);
      await socket.bind(endpoint);
    } else {
      this.#bound.delete(endpoint);
      this.#imperil();
      const freed = new Call(socket.unbind(endpoint));
      await this.#world.pass(200);
      assertEquals(freed.state, "done", "unbind ends");
    }
    this.#era++;
  }

  #dial(what: "connect" | "disconnect", from: number, to: number, back: boolean): void {
    const [dialler, endpoint] = back
      ? [this.#receivers[to]!, this.#endpoint(from)]
      : [this.#senders[from]!, this.#endpoint(to + this.#flow.sides)];
    const ways = [`${from}>${to}`, `${from}<${to}`];
    const way = ways[back ? 1 : 0]!;
    if (dialler.closed) return;
    if (what === "connect" && !ways.some((one) => this.#connected.has(one))) {
      this.#connected.add(way);
      dialler.connect(endpoint);
    } else if (what === "disconnect" && this.#forget(way)) {
      this.#imperil();
      dialler.disconnect(endpoint);
    }
    this.#era++;
  }

  #send(how: "send" | "sendUntil" | "trySend", from: number, size: number): void {
    const socket = this.#senders[from]!;
    if (socket.closed) return void throwsClosed(() => void socket.trySend("x"));
    const number = this.#sent.length;
    const message = `${number} `.padEnd(size, "x");
    const abort = how === "sendUntil" ? new AbortController() : undefined;
    let call: Call<void> | undefined;
    let accepted = false;
    if (how === "trySend") accepted = socket.trySend(message);
    else call = new Call(socket.send(message, abort === undefined ? {} : { signal: abort.signal }));
    this.#sent.push({ from, number, era: this.#era, call, abort, accepted, arrived: false, imperilled: false });
  }

  #receive(how: "receive" | "receiveUntil" | "tryReceive", to: number): void {
    const socket = this.#receivers[to]!;
    if (socket.closed) return void throwsClosed(() => void socket.tryReceive());
    if (how === "tryReceive") {
      const frames = socket.tryReceive();
      if (frames !== undefined) this.#arrived(to, frames);
      return;
    }
    const abort = how === "receiveUntil" ? new AbortController() : undefined;
    const call = new Call(socket.receive(abort === undefined ? {} : { signal: abort.signal }));
    this.#receiving.push({ to, call, ...(abort === undefined ? {} : { abort }) });
  }

  async #abort(index: number): Promise<void> {
    const calls = [...this.#sent, ...this.#receiving].filter(({ call, abort }) => abort && call?.state === "waits");
    const chosen = calls[index];
    if (chosen === undefined) return;
    const reason = new Error("given up");
    chosen.abort!.abort(reason);
    await this.#world.settle();
    assertEquals([chosen.call!.state, chosen.call!.error], ["failed", reason], "a call that is given up rejects");
  }

  /** Something may have been lost: of what was accepted by now, nothing need arrive. */
  #imperil(): void {
    this.#dropped = true;
    this.#accept();
    for (const sent of this.#sent) if (sent.accepted) sent.imperilled = true;
    this.#era++;
  }

  /** Calls of `send` that have ended well since the last look. */
  #accept(): void {
    for (const sent of this.#sent) {
      if (sent.accepted || sent.call?.state !== "done") continue;
      sent.accepted = true;
      sent.era = this.#era;
    }
  }

  /** Looks at what has happened. */
  #look(): void {
    const { ended } = this.#world.transport;
    if (ended > this.#ended) this.#imperil();
    this.#ended = ended;
    this.#accept();
    for (const way of this.#connected) if (this.#bound.has(this.#listenerOf(way))) this.#met.add(way);
    for (let i = 0; i < this.#receiving.length;) {
      const { call, to } = this.#receiving[i]!;
      if (call.state === "waits") i++;
      else {
        this.#receiving.splice(i, 1);
        if (call.state === "done") this.#arrived(to, call.value);
      }
    }
    this.#checkStats();
  }

  #arrived(to: number, frames: Frames): void {
    const message = text(this.#flow.body(frames));
    const number = Number.parseInt(message);
    const sent = this.#sent[number];
    assert(sent !== undefined, `${message.slice(0, 20)} was never sent`);
    assert(!sent.arrived, `${number} has arrived twice`);
    assert(sent.accepted || sent.call?.state === "done", `${number} was given up, and has arrived`);
    sent.arrived = true;
    if (sent.era !== this.#era) return;
    const pair = `${sent.from} to ${to}, era ${sent.era}`;
    const last = this.#arrivedLast.get(pair) ?? -1;
    assert(number > last, `${number} arrives after ${last}, from ${pair}`);
    this.#arrivedLast.set(pair, number);
  }

  #checkStats(): void {
    for (const [from, socket] of this.#senders.entries()) {
      if (socket.closed) continue;
      const { messagesOut, queuedOut, dropped, pendingSends } = socket.stats();
      const mine = this.#sent.filter((sent) => sent.from === from);
      const accepted = mine.filter((sent) => sent.accepted).length;
      assertEquals(pendingSends, mine.filter(({ call }) => call?.state === "waits").length, "pendingSends");
      // What is on its way out of a broken link is counted as queued and as out.
      const sum = messagesOut + queuedOut + dropped;
      // Within a process, what the other socket has not received yet counts as queued, and as out.
      if (this.#dropped || this.#scheme === "inproc") {
        assert(sum >= accepted, `${accepted} were accepted, ${sum} are counted`);
      } else assertEquals(sum, accepted, "what was accepted is out, queued or dropped");
    }
    for (const [to, socket] of this.#receivers.entries()) {
      if (socket.closed) continue;
      const waiting = this.#receiving.filter((one) => one.to === to && one.call.state === "waits").length;
      const { pendingReceives, queuedIn } = socket.stats();
      assertEquals(pendingReceives, waiting, "pendingReceives");
      assert(waiting === 0 || queuedIn === 0, `${waiting} wait, and ${queuedIn} messages are there`);
    }
  }

  /** Makes everybody reachable, and takes all that comes. */
  async #heal(): Promise<void> {
    for (const line of this.#world.transport.lines) {
      line.loseAfter(Infinity, true);
      line.loseAfter(Infinity, false);
    }
    for (const way of this.#connected) {
      const [from, to] = way.split(/[<>]/).map(Number);
      await this.#listen("bind", way.includes(">") ? to! + this.#flow.sides : from!);
    }
    for (let quiet = 0; quiet < 3; quiet++) {
      await this.#world.pass(300);
      this.#look();
      for (const [to, socket] of this.#receivers.entries()) {
        for (let frames; !socket.closed && (frames = socket.tryReceive()) !== undefined; quiet = 0) {
          await this.#world.settle();
          this.#look();
          this.#arrived(to, frames);
        }
      }
    }
    const missing = this.#sent.filter(({ accepted, arrived, imperilled }) => accepted && !arrived && !imperilled);
    // Who is connected to somebody who has closed keeps the messages for whoever comes back.
    const gone = [...this.#connected].some((way) => way.includes(">") && this.#receivers[Number(way.at(-1))]!.closed);
    if (!gone) assertEquals(missing.map(({ number }) => number), [], "accepted since the last loss, and not arrived");
  }

  async #close(index: number, linger: number): Promise<void> {
    const socket = this.#socket(index);
    if (socket.closed) return;
    this.#imperil();
    const closing = new Call(socket.close({ linger }));
    assert(socket.closed);
    // What has been sent may wait for a peer that reads nothing, and that peer is given a while to hang up.
    await this.#world.pass(linger + FAREWELL + 1);
    assertEquals(closing.state, "done", "close ends");
    this.#bound.delete(this.#endpoint(index));
    const isSender = index < this.#flow.sides;
    for (const way of [...this.#connected]) {
      const [from, to] = way.split(/[<>]/).map(Number);
      const mine = isSender ? from === index : to === index - this.#flow.sides;
      // Who has closed dials nobody; and within a process, when one end is gone so is the other.
      const dialled = isSender === way.includes(">");
      if (mine && (dialled || this.#scheme === "inproc" && this.#met.has(way))) this.#forget(way);
    }
    const left = isSender
      ? this.#sent.filter(({ from, call }) => from === index && call !== undefined)
      : this.#receiving.filter(({ to }) => to === index - this.#flow.sides);
    for (const { call } of left) {
      assert(call!.state !== "waits", "nobody waits for a closed socket");
      const { error } = call!;
      if (call!.state === "failed") assert(error instanceof ClosedError || (error as Error).message === "given up");
    }
    if (!isSender) return;
    const mine = this.#sent.filter(({ from, accepted, call }) =>
      from === index && (accepted || call?.state === "done")
    );
    const arrived = mine.filter((sent) => sent.arrived).length;
    assert(closing.value.unsent <= mine.length - arrived, `${closing.value.unsent} unsent of ${mine.length}`);
  }

  async #end(): Promise<void> {
    for (let index = 0; index < 2 * this.#flow.sides; index++) await this.#close(index, 0);
    const closing = new Call(this.#world.context.close({ linger: 0 }));
    await this.#world.pass(10);
    assertEquals(closing.state, "done", "the context closes");
    this.#world.checkEmpty();
  }
}

function throwsClosed(body: () => void): void {
  try {
    body();
  } catch (error) {
    assert(error instanceof ClosedError, String(error));
    return;
  }
  throw new Error("A closed socket takes calls");
}

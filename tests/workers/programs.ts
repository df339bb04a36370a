/**
 * What the tests have a Worker do besides commands: the calls that a Worker's author would make.
 *
 * @module
 */

import { type Context, Dealer, json, Pull, Push, Request, text } from "../../mod.ts";
import { loadedCrypto } from "../../src/crypto/load.ts";
import { watch } from "../interop/waiting.ts";

/** What a program is given by the test. */
export type Given = Readonly<Record<string, string>>;

/** What a call that must fail said: its code and its message. */
async function refusal(work: () => unknown): Promise<{ code: unknown; message: string }> {
  try {
    await work();
  } catch (error) {
    return { code: (error as { code?: unknown }).code, message: (error as Error).message };
  }
  throw new Error("It was done, and was to fail");
}

/** Programs by name: each gets the context and what the test gives it, and answers something that is JSON. */
export const PROGRAMS: Readonly<Record<string, (context: Context, given: Given) => Promise<unknown>>> = {
  async request(context, { endpoint, ...options }) {
    const { timeout, retries } = options as { timeout: string; retries?: string };
    await using client = new Request({ context });
    client.connect(endpoint!);
    const answer = await client.request("question", {
      timeout: Number(timeout),
      ...(retries === undefined ? {} : { retries: Number(retries) }),
    });
    return answer.map(text);
  },

  async manyRequests(context, { endpoint }) {
    await using client = new Request({ context, correlate: true, relaxed: true });
    client.connect(endpoint!);
    const questions = Array.from({ length: 50 }, (_, i) => `question ${i}`);
    const answers = await Promise.all(questions.map((one) => client.request(one, { timeout: 10_000 })));
    return answers.map(([answer]) => text(answer!));
  },

  async iterate(context, { endpoint, count }) {
    await using pull = new Pull({ context });
    pull.connect(endpoint!);
    const received: unknown[] = [];
    for await (const [frame] of pull) {
      received.push(json(frame!));
      if (received.length === Number(count)) break;
    }
    return received;
  },

  async pipe(context, { from, to, count }) {
    await using pull = new Pull({ context, receiveHighWaterMark: 10 });
    await using push = new Push({ context, linger: 5000 });
    pull.connect(from!);
    push.connect(to!);
    let left = Number(count);
    const doubled = new TransformStream<Uint8Array[], Uint8Array[]>({
      transform([frame], controller) {
        controller.enqueue([frame!, frame!]);
        if (--left === 0) controller.terminate();
      },
    });
    await pull.readable.pipeThrough(doubled).pipeTo(push.writable, { preventClose: true });
    return await push.close();
  },

  /** Reads slowly, so that the sender must wait. */
  async backPressure(context, { endpoint, marker }) {
    await using pull = new Pull({ context, receiveHighWaterMark: 2 });
    pull.connect(endpoint!);
    await using report = new Dealer({ context, linger: 5000 });
    report.connect(marker!);
    const reader = pull.readable.getReader();
    await reader.read();
    await report.send("reading");
    await report.receive();
    let octets = 0;
    for (;;) {
      const { value } = await reader.read();
      if (value![0]!.length === 0) break;
      octets += value![0]!.length;
    }
    await reader.cancel();
    return { octets, closed: pull.closed };
  },

  async linger(context, { endpoint, count, linger }) {
    const push = new Push({ context });
    push.connect(endpoint!);
    for (let i = 0; i < Number(count); i++) await push.send(`${i}`);
    return await push.close({ linger: Number(linger) });
  },

  async refusals(context) {
    await using push = new Push({ context });
    return {
      bind: await refusal(() => push.bind("tcp://*:5555")),
      bindTls: await refusal(() => push.bind("tls://*:5555")),
      bindIpc: await refusal(() => push.bind("ipc:///tmp/x")),
      ipc: await refusal(() => push.connect("ipc:///tmp/x")),
      source: await refusal(() => push.connect("tcp://127.0.0.1:0;127.0.0.1:5555")),
      malformed: await refusal(() => push.connect("tcp://127.0.0.1:port")),
      keepAlive: await refusal(() => new Push({ context, tcpKeepalive: true })),
      typeOfService: await refusal(() => new Push({ context, typeOfService: 4 })),
    };
  },

  async inproc(context) {
    await using pull = new Pull({ context });
    await using push = new Push({ context });
    await pull.bind("inproc://within");
    push.connect("inproc://within");
    await push.send("hello");
    return (await pull.receive()).map(text);
  },

  /** What a socket tells of an endpoint, until it has told of one type. */
  async events(context, { endpoint, until, ...options }) {
    const settings = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, Number(value)]));
    await using dealer = new Dealer({ context, reconnectInterval: 20, ...settings });
    const events = watch(dealer);
    dealer.connect(endpoint!);
    const last = await events.next(until!);
    return { names: events.names, code: last.code, message: last.message };
  },

  /** Which library CURVE's boxes are from. */
  crypto: () => Promise.resolve(loadedCrypto()?.name),

  /** Without a context: what the library's main entry point finds by itself. */
  async oneImport(_context, { endpoint }) {
    await using client = new Request({ linger: 0 });
    client.connect(endpoint!);
    return (await client.request("question", { timeout: 10_000 })).map(text);
  },

  /** Thousands of small messages there and back, and no end of them lost or out of order. */
  async many(context, { endpoint, count }) {
    await using dealer = new Dealer({ context });
    dealer.connect(endpoint!);
    const total = Number(count);
    const sending = (async () => {
      const frame = new Uint8Array(64);
      const view = new DataView(frame.buffer);
      for (let i = 0; i < total; i++) {
        view.setUint32(0, i);
        await dealer.send(frame.slice());
      }
    })();
    for (let i = 0; i < total; i++) {
      const [frame] = await dealer.receive();
      const found = new DataView(frame!.buffer, frame!.byteOffset).getUint32(0);
      if (found !== i || frame!.length !== 64) throw new Error(`Message ${i} is number ${found}`);
    }
    await sending;
    const { messagesIn, messagesOut } = dealer.stats();
    return { messagesIn, messagesOut };
  },
};

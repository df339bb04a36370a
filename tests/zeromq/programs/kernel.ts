/** A kernel as notebooks have them: five sockets, and messages that are signed. */
import type { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Dealer, Publisher, Reply, Request, Router, Subscriber } from "zeromq";

const KEY = "secret key";
const DELIMITER = "<IDS|MSG>";
interface Content {
  readonly type: string;
  readonly parent?: string;
  readonly body: Record<string, unknown>;
}

function sign(parts: readonly string[]): string {
  const hmac = createHmac("sha256", KEY);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function pack({ type, parent = "", body }: Content): string[] {
  const parts = [JSON.stringify({ type }), JSON.stringify({ type: parent }), "{}", JSON.stringify(body)];
  return [DELIMITER, sign(parts), ...parts];
}

function unpack(message: Buffer[]): { envelope: Buffer[]; content: Content } {
  const at = message.findIndex((part) => part.toString() === DELIMITER);
  const [signature, ...parts] = message.slice(at + 1);
  const wanted = sign(parts.map(String));
  if (!timingSafeEqual(new TextEncoder().encode(wanted), new Uint8Array(signature!))) {
    throw new Error("A false signature");
  }
  const [header, , , body] = parts.map((part) => JSON.parse(part.toString()));
  return { envelope: message.slice(0, at), content: { type: header.type, body } };
}

const kernel = {
  shell: new Router({ linger: 0 }),
  control: new Router({ linger: 0 }),
  stdin: new Router({ linger: 0 }),
  iopub: new Publisher({ linger: 0 }),
  heartbeat: new Reply({ linger: 0 }),
};
for (const socket of Object.values(kernel)) await socket.bind("tcp://127.0.0.1:*");

async function beat(): Promise<void> {
  for await (const [ping] of kernel.heartbeat) await kernel.heartbeat.send(ping!);
}

async function execute(): Promise<void> {
  const tell = (content: Content): Promise<void> => kernel.iopub.send(["kernel", ...pack(content)]);
  let count = 0;
  for await (const message of kernel.shell) {
    const { envelope, content: { type, body } } = unpack(message);
    await tell({ type: "status", parent: type, body: { state: "busy" } });
    if (type === "execute_request") {
      count++;
      let result = String(body["code"]).toUpperCase();
      if (result === "INPUT()") {
        await kernel.stdin.send([...envelope, ...pack({ type: "input_request", parent: type, body: { prompt: ">" } })]);
        result = String(unpack(await kernel.stdin.receive()).content.body["value"]);
      }
      await tell({ type: "execute_result", parent: type, body: { count, result } });
      await kernel.shell.send([...envelope, ...pack({ type: "execute_reply", parent: type, body: { count } })]);
    } else await kernel.shell.send([...envelope, ...pack({ type: "kernel_info_reply", body: { name: "shouting" } })]);
    await tell({ type: "status", parent: type, body: { state: "idle" } });
  }
}

async function obey(): Promise<void> {
  const message = await kernel.control.receive();
  const { envelope, content } = unpack(message);
  await kernel.control.send([...envelope, ...pack({ type: "shutdown_reply", body: content.body })]);
}
const running = [beat(), execute(), obey()];

const [shell, control, stdin] = [0, 1, 2].map(() => new Dealer({ routingId: "client", linger: 0 })) as [
  Dealer,
  Dealer,
  Dealer,
];
const [heartbeat, iopub] = [new Request({ linger: 0 }), new Subscriber()];
shell.connect(kernel.shell.lastEndpoint!);
control.connect(kernel.control.lastEndpoint!);
stdin.connect(kernel.stdin.lastEndpoint!);
heartbeat.connect(kernel.heartbeat.lastEndpoint!);
iopub.connect(kernel.iopub.lastEndpoint!);
iopub.subscribe("kernel");
const show = ({ content: { type, body } }: { content: Content }): string => `${type} ${JSON.stringify(body)}`;

await heartbeat.send("ping");
console.log("heartbeat:", (await heartbeat.receive()).toString());
// Asks for nothing much until it hears the kernel.
let heard = false;
const first = iopub.receive().then(() => heard = true);
while (!heard) {
  await shell.send(pack({ type: "kernel_info_request", body: {} }));
  const reply = show(unpack(await shell.receive()));
  await new Promise((resolve) => setTimeout(resolve, 2));
  if (heard) console.log("shell:", reply);
}
await first;
/** What the kernel tells, up to its being idle after the last request. */
async function output(last: string): Promise<void> {
  for await (const message of iopub) {
    const heard = unpack(message);
    const parent = JSON.parse(message[4]!.toString()).type;
    if (parent !== "execute_request") continue;
    console.log("iopub:", show(heard));
    if (heard.content.body["state"] === last) return;
  }
}
for (const code of ["hello", "input()"]) {
  await shell.send(pack({ type: "execute_request", body: { code } }));
  if (code === "input()") {
    console.log("stdin:", show(unpack(await stdin.receive())));
    await stdin.send(pack({ type: "input_reply", body: { value: "typed" } }));
  }
  await output("idle");
  console.log("shell:", show(unpack(await shell.receive())));
}
await control.send(pack({ type: "shutdown_request", body: { restart: false } }));
console.log("control:", show(unpack(await control.receive())));
for (const socket of [...Object.values(kernel), shell, control, stdin, heartbeat, iopub]) socket.close();
await Promise.all(running);

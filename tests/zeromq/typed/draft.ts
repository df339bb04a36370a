/**
 * What TypeScript programs write with the draft sockets of npm `zeromq`. Never run: both packages' types must take all of
 * it, and refuse what is marked to be refused.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Message } from "zeromq";
import { Client, type Datagram, Dish, Gather, type Radio, Scatter, Server } from "zeromq/draft.js";

export async function serve(server: Server, client: Client): Promise<void> {
  const [question, { routingId }] = await server.receive();
  const text: string = question.toString();
  await server.send(text, { routingId });
  // @ts-expect-error: to whom?
  await server.send(text);
  // @ts-expect-error: one part
  await server.send([text, text], { routingId });
  const [answer]: [Message] = await client.receive();
  await client.send(answer);
  // @ts-expect-error: one part
  await client.send([answer]);
  for await (const [body, from] of server) await server.send(body, from);
}

export async function news(radio: Radio, dish: Dish): Promise<void> {
  dish.join("text", Buffer.from("octets"));
  dish.leave("text");
  await radio.send("text", { group: "text" });
  await radio.send(Buffer.from("octets"), { group: Buffer.from("octets") });
  // @ts-expect-error: for whom?
  await radio.send("text");
  const [body, { group }] = await dish.receive();
  console.log(body.length + group.length);
  // @ts-expect-error: no such group
  dish.join(5);
}

export async function others(scatter: Scatter, gather: Gather, datagram: Datagram): Promise<void> {
  scatter.conflate = gather.conflate;
  await scatter.send(5);
  const [work]: [Message] = await gather.receive();
  const [address, body]: [Message, Message] = await datagram.receive();
  await datagram.send([address, work ?? body]);
  // @ts-expect-error: where to?
  await datagram.send("text");
}

export const sockets: object[] = [
  new Server({ sendTimeout: 5, linger: 0 }),
  new Client({ receiveTimeout: 5 }),
  new Gather({ conflate: true }),
  new Scatter({ conflate: true }),
  // @ts-expect-error: DISH sends nothing
  new Dish({ sendTimeout: 5 }),
];

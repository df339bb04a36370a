/** In the manner of Titanic: requests are stored before they are worked on, and replies are fetched when it suits. */
import { Dealer, Pair, Reply, Request } from "zeromq";

const [requests, replies] = [new Map<string, string>(), new Map<string, string>()];
const [accept, fetch, close] = [new Reply(), new Reply(), new Reply()];
const [queue, worker] = [new Pair(), new Pair()];
for (const socket of [accept, fetch, close]) await socket.bind("tcp://127.0.0.1:*");
await queue.bind("inproc://queue");
worker.connect("inproc://queue");

let number = 0;
const serving = [
  (async () => {
    for await (const [body] of accept) {
      const ticket = `ticket-${++number}`;
      requests.set(ticket, body!.toString());
      await queue.send(ticket);
      await accept.send(["200", ticket]);
    }
  })(),
  (async () => {
    for await (const [ticket] of fetch) {
      const reply = replies.get(ticket!.toString());
      if (reply !== undefined) await fetch.send(["200", reply]);
      else await fetch.send(requests.has(ticket!.toString()) ? "300" : "400");
    }
  })(),
  (async () => {
    for await (const [ticket] of close) {
      requests.delete(ticket!.toString());
      replies.delete(ticket!.toString());
      await close.send("200");
    }
  })(),
];

/** What works, when it is told to: until then requests wait. */
async function workOff(count: number): Promise<void> {
  for (let done = 0; done < count; done++) {
    const [ticket] = await worker.receive();
    const body = requests.get(ticket!.toString());
    if (body !== undefined) replies.set(ticket!.toString(), `${body} ${body.length}`);
  }
}

const client = new Request();
async function ask(service: Reply, ...parts: string[]): Promise<string> {
  client.connect(service.lastEndpoint!);
  await client.send(parts);
  const answer = (await client.receive()).map(String).join(" ");
  client.disconnect(service.lastEndpoint!);
  return answer;
}
console.log(await ask(accept, "one"));
console.log(await ask(accept, "three"));
console.log(await ask(fetch, "ticket-1"));
console.log(await ask(close, "ticket-2"));
await workOff(2);
console.log(await ask(fetch, "ticket-1"));
console.log(await ask(fetch, "ticket-2"));
console.log(await ask(close, "ticket-1"));
console.log(await ask(fetch, "ticket-1"));

// A DEALER may have several questions on their way, if it writes the empty part itself.
const many = new Dealer();
many.connect(accept.lastEndpoint!);
for (const body of ["x", "y", "z"]) await many.send(["", body]);
for (let answers = 0; answers < 3; answers++) console.log((await many.receive()).slice(1).map(String).join(" "));
for (const socket of [client, many, accept, fetch, close, queue, worker]) socket.close();
await Promise.all(serving);

/** Jobs for three workers, and their results gathered. */
import { Gather, Scatter } from "zeromq/draft.js";

const jobs = new Scatter();
await jobs.bind("tcp://127.0.0.1:*");
const results = new Gather();
await results.bind("inproc://results");

async function work(inbox: Gather): Promise<number> {
  const outbox = new Scatter();
  outbox.connect("inproc://results");
  let done = 0;
  for await (const [job] of inbox) {
    await outbox.send(String(Number(job) ** 2));
    done++;
  }
  outbox.close();
  return done;
}

const inboxes = [new Gather(), new Gather(), new Gather()];
for (const inbox of inboxes) inbox.connect(jobs.lastEndpoint!);
const working = inboxes.map(work);
for (let number = 0; number < 30; number++) await jobs.send(number);

let sum = 0;
for (let count = 0; count < 30; count++) sum += Number((await results.receive())[0]);
for (const inbox of inboxes) inbox.close();
const done = await Promise.all(working);
console.log(sum, done.reduce((all, one) => all + one));
jobs.close();
results.close();

/** Handing out work, gathering results, and a signal that ends all workers: the guide's parallel pipeline with its kill. */
import { Publisher, Pull, Push, Subscriber } from "zeromq";

const [ventilator, sink, controller] = [new Push(), new Pull(), new Publisher()];
for (const socket of [ventilator, sink, controller]) await socket.bind("tcp://127.0.0.1:*");

async function work(): Promise<number> {
  const [tasks, results, control] = [new Pull(), new Push(), new Subscriber()];
  tasks.connect(ventilator.lastEndpoint!);
  results.connect(sink.lastEndpoint!);
  control.connect(controller.lastEndpoint!);
  control.subscribe();
  let done = 0;
  const killed = control.receive().then(() => {
    tasks.close();
    results.close();
  });
  for await (const [task] of tasks) {
    await results.send([task!, String(Number(task) * 2)]);
    done++;
  }
  await killed;
  control.close();
  return done;
}
const workers = [work(), work(), work(), work()];
const results = new Map<number, number>();
const handing = (async () => {
  for (let task = 0; task < 200; task++) await ventilator.send(String(task));
})();
while (results.size < 200) {
  const [task, result] = await sink.receive();
  results.set(Number(task), Number(result));
}
await handing;
console.log([...results.keys()].length, [...results.values()].reduce((sum, result) => sum + result, 0));
// Until all have heard it: a worker may have subscribed late.
let over = false;
const ending = Promise.all(workers).then((done) => {
  over = true;
  return done;
});
while (!over) {
  await controller.send("KILL");
  await new Promise((resolve) => setTimeout(resolve, 1));
}
console.log("all workers have ended, after", (await ending).reduce((sum, done) => sum + done, 0), "tasks");
for (const socket of [ventilator, sink, controller]) socket.close();

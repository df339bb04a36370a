/** Divide and conquer: a ventilator, three workers, a sink. */
import { Pull, Push } from "zeromq";

const [ventilator, sink] = [new Push(), new Pull()];
await ventilator.bind("tcp://127.0.0.1:*");
await sink.bind("tcp://127.0.0.1:*");

const workers = [1, 2, 3].map(() => {
  const [input, output] = [new Pull(), new Push()];
  input.connect(ventilator.lastEndpoint!);
  output.connect(sink.lastEndpoint!);
  const working = (async () => {
    for await (const [task] of input) await output.send(Number(task) ** 2);
  })();
  return { input, output, working };
});

const count = 300;
const handingOut = (async () => {
  for (let task = 0; task < count; task++) await ventilator.send(String(task));
})();
let sum = 0;
for (let done = 0; done < count; done++) sum += Number((await sink.receive())[0]);
await handingOut;
console.log(`${count} tasks, the squares sum up to ${sum}`);
for (const { input, output, working } of workers) {
  input.close();
  output.close();
  await working;
}
ventilator.close();
sink.close();

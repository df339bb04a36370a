/** What was sent last arrives, although the program that sent it has nothing left to do; what nobody takes is given up. */
import { Pull, Push } from "zeromq";

const COUNT = 100;
const pull = new Pull();
await pull.bind("tcp://127.0.0.1:*");
const [closed, late] = [new Push(), new Push({ linger: 100 })];
closed.connect(pull.lastEndpoint!);
for (let number = 0; number < COUNT; number++) await closed.send(String(number));
closed.close();
late.connect("tcp://127.0.0.1:1");
await late.send("to nobody");
let sum = 0;
for (let got = 0; got < COUNT; got++) sum += Number((await pull.receive())[0]);
console.log(sum, closed.closed, late.closed);

/**
 * Imports the library that it is told to, sends one message to itself over tcp, and says so.
 *
 * @module
 */

import process from "node:process";

/** What this uses of either library. */
interface Library {
  readonly Pull: new () => {
    bind(endpoint: string): Promise<unknown>;
    receive(): Promise<Uint8Array[]>;
    readonly lastEndpoint: string | undefined;
    close(): unknown;
  };
  readonly Push: new () => {
    connect(endpoint: string): void;
    send(message: string): Promise<void>;
    close(): unknown;
  };
}

const { Pull, Push } = await import(process.argv[2]!) as Library;
const pull = new Pull();
const push = new Push();
await pull.bind("tcp://127.0.0.1:*");
push.connect(pull.lastEndpoint!);
await push.send("first");
const [frame] = await pull.receive();
console.log(JSON.stringify({ octets: frame!.length }));
await push.close();
await pull.close();

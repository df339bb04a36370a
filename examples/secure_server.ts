/**
 * A service for those it knows: encrypted, and only for clients whose certificates are in its folder. Answers every
 * request with `RESPONSE: …`, until Ctrl-C or until it has answered as many as it was told.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-write examples/secure_server.ts [folder] [requests]
 * bun examples/secure_server.ts [folder] [requests]
 * node examples/secure_server.ts [folder] [requests]
 * ```
 *
 * The folder, `certificates` unless given, has `server.key`, `server.key_secret` and `clients/`. A file that is put into
 * `clients/` lets its owner in from then on, and one that is taken out keeps him out, without a restart. The clients are
 * `secure_client.ts`, under any runtime, and `secure_client.py`.
 */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { Authenticator, Certificate, CertificateDirectory, Context, Reply, text, type ZmqError } from "@zerostream/zmq";

const folder = process.argv[2] ?? "certificates";
const limit = Number(process.argv[3] ?? Infinity);
const clients = join(folder, "clients");

// To begin with: a key pair for the service, and one for a client called joe. In earnest clients make their own, send
// the public file (`joe.key`), and never show the secret one (`joe.key_secret`) to anybody.
await mkdir(clients, { recursive: true, mode: 0o700 });
for (const [where, name] of [[folder, "server"], [clients, "joe"]] as const) {
  try {
    await new Certificate({ metadata: { name } }).save(join(where, `${name}.key`));
  } catch (error) {
    // The files of another time are kept.
    if ((error as ZmqError).code !== "EEXIST") throw error;
  }
}

const context = new Context();
await using auth = new Authenticator({ context });
auth.allow("127.0.0.1").curve(await CertificateDirectory.open(clients));
auth.on("granted", ({ userId, address }) => console.log(`Let in: ${userId} from ${address}`));
auth.on("denied", ({ reason, address }) => console.log(`Kept out: ${address}, ${reason}`));
auth.on("error", ({ error }) => console.error(error));
await auth.start();

const own = await Certificate.load(join(folder, "server.key_secret"));
await using server = new Reply({ context, ...own.asServer() });
process.once("SIGINT", () => server.close());
await server.bind("tcp://*:5570");
console.log(`Answering at ${server.lastEndpoint}`);

let answered = 0;
for await (const [question] of server) {
  await server.send(`RESPONSE: ${text(question)}`);
  if (++answered === limit) break;
}

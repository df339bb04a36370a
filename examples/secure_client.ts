/**
 * A client with a certificate: asks the service of `secure_server.ts` (or `secure_server.py`), one question after the
 * other, then ends. As `stranger` it has a certificate that nobody knows, and is turned away.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/secure_client.ts [folder] [name] [questions]
 * bun examples/secure_client.ts [folder] [name] [questions]
 * node examples/secure_client.ts [folder] [name] [questions]
 * ```
 *
 * Needs the service's public file, `server.key`, and its own secret one, `clients/<name>.key_secret`, in the folder,
 * which is `certificates` unless given: the service puts them there.
 */

import { join } from "node:path";
import process from "node:process";
import { Certificate, RefusedError, Request, text } from "@zerostream/zmq";

const [folder = "certificates", name = "joe", questions = "3"] = process.argv.slice(2);

const server = await Certificate.load(join(folder, "server.key"));
const own = name === "stranger"
  ? new Certificate()
  : await Certificate.load(join(folder, "clients", `${name}.key_secret`));

await using client = new Request(own.asClient(server));
const refused = client.events.once("handshake:error:auth").then(({ error }) => {
  throw error;
});
client.connect("tcp://localhost:5570");

try {
  for (let i = 1; i <= Number(questions); i++) {
    const answer = client.request(`Hello from ${name} (${i})`, { timeout: 10_000 });
    console.log(text((await Promise.race([answer, refused]))[0]));
  }
} catch (error) {
  if (!(error instanceof RefusedError)) throw error;
  console.log(`Turned away: ${error.reason}`);
}

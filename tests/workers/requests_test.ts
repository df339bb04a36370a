/**
 * Which sockets are which request's, in workerd: `requests.ts` has what is tested, and this what it is run with.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { Router } from "../../mod.ts";
import { test } from "../harness.ts";
import { binaryOf, ROOT, runProgram } from "../processes.ts";
import { bundle, configuration, DATES, freshFolder, ON_NODE } from "./workerd.ts";

/** The exports of `requests.ts`, and what each of them proves. */
const TESTS: Readonly<Record<string, string>> = {
  atTheTopOfAModule: "a socket that is connected at the top of a module says that it cannot be",
  ofAnotherRequest: "a socket that is used from another request loses its connection, and has its own from then on",
  afterARequestThatLeftInAHurry: "a request that is over with timers and messages under way takes no other with it",
  besideEachOther: "requests beside each other each have their own sockets' messages",
  inADurableObject: "a Durable Object's requests share a socket",
  withTheMainEntryPointAlone: "the main entry point finds cloudflare:sockets by itself where Workers give it out",
  inAConnectHandler: "a Worker's incoming connection is attached to a socket, and another Worker's asks it",
  overTls: "tls:// is dialled, and a certificate of another name is not taken",
};

const FIXTURES = join(ROOT, "tests/workers/fixtures");

/** Makes TLS of an endpoint, with a certificate for `localhost`; its key is no secret. */
async function secured(endpoint: string): Promise<{ endpoint: string; server: Server }> {
  const { port } = new URL(endpoint.replace("tcp:", "http:"));
  const [cert, key] = ["localhost.crt", "localhost.key"].map((name) => readFileSync(join(FIXTURES, name)));
  const server = createServer({ cert, key }, (outside) => {
    const inside = connect(Number(port), "127.0.0.1");
    for (const [one, other] of [[outside, inside], [inside, outside]]) {
      one!.pipe(other!);
      one!.on("error", () => other!.destroy()).on("close", () => other!.destroy());
    }
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { endpoint: `tls://localhost:${(server.address() as { port: number }).port}`, server };
}

for (const date of DATES) {
  for (const [name, sentence] of Object.entries(TESTS)) {
    test(`workerd at ${date}: ${sentence}`, async () => {
      await using router = new Router({ sendHighWaterMark: 0, receiveHighWaterMark: 0 });
      const endpoint = await router.bind("tcp://127.0.0.1:*");
      const echoing = (async () => {
        for await (const message of router) await router.send(message);
      })();
      const tls = await secured(endpoint);
      const folder = freshFolder();
      await bundle("tests/workers/requests.ts", folder);
      const texts = { ECHO: endpoint, SECURE: tls.endpoint, DATE: date };
      writeFileSync(join(folder, "config.capnp"), configuration(date, texts, { keeper: true, trust: FIXTURES }));
      const args = ["test", "config.capnp", `main:${name}`];
      const { code, stdout, stderr } = await runProgram(binaryOf("workerd"), args, { cwd: folder });
      await new Promise((resolve) => tls.server.close(resolve));
      await router.close();
      await echoing;
      if (code !== 0 || !stderr.includes(`[ PASS ] main:${name} `)) throw new Error(`${stdout}\n${stderr}`);
    }, { ...ON_NODE, timeout: 40_000 });
  }
}

/** Dials an endpoint, trusting whom it is told; says whether it got in. */
import process from "node:process";
import { Push } from "../../mod.ts";

const [endpoint, tlsTrust, system] = process.argv.slice(2) as [string, string, string];
await using push = new Push({
  tlsTrust: tlsTrust || null,
  tlsTrustSystem: system === "true" ? true : undefined,
  linger: 0,
});
const outcome = Promise.race([
  push.events.once("handshake").then(() => "in"),
  push.events.once("handshake:error:protocol").then(() => "out"),
]);
outcome.catch(() => {});
push.connect(endpoint);
console.log(await outcome);
process.exit(0);

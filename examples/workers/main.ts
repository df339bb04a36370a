/**
 * Bundles the two Workers here, and serves them with `workerd`, until Ctrl-C:
 *
 * ```sh
 * npm run workers [-- --socket-addr=ask=127.0.0.1:8000]
 * ```
 *
 * `SERVICE` and `NEWS` in the environment say where `ask.ts` and `news.ts` find their peers: `tcp://127.0.0.1:5555` and
 * `tcp://127.0.0.1:5556` unless they are there, which are `rep_server.ts`'s and `pub_server.ts`'s.
 */

import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = join(here, "../../node_modules");

const bundling = ["build", "ask.ts", "news.ts", "--target=browser", "--format=esm", "--external", "cloudflare:*"];
const { status } = spawnSync(join(modules, "bun/bin/bun.exe"), [...bundling, "--outdir=dist"], {
  cwd: here,
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) process.exit(1);

// The binary itself, and not the package's launcher, which would leave it behind.
const [platform] = readdirSync(join(modules, "@cloudflare"));
const workerd = spawn(
  join(modules, "@cloudflare", platform!, "bin/workerd"),
  ["serve", "config.capnp", ...process.argv.slice(2)],
  {
    cwd: here,
    stdio: "inherit",
    env: { SERVICE: "tcp://127.0.0.1:5555", NEWS: "tcp://127.0.0.1:5556", ...process.env },
  },
);
console.log("Serving ask.ts at http://127.0.0.1:8787 and news.ts at http://127.0.0.1:8788");
// Told to end, it would wait for those who listen to `news.ts`, who have no end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => workerd.kill("SIGKILL"));
workerd.on("exit", (code) => process.exit(code ?? 0));

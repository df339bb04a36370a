/**
 * `npm run dashboard`: a ZeroMQ network, live in a browser. Serves the page and everything that it asks for from one
 * port, and has nothing between the browser and libzmq but sockets:
 *
 * ```text
 * page: SUB      ◄── ws /feed  ─── XPUB ◄ proxy ◄ XSUB   ◄── tcp ── PUB   feed.ts, libzmq
 * page: PUB      ─── ws /notes ──► SUB  ──► that XPUB
 * page: REQ      ─── ws /ask   ──► ROUTER ► proxy ► DEALER ── tcp ─► REP  feed.ts, libzmq
 * ```
 *
 * `--port` is 8765 unless it is given; 0 for one that is free.
 *
 * @module
 */

import { Dealer, proxy, Router, Subscriber, webSocketUpgrade, XPublisher, XSubscriber } from "@zerostream/zmq";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { binaryOf, ROOT, runProgram } from "../../tests/processes.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const { values: { port } } = parseArgs({ options: { port: { type: "string", default: "8765" } } });

const page = await buildPage();
const server = createServer((request, response) => {
  const found = page.get(request.url === "/" ? "/index.html" : request.url!);
  if (found === undefined) return void response.writeHead(404).end("There is nothing here\n");
  response.writeHead(200, { "content-type": found.type, "cache-control": "no-store" }).end(found.content);
});
await new Promise<void>((resolve, reject) => {
  server.on("error", reject);
  server.listen(Number(port), "127.0.0.1", resolve);
});
const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;

// No page but this one may reach these sockets from a browser.
const wsAllowedOrigins = [`http://${address}`, `http://${address.replace("127.0.0.1", "localhost")}`];
const feed = new XPublisher({ wsAllowedOrigins, linger: 0 });
const notes = new Subscriber({ wsAllowedOrigins, linger: 0 });
const ask = new Router({ wsAllowedOrigins, linger: 0 });
const upgrades = Object.entries({ "/feed": feed, "/notes": notes, "/ask": ask })
  .map(([path, socket]) => webSocketUpgrade(socket, { path }));
server.on("upgrade", (request, socket, head) => {
  if (!upgrades.some((upgrade) => upgrade.node(request, socket, head))) socket.destroy();
});

const { child, endpoints } = await startFeed();
const source = new XSubscriber({ linger: 0 });
const desk = new Dealer({ linger: 0 });
source.connect(endpoints.feed);
desk.connect(endpoints.desk);
notes.subscribe("note.");
const running = [proxy(source, feed), proxy(ask, desk), passNotes()];
console.log(`The dashboard is at http://${address} (Ctrl-C ends it)`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
child.once("exit", stop);
await Promise.allSettled(running);

/** What browsers publish goes to all of them. */
async function passNotes(): Promise<void> {
  for await (const note of notes) await feed.send(note);
}

async function stop(): Promise<void> {
  await Promise.all([feed, notes, ask, source, desk].map((socket) => socket.close()));
  server.close();
  server.closeAllConnections();
  child.kill();
}

interface PageFile {
  readonly type: string;
  readonly content: Uint8Array;
}

/** The page's files by their paths; its program is bundled by Bun. */
async function buildPage(): Promise<ReadonlyMap<string, PageFile>> {
  const folder = mkdtempSync(join(tmpdir(), "zmq-dashboard-"));
  try {
    const outfile = join(folder, "main.js");
    const args = ["build", join(HERE, "page/main.ts"), "--target=browser", "--format=esm", "--minify"];
    const { code, stdout, stderr } = await runProgram(binaryOf("bun"), [...args, `--outfile=${outfile}`]);
    if (code !== 0) throw new Error(`Cannot bundle the page: ${stdout}${stderr}`);
    return new Map([
      ["/index.html", file("text/html; charset=utf-8", join(HERE, "page/index.html"))],
      ["/style.css", file("text/css; charset=utf-8", join(HERE, "page/style.css"))],
      ["/uplot.css", file("text/css; charset=utf-8", join(ROOT, "node_modules/uplot/dist/uPlot.min.css"))],
      ["/main.js", file("text/javascript; charset=utf-8", outfile)],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function file(type: string, path: string): PageFile {
  return { type, content: readFileSync(path) };
}

/** Starts what there is to look at, and answers where it can be reached. */
function startFeed() {
  const child = spawn(binaryOf("node"), [join(HERE, "feed.ts")], { stdio: ["pipe", "pipe", "inherit"] });
  return new Promise<{ child: typeof child; endpoints: { feed: string; desk: string } }>((resolve, reject) => {
    child.stdout.once("data", (line: Uint8Array) => resolve({ child, endpoints: JSON.parse(line.toString()) }));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The feed ended with exit code ${code}`)));
  });
}

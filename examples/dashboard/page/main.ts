/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The dashboard: three sockets and what they tell. Everything comes over WebSockets from wherever the page came from.
 *
 * @module
 */

import { Publisher, Request, Subscriber, text } from "@zerostream/zmq/web";
import { Chart } from "./charts.ts";
import { Meter, short, shortTime } from "./meter.ts";

/** How often the page looks at what it has counted, in milliseconds. */
const SPAN = 500;
/** How many lines a log keeps. */
const LINES = 30;
/** How long good news stays, in milliseconds. */
const GOOD_NEWS = 4000;
/** Charts are told in words every so many spans. */
const TELL = 10;

const base = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
const quick = { reconnectInterval: 250, reconnectMaxInterval: 2000 };
const feed = new Subscriber(quick);
const notes = new Publisher(quick);
const asking = new Request(quick);

const meter = new Meter(performance.now());
const throughput = new Chart("throughput", "Throughput", "messages a second", 1, SPAN / 1000);
const latency = new Chart("latency", "Latency, median and 99th percentile", "milliseconds", 2, SPAN / 1000);
const queues = new Chart("queues", "Messages that wait, in and out", "messages", 2, SPAN / 1000);

const find = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const put = (id: string, value: string): void => {
  find(id).textContent = value;
};

// What comes.

/** A topic that has been seen. */
interface Topic {
  readonly last: HTMLElement;
  readonly rate: HTMLElement;
  value: string;
  count: number;
}

const topics = new Map<string, Topic>();
let paused = false;
let resume = (): void => {};

async function listen(): Promise<void> {
  for await (const frames of feed) {
    const now = performance.timeOrigin + performance.now();
    const topic = text(frames[0]);
    const { value, sent } = JSON.parse(text(frames[1])) as { readonly value: string | number; readonly sent?: number };
    let octets = 0;
    for (const frame of frames) octets += frame.length;
    meter.add(octets, sent === undefined ? NaN : Math.max(0, now - sent));
    if (topic.startsWith("note.")) log("notes", topic.slice("note.".length), String(value));
    else {
      const row = topics.get(topic) ?? addTopic(topic);
      row.value = String(value);
      row.count++;
    }
    // While the page is paused it reads nothing, and one sees where messages wait.
    if (paused) await new Promise<void>((resolve) => resume = resolve);
  }
}

function addTopic(name: string): Topic {
  const row = document.createElement("tr");
  const cells = ["td", "th", "td", "td"].map((kind) => row.appendChild(document.createElement(kind)));
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = true;
  box.setAttribute("aria-label", `Subscribe to ${name}`);
  box.addEventListener("change", () => want(name, box.checked));
  cells[0]!.append(box);
  cells[1]!.setAttribute("scope", "row");
  // A long name breaks behind a full stop.
  for (const word of name.split(/(?<=\.)/)) cells[1]!.append(word, document.createElement("wbr"));
  cells[2]!.className = cells[3]!.className = "number";
  const topic = { last: cells[2]!, rate: cells[3]!, value: "", count: 0 };
  topics.set(name, topic);
  const body = find("topics");
  const after = [...body.children].find((other) => other.children[1]!.textContent! > name);
  body.insertBefore(row, after ?? null);
  return topic;
}

/** Topics that are not wanted. As long as there are none, everything is subscribed, and so what is new. */
const unwanted = new Set<string>();

function want(topic: string, wanted: boolean): void {
  const others = [...topics.keys(), "note."].filter((other) => other !== topic && !unwanted.has(other));
  if (unwanted.size === 0) {
    feed.subscribe(...others);
    feed.unsubscribe();
    unwanted.add(topic);
  } else if (wanted) {
    unwanted.delete(topic);
    feed.subscribe(unwanted.size === 0 ? "" : topic);
    if (unwanted.size === 0) feed.unsubscribe(...others);
  } else {
    unwanted.add(topic);
    feed.unsubscribe(topic);
  }
}

// What is seen of it.

let spans = 0;

function look(): void {
  const now = performance.now();
  const span = meter.take(now);
  const stats = feed.stats();
  const out = notes.stats().queuedOut + asking.stats().queuedOut;
  const time = Date.now() / 1000;
  throughput.add(time, span.rate);
  latency.add(time, span.median, span.tail);
  queues.add(time, stats.queuedIn, out);
  put("rate", short(span.rate));
  put("octets", short(span.octets));
  put("median", shortTime(span.median));
  put("tail", shortTime(span.tail));
  put("total", short(meter.total));
  put("reconnects", String(stats.reconnects));
  for (const topic of topics.values()) {
    topic.last.textContent = topic.value;
    topic.rate.textContent = short(topic.count * 1000 / SPAN);
    topic.count = 0;
  }
  if (spans++ % TELL === 0) { for (const chart of [throughput, latency, queues]) chart.tell(); }
}

// How the connection fares.

let lostAt: number | undefined;

function state(name: "connecting" | "connected" | "lost", words: string): void {
  find("state").dataset["state"] = name;
  put("state-text", words);
}

function banner(words: string, good: boolean): void {
  const place = find("banner");
  place.textContent = words;
  place.classList.toggle("good", good);
  place.hidden = words === "";
}

feed.events.on("handshake", () => {
  state("connected", paused ? "paused" : "connected");
  if (lostAt === undefined) return;
  const seconds = ((performance.now() - lostAt) / 1000).toFixed(1);
  lostAt = undefined;
  const said = `Connected again after ${seconds} s. What was published meanwhile is gone, as PUB and SUB have it.`;
  banner(said, true);
  setTimeout(() => find("banner").textContent === said && banner("", true), GOOD_NEWS);
});
feed.events.on("disconnect", () => {
  lostAt ??= performance.now();
  state("lost", "connection lost");
  banner("The connection is lost. The socket dials again by itself, ever more rarely, until someone is there.", false);
});

// What one can do.

function log(id: string, what: string, words: string): void {
  const line = document.createElement("li");
  const name = line.appendChild(document.createElement("span"));
  name.className = "quiet";
  name.textContent = `${what}  `;
  line.append(words);
  const list = find(id);
  list.prepend(line);
  while (list.children.length > LINES) list.lastChild!.remove();
}

find("pause").addEventListener("click", () => {
  paused = !paused;
  const button = find("pause");
  button.textContent = paused ? "Resume" : "Pause";
  button.setAttribute("aria-pressed", String(paused));
  if (lostAt === undefined) state("connected", paused ? "paused" : "connected");
  if (!paused) resume();
});

find("publish").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const { topic, words } = { topic: field(form, "topic"), words: field(form, "text") };
  notes.trySend([
    topic.value,
    JSON.stringify({ value: words.value, sent: performance.timeOrigin + performance.now() }),
  ]);
  words.value = "";
  words.focus();
});

find("request").addEventListener("submit", async (event) => {
  event.preventDefault();
  const question = field(event.target as HTMLFormElement, "question").value;
  const started = performance.now();
  try {
    const [reply] = await asking.request(question, { timeout: 3000 });
    log("replies", question, `${text(reply)} (${(performance.now() - started).toFixed(1)} ms)`);
  } catch (error) {
    log("replies", question, error instanceof Error ? error.message : String(error));
  }
});

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

// Light or dark.

const dark = matchMedia("(prefers-color-scheme: dark)");

function paint(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  for (const chart of [throughput, latency, queues]) chart.paint();
}

dark.addEventListener("change", () => paint(dark.matches ? "dark" : "light"));
find("theme").addEventListener("click", () => {
  paint(document.documentElement.dataset["theme"] === "dark" ? "light" : "dark");
});
paint(dark.matches ? "dark" : "light");

feed.subscribe();
feed.connect(`${base}/feed`);
notes.connect(`${base}/notes`);
asking.connect(`${base}/ask`);
setInterval(look, SPAN);
addEventListener("pagehide", () => {
  for (const socket of [feed, notes, asking]) socket.close({ linger: 0 });
});
await listen();

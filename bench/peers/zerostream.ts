/**
 * One part of a measurement, played by this library, on whichever runtime runs it. `bench/peers.ts` says what such a
 * program is given and what it answers.
 *
 * @module
 */

import { once } from "node:events";
import process from "node:process";
import { Dealer, Pull, Push, Reply, Request, Router, Subscriber, XPublisher } from "../../mod.ts";
import { commonClock, KEYS, now, percentiles, readWords, resident, say, Timer, TOPIC, writeTopics } from "./words.ts";

const { role, endpoint, octets, count, warm, calls, parts, peers, topics, hot, drop, rate, timer, curve } = readWords(
  process.argv,
);
const [serverKey, serverSecret] = KEYS.server;
const [publicKey, secretKey] = KEYS.client;
const asServer = curve ? { curveServer: true, curveSecretKey: serverSecret } : {};
const asClient = curve ? { curveServerKey: serverKey, curvePublicKey: publicKey, curveSecretKey: secretKey } : {};
const total = warm + count;
const payload = new Uint8Array(octets);
const message = parts === 1 ? payload : new Array<Uint8Array>(parts).fill(payload);

const roles: Record<string, () => Promise<void>> = {
  push: () => send(new Push(asClient)),
  pull: () => receive(new Pull(asServer)),
  dealer: () => send(new Dealer()),
  router: () => receive(new Router()),
  inproc,
  request,
  reply,
  publish,
  subscribe,
  flood,
  stall,
  pace,
  observe,
  idle,
  dial,
  handshakes,
};
await roles[role]!();

async function send(sender: Push | Dealer): Promise<void> {
  await using socket = sender;
  for (let i = 0; i < peers; i++) socket.connect(endpoint);
  await sendAll(socket, warm);
  // What is sent is on its way for as long as the receiver takes.
  const late = timer ? new Timer() : undefined;
  await sendAll(socket, count);
  await endOfInput();
  if (late !== undefined) say({ late: late.stop() });
}

async function receive(receiver: Pull | Router): Promise<void> {
  await using socket = receiver;
  say({ endpoint: await socket.bind(endpoint) });
  say(await receiveAll(socket));
}

/** Both ends in one process. */
async function inproc(): Promise<void> {
  await using receiver = new Pull();
  await using sender = new Push();
  await receiver.bind(endpoint);
  sender.connect(endpoint);
  const [found] = await Promise.all([receiveAll(receiver), sendAll(sender, total)]);
  say(found);
}

async function sendAll(socket: Push | Dealer, many: number): Promise<void> {
  if (calls === "try") {
    for (let i = 0; i < many; i++) {
      if (!socket.trySend(message)) await socket.send(message);
    }
  } else if (calls === "stream") {
    const writer = socket.writable.getWriter();
    for (let i = 0; i < many; i++) {
      await writer.ready;
      writer.write(message);
    }
    writer.releaseLock();
  } else {
    for (let i = 0; i < many; i++) await socket.send(message);
  }
}

/** Receives all messages. Answers the seconds that those after the warm-up took. */
async function receiveAll(socket: Pull | Router): Promise<Record<string, unknown>> {
  let frames = await take(socket, warm);
  const late = timer ? new Timer() : undefined;
  const started = now();
  frames = await take(socket, count);
  const seconds = now() - started;
  const length = frames.at(-1)!.length;
  if (length !== octets) throw new Error(`Found ${length} octets, wanted ${octets}`);
  return late === undefined ? { seconds } : { seconds, late: late.stop() };
}

/** Receives so many messages, at least one, and answers the last. */
async function take(socket: Pull | Router, many: number): Promise<Uint8Array[]> {
  let frames: Uint8Array[] = [];
  if (calls === "try") {
    for (let i = 0; i < many; i++) frames = socket.tryReceive() ?? await socket.receive();
  } else if (calls === "stream") {
    let left = many;
    for await (frames of socket.readable.values({ preventCancel: true })) {
      if (--left === 0) break;
    }
  } else {
    for (let i = 0; i < many; i++) frames = await socket.receive();
  }
  return frames;
}

async function reply(): Promise<void> {
  await using socket = new Reply();
  say({ endpoint: await socket.bind(endpoint) });
  for (let i = 0; i < total; i++) await socket.send((await socket.receive())[0]!);
  await endOfInput();
}

async function request(): Promise<void> {
  await using socket = new Request();
  socket.connect(endpoint);
  const times = new Float64Array(count);
  let begun = 0;
  for (let i = -warm; i < count; i++) {
    const started = now();
    if (i === 0) begun = started;
    await socket.send(payload);
    const [frame] = await socket.receive();
    if (i >= 0) times[i] = now() - started;
    if (frame!.length !== octets) throw new Error(`Found ${frame!.length} octets, wanted ${octets}`);
  }
  say({ seconds: now() - begun, ...percentiles(times) });
}

/** An XPUB that has been told of every subscription that is to come. */
async function publisher(): Promise<XPublisher> {
  const socket = new XPublisher({ verbosity: "allSubs", noDrop: !drop });
  say({ endpoint: await socket.bind(endpoint) });
  for (let i = 0; i < peers * Math.max(1, topics); i++) await socket.receive();
  return socket;
}

async function publish(): Promise<void> {
  await using socket = await publisher();
  const digits = writeTopics(topics);
  const published = hot || topics;
  for (let i = 0; i < total; i++) {
    if (topics > 0) {
      // Far from the one before, so that no cache is warm with it.
      const from = i % published * 7919 % topics * TOPIC;
      for (let at = 0; at < TOPIC; at++) payload[at] = digits[from + at]!;
    }
    if (calls === "await" || !socket.trySend(message)) await socket.send(message);
  }
  await endOfInput();
}

/** Publishes until told to stop. */
async function flood(): Promise<void> {
  await using socket = await publisher();
  let flooding = true;
  const stopped = endOfInput().then(() => flooding = false);
  const started = now();
  let sent = 0;
  for (; flooding; sent++) await socket.send(message);
  say({ seconds: now() - started, sent });
  await stopped;
}

async function subscribe(): Promise<void> {
  const sockets = subscribers();
  const cold = warm * peers;
  let [arrived, started] = [0, 0];
  await Promise.all(sockets.map(async (socket) => {
    for (let i = 0; i < total; i++) {
      const frame = (socket.tryReceive() ?? await socket.receive()).at(-1)!;
      if (frame.length !== octets) throw new Error(`Found ${frame.length} octets, wanted ${octets}`);
      if (++arrived === cold) started = now();
    }
  }));
  say({ seconds: now() - started });
  await Promise.all(sockets.map((socket) => socket.close()));
}

/** Subscribes, and reads nothing. */
async function stall(): Promise<void> {
  const sockets = subscribers();
  await endOfInput();
  await Promise.all(sockets.map((socket) => socket.close()));
}

/** As many SUB sockets as peers, each with all topics. */
function subscribers(): Subscriber[] {
  const digits = writeTopics(topics);
  return Array.from({ length: peers }, () => {
    const socket = new Subscriber();
    for (let at = 0; at < digits.length; at += TOPIC) socket.subscribe(digits.subarray(at, at + TOPIC));
    if (topics === 0) socket.subscribe();
    socket.connect(endpoint);
    return socket;
  });
}

/** Sends at an even rate. Every message begins with the time at which it was due. */
async function pace(): Promise<void> {
  await using socket = new Push();
  socket.connect(endpoint);
  const time = new Float64Array(1);
  const octetsOfTime = new Uint8Array(time.buffer);
  const clock = commonClock();
  // Messages that wait for the connection would be late from the start.
  while (socket.peers.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const started = clock();
  for (let i = 0; i < total; i++) {
    const due = started + i / rate;
    while (clock() < due) await new Promise((resolve) => setImmediate(resolve));
    time[0] = due;
    payload.set(octetsOfTime);
    await socket.send(payload);
  }
  await endOfInput();
}

/** Receives what `pace` sends, and says how late each message came. */
async function observe(): Promise<void> {
  await using socket = new Pull();
  say({ endpoint: await socket.bind(endpoint) });
  const clock = commonClock();
  const times = new Float64Array(count);
  const time = new Float64Array(1);
  const octetsOfTime = new Uint8Array(time.buffer);
  let begun = 0;
  for (let i = -warm; i < count; i++) {
    const frame = (await socket.receive())[0]!;
    const arrived = clock();
    if (i === 0) begun = arrived;
    // A view for each message would cost more than the message.
    for (let at = 0; at < 8; at++) octetsOfTime[at] = frame[at]!;
    if (i >= 0) times[i] = arrived - time[0]!;
  }
  say({ seconds: clock() - begun, ...percentiles(times) });
}

/** Accepts whoever comes, and says how much memory it takes whenever it is asked. */
async function idle(): Promise<void> {
  await using socket = new Pull(asServer);
  say({ endpoint: await socket.bind(endpoint) });
  process.stdin.on("data", () => say({ resident: resident() }));
  await once(process.stdin, "end");
}

/** Makes `peers` connections, and says when all of them are there. */
async function dial(): Promise<void> {
  await using socket = new Push({ linger: 0 });
  let connected = 0;
  socket.events.on("handshake", () => {
    if (++connected === peers) say({ connected });
  });
  for (let i = 0; i < peers; i++) {
    socket.connect(endpoint);
    // No more at a time than a listener's backlog holds.
    while (i - connected > 50) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await endOfInput();
}

/** One handshake after the other, each of a fresh socket. */
async function handshakes(): Promise<void> {
  let started = 0;
  for (let i = -warm; i < count; i++) {
    if (i === 0) started = now();
    const socket = new Push({ ...asClient, linger: 0 });
    const shaken = new Promise((resolve) => socket.events.on("handshake", resolve));
    socket.connect(endpoint);
    await shaken;
    await socket.close();
  }
  say({ seconds: now() - started });
}

async function endOfInput(): Promise<void> {
  await once(process.stdin.resume(), "end");
}

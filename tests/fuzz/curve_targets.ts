/**
 * The engine with CURVE, in both roles: what a peer with the right keys says wrongly, and what somebody between the two
 * makes of what they say.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { SocketType } from "../../src/engine/compatibility.ts";
import type { Verdict } from "../../src/mechanism/mechanism.ts";
import type { Random } from "../random.ts";
import { VECTORS } from "../mechanism/curve_vectors.ts";
import { hello, initiate, makeClient, makeServer, message, ready, turned, welcome, WELCOME_TEXT } from "./curve_rig.ts";
import { playBoth, readSetup, type Setup, showMessage } from "./engine_rig.ts";
import { opening } from "./engine_targets.ts";
import { anyCommand, COMMAND, greeting, metadata, PARTNER } from "./grammar.ts";
import { hash, Reader, same, Writer } from "./octets.ts";
import { Random as Numbers } from "../random.ts";
import { commandLine, judgePeer, readMetadata } from "./reference.ts";
import type { Target } from "./target.ts";

const ADMITTED: Verdict = { status: 200, admission: { userId: "", metadata: new Map() } };
const DENIED: Verdict = { status: 400, text: "no" };
const COMMAND_LIMIT = 65536;
/** Octets of a MESSAGE beyond its body. */
const OVERHEAD = 33;

/** The setup of a peer who waits: what it says is judged by what is in its boxes. */
function patient(setup: Setup): Setup {
  return { ...setup, patient: true };
}

/** Sealed traffic at random: outer flags, how much the counter rises, inner flags, the body behind its length. */
function sealedTraffic(writer: Writer, random: Random): Uint8Array {
  for (let count = random.below(5); count > 0; count--) {
    const isCommand = random.below(4) === 0;
    const body = isCommand ? anyCommand(random) : random.octets(random.below(20));
    writer.octet(0).octet(1 + (random.below(8) === 0 ? random.below(200) : 0));
    writer.octet(isCommand ? 2 : random.below(2)).octet(body.length).put(body);
  }
  return writer.done();
}

/** Writes the traffic that an input describes, and what it comes to. */
function sealTraffic(
  stream: Writer,
  reader: Reader,
  { type, limit }: Setup,
  byClient: boolean,
  last: number,
): { readonly log: string[] } {
  const log: string[] = [];
  let parts: Uint8Array[] = [];
  let total = 0;
  let count = last;
  let alive = true;
  for (let left = 40; reader.more && left > 0; left--) {
    const outer = reader.octet() & 5;
    const step = reader.octet();
    const flags = reader.octet();
    const body = reader.take(reader.octet()).slice();
    count += step;
    stream.frame(outer, message(byClient, count, flags, body));
    if (!alive) continue;
    if (
      outer !== 0 && outer !== COMMAND || step === 0 ||
      body.length + OVERHEAD > Math.max(limit, COMMAND_LIMIT) + OVERHEAD
    ) {
      alive = false;
    } else if ((flags & 2) !== 0) {
      const line = commandLine(body, type);
      if (line === undefined) alive = false;
      else if (line !== "") log.push(line);
    } else {
      total += body.length;
      parts.push(body);
      if (total > limit) alive = false;
      else if ((flags & 1) === 0) {
        log.push(showMessage(parts));
        parts = [];
        total = 0;
      }
    }
    if (!alive) log.push("fail");
  }
  return { log };
}

const FAILED = ["fail"] as const;

/** What the handshake ends with, and then the traffic. */
function logOf(type: SocketType, told: Uint8Array, traffic: readonly string[]): readonly string[] {
  const peer = judgePeer(type, readMetadata(told));
  return peer === undefined ? FAILED : [`ready ${peer}`, ...traffic];
}

const GREETING: Uint8Array = greeting("CURVE", new Numbers(1));

const server: Target = {
  name: "curve-server",
  weight: 1.5,
  build: (random) => {
    const { writer, type } = opening("", random);
    const plain = new Writer().put(writer.done().subarray(0, 6));
    const tweak = (): number => random.below(40) === 0 ? random.below(256) : 0;
    // HELLO: version, proof, counter. INITIATE: cookie, key, vouch, how much the counter rises, metadata.
    plain.octet(tweak()).octet(tweak()).octet(1).octet(tweak()).octet(tweak()).octet(tweak()).octet(1);
    const told = metadata(PARTNER[type], random);
    return sealedTraffic(plain.octet(Math.min(255, told.length)).put(told.subarray(0, 255)), random);
  },
  run(input) {
    const reader = new Reader(input);
    const setup = patient(readSetup(reader));
    const [version, proof, count] = [reader.octet(), reader.octet(), reader.octet()];
    const [cookie, key, vouch, rise] = [reader.octet(), reader.octet(), reader.octet(), reader.octet()];
    const told = reader.take(reader.octet()).slice();
    const sound = version === 0 && proof === 0;
    const stream = new Writer().put(GREETING).frame(
      COMMAND,
      hello(0x100 ^ version, turned(new Uint8Array(64), proof), count),
    );
    stream.frame(COMMAND, initiate({ cookie, key, vouch, count: count + rise }, told));
    const { log: traffic } = sealTraffic(stream, reader, setup, true, count + rise);
    const vouched = sound && cookie === 0 && key === 0 && vouch === 0 && rise > 0;
    const admitted = setup.variant < 240;
    const expected = vouched && admitted ? logOf(setup.type, told, traffic) : FAILED;
    const judge = (): Verdict => admitted ? ADMITTED : DENIED;
    const { questions, peer } = playBoth(setup, () => makeServer(setup.type), judge, stream.done(), expected);
    same(questions.length, vouched ? 1 : 0, "whether the client is judged");
    if (vouched) same(hash(questions[0]!.credentials[0]!), hash(VECTORS.clientPublic), "who is judged");
    assert(peer === undefined || admitted, "it was not let in");
  },
};

const client: Target = {
  name: "curve-client",
  weight: 1.5,
  build: (random) => {
    const { writer, type } = opening("", random);
    const plain = new Writer().put(writer.done().subarray(0, 6));
    // WELCOME: what is wrong with its length, its cookie. READY: its counter, its metadata.
    plain.octet(random.below(40) === 0 ? random.below(256) : 0).octet(random.below(4)).octet(1 + random.below(3));
    const told = metadata(PARTNER[type], random);
    return sealedTraffic(plain.octet(Math.min(255, told.length)).put(told.subarray(0, 255)), random);
  },
  run(input) {
    const reader = new Reader(input);
    const setup = patient(readSetup(reader));
    const [short, cookie, count] = [reader.octet(), reader.octet(), reader.octet()];
    const told = reader.take(reader.octet()).slice();
    // The cookie is the server's own affair.
    const text = WELCOME_TEXT.slice();
    text[40]! ^= cookie;
    const stream = new Writer().put(GREETING).frame(COMMAND, welcome(text.subarray(short % text.length)));
    stream.frame(COMMAND, ready(count, told));
    const { log: traffic } = sealTraffic(stream, reader, setup, false, count);
    const expected = short % text.length === 0 ? logOf(setup.type, told, traffic) : FAILED;
    playBoth(setup, () => makeClient(setup.type), undefined, stream.done(), expected);
  },
};

/** What one side says of a whole connection between a DEALER and a ROUTER, and the messages in it. */
function transcript(byClient: boolean): { readonly octets: Uint8Array; readonly log: readonly string[] } {
  const writer = new Writer().put(GREETING);
  const told = VECTORS.metadata;
  if (byClient) writer.frame(COMMAND, VECTORS.hello).frame(COMMAND, VECTORS.initiate);
  else {
    const theirs = told.slice();
    theirs.set(new TextEncoder().encode("ROUTER"), 16);
    writer.frame(COMMAND, VECTORS.welcome).frame(COMMAND, ready(1, theirs));
  }
  const log: string[] = [];
  for (let count = 3; count < 9; count++) {
    const body = new Uint8Array(count * 3).fill(count);
    writer.frame(0, message(byClient, count, 0, body));
    log.push(showMessage([body]));
  }
  return { octets: writer.done(), log };
}

/** Somebody between the two changes what one side says, without the keys. */
function between(name: string, byClient: boolean): Target {
  const recorded = transcript(byClient);
  const commands = byClient ? [VECTORS.hello, VECTORS.initiate] : undefined;
  return {
    name,
    weight: 1.5,
    build: (random) => {
      const setup = new Writer().octet(byClient ? 2 : 3).octet(0).octet(random.below(256)).octet(random.below(256));
      return setup.octet(2 * random.below(2)).octet(0).put(recorded.octets).done();
    },
    run(input) {
      const reader = new Reader(input);
      const setup = readSetup(reader);
      const make = () => byClient ? makeServer(setup.type) : makeClient(setup.type);
      const { log, commands: heard, peer } = playBoth(setup, make, () => ADMITTED, reader.rest(), undefined);
      if (peer === undefined) {
        assert(log.length === 0 || log.length === 1 && log[0] === "fail", `without a handshake: ${log}`);
        return;
      }
      if (commands !== undefined) {
        const [first, second] = heard;
        // The zeros that make HELLO long are in no box, and the text of an INITIATE's box is bound to all of the rest.
        const bound = (command: Uint8Array): number => hash(command.subarray(80)) ^ hash(command.subarray(0, 8));
        same([heard.length, bound(first!), hash(second!)], [2, bound(commands[0]!), hash(commands[1]!)]);
      }
      // Some may be missing, none may be new, or come twice, or before its turn.
      let at = -1;
      for (const line of log.slice(1)) {
        if (line === "fail") continue;
        const found = recorded.log.indexOf(line);
        assert(found > at, `this was never said, or earlier: ${line}`);
        at = found;
      }
    },
  };
}

/** The engine's targets with CURVE. */
export const CURVE_TARGETS: readonly Target[] = [
  server,
  client,
  between("curve-between-server", true),
  between("curve-between-client", false),
];

/**
 * The engine with NULL and PLAIN, in both roles: streams of octets from a peer that is nearly right.
 *
 * @module
 */

import { assert } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { metadataOf } from "../../src/engine/announcement.ts";
import type { SocketType } from "../../src/engine/compatibility.ts";
import { JudgedNull } from "../../src/mechanism/judged.ts";
import type { Verdict } from "../../src/mechanism/mechanism.ts";
import { NullMechanism } from "../../src/mechanism/null.ts";
import { PlainClient, PlainServer } from "../../src/mechanism/plain.ts";
import type { Random } from "../random.ts";
import { type Judge, playBoth, readSetup, type Setup, showMessage } from "./engine_rig.ts";
import { anyCommand, COMMAND, command, greeting, metadata, PARTNER, traffic, TYPES } from "./grammar.ts";
import { Reader, same, Writer } from "./octets.ts";
import { expect, readMetadata, type Step } from "./reference.ts";
import type { Target } from "./target.ts";

const ADMITTED: Verdict = { status: 200, admission: { userId: "joe", metadata: new Map() } };
const DENIED: readonly Verdict[] = [
  { status: 400, text: "no" },
  { status: 300, text: "later" },
  { status: 500, text: "" },
];

/** The six octets of a setup, and a greeting. */
export function opening(mechanism: string, random: Random): { writer: Writer; type: (typeof TYPES)[number] } {
  const index = random.below(TYPES.length);
  const cuts = random.pick([1, 7, 40, random.below(256)]);
  const writer = new Writer().octet(index).octet(random.pick([0, 0, 0, 1, 2, 3])).octet(cuts);
  writer.octet(random.below(2) === 0 ? 0 : random.below(256)).octet(random.below(8) === 0 ? 1 : random.below(2) * 2);
  writer.octet(random.below(8) === 0 ? random.pick([255, 128, 129, 130, 240]) : 0).put(greeting(mechanism, random));
  return { writer, type: TYPES[index]! };
}

/** At times, a command as long as one may be, or a little longer. */
function aLongOne(writer: Writer, random: Random): void {
  if (random.below(400) === 0) {
    const length = 65530 + random.below(12);
    writer.frame(COMMAND, command("READY", new Uint8Array(length - 6)), true);
  }
}

/** What we tell. */
export const ourMetadata = (type: SocketType): Map<string, Uint8Array> =>
  new Map(metadataOf(type, new Uint8Array(0), [["X-Ours", latin1("yes")]]));

/** A READY of NULL. */
export function readReady(body: Uint8Array): Step {
  if (body[0] !== 5 || String.fromCharCode(...body.subarray(1, 6)) !== "READY") return { type: "fail" };
  const properties = readMetadata(body.subarray(6));
  return properties === undefined ? { type: "fail" } : { type: "done", properties };
}

const nullEngine: Target = {
  name: "null",
  weight: 12,
  build: (random) => {
    const { writer, type } = opening("NULL", random);
    aLongOne(writer, random);
    const first = random.below(30) === 0 ? anyCommand(random) : command("READY", metadata(PARTNER[type], random));
    writer.frame(COMMAND, first, random.below(8) === 0);
    return traffic(writer, random).done();
  },
  run(input) {
    const reader = new Reader(input);
    const setup = readSetup(reader);
    const stream = reader.rest();
    const { log } = expect(stream, setup.type, "NULL", setup.limit, readReady, showMessage);
    playBoth(setup, () => new NullMechanism(ourMetadata(setup.type)), undefined, stream, log);
  },
};

const judgedNull: Target = {
  name: "null-judged",
  weight: 4,
  build: (random) => nullEngine.build(random),
  run(input) {
    const reader = new Reader(input);
    const setup = readSetup(reader);
    const stream = reader.rest();
    const { verdict, judge } = verdictOf(setup);
    const { log } = expect(stream, setup.type, "NULL", setup.limit, readReady, showMessage);
    const make = (): JudgedNull => new JudgedNull(new NullMechanism(ourMetadata(setup.type)));
    const played = playBoth(setup, make, judge, stream, undefined);
    if (verdict?.status === 200) {
      // Who says more than READY before it was let in is turned away; else it is as without a judge.
      if (setup.patient) same(played.log, log);
    } else same(played.peer, undefined, "it was not let in");
  },
};

/** What is thought of the peer, whatever it shows. */
function verdictOf({ variant }: Setup): { verdict: Verdict | undefined; judge: Judge | undefined } {
  if (variant === 255) return { verdict: undefined, judge: undefined };
  const verdict = variant < 128 ? ADMITTED : DENIED[variant % DENIED.length]!;
  return { verdict, judge: () => verdict };
}

const plainClient: Target = {
  name: "plain-client",
  weight: 5,
  build: (random) => {
    const { writer, type } = opening("PLAIN", random);
    const error = new Writer().octet(3).put("400").done();
    switch (random.below(12)) {
      case 0:
        writer.frame(COMMAND, command("ERROR", error));
        break;
      case 1:
        writer.frame(COMMAND, new Writer().put("\x5eRROR").put(error).done());
        break;
      default:
        writer.frame(COMMAND, command("WELCOME"));
        if (random.below(12) === 0) writer.frame(COMMAND, command("ERROR", error));
        writer.frame(COMMAND, command("READY", metadata(PARTNER[type], random)));
    }
    return traffic(writer, random).done();
  },
  run(input) {
    const reader = new Reader(input);
    const setup = readSetup(reader);
    const stream = reader.rest();
    let welcomed = false;
    const shake = (body: Uint8Array): Step => {
      if (welcomed) return readReady(body);
      welcomed = true;
      return String.fromCharCode(...body) === "\x07WELCOME" ? { type: "on" } : { type: "fail" };
    };
    const { log } = expect(stream, setup.type, "PLAIN", setup.limit, shake, showMessage);
    const make = (): PlainClient => new PlainClient(latin1("joe"), latin1("secret"), ourMetadata(setup.type));
    const { output } = playBoth(setup, make, undefined, stream, log);
    const said = output.subarray(64);
    assert(said.length === 0 || String.fromCharCode(...said.subarray(2, 8)) === "\x05HELLO", "HELLO comes first");
  },
};

const plainServer: Target = {
  name: "plain-server",
  weight: 7,
  build: (random) => {
    const { writer, type } = opening("PLAIN", random);
    const name = random.below(12) === 0 ? random.octets(random.below(256)) : latin1("joe");
    const password = random.below(12) === 0 ? random.octets(random.below(256)) : latin1("secret");
    const hello = new Writer().octet(name.length).put(name).octet(password.length).put(password).done();
    writer.frame(COMMAND, command("HELLO", hello));
    aLongOne(writer, random);
    writer.frame(COMMAND, command("INITIATE", metadata(PARTNER[type], random)));
    return traffic(writer, random).done();
  },
  run(input) {
    const reader = new Reader(input);
    const setup = readSetup(reader);
    const stream = reader.rest();
    const denial = setup.variant === 255 ? undefined : DENIED[setup.variant % DENIED.length]!;
    const judge: Judge = ({ mechanism, credentials }) => {
      same(mechanism, "PLAIN");
      same(credentials.length, 2);
      return isJoe(credentials) ? ADMITTED : denial!;
    };
    let asked = false;
    const shake = (body: Uint8Array): Step => {
      const length = body[0]!;
      const name = String.fromCharCode(...body.subarray(1, 1 + length));
      if (asked) {
        // A peer that does not wait for WELCOME is refused for that.
        const properties = setup.patient && name === "INITIATE" ? readMetadata(body.subarray(9)) : undefined;
        return properties === undefined ? { type: "fail" } : { type: "done", properties };
      }
      asked = true;
      if (name !== "HELLO") return { type: "fail" };
      const credentials = helloOf(body.subarray(6));
      if (credentials === undefined) return { type: "fail" };
      // Without patience the verdict comes too late to matter, unless nothing follows.
      if (denial === undefined) return { type: "fail" };
      return isJoe(credentials) || !setup.patient ? { type: "on" } : { type: "fail" };
    };
    const expected = expect(stream, setup.type, "PLAIN", setup.limit, shake, showMessage).log;
    const make = (): PlainServer => new PlainServer(ourMetadata(setup.type));
    const { log, questions, peer } = playBoth(
      setup,
      make,
      denial === undefined ? undefined : judge,
      stream,
      setup.patient ? expected : undefined,
    );
    if (peer !== undefined) {
      assert(questions.length === 1 && isJoe(questions[0]!.credentials), "only joe may come in");
      same(peer.userId, "joe");
    }
    if (!setup.patient && expected.includes("fail")) same(log.at(-1), "fail");
  },
};

/** HELLO's username and password, by RFC 24; `undefined` if its lengths do not fit. */
function helloOf(data: Uint8Array): Uint8Array[] | undefined {
  const reader = new Reader(data);
  const fields: Uint8Array[] = [];
  for (let i = 0; i < 2; i++) {
    if (!reader.more) return undefined;
    const length = reader.octet();
    const field = reader.take(length);
    if (field.length < length) return undefined;
    fields.push(field);
  }
  return reader.more ? undefined : fields;
}

function isJoe([name, password]: readonly Uint8Array[]): boolean {
  return String.fromCharCode(...name!) === "joe" && String.fromCharCode(...password!) === "secret";
}

/** The engine's targets that need no cryptography. */
export const ENGINE_TARGETS: readonly Target[] = [nullEngine, judgedNull, plainClient, plainServer];

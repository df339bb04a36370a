/**
 * Answers of those whom we ask: a SOCKS5 proxy, and whoever judges peers (ZAP).
 *
 * @module
 */

import { EndpointError, ProtocolError } from "../../src/errors.ts";
import { readReply } from "../../src/socket/zap_client.ts";
import { SocksHandshake } from "../../src/transport/socks.ts";
import type { Verdict } from "../../src/mechanism/mechanism.ts";
import { metadata } from "./grammar.ts";
import { checkShown, hash, pieces, Reader, same, Writer } from "./octets.ts";
import { readMetadata } from "./reference.ts";
import type { Target } from "./target.ts";

/** What a proxy's octets come to: what we send after each of them, and what is the target's. */
function negotiate(octets: Uint8Array, cuts: number, login: boolean): string {
  const credentials = login ? { username: "joe", password: "secret" } : undefined;
  const handshake = new SocksHandshake("tcp://example.org:5555", credentials);
  let sent = "";
  let late = 0;
  try {
    for (const piece of pieces(octets, cuts)) {
      if (handshake.open) {
        late += piece.length;
        continue;
      }
      for (let answer = handshake.receive(piece); answer !== undefined;) {
        sent += `${hash(answer)} `;
        // A proxy should not answer what it has not been asked yet; what it says too soon counts all the same.
        answer = handshake.receive(new Uint8Array(0));
      }
    }
  } catch (error) {
    if (!(error instanceof EndpointError) || !/^Cannot connect to /.test(error.message)) throw error;
    return `${sent}${error.code}`;
  }
  return handshake.open ? `${sent}open ${handshake.rest.length + late}` : `${sent}waits`;
}

const socks: Target = {
  name: "socks",
  weight: 20,
  build: (random) => {
    const login = random.below(2);
    const writer = new Writer().octet(login).octet(random.below(256)).octet(5).octet(login === 1 ? 2 : 0);
    if (login === 1) writer.octet(1).octet(0);
    const type = random.pick([1, 3, 4]);
    writer.octet(5).octet(random.below(8) === 0 ? random.below(12) : 0).octet(0).octet(type);
    const name = random.octets(random.below(20));
    writer.put(type === 3 ? new Writer().octet(name.length).put(name).done() : random.octets(type === 1 ? 4 : 16));
    return writer.put(random.octets(2)).put(random.octets(random.below(20))).done();
  },
  run(input) {
    const reader = new Reader(input);
    const login = (reader.octet() & 1) === 1;
    const cuts = reader.octet();
    const octets = reader.rest();
    const whole = negotiate(octets, 0, login);
    same(negotiate(octets, cuts, login), whole, `in pieces ${cuts}`);
    same(/open/.test(whole), opens(octets, login) !== undefined, "whether it opens");
    if (/open/.test(whole)) same(whole.split(" ").at(-1), String(opens(octets, login)));
  },
};

/** How many octets are the target's, by RFC 1928 and RFC 1929; `undefined` if the proxy does not get so far. */
function opens(octets: Uint8Array, login: boolean): number | undefined {
  const [version, method] = octets;
  let at = 2;
  if (version !== 5) return undefined;
  if (method === 2 && login) {
    if (octets[2] !== 1 || octets[3] !== 0) return undefined;
    at = 4;
  } else if (method !== 0) return undefined;
  if (octets[at] !== 5 || octets[at + 1] !== 0) return undefined;
  const type = octets[at + 3];
  const length = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? 1 + (octets[at + 4] ?? NaN) : NaN;
  const end = at + 4 + length + 2;
  return end <= octets.length ? octets.length - end : undefined;
}

const zap: Target = {
  name: "zap",
  weight: 20,
  build: (random) => {
    const writer = new Writer().octet(7).octet(0);
    const status = random.pick(["200", "200", "300", "400", "500"]);
    for (const text of ["1.0", "1", status, "OK", random.pick(["", "joe", "\xc3\xa9"])]) {
      writer.octet(text.length).put(text);
    }
    const told = random.below(2) === 0 ? new Uint8Array(0) : metadata("X", random);
    return writer.octet(told.length).put(told).done();
  },
  run(input) {
    const reader = new Reader(input);
    const frames: Uint8Array[] = [];
    for (let count = reader.octet() % 12; count > 0; count--) frames.push(reader.take(reader.octet()).slice());
    let verdict: Verdict | undefined;
    try {
      verdict = readReply(frames);
    } catch (error) {
      if (!(error instanceof ProtocolError) || !/^Cannot read (ZAP reply|metadata): /.test(error.message)) throw error;
      checkShown(error);
    }
    const spelt = frames.map((frame) => String.fromCharCode(...frame));
    const sound = frames.length === 7 && spelt[0] === "" && spelt[1] === "1.0" && spelt[2] === "1";
    const refused = sound && ["300", "400", "500"].includes(spelt[3]!);
    const granted = sound && spelt[3] === "200" && readMetadata(frames[6]!) !== undefined;
    same(verdict?.status === 200, granted, "whether the peer may come in");
    same(verdict !== undefined, granted || refused, "whether there is a verdict");
    if (verdict?.status === 200) same(verdict.admission?.userId, new TextDecoder().decode(frames[5]));
  },
};

/** Targets that read answers. */
export const REPLY_TARGETS: readonly Target[] = [socks, zap];

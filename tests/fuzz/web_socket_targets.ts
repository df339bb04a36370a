/**
 * What comes inside a WebSocket, and before it: frames against a plain reading of RFC 6455 and RFC 45, and the heads of
 * requests and answers.
 *
 * @module
 */

import { ProtocolError } from "../../src/errors.ts";
import { COMMAND } from "../../src/wire/frame.ts";
import { HEAD_LIMIT, HeadReader, judgeAnswer, judgeRequest } from "../../src/wire/upgrade.ts";
import { encodeWebSocketFrame } from "../../src/wire/websocket.ts";
import { ZwsDecoder } from "../../src/wire/zws_decoder.ts";
import type { Random } from "../random.ts";
import { checkShown, hash, pieces, Reader, same, Writer } from "./octets.ts";
import type { Target } from "./target.ts";

const LIMITS = [1_000_000, 100, 0, 65536, 1] as const;
const SIZES = [0, 1, 2, 60, 123, 124, 125, 126, 130, 300, 9000] as const;

function line(what: number, body: Uint8Array): string {
  return `${what}:${body.length}:${hash(body)} `;
}

/** What a decoder makes of octets, in pieces; after every `stop`-th frame it is stopped, and goes on a piece later. */
function decode(octets: Uint8Array, masked: boolean, limit: number, cuts: number, stop: number): string {
  const found: { readonly what: number; readonly body: Uint8Array }[] = [];
  const go = (): boolean => stop === 0 || found.length % stop !== 0;
  const sink = { frame: (what: number, body: Uint8Array) => found.push({ what, body }) > 0 && go() };
  const controls = {
    control: (what: number, body: Uint8Array) => found.push({ what, body: body.slice() }) > 0 && go(),
  };
  const decoder = new ZwsDecoder(masked, sink, controls, limit);
  let end = "";
  try {
    for (const piece of pieces(octets.slice(), cuts)) {
      // What is said not to be kept may be written over: if a frame was a view of it after all, its hash tells.
      if (!decoder.decode(piece)) piece.fill(0xee);
      if (decoder.room()?.length === 0) throw new Error("There is room of no octets");
      if (decoder.stopped && (cuts & 1) === 0) decoder.resume();
    }
    while (decoder.stopped) decoder.resume();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    checkShown(error);
    end = "fail";
  }
  return found.map(({ what, body }) => line(what, body)).join("") + end;
}

/** The same, read plainly: a frame at a time, octet by octet. */
function read(octets: Uint8Array, masked: boolean, limit: number): string {
  let log = "";
  let total = 0;
  let message: number[] = [];
  let begun = false;
  for (let at = 0;;) {
    const [first, second] = octets.subarray(at, at + 2);
    if (second === undefined) return log;
    const opcode = first! & 15;
    const fin = first! >= 128;
    const known = opcode === 0 || opcode === 2 || opcode >= 8 && opcode <= 10;
    if ((first! & 0x70) !== 0 || second >= 128 !== masked || !known) return `${log}fail`;
    const control = opcode >= 8;
    if (control && (!fin || (second & 127) > 125) || !control && (opcode === 0) !== begun) return `${log}fail`;
    const wide = (second & 127) < 126 ? 0 : (second & 127) === 126 ? 2 : 8;
    const body = at + 2 + wide + (masked ? 4 : 0);
    if (octets.length < body) return log;
    let size = wide === 0 ? second & 127 : 0;
    for (let i = 0; i < wide; i++) size = size * 256 + octets[at + 2 + i]!;
    const payload = Array.from(
      octets.subarray(body, body + Math.min(size, octets.length)),
      (octet, i) => masked ? octet ^ octets[body - 4 + i % 4]! : octet,
    );
    if (!control) {
      const flags = message[0] ?? payload[0];
      const whole = message.length + size - 1;
      const fits = whole <= limit - total || whole <= 65536 && (flags === undefined || flags === 2);
      if (flags !== undefined && flags > 2 || !fits) return `${log}fail`;
    }
    if (payload.length < size) return log;
    at = body + size;
    if (control) {
      log += line(opcode, Uint8Array.from(payload));
      continue;
    }
    message = message.concat(payload);
    begun = !fin;
    if (!fin) continue;
    if (message.length === 0) return `${log}fail`;
    const flags = message[0]!;
    if (flags === 1) total += message.length - 1;
    if (flags === 0) total = 0;
    log += line(flags === 2 ? COMMAND : flags, Uint8Array.from(message.slice(1)));
    message = [];
  }
}

/** Some frames as a peer sends them. */
function frames(writer: Writer, masked: boolean, random: Random): Writer {
  const key = () => masked ? random.below(0x7fffffff) : undefined;
  const octets = (size: number) => new Uint8Array(size).fill(random.below(256));
  for (let count = 1 + random.below(8); count > 0; count--) {
    if (random.below(5) === 0) writer.put(encodeWebSocketFrame(8 + random.below(3), octets(random.below(9)), key()));
    const payload = octets(1 + random.pick(SIZES));
    payload[0] = random.below(3);
    const parts = random.below(3) === 0 ? 1 + random.below(3) : 0;
    let from = 0;
    for (let part = 0; part < parts; part++) {
      const to = Math.min(payload.length, from + random.below(payload.length));
      const frame = encodeWebSocketFrame(part === 0 ? 2 : 0, payload.subarray(from, to), key());
      frame[0]! &= 0x7f;
      writer.put(frame);
      from = to;
    }
    writer.put(encodeWebSocketFrame(parts === 0 ? 2 : 0, payload.subarray(from), key()));
  }
  return writer;
}

const webSocketFrames: Target = {
  name: "web-socket-frames",
  weight: 12,
  build: (random) => {
    const writer = new Writer().octet(random.below(10)).octet(random.below(256)).octet(random.below(4));
    const masked = random.below(2) === 1;
    return frames(writer.octet(masked ? 1 : 0), masked, random).done();
  },
  run(input) {
    const reader = new Reader(input);
    const limit = LIMITS[reader.octet() % LIMITS.length]!;
    const cuts = reader.octet();
    const stop = reader.octet() % 4;
    const masked = reader.octet() % 2 === 1;
    const octets = reader.rest();
    const expected = read(octets, masked, limit);
    same(decode(octets, masked, limit, 0, 0), expected, "in one piece");
    same(decode(octets, masked, limit, cuts, stop), expected, `in pieces ${cuts}, stopped after ${stop}`);
  },
};

const HEADS = [
  "GET /p HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0\r\n" +
  "Sec-WebSocket-Version: 13\r\nOrigin: https://a.example\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n",
] as const;

const upgrades: Target = {
  name: "upgrades",
  weight: 4,
  build: (random) => new Writer().octet(random.below(256)).put(random.pick(HEADS)).put("more").done(),
  run(input) {
    const reader = new Reader(input);
    const cuts = reader.octet();
    const octets = reader.rest();
    for (const beginning of ["", "HTTP/1.1 "]) {
      const outcomes = [0, cuts].map((cut) => {
        const head = new HeadReader(beginning);
        let taken = 0;
        try {
          for (const piece of pieces(octets.slice(), cut)) taken += head.read(piece);
          if (taken > HEAD_LIMIT) throw new Error(`${taken} octets are held, limit is ${HEAD_LIMIT}`);
          if (!head.complete) return `${taken}`;
          if (beginning !== "") {
            return JSON.stringify(judgeAnswer(head.value(), ["ZWS2.0/NULL", "ZWS2.0"]));
          }
          const judged = judgeRequest(head.value(), { path: "/p", origins: [], protocols: ["ZWS2.0"] });
          if ("found" in judged) checkShown(new Error(`Cannot upgrade: ${judged.found}`));
          // Nobody comes in whose origin was not named.
          else if (/\norigin:/i.test(new TextDecoder("latin1").decode(octets.subarray(0, taken)))) {
            throw new Error("A page was let in");
          }
          return JSON.stringify(judged);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          checkShown(error);
          return error.message;
        }
      });
      same(outcomes[1]!, outcomes[0]!, `in pieces ${cuts}`);
    }
  },
};

/** All of them. */
export const WEB_SOCKET_TARGETS: readonly Target[] = [webSocketFrames, upgrades];

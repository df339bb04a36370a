/**
 * What reads text that others wrote: endpoints, accept filters, Z85.
 *
 * @module
 */

import { isIP, isIPv4 as nodeIsIPv4 } from "node:net";
import { keyOf } from "../../src/bytes/ascii.ts";
import { z85 } from "../../src/bytes/z85.ts";
import { EndpointError } from "../../src/errors.ts";
import { AcceptFilter } from "../../src/transport/accept_filter.ts";
import { readIP, unmapped } from "../../src/transport/address.ts";
import {
  formatTcp,
  hostOf,
  parseInproc,
  parseIpc,
  parseTcpBind,
  parseTcpConnect,
  type Role,
} from "../../src/transport/endpoint.ts";
import type { Random } from "../random.ts";
import { Reader, same, Writer } from "./octets.ts";
import type { Target } from "./target.ts";

const LONGEST_IPC = 107;

/** What `read` answers; `undefined` if it refuses what it was given, in the house's words. */
function accepted<T>(read: () => T, kind: new (...args: never[]) => Error): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (error instanceof kind && /^Cannot /.test(error.message) && typeof code === "string") return undefined;
    throw error;
  }
}

/** A text of characters that an input's octets name: mostly themselves, some far from ASCII. */
function textOf(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet < 0xf0 ? String.fromCharCode(octet) : "\u2028\ud83d\ude00\0é"[octet & 3];
  return text;
}

function address(random: Random): string {
  if (random.below(2) === 0) return Array.from(random.octets(4)).join(".");
  const groups = Array.from({ length: 8 }, () => random.below(3) === 0 ? "0" : random.below(65536).toString(16));
  const from = random.below(8);
  switch (random.below(5)) {
    case 0:
      return groups.join(":");
    case 1:
      return `::ffff:${Array.from(random.octets(4)).join(".")}`;
    case 2:
      return `${groups.slice(0, from).join(":")}::${groups.slice(from + 1 + random.below(8 - from)).join(":")}`;
    case 3:
      return `${groups.slice(0, 6).join(":")}:${Array.from(random.octets(4)).join(".")}`;
    default:
      return `fe80::${random.below(65536).toString(16)}%${random.pick(["eth0", "2", "lo"])}`;
  }
}

function tcp(random: Random): string {
  const host = (): string => {
    const plain = random.below(3) === 0 ? random.pick(["*", "localhost", "a-b.example.org", "eth0"]) : address(random);
    return plain.includes(":") && random.below(3) > 0 ? `[${plain}]` : plain;
  };
  const port = (): string => random.pick(["*", "0", "5555", "65535", "65536", "00080", String(random.below(70000))]);
  const source = random.below(4) === 0 ? `${host()}:${port()};` : "";
  return `tcp://${source}${host()}:${port()}`;
}

const ROLES: readonly Role[] = ["bind", "connect"];

const endpoints: Target = {
  name: "endpoints",
  weight: 22,
  build: (random) => {
    const text = random.below(2) === 0 ? tcp(random) : random.pick([
      "ipc:///tmp/socket",
      "ipc://@abstract",
      "ipc://*",
      "ipc://relative/path",
      "inproc://name",
      "udp://host:1",
      `ipc://${"x".repeat(100 + random.below(12))}`,
      `inproc://${"y".repeat(250 + random.below(12))}`,
    ]);
    return new Writer().put(text).done();
  },
  run(input) {
    const endpoint = textOf(input);
    const bound = accepted(() => parseTcpBind(endpoint), EndpointError);
    if (bound !== undefined && bound.host !== "" && bound.host !== "*") checkTcp(bound.host, bound.port);
    const target = accepted(() => parseTcpConnect(endpoint), EndpointError);
    if (target !== undefined) {
      checkTcp(target.host, target.port);
      if (target.source !== undefined && target.source.host !== "*") checkTcp(target.source.host, target.source.port);
      // Without a source it is the same place, and may be bound too.
      const place = endpoint.slice(endpoint.indexOf("://") + 3).split(";").at(-1);
      const bind = accepted(() => parseTcpBind(`tcp://${place}`), EndpointError);
      same([bind?.host, bind?.port], [target.host, target.port]);
    }
    hostOf(endpoint);
    for (const role of ROLES) {
      const path = accepted(() => parseIpc(endpoint, role, LONGEST_IPC), EndpointError);
      const rest = endpoint.slice(endpoint.indexOf("://") + 3);
      if (path?.type === "path") same(path.path, rest);
      if (path?.type === "abstract") same(`@${path.name}`, rest);
      if (path !== undefined) same(new TextEncoder().encode(rest).length <= LONGEST_IPC, true);
      const name = accepted(() => parseInproc(endpoint, role), EndpointError);
      if (name !== undefined) same(name, rest);
    }
  },
};

/** A host and a port that were read: spelt again they are the same. */
function checkTcp(host: string, port: number): void {
  same(Number.isInteger(port) && port >= 0 && port <= 65535, true, `port ${port}`);
  const spelt = formatTcp(host, port);
  const again = parseTcpConnect(spelt);
  same(again.port, port);
  same(formatTcp(again.host, again.port), spelt, "spelt again");
  same(hostOf(spelt), again.host);
  const octets = readIP(host);
  if (octets !== undefined) same(String(unmapped(readIP(again.host)!)), String(unmapped(octets)));
}

const filters: Target = {
  name: "accept-filter",
  weight: 16,
  build: (random) => {
    const rule = address(random);
    const bits = random.below(3) > 0 ? `/${random.below(rule.includes(":") ? 130 : 34)}` : "";
    const peer = random.below(2) === 0 ? rule : address(random);
    return new Writer().octet(random.below(256)).put(rule).put(bits).put(" ").put(peer).done();
  },
  run(input) {
    const [rule = "", ...rest] = textOf(input.subarray(1)).split(" ");
    const peer = rest.join(" ");
    checkAddress(peer);
    const filter = accepted(() => new AcceptFilter([rule]), RangeError);
    const [network = "", digits] = rule.split("/");
    const net = readIP(network);
    if (filter === undefined) {
      same(net !== undefined && digits === undefined, false, "an address is a rule");
      return void checkAddress(network);
    }
    // In bits, as one would by hand.
    const octets = readIP(peer);
    const both = octets === undefined ? undefined : pair(net!, Number(digits ?? net!.length * 8), unmapped(octets));
    const expected = both !== undefined && both.rule.slice(0, both.bits) === both.peer.slice(0, both.bits);
    same(filter.accepts(peer), expected, `whether ${rule} lets ${peer} in`);
    same(new AcceptFilter([]).accepts(peer), true);
    same(new AcceptFilter(["255.255.255.255", rule]).accepts(peer) || !expected, true);
    // One bit of the rule's own address, turned: within the network or not.
    const turned = net!.slice();
    const bit = input[0]! % (turned.length * 8);
    turned[bit >> 3]! ^= 0x80 >> (bit & 7);
    const bits = Number(digits ?? net!.length * 8);
    if (pair(net!, bits, unmapped(turned)) === undefined) return;
    same(filter.accepts(spell(turned)), bit >= bits, `whether ${rule} lets ${spell(turned)} in`);
  },
};

function bitsOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(2).padStart(8, "0")).join("");
}

/** A rule and a peer of one family, in bits; `undefined` if they are of two. */
function pair(
  net: Uint8Array,
  bits: number,
  peer: Uint8Array,
): { rule: string; peer: string; bits: number } | undefined {
  const plain = unmapped(net);
  const rule = plain === net || bits < 96 ? { octets: net, bits } : { octets: plain, bits: bits - 96 };
  if (rule.octets.length !== peer.length) return undefined;
  return { rule: bitsOf(rule.octets), peer: bitsOf(peer), bits: rule.bits };
}

function spell(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  return Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8 | octets[2 * i + 1]!).toString(16)).join(":");
}

/** What is an address to the runtime is one to us, and the other way round. */
function checkAddress(text: string): void {
  const zone = text.indexOf("%");
  // Of zones the runtimes have different opinions.
  const plain = zone < 0 ? text : text.slice(0, zone);
  const octets = readIP(plain);
  same(octets?.length, isIP(plain) === 0 ? undefined : nodeIsIPv4(plain) ? 4 : 16, `whether ${plain} is an IP`);
}

const texts: Target = {
  name: "z85",
  weight: 18,
  build: (random) => {
    const octets = random.octets(4 * random.below(12), random.pick([2, 256]));
    return new Writer().octet(1).put(z85.encode(octets)).done();
  },
  run(input) {
    const reader = new Reader(input);
    reader.octet();
    const rest = reader.rest();
    const text = textOf(rest);
    const octets = accepted(() => z85.decode(text), RangeError);
    if (octets !== undefined) same(z85.encode(octets), text, "written again");
    const written = accepted(() => z85.encode(rest), RangeError);
    same(written === undefined, rest.length % 4 !== 0);
    if (written !== undefined) same(keyOf(z85.decode(written)), keyOf(rest), "read again");
  },
};

/** Targets that read text. */
export const TEXT_TARGETS: readonly Target[] = [endpoints, filters, texts];

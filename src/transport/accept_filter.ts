/**
 * Who may connect: addresses and networks, as `tcpAcceptFilter` lists them (libzmq `ZMQ_TCP_ACCEPT_FILTER`), in CIDR
 * notation ({@link https://www.rfc-editor.org/rfc/rfc4632#section-3.1 | RFC 4632, section 3.1}). Pure.
 *
 * A dual-stack listener sees IPv4 peers as `::ffff:a.b.c.d`; they are matched as the IPv4 addresses they are, and so
 * is a rule that is written that way.
 *
 * @module
 */

import { show, wrongRange } from "../errors.ts";
import { readIP, unmapped } from "./address.ts";

/** The first bits of every IPv4 address dressed as IPv6. */
const MAPPED_BITS = 96;

interface Network {
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  /** How many leading bits must agree. */
  readonly bits: number;
}

/** A list of networks; an empty one lets everybody in. */
export class AcceptFilter {
  readonly #networks: readonly Network[];

  /**
   * Each rule is an address, or an address, `/` and the number of leading bits that count: `10.0.0.0/8`, `fd00::/8`,
   * `192.168.1.17`.
   *
   * @throws {RangeError} If a rule is neither.
   */
  constructor(rules: Iterable<string>) {
    this.#networks = Array.from(rules, readNetwork);
  }

  /**
   * Whether a peer may connect.
   *
   * @param address The peer's IP address, without brackets or port; a zone is passed over. Anything else is matched by
   * no rule.
   */
  accepts(address: string): boolean {
    if (this.#networks.length === 0) return true;
    const read = readIP(address);
    if (read === undefined) return false;
    const octets = unmapped(read);
    return this.#networks.some((network) => holds(network, octets));
  }
}

function readNetwork(rule: string): Network {
  const slash = rule.indexOf("/");
  const read = readIP(slash < 0 ? rule : rule.slice(0, slash));
  if (read === undefined) throw refuse(rule);
  const most = read.length * 8;
  const digits = slash < 0 ? `${most}` : rule.slice(slash + 1);
  const bits = /^[0-9]{1,3}$/.test(digits) ? Number(digits) : NaN;
  if (!(bits <= most)) throw refuse(rule);
  const address = unmapped(read);
  if (address === read) return { address, bits };
  // A network wider than all of mapped IPv4 is not written in mapped form by mistake: it is an IPv6 network.
  return bits < MAPPED_BITS ? { address: read, bits } : { address, bits: bits - MAPPED_BITS };
}

function holds({ address, bits }: Network, octets: Uint8Array): boolean {
  if (address.length !== octets.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) {
    if (address[i] !== octets[i]) return false;
  }
  const rest = bits & 7;
  return rest === 0 || (address[whole]! ^ octets[whole]!) >> (8 - rest) === 0;
}

function refuse(rule: string): RangeError {
  return wrongRange(`Cannot filter by ${show(rule)}: it is no IP network, wanted one such as "10.0.0.0/8"`);
}

/**
 * Who may come in by where he comes from: a list of those who may, a list of those who may not, as CZMQ's `zauth` and
 * pyzmq's `Authenticator` have them; but with networks too, and both at once.
 *
 * @module
 */

import { show, wrongRange, wrongType } from "../errors.ts";
import { AcceptFilter } from "../transport/accept_filter.ts";

/** The address of peers that come by ipc. No rule for IP addresses matches it. */
const LOCALHOST = "localhost";

/** Addresses and networks; one may be taken out again. */
class AddressList {
  readonly #rules: Map<string, AcceptFilter | undefined> = new Map();

  add(rules: ReadonlyMap<string, AcceptFilter | undefined>): void {
    for (const [rule, filter] of rules) this.#rules.set(rule, filter);
  }

  delete(rule: string): boolean {
    return this.#rules.delete(rule);
  }

  has(address: string): boolean {
    for (const [rule, filter] of this.#rules) {
      if (filter === undefined ? rule === address : filter.accepts(address)) return true;
    }
    return false;
  }
}

/** What is allowed and what is denied. */
export class AddressRules {
  readonly #denied = new AddressList();
  /** Once there is such a list it stays, even if all was taken out of it. */
  #allowed: AddressList | undefined;

  /** Lets in these, and from now on nobody else. */
  allow(rules: readonly unknown[]): void {
    const read = readRules("allow", rules);
    (this.#allowed ??= new AddressList()).add(read);
  }

  /** Keeps these out, whatever is allowed. */
  deny(rules: readonly unknown[]): void {
    this.#denied.add(readRules("deny", rules));
  }

  /** Takes rules out of both lists, spelt as they were given. */
  forget(rules: readonly unknown[]): void {
    for (const rule of readRules("forget", rules).keys()) {
      this.#denied.delete(rule);
      this.#allowed?.delete(rule);
    }
  }

  /** Why an address is not let in; `undefined` if it is. */
  refusal(address: string): string | undefined {
    if (this.#denied.has(address)) return "address denied";
    if (this.#allowed !== undefined && !this.#allowed.has(address)) return "address not allowed";
    return undefined;
  }
}

/** Reads all of them before one counts. */
function readRules(what: string, rules: readonly unknown[]): Map<string, AcceptFilter | undefined> {
  if (rules.length === 0) {
    throw wrongRange(`Cannot ${what} addresses: there are none, wanted one at least, such as "10.0.0.0/8"`);
  }
  return new Map(rules.map((rule) => [rule as string, readRule(what, rule)]));
}

function readRule(what: string, rule: unknown): AcceptFilter | undefined {
  const wanted = 'an address or a network, such as "10.0.0.0/8", or "localhost" for peers by ipc';
  if (typeof rule !== "string") throw wrongType(`Cannot ${what} address: it is ${show(rule)}, wanted ${wanted}`);
  if (rule === LOCALHOST) return undefined;
  try {
    return new AcceptFilter([rule]);
  } catch (cause) {
    const error = wrongRange(`Cannot ${what} address ${show(rule)}: it is no IP address or network, wanted ${wanted}`);
    error.cause = cause;
    throw error;
  }
}

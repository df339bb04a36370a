/**
 * Who may come in: rules for addresses, users and keys, and the verdict on one peer. Knows no sockets; time comes in as
 * an argument.
 *
 * A verdict never fails and never waits longer than the limit: what callbacks and stores throw becomes status 500, what
 * they do not answer in time 300, and both are faults to be told of.
 *
 * @module
 */

import { z85 } from "../bytes/z85.ts";
import { show, wrongType, ZmqError } from "../errors.ts";
import type { Clock } from "../session/clock.ts";
import { AddressRules } from "./address_rules.ts";
import { Certificate, checkCurveKey } from "./certificate.ts";
import type { CertificateStore } from "./certificate_directory.ts";
import { Passwords, type PasswordTable } from "./passwords.ts";
import { type CurveCallback, grantOf, type PlainCallback, readAnswer } from "./verdicts.ts";
import type { ZapAnswer, ZapQuestion } from "./zap_message.ts";

/** Who may come in by PLAIN: users and their passwords, or a callback that is asked. */
export type PlainRule = PasswordTable | PlainCallback;

/** A key of somebody who may come in by CURVE: 40 characters of Z85, 32 octets, or a certificate that tells more. */
export type CurveKey = string | Uint8Array | Certificate;

/**
 * Who may come in by CURVE: public keys and certificates; a store of certificates; a callback that is asked; or anybody
 * who has the server's public key.
 */
export type CurveRule = readonly CurveKey[] | ReadonlySet<CurveKey> | CertificateStore | CurveCallback | "any";

/** The peer in question, as events tell of it. */
export interface AuthPeer {
  /** `NULL`, `PLAIN` or `CURVE`. */
  readonly mechanism: string;
  /** The `zapDomain` of the socket that the peer comes to; empty if it has none. */
  readonly domain: string;
  /** The peer's IP address, or `localhost` for one that comes by ipc. */
  readonly address: string;
  /** The socket's own routing id; empty if it has none. */
  readonly routingId: Uint8Array;
  /** What a PLAIN peer calls itself; it may be anything. */
  readonly username?: string;
  /** The public key of a CURVE peer, 40 characters of Z85. */
  readonly publicKey?: string;
}

/** What was decided of a peer. */
export interface Decision {
  /** The peer. */
  readonly peer: AuthPeer;
  /** The verdict. */
  readonly answer: ZapAnswer;
  /** What went wrong, with this peer or with others' certificates. */
  readonly faults: readonly Error[];
}

/** The domain that stands for all that have no rule of their own. */
export const ANY_DOMAIN = "*";

type ReadPlain = Passwords | PlainCallback;
type ReadCurve = ReadonlyMap<string, Certificate> | CertificateStore | CurveCallback | "any";

/** What became of a callback or a store. */
type Outcome<T> =
  | { readonly type: "answered"; readonly value: T }
  | { readonly type: "failed"; readonly error: unknown }
  | { readonly type: "late" | "closed" };

/** The rules, and who is being judged. */
export class Policy {
  /** Rules for addresses. */
  readonly addresses: AddressRules = new AddressRules();
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #plain: Map<string, ReadPlain> = new Map();
  readonly #curve: Map<string, ReadCurve> = new Map();
  /** How to end those who are waited for. */
  readonly #waiting: Set<() => void> = new Set();
  #closed = false;

  /** `limit`: milliseconds that callbacks and stores have. */
  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** How many callbacks and stores are waited for. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Sets who may come in by PLAIN, in one domain or in all that have no rule of their own. */
  plain(rule: unknown, domain: string): void {
    this.#plain.set(domain, typeof rule === "function" ? rule as PlainCallback : new Passwords(rule));
  }

  /** Sets who may come in by CURVE, in one domain or in all that have no rule of their own. */
  curve(rule: unknown, domain: string): void {
    this.#curve.set(domain, readCurve(rule));
  }

  /** Judges a peer. Never rejects. */
  async judge(question: ZapQuestion): Promise<Decision> {
    const { domain, address, routingId, mechanism, credentials } = question;
    const peer: AuthPeer = { mechanism, domain, address, routingId };
    const decide = (answer: ZapAnswer, shown: object = {}, faults: Error[] = []): Decision => {
      return { peer: { ...peer, ...shown }, answer, faults };
    };
    const kept = this.addresses.refusal(address);
    // Who is kept out by his address is not asked for more.
    if (kept !== undefined) return decide(no(kept));
    const [first, second] = credentials;
    if (mechanism === "NULL") return decide({ status: 200, userId: "", metadata: new Map() });
    if (mechanism === "PLAIN" && first !== undefined && second !== undefined && credentials.length === 2) {
      const username = decoder.decode(first);
      const faults: Error[] = [];
      return decide(await this.#judgePlain(question, first, second, faults), { username }, faults);
    }
    if (mechanism === "CURVE" && first?.length === KEY_SIZE && credentials.length === 1) {
      const publicKey = z85.encode(first);
      const faults: Error[] = [];
      return decide(await this.#judgeCurve(question, publicKey, faults), { publicKey }, faults);
    }
    const known = mechanism === "PLAIN" || mechanism === "CURVE";
    return decide(no(known ? "malformed credentials" : `unknown mechanism ${show(mechanism)}`));
  }

  /** Ends waiting: who is being judged may come back later. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#waiting]) end();
    this.#plain.clear();
    this.#curve.clear();
  }

  async #judgePlain(
    question: ZapQuestion,
    username: Uint8Array,
    password: Uint8Array,
    faults: Error[],
  ): Promise<ZapAnswer> {
    const rule = this.#plain.get(question.domain) ?? this.#plain.get(ANY_DOMAIN);
    if (rule === undefined) return no(noRule(question));
    let name: string;
    let word: string;
    try {
      name = strictDecoder.decode(username);
      word = strictDecoder.decode(password);
    } catch {
      // Two that are not text might be the same text to a callback.
      return no("username or password is no UTF-8");
    }
    if (rule instanceof Passwords) {
      const right = rule.match(username, password);
      return right ? { status: 200, userId: name, metadata: new Map() } : no("unknown user or wrong password");
    }
    const asked = { ...asking(question), username: name, password: word };
    return await this.#ask("the callback for PLAIN", faults, (error) => secretFault(error, word), async (signal) => {
      return readAnswer(await rule({ ...asked, signal }), name);
    });
  }

  async #judgeCurve(question: ZapQuestion, publicKey: string, faults: Error[]): Promise<ZapAnswer> {
    const rule = this.#curve.get(question.domain) ?? this.#curve.get(ANY_DOMAIN);
    if (rule === undefined) return no(noRule(question));
    if (rule === "any") return { status: 200, userId: publicKey, metadata: new Map() };
    if (typeof rule === "function") {
      const asked = { ...asking(question), publicKey };
      return await this.#ask("the callback for CURVE", faults, openFault, async (signal) => {
        return readAnswer(await rule({ ...asked, signal }), publicKey);
      });
    }
    if (rule instanceof Map) {
      const known: Certificate | undefined = rule.get(publicKey);
      return known === undefined ? no("unknown key") : grantOf(known);
    }
    const store = rule as CertificateStore;
    return await this.#ask("the store of certificates", faults, openFault, async () => {
      let found: Certificate | undefined;
      try {
        found = await store.find(publicKey, (error) => void faults.push(error));
      } catch (error) {
        if (error instanceof ZmqError && error.code === "EAGAIN") {
          return { status: 300, text: "the store of certificates cannot tell now" };
        }
        throw error;
      }
      if (found === undefined) return no("unknown key");
      if (found instanceof Certificate && found.publicKey === publicKey) return grantOf(found);
      throw wrongType(
        "Cannot judge peer: the store has found something else, wanted a Certificate with the peer's key",
      );
    });
  }

  /** Has somebody of the user's judge: within the limit, and whatever he does. */
  async #ask(
    who: string,
    faults: Error[],
    tell: (error: unknown) => Told,
    work: (signal: AbortSignal) => Promise<ZapAnswer>,
  ): Promise<ZapAnswer> {
    const outcome = await this.#wait(work);
    switch (outcome.type) {
      case "answered":
        return outcome.value;
      case "closed":
        return { status: 300, text: "the authenticator is closed" };
      case "late": {
        const found = `${who} has not answered in ${this.#limit} ms`;
        faults.push(new ZmqError("ETIMEDOUT", `Cannot judge peer: ${found}, wanted an answer in time`));
        return { status: 300, text: `${who} has not answered` };
      }
      case "failed":
        faults.push(faultOf(who, tell(outcome.error)));
        return { status: 500, text: `${who} has failed` };
    }
  }

  #wait<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    if (this.#closed) return Promise.resolve({ type: "closed" });
    const controller = new AbortController();
    return new Promise((resolve) => {
      const end = (outcome: Outcome<T>): void => {
        stop();
        this.#waiting.delete(close);
        resolve(outcome);
      };
      const give = (type: "late" | "closed"): void => {
        end({ type });
        controller.abort(new ZmqError("ETIMEDOUT", "Cannot judge peer: the answer is wanted no more"));
      };
      const close = (): void => give("closed");
      const stop = this.#clock.after(this.#limit, () => give("late"));
      this.#waiting.add(close);
      // What comes too late, be it an error, is heard and passed over.
      work(controller.signal).then(
        (value) => end({ type: "answered", value }),
        (error) => end({ type: "failed", error }),
      );
    });
  }
}

const KEY_SIZE = 32;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

function no(text: string): ZapAnswer {
  return { status: 400, text };
}

function noRule({ mechanism, domain }: ZapQuestion): string {
  return `no rule for ${mechanism} in domain ${show(domain)}`;
}

function asking({ domain, address, routingId }: ZapQuestion): Pick<ZapQuestion, "domain" | "address" | "routingId"> {
  return { domain, address, routingId };
}

/** What is told of what was thrown: words of ours, and perhaps itself. */
interface Told {
  readonly words: string;
  readonly options?: ErrorOptions;
}

function faultOf(who: string, { words, options }: Told): Error {
  const wanted = "wanted true, false, a grant or a refusal";
  return new ZmqError("EIO", `Cannot judge peer: ${who} has failed${words}, ${wanted}`, options);
}

/** Where there is no secret to keep. */
function openFault(thrown: unknown): Told {
  return { words: "", options: { cause: thrown } };
}

/**
 * Where the password is known to whoever has thrown: it may be anywhere in that, also where nobody would look. So only
 * the class is told, which the program has named, and a code that looks like the system's.
 */
function secretFault(thrown: unknown, password: string): Told {
  try {
    if (typeof thrown !== "object" || thrown === null) return { words: ` with a value (${typeof thrown})` };
    const name: unknown = Object.getPrototypeOf(thrown)?.constructor?.name;
    const { code } = thrown as { readonly code?: unknown };
    const may = (text: unknown, form: RegExp): text is string =>
      typeof text === "string" && form.test(text) && (password === "" || !text.includes(password));
    const known = may(name, CLASS) ? name : "an object";
    return { words: ` with ${known}${may(code, CODE) ? ` (${code})` : ""}` };
  } catch {
    // It does not let itself be looked at.
    return { words: " with an object" };
  }
}

const CLASS = /^[A-Za-z_$][\w$]{0,63}$/;
const CODE = /^[A-Z0-9_]{1,32}$/;

function readCurve(rule: unknown): ReadCurve {
  const what = "Cannot take keys:";
  const wanted = '"any", keys, certificates, a store of certificates or a function';
  if (rule === "any") return rule;
  if (typeof rule === "function") return rule as CurveCallback;
  // Text may be a key that should have been in an array, and not the public one: it is not shown.
  if (typeof rule !== "object" || rule === null || rule instanceof Uint8Array || rule instanceof Certificate) {
    throw wrongType(`${what} they are one value (${rule === null ? "null" : typeof rule}), wanted ${wanted}`);
  }
  if (!(Symbol.iterator in rule)) {
    if (typeof (rule as Partial<CertificateStore>).find === "function") return rule as CertificateStore;
    throw wrongType(`${what} they are ${show(rule)}, wanted ${wanted}`);
  }
  const byKey = new Map<string, Certificate>();
  for (const one of rule as Iterable<unknown>) {
    const certificate = one instanceof Certificate
      ? one
      : new Certificate({ publicKey: checkCurveKey(one, `${what} one of them`) });
    const { publicKey, metadata } = certificate;
    // A grant that cannot be sent is found now, and not when the peer comes.
    grantOf(certificate);
    byKey.set(publicKey, new Certificate({ publicKey, metadata }));
  }
  return byKey;
}

/**
 * The ready-made ZAP handler ({@link https://rfc.zeromq.org/spec/27/ | RFC 27}): a ROUTER that is bound to
 * `inproc://zeromq.zap.01` and judges whoever comes to the sockets of its context. Made of the library's own public
 * sockets, and named as in CZMQ's `zauth` and pyzmq's `Authenticator`.
 *
 * @module
 */

import { ClosedError, show, wrongRange, wrongType } from "../errors.ts";
import type { Message } from "../message.ts";
import { systemClock } from "../session/clock.ts";
import { Context, sharedContext } from "../socket/context.ts";
import { Router } from "../socket/routing.ts";
import { ZAP_ENDPOINT } from "../socket/zap_client.ts";
import { type AuthEventListener, type AuthEventType, AuthListeners } from "./listeners.ts";
import { ANY_DOMAIN, type CurveRule, type PlainRule, Policy } from "./policy.ts";
import { readZapRequest, writeZapReply, type ZapRequest } from "./zap_message.ts";

/** How an {@link Authenticator} is made. */
export interface AuthenticatorOptions {
  /** Whose sockets' peers it judges; the context that all sockets share, unless given. */
  readonly context?: Context;
  /**
   * How long a callback or a store of certificates has for an answer, in milliseconds, 1 to 30 000; a peer that had to
   * wait longer is denied with 300, and dials again. Default 10 000. Sockets wait no longer than their
   * `handshakeInterval`.
   */
  readonly timeout?: number;
  /**
   * How many peers are judged at a time, 1 or more; `Infinity`: no limit. Default 1024. Others wait for a place, and
   * whoever leaves meanwhile is never asked about. A place is taken until the verdict, also by a peer that leaves while
   * it is judged: a callback that is done early lets others in early.
   */
  readonly maxQuestions?: number;
}

/** What a rule is for. */
export interface AuthRuleOptions {
  /**
   * The `zapDomain` of the sockets meant, at most 255 octets; `""` for sockets that have none. Default `"*"`: all
   * sockets for which there is no rule of their own.
   */
  readonly domain?: string;
}

const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_MAX_QUESTIONS = 1024;
/** Nobody waits longer for an answer. */
const LONGEST_TIMEOUT = 30_000;
const LONGEST_DOMAIN = 255;

/** Which defaults of a context are not for this socket: it asks for nothing, and waits for as long as it takes. */
const OPTIONS = {
  linger: 0,
  receiveTimeout: Infinity,
  receiveHighWaterMark: Infinity,
  sendHighWaterMark: Infinity,
  mandatory: false,
  probeRouter: false,
} as const;

/**
 * Judges who may come in, for all sockets of a context: by address, by username and password, by public key. Start it
 * before the sockets bind: **without it, or after it has closed, a CURVE server lets in everybody who has its public
 * key**, unless the socket has a `zapDomain` and `zapEnforceDomain`.
 *
 * A peer is judged once, when it comes. What changes later counts for those who come later. In this order:
 *
 * 1. Who is on the deny list, or not on the allow list if there is one, is denied.
 * 2. NULL, which is judged only by sockets with a `zapDomain`: allowed.
 * 3. PLAIN and CURVE: by the rule for the socket's domain, else by that for `"*"`. Without a rule: denied.
 *
 * @example Two users, and one network
 * ```ts
 * import { Authenticator, Context, Pull, Push, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const context = new Context();
 * await using auth = new Authenticator({ context });
 * auth.allow("127.0.0.1", "10.0.0.0/8").plain({ joe: "open sesame", ann: "let me in" });
 * auth.on("denied", ({ address, reason }) => console.log(`${address}: ${reason}`));
 * await auth.start();
 *
 * await using pull = new Pull({ context, plainServer: true });
 * pull.events.on("handshake", ({ userId }) => assertEquals(userId, "joe"));
 * await using push = new Push({ plainUsername: "joe", plainPassword: "open sesame" });
 * push.connect(await pull.bind("tcp://127.0.0.1:*"));
 * await push.send("hello");
 * assertEquals((await pull.receive()).map(text), ["hello"]);
 * ```
 */
export class Authenticator implements AsyncDisposable {
  readonly #context: Context;
  readonly #policy: Policy;
  readonly #maxQuestions: number;
  readonly #listeners: AuthListeners = new AuthListeners();
  #router: Router | undefined;
  #starting: Promise<void> | undefined;
  #closed = false;

  /**
   * Makes an authenticator that judges nobody until it is started.
   *
   * @param options The context, how long callbacks have, and how many peers are judged at a time.
   * @throws {TypeError} If an option is unknown, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options: AuthenticatorOptions = {}) {
    const what = "Cannot make authenticator:";
    checkOptions(what, options, ["context", "timeout", "maxQuestions"]);
    const { context = sharedContext(), timeout = DEFAULT_TIMEOUT, maxQuestions = DEFAULT_MAX_QUESTIONS } = options;
    if (!(context instanceof Context)) throw wrongType(`${what} context is ${show(context)}, wanted a Context`);
    const wanted = `milliseconds, 1 to ${LONGEST_TIMEOUT}`;
    if (typeof timeout !== "number") throw wrongType(`${what} timeout is ${show(timeout)}, wanted ${wanted}`);
    if (!(timeout >= 1 && timeout <= LONGEST_TIMEOUT)) {
      throw wrongRange(`${what} timeout is ${timeout}, wanted ${wanted}`);
    }
    const many = "a whole number, 1 or more, or Infinity";
    if (typeof maxQuestions !== "number") {
      throw wrongType(`${what} maxQuestions is ${show(maxQuestions)}, wanted ${many}`);
    }
    if (!(maxQuestions >= 1 && (Number.isInteger(maxQuestions) || maxQuestions === Infinity))) {
      throw wrongRange(`${what} maxQuestions is ${maxQuestions}, wanted ${many}`);
    }
    this.#context = context;
    this.#maxQuestions = maxQuestions;
    this.#policy = new Policy(timeout, systemClock);
  }

  /** Whether `close` has been called, or the context has been closed since it was started. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Adds to the list of those who may come in, as far as their addresses go: everybody else is denied from now on. PLAIN
   * and CURVE peers have to show who they are all the same. CZMQ: `ALLOW`.
   *
   * @param addresses IP addresses; networks such as `10.0.0.0/8`; `localhost` for peers by ipc, and for no others.
   * @returns This, for chaining.
   * @throws {TypeError} If one is no text.
   * @throws {RangeError} If one is neither of these, or there are none; then none counts.
   */
  allow(...addresses: readonly string[]): this {
    this.#policy.addresses.allow(addresses);
    return this;
  }

  /**
   * Adds to the list of those who may not come in, be they allowed or not. CZMQ: `DENY`.
   *
   * @param addresses As for {@link allow}.
   * @returns This, for chaining.
   * @throws {TypeError} If one is no text.
   * @throws {RangeError} If one is no address or network, or there are none; then none counts.
   */
  deny(...addresses: readonly string[]): this {
    this.#policy.addresses.deny(addresses);
    return this;
  }

  /**
   * Takes addresses out of both lists. An allow list that has become empty allows nobody.
   *
   * @param addresses Spelt as they were given to {@link allow} or {@link deny}; others are passed over.
   * @returns This, for chaining.
   * @throws {TypeError} If one is no text.
   * @throws {RangeError} If one is no address or network, or there are none.
   */
  forget(...addresses: readonly string[]): this {
    this.#policy.addresses.forget(addresses);
    return this;
  }

  /**
   * Says who may come in by PLAIN. Takes the place of what was said for the domain before. A user's name is the
   * `userId` of the peer. pyzmq: `configure_plain`.
   *
   * @example A callback, which may take its time
   * ```ts
   * import { Authenticator, Context } from "@zerostream/zmq";
   *
   * const tokens = new Map([["Xk9...", "joe"]]); // A database, say.
   * await using auth = new Authenticator({ context: new Context() });
   * auth.plain(async ({ password }) => {
   *   const user = await Promise.resolve(tokens.get(password));
   *   return user === undefined ? { status: 400, text: "unknown token" } : { userId: user, metadata: { "X-Role": "guest" } };
   * });
   * ```
   *
   * @param rule Passwords by username, each 1 to 255 octets, copied; or what judges each peer. As many calls as
   * `maxQuestions` may be waited for at a time, and one that throws or does not answer harms no other peer.
   * @param options `domain`: which sockets are meant.
   * @returns This, for chaining.
   * @throws {TypeError} If the rule or an option is of the wrong type.
   * @throws {RangeError} If a name, a password or the domain has not as many octets as it may. No password is shown.
   */
  plain(rule: PlainRule, options: AuthRuleOptions = {}): this {
    this.#policy.plain(rule, domainOf("take passwords", options));
    return this;
  }

  /**
   * Says who may come in by CURVE. Takes the place of what was said for the domain before. The `userId` of a peer is its
   * public key, 40 characters of Z85; of one with a certificate, what its metadata calls `user-id`, else `name`. The rest
   * of the metadata is `granted` in the `handshake` event and by `peerOf`, as far as ZMTP can carry the names: letters,
   * digits and `-_.+`, but none of its own, such as `Identity`. pyzmq: `configure_curve`, `configure_curve_callback`.
   *
   * @example Keys, and what is known of one of them
   * ```ts
   * import { Authenticator, Certificate, Context, Pull, Push, text } from "@zerostream/zmq";
   * import { assertEquals } from "@std/assert";
   *
   * const server = new Certificate();
   * const joe = new Certificate({ metadata: { name: "Joe", "X-Role": "admin" } });
   *
   * const context = new Context();
   * await using auth = new Authenticator({ context });
   * auth.curve([joe, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"]);
   * await auth.start();
   *
   * await using pull = new Pull({ context, ...server.asServer() });
   * pull.events.on("handshake", ({ userId, granted }) => {
   *   assertEquals([userId, text(granted?.get("X-Role"))], ["Joe", "admin"]);
   * });
   * await using push = new Push(joe.asClient(server));
   * push.connect(await pull.bind("tcp://127.0.0.1:*"));
   * await push.send("hello");
   * assertEquals((await pull.receive()).map(text), ["hello"]);
   * ```
   *
   * @param rule Public keys (40 characters of Z85, or 32 octets) and certificates, copied, of two with one key the
   * later; a {@link CertificateDirectory} or another store; what judges each peer; or `"any"`, for everybody who has the
   * server's public key.
   * @param options `domain`: which sockets are meant.
   * @returns This, for chaining.
   * @throws {TypeError} If the rule or an option is of the wrong type.
   * @throws {RangeError} If a key is none, a certificate has too much metadata to be granted, or the domain is too long.
   */
  curve(rule: CurveRule, options: AuthRuleOptions = {}): this {
    this.#policy.curve(rule, domainOf("take keys", options));
    return this;
  }

  /**
   * Calls `listener` at every event of a type: `granted`, `denied`, `error`. There is one of the first two for each peer
   * that is judged, before its handshake goes on.
   *
   * @param type The event's name.
   * @param listener What to call; the same function is called once however often it is given.
   * @returns This, for chaining.
   * @throws {TypeError} If there is no event of this name, or the listener is not a function.
   */
  on<T extends AuthEventType>(type: T, listener: AuthEventListener<T>): this {
    this.#listeners.add(type, listener);
    return this;
  }

  /**
   * Calls `listener` no more.
   *
   * @param type The event's name, as given to {@link on}.
   * @param listener The function given to {@link on}.
   * @returns This, for chaining.
   * @throws {TypeError} If there is no event of this name, or the listener is not a function.
   */
  off<T extends AuthEventType>(type: T, listener: AuthEventListener<T>): this {
    this.#listeners.delete(type, listener);
    return this;
  }

  /**
   * Begins to judge: from when it resolves on, every peer that must be judged is. To start twice is to start once.
   *
   * @returns When `inproc://zeromq.zap.01` is bound.
   * @throws {ClosedError} (rejects) If it, or its context, is closed.
   * @throws {EndpointError} (rejects) `EADDRINUSE`, if somebody judges in this context already.
   */
  start(): Promise<void> {
    if (this.#closed) return Promise.reject(new ClosedError("Cannot start authenticator: it is closed"));
    if (this.#starting === undefined) {
      this.#starting = this.#bind();
      // Who is in the way may leave.
      this.#starting.catch(() => this.#starting = undefined);
    }
    return this.#starting;
  }

  /**
   * Judges nobody any more. Who is being judged, or waits for that, is denied with 300. Its context's `close` does the same. To close twice
   * is to close once, and it cannot be started again.
   *
   * @returns When `inproc://zeromq.zap.01` is free.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#policy.close();
    // Verdicts that have just been reached go out first: each is a few promises away.
    await new Promise<void>((resolve) => systemClock.atTurnEnd(resolve));
    await this.#router?.close();
  }

  /** Closes it, as `await using` does at the end of its block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #bind(): Promise<void> {
    const router = this.#router = new Router({ ...OPTIONS, context: this.#context });
    try {
      await router.bind(ZAP_ENDPOINT);
    } catch (error) {
      await router.close();
      throw error;
    }
    void this.#serve(router);
  }

  /**
   * Reads questions, and none beyond `maxQuestions`: those that wait in the socket are gone with their askers. So
   * strangers who come and go cannot begin more than can be ended.
   */
  async #serve(router: Router): Promise<void> {
    let underWay = 0;
    let wake = (): void => {};
    const done = (): void => {
      underWay--;
      wake();
    };
    // Whoever waits for a place need not see that the context has been closed.
    router.events.on("end", () => wake());
    for await (const frames of router) {
      const request = readZapRequest(frames as Message);
      if (request === undefined) continue;
      underWay++;
      this.#answer(router, request).then(done);
      while (underWay >= this.#maxQuestions && !router.closed) await new Promise<void>((resolve) => wake = resolve);
      // What was waiting is asked by sockets that are closed themselves.
      if (router.closed) break;
    }
    // Its context may have been closed, and it with that.
    this.#closed = true;
    this.#policy.close();
  }

  /** Answers one question, beside others. Never rejects. */
  async #answer(router: Router, request: ZapRequest): Promise<void> {
    const { question } = request;
    // The rules are gone: it has waited for a place.
    if (this.#closed) {
      return reply(router, writeZapReply(request, { status: 300, text: "the authenticator is closed" }));
    }
    if (typeof question === "string") return reply(router, writeZapReply(request, { status: 500, text: question }));
    const { peer, answer, faults } = await this.#policy.judge(question);
    reply(router, writeZapReply(request, answer));
    for (const error of faults) this.#listeners.tell({ type: "error", error, peer });
    if (answer.status === 200) this.#listeners.tell({ ...peer, type: "granted", userId: answer.userId });
    else this.#listeners.tell({ ...peer, type: "denied", status: answer.status, reason: answer.text });
  }
}

/** Whoever asked may have given up. */
function reply(router: Router, message: Message): void {
  if (!router.closed) router.trySend(message);
}

function domainOf(what: string, options: unknown): string {
  checkOptions(`Cannot ${what}:`, options, ["domain"]);
  const { domain = ANY_DOMAIN } = options as { readonly domain?: unknown };
  const wanted = `text of at most ${LONGEST_DOMAIN} octets`;
  if (typeof domain !== "string") throw wrongType(`Cannot ${what}: domain is ${show(domain)}, wanted ${wanted}`);
  const { length } = new TextEncoder().encode(domain);
  if (length > LONGEST_DOMAIN) throw wrongRange(`Cannot ${what}: domain is ${length} octets, wanted ${wanted}`);
  return domain;
}

function checkOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw wrongType(`${what} options are ${show(options)}, wanted an object`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrongType(`${what} option ${show(unknown)} is unknown, wanted ${known.join(", ")}`);
}

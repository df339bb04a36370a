/**
 * tls over `node:tls`, which Deno and Bun have too: plain ZMTP within TLS 1.2 or 1.3.
 *
 * A link is handed over when its connection stands, and completes its TLS handshake while it is held; see
 * {@link SecuringLink}.
 *
 * @module
 */

import { isIPv4, isIPv6 } from "../../transport/address.ts";
import { formatTcp, parseTcpConnect, refuse, type Role } from "../../transport/endpoint.ts";
import type {
  Capabilities,
  DialOptions,
  Link,
  Listener,
  ListenHandler,
  ListenOptions,
  TlsOptions,
  Transport,
} from "../../transport/link.ts";
import { SecuringLink } from "../../transport/securing_link.ts";
import { checkTcp, refuseSelf } from "../../transport/tcp.ts";
import { certificatesIn, codeOf, noProtocol, tlsError } from "../../transport/tls.ts";
import { builtin, type SecureOptions, type Socket, type TlsServer, type TlsSocket } from "./builtin.ts";
import { dial } from "./dial.ts";
import { Intake } from "./intake.ts";
import { NodeLink } from "./link.ts";
import { listen } from "./listen.ts";
import { capabilities, endsOf, prepare, whereToDial, whereToListen } from "./tcp.ts";

/** What is trusted, and shown, where nobody says. */
const PLAIN: TlsOptions = {
  key: undefined,
  certificate: undefined,
  trust: undefined,
  trustSystem: true,
  hostname: undefined,
  alpn: [],
  clientCertificates: "none",
};

/** The longest time that a timer can have. How long a handshake may take is for whoever holds the link. */
const NEVER = 2 ** 31 - 1;

/** Does what a runtime needs to a socket whose handshake is complete. */
export type Pace = (socket: TlsSocket) => void;

/** The tls transport of Node. */
export class NodeTls implements Transport {
  readonly scheme = "tls";
  readonly #pace: Pace;
  #capabilities: Capabilities | undefined;

  /** `pace` sees to it that a socket which is paused reads no more, where the runtime does not; it may throw. */
  constructor(pace: Pace = () => {}) {
    this.#pace = pace;
  }

  /** Those of tcp. */
  get capabilities(): Capabilities {
    return this.#capabilities ??= capabilities(builtin("node:net").Socket.prototype);
  }

  check(endpoint: string, role: Role): void {
    checkTcp(endpoint, role, this.capabilities);
  }

  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    const { tls = PLAIN } = options;
    const where = whereToDial(endpoint, options);
    const name = tls.hostname ?? parseTcpConnect(endpoint).host.replace(/%.*/, "");
    const { checkServerIdentity, connect } = builtin("node:tls");
    const secure = {
      ...secureOptions(endpoint, "connect", tls),
      // An address is no name to tell (RFC 6066, section 3).
      ...(isIPv4(name) || isIPv6(name) ? {} : { servername: name }),
      // Said, since an environment variable would overrule what is not.
      rejectUnauthorized: true,
      checkServerIdentity: (_host: string, certificate: object) => checkServerIdentity(name, certificate),
    };
    const dialled = await dial(endpoint, () => connect({ ...where, ...secure }), options.signal, (socket) => {
      socket.setNoDelay(true);
      prepare(socket, options);
      return secureClient(socket, tls.alpn, this.#pace);
    });
    return refuseSelf(endpoint, dialled);
  }

  async listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const { tls = PLAIN } = options;
    if (tls.key === undefined || tls.certificate === undefined) {
      throw refuse("EINVAL", endpoint, "bind", "there is no certificate, wanted tlsCertificate and tlsKey");
    }
    const secure = new Acceptor(endpoint, tls, this.#pace);
    const where = await whereToListen(endpoint, options);
    const accept = (raw: Socket): Link => {
      prepare(raw, options);
      return secure.accept(raw);
    };
    // While hands are shaken the peer's end is the connection's.
    const server = await listen(endpoint, where, handler, accept, false);
    const bound = server.address() as { readonly address: string; readonly port: number };
    return {
      endpoint: secureName(formatTcp(bound.address, bound.port)),
      close: () => server.close(),
      unref: () => server.unref(),
    };
  }
}

/** What both roles tell `node:tls`. */
function secureOptions(endpoint: string, role: Role, tls: TlsOptions): SecureOptions {
  const { key, certificate, trust, trustSystem, alpn } = tls;
  checkIdentity(endpoint, role, tls);
  const ours = trust === undefined ? [] : certificatesIn(trust);
  const { getCACertificates, rootCertificates } = builtin("node:tls");
  const system = trustSystem && ours.length > 0 ? getCACertificates?.("default") ?? rootCertificates : [];
  return {
    ...(key === undefined ? {} : { key }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    // An empty list trusts nobody, none the runtime's.
    ...(trustSystem && ours.length === 0 ? {} : { ca: [...system, ...ours] }),
    ...(alpn.length === 0 ? {} : { ALPNProtocols: alpn }),
    minVersion: "TLSv1.2",
  };
}

/** Reads what was given, since not every runtime does before the first handshake. */
function checkIdentity(endpoint: string, role: Role, { key, certificate, trust }: TlsOptions): void {
  const { createPrivateKey, X509Certificate } = builtin("node:crypto");
  const read = <T>(name: string, make: () => T): T => {
    try {
      return make();
    } catch {
      // What was thrown may quote what it could not read.
      throw refuse("EINVAL", endpoint, role, `${name} cannot be read, wanted it in PEM`);
    }
  };
  const readAll = (name: string, pem = ""): InstanceType<typeof X509Certificate>[] =>
    read(name, () => certificatesIn(pem).map((one) => new X509Certificate(one)));
  readAll("tlsTrust", trust);
  const [own] = readAll("tlsCertificate", certificate);
  if (key === undefined || own === undefined) return;
  const secret = read("tlsKey", () => createPrivateKey(key));
  if (own.checkPrivateKey(secret)) return;
  throw refuse("EINVAL", endpoint, role, "tlsKey does not go with tlsCertificate, wanted the two of one pair");
}

/** A dialled connection that is to be secured. */
function secureClient(socket: TlsSocket, alpn: readonly string[], pace: Pace): Link {
  const [local, remote] = secureEndsOf(socket);
  const link = new SecuringLink(local, remote, socket);
  let fault: Error | undefined;
  socket.on("error", (error) => fault ??= tlsError(remote, error));
  socket.on("close", () => link.failed(fault ?? tlsError(remote, undefined, "ECONNRESET")));
  socket.on("secureConnect", () => {
    try {
      if (!speaks(socket, alpn)) throw noProtocol(remote);
      link.secured(within(socket, local, remote, pace));
    } catch (error) {
      fault = error as Error;
      socket.destroy();
    }
  });
  return link;
}

/** What tcp calls an end, as tls does. */
function secureName(end: string): string {
  return end.replace("tcp", "tls");
}

function secureEndsOf(socket: Socket): [string, string] {
  const [local, remote] = endsOf(socket);
  return [secureName(local), secureName(remote)];
}

/** Whether both have agreed upon a protocol, if one was wanted. */
function speaks({ alpnProtocol }: TlsSocket, alpn: readonly string[]): boolean {
  return alpn.length === 0 || typeof alpnProtocol === "string" && alpn.includes(alpnProtocol);
}

/** The link within a connection that is secured. */
function within(socket: TlsSocket, local: string, remote: string, pace: Pace): NodeLink {
  pace(socket);
  const intake = new Intake();
  socket.on("data", intake.data);
  // To listen for data is to read.
  socket.pause();
  // In TLS 1.3 a client learns only now that its certificate is not taken.
  const explain = (error: Error): Error => /^ERR_(SSL|TLS)_/.test(codeOf(error)) ? tlsError(remote, error) : error;
  return new NodeLink(socket, intake, local, remote, explain);
}

/** An accepted connection that is being secured. */
interface Pending {
  readonly link: SecuringLink;
  readonly raw: Socket;
  /** What is known of it, should it fail. */
  error: Error | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Secures what one bound endpoint accepts. */
class Acceptor {
  readonly #server: TlsServer;
  readonly #tls: TlsOptions;
  readonly #pace: Pace;
  readonly #pending: Map<Socket, Pending> = new Map();

  constructor(endpoint: string, tls: TlsOptions, pace: Pace) {
    const { clientCertificates } = tls;
    this.#tls = tls;
    this.#pace = pace;
    this.#server = builtin("node:tls").createServer({
      ...secureOptions(endpoint, "bind", tls),
      requestCert: clientCertificates !== "none",
      rejectUnauthorized: clientCertificates === "require",
      handshakeTimeout: NEVER,
    });
    this.#server.on("secureConnection", (socket) => this.#secured(socket));
    this.#server.on("tlsClientError", (error, socket) => {
      const pending = this.#find(socket);
      if (pending === undefined) return;
      this.#failed(pending, tlsError(pending.link.remote, error, codeOf(socket.authorizationError) || codeOf(error)));
      pending.raw.destroy();
    });
  }

  accept(raw: Socket): Link {
    const link = new SecuringLink(...secureEndsOf(raw), raw);
    const pending: Pending = { link, raw, error: undefined, timer: undefined };
    this.#pending.set(raw, pending);
    raw.on("error", (error) => pending.error ??= error);
    raw.on("close", () => {
      // The reason may still be on its way.
      if (!this.#pending.has(raw)) return;
      pending.timer = setTimeout(() => {
        this.#failed(pending, tlsError(link.remote, pending.error, codeOf(pending.error) || "ECONNRESET"));
      });
    });
    this.#server.emit("connection", raw);
    return link;
  }

  #secured(socket: TlsSocket): void {
    const pending = this.#find(socket);
    if (pending === undefined) return socket.destroy();
    const { local, remote } = pending.link;
    try {
      this.#judge(socket, remote);
      // From now on an end is of one direction.
      socket.allowHalfOpen = true;
      const inner = within(socket, local, remote, this.#pace);
      this.#forget(pending);
      pending.link.secured(inner);
    } catch (error) {
      this.#failed(pending, error as Error);
      // What becomes of it is nobody's business.
      socket.on("error", () => {});
      socket.destroy();
    }
  }

  /** Throws what is wrong with a client that has shaken hands. */
  #judge(socket: TlsSocket, remote: string): void {
    const { alpn, clientCertificates } = this.#tls;
    if (!speaks(socket, alpn)) throw noProtocol(remote);
    if (clientCertificates === "none" || socket.authorized) return;
    const shown = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
    if (!shown && clientCertificates === "request") return;
    throw tlsError(remote, socket.authorizationError, shown ? undefined : "PEER_DID_NOT_RETURN_A_CERTIFICATE");
  }

  #failed(pending: Pending, error: Error): void {
    this.#forget(pending);
    pending.link.failed(error);
  }

  #forget(pending: Pending): void {
    clearTimeout(pending.timer);
    this.#pending.delete(pending.raw);
  }

  /** What a secured socket runs over; by its ends where Node does not say. */
  #find(socket: TlsSocket): Pending | undefined {
    const known = socket._parent instanceof Object ? this.#pending.get(socket._parent) : undefined;
    if (known !== undefined) return known;
    const [local, remote] = secureEndsOf(socket);
    for (const pending of this.#pending.values()) {
      if (pending.link.local === local && pending.link.remote === remote) return pending;
    }
    return undefined;
  }
}

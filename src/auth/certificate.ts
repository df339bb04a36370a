/**
 * CURVE certificates: a public key, perhaps the secret one that goes with it, and what their owner says of himself. In
 * memory, as text, and as the files that CZMQ and pyzmq read and write.
 *
 * @module
 */

import { z85 } from "../bytes/z85.ts";
import { constantTimeEqual } from "../crypto/constant_time_equal.ts";
import { NotSupportedError, show, StateError, wrongRange, wrongType } from "../errors.ts";
import { curveKeyPair, curvePublicKey } from "../socket/curve.ts";
import { faultOf, formatCertificate, LARGEST_CERTIFICATE, parseCertificate } from "./certificate_text.ts";
import { type CertificateFiles, fileError, systemFiles } from "./files.ts";

/** What a {@link Certificate} is made of. */
export interface CertificateParts {
  /** 40 characters of Z85, or 32 octets; that of `secretKey` unless given. */
  readonly publicKey?: string | Uint8Array | undefined;
  /** 40 characters of Z85, or 32 octets; none unless given. */
  readonly secretKey?: string | Uint8Array | undefined;
  /**
   * Properties: names of 1 to 255 letters, digits and `$-_@.&+/`, no two alike but for case, none that begins with
   * `public-key` or `secret-key`; values of one line, with one kind of quotes in them at the most. None unless given.
   */
  readonly metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
}

/** How a certificate is written. */
export interface CertificateSaveOptions {
  /** Write over files that are there. Default `false`: refuse with `EEXIST`. */
  readonly overwrite?: boolean;
}

/** Options of a CURVE server's socket. */
export interface CurveServerOptions {
  /** The role. */
  readonly curveServer: true;
  /** The server's secret key. */
  readonly curveSecretKey: string;
}

/** Options of a CURVE client's socket. */
export interface CurveClientOptions {
  /** The server's public key. */
  readonly curveServerKey: string;
  /** The client's public key. */
  readonly curvePublicKey: string;
  /** The client's secret key. */
  readonly curveSecretKey: string;
}

const KEY_SIZE = 32;
const KEY_TEXT = 40;
const SECRET_SUFFIX = "_secret";
/** What others may read, and what they may not. */
const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;

/**
 * A CURVE certificate: keys and what is told about their owner. Its secret key is in no JSON and no log: it must be
 * asked for. CZMQ: `zcert`.
 *
 * @example Made, and told to others
 * ```ts
 * import { Certificate } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const joe = new Certificate({ metadata: { name: "Joe" } });
 * const known = Certificate.parse(joe.stringify());
 * assertEquals(known.publicKey, joe.publicKey);
 * assertEquals(known.secretKey, undefined);
 * assertEquals(known.metadata.get("name"), "Joe");
 * ```
 */
export class Certificate {
  /** The key to give away: 40 characters of Z85. */
  readonly publicKey: string;
  /** What is told about the owner, by name, in order. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly #secretKey: string | undefined;

  /**
   * Makes a certificate; with a fresh pair of keys if none is given.
   *
   * @param parts Keys and metadata.
   * @throws {TypeError} If a part is of the wrong type.
   * @throws {RangeError} If a key is none, the two are not of one pair, or the metadata cannot be written. No key is
   * shown.
   * @throws {NotSupportedError} In a browser, where a key is to be made, before `loadCrypto()` of
   * `@zerostream/zmq/crypto` has been awaited.
   */
  constructor(parts: CertificateParts = {}) {
    if (typeof parts !== "object" || parts === null) {
      throw wrongType(`Cannot make certificate: its parts are ${show(parts)}, wanted an object`);
    }
    const { publicKey, secretKey } = keysOf(parts);
    this.publicKey = publicKey;
    this.#secretKey = secretKey;
    this.metadata = readMetadata(parts.metadata);
  }

  /** The key to keep, 40 characters of Z85; `undefined` if it is not known. */
  get secretKey(): string | undefined {
    return this.#secretKey;
  }

  /**
   * Reads a certificate's text: that of a public file, or of a secret one. At most 65 536 characters; comments, blank
   * lines, tabs or four spaces, either kind of quotes or none, and any end of line are taken as CZMQ and pyzmq write
   * them. A secret key of 32 zeros, which is CZMQ's for none, is none.
   *
   * @param text What {@link stringify}, CZMQ or pyzmq has written.
   * @returns The certificate.
   * @throws {TypeError} If it is no text.
   * @throws {RangeError} If it is no certificate: where in it, and what was wanted. No value is shown.
   */
  static parse(text: string): Certificate {
    if (typeof text !== "string") throw wrongType(`Cannot read certificate: it is ${show(text)}, wanted text`);
    return readText(text, "");
  }

  /**
   * Reads a certificate from a file: this one, whether it is the public one or the secret one.
   *
   * @param path The file's path, e.g. `clients/joe.key` or `joe.key_secret`.
   * @returns The certificate.
   * @throws {TypeError} (rejects) If the path is no text.
   * @throws {RangeError} (rejects) If what is there is no certificate, as {@link parse} says; or over 65 536 octets.
   * @throws {ZmqError} (rejects) If it cannot be read: `ENOENT`, `EACCES`, `EIO`.
   * @throws {NotSupportedError} (rejects) Where there are no files, as on edge servers.
   */
  static async load(path: string): Promise<Certificate> {
    checkPath("read", path);
    return await loadCertificate(path, systemFiles("read certificate"));
  }

  /**
   * The certificate as text, for a file or for elsewhere.
   *
   * @param options `secret`: `true` for the secret file's text, secret key and all. Default `false`.
   * @returns Text of a few lines.
   * @throws {StateError} If the secret key is asked for and not known.
   */
  stringify(options: { readonly secret?: boolean } = {}): string {
    const secret = options?.secret === true;
    if (secret && this.#secretKey === undefined) throw this.#noSecret("write secret certificate");
    return formatCertificate({ ...this, secretKey: secret ? this.#secretKey : undefined });
  }

  /**
   * Writes the public file at a path and, if the secret key is known, the secret file at the same path with `_secret`
   * behind it: `joe.key` and `joe.key_secret` are pyzmq's names, and any others will do for CZMQ. Each file is there
   * whole or not at all, and nobody but the owner can read the secret one at any time (mode 0600; on Windows, what its
   * folder lets others do).
   *
   * @param path Where the public file is to be.
   * @param options `overwrite`: whether files that are there are written over.
   * @returns The paths of what was written.
   * @throws {TypeError} (rejects) If the path is no text.
   * @throws {ZmqError} (rejects) If either file is there already (`EEXIST`; neither is touched), or cannot be written:
   * `ENOENT`, `EACCES`, `EIO`.
   * @throws {NotSupportedError} (rejects) Where there are no files, as on edge servers.
   */
  async save(
    path: string,
    options: CertificateSaveOptions = {},
  ): Promise<{ publicFile: string; secretFile: string | undefined }> {
    checkPath("write", path);
    return await saveCertificate(this, path, options?.overwrite === true, systemFiles("write certificate"));
  }

  /**
   * The options of a socket that is a CURVE server with this certificate.
   *
   * @example A server and its client
   * ```ts
   * import { Certificate, Pull, Push, text } from "@zerostream/zmq";
   * import { assertEquals } from "@std/assert";
   *
   * const server = new Certificate();
   * await using pull = new Pull(server.asServer());
   * await using push = new Push(new Certificate().asClient(server.publicKey));
   * push.connect(await pull.bind("tcp://127.0.0.1:*"));
   * await push.send("hello");
   * assertEquals((await pull.receive()).map(text), ["hello"]);
   * ```
   *
   * @returns Options to spread: `new Pull({ ...server.asServer(), linger: 0 })`.
   * @throws {StateError} If the secret key is not known.
   */
  asServer(): CurveServerOptions {
    if (this.#secretKey === undefined) throw this.#noSecret("be a server");
    return { curveServer: true, curveSecretKey: this.#secretKey };
  }

  /**
   * The options of a socket that is a CURVE client with this certificate.
   *
   * @param server The server's certificate, or its public key: 40 characters of Z85, or 32 octets.
   * @returns Options to spread.
   * @throws {TypeError} If the server's key is of the wrong type.
   * @throws {RangeError} If the server's key is none.
   * @throws {StateError} If the secret key is not known.
   */
  asClient(server: Certificate | string | Uint8Array): CurveClientOptions {
    if (this.#secretKey === undefined) throw this.#noSecret("be a client");
    const curveServerKey = server instanceof Certificate
      ? server.publicKey
      : checkCurveKey(server, "Cannot be a client: the server's key");
    return { curveServerKey, curvePublicKey: this.publicKey, curveSecretKey: this.#secretKey };
  }

  #noSecret(what: string): StateError {
    return new StateError(
      `Cannot ${what}: the certificate has no secret key, wanted one that was read from its owner's`,
    );
  }
}

/** Reads a certificate's file. */
export async function loadCertificate(path: string, files: CertificateFiles): Promise<Certificate> {
  return readText(await readCertificateText(path, files), path);
}

/** Writes a certificate's files: the secret one first, and if the public one cannot be written, none. */
export async function saveCertificate(
  certificate: Certificate,
  path: string,
  overwrite: boolean,
  files: CertificateFiles,
): Promise<{ publicFile: string; secretFile: string | undefined }> {
  const secretFile = certificate.secretKey === undefined ? undefined : `${path}${SECRET_SUFFIX}`;
  const write = async (file: string, text: string, mode: number): Promise<void> => {
    try {
      await files.write(file, new TextEncoder().encode(text), mode, overwrite);
    } catch (error) {
      throw fileError("write certificate", file, error);
    }
  };
  if (secretFile !== undefined) await write(secretFile, certificate.stringify({ secret: true }), SECRET_MODE);
  try {
    await write(path, certificate.stringify(), PUBLIC_MODE);
  } catch (error) {
    // A secret file that has replaced another one stays: the key in it is nowhere else.
    if (secretFile !== undefined && !overwrite) await files.remove(secretFile);
    throw error;
  }
  return { publicFile: path, secretFile };
}

/**
 * Checks a key, and answers it as Z85. It is never shown, wrong as it may be.
 *
 * @param what What begins the error: "Cannot do this: that key".
 */
export function checkCurveKey(key: unknown, what: string): string {
  const wanted = `${KEY_TEXT} characters of Z85, or ${KEY_SIZE} octets`;
  if (key instanceof Uint8Array) {
    if (key.length !== KEY_SIZE) throw wrongRange(`${what} is ${key.length} octets, wanted ${wanted}`);
    return z85.encode(key);
  }
  if (typeof key !== "string") throw wrongType(`${what} is of type ${typeof key}, wanted ${wanted}`);
  if (key.length !== KEY_TEXT) throw wrongRange(`${what} is ${key.length} characters, wanted ${wanted}`);
  try {
    z85.decode(key);
  } catch {
    // Z85's own words would tell of what is in it.
    throw wrongRange(`${what} is no Z85, wanted ${wanted}`);
  }
  return key;
}

/** Checks a path. */
export function checkPath(what: string, path: unknown): asserts path is string {
  if (typeof path === "string" && path !== "") return;
  throw wrongType(`Cannot ${what} certificate: the path is ${show(path)}, wanted text`);
}

function readText(text: string, source: string): Certificate {
  const { metadata, publicKey, secretKey } = parseCertificate(text, source);
  const what = `Cannot read certificate${source === "" ? "" : ` ${show(source)}`}`;
  checkCurveKey(publicKey, `${what}: "public-key"`);
  if (secretKey !== undefined) {
    checkCurveKey(secretKey, `${what}: "secret-key"`);
    checkPair(publicKey, secretKey, `${what}: "public-key" and "secret-key"`);
  }
  return new Certificate({ metadata, publicKey, secretKey });
}

async function readCertificateText(path: string, files: CertificateFiles): Promise<string> {
  let octets: Uint8Array;
  try {
    octets = await files.read(path, LARGEST_CERTIFICATE + 1);
  } catch (error) {
    throw fileError("read certificate", path, error);
  }
  try {
    if (octets.length > LARGEST_CERTIFICATE) {
      const wanted = `${LARGEST_CERTIFICATE} octets at the most`;
      throw wrongRange(`Cannot read certificate ${show(path)}: it has more than that, wanted ${wanted}`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw wrongRange(`Cannot read certificate ${show(path)}: it is no UTF-8, wanted text`);
  } finally {
    octets.fill(0);
  }
}

function keysOf(parts: CertificateParts): { publicKey: string; secretKey: string | undefined } {
  const { publicKey, secretKey } = parts;
  if (publicKey === undefined && secretKey === undefined) return curveKeyPair();
  const what = "Cannot make certificate:";
  const secret = secretKey === undefined ? undefined : checkCurveKey(secretKey, `${what} the secret key`);
  if (publicKey === undefined) return { publicKey: curvePublicKey(secret!), secretKey: secret };
  const given = checkCurveKey(publicKey, `${what} the public key`);
  if (secret !== undefined) checkPair(given, secret, `${what} the public key and the secret one`);
  return { publicKey: given, secretKey: secret };
}

function checkPair(publicKey: string, secretKey: string, what: string): void {
  let derived: string;
  try {
    derived = curvePublicKey(secretKey);
  } catch (error) {
    // In a browser nobody can tell until a library has been loaded; the socket that uses the pair will.
    if (error instanceof NotSupportedError) return;
    throw error;
  }
  const encoder = new TextEncoder();
  if (constantTimeEqual(encoder.encode(derived), encoder.encode(publicKey))) return;
  throw wrongRange(`${what} do not go together, wanted the two of one pair`);
}

function readMetadata(given: CertificateParts["metadata"]): ReadonlyMap<string, string> {
  const what = "Cannot make certificate:";
  if (given !== undefined && (typeof given !== "object" || given === null)) {
    throw wrongType(`${what} metadata is ${show(given)}, wanted an object or a Map`);
  }
  const metadata = new Map<string, string>(given instanceof Map ? given : Object.entries(given ?? {}));
  const names = new Set<string>();
  for (const [name, value] of metadata) {
    if (typeof name !== "string" || typeof value !== "string") {
      throw wrongType(`${what} metadata ${show(name)} is of type ${typeof value}, wanted names and values of text`);
    }
    const fault = faultOf(name, value);
    if (fault !== undefined) throw wrongRange(`${what} ${fault.join(", wanted ")}`);
    if (names.has(name.toLowerCase())) {
      throw wrongRange(`${what} metadata has ${show(name)} twice, wanted it once, whatever its case`);
    }
    names.add(name.toLowerCase());
  }
  return metadata;
}

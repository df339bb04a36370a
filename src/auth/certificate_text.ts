/**
 * Certificates as text, in the format that CZMQ and pyzmq read and write: a piece of ZPL
 * ({@link https://rfc.zeromq.org/spec/4/ | RFC 4}) with two sections. Pure: text in, values out.
 *
 * ```text
 * # A comment.
 * metadata
 *     name = "Ada"
 * curve
 *     public-key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
 *     secret-key = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
 * ```
 *
 * @module
 */

import { show, wrongRange } from "../errors.ts";

/** What a certificate's text says; no key has been checked. */
export interface CertificateText {
  /** Properties by name, in their order. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The public key. */
  readonly publicKey: string;
  /** The secret key, if it is there. */
  readonly secretKey: string | undefined;
}

/** The most octets that a certificate may have. */
export const LARGEST_CERTIFICATE = 65_536;

const PUBLIC_KEY = "public-key";
const SECRET_KEY = "secret-key";
/** What CZMQ writes as the secret key of a certificate that has none: 32 zeros. */
const NO_KEY = "0".repeat(40);

/** Level 0 is not indented, level 1 by a tab or four spaces. */
const INDENT = /^(?:\t| {4})(?![\t ])/;
const NAME = /^[A-Za-z0-9$\-_@.&+/]+/;
const LONGEST_NAME = 255;
/** What no value may have in it: it would end the line, or be shown as something else. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** How a certificate is refused: `found` and `wanted` never show a value. */
type Refuse = (found: string, wanted: string) => RangeError;

/** What is wrong with a property that a certificate is to have: what was found, and what is wanted; `undefined`: nothing. */
export function faultOf(name: string, value: string): readonly [string, string] | undefined {
  const shown = show(name);
  if (name.length > LONGEST_NAME || NAME.exec(name)?.[0] !== name || name.startsWith("/") || name.endsWith("/")) {
    return [`metadata has the name ${shown}`, `1 to ${LONGEST_NAME} letters, digits and $-_@.&+/, no / at either end`];
  }
  // pyzmq looks for keys by how lines begin, whichever section they are in.
  if (name.startsWith(PUBLIC_KEY) || name.startsWith(SECRET_KEY)) {
    return [`metadata has the name ${shown}`, 'keys in the section "curve" alone'];
  }
  if (CONTROL.test(value)) return [`the value of ${shown} has control characters`, "one line of text"];
  if (value.includes('"') && value.includes("'")) return [`the value of ${shown} has both quotes`, "one kind of them"];
  return undefined;
}

/**
 * Reads a certificate.
 *
 * @param source What to call it in errors, e.g. `"joe.key"`; empty: nothing.
 * @throws {RangeError} If it is none, with the number of the line.
 */
export function parseCertificate(text: string, source: string): CertificateText {
  const what = `Cannot read certificate${source === "" ? "" : ` ${show(source)}`}`;
  if (text.length > LARGEST_CERTIFICATE) {
    throw wrongRange(`${what}: it has ${text.length} characters, wanted ${LARGEST_CERTIFICATE} at the most`);
  }
  const reader = new Reader();
  // What Windows' editors put before a text is none of it.
  const lines = (text.startsWith("\ufeff") ? text.slice(1) : text).split("\n");
  for (const [i, line] of lines.entries()) {
    reader.read(line.trimEnd(), (found, wanted) => wrongRange(`${what}: line ${i + 1}: ${found}, wanted ${wanted}`));
  }
  const { metadata, keys } = reader;
  const publicKey = keys.get(PUBLIC_KEY);
  if (publicKey === undefined) throw wrongRange(`${what}: there is no "${PUBLIC_KEY}", wanted one in section "curve"`);
  const secretKey = keys.get(SECRET_KEY);
  return { metadata, publicKey, secretKey: secretKey === NO_KEY ? undefined : secretKey };
}

/** Writes a certificate, all of whose parts have been checked. With a secret key or without. */
export function formatCertificate({ metadata, publicKey, secretKey }: CertificateText): string {
  const kind = secretKey === undefined
    ? "# A ZeroMQ CURVE certificate: a public key, for others to have.\n# Make sure that it reaches them as it is.\n"
    : "# A ZeroMQ CURVE certificate WITH THE SECRET KEY.\n# It is for its owner's eyes alone: give away the other file.\n";
  const properties = Array.from(metadata, ([name, value]) => `    ${name} = ${quote(value)}\n`).join("");
  const secret = secretKey === undefined ? "" : `    ${SECRET_KEY} = ${quote(secretKey)}\n`;
  return `${kind}\nmetadata\n${properties}curve\n    ${PUBLIC_KEY} = ${quote(publicKey)}\n${secret}`;
}

function quote(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

/** Reads line by line. */
class Reader {
  readonly metadata: Map<string, string> = new Map();
  readonly keys: Map<string, string> = new Map();
  readonly #sections: Set<string> = new Set();
  readonly #names: Set<string> = new Set();
  #section: "metadata" | "curve" | undefined;

  read(line: string, refuse: Refuse): void {
    if (/^\s*(?:#|$)/.test(line)) return;
    const indent = INDENT.exec(line)?.[0] ?? "";
    const words = line.slice(indent.length);
    if (/^\s/.test(words)) throw refuse("it is indented otherwise", "no space, four spaces or one tab");
    const name = NAME.exec(words)?.[0];
    if (name === undefined) throw refuse("it does not begin with a name", 'a section, or a line like name = "value"');
    const value = readValue(words.slice(name.length).trimStart(), refuse);
    if (indent === "") this.#open(name, value, refuse);
    else this.#put(name, value ?? "", refuse);
  }

  #open(name: string, value: string | undefined, refuse: Refuse): void {
    if (name !== "metadata" && name !== "curve") throw refuse(`section ${show(name)}`, '"metadata" or "curve"');
    if (value !== undefined) throw refuse(`section "${name}" has a value`, "its properties on lines of their own");
    if (this.#sections.has(name)) throw refuse(`section "${name}" comes twice`, "it once");
    this.#sections.add(name);
    this.#section = name;
  }

  #put(name: string, value: string, refuse: Refuse): void {
    if (this.#section === undefined) throw refuse("a property before any section", '"metadata" or "curve" before it');
    if (this.#section === "curve") {
      if (name !== PUBLIC_KEY && name !== SECRET_KEY) {
        throw refuse(`${show(name)} in section "curve"`, `"${PUBLIC_KEY}" or "${SECRET_KEY}"`);
      }
      if (this.keys.has(name)) throw refuse(`"${name}" comes twice`, "it once");
      this.keys.set(name, value);
      return;
    }
    const fault = faultOf(name, value);
    if (fault !== undefined) throw refuse(...fault);
    // As ZMTP compares them: two that differ by case alone could not both be granted.
    const key = name.toLowerCase();
    if (this.#names.has(key)) throw refuse(`${show(name)} comes twice`, "it once, whatever its case");
    this.#names.add(key);
    this.metadata.set(name, value);
  }
}

/** The value after a name: in quotes, or plain up to a comment. `undefined`: there is none. */
function readValue(rest: string, refuse: Refuse): string | undefined {
  if (!rest.startsWith("=")) {
    checkEnd(rest, refuse);
    return undefined;
  }
  const words = rest.slice(1).trimStart();
  const quote = words[0];
  if (quote !== '"' && quote !== "'") {
    const comment = words.indexOf("#");
    return comment < 0 ? words : words.slice(0, comment).trimEnd();
  }
  const end = words.indexOf(quote, 1);
  if (end < 0) throw refuse("a quote that is not closed", `${quote} at the end of the value`);
  checkEnd(words.slice(end + 1), refuse);
  return words.slice(1, end);
}

function checkEnd(rest: string, refuse: Refuse): void {
  if (!/^\s*(?:#|$)/.test(rest)) throw refuse("more after the name or the value", "the end of the line, or a comment");
}

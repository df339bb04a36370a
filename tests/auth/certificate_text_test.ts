/** Certificates as text: what is read, what is refused and in which line, and what is written. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { Certificate } from "../../mod.ts";
import { faultOf, formatCertificate, parseCertificate } from "../../src/auth/certificate_text.ts";
import { test } from "../harness.ts";
import { CLIENT_PUBLIC, CLIENT_SECRET } from "../interop/keys.ts";

const CURVE = `curve\n    public-key = "${CLIENT_PUBLIC}"\n`;

function fixture(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
}

function read(text: string): [Record<string, string>, string, string | undefined] {
  const { metadata, publicKey, secretKey } = parseCertificate(text, "");
  return [Object.fromEntries(metadata), publicKey, secretKey];
}

test("reads what pyzmq has written", () => {
  const [metadata, publicKey, secretKey] = read(fixture("pyzmq.key_secret"));
  assertEquals(metadata, { "name": "Ada", "X-Note": "no quotes here" });
  assertEquals([publicKey.length, secretKey!.length], [40, 40]);
  assertEquals(read(fixture("pyzmq.key")), [{}, publicKey, undefined]);
});

test("reads what CZMQ has written", () => {
  const [metadata, publicKey, secretKey] = read(fixture("czmq.cert_secret"));
  assertEquals(metadata, { "name": "Ada Lovelace", "email": "ada@example.org", "X-Role": "it's allowed" });
  assertEquals([publicKey.length, secretKey!.length], [40, 40]);
  assertEquals(read(fixture("czmq.cert")), [metadata, publicKey, undefined]);
});

test("reads CRLF, tabs, a byte order mark, comments anywhere, either kind of quotes and none", () => {
  const metadata = { name: 'Ada "the Countess" Lovelace', email: "ada@example.org", empty: "" };
  assertEquals(read(fixture("by_hand.txt")), [metadata, CLIENT_PUBLIC, undefined]);
});

for (
  const [what, text, expected] of [
    ["no metadata", CURVE, {}],
    ["no end of line at the end", CURVE.trimEnd(), {}],
    ["sections in the other order", `${CURVE}metadata\n    a = "b"\n`, { a: "b" }],
    ["a # within quotes", `metadata\n    a = "b # c" # d\n${CURVE}`, { a: "b # c" }],
    ["a value of no characters", `metadata\n    a = ""\n    b =\n${CURVE}`, { a: "", b: "" }],
    ["names of all that ZPL allows", `metadata\n    a/b$-_@.&+9 = "b"\n${CURVE}`, { "a/b$-_@.&+9": "b" }],
    ["comments that are indented", `metadata\n   # three\n\t\t# two\n${CURVE}`, {}],
    ["a name that objects have", `metadata\n    __proto__ = "b"\n${CURVE}`, JSON.parse('{"__proto__":"b"}')],
  ] as const
) {
  test(`reads ${what}`, () => assertEquals(read(text), [expected, CLIENT_PUBLIC, undefined]));
}

test("a secret key of 32 zeros, which CZMQ writes for none, is none", () => {
  assertEquals(read(`${CURVE}    secret-key = "${"0".repeat(40)}"\n`)[2], undefined);
});

for (
  const [text, message] of [
    ["", /: there is no "public-key", wanted one in section "curve"$/],
    ["curve\n", /: there is no "public-key"/],
    [`metadata\n  a = "b"\n${CURVE}`, /: line 2: it is indented otherwise, wanted no space, four spaces or one tab$/],
    [`metadata\n        a = "b"\n${CURVE}`, /: line 2: it is indented otherwise/],
    [`metadata\n \ta = "b"\n${CURVE}`, /: line 2: it is indented otherwise/],
    [`metadata\n\t\ta = "b"\n${CURVE}`, /: line 2: it is indented otherwise/],
    [`# one\n\n    a = "b"\n${CURVE}`, /: line 3: a property before any section/],
    ["server\n", /: line 1: section "server", wanted "metadata" or "curve"$/],
    [`${CURVE}curve\n`, /: line 3: section "curve" comes twice/],
    ['curve = "x"\n', /: line 1: section "curve" has a value/],
    ["curve25519\n", /: line 1: section "curve25519"/],
    ["curve public-key\n", /: line 1: more after the name or the value/],
    [
      `${CURVE}    secret_key = "x"\n`,
      /: line 3: "secret_key" in section "curve", wanted "public-key" or "secret-key"$/,
    ],
    [`${CURVE}    public-key = "x"\n`, /: line 3: "public-key" comes twice/],
    [`${CURVE}    secret-key = "x\n`, /: line 3: a quote that is not closed/],
    [`${CURVE}    secret-key = "x" y\n`, /: line 3: more after the name or the value, wanted the end of the line/],
    [`metadata\n    a = "b"\n    A = "c"\n${CURVE}`, /: line 3: "A" comes twice, wanted it once, whatever its case$/],
    [`metadata\n    = "b"\n${CURVE}`, /: line 2: it does not begin with a name/],
    [`metadata\n    ä = "b"\n${CURVE}`, /: line 2: it does not begin with a name/],
    [`metadata\n    /a = "b"\n${CURVE}`, /: line 2: metadata has the name "\/a"/],
    [`metadata\n    ${"a".repeat(256)} = "b"\n${CURVE}`, /: line 2: metadata has the name "a+\.\.\."/],
    [`metadata\n    public-key = "b"\n${CURVE}`, /: line 2: metadata has the name "public-key", wanted keys in the/],
    [`metadata\n    a = "b\0c"\n${CURVE}`, /: line 2: the value of "a" has control characters/],
    [`metadata\n    a = b"c'd\n${CURVE}`, /: line 2: the value of "a" has both quotes/],
    ["#".repeat(65_537), /: it has 65537 characters, wanted 65536 at the most$/],
  ] as const
) {
  test(`refuses ${JSON.stringify(text.slice(0, 40))}: ${message.source.slice(2)}`, () => {
    const error = assertThrows(() => parseCertificate(text, "joe.key"), RangeError);
    assertMatch(error.message, /^Cannot read certificate "joe\.key": /);
    assertMatch(error.message, message);
    assertEquals((error as { code?: string }).code, "EINVAL");
  });
}

test("of a text cut anywhere, what is read is what was there, and no error shows a key", () => {
  const text = fixture("czmq.cert_secret");
  const whole = Certificate.parse(text);
  let read = 0;
  for (let cut = 0; cut < text.length; cut++) {
    try {
      const { metadata, publicKey, secretKey } = Certificate.parse(text.slice(0, cut));
      for (const [name, value] of metadata) assertEquals(value, whole.metadata.get(name));
      assertEquals([publicKey, secretKey ?? whole.secretKey], [whole.publicKey, whole.secretKey], `cut at ${cut}`);
      read++;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      for (const key of [whole.publicKey, whole.secretKey!]) {
        assertEquals(error.message.includes(key.slice(0, 3)), false);
      }
    }
  }
  assertEquals([read > 0, read < 20], [true, true]);
});

test("writes what it reads, quotes and all", () => {
  const metadata = new Map([["name", "Ada"], ["says", 'a "word"'], ["does", "what's right"], ["empty", ""]]);
  for (const secretKey of [undefined, CLIENT_SECRET]) {
    const text = formatCertificate({ metadata, publicKey: CLIENT_PUBLIC, secretKey });
    assertEquals(parseCertificate(text, ""), { metadata, publicKey: CLIENT_PUBLIC, secretKey });
    assertEquals(text.includes(CLIENT_SECRET), secretKey !== undefined);
  }
});

test("what could not be read back is not to be written", () => {
  for (const [name, value] of [["", "a"], ["a b", "a"], ["a\nb", "a"], ["a", "b\nc"], ["a", "b\rc"], ["a", `"'`]]) {
    assertEquals(faultOf(name!, value!) === undefined, false, JSON.stringify([name, value]));
  }
  assertEquals(faultOf("a", "b\tc, d"), undefined);
});

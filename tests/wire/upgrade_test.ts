import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { keyOf, latin1 } from "../../src/bytes/ascii.ts";
import { ProtocolError } from "../../src/errors.ts";
import {
  acceptText,
  base64,
  encodeAccept,
  encodeRefusal,
  encodeRequest,
  type Head,
  HEAD_LIMIT,
  HeadReader,
  isTarget,
  judgeAnswer,
  judgeRequest,
} from "../../src/wire/upgrade.ts";
import { test } from "../harness.ts";

/** As libzmq 4.3.6 asks, octet by octet. */
const LIBZMQ = "GET /p HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0\r\n" +
  "Sec-WebSocket-Version: 13\r\n\r\n";

const WELCOME = { path: "/", origins: [], protocols: ["ZWS2.0/NULL", "ZWS2.0"] };

function read(text: string, beginning = ""): Head | undefined {
  const reader = new HeadReader(beginning);
  assertEquals(reader.read(latin1(text)), text.length);
  assertEquals(reader.complete, true);
  return reader.value();
}

/** What becomes of libzmq's request with something in it replaced. */
function judge(from: string, to: string, welcome: Partial<typeof WELCOME> & { origins?: readonly string[] } = {}) {
  assertStringIncludes(LIBZMQ, from);
  return judgeRequest(read(LIBZMQ.replace(from, to)), { ...WELCOME, ...welcome });
}

test("RFC 6455, section 1.3: the sample key is accepted with the sample's answer", async () => {
  const digest = await crypto.subtle.digest("SHA-1", acceptText("dGhlIHNhbXBsZSBub25jZQ=="));
  assertEquals(base64(new Uint8Array(digest)), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("a request is written as libzmq writes it, but for the port that RFC 9110 wants in Host", () => {
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const octets = encodeRequest({ host: "127.0.0.1", path: "/p", key, protocols: ["ZWS2.0/NULL", "ZWS2.0"] });
  assertEquals(keyOf(octets), LIBZMQ);
});

test("libzmq's request is read however its octets arrive, and nothing behind it is taken", () => {
  const octets = latin1(`${LIBZMQ}more`);
  for (let cut = 0; cut <= octets.length; cut++) {
    const reader = new HeadReader("");
    let taken = reader.read(octets.subarray(0, cut));
    if (!reader.complete) taken += reader.read(octets.subarray(cut));
    assertEquals(taken, LIBZMQ.length, `cut at ${cut}`);
    const judged = judgeRequest(reader.value(), WELCOME);
    assertEquals(judged, { status: 101, key: "dGhlIHNhbXBsZSBub25jZQ==", protocol: "ZWS2.0/NULL" });
  }
});

test("the sub-protocol is the first that the client names of those that fit", () => {
  const offer = "ZWS2.0/NULL,ZWS2.0";
  assertEquals(judge(offer, "ZWS2.0, ZWS2.0/NULL"), { status: 101, key: KEY, protocol: "ZWS2.0" });
  assertEquals(judge(offer, "other,ZWS2.0/NULL"), { status: 101, key: KEY, protocol: "ZWS2.0/NULL" });
  const twice = "chat\r\nSec-WebSocket-Protocol: ZWS2.0";
  assertEquals(judge(offer, twice), { status: 101, key: KEY, protocol: "ZWS2.0" });
  const { status } = judge(offer, "ZWS2.0/CURVE");
  assertEquals(status, 400);
});
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

test("names and lists of headers are read whatever their case", () => {
  assertEquals(
    judge("Upgrade: websocket\r\nConnection: Upgrade", "UPGRADE:WebSocket\r\nconnection:\tkeep-alive , upgrade").status,
    101,
  );
});

for (
  const [what, from, to, status] of [
    ["another method", "GET", "POST", 405],
    ["another version of HTTP", "HTTP/1.1", "HTTP/2", 400],
    ["HTTP/1.0", "HTTP/1.1", "HTTP/1.0", 426],
    ["a request of four words", "GET /p", "GET /p q", 400],
    ["no upgrade", "Upgrade: websocket\r\n", "", 426],
    ["another upgrade", "Upgrade: websocket", "Upgrade: h2c", 426],
    ["a Connection without it", "Connection: Upgrade", "Connection: close", 426],
    ["another version", "Version: 13", "Version: 8", 426],
    ["a key of another length", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", 400],
    ["two keys", "Sec-WebSocket-Key: ", "Sec-WebSocket-Key: x\r\nSec-WebSocket-Key: ", 400],
    ["no sub-protocol", "Sec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0\r\n", "", 400],
    ["a header without a colon", "Host: 127.0.0.1", "Host 127.0.0.1", 400],
    ["a header that is folded", "Host: 127.0.0.1", "Host: a\r\n b", 400],
    ["a null in a header", "127.0.0.1", "127\x00", 400],
  ] as const
) {
  test(`a request with ${what} is answered ${status}`, () => assertEquals(judge(from, to).status, status));
}

test("the path must be the one that was bound, and a query is no part of it unless it was", () => {
  assertEquals(judge("/p", "/q", { path: "/p" }).status, 404);
  assertEquals(judge("/p", "/p/", { path: "/p" }).status, 404);
  assertEquals(judge("/p", "/p?x=1", { path: "/p" }).status, 101);
  assertEquals(judge("/p", "/p?x=2", { path: "/p?x=1" }).status, 404);
  assertEquals(judge("/p", "/anything").status, 101);
});

test("pages may connect only from origins that are allowed; programs name none", () => {
  const from = "Host: 127.0.0.1";
  const page = "Host: evil.example\r\nOrigin: http://evil.example";
  assertEquals(judge(from, page).status, 403);
  assertEquals(judge(from, "Origin: null").status, 403);
  assertEquals(judge(from, page, { origins: ["http://evil.example:80"] as never }).status, 403);
  assertEquals(judge(from, page, { origins: ["http://evil.example"] as never }).status, 101);
  assertEquals(judge(from, page, { origins: ["*"] as never }).status, 101);
});

test("what is no HTTP shows at its first octet", () => {
  const zmtp = Uint8Array.of(0xff, 0, 0);
  assertThrows(
    () => new HeadReader("").read(zmtp),
    ProtocolError,
    'octet 0 is 0xff, wanted HTTP that begins with "GET "',
  );
  assertThrows(() => new HeadReader("HTTP/1.1 ").read(latin1("HTTP/2")), ProtocolError, "octet 5 is 0x32");
});

test("no more is held of a head than it may have", () => {
  const reader = new HeadReader("");
  const taken = reader.read(new Uint8Array(2 * HEAD_LIMIT).fill(0x41));
  assertEquals([taken, reader.tooLong, reader.complete], [HEAD_LIMIT, true, false]);
});

test("an answer is libzmq's to read: its words of status, and Connection without a list", () => {
  assertEquals(
    keyOf(encodeAccept("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "ZWS2.0")),
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: ZWS2.0\r\n\r\n",
  );
});

test("a refusal says its status, and nothing that the request said", () => {
  assertEquals(
    keyOf(encodeRefusal(405)),
    "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nAllow: GET\r\nContent-Type: text/plain\r\n" +
      "Content-Length: 54\r\n\r\n405 Method Not Allowed: wanted a WebSocket of ZWS 2.0\n",
  );
});

test("a client takes no answer that is not to its request", () => {
  const answer = keyOf(encodeAccept("accept", "ZWS2.0"));
  const judgeIt = (from: string, to: string) => () =>
    judgeAnswer(read(answer.replace(from, to), "HTTP/1.1 "), ["ZWS2.0/NULL", "ZWS2.0"]);
  assertEquals(judgeIt("", "")(), { protocol: "ZWS2.0", accept: "accept" });
  assertThrows(judgeIt("101 Switching Protocols", "404 Not Found"), ProtocolError, 'answers "HTTP/1.1 404 Not Found"');
  assertThrows(judgeIt("Upgrade: websocket", "Upgrade: x"), ProtocolError, 'Upgrade is "x"');
  assertThrows(judgeIt("Protocol: ZWS2.0", "Protocol: chat"), ProtocolError, 'the sub-protocol is "chat"');
  assertThrows(judgeIt("\r\nSec-WebSocket-Protocol: ZWS2.0", ""), ProtocolError, "the sub-protocol is missing");
  assertThrows(
    judgeIt("Upgrade: websocket", "Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate"),
    ProtocolError,
    "there are extensions",
  );
});

test("nothing that could end a line, or a request, is asked for", () => {
  for (const path of ["/", "/a/b", "/x?y=1", "/%20"]) assertEquals(isTarget(path), true, path);
  for (const path of ["", "a", "/a b", "/a\r\nb", "/\x7f", "/é", "/a#b"]) assertEquals(isTarget(path), false, path);
});

test("blanks within a header cost no more than other octets", () => {
  const head = read(`GET / HTTP/1.1\r\nA: \t b${" ".repeat(16_000)}c \t\r\n\r\n`, "");
  const began = performance.now();
  const again = read(`GET / HTTP/1.1\r\nA: b${" ".repeat(16_000)}c\r\n\r\n`, "");
  // A search of each run of blanks to its end takes a hundred times that.
  assertEquals([head!.headers.get("a"), performance.now() - began < 100], [again!.headers.get("a"), true]);
});

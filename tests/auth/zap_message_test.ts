/** ZAP's messages, frame by frame, as RFC 27 lists them. */
import { assertEquals } from "@std/assert";
import { text } from "../../mod.ts";
import { readZapRequest, writeZapReply } from "../../src/auth/zap_message.ts";
import { hex, test } from "../harness.ts";

function message(...frames: string[]): Uint8Array[] {
  return frames.map((frame) => new TextEncoder().encode(frame));
}

const ASKED = ["peer", "", "1.0", "7", "home", "192.0.2.7", "me", "PLAIN", "joe", "sesame"];

test("RFC 27: a request is read frame by frame", () => {
  assertEquals(readZapRequest(message(...ASKED))!.question, {
    domain: "home",
    address: "192.0.2.7",
    routingId: new TextEncoder().encode("me"),
    mechanism: "PLAIN",
    credentials: message("joe", "sesame"),
  });
});

test("RFC 27: the reply goes back the way that the request came, over any number of hops", () => {
  for (const hops of [["peer"], ["one", "two", "three"]]) {
    const request = readZapRequest(message(...hops, ...ASKED.slice(1)))!;
    const metadata = new Map([["X-A", hex("01 02")]]);
    const granted = writeZapReply(request, { status: 200, userId: "joe", metadata });
    assertEquals(granted.slice(0, -1).map(text), [...hops, "", "1.0", "7", "200", "OK", "joe"]);
    assertEquals(granted.at(-1), hex("03 58 2D 41  00 00 00 02  01 02"));
    const denied = writeZapReply(request, { status: 400, text: "no" });
    assertEquals(denied.map(text), [...hops, "", "1.0", "7", "400", "no", "", ""]);
  }
});

test("what is no request is told so, where it says whom", () => {
  assertEquals(readZapRequest(message("peer", "")), undefined);
  assertEquals(readZapRequest(message("peer", "", "1.0")), undefined);
  assertEquals(readZapRequest(message("peer", "1.0", "7")), undefined);
  assertEquals(readZapRequest(message("peer", "", "1.0", "7", "home"))!.question, "fewer than 6 frames");
  assertEquals(readZapRequest(message("peer", "", "2.0", ...ASKED.slice(3)))!.question, "unknown version of ZAP");
});

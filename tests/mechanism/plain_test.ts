import { assert, assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { ProtocolError } from "../../src/errors.ts";
import { JudgedNull } from "../../src/mechanism/judged.ts";
import type { Verdict } from "../../src/mechanism/mechanism.ts";
import { NullMechanism } from "../../src/mechanism/null.ts";
import { PlainClient, PlainServer } from "../../src/mechanism/plain.ts";
import { hex, test } from "../harness.ts";

const ADMITTED: Verdict = { status: 200, admission: { userId: "admin", metadata: new Map([["Group", latin1("a")]]) } };
const METADATA = new Map([["Socket-Type", latin1("REQ")]]);
const METADATA_OCTETS = "0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 03 52 45 51";
const HELLO = "05 48 45 4C 4C 4F 05 61 64 6D 69 6E 06 73 65 63 72 65 74";
const WELCOME = "07 57 45 4C 43 4F 4D 45";
const INITIATE = `08 49 4E 49 54 49 41 54 45 ${METADATA_OCTETS}`;
const READY = `05 52 45 41 44 59 ${METADATA_OCTETS}`;

const client = () => new PlainClient(latin1("admin"), latin1("secret"), METADATA);
const server = () => new PlainServer(METADATA);

test("PLAIN: every octet of a handshake, on both sides", () => {
  const one = client();
  assertEquals([one.name, one.asServer, server().name, server().asServer], ["PLAIN", false, "PLAIN", true]);
  assertEquals(one.start(), hex(HELLO));
  assertEquals(one.receive(hex(WELCOME)), { type: "send", command: hex(INITIATE) });
  assertEquals(one.receive(hex(READY)), { type: "done", metadata: METADATA });

  const other = server();
  assertEquals(other.start(), undefined);
  assertEquals(other.receive(hex(HELLO)), { type: "ask", credentials: [latin1("admin"), latin1("secret")] });
  assertEquals(other.judged(ADMITTED), { type: "send", command: hex(WELCOME) });
  assertEquals(other.receive(hex(INITIATE)), {
    type: "done",
    admission: { userId: "admin", metadata: new Map([["Group", latin1("a")]]) },
    metadata: new Map([["Group", latin1("a")], ...METADATA]),
    command: hex(READY),
  });
});

test("PLAIN: what a peer claims does not count against what it was granted", () => {
  const one = new PlainClient(new Uint8Array(), new Uint8Array(), new Map([["group", latin1("root")]]));
  const other = server();
  other.receive(one.start());
  other.judged(ADMITTED);
  const initiate = one.receive(hex(WELCOME));
  assert(initiate.type === "send");
  const done = other.receive(initiate.command);
  assert(done.type === "done");
  assertEquals([...done.metadata], [["Group", latin1("a")]]);
});

test("PLAIN: HELLO must be whole, and no longer; nothing of it is shown", () => {
  const refuses = (octets: string) => {
    const error = assertThrows(() => server().receive(hex(`05 48 45 4C 4C 4F ${octets}`)), ProtocolError);
    assertEquals(
      error.message,
      "Cannot read HELLO: its lengths do not fit its octets, wanted a username and a password, each behind its length",
    );
  };
  for (const octets of ["", "00", "01", "01 61", "01 61 01", "01 61 01 62 00", "02 61", "FF 61 00"]) refuses(octets);
  assertEquals(server().receive(hex("05 48 45 4C 4C 4F 00 00")), {
    type: "ask",
    credentials: [new Uint8Array(), new Uint8Array()],
  });
});

test("PLAIN: ERROR is a refusal, in the RFC's spelling and in libzmq's", () => {
  const refused = { type: "refused", reason: "400" } as const;
  assertEquals(client().receive(hex("05 45 52 52 4F 52 03 34 30 30")), refused);
  assertEquals(client().receive(hex("5E 52 52 4F 52 03 34 30 30")), refused);
  const step = server();
  step.receive(hex(HELLO));
  const denied = step.judged({ status: 400, text: "no" });
  assert(denied.type === "deny");
  assertEquals(denied.command, hex("05 45 52 52 4F 52 03 34 30 30"));
});

test("PLAIN: commands out of turn are errors", () => {
  assertThrows(() => client().receive(hex(READY)), ProtocolError, 'sent command "READY", wanted "WELCOME"');
  assertThrows(() => client().receive(hex(`${WELCOME} 00`)), ProtocolError, "1 octets follow its name, wanted none");
  assertThrows(() => server().receive(hex(INITIATE)), ProtocolError, 'sent command "INITIATE", wanted "HELLO"');
  const waiting = server();
  waiting.receive(hex(HELLO));
  const wanted = "wanted it to wait for our answer";
  assertThrows(() => waiting.receive(hex(INITIATE)), ProtocolError, wanted);
  assertThrows(() => waiting.receive(latin1("\x07nothing\x00\x00")), ProtocolError, wanted);
  assertThrows(() => waiting.receive(latin1("\x09undefined\x00\x00")), ProtocolError, wanted);
  const one = client();
  one.start();
  assertThrows(() => one.receive(hex(HELLO)), ProtocolError, 'sent command "HELLO", wanted "WELCOME"');
});

test("NULL with a judge says READY to those who may come in, whoever of the two is first", () => {
  const judged = () => new JudgedNull(new NullMechanism(METADATA));
  const admission = { userId: "admin", metadata: new Map([["Group", latin1("a")]]) };
  const done = { type: "done", admission, metadata: new Map([["Group", latin1("a")], ...METADATA]) } as const;
  const first = judged();
  assertEquals(first.start(), { type: "ask", credentials: [] });
  assertEquals(first.judged(ADMITTED), { type: "send", command: hex(READY) });
  assertEquals(first.receive(hex(READY)), done);
  const second = judged();
  second.start();
  assertEquals(second.receive(hex(READY)), { type: "wait" });
  assertThrows(() => second.receive(hex(READY)), ProtocolError, "a second one");
  assertEquals(second.judged(ADMITTED), { ...done, command: hex(READY) });
  const refused = judged();
  refused.start();
  assertEquals(refused.judged({ status: 300, text: "" }).type, "deny");
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import type { CryptoBackend } from "../../src/crypto/backend.ts";
import { loadCrypto } from "../../src/crypto/load.ts";
import { ProtocolError, StateError } from "../../src/errors.ts";
import { CurveClient } from "../../src/mechanism/curve_client.ts";
import { CurveServer } from "../../src/mechanism/curve_server.ts";
import type { HandshakeStep, Verdict } from "../../src/mechanism/mechanism.ts";
import { encodeMetadata } from "../../src/wire/metadata.ts";
import { COMMAND, FrameDecoder, MORE } from "../../src/wire/frame.ts";
import { encodeFrame } from "../../src/wire/batch.ts";
import { test } from "../harness.ts";
import { Random } from "../random.ts";
import { VECTORS } from "./curve_vectors.ts";

const ADMITTED: Verdict = { status: 200, admission: { userId: "", metadata: new Map() } };
const told = (type: string) => new Map([["Socket-Type", latin1(type)], ["Identity", new Uint8Array()]]);
const serverKeys = { publicKey: VECTORS.serverPublic, secretKey: VECTORS.serverSecret };
const clientKeys = {
  publicKey: VECTORS.clientPublic,
  secretKey: VECTORS.clientSecret,
  serverKey: VECTORS.serverPublic,
};

/** What is random, in the order in which it is wanted. */
function fixed(...values: readonly Uint8Array[]): (length: number) => Uint8Array {
  const left = [...values];
  return (length) => {
    const next = left.shift()!;
    assertEquals(next.length, length);
    return next.slice();
  };
}

function pair(crypto: CryptoBackend): { client: CurveClient; server: CurveServer } {
  const { clientShort, vouchTail, serverShort, cookieKey, cookieTail, welcomeTail } = VECTORS;
  return {
    client: new CurveClient(crypto, clientKeys, told("DEALER"), fixed(clientShort, vouchTail)),
    server: new CurveServer(
      crypto,
      serverKeys,
      told("ROUTER"),
      fixed(serverShort, cookieKey, cookieTail, welcomeTail),
    ),
  };
}

/** The command of a step that has one. */
function command(step: HandshakeStep): Uint8Array {
  assert("command" in step && step.command !== undefined);
  return step.command;
}

/** Two ends that have shaken hands. */
function joined(crypto: CryptoBackend): { client: CurveClient; server: CurveServer } {
  const { client, server } = pair(crypto);
  const welcome = command(server.receive(client.start()));
  server.receive(command(client.receive(welcome)));
  client.receive(command(server.judged(ADMITTED)));
  return { client, server };
}

/** The body of the one frame that sealing this one made. */
function sealed(from: CurveClient | CurveServer, flags: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 33);
  from.sealing!.sealFrame(flags, body, out, 0);
  return out;
}

for (const name of ["libsodium", "noble"] as const) {
  const crypto = () => loadCrypto(name);

  test(`CURVE by ${name}: every octet of a handshake is as worked out`, async () => {
    const { client, server } = pair(await crypto());
    assertEquals(client.start(), VECTORS.hello);
    assertEquals(server.receive(VECTORS.hello), { type: "send", command: VECTORS.welcome });
    assertEquals(client.receive(VECTORS.welcome), { type: "send", command: VECTORS.initiate });
    assertEquals(server.receive(VECTORS.initiate), { type: "ask", credentials: [VECTORS.clientPublic] });
    const verdict: Verdict = { status: 200, admission: { userId: "joe", metadata: new Map([["Group", latin1("a")]]) } };
    const done = server.judged(verdict);
    assertEquals(command(done), VECTORS.ready);
    assert(done.type === "done");
    assertEquals(done.admission?.userId, "joe");
    assertEquals([...done.metadata], [["Group", latin1("a")], ...told("DEALER")]);
    assertEquals(client.receive(VECTORS.ready), { type: "done", metadata: told("ROUTER") });
    assertEquals(encodeMetadata(told("DEALER")), VECTORS.metadata);
  });

  test(`CURVE by ${name}: every octet of messages and commands is as worked out`, async () => {
    const { client, server } = joined(await crypto());
    assertEquals(sealed(client, 0, latin1("hello")), VECTORS.messageHello);
    assertEquals(sealed(server, MORE, latin1("part1")), VECTORS.messagePart);
    assertEquals(sealed(server, 0, new Uint8Array()), VECTORS.messageEmpty);
    assertEquals(sealed(client, COMMAND, latin1("\x09SUBSCRIBEA")), VECTORS.messageSubscribe);
    const open = (
      by: CurveClient | CurveServer,
      body: Uint8Array,
    ) => [by.sealing!.open(body.slice()), by.sealing!.flags];
    assertEquals(open(server, VECTORS.messageHello), [latin1("hello"), 0]);
    assertEquals(open(client, VECTORS.messagePart), [latin1("part1"), MORE]);
    assertEquals(open(client, VECTORS.messageEmpty), [new Uint8Array(), 0]);
    assertEquals(open(server, VECTORS.messageSubscribe), [latin1("\x09SUBSCRIBEA"), COMMAND]);
    assertEquals(open(server, VECTORS.messagePing), [latin1("\x04PING\x00\x1e"), COMMAND]);
  });

  test(`CURVE by ${name}: a changed octet anywhere in the handshake ends it`, async () => {
    const backend = await crypto();
    const changed = (octets: Uint8Array, at: number) => {
      const copy = octets.slice();
      copy[at]! ^= 1;
      return copy;
    };
    const refuses = (body: () => unknown) => assertThrows(body, ProtocolError);
    // Zeros that nobody looks at are before the key.
    for (let at = 80; at < 200; at += 7) refuses(() => pair(backend).server.receive(changed(VECTORS.hello, at)));
    for (let at = 0; at < 8; at++) refuses(() => pair(backend).server.receive(changed(VECTORS.hello, at)));
    for (let at = 0; at < 168; at += 9) {
      const { client } = pair(backend);
      client.start();
      refuses(() => client.receive(changed(VECTORS.welcome, at)));
    }
    for (let at = 0; at < 292; at += 11) {
      const { server } = pair(backend);
      server.receive(VECTORS.hello);
      refuses(() => server.receive(changed(VECTORS.initiate, at)));
    }
    for (let at = 0; at < 65; at += 5) {
      const { client } = pair(backend);
      client.start();
      client.receive(VECTORS.welcome);
      refuses(() => client.receive(changed(VECTORS.ready, at)));
    }
  });

  test(`CURVE by ${name}: a message that is changed, repeated or out of order is refused`, async () => {
    const backend = await crypto();
    const { client, server } = joined(backend);
    const refuses = (body: Uint8Array, words: string) => {
      const error = assertThrows(() => server.sealing!.open(body), ProtocolError, words);
      assertEquals(error.phase, "traffic");
    };
    const first = sealed(client, 0, latin1("a"));
    const second = sealed(client, 0, latin1("b"));
    assertEquals(server.sealing!.open(second.slice()), latin1("b"));
    refuses(second.slice(), "its counter is not above the last");
    refuses(first.slice(), "its counter is not above the last");
    const third = sealed(client, 0, latin1("c"));
    third[third.length - 1]! ^= 1;
    refuses(third, "sealed with other keys, or changed");
    refuses(new Uint8Array(32), "a frame of 32 octets");
    refuses(new Uint8Array(33), "a frame of another kind");
    // A gap is fine: it is TCP that keeps order.
    sealed(client, 0, latin1("d"));
    assertEquals(server.sealing!.open(sealed(client, 0, latin1("e"))), latin1("e"));
  });

  test(`CURVE by ${name}: counters go on above one octet`, async () => {
    const { client, server } = joined(await crypto());
    for (let i = 0; i < 600; i++) {
      const body = sealed(client, 0, latin1(`${i}`));
      assertEquals(server.sealing!.open(body), latin1(`${i}`));
    }
  });
}

test("CURVE: a server looks at the cookie, the counter and what the vouch vouches for", async () => {
  const crypto = await loadCrypto();
  const initiateOf = (server: CurveServer, keys = clientKeys) => {
    const client = new CurveClient(crypto, keys, told("DEALER"));
    return command(client.receive(command(server.receive(client.start()))));
  };
  const server = () => new CurveServer(crypto, serverKeys, told("ROUTER"));
  const one = server();
  const other = server();
  const initiate = initiateOf(one);
  initiateOf(other);
  assertThrows(() => other.receive(initiate), ProtocolError, "its cookie is not the one that we sent");
  assertEquals(one.receive(initiate).type, "ask");
  // Someone who has only the public key of another client.
  const thief = { ...clientKeys, secretKey: VECTORS.serverSecret };
  const robbed = server();
  const claim = initiateOf(robbed, thief);
  assertThrows(() => robbed.receive(claim), ProtocolError, "Cannot open vouch");
});

test("CURVE: a client with another server's key is refused at its HELLO", async () => {
  const crypto = await loadCrypto();
  const client = new CurveClient(crypto, { ...clientKeys, serverKey: VECTORS.clientPublic }, told("DEALER"));
  const server = new CurveServer(crypto, serverKeys, told("ROUTER"));
  const hello = client.start();
  assertThrows(() => server.receive(hello), ProtocolError, "Cannot open HELLO");
});

test("CURVE: keys of low order are refused, and commands out of turn", async () => {
  const crypto = await loadCrypto();
  const none = new CurveClient(crypto, { ...clientKeys, serverKey: new Uint8Array(32) }, told("DEALER"));
  assertThrows(() => none.start(), ProtocolError, "of low order");
  const { client, server } = pair(crypto);
  assertThrows(() => server.receive(VECTORS.initiate), ProtocolError, 'sent command "INITIATE", wanted "HELLO"');
  client.start();
  assertThrows(() => client.receive(VECTORS.ready), ProtocolError, 'sent command "READY", wanted "WELCOME"');
  assertThrows(() => client.receive(new Uint8Array(0)), ProtocolError);
});

test("CURVE: a server that denies says so with the status, but for those who may come back", async () => {
  const crypto = await loadCrypto();
  for (const status of [300, 400, 500] as const) {
    const { server } = pair(crypto);
    server.receive(VECTORS.hello);
    server.receive(VECTORS.initiate);
    const step = server.judged({ status, text: "no" });
    assert(step.type === "deny");
    assertEquals(step.error.message, `Cannot let the peer in: it is denied with ${status} "no"`);
    const said = status === 300 ? undefined : latin1(`\x05ERROR\x03${status}`);
    assertEquals(step.command, said);
    if (said !== undefined) {
      const { client } = pair(crypto);
      assertEquals(client.receive(said), { type: "refused", reason: `${status}` });
    }
  }
});

test("CURVE: when a connection is over, its keys are of no use", async () => {
  const crypto = await loadCrypto();
  const { client, server } = joined(crypto);
  const body = sealed(client, 0, latin1("a"));
  client.wipe();
  server.wipe();
  assertThrows(() => sealed(client, 0, latin1("b")), StateError, "it is wiped");
  assertThrows(() => server.sealing!.open(body), StateError, "it is wiped");
  // Before there are any there is nothing to do.
  pair(crypto).server.wipe();
});

test("CURVE: a client that is being judged is heard no more, whatever its command is called", async () => {
  const crypto = await loadCrypto();
  for (const name of ["\x07nothing", "\x09undefined", "\x08INITIATE", "\x05HELLO"]) {
    const { server } = pair(crypto);
    server.receive(VECTORS.hello);
    assertEquals(server.receive(VECTORS.initiate).type, "ask");
    const again = new Uint8Array([...latin1(name), ...VECTORS.initiate.subarray(9)]);
    assertThrows(() => server.receive(again), ProtocolError, "wanted it to wait for our answer");
  }
});

for (const name of ["libsodium", "noble"] as const) {
  test(
    `CURVE by ${name}: a queue sealed at once is its frames sealed one by one, however it is cut into runs`,
    async () => {
      const crypto = await loadCrypto(name);
      const random = new Random(2026);
      for (let round = 0; round < 12; round++) {
        const [one, other] = [joined(crypto), joined(crypto)];
        const frames = Array.from({ length: 1 + random.below(300) }, () => {
          const most = [1, 80, 300, 3000, 40_000, 100_000][random.below(random.below(10) > 0 ? 4 : 6)]!;
          return { flags: [0, MORE, COMMAND][random.below(3)]!, body: random.octets(random.below(most)) };
        });
        const runs: number[][] = [[]];
        const wanted: number[] = [];
        for (const { flags, body } of frames) {
          const frame = encodeFrame(flags, body);
          // A body of some length may be a run of its own, behind its header.
          const alone = body.length > 0 && random.below(20) === 0;
          if (alone) runs.push(runs.pop()!.concat([...frame.subarray(0, frame.length - body.length)]), [...body], []);
          else runs.push(runs.pop()!.concat([...frame]));
          if (random.below(30) === 0) runs.push([]);
          for (const octet of encodeFrame(0, sealed(one.client, flags, body))) wanted.push(octet);
        }
        const found = other.client.sealing!.seal(runs.map((run) => Uint8Array.from(run)));
        assertEquals(found.length, wanted.length);
        assert(found.every((octet, i) => octet === wanted[i]), `round ${round}`);
        let next = 0;
        const decoder = new FrameDecoder(
          other.server.sealing!.opening({
            frame(flags, body) {
              const { flags: was, body: octets } = frames[next++]!;
              assertEquals(flags, was);
              assert(body.length === octets.length && body.every((octet, i) => octet === octets[i]));
              return true;
            },
          }, Number.MAX_SAFE_INTEGER),
          Number.MAX_SAFE_INTEGER,
        );
        const chunk = found.slice();
        for (let at = 0; at < chunk.length; at += 70_001) decoder.decode(chunk.slice(at, at + 70_001));
        assertEquals(next, frames.length);
        other.client.sealing!.release(found);
      }
    },
    { timeout: 60_000 },
  );
}

test("CURVE: want of memory while a message is opened is the end of its connection, and of nothing else", async () => {
  const crypto = await loadCrypto();
  const { client, server } = joined(crypto);
  const sealed = client.sealing!.seal([encodeFrame(0, latin1("hello"))]).slice();
  // Memory cannot be made scarce, so that what would ask for it says that it is.
  const row = Object.getPrototypeOf(crypto.secret(new Uint8Array(32)).row(new Uint8Array(16), new Uint8Array(8)));
  const { openFrame } = row;
  row.openFrame = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  try {
    const sink = server.sealing!.opening({ frame: () => true }, 1000);
    const error = assertThrows(() => new FrameDecoder(sink, 2000).decode(sealed), ProtocolError);
    assertEquals(error.message, "Cannot open message: there is no memory for its 38 octets");
  } finally {
    row.openFrame = openFrame;
  }
});

/** The same of both backends: published vectors, what must be refused, and each against the other. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import type { BoxKey, CryptoBackend } from "../../src/crypto/backend.ts";
import { makeKeyPair, publicKeyByNode, publicKeyOf } from "../../src/crypto/key_pair.ts";
import { builtin } from "../../src/crypto/builtin.ts";
import { loadCrypto } from "../../src/crypto/load.ts";
import { StateError } from "../../src/errors.ts";
import { hex, test, toHex } from "../harness.ts";
import { Random } from "../random.ts";

/** The pairs of RFC 7748, section 6.1, which are those of NaCl's tests too; then libzmq's, of its tests of CURVE. */
const PAIRS = [
  {
    whose: "Alice",
    secret: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    public: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
  },
  {
    whose: "Bob",
    secret: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    public: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  },
  {
    whose: "libzmq's client",
    secret: "7BB864B489AFA3671FBE69101F94B38972F24816DFB01B51656B3FEC8DFD0888",
    public: "BB88471D65E2659B30C55A5321CEBB5AAB2B70A398645C26DCA2B2FCB43FC518",
  },
  {
    whose: "libzmq's server",
    secret: "8E0BDD697628B91D8F245587EE95C5B04D48963F79259877B49CD9063AEAD3B7",
    public: "54FCBA24E93249969316FB617C872BB0C1D1FF14800427C594CBFACF1BC2D652",
  },
] as const;

/** What Alice and Bob have in common: `firstkey` of NaCl's tests. */
const FIRST_KEY = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
const NONCE = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
const TEXT = hex(`
  be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f4
  1db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52
  f0a089bc76897040e082f937763848645e0705`);
const BOX = hex(`
  f3ffc7703f9400e52a7dfb4b3d3305d9                                                                    ; MAC
  8e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2
  270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3
  7973f622a43d14a6599b1f654cb45a74e355a5`);

/** Every way to write a point of order 1, 2, 4 or 8, of the curve or its twist, in 255 bits. */
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(hex);

/** What CURVE makes of libzmq's server key and a client's short-term one, by two independent implementations. */
const CLIENT_SHORT = hex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
const SERVER_SHORT_PUBLIC = hex("5869aff450549732cbaaed5e5df9b30a6da31cb0e5742bad5ad4a1a768f1a67b");
/** The box of a MESSAGE from that client to that server's short-term key: no flags, "hello", counted 3. */
const HELLO_BOX = hex("b4527c114f53c3cec414859fb9d8a931222731a3f5fd");
const HELLO_NONCE = Uint8Array.of(...new TextEncoder().encode("CurveZMQMESSAGEC"), 0, 0, 0, 0, 0, 0, 0, 3);

const MAC = 16;
const backends: CryptoBackend[] = [await loadCrypto("libsodium"), await loadCrypto("noble")];

for (const crypto of backends) {
  const { name } = crypto;
  const share = (publicKey: Uint8Array, secretKey: Uint8Array): BoxKey => {
    const key = crypto.share(publicKey, secretKey);
    assert(key !== undefined);
    return key;
  };

  for (const pair of PAIRS) {
    test(`${name}: ${pair.whose} public key is that of the secret one`, () => {
      assertEquals(toHex(crypto.publicKeyOf(hex(pair.secret))), toHex(hex(pair.public)));
    });
  }

  test(`${name}: Alice and Bob have NaCl's first key in common, and make its box`, () => {
    const [alice, bob] = PAIRS;
    const keys = {
      "Alice's": share(hex(bob.public), hex(alice.secret)),
      "Bob's": share(hex(alice.public), hex(bob.secret)),
      "the first": crypto.secret(FIRST_KEY),
    };
    for (const [whose, key] of Object.entries(keys)) {
      assertEquals(toHex(seal(key, NONCE, TEXT)), toHex(BOX), whose);
      assertEquals(toHex(key.open(NONCE, BOX, 0)!), toHex(TEXT), whose);
    }
  });

  test(`${name}: a frame's box is that of a CURVE MESSAGE`, () => {
    const key = share(SERVER_SHORT_PUBLIC, CLIENT_SHORT);
    const command = new Uint8Array(38);
    key.sealFrame(HELLO_NONCE, 0, new TextEncoder().encode("hello"), command, 16);
    assertEquals(toHex(command), toHex(Uint8Array.of(...new Uint8Array(16), ...HELLO_BOX)));
    assertEquals(key.open(HELLO_NONCE, command, 16), Uint8Array.of(0, ...new TextEncoder().encode("hello")));
  });

  for (const point of LOW_ORDER) {
    test(`${name}: nothing is shared with ${toHex(point.subarray(0, 4))} …, of low order`, () => {
      assertEquals(crypto.share(point, hex(PAIRS[0].secret)), undefined);
      const written = Uint8Array.from(point);
      written[31]! |= 0x80; // RFC 7748, section 5: the highest bit is not looked at.
      assertEquals(crypto.share(written, hex(PAIRS[0].secret)), undefined);
    });
  }

  test(`${name}: a box with any octet changed is refused, and one cut anywhere`, () => {
    const key = crypto.secret(FIRST_KEY);
    const out = new Uint8Array(TEXT.length).fill(0xaa);
    const refused = (box: Uint8Array, nonce: Uint8Array, what: string) => {
      assertEquals(key.open(nonce, box, 0), undefined, what);
      assertEquals(key.openInto(nonce, box, 0, out, 0), false, what);
    };
    for (let at = 0; at < BOX.length; at++) {
      for (const bit of [0x01, 0x80]) {
        const box = Uint8Array.from(BOX);
        box[at]! ^= bit;
        refused(box, NONCE, `octet ${at}`);
      }
      refused(BOX.subarray(0, at), NONCE, `cut at ${at}`);
    }
    for (let at = 0; at < NONCE.length; at++) {
      const nonce = Uint8Array.from(NONCE);
      nonce[at]! ^= 1;
      refused(BOX, nonce, `octet ${at} of the nonce`);
    }
    refused(BOX, NONCE.map((octet) => octet ^ 0xff), "another nonce");
    assertEquals(out, new Uint8Array(TEXT.length).fill(0xaa), "what was refused was not written");
    assertEquals(key.openInto(NONCE, BOX, 0, out, 0), true);
    assertEquals(out, TEXT);
  });

  test(`${name}: what is written lies where it was asked for, and nowhere else`, () => {
    const key = crypto.secret(FIRST_KEY);
    for (const size of [0, 1, 12, 63, 64, 1023, 1024, 1025, 2000, 65535, 65536, 65537, 70000]) {
      const body = new Random(size + 1).octets(size);
      const box = new Uint8Array(7 + 17 + size + 5).fill(0xaa);
      key.sealFrame(NONCE, 3, body, box, 7);
      assertEquals([...box.subarray(0, 7), ...box.subarray(7 + 17 + size)], new Array(12).fill(0xaa));
      const out = new Uint8Array(3 + 1 + size + 5).fill(0xbb);
      assertEquals(key.openInto(NONCE, box.subarray(0, 7 + 17 + size), 7, out, 3), true, `${size}`);
      assertEquals([...out.subarray(0, 3), ...out.subarray(4 + size)], new Array(8).fill(0xbb));
      assertEquals(out[3], 3);
      assert(same(out.subarray(4, 4 + size), body), `${size} octets`);
    }
  });

  test(`${name}: a box may end whatever comes before it, and a text may lie where its box will`, () => {
    const key = crypto.secret(FIRST_KEY);
    for (const before of [1, 16, 48, 49, 200]) {
      const command = new Uint8Array(before + BOX.length);
      command.set(BOX, before);
      assertEquals(key.open(NONCE, command, before), TEXT, `after ${before} octets`);
    }
    const slab = new Uint8Array(BOX.length);
    slab.set(TEXT, 5);
    key.seal(NONCE, slab.subarray(5, 5 + TEXT.length), slab, 0);
    assertEquals(slab, BOX);
  });

  test(`${name}: what open answers is nobody else's`, () => {
    const key = crypto.secret(FIRST_KEY);
    const opened = key.open(NONCE, BOX, 0)!;
    key.open(NONCE, seal(key, NONCE, new Uint8Array(TEXT.length)), 0);
    assertEquals(opened, TEXT);
    assert(opened.buffer.byteLength < TEXT.length + 100);
  });

  test(`${name}: keys keep apart, however their boxes alternate`, () => {
    const random = new Random(7);
    const keys = Array.from({ length: 5 }, () => crypto.secret(random.octets(32)));
    const boxes = keys.map((key) => seal(key, NONCE, TEXT));
    for (let i = 0; i < 50; i++) {
      const [one, other] = [random.below(5), random.below(5)];
      assertEquals(keys[one]!.open(NONCE, boxes[other]!, 0) !== undefined, one === other);
    }
    keys[2]!.wipe();
    assertEquals(keys[3]!.open(NONCE, boxes[3]!, 0), TEXT);
  });

  test(`${name}: a wiped key throws, and what it was made from stays`, () => {
    const raw = Uint8Array.from(FIRST_KEY);
    const key = crypto.secret(raw);
    const twin = crypto.secret(raw);
    seal(key, NONCE, TEXT);
    key.wipe();
    key.wipe();
    for (
      const use of [
        () => seal(key, NONCE, TEXT),
        () => key.sealFrame(NONCE, 0, TEXT, new Uint8Array(500), 0),
        () => key.open(NONCE, BOX, 0),
        () => key.openInto(NONCE, BOX, 0, new Uint8Array(500), 0),
      ]
    ) assertThrows(use, StateError, "Cannot use key: it is wiped");
    assertEquals(raw, FIRST_KEY);
    assertEquals(twin.open(NONCE, BOX, 0), TEXT);
  });

  test(`${name}: sizes that cannot be are named, and no octet of a key is`, () => {
    const key = crypto.secret(FIRST_KEY);
    const short = FIRST_KEY.subarray(1);
    const wrong = (use: () => unknown, message: string) => assertThrows(use, RangeError, message);
    wrong(() => crypto.publicKeyOf(short), "Cannot use secret key: found 31 octets, wanted 32");
    wrong(() => crypto.share(short, FIRST_KEY), "Cannot use public key: found 31 octets, wanted 32");
    wrong(() => crypto.share(FIRST_KEY, new Uint8Array(33)), "Cannot use secret key: found 33 octets, wanted 32");
    wrong(() => crypto.secret(short), "Cannot use key: found 31 octets, wanted 32");
    wrong(() => key.seal(NONCE.subarray(1), TEXT, new Uint8Array(500), 0), "Cannot use nonce: found 23 octets");
    wrong(() => key.open(new Uint8Array(25), BOX, 0), "Cannot use nonce: found 25 octets, wanted 24");
    wrong(() => key.seal(NONCE, TEXT, new Uint8Array(TEXT.length + MAC), 1), "Cannot write 147 octets at 1: found");
    wrong(() => key.sealFrame(NONCE, 0, TEXT, new Uint8Array(TEXT.length + MAC), 0), "Cannot write 148 octets at 0");
    wrong(() => key.openInto(NONCE, BOX, 0, new Uint8Array(TEXT.length), 1), "Cannot write 131 octets at 1");
    assertThrows(
      () => crypto.secret("x".repeat(32) as unknown as Uint8Array),
      TypeError,
      "found string, wanted octets",
    );
  });

  test(`${name}: key pairs are random, and agree`, () => {
    const [one, other] = [crypto.keyPair(), crypto.keyPair()];
    assertNotEquals(one.secretKey, other.secretKey);
    assertEquals(one.publicKey, crypto.publicKeyOf(one.secretKey));
    const box = seal(share(other.publicKey, one.secretKey), NONCE, TEXT);
    assertEquals(share(one.publicKey, other.secretKey).open(NONCE, box, 0), TEXT);
  });

  test(`${name}: a body of 20 MiB is sealed and opened, and its memory given back`, async () => {
    const key = crypto.secret(FIRST_KEY);
    const body = new Uint8Array(20 << 20);
    for (let i = 0; i < body.length; i += 4099) body[i] = i;
    const box = new Uint8Array(body.length + 17);
    for (let time = 0; time < 3; time++) {
      key.sealFrame(NONCE, 1, body, box, 0);
      const opened = key.open(NONCE, box, 0)!;
      assert(same(opened.subarray(1), body));
      assert(crypto.memory < 64 << 20, `${crypto.memory} octets`);
      box[box.length - 1]! ^= 1;
      assertEquals(key.open(NONCE, box, 0), undefined);
    }
    for (let turn = 0; crypto.memory > 16 << 20 && turn < 1000; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert(crypto.memory <= 16 << 20, `${crypto.memory} octets are kept`);
    assertEquals(key.open(NONCE, BOX, 0), TEXT);
  }, { timeout: 60_000 });

  test(`${name}: a row of boxes is boxes whose nonces count on, short or long, and opens in its place`, () => {
    const random = new Random(31);
    const raw = random.octets(32);
    const prefix = random.octets(16);
    const key = crypto.secret(raw);
    const row = key.row(prefix, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0xfe));
    const reader = crypto.secret(raw).row(prefix, new Uint8Array(8));
    let count = 0xfe;
    for (
      const size of [0, 1, 5, 64, 254, 255, 256, 257, 1024, 1025, 32734, 32735, 32736, 32767, 32768, 70000, 200_003]
    ) {
      const body = random.octets(size);
      const out = new Uint8Array(3 + 32 + 1 + size + 5).fill(0xaa);
      row.sealFrame(2, body, out, 3);
      const nonce = Uint8Array.of(...prefix, 0, 0, 0, 0, 0, 0, ++count >> 8, count);
      const wanted = new Uint8Array(17 + size);
      key.sealFrame(nonce, 2, body, wanted, 0);
      assert(same(out.subarray(19, 19 + wanted.length), wanted), `${size} octets`);
      assertEquals(out.subarray(11, 19), nonce.subarray(16));
      assertEquals([...out.subarray(0, 3), ...out.subarray(36 + size)], new Array(8).fill(0xaa));
      const sealed = out.slice(3, 36 + size);
      for (const at of [8, 15, 16, 31, 32, sealed.length - 1]) {
        const changed = sealed.slice();
        changed[at]! ^= 0x10;
        const before = changed.slice();
        assertEquals(reader.openFrame(changed), false, `octet ${at} of ${size}`);
        assert(same(changed, before), "what was refused was not written");
      }
      assertEquals(reader.openFrame(sealed), true);
      assertEquals(sealed[32], 2);
      assert(same(sealed.subarray(33), body), `${size} octets, opened`);
    }
    assertEquals(reader.openFrame(new Uint8Array(31)), false);
  });

  test(`${name}: what a row seals on the desk is the same, wherever it lies there`, () => {
    const random = new Random(32);
    const key = crypto.secret(FIRST_KEY);
    const prefix = NONCE.subarray(0, 16);
    const row = key.row(prefix, new Uint8Array(8));
    const twin = key.row(prefix, new Uint8Array(8));
    const { memory, input, output } = row.desk;
    for (let i = 0; i < 200; i++) {
      const [length, text, out] = [
        1 + random.below(i < 100 ? 300 : 3000),
        input + random.below(9),
        output + random.below(9),
      ];
      const octets = random.octets(length);
      const wanted = new Uint8Array(32 + length);
      twin.sealFrame(octets[0]!, octets.subarray(1), wanted, 0);
      memory.set(octets, text);
      row.seal(text, length, out);
      assert(
        same(memory.slice(out + 8, out + 32 + length), wanted.subarray(8)),
        `${length} octets at ${text} to ${out}`,
      );
    }
  });

  test(`${name}: rows and keys keep apart, whatever is made, used and wiped between two boxes of one`, () => {
    const random = new Random(77);
    const prefix = latin1("CurveZMQMESSAGES");
    const lengths = [5, 63, 300, 40_000];
    const fresh = () => {
      const secret = random.octets(32);
      const key = crypto.secret(secret);
      return { secret, key, row: key.row(prefix, new Uint8Array(8)), sealed: 0 };
    };
    const ends = Array.from({ length: 4 }, fresh);
    for (let step = 0; step < 400; step++) {
      const at = random.below(ends.length);
      const end = ends[at]!;
      const { key, row, secret } = end;
      const body = random.octets(lengths[random.below(lengths.length)]!);
      const nonce = new Uint8Array(24);
      switch (random.below(8)) {
        case 0:
          key.wipe();
          ends[at] = fresh();
          break;
        case 1:
          key.row(latin1("another's prefix"), new Uint8Array(8));
          break;
        case 2: {
          const box = new Uint8Array(16 + body.length);
          key.seal(nonce, body, box, 0);
          assertEquals(crypto.secret(secret).open(nonce, box, 0), body);
          break;
        }
        default: {
          const frame = new Uint8Array(32 + 1 + body.length);
          row.sealFrame(1, body, frame, 0);
          nonce.set(prefix);
          new DataView(nonce.buffer).setUint32(20, ++end.sealed);
          // Opened by a key of its own, that nothing else has been done with.
          const text = crypto.secret(secret).open(nonce, frame, 16);
          assert(text !== undefined, `step ${step}: the box is not its row's`);
          assertEquals(text.subarray(1), body);
          if (random.below(2) === 0) ends[random.below(ends.length)]!.key.row(prefix, new Uint8Array(8));
          assert(row.openFrame(frame), `step ${step}: the row does not open its own box`);
        }
      }
    }
  });

  test(`${name}: a row is wiped with its key`, () => {
    const key = crypto.secret(FIRST_KEY);
    const row = key.row(NONCE.subarray(0, 16), new Uint8Array(8));
    const sealed = new Uint8Array(33 + 70000);
    row.sealFrame(0, new Uint8Array(70000), sealed, 0);
    key.wipe();
    for (
      const use of [
        () => row.seal(row.desk.input, 1, row.desk.output),
        () => row.open(row.desk.input, 1, row.desk.output),
        () => row.sealFrame(0, TEXT, new Uint8Array(500), 0),
        () => row.openFrame(sealed),
        () => key.row(NONCE.subarray(0, 16), new Uint8Array(8)),
      ]
    ) assertThrows(use, StateError, "Cannot use key: it is wiped");
  });
}

test("libsodium and noble make the same boxes of the same texts", () => {
  const random = new Random(26);
  const sizes = [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 4095, 65535, 65536, 65537, 70000];
  for (let i = 0; i < 60; i++) sizes.push(random.below(70001));
  for (const size of sizes) {
    const raw = random.octets(32);
    const [sodium, noble] = backends.map((backend) => backend.secret(raw));
    const [nonce, text] = [random.octets(24), random.octets(size)];
    const box = seal(sodium!, nonce, text);
    assert(same(seal(noble!, nonce, text), box), `${size} octets`);
    assert(same(noble!.open(nonce, box, 0)!, text), `${size} octets`);
    assert(same(sodium!.open(nonce, box, 0)!, text), `${size} octets`);
    const [one, other] = [new Uint8Array(size + 17), new Uint8Array(size + 17)];
    sodium!.sealFrame(nonce, 2, text, one, 0);
    noble!.sealFrame(nonce, 2, text, other, 0);
    assert(same(one, other), `a frame of ${size} octets`);
  }
});

test("libsodium, noble and node:crypto make the same public keys, and the first two the same shared ones", () => {
  const random = new Random(7748);
  const node = builtin("node:crypto")!;
  for (let i = 0; i < 20; i++) {
    const [mine, yours] = [random.octets(32), random.octets(32)];
    const [bySodium, byNoble] = backends.map((backend) => backend.publicKeyOf(mine));
    assertEquals(bySodium, byNoble);
    assertEquals(publicKeyByNode(node, mine), byNoble);
    const publicKey = publicKeyOf(yours);
    const [one, other] = backends.map((backend) => backend.share(publicKey, mine)!);
    assertEquals(seal(one!, NONCE, TEXT), seal(other!, NONCE, TEXT));
  }
  const pair = makeKeyPair();
  assertEquals(pair.publicKey, publicKeyByNode(node, pair.secretKey));
});

test("libsodium's memory keeps no key that is wiped, and no text that was opened", () => {
  const [sodium] = backends;
  const { memory } = (sodium as unknown as { arena: { memory: Uint8Array } }).arena;
  const random = new Random(99);
  const raw = random.octets(32);
  const text = random.octets(600);
  const key = sodium!.secret(raw);
  const box = seal(key, NONCE, text);
  assertEquals(finds(memory, raw), true, "while it serves, it is there");
  key.open(NONCE, box, 0);
  key.wipe();
  const secretKey = random.octets(32);
  sodium!.publicKeyOf(secretKey);
  sodium!.share(hex(PAIRS[0].public), secretKey);
  assertEquals(finds(memory, raw), false);
  assertEquals(finds(memory, text.subarray(0, 32)), false);
  assertEquals(finds(memory, text.subarray(500)), false);
  assertEquals(finds(memory, secretKey), false);
});

test("libsodium's memory keeps nothing of a row that is wiped, nor of what went through it", () => {
  const [sodium] = backends;
  const { arena } = sodium as unknown as { arena: { memory: Uint8Array; subkey: number } };
  const random = new Random(100);
  const key = sodium!.secret(random.octets(32));
  const [prefix, none] = [random.octets(16), new Uint8Array(8)];
  const row = key.row(prefix, none);
  // It lies there while it serves, and no sooner.
  assertEquals(arena.memory.subarray(arena.subkey, arena.subkey + 32), new Uint8Array(32));
  row.sealFrame(0, new Uint8Array(1), new Uint8Array(34), 0);
  const subkey = arena.memory.slice(arena.subkey, arena.subkey + 32);
  for (const size of [600, 20_000, 100_000]) {
    const text = random.octets(size);
    const sealed = new Uint8Array(33 + size);
    row.sealFrame(0, text, sealed, 0);
    assertEquals(finds(arena.memory, text.subarray(100, 132)), false, `${size} octets, sealed`);
    assertEquals(row.openFrame(sealed), true);
    for (const at of [0, size >> 1, size - 32]) {
      assertEquals(finds(arena.memory, text.subarray(at, at + 32)), false, `octet ${at} of ${size}, opened`);
    }
  }
  assertEquals(finds(arena.memory, subkey), true, "while it serves, it is there");
  key.wipe();
  assertEquals(finds(arena.memory, subkey), false);
});

function seal(key: BoxKey, nonce: Uint8Array, text: Uint8Array): Uint8Array {
  const box = new Uint8Array(text.length + MAC);
  key.seal(nonce, text, box, 0);
  return box;
}

/** As `assertEquals` of long octets, in a fraction of the time. */
function same(octets: Uint8Array, others: Uint8Array): boolean {
  return octets.length === others.length && octets.every((octet, i) => octet === others[i]);
}

function finds(memory: Uint8Array, octets: Uint8Array): boolean {
  for (let at = memory.indexOf(octets[0]!); at >= 0; at = memory.indexOf(octets[0]!, at + 1)) {
    if (octets.every((octet, i) => memory[at + i] === octet)) return true;
  }
  return false;
}

/** Certificates in memory and as files: what is where, with which mode, and what is left alone. */
import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { inspect } from "node:util";
import { Certificate, curvePublicKey, NotSupportedError, StateError, z85, ZmqError } from "../../mod.ts";
import { loadCertificate, saveCertificate } from "../../src/auth/certificate.ts";
import { systemFiles } from "../../src/auth/files.ts";
import { test } from "../harness.ts";
import { CLIENT_PUBLIC, CLIENT_SECRET, SERVER_PUBLIC, SERVER_SECRET } from "../interop/keys.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await fs.mkdtemp(join(tmpdir(), "zmq-certificates-"));
  try {
    await body(folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function modeOf(path: string): Promise<number> {
  return (await fs.stat(path)).mode & 0o777;
}

test("a certificate is made with fresh keys, with those given, or with half of them", () => {
  const fresh = new Certificate();
  assertEquals(curvePublicKey(fresh.secretKey!), fresh.publicKey);
  assertEquals(new Certificate({ secretKey: CLIENT_SECRET }).publicKey, CLIENT_PUBLIC);
  assertEquals(new Certificate({ secretKey: z85.decode(CLIENT_SECRET) }).publicKey, CLIENT_PUBLIC);
  assertEquals(new Certificate({ publicKey: z85.decode(CLIENT_PUBLIC) }).publicKey, CLIENT_PUBLIC);
  assertEquals(new Certificate({ publicKey: CLIENT_PUBLIC }).secretKey, undefined);
  const metadata = new Map([["b", "1"], ["a", "2"]]);
  assertEquals([...new Certificate({ metadata }).metadata], [["b", "1"], ["a", "2"]]);
});

test("what is no certificate is refused, and no key is shown", () => {
  for (
    const [parts, error, message] of [
      [{ publicKey: SERVER_PUBLIC, secretKey: CLIENT_SECRET }, RangeError, /do not go together, wanted the two of one/],
      [{ secretKey: CLIENT_SECRET.slice(1) }, RangeError, /the secret key is 39 characters, wanted 40/],
      [{ secretKey: `~${CLIENT_SECRET.slice(1)}` }, RangeError, /the secret key is no Z85/],
      [{ publicKey: new Uint8Array(31) }, RangeError, /the public key is 31 octets/],
      [{ publicKey: 1 }, TypeError, /the public key is of type number/],
      [{ metadata: "a" }, TypeError, /metadata is "a", wanted an object or a Map/],
      [{ metadata: { a: 1 } }, TypeError, /metadata "a" is of type number/],
      [{ metadata: { "a b": "" } }, RangeError, /metadata has the name "a b"/],
      [{ metadata: { a: "", A: "" } }, RangeError, /metadata has "A" twice/],
      [null, TypeError, /its parts are null/],
    ] as const
  ) {
    const thrown = assertThrows(() => new Certificate(parts as never), error);
    assertMatch(thrown.message, message);
    assertEquals(thrown.message.includes(CLIENT_SECRET.slice(1)), false);
  }
  assertThrows(() => Certificate.parse(1 as never), TypeError, "it is 1, wanted text");
  const text = new Certificate({ secretKey: CLIENT_SECRET }).stringify({ secret: true });
  const swapped = text.replace(CLIENT_PUBLIC, SERVER_PUBLIC);
  const mixed = assertThrows(() => Certificate.parse(swapped), RangeError, "do not go together");
  const short = assertThrows(
    () => Certificate.parse(text.replace('"D:', '"')),
    RangeError,
    '"secret-key" is 38 charac',
  );
  for (const { message } of [mixed, short]) assertEquals(message.includes(CLIENT_SECRET.slice(5, 12)), false);
});

test("the secret key is in no JSON and no log, and in no text unless it is asked for", () => {
  const certificate = new Certificate({ secretKey: CLIENT_SECRET, metadata: { name: "Ada" } });
  for (const shown of [JSON.stringify(certificate), inspect(certificate), `${certificate}`, certificate.stringify()]) {
    assertEquals(shown.includes(CLIENT_SECRET), false);
  }
  assertEquals(certificate.stringify({ secret: true }).includes(CLIENT_SECRET), true);
  const known = Certificate.parse(certificate.stringify());
  assertThrows(
    () => known.stringify({ secret: true }),
    StateError,
    "Cannot write secret certificate: the certificate has no secret",
  );
  assertThrows(() => known.asServer(), StateError, "Cannot be a server");
  assertThrows(() => known.asClient(SERVER_PUBLIC), StateError, "Cannot be a client");
});

test("a certificate is the options of a server or of a client", () => {
  const server = new Certificate({ secretKey: SERVER_SECRET });
  const client = new Certificate({ secretKey: CLIENT_SECRET });
  assertEquals(server.asServer(), { curveServer: true, curveSecretKey: SERVER_SECRET });
  for (const known of [server, SERVER_PUBLIC, z85.decode(SERVER_PUBLIC)]) {
    assertEquals(client.asClient(known), {
      curveServerKey: SERVER_PUBLIC,
      curvePublicKey: CLIENT_PUBLIC,
      curveSecretKey: CLIENT_SECRET,
    });
  }
  assertThrows(() => client.asClient("short"), RangeError, "the server's key is 5 characters");
});

test("files: the public one for others, the secret one for its owner, both as they were", async () => {
  await inFolder(async (folder) => {
    const joe = new Certificate({ metadata: { name: "Joe" } });
    const path = join(folder, "joe.key");
    assertEquals(await joe.save(path), { publicFile: path, secretFile: `${path}_secret` });
    assertEquals((await fs.readdir(folder)).sort(), ["joe.key", "joe.key_secret"]);
    if (process.platform !== "win32") assertEquals(await modeOf(`${path}_secret`), 0o600);
    const known = await Certificate.load(path);
    assertEquals([known.publicKey, known.secretKey, known.metadata.get("name")], [joe.publicKey, undefined, "Joe"]);
    const own = await Certificate.load(`${path}_secret`);
    assertEquals([own.publicKey, own.secretKey, own.metadata.get("name")], [joe.publicKey, joe.secretKey, "Joe"]);
    assertEquals(await known.save(join(folder, "copy")), { publicFile: join(folder, "copy"), secretFile: undefined });
  });
});

test("a file that is there is left as it is, and so is the other one, unless it is to be written over", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "joe");
    const [first, second] = [new Certificate(), new Certificate()];
    for (const taken of ["joe", "joe_secret"]) {
      await fs.writeFile(join(folder, taken), "mine");
      const error = await assertRejects(() => first.save(path), ZmqError);
      assertEquals([error.code, /the file is there already/.test(error.message)], ["EEXIST", true]);
      assertEquals(await fs.readdir(folder), [taken]);
      assertEquals(await fs.readFile(join(folder, taken), "utf8"), "mine");
      await fs.unlink(join(folder, taken));
    }
    await first.save(path);
    await assertRejects(() => second.save(path), ZmqError, "wanted overwrite: true or another path");
    assertEquals((await Certificate.load(`${path}_secret`)).secretKey, first.secretKey);
    await fs.chmod(`${path}_secret`, 0o644);
    await second.save(path, { overwrite: true });
    assertEquals((await Certificate.load(`${path}_secret`)).secretKey, second.secretKey);
    assertEquals((await Certificate.load(path)).publicKey, second.publicKey);
    if (process.platform !== "win32") assertEquals(await modeOf(`${path}_secret`), 0o600);
    assertEquals((await fs.readdir(folder)).sort(), ["joe", "joe_secret"]);
  });
});

test("a secret file has mode 0600 from its first octet on, and its name only when it is whole", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "joe");
    const seen: string[] = [];
    const watched = {
      ...fs,
      async open(file: string, flags: string, mode: number) {
        const handle = await fs.open(file, flags, mode);
        const name = file.slice(folder.length + 1).replace(/[0-9a-f-]{36}/, "*");
        seen.push(`open ${name} ${flags} ${(await modeOf(file)).toString(8)}, ${(await fs.stat(file)).size} octets`);
        return handle;
      },
      async link(from: string, to: string) {
        seen.push(`link ${to.slice(folder.length + 1)}, whole: ${(await fs.readFile(from, "utf8")).endsWith('"\n')}`);
        await fs.link(from, to);
      },
    };
    const files = systemFiles("", { process: { getBuiltinModule: () => watched } });
    const before = process.umask(0);
    try {
      await saveCertificate(new Certificate(), path, false, files);
    } finally {
      process.umask(before);
    }
    assertEquals(seen, [
      "open .*_secret wx 600, 0 octets",
      "link joe_secret, whole: true",
      "open .*_secret wx 644, 0 octets",
      "link joe, whole: true",
    ]);
  });
}, { skip: process.platform === "win32" });

test("on a disk without second names a file is put in its place all the same, and over none", async () => {
  await inFolder(async (folder) => {
    const link = () => Promise.reject(Object.assign(new Error("no links"), { code: "EPERM" }));
    const files = systemFiles("", { process: { getBuiltinModule: () => ({ ...fs, link }) } });
    const joe = new Certificate();
    await saveCertificate(joe, join(folder, "joe"), false, files);
    assertEquals((await Certificate.load(join(folder, "joe_secret"))).secretKey, joe.secretKey);
    assertEquals(await modeOf(join(folder, "joe_secret")), 0o600);
    const again = saveCertificate(new Certificate(), join(folder, "joe"), false, files);
    assertEquals((await assertRejects(() => again, ZmqError)).code, "EEXIST");
    assertEquals((await Certificate.load(join(folder, "joe_secret"))).secretKey, joe.secretKey);
    assertEquals((await fs.readdir(folder)).sort(), ["joe", "joe_secret"]);
  });
}, { skip: process.platform === "win32" });

test("a write that fails leaves nothing behind", async () => {
  await inFolder(async (folder) => {
    const open = async (path: string, flags: string, mode: number) => {
      const handle = await fs.open(path, flags, mode);
      const full = () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }));
      return { writeFile: full, sync: () => handle.sync(), close: () => handle.close() };
    };
    const files = systemFiles("", { process: { getBuiltinModule: () => ({ ...fs, open }) } });
    const saving = saveCertificate(new Certificate(), join(folder, "joe"), false, files);
    const error = await assertRejects(() => saving, ZmqError, 'the system says "ENOSPC"');
    assertEquals([error.code, (error.cause as Error).message], ["EIO", "full"]);
    assertEquals(await fs.readdir(folder), []);
  });
});

test("what cannot be read is told by code, and what is no certificate by line", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "joe");
    assertEquals((await assertRejects(() => Certificate.load(path), ZmqError)).code, "ENOENT");
    assertEquals((await assertRejects(() => Certificate.load(folder), ZmqError, "it is no file")).code, "EINVAL");
    const nowhere = join(folder, "no/where");
    assertEquals((await assertRejects(() => new Certificate().save(nowhere), ZmqError)).code, "ENOENT");
    await fs.writeFile(path, "curve\n  x\n");
    const error = await assertRejects(() => Certificate.load(path), RangeError, "line 2: it is indented otherwise");
    assertEquals(error.message.includes(JSON.stringify(path)), true);
    await fs.writeFile(path, Uint8Array.of(0xff, 0xfe));
    await assertRejects(() => Certificate.load(path), RangeError, "it is no UTF-8");
    await fs.writeFile(path, "#".repeat(65_537));
    await assertRejects(() => Certificate.load(path), RangeError, "wanted 65536 octets at the most");
    for (const wrong of ["", 1, null]) {
      await assertRejects(() => Certificate.load(wrong as never), TypeError, "wanted text");
      await assertRejects(() => new Certificate().save(wrong as never), TypeError, "wanted text");
    }
  });
});

test("where there are no files, ENOTSUP says so, and text does all the same", async () => {
  for (const scope of [{}, { process: {} }, { process: { getBuiltinModule: () => undefined } }]) {
    const error = assertThrows(() => systemFiles("read certificate", scope), NotSupportedError, "or use its text");
    assertEquals(error.code, "ENOTSUP");
  }
  assertEquals(Certificate.parse(new Certificate({ secretKey: CLIENT_SECRET }).stringify()).publicKey, CLIENT_PUBLIC);
  const none = { read: () => Promise.reject(new NotSupportedError("none")) } as never;
  await assertRejects(() => loadCertificate("x", none), NotSupportedError);
});

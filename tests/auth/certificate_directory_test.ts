/** A folder of certificates as it changes: with files in memory, then with the system's. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Certificate, CertificateDirectory, ZmqError } from "../../mod.ts";
import { CertificateFolder } from "../../src/auth/certificate_directory.ts";
import type { CertificateFiles, FileState } from "../../src/auth/files.ts";
import { test } from "../harness.ts";

interface MemoryFile {
  text: string;
  state: FileState;
}

/** Files in memory, with a clock of their own; says what was done with them. */
class MemoryFiles implements CertificateFiles {
  readonly files: Map<string, MemoryFile> = new Map();
  readonly done: string[] = [];
  now = 1_000_000;
  failure: string | undefined;
  /** What the system says of files, by their names, when they are read or asked for their state. */
  readonly ill: { read: Map<string, string>; state: Map<string, string> } = { read: new Map(), state: new Map() };
  #numbers = 0;

  put(name: string, text: string, state: Partial<FileState> = {}): void {
    const times = { modified: this.now, changed: this.now };
    const number = this.#numbers++;
    this.files.set(name, { text, state: { isFile: true, size: text.length, ...times, number, ...state } });
  }

  read(path: string): Promise<Uint8Array> {
    this.done.push(`read ${path}`);
    return this.#find(path, this.ill.read).then(({ text }) => new TextEncoder().encode(text));
  }

  list(path: string): Promise<string[]> {
    this.done.push(`list ${path}`);
    if (this.failure !== undefined) return Promise.reject(Object.assign(new Error("no"), { code: this.failure }));
    return Promise.resolve([...this.files.keys()].reverse());
  }

  state(path: string): Promise<FileState> {
    return this.#find(path, this.ill.state).then(({ state }) => state);
  }

  write(): Promise<void> {
    throw new Error("Nobody writes here");
  }

  remove(): Promise<void> {
    throw new Error("Nobody removes anything");
  }

  /** How often a file was read since the last time this was asked. */
  get reads(): string[] {
    return this.done.splice(0).filter((what) => what.startsWith("read")).map((what) => what.slice("read in/".length));
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async #find(path: string, ill: ReadonlyMap<string, string>): Promise<MemoryFile> {
    const name = path.slice("in/".length);
    const file = this.files.get(name);
    if (ill.has(name)) throw Object.assign(new Error("no"), { code: ill.get(name) });
    if (file === undefined) throw Object.assign(new Error("gone"), { code: "ENOENT" });
    return file;
  }
}

const [JOE, ANN] = [new Certificate({ metadata: { name: "Joe" } }), new Certificate({ metadata: { name: "Ann" } })];

function folderOf(files: MemoryFiles): CertificateFolder {
  return new CertificateFolder("in", files, () => files.now);
}

async function names(folder: CertificateFolder, report?: (error: Error) => void): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (const { publicKey } of [JOE, ANN]) found.push((await folder.find(publicKey, report))?.metadata.get("name"));
  return found;
}

test("a certificate that is added or removed counts for the next who asks", async () => {
  const files = new MemoryFiles();
  const folder = folderOf(files);
  assertEquals(await names(folder), [undefined, undefined]);
  files.put("joe.key", JOE.stringify());
  assertEquals(await names(folder), ["Joe", undefined]);
  files.put("ann", ANN.stringify());
  assertEquals(await names(folder), ["Joe", "Ann"]);
  files.files.delete("joe.key");
  assertEquals(await names(folder), [undefined, "Ann"]);
  files.put("ann", JOE.stringify());
  assertEquals(await names(folder), ["Joe", undefined]);
});

test("a file that has not changed is read once, as soon as its times can be trusted", async () => {
  const files = new MemoryFiles();
  files.put("joe", JOE.stringify());
  const folder = folderOf(files);
  files.now += 2_000;
  await folder.look();
  await folder.look();
  assertEquals(files.reads, ["joe", "joe"]);
  files.now += 1;
  await folder.look();
  await folder.look();
  assertEquals(files.reads, ["joe"]);
});

test("two changes within one tick of a file's clock are both seen", async () => {
  const files = new MemoryFiles();
  files.put("joe", JOE.stringify(), { number: 7 });
  const folder = folderOf(files);
  assertEquals(await names(folder), ["Joe", undefined]);
  // As long, at the same time, in the same place: nothing tells but the octets.
  files.put("joe", ANN.stringify(), { number: 7 });
  assertEquals(await names(folder), [undefined, "Ann"]);
});

for (const change of ["size", "modified", "changed", "number"] as const) {
  test(`a file whose ${change} alone is another is read again`, async () => {
    const files = new MemoryFiles();
    files.put("joe", JOE.stringify());
    const folder = folderOf(files);
    files.now += 10_000;
    await folder.look();
    const file = files.files.get("joe")!;
    file.state = { ...file.state, [change]: file.state[change] + 1 };
    assertEquals(files.reads, ["joe"]);
    await folder.look();
    assertEquals(files.reads, ["joe"]);
  });
}

test("hidden files, secret files and folders are not read; a secret key in a public file is forgotten", async () => {
  const files = new MemoryFiles();
  for (const name of [".joe", "joe.key_secret", "joe_secret"]) files.put(name, JOE.stringify());
  files.put("more", JOE.stringify(), { isFile: false });
  files.put("ann", ANN.stringify({ secret: true }));
  const folder = folderOf(files);
  assertEquals(await names(folder), [undefined, "Ann"]);
  assertEquals(files.reads, ["ann", "ann"]);
  assertEquals((await folder.find(ANN.publicKey))!.secretKey, undefined);
});

test("of two files with one key the first by name counts, and the other once that is gone", async () => {
  const files = new MemoryFiles();
  files.put("b", JOE.stringify());
  files.put("a", new Certificate({ publicKey: JOE.publicKey, metadata: { name: "Jo" } }).stringify());
  const folder = folderOf(files);
  assertEquals(await names(folder), ["Jo", undefined]);
  files.files.delete("a");
  assertEquals(await names(folder), ["Joe", undefined]);
});

test("a file that is no certificate harms no other, and is told of once until it is wrong otherwise", async () => {
  const files = new MemoryFiles();
  files.put("bad", "curve\n  x\n");
  files.put("joe", JOE.stringify());
  const folder = folderOf(files);
  const told: string[] = [];
  const report = ({ message }: Error) => void told.push(message);
  assertEquals(await names(folder, report), ["Joe", undefined]);
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /^Cannot read certificate "in\/bad": line 2: it is indented otherwise/);
  assertEquals(folder.problems.map(({ message }) => message), told);
  files.put("bad", "curved\n");
  await names(folder, report);
  assertEquals(told.length, 2);
  files.put("bad", ANN.stringify());
  assertEquals(await names(folder, report), ["Joe", "Ann"]);
  assertEquals([told.length, folder.problems], [2, []]);
});

test("a folder that cannot be read is an error, and found again when it can be", async () => {
  const files = new MemoryFiles();
  files.put("joe", JOE.stringify());
  const folder = folderOf(files);
  files.failure = "EACCES";
  const error = await assertRejects(() => folder.find(JOE.publicKey), ZmqError, 'Cannot read certificates of "in"');
  assertEquals(error.code, "EACCES");
  files.failure = undefined;
  assertEquals(await names(folder), ["Joe", undefined]);
});

for (const what of ["read", "state"] as const) {
  for (const code of ["EMFILE", "EIO", "EACCES"]) {
    test(`a file that meets ${code} at its ${what} keeps its owner out for no longer than that lasts`, async () => {
      const files = new MemoryFiles();
      files.put("ann", ANN.stringify());
      files.put("joe", JOE.stringify());
      // Old enough for what is read to count until the file changes.
      files.now += 10_000;
      const folder = folderOf(files);
      files.ill[what].set("joe", code);
      const told: Error[] = [];
      const report = (error: Error) => void told.push(error);
      for (let i = 0; i < 2; i++) {
        const error = await assertRejects(() => folder.find(JOE.publicKey, report), ZmqError, 'certificate in "in": a');
        assertEquals([error.code, (error.cause as ZmqError).code], ["EAGAIN", code]);
        assertEquals((await folder.find(ANN.publicKey, report))?.metadata.get("name"), "Ann");
      }
      assertEquals([told.length, folder.problems.length], [1, 1]);
      files.ill[what].clear();
      assertEquals(await names(folder, report), ["Joe", "Ann"]);
      assertEquals([told.length, folder.problems], [1, []]);
      assertEquals(await folder.find(new Certificate().publicKey), undefined);
    });
  }
}

test("a file that is no certificate is not read again, and whoever is in no other is unknown", async () => {
  const files = new MemoryFiles();
  files.put("bad", "curve\n  x\n");
  files.now += 10_000;
  const folder = folderOf(files);
  assertEquals(await names(folder), [undefined, undefined]);
  assertEquals(files.reads, ["bad"]);
});

test("a thousand who ask at once are answered by two looks, and by nothing older than their asking", async () => {
  const files = new MemoryFiles();
  const folder = folderOf(files);
  const first = folder.find(JOE.publicKey);
  files.put("joe", JOE.stringify());
  const others = Array.from({ length: 1_000 }, () => folder.find(JOE.publicKey));
  assertEquals(await first, undefined);
  for (const found of await Promise.all(others)) assertEquals(found!.metadata.get("name"), "Joe");
  assertEquals(files.done.filter((what) => what === "list in").length, 2);
  await folder.look();
  assertEquals(files.done.filter((what) => what === "list in").length, 3);
});

test("looks that fail are one at a time too, and the next is answered", async () => {
  const files = new MemoryFiles();
  files.failure = "EIO";
  const folder = folderOf(files);
  const asked = Array.from({ length: 10 }, () => folder.find(JOE.publicKey).then(() => "found", () => "failed"));
  assertEquals(await Promise.all(asked), Array(10).fill("failed"));
  assertEquals(files.done.length, 2);
});

test("a folder of the system: opened, added to, taken from", async () => {
  const path = await fs.mkdtemp(join(tmpdir(), "zmq-clients-"));
  try {
    await JOE.save(join(path, "joe.key"));
    await fs.writeFile(join(path, "README.txt"), "Clients are here.\n");
    const directory = await CertificateDirectory.open(path);
    assertEquals(directory.path, path);
    assertEquals((await directory.certificates()).map(({ publicKey }) => publicKey), [JOE.publicKey]);
    assertMatch(directory.problems[0]!.message, /README\.txt": line 1: more after the name/);
    assertEquals(await directory.find(ANN.publicKey), undefined);
    await ANN.save(join(path, "ann.key"));
    assertEquals((await directory.find(ANN.publicKey))?.metadata.get("name"), "Ann");
    await fs.unlink(join(path, "joe.key"));
    assertEquals(await directory.find(JOE.publicKey), undefined);
    await fs.rename(join(path, "ann.key"), join(path, "was_ann.key"));
    assertEquals((await directory.find(ANN.publicKey))?.publicKey, ANN.publicKey);
    await JOE.save(join(path, "was_ann.key"), { overwrite: true });
    assertEquals(await directory.find(ANN.publicKey), undefined);
  } finally {
    await fs.rm(path, { recursive: true, force: true });
  }
  const error = await assertRejects(() => CertificateDirectory.open(path), ZmqError, "Cannot read certificates of");
  assertEquals(error.code, "ENOENT");
  await assertRejects(() => CertificateDirectory.open(1 as never), TypeError, "the path is 1, wanted text");
});

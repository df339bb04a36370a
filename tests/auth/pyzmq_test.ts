/**
 * pyzmq reads our certificates, and we read pyzmq's. Left out where Python has no pyzmq: `pip install pyzmq` somewhere,
 * and say where with `ZMQ_PYTHON=/somewhere/bin/python npm test -- auth/`. What pyzmq and CZMQ have written before is in
 * `fixtures/`, for everybody.
 */
import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Authenticator, Certificate, CertificateDirectory, Context, Reply } from "../../mod.ts";
import { test } from "../harness.ts";
import { runProgram } from "../processes.ts";

const PYTHON = process.env["ZMQ_PYTHON"] ?? "python3";
const absent = spawnSync(PYTHON, ["-c", "import zmq.auth"]).status !== 0;
if (absent) console.log(`Left out: ${PYTHON} has no pyzmq; ZMQ_PYTHON may name one that has`);

const OPTIONS = { skip: absent };

/** Runs lines of Python with `folder` and `args` set; answers what it prints. */
async function python(folder: string, code: string, ...args: string[]): Promise<string> {
  const before = "import json, os, sys, zmq, zmq.auth\nfolder, *args = sys.argv[1:]\n";
  const { code: exit, stdout, stderr } = await runProgram(PYTHON, ["-c", before + code, folder, ...args]);
  if (exit !== 0) throw new Error(`Python ended with ${exit}: ${stderr}`);
  return stdout;
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "zmq-pyzmq-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("pyzmq's load_certificate and load_certificates read ours (where there is pyzmq)", async () => {
  await inFolder(async (folder) => {
    const certificates: Certificate[] = [];
    // Keys with every character that means something elsewhere: #, =, and what is of no alphabet is in the metadata.
    while (certificates.length < 20) {
      const metadata = { name: `No. ${certificates.length}`, says: 'a "word" # or two = three', empty: "" };
      const certificate = new Certificate({ metadata });
      if (certificates.length < 10 && !/[#=].*[#=]/.test(certificate.secretKey!)) continue;
      await certificate.save(join(folder, `${certificates.length}.key`));
      certificates.push(certificate);
    }
    const read = JSON.parse(
      await python(
        folder,
        `own = [zmq.auth.load_certificate(os.path.join(folder, f"{i}.key_secret")) for i in range(20)]
public = [zmq.auth.load_certificate(os.path.join(folder, f"{i}.key")) for i in range(20)]
print(json.dumps({
    "own": [[key.decode() for key in pair] for pair in own],
    "public": [[key.decode(), secret] for key, secret in public],
    "all": sorted(key.decode() for key in zmq.auth.load_certificates(folder)),
}))`,
      ),
    );
    assertEquals(read.own, certificates.map(({ publicKey, secretKey }) => [publicKey, secretKey]));
    assertEquals(read.public, certificates.map(({ publicKey }) => [publicKey, null]));
    assertEquals(read.all, certificates.map(({ publicKey }) => publicKey).sort());
  });
}, OPTIONS);

test("we read what pyzmq's create_certificates writes (where there is pyzmq)", async () => {
  await inFolder(async (folder) => {
    const keys = JSON.parse(
      await python(
        folder,
        `for i in range(20):
    zmq.auth.create_certificates(folder, str(i), metadata={"name": f"No. {i}", "note": "it's plain"})
pairs = [zmq.auth.load_certificate(os.path.join(folder, f"{i}.key_secret")) for i in range(20)]
print(json.dumps([[key.decode() for key in pair] for pair in pairs]))`,
      ),
    ) as [string, string][];
    for (const [i, [publicKey, secretKey]] of keys.entries()) {
      const own = await Certificate.load(join(folder, `${i}.key_secret`));
      assertEquals([own.publicKey, own.secretKey], [publicKey, secretKey]);
      assertEquals([...own.metadata], [["name", `No. ${i}`], ["note", "it's plain"]]);
      const known = await Certificate.load(join(folder, `${i}.key`));
      assertEquals([known.publicKey, known.secretKey], [publicKey, undefined]);
    }
    const directory = await CertificateDirectory.open(folder);
    assertEquals((await directory.certificates()).length, 20);
    assertEquals(directory.problems, []);
  });
}, OPTIONS);

test("a pyzmq client comes in by a certificate of pyzmq's own making (where there is pyzmq)", async () => {
  await inFolder(async (folder) => {
    await python(folder, 'zmq.auth.create_certificates(folder, "joe")');
    const context = new Context({ linger: 0 });
    const auth = new Authenticator({ context });
    const names: string[] = [];
    auth.curve(await CertificateDirectory.open(folder)).on("granted", ({ userId }) => names.push(userId));
    await auth.start();
    const server = new Certificate();
    const reply = new Reply({ context, ...server.asServer() });
    const endpoint = await reply.bind("tcp://127.0.0.1:*");
    const answered = reply.receive().then((question) => reply.send(question));
    const code = `endpoint, key = args
request = zmq.Context.instance().socket(zmq.REQ)
request.linger, request.rcvtimeo = 0, 10_000
request.curve_serverkey = key.encode()
request.curve_publickey, request.curve_secretkey = zmq.auth.load_certificate(os.path.join(folder, "joe.key_secret"))
request.connect(endpoint)
request.send_string("hello")
print(request.recv_string())`;
    assertEquals(await python(folder, code, endpoint, server.publicKey), "hello\n");
    await answered;
    assertEquals(names, [(await Certificate.load(join(folder, "joe.key"))).publicKey]);
    await context.close();
  });
}, OPTIONS);

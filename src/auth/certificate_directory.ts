/**
 * A folder of certificates, for those who are to be let in: looked at again whenever somebody comes, and read again as
 * far as it has changed. CZMQ: `zcertstore`.
 *
 * A look lists the folder and asks for the state of each file; a file is read if its state is new, or so young that a
 * change to it might not show in its times. Looks are taken one at a time: whoever asks during one is answered by the
 * next, which begins after the asking, for all who wait. So strangers cannot make more of them than the disk can do.
 *
 * @module
 */

import { show, ZmqError } from "../errors.ts";
import { Certificate, checkPath, loadCertificate } from "./certificate.ts";
import { type CertificateFiles, fileError, type FileState, systemFiles } from "./files.ts";

/** Where certificates are looked up by their public keys: a {@link CertificateDirectory}, or one of your own. */
export interface CertificateStore {
  /**
   * The certificate with this public key, which may be judged in any way: none for a peer that is not to come in. What
   * it throws or rejects with keeps this peer out, with status 500; but a {@link ZmqError} whose `code` is `EAGAIN`
   * with 300, which is no `error` event: the peer may come back later.
   *
   * @param publicKey The peer's key, 40 characters of Z85: it has proved that it has the secret one.
   * @param report Tells of a fault that is not this peer's: it becomes an `error` event of the {@link Authenticator}.
   */
  find(
    publicKey: string,
    report: (error: Error) => void,
  ): Certificate | undefined | Promise<Certificate | undefined>;
}

/** Milliseconds within which two changes of a file may have the same time: two seconds on the coarsest of disks. */
const COARSE = 2_000;

/** So many files are asked for at a time: beside one by one, a look at a thousand takes a quarter (Deno) to two thirds. */
const AT_ONCE = 32;

/** A file as of the last look. */
interface Entry {
  readonly state: FileState;
  /** Whether any later change would show in the state. */
  readonly settled: boolean;
  /** What is in it; an error if it is no certificate. */
  readonly content: Certificate | Error;
}

/** What a look found. */
interface Look {
  /** Certificates by their public keys. */
  readonly byKey: ReadonlyMap<string, Certificate>;
  /** Why a file could not be read: it may be a certificate all the same. `undefined` if all could. */
  readonly unread: Error | undefined;
}

/** What a folder of certificates does, wherever its files and the time come from. */
export class CertificateFolder implements CertificateStore {
  readonly #path: string;
  readonly #files: CertificateFiles;
  readonly #now: () => number;
  /** Why files are no certificates, as of the last look. */
  problems: readonly Error[] = [];
  #entries: Map<string, Entry> = new Map();
  #running: Promise<Look> | undefined;
  #next: Promise<Look> | undefined;
  #unreported: Error[] = [];

  /** `now`: milliseconds since 1970, as files have them. */
  constructor(path: string, files: CertificateFiles, now: () => number) {
    this.#path = path;
    this.#files = files;
    this.#now = now;
  }

  /**
   * The certificate with this key, as of now. Each problem is reported once.
   *
   * @throws {ZmqError} (rejects) `EAGAIN`, if there is none but in a file that could not be read, perhaps.
   */
  async find(publicKey: string, report: (error: Error) => void = () => {}): Promise<Certificate | undefined> {
    const { byKey, unread } = await this.look();
    for (const problem of this.#unreported.splice(0)) report(problem);
    const found = byKey.get(publicKey);
    if (found !== undefined || unread === undefined) return found;
    const why = "a file could not be read that may have it";
    throw new ZmqError("EAGAIN", `Cannot find certificate in ${show(this.#path)}: ${why}, wanted them all`, {
      cause: unread,
    });
  }

  /** Looks at the folder as it is now, or a little later. */
  look(): Promise<Look> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    // The one that runs may have passed what has changed since.
    return this.#next = this.#running.then(() => {}, () => {}).then(() => this.#start());
  }

  #start(): Promise<Look> {
    this.#next = undefined;
    const running = this.#take();
    const done = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(done, done);
    return this.#running = running;
  }

  async #take(): Promise<Look> {
    const entries = new Map<string, Entry>();
    const byKey = new Map<string, Certificate>();
    const problems: Error[] = [];
    let unread: Error | undefined;
    const names = await this.#list();
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = names.slice(at, at + AT_ONCE);
      const found = await Promise.all(some.map((name) => this.#entry(name, this.#entries.get(name))));
      for (const [i, entry] of found.entries()) {
        if (entry === undefined) continue;
        entries.set(some[i]!, entry);
        const { content } = entry;
        if (content instanceof Error) {
          problems.push(content);
          if (!isOfContent(content)) unread ??= content;
        } else if (!byKey.has(content.publicKey)) byKey.set(content.publicKey, content);
      }
    }
    this.#entries = entries;
    this.problems = problems;
    return { byKey, unread };
  }

  async #list(): Promise<string[]> {
    try {
      return (await this.#files.list(this.#path)).filter(isCandidate).sort();
    } catch (error) {
      throw fileError("read certificates of", this.#path, error);
    }
  }

  /** A file as it is now. Its octets are read after its state, so that no change is missed between the two. */
  async #entry(name: string, known: Entry | undefined): Promise<Entry | undefined> {
    const path = `${this.#path}/${name}`;
    const now = this.#now();
    let state: FileState;
    try {
      state = await this.#files.state(path);
    } catch (error) {
      const fault = fileError("read certificate", path, error);
      // It has gone since it was listed.
      if (fault instanceof ZmqError && fault.code === "ENOENT") return undefined;
      return this.#failed(known, NOWHERE, fault);
    }
    if (!state.isFile) return undefined;
    if (known?.settled && same(known.state, state)) return known;
    const settled = now - Math.max(state.modified, state.changed) > COARSE;
    try {
      const { publicKey, metadata } = await loadCertificate(path, this.#files);
      // Secrets have no business here: one that is in the file is forgotten.
      return { state, settled, content: new Certificate({ publicKey, metadata }) };
    } catch (error) {
      const fault = error as Error;
      if (fault instanceof ZmqError && fault.code === "ENOENT") return undefined;
      // What the system could not do now it may be able to do at the next look, though the file is the same.
      return this.#failed(known, state, fault, settled && isOfContent(fault));
    }
  }

  #failed(known: Entry | undefined, state: FileState, content: Error, settled = false): Entry {
    const old = known?.content;
    const told = old instanceof Error && old.message === content.message;
    if (!told && this.#unreported.length < MOST_UNREPORTED) this.#unreported.push(content);
    return { state, settled, content };
  }
}

/** So many problems wait for somebody to report them to. */
const MOST_UNREPORTED = 100;

const NOWHERE: FileState = { isFile: false, size: 0, modified: 0, changed: 0, number: 0 };

/** Whether a file is wrong in itself, rather than out of reach: then it stays so until it changes. */
function isOfContent(fault: Error): boolean {
  return fault instanceof RangeError || fault instanceof TypeError;
}

/** Neither hidden, nor a secret file, as CZMQ and pyzmq name those. */
function isCandidate(name: string): boolean {
  return !name.startsWith(".") && !name.endsWith("_secret");
}

function same(one: FileState, other: FileState): boolean {
  return one.size === other.size && one.modified === other.modified && one.changed === other.changed &&
    one.number === other.number;
}

/**
 * A folder of certificates: whoever has the secret key of one of them may come in. It is looked at whenever a peer
 * comes, so that a certificate that is added or removed counts from the next peer on, and no restart is needed. All
 * its files are read but hidden ones, folders, and those whose names end in `_secret`.
 *
 * A file that is no certificate lets nobody in, and keeps nobody out: it becomes an `error` event of the
 * {@link Authenticator}, once, and is listed in {@link problems}. So does one that cannot be read: it is tried again at
 * every look, and meanwhile a peer whose key is in no other is denied with 300, and dials again. Whoever can write to
 * the folder can let anybody in.
 *
 * @example Clients in a folder
 * ```ts
 * import { Authenticator, Certificate, CertificateDirectory, Context } from "@zerostream/zmq";
 * import { mkdtemp, rm } from "node:fs/promises";
 *
 * const folder = await mkdtemp("/tmp/clients-");
 * await new Certificate({ metadata: { name: "Joe" } }).save(`${folder}/joe.key`);
 *
 * const context = new Context();
 * await using auth = new Authenticator({ context });
 * auth.curve(await CertificateDirectory.open(folder));
 * await auth.start();
 * await rm(folder, { recursive: true });
 * ```
 */
export class CertificateDirectory implements CertificateStore {
  /** The folder's path, as it was given. */
  readonly path: string;
  readonly #folder: CertificateFolder;

  private constructor(path: string, folder: CertificateFolder) {
    this.path = path;
    this.#folder = folder;
  }

  /**
   * Opens a folder: looks at it for the first time.
   *
   * @param path The folder's path.
   * @returns What finds certificates in it. It holds nothing open.
   * @throws {TypeError} (rejects) If the path is no text.
   * @throws {ZmqError} (rejects) If it cannot be read: `ENOENT`, `EACCES`.
   * @throws {NotSupportedError} (rejects) Where there are no files, as on edge servers.
   */
  static async open(path: string): Promise<CertificateDirectory> {
    checkPath("read", path);
    const folder = new CertificateFolder(path, systemFiles("read certificates"), Date.now);
    const directory = new CertificateDirectory(path, folder);
    await directory.certificates();
    return directory;
  }

  /** The files that are no certificates or cannot be read, each as the error that says why, as of the last look. */
  get problems(): readonly Error[] {
    return this.#folder.problems;
  }

  /**
   * Looks at the folder, and answers what is in it: public keys and metadata.
   *
   * @returns Its certificates, by the names of their files; of two with one key, the first.
   * @throws {ZmqError} (rejects) If the folder cannot be read any more.
   */
  async certificates(): Promise<readonly Certificate[]> {
    return [...(await this.#folder.look()).byKey.values()];
  }

  /**
   * The certificate with this public key, if it is in the folder now.
   *
   * @param publicKey 40 characters of Z85.
   * @param report Is told of each file that is no certificate, once for as long as it is wrong in the same way.
   * @returns The certificate, without its secret key; `undefined` if there is none.
   * @throws {ZmqError} (rejects) If the folder cannot be read any more; `EAGAIN`, if there is none, but a file that
   * could not be read may have it.
   */
  find(publicKey: string, report: (error: Error) => void = () => {}): Promise<Certificate | undefined> {
    return this.#folder.find(publicKey, report);
  }
}

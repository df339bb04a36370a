/**
 * Certificates for tests, made when they are asked for: two authorities that know nothing of each other, and what they
 * certify. Keys are RSA, 2048 bits, made by the runtime; the certificates are made by `node-forge`.
 *
 * @module
 */

import forge from "node-forge";
import { generateKeyPairSync } from "node:crypto";

/** A certificate and its secret key, as PEM. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** What a certificate is to say. */
export interface Claims {
  /** The names it has; an address is written as one. Default: `localhost` and `127.0.0.1`. */
  readonly names?: readonly string[];
  /** Days from now on which it begins and ceases to be valid. Default: from yesterday to tomorrow. */
  readonly days?: readonly [number, number];
}

const A_DAY = 24 * 60 * 60 * 1000;
let serial = 1;

function makeKeys(): { key: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { key: privateKey, publicKey };
}

/** Who certifies. */
export class Authority {
  /** Its own certificate. */
  readonly certificate: string;
  readonly #name: string;
  readonly #key: forge.pki.rsa.PrivateKey;
  /** One pair for all that it certifies: making one takes a while. */
  readonly #leaf: { readonly key: string; readonly publicKey: string } = makeKeys();

  /** A new one. */
  constructor(name: string) {
    const { key, publicKey } = makeKeys();
    this.#name = name;
    this.#key = forge.pki.privateKeyFromPem(key);
    this.certificate = this.#certify(name, publicKey, [-1, 1], [
      { name: "basicConstraints", critical: true, cA: true },
      { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
    ]);
  }

  /** Somebody called `self.example` who certifies himself. */
  selfSigned(): Identity {
    const { key, publicKey } = this.#leaf;
    const made = this.#draw("self", publicKey, [-1, 1], leafExtensions(["self.example"]).slice(-1));
    made.setIssuer(made.subject.attributes);
    made.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create());
    return { key, certificate: forge.pki.certificateToPem(made) };
  }

  /** Certifies somebody. */
  issue({ names = ["localhost", "127.0.0.1"], days = [-1, 1] }: Claims = {}): Identity {
    const { key, publicKey } = this.#leaf;
    return { key, certificate: this.#certify("peer", publicKey, days, leafExtensions(names)) };
  }

  #certify(subject: string, publicKey: string, days: readonly [number, number], extensions: object[]): string {
    const made = this.#draw(subject, publicKey, days, extensions);
    made.setIssuer([{ name: "commonName", value: this.#name }]);
    made.sign(this.#key, forge.md.sha256.create());
    return forge.pki.certificateToPem(made);
  }

  #draw(
    subject: string,
    publicKey: string,
    [from, to]: readonly [number, number],
    extensions: object[],
  ): forge.pki.Certificate {
    const made = forge.pki.createCertificate();
    made.publicKey = forge.pki.publicKeyFromPem(publicKey);
    made.serialNumber = (serial++).toString(16).padStart(4, "01");
    made.validity.notBefore = new Date(Date.now() + from * A_DAY);
    made.validity.notAfter = new Date(Date.now() + to * A_DAY);
    made.setSubject([{ name: "commonName", value: subject }]);
    made.setExtensions(extensions);
    return made;
  }
}

function leafExtensions(names: readonly string[]): object[] {
  const altNames = names.map((name) => /^[0-9.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name });
  return [
    { name: "basicConstraints", critical: true, cA: false },
    { name: "keyUsage", critical: true, digitalSignature: true, keyEncipherment: true },
    { name: "extKeyUsage", serverAuth: true, clientAuth: true },
    { name: "subjectAltName", altNames },
  ];
}

/** The authority that tests trust. */
export const authority: Authority = new Authority("authority of tests");
/** Another, whom nobody trusts. */
export const stranger: Authority = new Authority("stranger");
/** Somebody at this machine. */
export const local: Identity = authority.issue();

/**
 * What TLS says when it fails, in this library's words: three runtimes' own words for it are many, their codes nearly
 * the same. Pure.
 *
 * @module
 */

import { type ErrorCode, ProtocolError, ZmqError } from "../errors.ts";

/** What each code means: what was found, and what was wanted. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  // What we find.
  [/ALTNAME_INVALID|HOSTNAME_MISMATCH/, "its certificate has other names, wanted tlsHostname or the endpoint's host"],
  [/^CERT_HAS_EXPIRED$/, "its certificate has expired, wanted one that is valid now"],
  [/^CERT_NOT_YET_VALID$/, "its certificate is not valid yet, wanted one that is valid now"],
  [/^CERT_REVOKED$/, "its certificate has been revoked, wanted one that is valid"],
  [/INVALID_PURPOSE/, "its certificate is for another purpose, wanted one for its role"],
  // Deno says this of an expired one too.
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED|CERT_SIGNATURE|INVALID_CA|CERT_CHAIN/,
    "its certificate cannot be verified, wanted one that is valid now and by an authority of tlsTrust",
  ],
  [/PEER_DID_NOT_RETURN_A_CERTIFICATE/, "it showed no certificate, wanted one"],
  // What the peer finds.
  [/ALERT_CERTIFICATE_REQUIRED/, "it wants a certificate of ours, wanted tlsCertificate and tlsKey"],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERT|UNSUPPORTED_CERT|CERT|ACCESS_DENIED)/,
    "it does not take a certificate of ours, wanted one that it does",
  ],
  [/NO_APPLICATION_PROTOCOL/, "there is no protocol for both, wanted one of tlsAlpn"],
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|NO_SHARED_CIPHER|HANDSHAKE_FAILURE/,
    "there is no version and cipher for both, wanted those of TLS 1.2 or 1.3",
  ],
  [/WRONG_VERSION_NUMBER|HTTP_REQUEST|UNEXPECTED_MESSAGE|UNKNOWN_PROTOCOL/, "what came is not TLS, wanted it to be"],
];

/** A link that ends without a word. */
const HUNG_UP: Readonly<Record<string, ErrorCode>> = { ECONNRESET: "ECONNRESET", EPIPE: "EPIPE" };

/**
 * Puts what TLS failed with into words.
 *
 * @param peer The other end, e.g. `tls://127.0.0.1:49731`.
 * @param cause The runtime's error; its `code` tells.
 * @param code Overrules that, where more is known.
 * @returns A {@link ProtocolError}, or `ECONNRESET` if the peer was gone without a reason.
 */
export function tlsError(peer: string, cause: unknown, code: string = codeOf(cause)): ZmqError {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(code))?.[1];
  const gone = HUNG_UP[code];
  if (meaning === undefined && gone !== undefined) {
    const found = "the peer hung up, wanted it to shake hands";
    return new ZmqError(gone, `Cannot shake hands over TLS with ${peer}: ${found}`, { cause });
  }
  const said = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
  return tlsFault(peer, meaning ?? `${said}, wanted no such failure`, { cause });
}

/** A handshake that `found`, "what was found, what was wanted", makes fail. */
export function tlsFault(peer: string, found: string, options?: ErrorOptions): ProtocolError {
  return new ProtocolError("handshake", `Cannot shake hands over TLS with ${peer}: ${found}`, options);
}

/** There was nothing in common to speak. */
export function noProtocol(peer: string): ZmqError {
  return tlsError(peer, undefined, "NO_APPLICATION_PROTOCOL");
}

/** The code of a runtime's error, or of what Node gives for one; empty if there is none. */
export function codeOf(error: unknown): string {
  if (typeof error === "string") return error;
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** The certificates in PEM text, each by itself: not every runtime reads several at once. */
export function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}

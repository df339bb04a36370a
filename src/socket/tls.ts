/**
 * The options of `tls`, for those entry points that have them: a row each, what they come to for a transport, and
 * whether they fit together.
 *
 * @module
 */

import { NotSupportedError, show, wrongRange, wrongType } from "../errors.ts";
import { isIPv4, isIPv6 } from "../transport/address.ts";
import type { Role } from "../transport/endpoint.ts";
import type { TlsOptions } from "../transport/link.ts";
import { certificatesIn } from "../transport/tls.ts";
import { type OptionRow, refuse } from "./option_table.ts";
import type { Settings } from "./settings.ts";

/** Schemes that are secured by TLS. */
const SECURED: readonly string[] = ["tls", "wss"];
const LONGEST_PROTOCOL = 255;
const LONGEST_HOSTNAME = 253;
const CLIENTS: readonly unknown[] = ["none", "request", "require"];

const SECRET = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[^-]*-----END \1-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/;

/** PEM text that `fault` finds nothing wrong with, or nothing. It is never shown. */
function pem(wanted: string, fault: (text: string) => string | undefined): OptionRow {
  return {
    initial: null,
    check(name, value) {
      if (value === null || value === undefined) return null;
      const kind = `Cannot set option "${name}": value is`;
      if (typeof value !== "string") throw wrongType(`${kind} not text, wanted ${wanted} in PEM, or null`);
      const found = fault(value);
      if (found !== undefined) throw wrongRange(`${kind} ${found}, wanted ${wanted} in PEM, or null`);
      return value;
    },
    use: (value) => value ?? undefined,
  };
}

const certificates = pem("certificates", (text) => certificatesIn(text).length === 0 ? "no certificate" : undefined);

/** The options, by name. */
export const TLS_OPTION_ROWS: Readonly<Record<string, OptionRow>> = {
  tlsKey: pem("a secret key", (text) => {
    if (ENCRYPTED.test(text)) return "an encrypted key";
    return SECRET.test(text) ? undefined : "no secret key";
  }),
  tlsCertificate: certificates,
  tlsTrust: certificates,
  tlsTrustSystem: {
    initial: undefined,
    check(name, value) {
      if (value === null || value === undefined) return undefined;
      return typeof value === "boolean" ? value : refuse(name, value, "true, false or undefined");
    },
  },
  tlsHostname: {
    initial: null,
    check(name, value) {
      if (value === null || value === undefined) return null;
      const text = typeof value === "string" && value.length <= LONGEST_HOSTNAME ? value : "";
      const fits = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(text) || isIPv4(text) || isIPv6(text);
      return fits ? text : refuse(name, value, "a host's name, an IP address or null");
    },
    use: (value) => value ?? undefined,
  },
  tlsAlpn: {
    initial: Object.freeze([]),
    check(name, value) {
      if (value === null) return Object.freeze([]);
      const names = Array.isArray(value) ? value : [undefined];
      const fits = names.every((one) =>
        typeof one === "string" && /^[\x21-\x7e]+$/.test(one) && one.length <= LONGEST_PROTOCOL
      );
      const wanted = `an array of protocols' names, each 1 to ${LONGEST_PROTOCOL} characters of ASCII`;
      return fits ? Object.freeze([...names]) : refuse(name, value, wanted);
    },
  },
  tlsClientCertificates: {
    initial: "none",
    check: (name, value) =>
      CLIENTS.includes(value) ? value : refuse(name, value, CLIENTS.map((one) => show(one)).join(", ")),
  },
};

/** What the options come to for a transport of this scheme. */
export function tlsOf(settings: Settings, scheme: string): { readonly tls?: TlsOptions } {
  if (!SECURED.includes(scheme)) return {};
  const { tlsKey, tlsCertificate, tlsTrust, tlsTrustSystem, tlsHostname, tlsAlpn, tlsClientCertificates } = settings;
  return {
    tls: {
      key: tlsKey,
      certificate: tlsCertificate,
      trust: tlsTrust,
      trustSystem: tlsTrustSystem ?? tlsTrust === undefined,
      hostname: tlsHostname,
      alpn: tlsAlpn,
      clientCertificates: tlsClientCertificates,
    },
  };
}

/**
 * Throws if the options do not fit together for an endpoint of this scheme.
 *
 * @param what What cannot be done then, e.g. `bind to "tls://*:5555"`.
 */
export function agreeTls(settings: Settings, what: string, scheme: string, role: Role): void {
  if (!SECURED.includes(scheme)) return;
  const refuse = (found: string, wanted: string): never => {
    throw wrongType(`Cannot ${what}: ${found}, wanted ${wanted}`);
  };
  const { tlsKey, tlsCertificate, tlsTrust, tlsTrustSystem, tlsClientCertificates, socksProxy } = settings;
  if ((tlsKey === undefined) !== (tlsCertificate === undefined)) {
    refuse(`there is no ${tlsKey === undefined ? "tlsKey" : "tlsCertificate"}`, "it and the other, or neither");
  }
  if (role === "bind" && tlsKey === undefined) refuse("there is no tlsCertificate", "it and its tlsKey");
  const trusts = tlsTrust !== undefined || (tlsTrustSystem ?? role === "connect");
  if (role === "bind" ? tlsClientCertificates !== "none" && !trusts : !trusts) {
    refuse("nobody is trusted", "tlsTrust, or tlsTrustSystem: true");
  }
  if (role === "connect" && socksProxy !== undefined) {
    throw new NotSupportedError(`Cannot ${what}: socksProxy is for tcp alone, wanted it to be null`);
  }
}

/**
 * Options of security: every socket heeds them.
 *
 * @module
 */

/**
 * Options of security: a mechanism, and the role in it. The role is the socket's, whether it binds or connects. Options
 * of two mechanisms, or half of what a role needs, make `bind` and `connect` throw: a socket that was to be secured is
 * never used with NULL instead. `inproc` needs none of it. They need the main entry point: on `./core` alone they throw
 * `ENOTSUP`.
 */
export interface SecurityOptions {
  /**
   * Take PLAIN's server role: clients say a username and a password, in clear text, and a ZAP handler (RFC 27) judges
   * them. **Without a handler nobody is let in.** Default `false`. RFC 24, libzmq: `ZMQ_PLAIN_SERVER`.
   */
  readonly plainServer?: boolean;
  /** The username to say to a PLAIN server, at most 255 octets; needs `plainPassword`. libzmq: `ZMQ_PLAIN_USERNAME`. */
  readonly plainUsername?: string | null;
  /** The password to say to a PLAIN server, at most 255 octets; needs `plainUsername`. libzmq: `ZMQ_PLAIN_PASSWORD`. */
  readonly plainPassword?: string | null;
  /**
   * Take CURVE's server role: everything is encrypted, and clients prove their keys. Needs `curveSecretKey`. **Without
   * a ZAP handler whoever knows the server's public key is let in.** Default `false`. RFC 26, libzmq: `ZMQ_CURVE_SERVER`.
   */
  readonly curveServer?: boolean;
  /**
   * Our public key: 40 characters of Z85, or 32 octets, and read back as Z85. A client needs it; a server may give it,
   * and then it must be that of `curveSecretKey`. libzmq: `ZMQ_CURVE_PUBLICKEY`.
   */
  readonly curvePublicKey?: string | Uint8Array | null;
  /** Our secret key: 40 characters of Z85, or 32 octets. See `curveKeyPair()`. libzmq: `ZMQ_CURVE_SECRETKEY`. */
  readonly curveSecretKey?: string | Uint8Array | null;
  /** The public key of the server that we are a client of: 40 characters of Z85, or 32 octets. libzmq: `ZMQ_CURVE_SERVERKEY`. */
  readonly curveServerKey?: string | Uint8Array | null;
  /**
   * What to tell the ZAP handler that we are, at most 255 octets. With one, peers without any mechanism are judged
   * too, by their addresses. Default `null`: none. RFC 27, libzmq: `ZMQ_ZAP_DOMAIN`.
   */
  readonly zapDomain?: string | null;
  /**
   * Let nobody in if there is a `zapDomain` and no ZAP handler, also with NULL and CURVE; and ask about CURVE clients
   * only if there is a `zapDomain`. Default `false`. libzmq: `ZMQ_ZAP_ENFORCE_DOMAIN`.
   */
  readonly zapEnforceDomain?: boolean;
}

/**
 * Options of `tls`, which is plain ZMTP within TLS 1.2 or 1.3, and a scheme of this library's own: a peer made of libzmq
 * needs a TLS terminator. Other transports do not heed them. Which role a socket has in TLS is the endpoint's doing:
 * what is bound is the server. Options that do not fit together make `bind` and `connect` throw a `TypeError`; a key that
 * does not go with its certificate makes `bind` reject and dialling fail, with `EINVAL`. A change holds from the next
 * `bind` and the next dial on. On `./core` alone there are no such names.
 *
 * @example A server needs a certificate, and says so
 * ```ts
 * import { Pull } from "@zerostream/zmq";
 * import { assertThrows } from "@std/assert";
 *
 * await using pull = new Pull();
 * assertThrows(() => pull.bind("tls://127.0.0.1:*"), TypeError, "there is no tlsCertificate");
 * ```
 */
export interface TransportSecurityOptions {
  /**
   * Our secret key, PEM text (PKCS #8, PKCS #1 or SEC 1), not encrypted; needs `tlsCertificate`. Never shown in an error.
   * Default `null`. libzmq: `ZMQ_WSS_KEY_PEM`, for `wss`.
   */
  readonly tlsKey?: string | null;
  /**
   * Our certificate, PEM text, and behind it those between it and an authority that peers trust. To bind needs it; where
   * we dial it is what a server that asks for one is shown. Default `null`. libzmq: `ZMQ_WSS_CERT_PEM`, for `wss`.
   */
  readonly tlsCertificate?: string | null;
  /**
   * The authorities that we trust, PEM text, one or more certificates; one that is self-signed can be named itself. A
   * server's certificate is always verified; there is no way around that. Where we bind, it is for clients' certificates.
   * Default `null`. libzmq: `ZMQ_WSS_TRUST_PEM`, for `wss`.
   */
  readonly tlsTrust?: string | null;
  /**
   * Whether those are trusted too that the runtime trusts. Default `undefined`: where we dial, if there is no `tlsTrust`;
   * where we bind, no. libzmq: `ZMQ_WSS_TRUST_SYSTEM`, for `wss`.
   */
  readonly tlsTrustSystem?: boolean | undefined;
  /**
   * The name that a server's certificate must have, which is also told to the server (SNI, RFC 6066): a host's name or an
   * IP address. Default `null`: the endpoint's host. libzmq: `ZMQ_WSS_HOSTNAME`, for `wss`.
   */
  readonly tlsHostname?: string | null;
  /**
   * What is spoken within TLS (ALPN, RFC 7301): names, the best first. With one or more, a peer that agrees to none of
   * them is refused, also if it knows nothing of ALPN. Default `[]`: that is not looked at. libzmq: none.
   */
  readonly tlsAlpn?: readonly string[];
  /**
   * Whether a bound endpoint asks its clients for certificates, which have to be by an authority of `tlsTrust`:
   * `"none"`, it does not; `"request"`, a client may show none; `"require"`, it may not. Default `"none"`. libzmq: none.
   */
  readonly tlsClientCertificates?: "none" | "request" | "require";
}

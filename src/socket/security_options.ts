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

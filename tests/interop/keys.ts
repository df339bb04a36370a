/**
 * The two key pairs of libzmq's own tests and documentation: not secret at all.
 *
 * @module
 */

import type { Secured } from "./matrix.ts";

/** The client's public key. */
export const CLIENT_PUBLIC = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
/** Its secret key. */
export const CLIENT_SECRET = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
/** The server's public key. */
export const SERVER_PUBLIC = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
/** Its secret key. */
export const SERVER_SECRET = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

/** Options of CURVE's server. */
export const CURVE_SERVER = { curveServer: true, curveSecretKey: SERVER_SECRET };
/** Options of its client. */
export const CURVE_CLIENT = {
  curveServerKey: SERVER_PUBLIC,
  curvePublicKey: CLIENT_PUBLIC,
  curveSecretKey: CLIENT_SECRET,
};
/** Options of PLAIN's server. */
export const PLAIN_SERVER = { plainServer: true };
/** Options of its client. */
export const PLAIN_CLIENT = { plainUsername: "admin", plainPassword: "secret" };
/** PLAIN, where who binds is the server. */
export const PLAIN: Secured = { server: PLAIN_SERVER, client: PLAIN_CLIENT, judged: true };
/** Where whoever judges peers is bound. */
export const ZAP = "inproc://zeromq.zap.01";
/** CURVE, where who binds is the server. */
export const CURVE: Secured = { server: CURVE_SERVER, client: CURVE_CLIENT };

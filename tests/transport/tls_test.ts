import { assert, assertEquals } from "@std/assert";
import { ProtocolError, ZmqError } from "../../src/errors.ts";
import { certificatesIn, codeOf, noProtocol, tlsError } from "../../src/transport/tls.ts";
import { authority, local } from "../certificates.ts";
import { test } from "../harness.ts";

const PEER = "tls://192.0.2.1:5555";
const UNTRUSTED = "its certificate cannot be verified, wanted one that is valid now and by an authority of tlsTrust";

for (
  const [code, found] of [
    ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate has other names, wanted tlsHostname or the endpoint's host"],
    ["CERT_HAS_EXPIRED", "its certificate has expired, wanted one that is valid now"],
    ["CERT_NOT_YET_VALID", "its certificate is not valid yet, wanted one that is valid now"],
    ["CERT_REVOKED", "its certificate has been revoked, wanted one that is valid"],
    ["INVALID_PURPOSE", "its certificate is for another purpose, wanted one for its role"],
    ["SELF_SIGNED_CERT_IN_CHAIN", UNTRUSTED],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", UNTRUSTED],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", UNTRUSTED],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", UNTRUSTED],
    ["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "it showed no certificate, wanted one"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "it wants a certificate of ours, wanted tlsCertificate and tlsKey"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "it does not take a certificate of ours, wanted one that it does"],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "it does not take a certificate of ours, wanted one that it does"],
    ["ERR_SSL_NO_APPLICATION_PROTOCOL", "there is no protocol for both, wanted one of tlsAlpn"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "there is no version and cipher for both, wanted those of TLS 1.2 or 1.3"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "there is no version and cipher for both, wanted those of TLS 1.2 or 1.3"],
    [
      "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
      "there is no version and cipher for both, wanted those of TLS 1.2 or 1.3",
    ],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "what came is not TLS, wanted it to be"],
    ["ERR_SSL_HTTP_REQUEST", "what came is not TLS, wanted it to be"],
    ["ERR_SSL_NEVER_HEARD_OF", "something new, wanted no such failure"],
  ] as const
) {
  test(`TLS's ${code} is put into words`, () => {
    const cause = Object.assign(new Error("something new\nand more"), { code });
    const error = tlsError(PEER, cause);
    assert(error instanceof ProtocolError);
    assertEquals([error.code, error.phase, error.cause], ["EPROTO", "handshake", cause]);
    assertEquals(error.message, `Cannot shake hands over TLS with ${PEER}: ${found}`);
  });
}

for (const code of ["ECONNRESET", "EPIPE"]) {
  test(`${code} during TLS's handshake stays what it is`, () => {
    const error = tlsError(PEER, Object.assign(new Error("gone"), { code }));
    assert(error instanceof ZmqError && !(error instanceof ProtocolError));
    assertEquals(error.code, code);
    assertEquals(error.message, `Cannot shake hands over TLS with ${PEER}: the peer hung up, wanted it to shake hands`);
  });
}

test("a code is read from an error, or is one", () => {
  const cases = [["X", "X"], [{ code: "Y" }, "Y"], [new Error("no code"), ""], [null, ""], [undefined, ""], [{
    code: 7,
  }, ""]];
  for (const [value, code] of cases) assertEquals(codeOf(value), code);
  assert(noProtocol(PEER).message.endsWith("wanted one of tlsAlpn"));
});

test("certificates are found in PEM text, whatever stands between them", () => {
  const text = `# one\r\n${local.certificate}\nand the other\n${authority.certificate}tail`;
  assertEquals(certificatesIn(text), [local.certificate.trim(), authority.certificate.trim()]);
  assertEquals(certificatesIn(local.key), []);
  assertEquals(certificatesIn(""), []);
});

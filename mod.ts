/**
 * ZeroMQ for every JavaScript runtime: pure TypeScript, no native code, and on the wire the same as libzmq.
 *
 * @example A service and its client
 * ```ts
 * import { Reply, Request, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new Reply();
 * const endpoint = await server.bind("tcp://127.0.0.1:*");
 * (async () => {
 *   for await (const [question] of server) await server.send(`RESPONSE: ${text(question)}`);
 * })();
 *
 * await using client = new Request();
 * client.connect(endpoint);
 * await client.send("Hello, ZeroMQ!");
 * assertEquals(text((await client.receive())[0]), "RESPONSE: Hello, ZeroMQ!");
 * ```
 *
 * @module
 */

import { detectTransports } from "./src/runtime/detect.ts";
import { provideTransports } from "./src/socket/default_transports.ts";
import { provideMoreOptions } from "./src/socket/more_options.ts";
import { provideOldPeers } from "./src/socket/old_peers.ts";
import { provideSecurity } from "./src/socket/security.ts";
import { provideSocks } from "./src/socket/socks.ts";
import { provideStreamOptions } from "./src/socket/stream.ts";

export * from "./src/core.ts";
export { Authenticator, type AuthenticatorOptions, type AuthRuleOptions } from "./src/auth/authenticator.ts";
export {
  Certificate,
  type CertificateParts,
  type CertificateSaveOptions,
  type CurveClientOptions,
  type CurveServerOptions,
} from "./src/auth/certificate.ts";
export { CertificateDirectory, type CertificateStore } from "./src/auth/certificate_directory.ts";
export type { AuthEvent, AuthEventListener, AuthEventType } from "./src/auth/listeners.ts";
export type { PasswordTable } from "./src/auth/passwords.ts";
export type { AuthPeer, CurveKey, CurveRule, PlainRule } from "./src/auth/policy.ts";
export type {
  AuthAnswer,
  AuthGrant,
  AuthQuestion,
  AuthRefusal,
  CurveCallback,
  CurveQuestion,
  PlainCallback,
  PlainQuestion,
} from "./src/auth/verdicts.ts";

provideTransports(detectTransports);
provideMoreOptions();
provideOldPeers();
provideSocks();
provideSecurity();
provideStreamOptions();

/**
 * REQ and REP through TLS: a server that accepts TLS connections and attaches each to its REP, and a client that dials
 * one for its REQ. TLS says who the server is and hides what is said; ZeroMQ knows nothing of it.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-env examples/attached/tls_tunnel.ts [questions]
 * bun examples/attached/tls_tunnel.ts [questions]
 * node examples/attached/tls_tunnel.ts [questions]
 * ```
 *
 * `localhost.crt` beside it is a certificate for `localhost`, signed by its own key, which everyone can read: for examples alone.
 * It was made by
 *
 * ```sh
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost \
 *   -addext subjectAltName=DNS:localhost -keyout localhost.key -out localhost.crt
 * ```
 */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { Duplex } from "node:stream";
import { connect, createServer, type TLSSocket } from "node:tls";
import { type DuplexStream, Reply, Request, text } from "@zerostream/zmq";

const read = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
const cert = read("localhost.crt");
const questions = Number(process.argv[2] ?? 3);

/** A connection as streams of the web. */
function duplex(socket: TLSSocket): DuplexStream {
  return Duplex.toWeb(socket) as unknown as DuplexStream;
}

await using reply = new Reply({ maxConnections: 10 });
const server = createServer({ key: read("localhost.key"), cert, allowHalfOpen: true });
server.on("secureConnection", (socket) => {
  const { remoteAddress, remotePort } = socket;
  // Its role: who comes to us counts towards `maxConnections`. Its name: what events and peers show.
  reply.attach(duplex(socket), { role: "bind", peer: `tcp://${remoteAddress}:${remotePort}` });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
reply.events.on("handshake", ({ peer, socketType }) => console.log(`A ${socketType} at ${peer}`));
(async () => {
  for await (const [question] of reply) await reply.send(`${text(question)}? Yes`);
})();

const { port } = server.address() as AddressInfo;
const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: cert });
await once(socket, "secureConnect");
console.log(`Connected by ${socket.getProtocol()}`);
{
  await using request = new Request();
  request.attach(duplex(socket));
  for (let i = 1; i <= questions; i++) {
    console.log(text((await request.request(`Question ${i}`, { timeout: 10_000 }))[0]));
  }
}
server.close();

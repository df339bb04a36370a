/** Secrets: a server that those with its key can talk to. */
import { curveKeyPair, Reply, Request } from "zeromq";

const [ours, theirs] = [curveKeyPair(), curveKeyPair()];
const server = new Reply({ curveServer: true, curveSecretKey: ours.secretKey });
await server.bind("tcp://127.0.0.1:*");
const client = new Request({
  curveServerKey: ours.publicKey,
  curvePublicKey: theirs.publicKey,
  curveSecretKey: theirs.secretKey,
});
client.connect(server.lastEndpoint!);
console.log(server.securityMechanism, client.securityMechanism);
await client.send("who can read this?");
console.log((await server.receive()).toString());
await server.send("you can");
console.log((await client.receive()).toString());
client.close();
server.close();

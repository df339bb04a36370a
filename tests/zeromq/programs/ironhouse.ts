/** The ironhouse: everything is encrypted, and a handler of the program's own knows which keys may come in. */
import { curveKeyPair, Pull, Push, Router } from "zeromq";

const Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

function toZ85(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 4) {
    let value = octets[at]! * 2 ** 24 + octets[at + 1]! * 2 ** 16 + octets[at + 2]! * 2 ** 8 + octets[at + 3]!;
    let group = "";
    for (let digit = 0; digit < 5; digit++) {
      group = Z85[value % 85] + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}

const [serverKeys, friend, stranger] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
const welcome = new Map([[friend.publicKey, "friend"]]);
const handler = new Router();
await handler.bind("inproc://zeromq.zap.01");
const handling = (async () => {
  for await (const [path, delimiter, version, id, domain, address, , mechanism, key] of handler) {
    const name = welcome.get(toZ85(key!));
    console.log(`${mechanism} from ${address} in ${domain}: ${name ?? "a stranger"}`);
    const verdict = name === undefined ? ["400", "No", "", ""] : ["200", "OK", name, ""];
    await handler.send([path!, delimiter!, version!, id!, ...verdict]);
  }
})();

const server = new Pull({ curveServer: true, curveSecretKey: serverKeys.secretKey, zapDomain: "global" });
await server.bind("tcp://127.0.0.1:*");

function guest({ publicKey, secretKey }: { publicKey: string; secretKey: string }): Push {
  const client = new Push({
    curveServerKey: serverKeys.publicKey,
    curvePublicKey: publicKey,
    curveSecretKey: secretKey,
    linger: 0,
    reconnectInterval: 60_000,
  });
  client.connect(server.lastEndpoint!);
  return client;
}

const bad = guest(stranger);
const refused = new Promise<string>((resolve) => {
  bad.events.on("handshake:error:auth", ({ error }) => resolve(`refused: ${error.status} ${error.message}`));
});
await bad.send("let me in");
console.log(await refused);
bad.close();
const good = guest(friend);
await good.send("it is me");
console.log((await server.receive()).toString(), good.securityMechanism);
good.close();
server.close();
handler.close();
await handling;

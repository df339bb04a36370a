/** A small web server: STREAM talks to whoever speaks no ZMTP. */
import { Stream } from "zeromq";

const server = new Stream();
await server.bind("tcp://127.0.0.1:*");
const address = server.lastEndpoint!.replace("tcp", "http");

async function serve(): Promise<void> {
  const asked = new Map<string, string>();
  for await (const [id, data] of server) {
    const key = id.toString("hex");
    // A connection begins and ends with an empty message.
    if (data.length === 0) {
      asked.delete(key);
      continue;
    }
    const question = (asked.get(key) ?? "") + data.toString();
    asked.set(key, question);
    if (!question.includes("\r\n\r\n")) continue;
    const body = `You asked for ${question.split(" ")[1]}`;
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`;
    await server.send([id, `${head}\r\n\r\n${body}`]);
    await server.send([id, null]);
  }
}

const serving = serve();
for (const path of ["/", "/news", "/weather?today"]) {
  const response = await fetch(address + path);
  console.log(response.status, response.headers.get("content-type"), await response.text());
}
server.close();
await serving;

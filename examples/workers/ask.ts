/**
 * A Worker that lets HTTP ask a ZeroMQ service: the body of a POST is the question, the reply is the response. Who does
 * not reply within a second makes it a 504.
 *
 * ```sh
 * node examples/rep_server.ts
 * npm run workers
 * curl -d "Hello, ZeroMQ!" http://127.0.0.1:8787/
 * ```
 */

import { Context, Request as Client, TimeoutError } from "@zerostream/zmq/core";
import { transports } from "@zerostream/zmq/workers";

/** What `config.capnp` binds. */
interface Env {
  /** Where the service is bound. */
  readonly SERVICE: string;
}

// A context opens nothing, so it can be made here. A socket belongs to one request.
const context = new Context({ transports, linger: 0 });

export default {
  async fetch(request: Request, { SERVICE }: Env): Promise<Response> {
    if (request.method !== "POST") {
      return new Response("POST a question\n", { status: 405, headers: { allow: "POST" } });
    }
    const question = new Uint8Array(await request.arrayBuffer());

    await using client = new Client({ context });
    client.connect(SERVICE);
    try {
      const [answer] = await client.request(question, { timeout: 1000 });
      return new Response(answer!.slice());
    } catch (error) {
      if (error instanceof TimeoutError) return new Response("The service does not answer\n", { status: 504 });
      throw error;
    }
  },
};

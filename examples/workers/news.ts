/**
 * A Worker that passes news on to browsers, as server-sent events: what a PUB socket publishes under the topic that the
 * URL asks for.
 *
 * ```sh
 * node examples/pub_server.ts
 * npm run workers
 * curl -N "http://127.0.0.1:8788/?topic=weather.rome"
 * ```
 *
 * A client that reads slowly is waited for: its socket's queue fills up, and then the publisher drops what is for it, as
 * PUB does. When the client has gone the socket is closed. A Worker learns of that when it writes, so where there are no
 * news it writes a comment now and then.
 */

import { Context, type Frames, Subscriber, text } from "@zerostream/zmq/core";
import { transports } from "@zerostream/zmq/workers";

/** What `config.capnp` binds. */
interface Env {
  /** Where the publisher is bound. */
  readonly NEWS: string;
}

/** Milliseconds of silence before a comment. */
const QUIET = 5000;

const context = new Context({ transports, linger: 0, receiveHighWaterMark: 100 });

export default {
  fetch(request: Request, { NEWS }: Env): Response {
    const subscriber = new Subscriber({ context });
    subscriber.subscribe(new URL(request.url).searchParams.get("topic") ?? "");
    subscriber.connect(NEWS);

    const reader = subscriber.readable.getReader();
    let next = reader.read();
    const lines = new ReadableStream<string>({
      // The runtime sends headers with the first octets, and the client need not wait for news to have them.
      start: (controller) => controller.enqueue(": here you are\n\n"),
      async pull(controller) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const quiet = new Promise<undefined>((resolve) => timer = setTimeout(resolve, QUIET, undefined));
        const result = await Promise.race([next, quiet]);
        clearTimeout(timer);
        if (result === undefined) return controller.enqueue(": no news\n\n");
        if (result.done) return controller.close();
        next = reader.read();
        controller.enqueue(event(result.value));
      },
      // The client has gone.
      cancel: () => void subscriber.close(),
    }, { highWaterMark: 0 });
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
    return new Response(lines.pipeThrough(new TextEncoderStream()), { headers });
  },
};

/** One event: the topic is its name, each further frame a piece of its data. */
function event([topic, ...data]: Frames): string {
  const lines = data.flatMap((frame) => text(frame).split(/\r\n|\r|\n/)).map((line) => `data: ${line}\n`);
  return `event: ${text(topic!).replace(/[\r\n]/g, " ")}\n${lines.join("")}\n`;
}

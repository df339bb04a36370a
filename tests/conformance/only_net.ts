/** Binds a name, every interface, and an interface that is not there; says what came of each. */
import { tcp } from "../../src/runtime/deno/mod.ts";

const signal = new AbortController().signal;
const results: string[] = [];
for (const host of ["localhost", "*", "no-such-interface"]) {
  try {
    const accepted = Promise.withResolvers<void>();
    const listener = await tcp.listen(`tcp://${host}:*`, { backlog: 10, ipv6: false }, {
      accept(link): void {
        link.abort();
        accepted.resolve();
      },
      failed: accepted.reject,
    });
    const port = listener.endpoint.slice(listener.endpoint.lastIndexOf(":") + 1);
    const link = await tcp.connect(`tcp://localhost:${port}`, { signal, ipv6: false });
    await accepted.promise;
    link.abort();
    await listener.close();
    results.push(host);
  } catch (error) {
    results.push((error as { code: string }).code);
  }
}
console.log(results.join(" "));

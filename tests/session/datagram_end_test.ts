import { assertEquals } from "@std/assert";
import type { SocketEvent } from "../../src/monitor/events.ts";
import { DatagramEnd, type DatagramForm, type DatagramHost } from "../../src/session/datagram_end.ts";
import type { DatagramHandler, DatagramPort } from "../../src/transport/datagram.ts";
import { test } from "../harness.ts";
import { Host } from "../inproc_fixture.ts";
import { settled } from "../manual_clock.ts";
import { message, show } from "../pipe_fixture.ts";

const ENDPOINT = "udp://192.0.2.1:5555";

/** A datagram is the one frame of its message; "long" cannot be sent, and "?" is none. */
const FORM: DatagramForm = {
  encode: ([body]) => show([body!]) === "long" ? undefined : { octets: body!.slice() },
  decode: (octets) => show([octets]) === "?" ? undefined : [octets],
};

class Observer extends Host implements DatagramHost {
  override readonly options: DatagramHost["options"];
  readonly observed = true;
  readonly events: string[] = [];

  constructor(options: Partial<DatagramHost["options"]> = {}) {
    super("RADIO");
    const limits = { sendHighWaterMark: 2, receiveHighWaterMark: 2, conflate: false };
    const more = { reconnectInterval: 100, reconnectMaxInterval: 0, messageMetadata: false, maxMessageSize: Infinity };
    this.options = { ...limits, ...more, ...options };
  }

  emit(event: SocketEvent): void {
    this.events.push(event.type === "connect:retry" ? `${event.type} ${event.interval}` : event.type);
  }
}

/** A port of arrays, that takes what it is given when it is told to. */
class Port implements DatagramPort {
  readonly endpoint = ENDPOINT;
  readonly sent: string[] = [];
  readonly #loans: ((error?: Error) => void)[] = [];
  closings = 0;

  send(octets: Uint8Array, done: (error?: Error) => void): void {
    this.sent.push(show([octets])!);
    this.#loans.push(done);
  }

  take(error?: Error): void {
    for (const done of this.#loans.splice(0)) done(error);
  }

  unref(): void {}

  close(): Promise<void> {
    this.closings++;
    return Promise.resolve();
  }
}

/** A connected end, and whoever opens ports for it. */
function dialled(options: Partial<DatagramHost["options"]> = {}) {
  const host = new Observer(options);
  const end = new DatagramEnd(host, FORM, ENDPOINT, true);
  const attempts: {
    readonly handler: DatagramHandler;
    readonly signal: AbortSignal;
    readonly open: (port: Port) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  end.dial((handler, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<DatagramPort>();
    attempts.push({ handler, signal, open: resolve, fail: reject });
    return promise;
  });
  return { host, end, attempts };
}

test("what is sent before the port is open waits for it, up to the high-water mark, and goes out in order", async () => {
  const { host, end, attempts } = dialled();
  assertEquals(host.told(), ["attach"]);
  end.pipe.write(message("a"));
  end.pipe.write(message("b"));
  assertEquals([end.pipe.canWrite(), end.stats().queuedOut, end.stats().connected], [false, 2, false]);
  const port = new Port();
  attempts[0]!.open(port);
  await settled();
  assertEquals([port.sent, end.stats().connected, end.pipe.canWrite()], [["a"], true, false]);
  port.take();
  assertEquals(port.sent, ["a", "b"]);
  port.take();
  assertEquals([host.told(), end.pipe.canWrite()], [["ready", "writable"], true]);
  assertEquals([end.stats().messagesOut, end.stats().bytesOut, end.stats().queuedOut], [2, 2, 0]);
  assertEquals(host.events, ["connect:delay", "connect"]);
  await end.close(0);
  assertEquals([port.closings, host.told()], [1, ["detach", "closed 0"]]);
});

test("what cannot be sent as a datagram, or is not taken, is dropped and counted, and the rest goes", async () => {
  const { end, attempts } = dialled();
  const port = new Port();
  attempts[0]!.open(port);
  await settled();
  end.pipe.write(message("long"));
  end.pipe.write(message("a"));
  await settled();
  assertEquals([port.sent, end.pipe.dropped, end.pipe.queued], [["a"], 1, 1]);
  port.take(new Error("EMSGSIZE"));
  assertEquals([end.pipe.dropped, end.pipe.queued, end.stats().messagesOut], [2, 0, 0]);
  await end.close(0);
});

test("what is no message is passed over, and what comes beyond the high-water mark is lost", async () => {
  const { host, end, attempts } = dialled();
  host.receiving = false;
  attempts[0]!.open(new Port());
  await settled();
  for (const text of ["a", "?", "b", "c"]) attempts[0]!.handler.received(message(text)[0]!, "192.0.2.2:1");
  assertEquals([end.stats().queuedIn, end.pipe.dropped, end.stats().messagesIn], [2, 1, 3]);
  host.receive();
  attempts[0]!.handler.received(message("d")[0]!, "192.0.2.2:1");
  host.receive();
  assertEquals(host.received, ["a", "b", "d"]);
  await end.close(0);
});

test("a port that cannot be had, or fails, is opened again after reconnectInterval", async () => {
  const { host, end, attempts } = dialled();
  attempts[0]!.fail(new Error("ENETUNREACH"));
  await settled();
  await host.clock.advance(99);
  assertEquals(attempts.length, 1);
  await host.clock.advance(1);
  attempts[1]!.open(new Port());
  await settled();
  attempts[1]!.handler.failed(new Error("EIO"));
  end.pipe.write(message("kept"));
  await host.clock.advance(100);
  const port = new Port();
  attempts[2]!.open(port);
  await settled();
  assertEquals([port.sent, end.stats().reconnects], [["kept"], 1]);
  const retry = ["connect:retry 100", "connect:delay"];
  assertEquals(host.events, ["connect:delay", ...retry, "connect", "disconnect", ...retry, "connect"]);
  port.take();
  await end.close(0);
});

test("with no reconnectInterval a port that cannot be had ends it", async () => {
  const { host, attempts } = dialled({ reconnectInterval: 0 });
  attempts[0]!.fail(new Error("ENETUNREACH"));
  await settled();
  assertEquals(host.told(), ["attach", "detach", "closed 0"]);
  assertEquals(host.events, ["connect:delay", "close"]);
});

test("closing waits for what the system has not taken, for linger at most", async () => {
  const { host, end, attempts } = dialled();
  const port = new Port();
  attempts[0]!.open(port);
  await settled();
  end.pipe.write(message("a"));
  const closing = end.close(1000);
  await settled();
  assertEquals(port.closings, 0);
  port.take();
  assertEquals([await closing, port.closings, host.clock.timers], [0, 1, 0]);

  const late = dialled();
  late.end.pipe.write(message("b"));
  const given = late.end.close(1000);
  await late.host.clock.advance(1000);
  assertEquals([await given, late.attempts[0]!.signal.aborted], [1, true]);
});

test("a port that opens after the end is closed is closed too", async () => {
  const { end, attempts } = dialled();
  await end.close(0);
  const port = new Port();
  attempts[0]!.open(port);
  await settled();
  assertEquals(port.closings, 1);
});

test("a bound port that fails ends it", async () => {
  const host = new Observer();
  const end = new DatagramEnd(host, FORM, ENDPOINT, false);
  const port = new Port();
  end.accept(port);
  end.failed(new Error("EIO"));
  assertEquals([host.told(), end.stats().connected], [["attach", "ready", "detach", "closed 0"], false]);
  assertEquals([await end.close(0), host.clock.timers], [0, 0]);
});

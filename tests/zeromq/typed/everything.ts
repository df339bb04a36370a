/**
 * What TypeScript programs write with npm `zeromq`. Never run: both packages' types must take all of it, and refuse what
 * is marked to be refused.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as zmq from "zeromq";
import {
  capability,
  Context,
  context,
  curveKeyPair,
  Dealer,
  type Event,
  type EventOfType,
  type EventSubscriber,
  type EventType,
  type Message,
  type MessageLike,
  Observer,
  Pair,
  Proxy,
  Publisher,
  Pull,
  Push,
  type Readable,
  Reply,
  Request,
  Router,
  type RouterConnectOptions,
  type Socket,
  type SocketOptions,
  Stream,
  type StreamConnectOptions,
  Subscriber,
  version,
  type Writable,
  XPublisher,
  XSubscriber,
} from "zeromq";

/** Everything that sends, and everything that receives. */
export type Sends = Pair | Publisher | Request | Reply | Dealer | Router | Push | XPublisher | XSubscriber;
export type Receives = Pair | Subscriber | Request | Reply | Dealer | Router | Pull | XPublisher | XSubscriber;

export async function send(socket: Sends): Promise<void> {
  await socket.send("text");
  await socket.send(null);
  await socket.send(5);
  await socket.send(Buffer.from("octets"));
  await socket.send(new Uint8Array(5));
  await socket.send(new ArrayBuffer(5));
  await socket.send(new DataView(new ArrayBuffer(5)));
  await socket.send(["text", Buffer.from("octets"), null, 5]);
  // @ts-expect-error: no such part
  await socket.send({ text: "text" });
  // @ts-expect-error: nothing at all
  await socket.send();
  const timeout: number = socket.sendTimeout;
  socket.sendHighWaterMark = timeout;
}

export async function receive(socket: Receives): Promise<string> {
  const message: Message[] = await socket.receive();
  const [first, second] = await socket.receive();
  const texts: string[] = message.map((part) => part.toString("utf8"));
  for await (const [topic, ...rest] of socket) {
    texts.push(topic!.toString(), ...rest.map((part) => part.toString("hex")));
  }
  const number: number = first!.readUInt8(0) + second!.length;
  socket.receiveTimeout = number;
  return texts.join();
}

export function options(): Socket[] {
  const own = new Context({ blocky: false, maxSockets: 5, ipv6: true, ioThreads: 1, maxMessageSize: 5 });
  own.blocky = context.blocky;
  const limit: number = own.maxSocketsLimit;
  const given: SocketOptions<Dealer> = { linger: 0, routingId: "me", sendTimeout: limit, context: own };
  // @ts-expect-error: PUSH receives nothing
  const wrong: SocketOptions<Push> = { receiveTimeout: 5 };
  // @ts-expect-error: no such option
  const unknown: SocketOptions<Push> = { nonsense: 5 };
  // @ts-expect-error: what is only read is no option
  const readOnly: SocketOptions<Push> = { lastEndpoint: "tcp://127.0.0.1:5555" };
  return [
    new Dealer(given),
    new Push(wrong),
    new Push(unknown),
    new Push(readOnly),
    new Pair(),
    new Publisher({ noDrop: true, conflate: true, invertMatching: true }),
    new Subscriber({ conflate: true, receiveHighWaterMark: 5, context: own }),
    new Request({ correlate: true, relaxed: true, probeRouter: true }),
    new Reply({ routingId: "me" }),
    new Router({ mandatory: true, handover: true }),
    new Pull({ conflate: true, maxMessageSize: 5 }),
    new XPublisher({ manual: true, verbosity: "allSubs", welcomeMessage: "hello" }),
    new XSubscriber({ heartbeatInterval: 5, heartbeatTimeout: 5, heartbeatTimeToLive: 5 }),
    new Dealer({ curveServer: true, curveSecretKey: curveKeyPair().secretKey, zapDomain: "domain" }),
    new Dealer({ plainUsername: "user", plainPassword: "password", securityless: undefined } as object),
    new Stream({ notify: true }),
  ];
}

export async function endpoints(socket: Socket): Promise<void> {
  await socket.bind("tcp://127.0.0.1:*");
  socket.bindSync("inproc://name");
  socket.unbindSync("inproc://name");
  const bound: string | null = socket.lastEndpoint;
  await socket.unbind(bound!);
  socket.connect("tcp://127.0.0.1:5555");
  socket.disconnect("tcp://127.0.0.1:5555");
  const flags: boolean[] = [socket.closed, socket.readable, socket.writable, socket.threadSafe, socket.ipv6];
  const mechanism: null | "plain" | "curve" | "gssapi" = socket.securityMechanism;
  const type: number = socket.type;
  const its: Context = socket.context;
  console.log(flags, mechanism, type, its);
  // @ts-expect-error: only read
  socket.closed = true;
  // @ts-expect-error: only read
  socket.type = 5;
  socket.close();
}

export function routed(router: Router, stream: Stream): void {
  const named: RouterConnectOptions = { routingId: "peer" };
  router.connect("tcp://127.0.0.1:5555", named);
  const other: StreamConnectOptions = { routingId: "peer" };
  stream.connect("tcp://127.0.0.1:5555", other);
}

export function subscribed(subscriber: Subscriber): void {
  subscriber.subscribe();
  subscriber.subscribe("text", Buffer.from("octets"));
  subscriber.unsubscribe("text");
  // @ts-expect-error: no such prefix
  subscriber.subscribe(5);
}

export async function observed(socket: Socket): Promise<void> {
  const events: Observer = socket.events;
  const chained: EventSubscriber = events.on("bind", ({ address }) => console.log(address.length));
  chained.on("bind:error", ({ error, address }) => console.log(error.code, error.errno, address));
  chained.off("connect:retry", ({ interval }) => console.log(interval.toFixed()));
  events.on("handshake:error:auth", ({ error }) => console.log(error.status));
  events.on("handshake:error:protocol", ({ error }) => console.log(error.code === "ERR_ZMTP_CRYPTOGRAPHIC"));
  events.on("end", (event) => console.log(event.type));
  // @ts-expect-error: no such event
  events.on("nonsense", () => {});
  const event: Event = await events.receive();
  if (event.type === "accept:error") console.log(event.error.message, event.address);
  for await (const one of events) {
    switch (one.type) {
      case "connect:retry":
        console.log(one.interval);
        break;
      case "accept":
        console.log(one.address);
        break;
    }
  }
  const type: EventType = "disconnect";
  const closed: EventOfType<"close"> = { type: "close", address: "tcp://127.0.0.1:5555" };
  console.log(type, closed, events.closed);
  events.close();
  new Observer(socket).close();
}

export async function proxied(): Promise<void> {
  const proxy = new Proxy(new Router(), new Dealer());
  const front: Router = proxy.frontEnd;
  const back: Dealer = proxy.backEnd;
  await front.bind("tcp://*:5555");
  await back.bind("tcp://*:5556");
  proxy.pause();
  proxy.resume();
  proxy.terminate();
  await proxy.run();
}

/** As libraries write it that take any socket. */
export async function generic<S extends Socket & Readable & Writable>(
  socket: S,
  part: MessageLike,
): Promise<Message[]> {
  await socket.send([part, "text"]);
  return await socket.receive();
}

export function numbers(): unknown[] {
  const text: string = version;
  const flags: (boolean | undefined)[] = [capability.ipc, capability.curve, capability.draft, capability.gssapi];
  return [text, flags, zmq.version, new zmq.Push() instanceof zmq.Socket];
}

/** A class of one's own, with an option by its number. */
export class Own extends zmq.Subscriber {
  get topics(): number {
    return this.getInt32Option(116);
  }

  set token(value: string) {
    this.setStringOption(5, value);
  }
}

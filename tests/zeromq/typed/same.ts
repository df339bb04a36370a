/**
 * Both packages' types beside each other: the same names, each class with the same members, options that can be set, and
 * events. Never run: what differs is not `never`, and does not compile. Where `zeromq` stands for the face, it is compared
 * with itself; `tsconfig.zeromq.npm.json`, and Deno, have the package.
 *
 * @module
 */

import type * as Theirs from "zeromq";
import type * as TheirDrafts from "zeromq/draft.js";
import type * as Theirs5 from "zeromq/v5-compat.js";
import type * as OurDrafts from "../../../src/zeromq/draft/mod.ts";
import type * as Ours from "../../../src/zeromq/mod.ts";
import type * as Ours5 from "../../../src/zeromq/v5/mod.ts";

/** Whether two types are one and the same. */
type Same<X, Y> = (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? true : false;

/** Names that only one of two has. */
type Missing<X, Y> = Exclude<keyof X, keyof Y> | Exclude<keyof Y, keyof X>;

/**
 * Members whose types are of each package's own, which TypeScript tells apart by their names: two classes, and the enum
 * of socket types, that npm `zeromq` does not export and that is `number` here.
 */
type Own = "context" | "events" | "type";

/** Members of one name and different types. */
type Different<X, Y> = {
  [K in Exclude<keyof X & keyof Y, Own | symbol>]: Same<Pick<X, K>, Pick<Y, K>> extends true ? never : K;
}[Exclude<keyof X & keyof Y, Own | symbol>];

/** What differs between two classes: nothing. */
type Lacks<X, Y> = Missing<X, Y> | Different<X, Y>;

interface TheirSockets {
  Pair: Theirs.Pair;
  Publisher: Theirs.Publisher;
  Subscriber: Theirs.Subscriber;
  Request: Theirs.Request;
  Reply: Theirs.Reply;
  Dealer: Theirs.Dealer;
  Router: Theirs.Router;
  Pull: Theirs.Pull;
  Push: Theirs.Push;
  XPublisher: Theirs.XPublisher;
  XSubscriber: Theirs.XSubscriber;
  Stream: Theirs.Stream;
  Server: TheirDrafts.Server;
  Client: TheirDrafts.Client;
  Radio: TheirDrafts.Radio;
  Dish: TheirDrafts.Dish;
  Gather: TheirDrafts.Gather;
  Scatter: TheirDrafts.Scatter;
  Datagram: TheirDrafts.Datagram;
}
interface OurSockets {
  Pair: Ours.Pair;
  Publisher: Ours.Publisher;
  Subscriber: Ours.Subscriber;
  Request: Ours.Request;
  Reply: Ours.Reply;
  Dealer: Ours.Dealer;
  Router: Ours.Router;
  Pull: Ours.Pull;
  Push: Ours.Push;
  XPublisher: Ours.XPublisher;
  XSubscriber: Ours.XSubscriber;
  Stream: Ours.Stream;
  Server: OurDrafts.Server;
  Client: OurDrafts.Client;
  Radio: OurDrafts.Radio;
  Dish: OurDrafts.Dish;
  Gather: OurDrafts.Gather;
  Scatter: OurDrafts.Scatter;
  Datagram: OurDrafts.Datagram;
}
type Name = keyof TheirSockets;

/** Every difference, by name: each is `never`. */
export interface Differences {
  exported: Missing<typeof Theirs, typeof Ours>;
  exported5: Missing<typeof Theirs5, typeof Ours5>;
  exportedDrafts: Missing<typeof TheirDrafts, typeof OurDrafts>;
  options5: Missing<typeof Theirs5.options, typeof Ours5.options>;
  types5: Exclude<Theirs5.SocketType, Ours5.SocketType> | Exclude<Ours5.SocketType, Theirs5.SocketType>;
  members5: Missing<Theirs5.Socket, Ours5.Socket>;
  sockets: { [N in Name]: Lacks<TheirSockets[N], OurSockets[N]> }[Name];
  options: {
    [N in Name]: Lacks<
      Required<Theirs.SocketOptions<TheirSockets[N]>>,
      Required<Ours.SocketOptions<OurSockets[N]>>
    >;
  }[Name];
  context: Lacks<Theirs.Context, Ours.Context>;
  contextOptions: Lacks<
    Required<NonNullable<ConstructorParameters<typeof Theirs.Context>[0]>>,
    Required<NonNullable<ConstructorParameters<typeof Ours.Context>[0]>>
  >;
  observer: Exclude<Lacks<Theirs.Observer, Ours.Observer>, "on" | "off" | "receive">;
  proxy: Missing<Theirs.Proxy, Ours.Proxy>;
  eventTypes: Exclude<Theirs.EventType, Ours.EventType> | Exclude<Ours.EventType, Theirs.EventType>;
  events: {
    [E in Theirs.EventType]:
      | Missing<Theirs.EventOfType<E>, Ours.EventOfType<E>>
      | (Theirs.EventOfType<E> extends Ours.EventOfType<E> ? never : E)
      | (Ours.EventOfType<E> extends Theirs.EventOfType<E> ? never : E);
  }[Theirs.EventType];
  messages: Same<Theirs.MessageLike, Ours.MessageLike> | Same<Theirs.Message, Ours.Message> extends true ? never : true;
}

/** What is not `never` is named in what the compiler says of this. */
export const none: { [K in keyof Differences]: [Differences[K]] extends [never] ? true : Differences[K] } = {
  exported: true,
  exported5: true,
  exportedDrafts: true,
  options5: true,
  types5: true,
  members5: true,
  sockets: true,
  options: true,
  context: true,
  contextOptions: true,
  observer: true,
  proxy: true,
  eventTypes: true,
  events: true,
  messages: true,
};

/**
 * The socket types: their numbers in libzmq, and the library's classes for them.
 *
 * @module
 */

import { Client, Server } from "../socket/client_server.ts";
import type { Context } from "../socket/context.ts";
import { Datagram } from "../socket/datagram.ts";
import { Pair } from "../socket/pair.ts";
import { Pull, Push } from "../socket/pipeline.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "../socket/publishing.ts";
import { Dish, Radio } from "../socket/radio_dish.ts";
import { Reply, Request } from "../socket/requesting.ts";
import { Dealer, Router } from "../socket/routing.ts";
import { Gather, Scatter } from "../socket/scatter_gather.ts";
import type { Socket } from "../socket/socket.ts";
import { Stream } from "../socket/stream.ts";
import { type Open, OPENS, type Seal, SEALS } from "./envelopes.ts";
import { errnoError } from "./errno.ts";
import { TYPE_NUMBERS, type TypeName } from "./option_table.ts";

/** One socket type. */
export interface LibraryType {
  /** Its name on the wire. */
  readonly name: TypeName;
  /** Its number. */
  readonly number: number;
  /** Whether it takes turns: receiving lets it send, or sending lets it receive. */
  readonly turns: boolean;
  /** Whether libzmq lets threads share it. */
  readonly threadSafe: boolean;
  /** Puts before a message what it is sent with, if it is sent with anything. */
  readonly seal: Seal | undefined;
  /** Tells a message from what it was sent with. */
  readonly open: Open | undefined;
  /** Makes a socket of it. */
  make(context: Context): Socket;
}

const MAKERS: Readonly<Record<TypeName, (context: Context) => Socket>> = {
  PAIR: (context) => new Pair({ context }),
  PUB: (context) => new Publisher({ context }),
  SUB: (context) => new Subscriber({ context }),
  REQ: (context) => new Request({ context }),
  REP: (context) => new Reply({ context }),
  DEALER: (context) => new Dealer({ context }),
  ROUTER: (context) => new Router({ context }),
  PULL: (context) => new Pull({ context }),
  PUSH: (context) => new Push({ context }),
  XPUB: (context) => new XPublisher({ context }),
  XSUB: (context) => new XSubscriber({ context }),
  STREAM: (context) => new Stream({ context }),
  SERVER: (context) => new Server({ context }),
  CLIENT: (context) => new Client({ context }),
  RADIO: (context) => new Radio({ context }),
  DISH: (context) => new Dish({ context }),
  GATHER: (context) => new Gather({ context }),
  SCATTER: (context) => new Scatter({ context }),
  DGRAM: (context) => new Datagram({ context }),
};

const THREAD_SAFE: readonly TypeName[] = ["SERVER", "CLIENT", "RADIO", "DISH", "GATHER", "SCATTER"];

const TYPES: readonly LibraryType[] = Object.entries(TYPE_NUMBERS).map(([key, number]) => {
  const name = key as TypeName;
  return {
    name,
    number,
    turns: name === "REQ" || name === "REP",
    threadSafe: THREAD_SAFE.includes(name),
    seal: SEALS[name],
    open: OPENS[name],
    make: MAKERS[name],
  };
});

/** A socket type by its number. Throws `EINVAL` for one that is nowhere. */
export function libraryTypeOf(number: number): LibraryType {
  const known = TYPES.find((type) => type.number === number);
  if (known === undefined) throw errnoError("EINVAL");
  return known;
}

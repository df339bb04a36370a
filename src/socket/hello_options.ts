/**
 * Options of what is said when peers come and go. See `options.ts` for how options are read.
 *
 * @module
 */

/**
 * Options of sockets that greet their peers. A message is one part, text (UTF-8) or octets, which may be empty. They are
 * for peers that read every message as it is: a REQ or REP finds no envelope in one. On `./core` alone there are no such
 * names.
 */
export interface HelloOptions {
  /**
   * A message that every new peer gets before all others, and again at each reconnection, over every transport. Default
   * `null`: none. Holds from the next connection on. libzmq: `ZMQ_HELLO_MSG`, for which an empty one is none.
   */
  readonly helloMessage?: string | Uint8Array | null;
}

/** Options of sockets that can tell their application of peers that have gone. See {@link HelloOptions}. */
export interface DisconnectOptions {
  /**
   * A message that the application receives as the last one from a peer that connected to us, when it is gone: it left, was
   * silent, or broke the protocol. It comes behind all that came from the peer, whatever the high-water mark, and over
   * `inproc` too. Our own `unbind` and `close` make none, nor does a peer whose routing id another took over. Default
   * `null`: none. Holds from the next connection on. libzmq: `ZMQ_DISCONNECT_MSG`, for which an empty one is none.
   */
  readonly disconnectMessage?: string | Uint8Array | null;
}

/** Options of sockets that can tell their application of lost connections. See {@link HelloOptions}. */
export interface HiccupOptions {
  /**
   * A message that the application receives when the connection to an endpoint that we connected to is lost, behind all that
   * came through it and whatever the high-water mark; what is sent from then on goes to the next connection. Not over
   * `inproc`, where nothing is connected again. Default `null`: none. Holds from the next connection on. libzmq:
   * `ZMQ_HICCUP_MSG`, for which an empty one is none.
   */
  readonly hiccupMessage?: string | Uint8Array | null;
}

/**
 * Sockets whose messages have a form of their own. A message that does not have it is refused at the call, rather than
 * when its turn has come. Here, and not in {@link Socket}, so that the others need not ask for each message.
 *
 * @module
 */

import { type Message, type MessageInput, toMessage } from "../message.ts";
import type { WaitOptions } from "./aborts.ts";
import type { Sending } from "./faces.ts";
import { coreOf, Socket } from "./socket.ts";

/**
 * What sockets that send messages of a certain form have in common: of one part, a routing id and a body, a group and a
 * body. Make one of the types: `Client`, `Server`, `Radio`, `Scatter`, `Peer`, `Channel`.
 */
export abstract class FormedSocket extends Socket {
  /**
   * Sends a message, see {@link Sending.send}.
   *
   * @param message A message of the form that the type has.
   * @param options `signal` gives the call up while it waits.
   * @returns When a queue has taken the message.
   * @throws {TypeError} If the message has more or fewer parts than the type's have.
   * @throws {RangeError} If its routing id or group is too long or too short.
   */
  send(message: MessageInput, options?: WaitOptions): Promise<void> {
    return plain().send.call(this as unknown as Sending, read(this, message), options);
  }

  /**
   * Sends a message if that can be done now, see {@link Sending.trySend}.
   *
   * @param message As for {@link send}.
   * @returns Whether the message was taken.
   * @throws {TypeError} If the message has more or fewer parts than the type's have.
   * @throws {RangeError} If its routing id or group is too long or too short.
   */
  trySend(message: MessageInput): boolean {
    return plain().trySend.call(this as unknown as Sending, read(this, message));
  }
}

/** What every socket has, and only those that send declare. */
function plain(): Sending {
  return Socket.prototype as unknown as Sending;
}

function read(socket: Socket, input: MessageInput): Message {
  // Hot: once per message.
  const core = coreOf(socket);
  core.checkSend();
  const message = toMessage(input);
  core.pattern.check!(message);
  return message;
}

/**
 * How sockets of datagrams bind and connect: RADIO and DISH over udp, where libzmq has them, and DGRAM. Types that know
 * nothing of datagrams do not have this in their bundles.
 *
 * @module
 */

import { refuse, type Role } from "../transport/endpoint.ts";
import type { DatagramPort, DatagramTransport } from "../transport/datagram.ts";
import type { Listener } from "../transport/link.ts";
import { DatagramEnd, type DatagramForm } from "../session/datagram_end.ts";
import type { SocketCore } from "./core.ts";
import { security } from "./security_slot.ts";

/** What a socket type does with a transport of datagrams. */
export interface DatagramRules {
  /** Throws if the type does not take the role, or the socket has options that datagrams cannot heed. */
  check(core: SocketCore, endpoint: string, role: Role): void;
  /** Opens a port that sends, now or as soon as it can be had. */
  connect(core: SocketCore, endpoint: string, transport: DatagramTransport): void;
  /** Opens a port that is bound. */
  bind(
    core: SocketCore,
    endpoint: string,
    transport: DatagramTransport,
    signal: AbortSignal | undefined,
  ): Promise<Pick<Listener, "endpoint" | "close">>;
}

/** The rules of a type that takes one role, and whose messages look so. `most`: how many endpoints it may have. */
export function datagramRules(only: Role, form: DatagramForm, most: number = Infinity): DatagramRules {
  return {
    check(core, endpoint, role) {
      if (role !== only) {
        const wanted = only === "bind" ? "wanted bind()" : "wanted connect()";
        throw refuse("ENOCOMPATPROTO", endpoint, role, `the socket is a ${core.type}, ${wanted} for udp`);
      }
      const mechanism = security()?.nameOf(core.options) ?? null;
      if (mechanism !== null) {
        const found = `the socket's mechanism is ${mechanism.toUpperCase()}, and datagrams have none`;
        throw refuse("EINVAL", endpoint, role, `${found}, wanted no mechanism`);
      }
      if (core.endpoints.connections.length >= most) {
        throw refuse("EINVAL", endpoint, role, `a ${core.type} has one endpoint, and has it, wanted a socket without`);
      }
    },
    connect(core, endpoint, transport) {
      const end = new DatagramEnd(core, form, endpoint, true);
      const options = optionsOf(core);
      end.dial((handler, signal) => transport.open(endpoint, "connect", { ...options, signal }, handler));
    },
    async bind(core, endpoint, transport, signal) {
      const options = optionsOf(core);
      let end: DatagramEnd | undefined;
      const port: DatagramPort = await transport.open(endpoint, "bind", { ...options, signal }, {
        received: (octets, from) => end?.received(octets, from),
        failed: (error) => end?.failed(error),
      });
      if (core.isClosed) {
        await port.close();
        throw core.closedError("bind");
      }
      end = new DatagramEnd(core, form, port.endpoint, false);
      end.accept(port);
      const bound = end;
      return { endpoint: port.endpoint, close: () => bound.close(core.options.linger).then(() => {}) };
    },
  };
}

/** On `./core` there is no option for hops. */
function optionsOf({ options }: SocketCore): { readonly ipv6: boolean; readonly multicastHops: number } {
  return { ipv6: options.ipv6, multicastHops: options.multicastHops ?? 1 };
}

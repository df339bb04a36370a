/**
 * How sockets of datagrams bind and connect: RADIO and DISH over udp, where libzmq has them, and DGRAM. Types that know
 * nothing of datagrams do not have this in their bundles.
 *
 * @module
 */

import type { EndpointError } from "../errors.ts";
import { refuse, type Role } from "../transport/endpoint.ts";
import { type DatagramPort, type DatagramTransport, isDatagrams } from "../transport/datagram.ts";
import type { Listener } from "../transport/link.ts";
import { DatagramEnd, type DatagramForm } from "../session/datagram_end.ts";
import type { SocketCore } from "./core.ts";
import { security } from "./security_slot.ts";

/** What has been bound. */
export type Bindable = Pick<Listener, "endpoint" | "close" | "unref">;

/** What a socket type does with transports of datagrams; of others it has nothing to say. */
export interface DatagramRules {
  /**
   * Opens a port that sends, now or as soon as it can be had.
   *
   * @returns Whether the endpoint is one of datagrams.
   * @throws {EndpointError} `EINVAL` if the socket has a mechanism.
   */
  connect(core: SocketCore, endpoint: string): boolean;
  /**
   * Opens a port that is bound.
   *
   * @returns `undefined` if the endpoint is none of datagrams.
   * @throws {EndpointError} `EINVAL` if the socket has a mechanism, or its one endpoint.
   */
  bind(
    core: SocketCore,
    endpoint: string,
    signal: AbortSignal | undefined,
  ): Promise<Bindable> | undefined;
}

/** The rules of a type whose messages look so. `alone`: it has datagrams and nothing else, on one endpoint. */
export function datagramRules(form: DatagramForm, alone: boolean = false): DatagramRules {
  return {
    connect(core, endpoint) {
      const transport = transportOf(core, endpoint, "connect", alone);
      if (transport === undefined) return false;
      const options = optionsOf(core);
      const end = new DatagramEnd(core, form, endpoint, true);
      end.dial(async (handler, signal) => {
        const port = await transport.open(endpoint, "connect", { ...options, signal }, handler);
        core.opened?.(port);
        return port;
      });
      return true;
    },
    bind(core, endpoint, signal) {
      const transport = transportOf(core, endpoint, "bind", alone);
      return transport === undefined ? undefined : bind(core, form, endpoint, transport, signal, alone);
    },
  };
}

async function bind(
  core: SocketCore,
  form: DatagramForm,
  endpoint: string,
  transport: DatagramTransport,
  signal: AbortSignal | undefined,
  alone: boolean,
): Promise<Bindable> {
  let end: DatagramEnd | undefined;
  const port: DatagramPort = await transport.open(endpoint, "bind", { ...optionsOf(core), signal }, {
    received: (octets, from) => end?.received(octets, from),
    failed: (error) => end?.failed(error),
  });
  if (core.isClosed) {
    await port.close();
    throw core.closedError("bind");
  }
  // Another `bind` may have been done meanwhile.
  if (alone && core.endpoints.connections.length > 0) {
    await port.close();
    throw full(core, endpoint, "bind");
  }
  const bound = end = new DatagramEnd(core, form, port.endpoint, false);
  end.accept(port);
  const close = (): Promise<void> => bound.close(core.options.linger).then(() => {});
  core.opened?.(port);
  return { endpoint: port.endpoint, close };
}

/** The endpoint's transport, if it is one of datagrams and the socket may have it. */
function transportOf(core: SocketCore, endpoint: string, role: Role, alone: boolean): DatagramTransport | undefined {
  const transport = core.context.transports.find(endpoint, role);
  if (!isDatagrams(transport)) {
    if (!alone) return undefined;
    throw refuse("ENOCOMPATPROTO", endpoint, role, `a ${core.type} has datagrams only, wanted udp://`);
  }
  const mechanism = security()?.nameOf(core.options) ?? null;
  if (mechanism !== null) {
    const found = `the socket's mechanism is ${mechanism.toUpperCase()}, and datagrams have none`;
    throw refuse("EINVAL", endpoint, role, `${found}, wanted no mechanism`);
  }
  if (alone && core.endpoints.connections.length > 0) throw full(core, endpoint, role);
  return transport;
}

function full(core: SocketCore, endpoint: string, role: Role): EndpointError {
  return refuse("EINVAL", endpoint, role, `a ${core.type} has one endpoint, and has it, wanted a socket without`);
}

/** On `./core` there is no option for hops. */
function optionsOf({ options }: SocketCore): { readonly ipv6: boolean; readonly multicastHops: number } {
  return { ipv6: options.ipv6, multicastHops: options.multicastHops ?? 1 };
}

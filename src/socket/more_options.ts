/**
 * Options for those entry points that have room for them: those of SOCKS, of old peers, filters of addresses, what sockets
 * say of peers that come and go, and by name those of libzmq that have no meaning here. A bundle of `./core` is 1.3 KB
 * smaller without.
 *
 * @module
 */

import { show, wrongRange, wrongType } from "../errors.ts";
import { AcceptFilter } from "../transport/accept_filter.ts";
import { parseTcpConnect } from "../transport/endpoint.ts";
import {
  absent,
  CONTEXT_OPTION_TABLE,
  flag,
  octets,
  OPTION_TABLE,
  type OptionRow,
  RECEIVERS,
  refuse,
  whole,
} from "./option_table.ts";
import { defineOptions } from "./socket.ts";

const LONGEST_TEXT = 255;

/** Adds the options to the tables. For `mod.ts` alone; it is not exported to users. */
export function provideMoreOptions(): void {
  Object.assign(OPTION_TABLE, MORE);
  Object.assign(CONTEXT_OPTION_TABLE, MORE_OF_CONTEXTS);
  defineOptions(Object.keys(MORE));
}

/** Text of limited length, or nothing. A secret is never shown. */
function shortText(secret: boolean): OptionRow {
  const wanted = `text of 1 to ${LONGEST_TEXT} octets, or null`;
  return {
    initial: null,
    check(name, value) {
      if (value === null || value === undefined) return null;
      const length = typeof value === "string" ? new TextEncoder().encode(value).length : -1;
      if (length >= 1 && length <= LONGEST_TEXT) return value;
      if (length < 0 && secret) throw wrongType(`Cannot set option "${name}": value is not text, wanted ${wanted}`);
      if (length < 0) return refuse(name, value, wanted);
      throw wrongRange(`Cannot set option "${name}": value is ${length} octets, wanted ${wanted}`);
    },
    use: (value) => value ?? undefined,
  };
}

const minimumProtocol: OptionRow = {
  initial: "1.0",
  check: (name, value) =>
    ["1.0", "2.0", "3.0", "3.1"].includes(value as string)
      ? value
      : refuse(name, value, `one of "1.0", "2.0", "3.0", "3.1"`),
};

const socksProxy: OptionRow = {
  initial: null,
  check(name, value) {
    if (value === null || value === undefined || value === "") return null;
    if (typeof value === "string" && !value.includes(";")) {
      try {
        parseTcpConnect(`tcp://${value}`);
        return value;
      } catch {
        // Said below, about the option.
      }
    }
    return refuse(name, value, `"host:port" or null`);
  },
  use: (value) => value ?? undefined,
};

const tcpAcceptFilter: OptionRow = {
  initial: null,
  check(name, value) {
    if (value === null || value === undefined) return null;
    const texts = typeof value === "string" ? [value] : value;
    if (!Array.isArray(texts) || texts.some((text) => typeof text !== "string")) {
      return refuse(name, value, "an address or network as text, several of them, or null");
    }
    for (const text of texts) {
      try {
        new AcceptFilter([text]);
      } catch {
        // Its own words are about a filter; these are about the option.
        throw wrongRange(`Cannot set option "${name}": ${show(text)} is no IP network, wanted one as "10.0.0.0/8"`);
      }
    }
    return typeof value === "string" ? value : Object.freeze([...texts]);
  },
  use: (value) =>
    value === null ? undefined : new AcceptFilter(typeof value === "string" ? [value] : value as string[]),
};

/** Options that have no meaning here, with what asks for nothing: only that is taken. */
function unsupported(why: string, options: Readonly<Record<string, unknown>>): Record<string, OptionRow> {
  const rows = Object.entries(options)
    .map(([name, nothing]): [string, OptionRow] => [
      name,
      absent(nothing, `${why}, wanted it left at ${show(nothing)}`),
    ]);
  return Object.fromEntries(rows);
}

const NO_THREADS = "there are no I/O threads here";

const MORE: Readonly<Record<string, OptionRow>> = {
  helloMessage: { ...octets(0, Infinity), heeds: ["DEALER", "ROUTER", "CLIENT", "SERVER", "PEER"] },
  disconnectMessage: { ...octets(0, Infinity), heeds: ["ROUTER", "SERVER", "PEER"] },
  hiccupMessage: { ...octets(0, Infinity), heeds: ["DEALER", "CLIENT", "PEER"] },
  messageMetadata: { ...flag, heeds: RECEIVERS.filter((type) => type !== "STREAM") },
  minimumProtocol,
  tcpAcceptFilter,
  socksProxy,
  socksUsername: shortText(false),
  socksPassword: shortText(true),
  multicastHops: whole(1, 1, 255, " of routers"),
  ...unsupported(NO_THREADS, { affinity: 0 }),
  ...unsupported("JavaScript runtimes give no access to this property of a connection", {
    sendBufferSize: -1,
    receiveBufferSize: -1,
    tcpMaxRetransmitTimeout: 0,
    interface: null,
    loopbackFastPath: false,
  }),
  ...unsupported("it is of transports that are not here", {
    rate: 100,
    recoveryInterval: 10_000,
    multicastMaxTransportDataUnit: 1500,
  }),
  ...unsupported("there is no GSSAPI mechanism here", {
    gssapiServer: false,
    gssapiPlainText: false,
    gssapiPrincipal: null,
    gssapiPrincipalNameType: "hostBased",
    gssapiServicePrincipal: null,
    gssapiServicePrincipalNameType: "hostBased",
  }),
  ...unsupported("there is no VMCI transport here", {
    vmciBufferSize: 0,
    vmciBufferMinSize: 0,
    vmciBufferMaxSize: 0,
    vmciConnectTimeout: -1,
  }),
};

const MORE_OF_CONTEXTS: Readonly<Record<string, OptionRow>> = unsupported(NO_THREADS, {
  ioThreads: 1,
  threadPriority: -1,
  threadSchedulingPolicy: -1,
});

/**
 * Options for those entry points that have room for them: those of SOCKS, and by name those of libzmq that have no
 * meaning here. A bundle of `./core` is 0.9 KB smaller without.
 *
 * @module
 */

import { show, wrongRange, wrongType } from "../errors.ts";
import { parseTcpConnect } from "../transport/endpoint.ts";
import { absent, CONTEXT_OPTION_TABLE, OPTION_TABLE, type OptionRow, refuse } from "./option_table.ts";
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

/** What an `Origin` is: a scheme, a host and perhaps a port; or `null`, as a sandboxed page says. */
const ORIGIN = /^(?:[a-z][a-z0-9+.\-]*:\/\/[^\s/?#@]+|null|\*)$/;

const wsAllowedOrigins: OptionRow = {
  initial: Object.freeze([]),
  check(name, value) {
    const wanted = `an array of origins such as "https://example.com", or of "*"`;
    if (!Array.isArray(value) || value.some((one) => typeof one !== "string")) return refuse(name, value, wanted);
    const wrong = value.find((one) => !ORIGIN.test(one));
    if (wrong === undefined) return Object.freeze([...value]);
    throw wrongRange(`Cannot set option "${name}": ${show(wrong)} is no origin, wanted ${wanted}`);
  },
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
  socksProxy,
  socksUsername: shortText(false),
  socksPassword: shortText(true),
  wsAllowedOrigins,
  ...unsupported(NO_THREADS, { affinity: 0 }),
  ...unsupported("JavaScript runtimes give no access to this property of a connection", {
    sendBufferSize: -1,
    receiveBufferSize: -1,
    tcpMaxRetransmitTimeout: 0,
    interface: null,
    loopbackFastPath: false,
  }),
  ...unsupported("there are no multicast transports here", {
    rate: 100,
    recoveryInterval: 10_000,
    multicastHops: 1,
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

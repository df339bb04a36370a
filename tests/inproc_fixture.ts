/**
 * Sockets made of arrays, to be joined within the process.
 *
 * @module
 */

import type { SocketType } from "../src/engine/compatibility.ts";
import type { ZmqError } from "../src/errors.ts";
import { Control } from "../src/message.ts";
import type { Pipe, PipeOptions } from "../src/pipe/pipe.ts";
import type { Connection } from "../src/session/connection.ts";
import { type InprocHost, InprocNames } from "../src/session/inproc.ts";
import { ManualClock } from "./manual_clock.ts";
import { message, PIPE_OPTIONS, show } from "./pipe_fixture.ts";

/** The name that tests bind. */
export const ENDPOINT = "inproc://here";
/** No routing id. */
export const NONE = new Uint8Array(0);

/** A socket that keeps what it is told. */
export class Host implements InprocHost {
  readonly type: SocketType;
  readonly options: PipeOptions;
  readonly clock: ManualClock;
  routingId: Uint8Array = NONE;
  readonly connections: Connection[] = [];
  readonly received: string[] = [];
  receiving = true;
  log: string[] = [];
  welcome: (pipe: Pipe) => void = () => {};
  greet: (pipe: Pipe) => void = () => {};

  constructor(type: SocketType, options: Partial<PipeOptions> = {}, clock = new ManualClock()) {
    this.type = type;
    this.options = { ...PIPE_OPTIONS, ...options };
    this.clock = clock;
  }

  joined(connection: Connection): void {
    this.connections.push(connection);
  }
  attach(pipe: Pipe): void {
    this.log.push("attach");
    this.welcome(pipe);
  }
  detach(): void {
    this.log.push("detach");
  }
  ready(pipe: Pipe): void {
    this.log.push("ready");
    this.greet(pipe);
  }
  closed(connection: Connection, unsent: number): void {
    this.log.push(`closed ${unsent}`);
    this.connections.splice(this.connections.indexOf(connection), 1);
  }
  turnedAway(_endpoint: string, error: Error): void {
    this.log.push((error as ZmqError).code);
  }
  readable(pipe: Pipe): void {
    if (this.receiving) this.receive(pipe);
  }
  writable(): void {
    this.log.push("writable");
  }

  receive(pipe: Pipe = this.pipe, count = Infinity): void {
    for (; count > 0; count--) {
      const item = pipe.read();
      if (item === undefined) return;
      this.received.push(item instanceof Control ? item.type : show(item)!);
    }
  }

  /** The one connection's pipe. */
  get pipe(): Pipe {
    return this.connections[0]!.pipe;
  }

  told(): string[] {
    return this.log.splice(0);
  }
}

export function send(pipe: Pipe, ...texts: string[]): void {
  for (const text of texts) pipe.write(message(text));
}

/** How many messages a pipe takes before it is full. */
export function room(pipe: Pipe): number {
  let count = 0;
  for (; count < 100 && pipe.canWrite(); count++) send(pipe, "x");
  return count;
}

/** A PUSH connected to a PULL. */
export function joined(push: Partial<PipeOptions> = {}, pull: Partial<PipeOptions> = {}): { push: Host; pull: Host } {
  const names = new InprocNames();
  const binder = new Host("PULL", pull);
  const dialler = new Host("PUSH", push, binder.clock);
  names.bind(ENDPOINT, binder);
  names.connect(ENDPOINT, dialler, NONE);
  return { push: dialler, pull: binder };
}

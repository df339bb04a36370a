import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EndpointError, NotSupportedError } from "../../src/errors.ts";
import { checkIpc, type Files, ipcPath, listenIpc } from "../../src/transport/ipc.ts";
import { type Link, type Listener, NO_CAPABILITIES } from "../../src/transport/link.ts";
import { systemError } from "../../src/transport/system_error.ts";
import { test } from "../harness.ts";

const failing = (code: string): Error => Object.assign(new Error(code), { code });

/** A system with one path, and a list of what was done to it. */
class Stage {
  readonly done: string[] = [];
  /** What is at the path, and what a dial of it meets; none: it answers. */
  path: "free" | "socket" | "file" = "free";
  probe: string | undefined;
  taken = "EADDRINUSE";

  readonly files: Files = {
    isSocket: () => this.path === "free" ? Promise.reject(failing("ENOENT")) : Promise.resolve(this.path === "socket"),
    unlink: (path) => this.#do(`unlink ${path}`, () => this.path = "free"),
    makeDirectory: () => this.#do("make", () => {}).then(() => "/tmp/fresh"),
    removeDirectory: (path) => this.#do(`remove ${path}`, () => {}),
  };

  bind(endpoint: string): Promise<Listener> {
    return listenIpc(endpoint, "linux", this.files, (path) => this.#dial(path), (path, bound) => {
      this.done.push(`listen ${path.replace("\0", "NUL ")}`);
      if (this.path !== "free") return Promise.reject(systemError(endpoint, "bind", failing(this.taken)));
      return Promise.resolve({ endpoint: bound, close: () => this.#do("close", () => {}) });
    });
  }

  #dial(path: string): Promise<Link> {
    this.done.push(`dial ${path}`);
    if (this.probe !== undefined) return Promise.reject(systemError("ipc://x", "connect", failing(this.probe)));
    return Promise.resolve({ abort: () => this.done.push("abort") } as unknown as Link);
  }

  #do(what: string, effect: () => void): Promise<void> {
    this.done.push(what);
    effect();
    return Promise.resolve();
  }
}

test("a free path is bound and nothing else is done", async () => {
  const stage = new Stage();
  assertEquals((await stage.bind("ipc:///a")).endpoint, "ipc:///a");
  assertEquals(stage.done, ["listen /a"]);
});

test("a directory that cannot be made, and a file that cannot be unlinked, are errors of the endpoint", async () => {
  const stage = new Stage();
  stage.files.makeDirectory = () => Promise.reject(failing("EACCES"));
  assertEquals((await assertRejects(() => stage.bind("ipc://*"), EndpointError)).code, "EACCES");
  stage.path = "socket";
  stage.probe = "ECONNREFUSED";
  stage.files.unlink = () => Promise.reject(failing("EACCES"));
  assertEquals((await assertRejects(() => stage.bind("ipc:///a"), EndpointError)).code, "EACCES");
});

test("a socket that refuses connections is unlinked and bound", async () => {
  const stage = new Stage();
  stage.path = "socket";
  stage.probe = "ECONNREFUSED";
  await stage.bind("ipc:///a");
  assertEquals(stage.done, ["listen /a", "dial /a", "unlink /a", "listen /a"]);
});

for (
  const { name, set, done } of [
    { name: "a socket that answers", set: { path: "socket" }, done: ["listen /a", "dial /a", "abort"] },
    { name: "a socket too busy to answer", set: { path: "socket", probe: "EAGAIN" }, done: ["listen /a", "dial /a"] },
    { name: "a socket we may not open", set: { path: "socket", probe: "EACCES" }, done: ["listen /a", "dial /a"] },
    { name: "a file", set: { path: "file" }, done: ["listen /a"] },
  ] as const
) {
  test(`${name} is left alone: EADDRINUSE`, async () => {
    const stage = Object.assign(new Stage(), set);
    const error = await stage.bind("ipc:///a").then(() => undefined, (error: EndpointError) => error);
    assertEquals([error?.code, error?.endpoint], ["EADDRINUSE", "ipc:///a"]);
    assertEquals(stage.done, [...done]);
  });
}

test("another failure is passed on, and nothing is removed", async () => {
  const stage = Object.assign(new Stage(), { path: "socket", probe: "ECONNREFUSED", taken: "EACCES" });
  const error = await stage.bind("ipc:///a").then(() => undefined, (error: EndpointError) => error);
  assertEquals(error?.code, "EACCES");
  assertEquals(stage.done, ["listen /a"]);
});

test("an abstract name has a leading null and no file to be stale", async () => {
  const stage = new Stage();
  assertEquals((await stage.bind("ipc://@name")).endpoint, "ipc://@name");
  stage.path = "socket";
  await stage.bind("ipc://@name").catch(() => {});
  assertEquals(stage.done, ["listen NUL name", "listen NUL name"]);
});

test("a wildcard's directory goes with its listener, or with its failure", async () => {
  const stage = new Stage();
  const listener = await stage.bind("ipc://*");
  assertEquals(listener.endpoint, "ipc:///tmp/fresh/socket");
  await listener.close();
  assertEquals(stage.done, ["make", "listen /tmp/fresh/socket", "close", "remove /tmp/fresh"]);
  const other = Object.assign(new Stage(), { path: "file" });
  await other.bind("ipc://*").catch(() => {});
  assertEquals(other.done, ["make", "listen /tmp/fresh/socket", "remove /tmp/fresh"]);
});

test("paths may be 107 octets on Linux and 103 elsewhere", () => {
  for (const [os, limit] of [["linux", 107], ["darwin", 103], ["freebsd", 103]] as const) {
    assertEquals(ipcPath(`ipc://${"x".repeat(limit)}`, "bind", os)?.length, limit);
    const error = assertThrows(() => ipcPath(`ipc://${"x".repeat(limit + 1)}`, "bind", os), EndpointError);
    assertEquals(error.code, "ENAMETOOLONG");
  }
});

test("what a system has not is ENOTSUP", () => {
  for (const os of ["windows", "win32"]) {
    const error = assertThrows(() => checkIpc("ipc:///a", "connect", os, NO_CAPABILITIES), NotSupportedError);
    assertEquals(error.message, 'Cannot connect to "ipc:///a": this is Windows, wanted a system with Unix sockets');
  }
  const error = assertThrows(() => checkIpc("ipc://@a", "bind", "darwin", NO_CAPABILITIES), NotSupportedError);
  assertEquals(error.message, 'Cannot bind to "ipc://@a": abstract names are Linux\'s, wanted a path');
  checkIpc("ipc://@a", "bind", "linux", { ...NO_CAPABILITIES, abstract: true });
  checkIpc("ipc://*", "bind", "darwin", NO_CAPABILITIES);
  assertEquals(
    assertThrows(() => checkIpc("ipc://*", "connect", "linux", NO_CAPABILITIES), EndpointError).code,
    "EINVAL",
  );
});

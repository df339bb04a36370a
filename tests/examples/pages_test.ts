/** What the pages say of the repository is so. It is about files, not the runtime, so it runs once, on Node. */
import { assertEquals } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runtime, test } from "../harness.ts";
import { ROOT } from "../processes.ts";

const OPTIONS = { skip: runtime !== "node" };
const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...list("docs").map((name) => `docs/${name}`)];

function list(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).sort();
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A heading as a link names it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-");
}

test("every link between pages leads somewhere", () => {
  const broken: string[] = [];
  for (const page of PAGES) {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path!);
      if (!existsSync(join(ROOT, file))) broken.push(`${page}: ${target}`);
      else if (anchor !== undefined) {
        const anchors = Array.from(read(file).matchAll(/^#+ (.+)$/gm), ([, heading]) => anchorOf(heading!));
        if (!anchors.includes(anchor)) broken.push(`${page}: ${target}`);
      }
    }
  }
  assertEquals(broken, []);
}, OPTIONS);

test("docs/architecture.md names every room", () => {
  const page = read("docs/architecture.md");
  const named = page.split("\n").filter((line) => line.startsWith("| `"))
    .flatMap((line) => Array.from(line.split("|")[1]!.matchAll(/`([\w.]+)\/?`/g), ([, room]) => room!));
  assertEquals(named.sort(), [...list("src"), "mod.ts"].sort());
}, OPTIONS);

test("every example is mentioned in a test, and has Python beside it", () => {
  const tests = list("tests/examples").map((name) => read(`tests/examples/${name}`)).join("\n");
  const examples = list("examples").filter((name) => name.endsWith(".ts"));
  assertEquals(examples.filter((name) => !tests.includes(`"${name}"`)), []);
  assertEquals(examples.filter((name) => !existsSync(join(ROOT, "examples", name.replace(/ts$/, "py")))), []);
}, OPTIONS);

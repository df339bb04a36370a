/// <reference lib="dom" />
/**
 * The dashboard in a real browser, as its user has it: by its roles and names, in both themes, on a phone and by the
 * keyboard, and through a restart of the server.
 *
 * @module
 */

// runs alone

import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { runtime, test } from "../harness.ts";
import { ROOT, type RuntimeProcess, spawnRuntime } from "../processes.ts";
import { until } from "../interop/waiting.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .find((path) => existsSync(path));
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** The server is Node's, and the browser is nobody's: once is enough. */
const ONCE = { skip: runtime !== "node" || CHROMIUM === undefined, timeout: 120_000 };

/** Serves the dashboard. `await using` ends it. */
async function serve(port: string): Promise<{ server: RuntimeProcess; address: string }> {
  const server = spawnRuntime("node", join(ROOT, "examples/dashboard/serve.ts"), ["--port", port]);
  await until(() => server.stdout.includes("The dashboard is at"));
  return { server, address: /http:\S+/.exec(server.stdout)![0] };
}

async function inBrowser(body: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: FLAGS });
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

/** Opens the page, and notes what goes wrong in it. */
async function open(browser: Browser, address: string, options: object = {}): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await page.goto(address);
  await page.waitForFunction(() => document.getElementById("state-text")!.textContent === "connected");
  return { page, wrong };
}

const number = async (page: Page, id: string): Promise<number> => Number(await page.textContent(`#${id}`));
const above = (page: Page, id: string, least: number) =>
  page.waitForFunction(([id, least]) => Number(document.getElementById(id)!.textContent) > least, [id, least] as const);

test(
  "what libzmq publishes over tcp is seen, published and asked for in a page, which recovers from a restart",
  async () => {
    const { server, address } = await serve("0");
    await using _ = server;
    await inBrowser(async (browser) => {
      const { page, wrong } = await open(browser, address);
      await above(page, "rate", 100);
      await page.getByRole("checkbox", { name: "Subscribe to market.gold" }).waitFor();
      assertEquals(await page.getByRole("row").count(), 1 + 6);
      assertMatch(await page.locator("#median").innerText(), /^[\d.]+ ms$/);
      await page.getByRole("img", { name: /^Throughput: now \d/ }).waitFor();

      // Publish: the note comes back by the feed.
      await page.getByLabel("Text").fill("hello from a test");
      await page.getByLabel("Text").press("Enter");
      await page.getByText("hello from a test").waitFor();

      // Request.
      await page.getByLabel("Question").selectOption("version");
      await page.getByRole("button", { name: "Ask" }).click();
      await page.getByText(/libzmq \d+\.\d+\.\d+ \([\d.]+ ms\)/).waitFor();

      // A topic that is not wanted comes no more.
      const gold = page.getByRole("row", { name: /market\.gold/ });
      await gold.getByRole("checkbox").uncheck();
      await page.waitForFunction(() => {
        const row = [...document.querySelectorAll("#topics tr")].find((one) =>
          one.textContent!.includes("market.gold")
        )!;
        return row.lastElementChild!.textContent === "0";
      });
      await gold.getByRole("checkbox").check();

      // Paused, messages wait, and are counted; afterwards they come.
      const button = page.getByRole("button", { name: "Pause" });
      await button.click();
      assertEquals(await page.getByRole("button", { name: "Resume" }).getAttribute("aria-pressed"), "true");
      await page.waitForFunction(() => document.getElementById("rate")!.textContent === "0");
      const before = await number(page, "total");
      await page.getByRole("button", { name: "Resume" }).click();
      await above(page, "total", before);
      assertEquals(wrong, []);

      // The server goes away and comes back at the same address.
      await server.kill("SIGTERM");
      await page.getByRole("alert").getByText("The connection is lost").waitFor();
      assertEquals(await page.getByRole("status").innerText(), "connection lost");
      const again = await serve(new URL(address).port);
      await using __ = again.server;
      await page.getByRole("alert").getByText(/Connected again after [\d.]+ s/).waitFor();
      await above(page, "rate", 100);
      assertEquals(await number(page, "reconnects"), 1);
      await page.getByRole("button", { name: "Ask" }).click();
      await page.getByText(/libzmq \d+\.\d+\.\d+/).nth(1).waitFor();
      for (const message of wrong) assertMatch(message, /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/);
    });
  },
  ONCE,
);

test("it is light or dark as the reader likes, fits a phone, and works by the keyboard alone", async () => {
  const { server, address } = await serve("0");
  await using _ = server;
  const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await inBrowser(async (browser) => {
    const { page, wrong } = await open(browser, address, { colorScheme: "dark" });
    const dark = await ground(page);
    await page.getByRole("button", { name: "Switch between light and dark" }).click();
    const light = await ground(page);
    assert(dark !== light, dark);

    // The first three stops of the keyboard, and a note without the mouse.
    const focused = () =>
      page.evaluate(() => (document.activeElement as HTMLElement).ariaLabel ?? document.activeElement!.textContent);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.reload();
    const stops: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press("Tab");
      stops.push(await focused());
    }
    assertEquals(stops, ["Skip to the charts", "Pause", "Switch between light and dark"]);
    await page.getByLabel("Text").focus();
    await page.keyboard.type("by keys");
    await page.keyboard.press("Enter");
    await page.getByText("by keys").waitFor();
    assertEquals(wrong, []);

    const phone = await open(browser, address, { viewport: { width: 390, height: 844 }, isMobile: true });
    await above(phone.page, "rate", 100);
    const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
    assert(wide <= 390, `the page is ${wide} wide`);
    assertEquals(phone.wrong, []);
  });
}, ONCE);

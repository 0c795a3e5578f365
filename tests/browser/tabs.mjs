// Headless Chromium for the suites of pages: the tabs of one host, and what must not happen in them.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { PATIENCE } from "../fixtures/peers/waiting.mjs";
import { FLAGS } from "./flags.mjs";

const SCREENSHOTS = fileURLToPath(new URL("../../target/browser", import.meta.url));

const executablePath = process.env.CHROMIUM;
export const missing = executablePath ? undefined : "set CHROMIUM to the path of a Chromium";
export const browser = missing ? undefined : await chromium.launch({ executablePath, args: FLAGS, timeout: 20_000 });

/** The tabs of one host. An error of a page fails the case that is running. */
export class Tabs {
  #open = [];
  #problems = [];

  /** `Tab` is the class of the tabs, which gets the page. With `strict`, an error in a page's console is an error, too. */
  constructor(address, Tab, { strict = false } = {}) {
    Object.assign(this, { address, Tab, strict });
  }

  async tab(options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const stay = url => {
      const { host, protocol } = new URL(url);
      if (protocol !== "data:" && host !== new URL(this.address).host) this.#problems.push(`a request to ${url}`);
    };
    page.on("request", request => stay(request.url()));
    page.on("websocket", socket => stay(socket.url()));
    page.on("console", message => { if (this.strict && message.type() === "error") this.#problems.push(message.text()); });
    page.on("pageerror", error => this.#problems.push(String(error)));
    this.#open.push(page);
    return new this.Tab(page);
  }

  finish() {
    assert.deepEqual(this.#problems.splice(0), []);
  }

  async failed(title) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    for (const [n, page] of this.#open.entries()) {
      const path = `${SCREENSHOTS}/${title.replaceAll(/\W+/g, "-")}-${n + 1}.png`;
      await page.screenshot({ path, timeout: PATIENCE }).then(() => console.log(`    see ${path}`), () => {});
    }
  }

  async close() {
    await Promise.all(this.#open.map(page => page.context().close()));
  }
}

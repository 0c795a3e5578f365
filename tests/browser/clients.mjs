// The typed client in headless Chromium, against the servers that misbehave on purpose: the cases of every transport, and those of
// browsers only. IN_BROWSER is the folder with the wasm; MISBEHAVING_NODE and ROOMS_WORKERD are the addresses of the servers. An
// argument filters the cases by a part of their names.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { chromium } from "playwright-core";
import { within } from "../fixtures/peers/waiting.mjs";
import { FLAGS } from "./flags.mjs";

const LIMIT = 240_000;
const CASE_LIMIT = 40_000;
/** How many listeners may be added during the run. */
const SOME = 20;

const [only = ""] = process.argv.slice(2);
const { CHROMIUM, IN_BROWSER } = process.env;
const servers = { node: process.env.MISBEHAVING_NODE, workerd: process.env.ROOMS_WORKERD };
if (!CHROMIUM || !IN_BROWSER || !servers.node) {
  console.error("set CHROMIUM to the path of a Chromium, IN_BROWSER to a folder, MISBEHAVING_NODE to an address");
  process.exit(1);
}
setTimeout(() => {
  console.error(`FAILED clients: not done within ${LIMIT / 1000} s`);
  process.exit(1);
}, LIMIT).unref();

const TYPES = { ".js": "text/javascript", asm: "application/wasm" };
const PAGE = `<!doctype html><title>client</title><link rel="icon" href="data:,"><script type="module">
import init, * as client from "./client_page.js";
await init();
globalThis.client = client;

// Simulates a machine that sleeps for a minute after each heartbeat.
let slept = 0, isSleepy = false;
const { now } = performance, { send } = WebSocket.prototype;
performance.now = () => now.call(performance) + slept;
WebSocket.prototype.send = function (data) {
  send.call(this, data);
  if (isSleepy && data === "wsdo:ping") slept += 60_000;
};
globalThis.setSleepy = sleepy => void (isSleepy = sleepy);
</script>`;

/** Serves the page, its scripts, and a ticket for the query. */
const site = createServer(async ({ url }, response) => {
  const type = TYPES[url.slice(-3)];
  if (url === "/") return response.setHeader("content-type", "text/html").end(PAGE);
  if (url === "/ticket") return response.end("census");
  if (!type) return response.writeHead(404).end();
  response.setHeader("content-type", type).end(await readFile(join(IN_BROWSER, basename(url))));
});
await new Promise(done => site.listen(0, "127.0.0.1", done));

const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: 20_000 });
const context = await browser.newContext();
const page = await context.newPage();
const problems = [];
page.on("pageerror", error => problems.push(String(error)));
// Failed connections are logged here too, and are part of many cases.
page.on("console", line => {
  if (line.type() === "error" && !/WebSocket|ERR_/.test(line.text())) problems.push(line.text());
});
await page.exposeFunction("setOffline", offline => context.setOffline(offline));
await page.goto(`http://127.0.0.1:${site.address().port}/`);
await page.waitForFunction(() => globalThis.client, undefined, { timeout: 20_000 });
const metrics = await context.newCDPSession(page);
await metrics.send("Performance.enable");

/** The number of the page's listeners after a garbage collection. */
async function listeners() {
  await metrics.send("HeapProfiler.collectGarbage");
  const { metrics: all } = await metrics.send("Performance.getMetrics");
  return all.find(({ name }) => name === "JSEventListeners").value;
}

const common = await page.evaluate(() => client.commonCases());
const own = await page.evaluate(() => client.ownCases());
assert.ok(common.length > 10 && own.length > 5);
const before = await listeners();
let passed = 0, failed = 0, ignored = 0;
for (const [server, address] of Object.entries(servers)) {
  const cases = server === "node" ? [...common, ...own] : common;
  for (const name of cases.filter(name => name.includes(only))) {
    if (!address) {
      console.log(`ignored clients/${server}: ${name} (set ROOMS_WORKERD to the address of the test rooms)`);
      ignored += 1;
      continue;
    }
    const start = performance.now();
    try {
      const run = crypto.randomUUID().slice(0, 8);
      const ran = page.evaluate(([name, address, run]) => client.runCase(name, address, run), [name, address, run]);
      const problem = await within(CASE_LIMIT, ran, "the case is done");
      assert.equal(problem, undefined, problem);
      assert.deepEqual(problems.splice(0), []);
      console.log(`ok clients/${server}: ${name} (${Math.round(performance.now() - start)} ms)`);
      passed += 1;
    } catch (error) {
      console.log(`FAILED clients/${server}: ${name}\n    ${error.message}`);
      failed += 1;
      await context.setOffline(false);
    }
  }
}
const left = (await listeners()) - before;
if (left > SOME) {
  console.log(`FAILED clients: ${left} listeners are left after all sessions ended`);
  failed += 1;
}
console.log(`clients: ${passed} passed, ${failed} failed, ${ignored} ignored; ${left} listeners left`);
process.exit(failed > 0 ? 1 : 0);

// Headless Chromium on each host: two tabs of the chat's page, then the peers' conversation on the browser's WebSocket.

import assert from "node:assert/strict";
import { newRoom, suite, titled } from "../fixtures/peers/suite.mjs";
import { PATIENCE, until } from "../fixtures/peers/waiting.mjs";
import { socketCases, socketChat } from "./sockets.mjs";
import { Tabs, missing } from "./tabs.mjs";

/** One tab: what a user does and sees in it. */
class Tab {
  constructor(page) {
    this.page = page;
  }

  at(testId) {
    return this.page.getByTestId(testId);
  }

  async enter(address, name, room, { key, format } = {}) {
    await this.page.goto(address);
    if (format) await this.at("format").selectOption(format);
    await this.at("name").fill(name);
    await this.at("room").fill(room);
    if (key) await this.at("key").fill(key);
    await this.at("join").click();
  }

  async is(state) {
    await this.page.locator(`[data-testid=state][data-state=${state}]`).waitFor();
  }

  async say(text) {
    await this.at("text").fill(text);
    await this.at("send").click();
  }

  async sees(kind, text) {
    await this.at("log").locator(`[data-kind=${kind}]`, { hasText: text }).first().waitFor();
  }

  async lists(...names) {
    const list = this.at("members").locator("li[data-user-id] b");
    const wanted = JSON.stringify(names.sort());
    await until(async () => JSON.stringify((await list.allTextContents()).sort()) === wanted, `the list is ${wanted}`);
  }

  async isOwn(text) {
    const entry = this.at("log").locator("[data-kind=message]", { hasText: text }).first();
    return entry.evaluate(element => element.classList.contains("own"));
  }

  /** The frames shown in the panel, newest last. */
  frames(direction, kind) {
    return this.page.locator(`#frames li[data-dir=${direction}]`, { hasText: `· ${kind} ·` });
  }
}

// Each case continues where the previous one ended.
const cases = {
  async "two tabs are in one room"(tabs) {
    tabs.ada = await tabs.tab();
    tabs.bob = await tabs.tab({ colorScheme: "dark" });
    await tabs.ada.enter(tabs.address, "Ada", tabs.room);
    await tabs.ada.is("open");
    await tabs.ada.lists("Ada");
    await tabs.bob.enter(tabs.address, "Bob", tabs.room);
    await tabs.bob.is("open");
    await tabs.ada.sees("joined", "Bob joined");
    for (const tab of [tabs.ada, tabs.bob]) await tab.lists("Ada", "Bob");
  },
  async "a message from one appears in the other"({ ada, bob }) {
    await ada.say("Good afternoon! <b>not bold</b> 😀");
    await bob.sees("message", "Good afternoon! <b>not bold</b> 😀");
    await ada.sees("message", "Good afternoon!");
    assert.equal(await ada.isOwn("Good afternoon!"), true);
    assert.equal(await bob.isOwn("Good afternoon!"), false);
    await bob.say("Hello, Ada");
    await ada.sees("message", "Hello, Ada");
  },
  async "a new name appears in both"({ ada, bob }) {
    await ada.at("rename").fill("Ada Lovelace");
    await ada.at("rename-save").click();
    for (const tab of [ada, bob]) {
      await tab.sees("renamed", "Ada is now Ada Lovelace");
      await tab.lists("Ada Lovelace", "Bob");
    }
  },
  async "a session switches to MessagePack"({ ada, bob }) {
    await ada.at("wire-toggle").click();
    await ada.at("format").selectOption("msgpack");
    await ada.is("open");
    for (const tab of [ada, bob]) await tab.lists("Ada Lovelace", "Bob");
    const long = "naïve 🦀 ".repeat(100);
    await ada.say(`From binary: ${long}`);
    await bob.sees("message", "From binary: naïve 🦀");
    await ada.frames("out", "binary").last().waitFor();
    await bob.say("From text: ☕");
    await ada.sees("message", "From text: ☕");
    await ada.frames("in", "binary").last().waitFor();
    assert.equal(await ada.isOwn("From binary"), true);
  },
  async "an announcement appears in both"({ address, room, ada, bob }) {
    const body = JSON.stringify({ text: "Tea is ready" });
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(`${address}/room/${room}/broadcast`, { method: "POST", headers, body, signal });
    assert.equal(answer.status, 200);
    for (const tab of [ada, bob]) await tab.sees("announcement", "Tea is ready");
  },
  async "a text that is too long is not sent"({ ada }) {
    await ada.at("text").fill("🦀".repeat(1001));
    await ada.at("send").click();
    assert.match(await ada.at("hint").textContent(), /1001 of 1000/);
    await ada.at("text").fill("");
  },
  async "a leave appears in the other"({ ada, bob }) {
    await bob.at("leave").click();
    await bob.is("closed");
    await ada.sees("left", "Bob left");
    await ada.lists("Ada Lovelace");
  },
  async "a later tab shows the history"(tabs) {
    const carol = await tabs.tab();
    await carol.enter(tabs.address, "Carol", tabs.room);
    await carol.sees("message", "From text: ☕");
    const said = await carol.at("log").locator("[data-kind=message] p").allTextContents();
    assert.deepEqual([said.length, said[0], said.at(-1)], [4, "Good afternoon! <b>not bold</b> 😀", "From text: ☕"]);
    await carol.say("So that is what you said");
    await tabs.ada.sees("message", "So that is what you said");
    await carol.at("leave").click();
    await tabs.ada.sees("left", "Carol left");
  },
  async "a private room refuses, then accepts the key"(tabs) {
    const eve = await tabs.tab();
    await eve.enter(tabs.address, "Eve", newRoom("private"));
    await eve.is("closed");
    assert.match(await eve.at("problem").textContent(), /requires a key/);
    await eve.at("key").fill("demo");
    await eve.at("join").click();
    await eve.is("open");
    await eve.lists("Eve");
    assert.doesNotMatch(eve.page.url(), /demo/);
  },
  async "a guest gets a name, and the page fits a phone"(tabs) {
    const phone = await tabs.tab({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
    await phone.enter(tabs.address, "", tabs.room);
    await phone.is("open");
    await until(async () => /^User-[0-9a-f]{4}$/.test(await phone.at("rename").inputValue()), "a guest's name");
    await phone.say("On a phone, too");
    await tabs.ada.sees("message", "On a phone, too");
    assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
  },
};

const open = address => Object.assign(new Tabs(address, Tab), { room: newRoom("tea") });

await suite("browser", {
  parts: [
    { cases: titled("page", cases), open },
    { cases: titled("WebSocket", socketCases), open: address => socketChat(open(address)) },
  ],
  limit: 85_000,
  missing,
});

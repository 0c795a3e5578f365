// Headless Chromium on each host: two players in the drawing game.

import assert from "node:assert/strict";
import { newRoom, suite } from "../fixtures/peers/suite.mjs";
import { until } from "../fixtures/peers/waiting.mjs";
import { Tabs, missing } from "./tabs.mjs";

/** One tab: what a player does and sees in it. */
class Tab {
  constructor(page) {
    this.page = page;
  }

  async join(address, name, game) {
    await this.page.goto(address);
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByLabel("Game").fill(game);
    await this.page.getByRole("button", { name: "Join" }).click();
    await this.page.locator("#players li", { hasText: name }).waitFor();
  }

  /** The word, or its mask. */
  word() {
    return this.page.locator("#mask").textContent();
  }

  async sees(text) {
    await this.page.locator("#log li", { hasText: text }).first().waitFor();
  }

  async guess(text) {
    await this.page.getByLabel("Your guess").fill(text);
    await this.page.locator("#guess button").click();
  }

  /** How many pixels of the drawing have a color. */
  ink() {
    return this.page.locator("canvas").evaluate(canvas => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, index) => index % 4 === 3 && value > 0).length;
    });
  }

  /** Draws a line across the canvas. */
  async draw() {
    const { x, y, width, height } = await this.page.locator("canvas").boundingBox();
    await this.page.mouse.move(x + width * 0.2, y + height * 0.2);
    await this.page.mouse.down();
    await this.page.mouse.move(x + width * 0.8, y + height * 0.7, { steps: 60 });
    await this.page.mouse.up();
  }
}

// Each case continues where the previous one ended.
const cases = {
  async "the lobby lists a game, and leads to it"(tabs) {
    tabs.ada = await tabs.tab();
    await tabs.ada.join(tabs.address, "Ada", tabs.game);
    tabs.bob = await tabs.tab({ colorScheme: "dark" });
    await tabs.bob.page.goto(tabs.address);
    await tabs.bob.page.getByLabel("Your name").fill("Bob");
    await tabs.bob.page.locator("#games button", { hasText: tabs.game }).click();
    for (const tab of [tabs.ada, tabs.bob]) await until(async () => await tab.page.locator("#players li").count() === 2, "two players");
  },
  async "the host starts, and only the artist sees the word"({ ada, bob }) {
    assert.equal(await bob.page.getByRole("button", { name: "Start the game" }).isVisible(), false);
    await ada.page.getByRole("button", { name: "Start the game" }).click();
    for (const tab of [ada, bob]) await tab.sees("Round 1: Ada draws");
    await until(async () => /^\w+$/.test(await ada.word()) && !(await ada.word()).includes("_"), "the word");
    assert.match(await bob.word(), /^_+$/);
    assert.equal(await ada.page.locator("#guess").isVisible(), false);
    assert.equal(await bob.page.locator("#tools").isVisible(), false);
  },
  async "one draws, and the other sees it"({ ada, bob }) {
    await ada.draw();
    assert.ok(await ada.ink() > 1000);
    await until(async () => await bob.ink() > 1000, "the same line");
    const before = await bob.ink();
    await bob.draw();
    assert.equal(await bob.ink(), before, "a guesser has drawn");
  },
  async "a page that loads again has the same player, score and drawing"(tabs) {
    const { ada, bob } = tabs;
    await bob.page.reload();
    await bob.page.getByRole("button", { name: "Join" }).click();
    await until(async () => await bob.ink() > 1000, "the drawing");
    await until(async () => await ada.page.locator("#players li").count() === 2, "no third player");
  },
  async "a guess that is wrong is shown, and a right one scores"({ ada, bob }) {
    await bob.guess("<i>surely</i> not this");
    await ada.sees("Bob: <i>surely</i> not this");
    const word = await ada.word();
    await bob.guess(word);
    for (const tab of [ada, bob]) {
      await tab.sees("Bob has guessed it: +");
      await tab.sees(`The word was “${word}”.`);
    }
    const scores = await ada.page.locator("#players b").allTextContents();
    assert.equal(scores[0], "25");
    assert.ok(Number(scores[1]) >= 10, scores);
  },
  async "the next player draws in the next round"({ ada, bob }) {
    await bob.page.locator("#log li", { hasText: "Round 2: Bob draws" }).waitFor({ timeout: 10_000 });
    await bob.draw();
    await until(async () => await ada.ink() > 1000, "Bob's line");
  },
  async "the page fits a phone"(tabs) {
    const phone = await tabs.tab({ viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true });
    await phone.join(tabs.address, "Eve", tabs.game);
    await until(async () => await phone.ink() > 1000, "the drawing");
    assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
  },
};

await suite("game", {
  parts: [{ cases, open: address => Object.assign(new Tabs(address, Tab, { strict: true }), { game: newRoom("sketch") }) }],
  limit: 120_000,
  missing,
  variables: { local: "GAME_LOCAL", workerd: "GAME" },
});

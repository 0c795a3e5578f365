// The peers' conversation on the browser's WebSocket: each peer runs in a tab that shows the chat's page.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Chat } from "../fixtures/peers/chat.mjs";
import { conversation } from "../fixtures/peers/conversation.mjs";
import { newRoom } from "../fixtures/peers/suite.mjs";

const bundled = await build({
  entryPoints: [fileURLToPath(new URL("in-page.mjs", import.meta.url))],
  bundle: true,
  write: false,
  format: "iife",
  platform: "browser",
  logLevel: "warning",
});
const [{ text: script }] = bundled.outputFiles;

/** A peer in a tab. */
class Remote {
  #page;
  #number;

  constructor(page, number) {
    this.#page = page;
    this.#number = number;
    for (const method of ["protocol", "say", "send", "sendFrame", "next", "text", "drained", "close"]) {
      this[method] = (...values) => this.#call(method, values);
    }
  }

  /** Closes the tab, with all its peers. */
  async terminate() {
    await this.#page.close();
  }

  async #call(method, values) {
    // A closed tab has closed its peers.
    if (this.#page.isClosed()) return undefined;
    const call = ([number, method, values]) => callPeer(number, method, ...values);
    // A Buffer is Node's, and would arrive as an object.
    const plain = values.map(value => (Buffer.isBuffer(value) ? Uint8Array.from(value) : value));
    return this.#page.evaluate(call, [this.#number, method, plain]);
  }
}

/** The chat at the tabs' address; peers of the same name share a tab. */
export function socketChat(tabs) {
  const pages = new Map();
  const pageOf = async name => {
    if (!pages.has(name) || pages.get(name).isClosed()) {
      const { page } = await tabs.tab();
      await page.goto(tabs.address);
      await page.evaluate(script);
      pages.set(name, page);
    }
    return pages.get(name);
  };
  return new Chat(tabs.address, {
    async connect({ url, protocols, format, name }) {
      const page = await pageOf(name);
      const number = await page.evaluate(options => openPeer(...options), [url, protocols, format]);
      return new Remote(page, number);
    },
    finish: () => tabs.finish(),
    close: () => tabs.close(),
  });
}

/** Cases of the browser's WebSocket only, which does not report why it was refused. */
const ofBrowsers = {
  async "a refused upgrade is a close with 1006"(chat) {
    const refusals = [["private", {}], ["private", { key: "guess" }], ["room", { format: "xml" }]];
    for (const [kind, query] of refusals) {
      await assert.rejects(chat.upgrade(newRoom(kind), { query }), /closed with 1006/, JSON.stringify(query));
    }
  },
  async "a private room lets in by key"(chat) {
    const peer = await chat.upgrade(newRoom("private"), { query: { key: "demo", name: "Ada" } });
    await peer.say({ type: "message", text: "It is me" });
    assert.equal((await peer.next("message")).from, "Ada");
  },
};

export const socketCases = { ...ofBrowsers, ...conversation };

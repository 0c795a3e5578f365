// JavaScript peers hold the chat's conversation with each host, in both formats.

import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { Chat } from "./chat.mjs";
import { conversation } from "./conversation.mjs";
import { Peer } from "./peer.mjs";
import { newRoom, suite } from "./suite.mjs";
import { PATIENCE } from "./waiting.mjs";

const upgrades = {
  async "the page, and 404 for what is not there"(chat) {
    const page = await chat.request("/");
    assert.equal(page.status, 200);
    assert.match(page.body, /<!doctype html>/);
    for (const path of ["/nothing", "/room/lobby", "/room/lobby/nothing", "/room//info"]) {
      assert.equal((await chat.request(path)).status, 404, path);
    }
    for (const [path, method] of [["/room/lobby/websocket", "POST"], ["/room/lobby/broadcast", "GET"], ["/", "POST"]]) {
      assert.equal((await chat.request(path, { method })).status, 404, `${method} ${path}`);
    }
  },
  async "400 where no upgrade is asked for"(chat) {
    assert.deepEqual(await chat.request("/room/lobby/websocket"), { status: 400, body: "Expected websocket" });
  },
  async "400 for an unknown format"(chat) {
    assert.equal((await refusal(chat, newRoom(), { query: { format: "xml" } })).status, 400);
  },
  async "401 for a private room without its key"(chat) {
    const room = newRoom("private");
    for (const options of [{}, { query: { key: "guess" } }, { headers: { authorization: "Bearer guess" } }]) {
      assert.deepEqual(await refusal(chat, room, options), { status: 401, body: "Unauthorized" });
    }
    assert.deepEqual(await chat.request(`/room/${room}/info`), { status: 401, body: "Unauthorized" });
    assert.equal((await chat.info(room, { authorization: "Bearer demo" })).sessionCount, 0);
  },
  async "a private room lets in by key and by bearer token"(chat) {
    const room = newRoom("private");
    const peer = await chat.upgrade(room, { query: { key: "demo" } });
    await chat.upgrade(room, { headers: { authorization: "Bearer demo" } });
    await peer.next("userJoined");
  },
  async "a name has 1 to 50 characters, else it is User- and four hex digits"(chat) {
    const nameFor = async query => {
      const room = newRoom();
      await chat.upgrade(room, { query });
      return (await chat.info(room)).sessions[0].name;
    };
    assert.equal(await nameFor({ name: "🦀".repeat(50) }), "🦀".repeat(50));
    for (const query of [{}, { name: "" }, { name: "n".repeat(51) }]) {
      assert.match(await nameFor(query), /^User-[0-9a-f]{4}$/);
    }
  },
  async "a room's name may have any letters"(chat) {
    const room = `${newRoom()} café & ☕/?#%`;
    await chat.join(room, "Ada");
    assert.equal((await chat.info(room)).sessionCount, 1);
  },
};

const history = {
  async "what is said is kept, oldest first"(chat) {
    const room = newRoom();
    const ada = await chat.join(room, "Ada");
    for (const text of ["one", "two"]) {
      ada.send({ type: "message", text });
      await ada.next("message");
    }
    const { messages } = JSON.parse((await chat.request(`/room/${room}/history`)).body);
    assert.deepEqual(messages.map(({ text, from }) => [text, from]), [["one", "Ada"], ["two", "Ada"]]);
  },
  /** `cargo xtask test` starts the hosts again, and looks whether this room still has its history. */
  async "something is said that is to survive a restart"(chat) {
    const ada = await chat.join("restarted", "Ada");
    ada.send({ type: "message", text: "still here" });
    await ada.next("message");
  },
};

/** Opens a peer on `ws`, or throws the HTTP answer that refuses it. */
async function connect({ url, protocols, headers, format }) {
  const socket = new WebSocket(url, protocols, { headers, handshakeTimeout: PATIENCE });
  const peer = Object.assign(new Peer({ webSocket: socket }, format), { terminate: () => socket.terminate() });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", async (_, response) => {
      const body = Buffer.concat(await response.toArray()).toString();
      reject(new Refused(response.statusCode, body));
    });
    socket.on("error", reject);
  });
  return peer;
}

class Refused extends Error {
  constructor(status, body) {
    super(`refused with ${status}: ${body}`);
    this.answer = { status, body };
  }
}

/** The HTTP answer instead of an upgrade. */
async function refusal(chat, room, options) {
  const refused = await chat.upgrade(room, options).then(() => assert.fail("it was let in"), error => error);
  if (!(refused instanceof Refused)) throw refused;
  return refused.answer;
}

await suite("peers", {
  parts: [{ cases: { ...upgrades, ...conversation, ...history }, open: address => new Chat(address, { connect }) }],
  limit: 85_000,
});

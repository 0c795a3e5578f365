// JavaScript peers hold the chat's conversation with each host, in both formats.

import assert from "node:assert/strict";
import { pack } from "msgpackr";
import { Chat, Delivered } from "./chat.mjs";
import { newRoom, suite, until } from "./suite.mjs";

const INVALID = { type: "error", message: "Invalid message format" };
const NO_TEXT = '{"error":"String messages are not allowed. Please use buffer messages."}';
const NO_BINARY = '{"error":"Buffer messages are not allowed. Please use string messages."}';

/** Ada and Bob in a room of their own, once Ada has heard that Bob is there; their ids too. */
async function adaAndBob(chat, format, bobsFormat = format) {
  const room = newRoom();
  const ada = await chat.join(room, "Ada", format);
  const bob = await chat.join(room, "Bob", bobsFormat);
  const { userId: bobsId } = await ada.next("userJoined");
  const { sessions } = await chat.info(room);
  const { userId: adasId } = sessions.find(({ userId }) => userId !== bobsId);
  return { room, ada, bob, adasId, bobsId };
}

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
    assert.equal((await chat.upgrade(newRoom(), { query: { format: "xml" } })).status, 400);
  },
  async "401 for a private room without its key"(chat) {
    const room = newRoom("private");
    const refused = { status: 401, body: "Unauthorized" };
    assert.deepEqual(await chat.upgrade(room), refused);
    assert.deepEqual(await chat.upgrade(room, { query: { key: "guess" } }), refused);
    assert.deepEqual(await chat.upgrade(room, { headers: { authorization: "Bearer guess" } }), refused);
    assert.equal((await chat.info(room)).sessionCount, 0);
  },
  async "a private room lets in by key and by bearer token"(chat) {
    const room = newRoom("private");
    const { peer } = await chat.upgrade(room, { query: { key: "demo" } });
    assert.equal((await chat.upgrade(room, { headers: { authorization: "Bearer demo" } })).status, 101);
    await peer.next("userJoined");
  },
  async "a subprotocol chooses the format and is echoed"(chat) {
    for (const speaks of ["json", "msgpack"]) {
      const protocols = ["something-else", `websocket-do.${speaks}`];
      const { peer } = await chat.upgrade(newRoom(), { protocols, query: { name: "Ada" }, speaks });
      assert.equal(peer.protocol, `websocket-do.${speaks}`);
      peer.say({ type: "message", text: "Hello" });
      assert.equal((await peer.next("message")).from, "Ada");
    }
  },
  async "a name has 1 to 50 characters, else it is User- and four hex digits"(chat) {
    const nameFor = async query => {
      const room = newRoom();
      assert.equal((await chat.upgrade(room, { query })).status, 101);
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
  async "both formats share a room"(chat) {
    const { room, ada, bob } = await adaAndBob(chat, "json", "msgpack");
    bob.say({ type: "message", text: "naïve 🦀" });
    assert.equal((await ada.next("message")).text, "naïve 🦀");
    assert.deepEqual(await bob.next("message"), { ...(await bobsWords(chat, room)), text: "naïve 🦀" });
    const formats = (await chat.info(room)).sessions.map(({ name, format }) => [name, format]);
    assert.deepEqual(formats.sort(), [["Ada", "json"], ["Bob", "msgpack"]]);
  },
};

async function bobsWords(chat, room) {
  const { userId } = (await chat.info(room)).sessions.find(({ name }) => name === "Bob");
  return { type: "message", from: "Bob", userId };
}

/** The same conversation in one format. */
const conversation = format => ({
  async "those who join and leave are announced to the others"(chat) {
    const { room, ada, bob, bobsId } = await adaAndBob(chat, format);
    assert.deepEqual(await bob.close(1000), [1000, ""]);
    assert.deepEqual(await ada.next("userLeft"), { type: "userLeft", name: "Bob", userId: bobsId });
    await until(async () => (await chat.info(room)).sessionCount === 1, "the room forgets who has left");
  },
  async "a message reaches everyone, the sender too"(chat) {
    const { ada, bob, adasId } = await adaAndBob(chat, format);
    for (const text of ["Hello", "a", "ü".repeat(1000), "line\nbreak \u0000 \"quoted\" 🦀"]) {
      ada.say({ type: "message", text });
      const heard = { type: "message", text, from: "Ada", userId: adasId };
      assert.deepEqual(await ada.next("message"), heard);
      assert.deepEqual(await bob.next("message"), heard);
    }
  },
  async "a hundred messages keep their order"(chat) {
    const { ada, bob } = await adaAndBob(chat, format);
    for (let n = 0; n < 100; n++) ada.say({ type: "message", text: `${n}` });
    for (const peer of [ada, bob]) {
      for (let n = 0; n < 100; n++) assert.equal((await peer.next("message")).text, `${n}`);
    }
  },
  async "a new name is told to everyone and used from then on"(chat) {
    const { room, ada, bob, adasId } = await adaAndBob(chat, format);
    ada.say({ type: "setName", name: "Ada Lovelace" });
    ada.say({ type: "message", text: "It is me" });
    for (const peer of [ada, bob]) {
      const changed = { type: "nameChanged", oldName: "Ada", newName: "Ada Lovelace", userId: adasId };
      assert.deepEqual(await peer.next("nameChanged"), changed);
      assert.equal((await peer.next("message")).from, "Ada Lovelace");
    }
    assert.deepEqual((await chat.info(room)).sessions.map(({ name }) => name).sort(), ["Ada Lovelace", "Bob"]);
  },
  async "what breaks the rules is answered to its sender alone"(chat) {
    const { ada, bob } = await adaAndBob(chat, format);
    const wrong = [
      { type: "message", text: "" }, { type: "message", text: "x".repeat(1001) }, { type: "message" },
      { type: "message", text: 1 }, { type: "message", text: null }, { type: "setName", name: "n".repeat(51) },
      { type: "setName", name: "" }, { type: "dance" }, { type: 1 }, { text: "no type" }, {}, [], null, "message", 5,
    ];
    for (const value of wrong) {
      ada.send(value);
      assert.deepEqual(await ada.next("error"), INVALID, JSON.stringify(value));
    }
    ada.send({ extra: [{ deep: true }], text: "type last, and a field unknown", type: "message" });
    for (const peer of [ada, bob]) {
      assert.equal((await peer.next("message")).text, "type last, and a field unknown");
    }
  },
  async "what cannot be read at all is answered too"(chat) {
    const { ada } = await adaAndBob(chat, format);
    const whole = pack({ type: "message", text: "whole" });
    const bytes = hex => Buffer.from(hex, "hex");
    const wrong = format === "json"
      ? ["", "{", "nonsense", '{"type":"message","text":"whole"} ?', "[".repeat(100_000)]
      : [bytes(""), bytes("c1"), bytes("dd01ffffff"), bytes("d40100"), whole.subarray(0, -1),
        Buffer.concat([whole, bytes("c0")])];
    for (const frame of wrong) {
      ada.sendFrame(frame);
      assert.deepEqual(await ada.next("error"), INVALID, frame.toString("hex").slice(0, 80));
    }
  },
  async "the wrong kind of frame is answered with the exact text"(chat) {
    const { ada } = await adaAndBob(chat, format);
    ada.sendFrame(format === "json" ? pack({ type: "message", text: "Hi" }) : '{"type":"message","text":"Hi"}');
    assert.equal(await ada.frame(), format === "json" ? NO_BINARY : NO_TEXT);
  },
  async "a ping is answered with a text frame"(chat) {
    const { ada } = await adaAndBob(chat, format);
    ada.sendFrame("wsdo:ping");
    assert.equal(await ada.frame(), "wsdo:pong");
  },
  async "info lists the sessions"(chat) {
    const before = Date.now() - 5000;
    const { room, bobsId } = await adaAndBob(chat, format);
    const { sessionCount, sessions } = await chat.info(room);
    assert.equal(sessionCount, 2);
    assert.deepEqual(sessions.map(({ name, format }) => [name, format]).sort(), [["Ada", format], ["Bob", format]]);
    assert.equal(sessions.find(({ userId }) => userId === bobsId).name, "Bob");
    for (const { joinedAt } of sessions) assert.ok(joinedAt > before && joinedAt < Date.now() + 5000, `${joinedAt}`);
  },
  async "a broadcast reaches everyone; a bad one is 400 with the reason"(chat) {
    const { room, ada, bob } = await adaAndBob(chat, format);
    const { status, body } = await chat.broadcast(room, JSON.stringify({ text: "Tea is ready ☕" }));
    assert.equal(status, 200);
    assert.deepEqual(Delivered.parse(JSON.parse(body)), { delivered: 2 });
    for (const peer of [ada, bob]) {
      assert.deepEqual(await peer.next("announcement"), { type: "announcement", text: "Tea is ready ☕" });
    }
    for (const bad of ["", "{", "{}", '{"text":1}']) {
      const answer = await chat.broadcast(room, bad);
      assert.equal(answer.status, 400, bad);
      assert.notEqual(answer.body, "", bad);
    }
  },
  async "a close without a code is answered with 1000"(chat) {
    const { ada, bob, bobsId } = await adaAndBob(chat, format);
    assert.deepEqual(await bob.close(), [1000, ""]);
    assert.equal((await ada.next("userLeft")).userId, bobsId);
  },
  async "a close with code and reason is answered with the same"(chat) {
    const { ada, bob, bobsId } = await adaAndBob(chat, format);
    assert.deepEqual(await bob.close(4001, "bye"), [4001, "bye"]);
    assert.equal((await ada.next("userLeft")).userId, bobsId);
  },
  async "a peer that is just gone has left"(chat) {
    const { ada, bob, bobsId } = await adaAndBob(chat, format);
    bob.terminate();
    assert.equal((await ada.next("userLeft")).userId, bobsId);
  },
});

const named = (prefix, cases) => Object.fromEntries(Object.entries(cases).map(([title, run]) => [prefix + title, run]));
const finished = cases => Object.fromEntries(Object.entries(cases).map(([title, run]) => [title, async chat => {
  await run(chat);
  await chat.finish();
}]));

await suite("peers", {
  cases: finished({
    ...upgrades,
    ...named("json: ", conversation("json")),
    ...named("msgpack: ", conversation("msgpack")),
  }),
  open: address => new Chat(address),
  limit: 85_000,
});

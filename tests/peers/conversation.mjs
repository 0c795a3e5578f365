// What two peers of the chat do with each other, whatever their transport: the cases that every kind of peer must pass.

import assert from "node:assert/strict";
import { pack } from "msgpackr";
import { Delivered } from "./protocol.mjs";
import { newRoom, titled } from "./suite.mjs";
import { until } from "./waiting.mjs";

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

/** The same conversation in one format. */
const talk = format => ({
  async "those who join and leave are announced to the others"(chat) {
    const { room, ada, bob, bobsId } = await adaAndBob(chat, format);
    assert.deepEqual(await bob.close(1000), [1000, ""]);
    assert.deepEqual(await ada.next("userLeft"), { type: "userLeft", name: "Bob", userId: bobsId });
    await until(async () => (await chat.info(room)).sessionCount === 1, "the room forgets who has left");
  },
  async "a message reaches everyone, the sender too"(chat) {
    const { ada, bob, adasId } = await adaAndBob(chat, format);
    for (const text of ["Hello", "a", "ü".repeat(1000), "line\nbreak \u0000 \"quoted\" 🦀"]) {
      await ada.say({ type: "message", text });
      const heard = { type: "message", text, from: "Ada", userId: adasId };
      assert.deepEqual(await ada.next("message"), heard);
      assert.deepEqual(await bob.next("message"), heard);
    }
  },
  async "a hundred messages keep their order"(chat) {
    const { ada, bob } = await adaAndBob(chat, format);
    for (let n = 0; n < 100; n++) await ada.say({ type: "message", text: `${n}` });
    for (const peer of [ada, bob]) {
      for (let n = 0; n < 100; n++) assert.equal((await peer.next("message")).text, `${n}`);
    }
  },
  async "a new name is told to everyone and used from then on"(chat) {
    const { room, ada, bob, adasId } = await adaAndBob(chat, format);
    await ada.say({ type: "setName", name: "Ada Lovelace" });
    await ada.say({ type: "message", text: "It is me" });
    for (const peer of [ada, bob]) {
      const changed = { type: "nameChanged", oldName: "Ada", newName: "Ada Lovelace", userId: adasId };
      assert.deepEqual(await peer.next("nameChanged"), changed);
      assert.equal((await peer.next("message")).from, "Ada Lovelace");
    }
    assert.deepEqual((await chat.info(room)).sessions.map(({ name }) => name).sort(), ["Ada Lovelace", "Bob"]);
  },
  async "a client's own schema lets nothing out that breaks the rules"(chat) {
    const { ada } = await adaAndBob(chat, format);
    for (const message of [{ type: "message", text: "" }, { type: "dance" }, { type: "message", text: "Hi", more: 1 }]) {
      await assert.rejects(ada.say(message), undefined, JSON.stringify(message));
    }
  },
  async "what breaks the rules is answered to its sender alone"(chat) {
    const { ada, bob } = await adaAndBob(chat, format);
    const wrong = [
      { type: "message", text: "" }, { type: "message", text: "x".repeat(1001) }, { type: "message" },
      { type: "message", text: 1 }, { type: "message", text: null }, { type: "setName", name: "n".repeat(51) },
      { type: "setName", name: "" }, { type: "dance" }, { type: 1 }, { text: "no type" }, {}, [], null, "message", 5,
    ];
    for (const value of wrong) {
      await ada.send(value);
      assert.deepEqual(await ada.next("error"), INVALID, JSON.stringify(value));
    }
    await ada.send({ extra: [{ deep: true }], text: "type last, and a field unknown", type: "message" });
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
      await ada.sendFrame(frame);
      assert.deepEqual(await ada.next("error"), INVALID, frame.toString("hex").slice(0, 80));
    }
  },
  async "the wrong kind of frame is answered with the exact text"(chat) {
    const { ada } = await adaAndBob(chat, format);
    await ada.sendFrame(format === "json" ? pack({ type: "message", text: "Hi" }) : '{"type":"message","text":"Hi"}');
    assert.equal(await ada.text(), format === "json" ? NO_BINARY : NO_TEXT);
  },
  async "a ping is answered with a text frame"(chat) {
    const { ada } = await adaAndBob(chat, format);
    await ada.sendFrame("wsdo:ping");
    assert.equal(await ada.text(), "wsdo:pong");
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
    await bob.terminate();
    assert.equal((await ada.next("userLeft")).userId, bobsId);
  },
});

/** What shows only where the formats meet. */
const together = {
  async "a subprotocol chooses the format and is echoed"(chat) {
    for (const format of ["json", "msgpack"]) {
      const protocols = ["something-else", `websocket-do.${format}`];
      const peer = await chat.upgrade(newRoom(), { protocols, query: { name: "Ada" }, format });
      assert.equal(await peer.protocol(), `websocket-do.${format}`);
      await peer.say({ type: "message", text: "Hello" });
      assert.equal((await peer.next("message")).from, "Ada");
    }
  },
  async "both formats share a room"(chat) {
    const { room, ada, bob, adasId, bobsId } = await adaAndBob(chat, "json", "msgpack");
    for (const [peer, from, userId] of [[ada, "Ada", adasId], [bob, "Bob", bobsId]]) {
      await peer.say({ type: "message", text: `naïve 🦀 of ${from}` });
      const heard = { type: "message", text: `naïve 🦀 of ${from}`, from, userId };
      assert.deepEqual(await ada.next("message"), heard);
      assert.deepEqual(await bob.next("message"), heard);
    }
    const formats = (await chat.info(room)).sessions.map(({ name, format }) => [name, format]);
    assert.deepEqual(formats.sort(), [["Ada", "json"], ["Bob", "msgpack"]]);
  },
};

/** All of it, in both formats. */
export const conversation = { ...together, ...titled("json", talk("json")), ...titled("msgpack", talk("msgpack")) };

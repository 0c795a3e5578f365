// Two clients on `ws` talk in a room of a new project: `node talk.mjs http://127.0.0.1:8787 NAME`. Fails unless every message arrives.
import assert from "node:assert/strict";
import WebSocket from "ws";

const [address, project] = process.argv.slice(2);
const LIMIT = 20_000;
setTimeout(() => { console.error("no end after 20 s"); process.exit(1); }, LIMIT).unref();

/** A client that is connected, with the messages it has received. */
async function join(room, query) {
  const socket = new WebSocket(`${address.replace(/^http/, "ws")}/room/${room}/websocket?${new URLSearchParams(query)}`);
  const received = [], waiting = [];
  socket.on("message", (data, binary) => {
    assert.equal(binary, false);
    const message = JSON.parse(data);
    waiting.length ? waiting.shift()(message) : received.push(message);
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", (_, response) => reject(new Error(`status ${response.statusCode}`)));
    socket.once("error", reject);
  });
  return {
    send: message => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: () => received.length ? Promise.resolve(received.shift()) : new Promise(resolve => waiting.push(resolve)),
    close: () => new Promise(resolve => { socket.once("close", resolve); socket.close(1000); }),
  };
}

const page = await fetch(address);
assert.equal(page.status, 200);
assert.ok((await page.text()).includes(`<title>${project}</title>`));

const room = `talk-${process.pid}`;
const ada = await join(room, { name: "Ada" });
const bob = await join(room, { name: "Bob" });
/** The message has these fields, and perhaps others. */
const has = (message, fields) => assert.deepEqual({ ...message, ...fields }, message);
const both = async expected => { for (const client of [ada, bob]) has(await client.next(), expected); };

has(await ada.next(), { type: "userJoined", name: "Bob" });
ada.send({ type: "setName", name: "Countess" });
await both({ type: "nameChanged", oldName: "Ada", newName: "Countess" });
ada.send({ type: "message", text: "hello" });
await both({ type: "message", text: "hello", from: "Countess" });
bob.send({ type: "message", text: "" });
has(await bob.next(), { code: "rule", path: "text" });
await bob.close();
has(await ada.next(), { type: "userLeft", name: "Bob" });
await ada.close();

// The secret of `.dev.vars.example`.
await assert.rejects(join("private-talk", {}), /status 401/);
await assert.rejects(join("private-talk", { key: "guess" }), /status 401/);
await (await join("private-talk", { key: "change me" })).close();
console.log(`two clients have talked on ${address}`);
process.exit(0);

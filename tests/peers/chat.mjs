// A client of the chat as a TypeScript front end would have it: `ws`, `msgpackr`, and zod schemas for every frame.

import assert from "node:assert/strict";
import { pack, unpack } from "msgpackr";
import { WebSocket } from "ws";
import { z } from "zod";
import { within } from "./suite.mjs";

const PATIENCE = 5000;

/** As the room counts: zod's own `max` would take an emoji for two. */
const upTo = limit => z.string().min(1).refine(value => [...value].length <= limit, `longer than ${limit} characters`);
const text = upTo(1000);
const name = upTo(50);
const userId = z.uuidv4();

export const ClientMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("message"), text }),
  z.strictObject({ type: z.literal("setName"), name }),
]);

export const ServerMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("message"), text, from: name, userId }),
  z.strictObject({ type: z.literal("nameChanged"), oldName: name, newName: name, userId }),
  z.strictObject({ type: z.literal("userJoined"), name, userId }),
  z.strictObject({ type: z.literal("userLeft"), name, userId }),
  z.strictObject({ type: z.literal("announcement"), text: z.string() }),
  z.strictObject({ type: z.literal("error"), message: z.string() }),
]);

export const Info = z.strictObject({
  sessionCount: z.int().nonnegative(),
  sessions: z.array(z.strictObject({ userId, name, joinedAt: z.int().positive(), format: z.enum(["json", "msgpack"]) })),
});

export const Delivered = z.strictObject({ delivered: z.int().nonnegative() });

/** The query that asks for each format. */
const FORMATS = { json: "json", msgpack: "buffer" };

/** The chat at one address. It knows all the peers that it has let in. */
export class Chat {
  #peers = [];

  constructor(address) {
    this.address = address;
  }

  roomUrl(room, rest = "") {
    return `${this.address}/room/${encodeURIComponent(room)}${rest}`;
  }

  /** Asks for an upgrade, and gives the peer, or the HTTP answer that refuses it. */
  async upgrade(room, { query = {}, protocols = [], headers = {}, speaks = "json" } = {}) {
    const url = `${this.roomUrl(room, "/websocket")}?${new URLSearchParams(query)}`;
    const socket = new WebSocket(url.replace("http", "ws"), protocols, { headers, handshakeTimeout: PATIENCE });
    const peer = new Peer(socket, speaks);
    const answer = await new Promise((resolve, reject) => {
      socket.once("open", () => resolve({ status: 101, peer }));
      socket.once("unexpected-response", async (_, response) => {
        const body = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode, body });
      });
      socket.on("error", reject);
    });
    if (answer.peer) this.#peers.push(peer);
    return answer;
  }

  async join(room, name, format = "json") {
    const { peer, status } = await this.upgrade(room, { query: { name, format: FORMATS[format] }, speaks: format });
    assert.equal(status, 101);
    return peer;
  }

  async info(room) {
    const response = await fetch(this.roomUrl(room, "/info"), { signal: AbortSignal.timeout(PATIENCE) });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^application\/json/);
    return Info.parse(await response.json());
  }

  async request(path, options = {}) {
    const response = await fetch(this.address + path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    return { status: response.status, body: await response.text() };
  }

  async broadcast(room, body) {
    const headers = { "content-type": "application/json" };
    return this.request(new URL(this.roomUrl(room, "/broadcast")).pathname, { method: "POST", headers, body });
  }

  /** Ends a case: no peer may have been sent anything that nobody asked it about. */
  async finish() {
    const peers = this.#peers.splice(0);
    for (const peer of peers) await peer.drained();
    for (const peer of peers) await peer.close(1000);
  }

  /** Ends a case that has gone wrong. */
  failed() {
    for (const peer of this.#peers.splice(0)) peer.terminate();
  }
}

/** One connection. */
class Peer {
  #socket;
  #binary;
  #frames = [];
  #wake = () => {};
  #closed;

  constructor(socket, format) {
    this.#socket = socket;
    this.#binary = format === "msgpack";
    this.#closed = new Promise(resolve => {
      socket.once("close", (code, reason) => resolve([code, reason.toString()]));
    });
    socket.on("message", (data, binary) => {
      this.#frames.push({ data, binary });
      this.#wake();
    });
  }

  get protocol() {
    return this.#socket.protocol;
  }

  /** Sends a message that the client's own schema allows. */
  say(message) {
    this.send(ClientMessage.parse(message));
  }

  /** Sends any value in this peer's format. */
  send(value) {
    this.#socket.send(this.#binary ? pack(value) : JSON.stringify(value));
  }

  /** Sends a frame as it is: a string as text, bytes as binary. */
  sendFrame(data) {
    this.#socket.send(data, { binary: typeof data !== "string" });
  }

  /** The next frame as it is: a string if it was text, bytes if it was binary. */
  async frame() {
    if (this.#frames.length === 0) {
      await within(PATIENCE, new Promise(wake => (this.#wake = wake)), "a frame from the room");
    }
    const { data, binary } = this.#frames.shift();
    return binary ? data : data.toString();
  }

  /** The next message, in this peer's format and as the schema wants it. */
  async next(type) {
    const frame = await this.frame();
    assert.equal(typeof frame === "string" ? "text" : "binary", this.#binary ? "binary" : "text", "kind of frame");
    const message = ServerMessage.parse(this.#binary ? unpack(frame) : JSON.parse(frame));
    assert.equal(message.type, type, JSON.stringify(message));
    return message;
  }

  /** Nothing else has been sent to this peer: the answer to a ping is what comes next. */
  async drained() {
    if (this.#socket.readyState !== WebSocket.OPEN) return assert.deepEqual(this.#frames, []);
    this.sendFrame("wsdo:ping");
    assert.equal(await this.frame(), "wsdo:pong");
  }

  /** Closes, and gives the code and the reason of the answer. */
  async close(...how) {
    this.#socket.close(...how);
    return within(PATIENCE, this.#closed, "the answer to a close");
  }

  terminate() {
    this.#socket.terminate();
  }
}

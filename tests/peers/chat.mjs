// The chat at one address: its rooms over HTTP, and the peers that some transport opens in them.

import assert from "node:assert/strict";
import { Info } from "./protocol.mjs";
import { PATIENCE } from "./waiting.mjs";

/** The query that asks for each format. */
const FORMATS = { json: "json", msgpack: "buffer" };

/** `transport.connect` opens a peer; the rest of a transport is up to it. */
export class Chat {
  #transport;
  #peers = [];

  constructor(address, transport) {
    this.address = address;
    this.#transport = transport;
  }

  roomUrl(room, rest = "") {
    return `${this.address}/room/${encodeURIComponent(room)}${rest}`;
  }

  /** Asks for an upgrade, and gives the peer; throws what the transport knows of a refusal. */
  async upgrade(room, { query = {}, protocols = [], headers = {}, format = "json" } = {}) {
    const url = `${this.roomUrl(room, "/websocket")}?${new URLSearchParams(query)}`.replace("http", "ws");
    const peer = await this.#transport.connect({ url, protocols, headers, format, name: query.name });
    this.#peers.push(peer);
    return peer;
  }

  join(room, name, format = "json") {
    return this.upgrade(room, { query: { name, format: FORMATS[format] }, format });
  }

  async info(room, headers = {}) {
    const response = await fetch(this.roomUrl(room, "/info"), { headers, signal: AbortSignal.timeout(PATIENCE) });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^application\/json/);
    return Info.parse(await response.json());
  }

  async request(path, options = {}) {
    const response = await fetch(this.address + path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    return { status: response.status, body: await response.text() };
  }

  broadcast(room, body) {
    const headers = { "content-type": "application/json" };
    return this.request(new URL(this.roomUrl(room, "/broadcast")).pathname, { method: "POST", headers, body });
  }

  /** Ends a case: no peer may have been sent anything that nobody asked it about. */
  async finish() {
    const peers = this.#peers.splice(0);
    for (const peer of peers) await peer.drained();
    for (const peer of peers) await peer.close(1000);
    this.#transport.finish?.();
  }

  /** Ends a case that has gone wrong. */
  async failed() {
    for (const peer of this.#peers.splice(0)) await peer.terminate();
  }

  async close() {
    await this.#transport.close?.();
  }
}

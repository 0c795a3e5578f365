// One peer of the chat: a typed client, and what it has heard so far. The same in Node and in a page.

import { pack } from "msgpackr";
import { TypedClient } from "./client.mjs";
import { ClientMessage, ServerMessage } from "./protocol.mjs";
import { PATIENCE, within } from "./waiting.mjs";

export class Peer {
  #socket;
  #client;
  #write;
  #heard = [];
  #wake = () => {};
  #closed;

  /** `connection` is the client's `url` or its `webSocket`. */
  constructor(connection, format) {
    const hear = heard => {
      this.#heard.push(heard);
      this.#wake();
    };
    this.#write = format === "msgpack" ? pack : JSON.stringify;
    this.#client = new TypedClient({
      ...connection,
      clientSchema: ClientMessage,
      serverSchema: ServerMessage,
      enableBufferMessages: format === "msgpack",
      onMessage: message => hear({ message }),
      onValidationError: (error, frame) => hear({ error, frame }),
    });
    this.#socket = this.#client.webSocket;
    this.#closed = new Promise(resolve => {
      this.#socket.addEventListener("close", ({ code, reason }) => resolve([code, reason]));
    });
  }

  opened() {
    return within(PATIENCE, this.#client.waitForOpen(), "the connection is open");
  }

  protocol() {
    return this.#socket.protocol;
  }

  /** Sends a message that the client's own schema allows. */
  say(message) {
    return this.#client.send(message);
  }

  /** Sends any value in this peer's format. */
  async send(value) {
    this.#socket.send(this.#write(value));
  }

  /** Sends a frame as it is: a string as text, bytes as binary. */
  async sendFrame(data) {
    this.#socket.send(data);
  }

  /** The next message, which must have passed the schema and be of that type. */
  async next(type) {
    const { message, error, frame } = await this.#next();
    if (error) throw new Error(`no message but ${typeof frame === "string" ? frame : "bytes"}: ${error.message}`);
    if (message.type !== type) throw new Error(`no ${type} but ${JSON.stringify(message)}`);
    return message;
  }

  /** The next frame, which must be text and no message. */
  async text() {
    const { message, frame } = await this.#next();
    if (typeof frame !== "string") throw new Error(`no such text but ${message ? JSON.stringify(message) : "bytes"}`);
    return frame;
  }

  /** Nothing else has been sent to this peer: the answer to a ping is what comes next. */
  async drained() {
    if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.send("wsdo:ping");
      const answer = await this.text();
      if (answer !== "wsdo:pong") throw new Error(`no pong but ${answer}`);
    }
    if (this.#heard.length > 0) throw new Error(`nobody asked for ${JSON.stringify(this.#heard)}`);
  }

  /** Closes, and gives the code and the reason of the answer. */
  close(code, reason) {
    this.#client.close(code, reason);
    return within(PATIENCE, this.#closed, "the answer to a close");
  }

  async #next() {
    if (this.#heard.length === 0) {
      await within(PATIENCE, new Promise(wake => (this.#wake = wake)), "a frame from the room");
    }
    return this.#heard.shift();
  }
}

// A typed client as TypeScript front ends have it: a schema for what goes out, another for what comes in.

import { pack, unpack } from "msgpackr";

/** Runs on any WebSocket: the browser's own, for a `url`, or the `webSocket` that it is given. */
export class TypedClient {
  #options;

  constructor(options) {
    this.#options = { enableBufferMessages: false, onValidationError: error => console.error(error), ...options };
    this.webSocket = options.webSocket ?? new WebSocket(options.url);
    this.webSocket.binaryType = "arraybuffer";
    this.webSocket.addEventListener("message", ({ data }) => this.#receive(data));
  }

  /** Sends a message, unless its schema forbids it. */
  async send(message) {
    const { clientSchema, enableBufferMessages } = this.#options;
    const valid = clientSchema.parse(message);
    this.webSocket.send(enableBufferMessages ? pack(valid) : JSON.stringify(valid));
  }

  close(code, reason) {
    this.webSocket.close(code, reason);
  }

  /** Resolves when messages can be sent; fails when the connection is closed before that. */
  async waitForOpen() {
    if (this.webSocket.readyState === this.webSocket.OPEN) return;
    await new Promise((resolve, reject) => {
      this.webSocket.addEventListener("open", resolve);
      this.webSocket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)));
    });
  }

  #receive(data) {
    const { serverSchema, enableBufferMessages, onMessage, onValidationError } = this.#options;
    let message;
    try {
      const isBinary = typeof data !== "string";
      if (isBinary !== enableBufferMessages) throw new TypeError(isBinary ? "a binary frame" : "a text frame");
      message = serverSchema.parse(isBinary ? unpack(new Uint8Array(data)) : JSON.parse(data));
    } catch (error) {
      onValidationError(error, data);
      return;
    }
    onMessage(message);
  }
}

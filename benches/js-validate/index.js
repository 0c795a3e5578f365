// The chat room, carefully handwritten in JavaScript: every message validated, the session in the attachment and read
// once, a broadcast encoded once.

import { DurableObject } from "cloudflare:workers";

let constructions = 0;

const isText = (value, max) => {
  if (typeof value !== "string" || value.length === 0) return false;
  // A string has at most two units for each character.
  return value.length <= max || (value.length <= 2 * max && [...value].length <= max);
};

const isId = (id) =>
  id === undefined ||
  (typeof id === "string" ? new TextEncoder().encode(id).length <= 64 : Number.isInteger(id) && id >= 0 && id <= 2 ** 53);

/** What a call for the history is answered with. */
const history = (limit) =>
  ["The quick brown fox jumps over the lazy dog, and then over many more"].slice(0, limit).map((text) => ({
    text,
    from: "Ada",
    userId: "00000000-0000-4000-8000-000000000001",
    at: 1764000000000,
  }));

const parse = (data) => {
  if (typeof data !== "string") return undefined;
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) return undefined;
  switch (message.type) {
    case "message":
      return isText(message.text, 1000) ? message : undefined;
    case "history":
      return Number.isInteger(message.limit) && message.limit >= 1 && message.limit <= 100 && isId(message.id) ? message : undefined;
    case "setName":
      return isText(message.name, 50) ? message : undefined;
    default:
      return undefined;
  }
};

export class ChatRoom extends DurableObject {
  members = new Map();

  constructor(ctx, env) {
    super(ctx, env);
    constructions += 1;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("wsdo:ping", "wsdo:pong"));
  }

  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/constructions")) return Response.json(constructions);
    if (!url.pathname.endsWith("/websocket")) return new Response("Not found", { status: 404 });
    if (request.headers.get("Upgrade") !== "websocket") return new Response("Expected websocket", { status: 400 });
    const userId = crypto.randomUUID();
    const asked = url.searchParams.get("name");
    const name = isText(asked, 50) ? asked : `User-${userId.slice(0, 4)}`;
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.keep(server, { userId, name, joinedAt: Date.now() });
    if (!this.isQuiet()) this.broadcast({ type: "userJoined", name, userId }, server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, data) {
    const message = parse(data);
    if (message === undefined) {
      socket.send(JSON.stringify({ type: "error", message: "Invalid message format" }));
      return;
    }
    if (message.type === "history") {
      const { limit, id } = message;
      if (id !== undefined) socket.send(JSON.stringify({ type: "reply", id, value: history(limit) }));
      return;
    }
    const member = this.member(socket);
    const { name, userId } = member;
    if (message.type === "message") {
      this.broadcast({ type: "message", text: message.text, from: name, userId });
    } else {
      this.keep(socket, { ...member, name: message.name });
      this.broadcast({ type: "nameChanged", oldName: name, newName: message.name, userId });
    }
  }

  webSocketClose(socket, code, reason) {
    if (!this.isQuiet()) {
      const { name, userId } = this.member(socket);
      this.broadcast({ type: "userLeft", name, userId }, socket);
    }
    this.members.delete(socket);
    if (code === 1005) socket.close(1000, "");
    else if (code !== 1006) socket.close(code, reason);
  }

  webSocketError(socket) {
    this.members.delete(socket);
    socket.close(1011, "");
  }

  member(socket) {
    let member = this.members.get(socket);
    if (member === undefined) {
      member = socket.deserializeAttachment();
      this.members.set(socket, member);
    }
    return member;
  }

  keep(socket, member) {
    socket.serializeAttachment(member);
    this.members.set(socket, member);
  }

  broadcast(message, except) {
    const text = JSON.stringify(message);
    for (const socket of this.ctx.getWebSockets()) {
      if (socket === except) continue;
      try {
        socket.send(text);
      } catch {
        // It has closed in the meantime.
      }
    }
  }

  isQuiet() {
    return this.ctx.id.name?.startsWith("quiet-") ?? false;
  }
}

export default {
  fetch(request, env) {
    const room = /^\/room\/([^/]+)\//.exec(new URL(request.url).pathname)?.[1];
    if (room === undefined) return new Response("Not found", { status: 404 });
    return env.ROOM.getByName(room).fetch(request);
  },
};

// A server of another make (`ws` and msgpackr, no more) that does to each connection what `do` in its query asks for.
// `node tests/peers/fickle.mjs 8080` serves on that port, or without one on a free port, until it is stopped.

import { createServer } from "node:http";
import { pack, unpack } from "msgpackr";
import { WebSocketServer } from "ws";

const SUBPROTOCOLS = { "websocket-do.json": "json", "websocket-do.msgpack": "msgpack" };
const HANG = 30_000;

/** What each room has had: messages, and open connections. */
const rooms = new Map();
const roomOf = path => {
  if (!rooms.has(path)) rooms.set(path, { messages: 0, open: new Set() });
  return rooms.get(path);
};

const server = createServer((_request, response) => response.writeHead(404).end());
const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered, { order }) =>
    order === "subprotocol" ? "websocket-do.json" : ([...offered].find(name => name in SUBPROTOCOLS) ?? false),
});

server.on("upgrade", (request, socket, head) => {
  const url = new URL(request.url, "http://127.0.0.1");
  const [order, argument, size] = (url.searchParams.get("do") ?? "echo").split("-");
  if (order === "hang") {
    setTimeout(() => socket.destroy(), HANG).unref();
  } else if (order === "refuse") {
    socket.end(`HTTP/1.1 ${argument} Refused\r\ncontent-length: 9\r\nconnection: close\r\n\r\nnot today`);
  } else if (order === "redirect") {
    const head = `HTTP/1.1 ${argument} Moved\r\nlocation: http://127.0.0.1:1/elsewhere`;
    socket.end(`${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  } else {
    request.order = order;
    sockets.handleUpgrade(request, socket, head, webSocket => {
      const format = SUBPROTOCOLS[webSocket.protocol] ?? url.searchParams.get("format") ?? "json";
      serve(webSocket, new Talk(webSocket, format), roomOf(url.pathname), order, argument, size);
    });
  }
});

/** Values in a connection's format. */
class Talk {
  constructor(socket, format) {
    this.socket = socket;
    this.isBinary = format === "msgpack";
  }

  say(text) {
    this.send({ type: "say", text });
  }

  send(value) {
    this.socket.send(this.isBinary ? pack(value) : JSON.stringify(value));
  }

  /** A value that the format holds, and none that the protocol does. */
  garbage() {
    this.socket.send(this.isBinary ? Buffer.from([0xc1]) : "{");
    this.send({ type: "dance" });
    this.say("");
    this.socket.send(this.isBinary ? "text" : Buffer.from([1, 2, 3]));
    this.send({ error: "no", code: "internal" });
  }
}

function serve(socket, talk, room, order, argument, size = "0") {
  let isSilent = order === "silent";
  room.open.add(socket);
  socket.on("close", () => room.open.delete(socket));
  socket.on("error", () => socket.terminate());
  socket.on("message", (data, isBinary) => {
    if (isSilent) return;
    if (!isBinary && data.toString() === "wsdo:ping") return socket.send("wsdo:pong");
    room.messages += 1;
    const { text } = isBinary ? unpack(data) : JSON.parse(data);
    if (text === "die") return socket.terminate();
    if (text === "silence") isSilent = true;
    else talk.say(text);
  });
  if (order === "close") socket.close(Number(argument), "why");
  if (order === "garbage") talk.garbage();
  if (order === "flood") {
    for (let number = 0; number < Number(argument); number++) talk.say(String(number).padEnd(Number(size), "."));
  }
  if (order === "tally") talk.say(String(room.messages));
  if (order === "census") talk.say(String(room.open.size));
}

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));

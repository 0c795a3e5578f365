// The floor: an object that forwards each frame to all sockets without parsing it.

import { DurableObject } from "cloudflare:workers";

export class ChatRoom extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(_socket, data) {
    for (const socket of this.ctx.getWebSockets()) socket.send(data);
  }

  webSocketClose(socket, code, reason) {
    if (code === 1005) socket.close(1000, "");
    else if (code !== 1006) socket.close(code, reason);
  }
}

export default {
  fetch(request, env) {
    const room = /^\/room\/([^/]+)\//.exec(new URL(request.url).pathname)?.[1];
    if (room === undefined) return new Response("Not found", { status: 404 });
    return env.ROOM.getByName(room).fetch(request);
  },
};

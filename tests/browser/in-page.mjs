// The script that sockets.mjs injects into a page: peers on the browser's WebSocket, addressed by number.

import { Peer } from "../fixtures/peers/peer.mjs";

const peers = [];

globalThis.openPeer = async (url, protocols, format) => {
  const peer = new Peer(protocols.length === 0 ? { url } : { webSocket: new WebSocket(url, protocols) }, format);
  await peer.opened();
  return peers.push(peer) - 1;
};

globalThis.callPeer = (number, method, ...values) => peers[number][method](...values);

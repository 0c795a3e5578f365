"""Python's websockets holds a short conversation of the chat with each host, in both formats."""

import asyncio
import json
import os
import sys
import uuid

import msgpack
from websockets.asyncio.client import connect

LIMIT = 20


class Peer:
    def __init__(self, socket, binary):
        self.socket = socket
        self.binary = binary

    async def say(self, message):
        await self.socket.send(msgpack.packb(message) if self.binary else json.dumps(message))

    async def next(self):
        frame = await self.socket.recv()
        assert isinstance(frame, bytes) == self.binary, f"wrong kind of frame: {frame!r}"
        return msgpack.unpackb(frame) if self.binary else json.loads(frame)


async def conversation(address, kind):
    """Ada and Bob meet, talk, and part."""
    room = f"python-{uuid.uuid4()}"
    url = f"{address.replace('http', 'ws', 1)}/room/{room}/websocket?format={kind}"
    binary = kind == "msgpack"
    # The chat is on this machine, whatever proxy there is for the others.
    async with connect(f"{url}&name=Ada", proxy=None) as a, connect(f"{url}&name=Bob", proxy=None) as b:
        ada, bob = Peer(a, binary), Peer(b, binary)
        joined = await ada.next()
        bobs_id = joined["userId"]
        uuid.UUID(bobs_id)
        equal(joined, {"type": "userJoined", "name": "Bob", "userId": bobs_id})

        await bob.say({"type": "message", "text": "Hello, Ada ☕"})
        for peer in (ada, bob):
            heard = {"type": "message", "text": "Hello, Ada ☕", "from": "Bob", "userId": bobs_id}
            equal(await peer.next(), heard)

        await bob.say({"type": "setName", "name": "Robert"})
        for peer in (ada, bob):
            changed = {"type": "nameChanged", "oldName": "Bob", "newName": "Robert", "userId": bobs_id}
            equal(await peer.next(), changed)

        await ada.say({"type": "dance"})
        equal(await ada.next(), {"type": "error", "message": "Invalid message format"})

        await b.close(4001, "bye")
        equal((b.close_code, b.close_reason), (4001, "bye"))
        equal(await ada.next(), {"type": "userLeft", "name": "Robert", "userId": bobs_id})


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, not {wanted!r}"


def main():
    hosts = {"local": os.environ.get("CHAT_LOCAL"), "workerd": os.environ.get("CHAT_WORKERD")}
    hosts = {host: address for host, address in hosts.items() if address}
    if not hosts:
        sys.exit("set CHAT_LOCAL or CHAT_WORKERD to the address of a chat, such as http://127.0.0.1:8787")
    failed = False
    for host, address in hosts.items():
        for kind in ("json", "msgpack"):
            case = f"python/{host}: {kind}: join, message, setName, error, leave"
            try:
                asyncio.run(asyncio.wait_for(conversation(address, kind), LIMIT))
                print(f"ok {case}", flush=True)
            except Exception as error:
                print(f"FAILED {case}\n    {type(error).__name__}: {error}", flush=True)
                failed = True
    sys.exit(failed)


main()

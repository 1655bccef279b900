#!/usr/bin/env python3
"""A server that gives every voice back, in either dialect. Prints `listening on URL`."""

import asyncio
import base64
import json

from websockets.asyncio.server import serve


async def attend(call):
    stream = None
    async for message in call:
        if isinstance(message, bytes):
            await call.send(message)
            continue
        said = json.loads(message)
        if said.get("event") == "media":
            audio = base64.b64decode(said["media"]["payload"])
            media = {"payload": base64.b64encode(audio).decode()}
            await call.send(json.dumps({"event": "media", "stream_id": stream, "media": media}))
        elif said.get("event") == "start":
            stream = said["stream_id"]
        elif said.get("command") == "connect":
            await call.send(json.dumps({"command": "answer"}))


async def main():
    async with serve(attend, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


asyncio.run(main())

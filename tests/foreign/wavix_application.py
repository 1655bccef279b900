#!/usr/bin/env python3
"""A Wavix application that echoes what it hears and checks how the platform tells it.

Every tenth echo goes in fragments, after a ping and a mark, and all marks must come back in order.
Prints `listening on URL`, then one line per call. With `--once` it takes one call and exits,
non-zero if a message came out of order or a field was wrong.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import sys
from datetime import datetime, timedelta

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

EVERY = 10  # echoes: how often there is a mark, a ping, and an echo in fragments
WAIT = 10  # seconds, for the platform's next message
CALL_WAIT = 60  # seconds, for the one call of --once


class Wrong(Exception):
    """What the platform did wrong, as one sentence."""


class Stream:
    """One call, followed from `connected` to the close."""

    def __init__(self, socket):
        self.socket = socket
        self.ids = None
        self.sequence = 0
        self.media = 0
        self.bytes = 0
        self.marks = []
        self.returned = 0

    async def follow(self):
        await self.hear("connected")
        start = await self.hear("start")
        field(start, "stream_type", "twoway", lambda value: value == "twoway")
        field(start, "channel", "a channel", lambda value: value in ("inbound", "outbound", "both"))
        while (event := await self.hear("media", "mark", "stop"))["event"] != "stop":
            if event["event"] == "media":
                await self.echo(event)
            if event["event"] == "mark":
                self.take_back(event)
        if self.media == 0:
            raise Wrong("the call had no media")
        if self.returned != len(self.marks):
            raise Wrong(f"{self.returned} of {len(self.marks)} marks came back")
        await self.hear_close()

    async def hear(self, *expected):
        """The next event, which must be one of the expected and complete in what all share."""
        wanted = " or ".join(expected)
        try:
            event = parse(await in_time(self.socket.recv(), f"no {wanted}"))
        except ConnectionClosed as closed:
            raise Wrong(f"no {wanted}, the connection ended: {closed}") from None
        if event.get("event") not in expected:
            raise Wrong(f"{event.get('event')!r} came instead of {wanted}")
        field(event, "event_time", "a time in UTC", is_utc)
        if event["event"] != "connected":
            self.check_place(event)
        return event

    def check_place(self, event):
        """The event must belong to this stream and carry a higher number than all before it."""
        ids = [field(event, name, "a name", is_name) for name in ("call_id", "stream_id")]
        self.ids = self.ids or ids
        if ids != self.ids:
            raise Wrong(f"{event['event']} names {ids}, start named {self.ids}")
        number = field(event, "sequence_number", "a count", is_count)
        if number <= self.sequence:
            raise Wrong(f"sequence_number {number} came after {self.sequence}")
        self.sequence = number

    async def echo(self, event):
        media = field(event, "media", "an object", lambda value: isinstance(value, dict))
        field(media, "track", "inbound", lambda value: value == "inbound")
        field(media, "timestamp", "a count", is_count)
        payload = field(media, "payload", "base64 of whole samples", is_audio)
        chunk = field(media, "chunk", "a count", is_count)
        if chunk != self.media + 1:
            raise Wrong(f"chunk {chunk} came after {self.media}")
        self.media += 1
        self.bytes += len(base64.b64decode(payload))
        # The platform may hang up while its last words are on their way back.
        with contextlib.suppress(ConnectionClosedOK):
            if special := self.media % EVERY == 0:
                await self.mark(f"before № {self.media}")
                await self.ping()
            await self.say("media", {"payload": payload}, in_fragments=special)

    async def mark(self, name):
        """Asks for a mark: it comes back when the audio before it has been played."""
        self.marks.append(name)
        await self.say("mark", {"name": name})

    def take_back(self, event):
        mark = field(event, "mark", "an object", lambda value: isinstance(value, dict))
        name = field(mark, "name", "a name", is_name)
        if self.marks[self.returned : self.returned + 1] != [name]:
            raise Wrong(f"mark {name!r} came back as number {self.returned + 1} of {self.marks}")
        self.returned += 1

    async def ping(self):
        pong = await self.socket.ping()
        await in_time(pong, "a ping was not answered")

    async def say(self, event, value, in_fragments=False):
        said = {"event": event, "stream_id": self.ids[1], event: value}
        message = json.dumps(said, ensure_ascii=False)
        if in_fragments:
            size = len(message) // 5 | 1
            message = [message[at : at + size] for at in range(0, len(message), size)]
        await in_time(self.socket.send(message), "the platform read nothing")

    async def hear_close(self):
        """The platform hangs up, and the connection ends in order after the reply to that."""
        try:
            event = parse(await in_time(self.socket.recv(), "no close after stop"))
        except ConnectionClosedOK as closed:
            if closed.__cause__:
                raise Wrong(f"the connection ended badly: {closed.__cause__}") from None
            if not closed.rcvd_then_sent:
                raise Wrong("the platform did not hang up by itself") from None
            return
        except ConnectionClosed as closed:
            raise Wrong(f"the connection broke after stop: {closed}") from None
        raise Wrong(f"{event.get('event')!r} came after stop")


async def in_time(waiting, otherwise):
    try:
        return await asyncio.wait_for(waiting, WAIT)
    except TimeoutError:
        raise Wrong(f"{otherwise} within {WAIT} s") from None


def parse(text):
    if not isinstance(text, str):
        raise Wrong(f"a binary message of {len(text)} bytes came")
    try:
        event = json.loads(text)
    except ValueError:
        raise Wrong(f"a message is not JSON: {text[:80]!r}") from None
    if not isinstance(event, dict):
        raise Wrong(f"a message is not an object: {text[:80]!r}")
    return event


def field(fields, name, kind, good):
    """The value of a field, which must be there and of its kind."""
    if name not in fields:
        raise Wrong(f"{name} is missing in {json.dumps(fields)[:80]}")
    if not good(fields[name]):
        raise Wrong(f"{name} is {json.dumps(fields[name])[:80]}, not {kind}")
    return fields[name]


def is_name(value):
    return isinstance(value, str) and value != ""


def is_count(value):
    # A bool is an int in Python, but not in JSON.
    return type(value) is int and value >= 0


def is_utc(value):
    try:
        return datetime.fromisoformat(value).utcoffset() == timedelta(0)
    except (TypeError, ValueError):
        return False


def is_audio(value):
    """Base64 of at least one whole sample."""
    try:
        audio = base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        return False
    return len(audio) > 0 and len(audio) % 2 == 0


async def main(once):
    verdicts = asyncio.Queue()

    async def take(socket):
        stream = Stream(socket)
        wrong = None
        try:
            await stream.follow()
        except Wrong as error:
            wrong = error
        verdict = f"WRONG, {wrong}" if wrong else "all in order"
        counts = f"{stream.media} media, {stream.bytes} bytes, {stream.returned} marks"
        print(f"wavix call: {counts}, {verdict}", flush=True)
        verdicts.put_nowait(wrong is None)

    # Without a bound on what waits to be read, an echo that cannot be sent never stops the reading.
    options = {"compression": None, "max_queue": None, "close_timeout": WAIT}
    async with serve(take, "127.0.0.1", 0, **options) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        if not once:
            await server.serve_forever()
        try:
            async with asyncio.timeout(CALL_WAIT):
                good = await verdicts.get()
        except TimeoutError:
            sys.exit(f"no call came to its end within {CALL_WAIT} s")
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--once", action="store_true", help="exit after one call")
    try:
        sys.exit(asyncio.run(main(parser.parse_args().once)))
    except KeyboardInterrupt:
        pass

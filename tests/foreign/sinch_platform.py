#!/usr/bin/env python3
"""Plays the Sinch platform against an application that echoes, `voxwire answer --agent echo` say.

Places one call for every known shape of the `connect` message and every chunk size, and wants each
chunk of audio back, whole and unchanged, before it sends the next. Every second message goes in
fragments with a ping between them, and each call ends with another close, which must come back.
"""

import argparse
import json
import random
import sys

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import Close
from websockets.sync.client import connect

CHUNKS = 8
# The sizes of chunks, and the close that ends such a call.
ENDINGS = {
    1: Close(1000, ""),
    319: Close(1000, "the caller has hung up"),
    320: Close(1001, "hasta mañana"),
    640: Close(3000, "until 3999: for libraries"),
    4001: Close(4000, "until 4999: for everybody"),
    65000: Close(4999, "as long as a reason may be: " + 95 * "."),
}
WAIT = 10  # seconds, for whatever the application owes


class Wrong(Exception):
    """What the application did wrong, as one sentence."""


def connect_messages(rate):
    """The shapes that documents and working integrations show; only the third names the rate."""
    headers = {"tenant": "north", "greeting": "Grüß Gott, 電話"}
    pairs = [{"key": key, "value": value} for key, value in headers.items()]
    return {
        "a": {
            "CallId": "call-a",
            "ApplicationId": "app",
            "Headers": {**headers, "ApplicationId": "app"},
        },
        "b": {"callId": "call-b", "applicationId": "app", "headers": headers},
        "c": {
            "version": 1,
            "callId": "call-c",
            "applicationKey": "app",
            "codec": "PCM",
            "sampleRate": rate,
            "callHeaders": headers,
        },
        "d": {"CallId": "call-d", "ApplicationId": "app", "callHeaders": headers},
        "e": {"callId": "call-e", "applicationId": "app", "callHeaders": pairs},
    }


def call(url, connect_message, size):
    """One whole call, from `connect` to the close."""
    noise = random.Random(size)
    # Sinch is assumed to offer no extension; a proxy from the environment must not come between.
    quiet = {"compression": None, "proxy": None}
    with connect(url, **quiet, open_timeout=WAIT, close_timeout=WAIT) as socket:
        text = json.dumps({"command": "connect", **connect_message}, ensure_ascii=False)
        say(socket, text.encode(), in_fragments=size % 2 == 0, text=True)
        answer = hear(socket, "answer")
        if not is_command(answer, "answer"):
            raise Wrong(f"the first message is {shown(answer)} instead of the answer")

        for number in range(1, CHUNKS + 1):
            chunk = noise.randbytes(size)
            say(socket, chunk, in_fragments=number % 2 == 0)
            expect_echo(socket, chunk, number)
        hang_up(socket, ENDINGS[size])


def say(socket, message, in_fragments, text=False):
    """Says it whole, or in fragments that part texts in mid-character."""
    if not in_fragments:
        socket.send(message, text=text)
        return
    size = 1 if text else len(message) // 5 | 1
    pongs = []

    def fragments():
        for at in range(0, len(message), size):
            yield message[at : at + size]
            pongs.append(socket.ping())

    socket.send(fragments(), text=text)
    if not all(pong.wait(WAIT) for pong in pongs):
        raise Wrong(f"a ping was not answered within {WAIT} s")


def expect_echo(socket, chunk, number):
    echo = b""
    while len(echo) < len(chunk):
        message = hear(socket, f"rest of chunk {number} after byte {len(echo)}")
        if isinstance(message, bytes):
            echo += message
        elif not is_command(message, "heartbeat"):
            raise Wrong(f"chunk {number} was answered with {shown(message)}")
    if len(echo) > len(chunk):
        raise Wrong(f"chunk {number} came back as {len(echo)} bytes instead of {len(chunk)}")
    if echo != chunk:
        at = next(at for at, byte in enumerate(chunk) if echo[at] != byte)
        raise Wrong(f"chunk {number} came back changed at byte {at}")


def hang_up(socket, close):
    """The application must send the close back, then end the connection itself, in order."""
    socket.close(close.code, close.reason)
    try:
        socket.recv(timeout=0)
    except ConnectionClosed as closed:
        if closed.__cause__:
            raise Wrong(f"the connection ended badly: {closed.__cause__}") from None
        if closed.rcvd != close:
            raise Wrong(f"{close} was answered with {closed.rcvd}") from None
    else:
        raise Wrong("something was said after the last chunk")


def hear(socket, what):
    try:
        return socket.recv(timeout=WAIT)
    except TimeoutError:
        raise Wrong(f"no {what} within {WAIT} s") from None
    except ConnectionClosed as closed:
        raise Wrong(f"no {what}, the connection ended: {closed}") from None


def is_command(message, name):
    """Compares by meaning: spacing is the application's own affair, a further field is not."""
    try:
        return isinstance(message, str) and json.loads(message) == {"command": name}
    except ValueError:
        return False


def shown(message):
    return repr(message[:80]) if isinstance(message, str) else f"{len(message)} bytes of audio"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--rate", type=int, default=16000, help="what connect says, in Hz")
    options = parser.parse_args()

    passed = failed = 0
    for shape, message in connect_messages(options.rate).items():
        for size in ENDINGS:
            case = f"sinch shape {shape}, {size}-byte chunks"
            try:
                call(options.url, message, size)
            except ConnectionRefusedError:
                sys.exit(f"nobody listens on {options.url}")
            except (Wrong, WebSocketException, OSError) as error:
                print(f"{case}: FAILED, {error}", flush=True)
                failed += 1
            else:
                print(f"{case}: {CHUNKS} chunks back", flush=True)
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

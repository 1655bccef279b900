#!/usr/bin/env python3
"""Signs and verifies the HTTP around a Sinch call, and plays either end of it.

sign and verify do what they say to one request, vectors does it to all of the fixture. post is the
platform that has a callback, listen the application that replies to it, one request at a time.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import pathlib
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

WAIT = 10  # seconds, for the other end
WINDOW = timedelta(seconds=300)
WITHOUT_REPLY = ("dice", "notify")
PARTS = ("body", "path", "timestamp", "content-type", "signature")


class Refused(Exception):
    """Why a request is not to be trusted, as one sentence."""


@dataclass
class Request:
    method: str
    path: str
    content_type: str
    timestamp: str
    body: bytes

    def content_md5(self):
        return base64.b64encode(hashlib.md5(self.body).digest()).decode() if self.body else ""

    def string_to_sign(self):
        stamp, path = f"x-timestamp:{self.timestamp}", self.path.partition("?")[0]
        return "\n".join((self.method.upper(), self.content_md5(), self.content_type, stamp, path))

    def signature(self, secret):
        key = base64.b64decode(secret, validate=True)
        digest = hmac.new(key, self.string_to_sign().encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def authorization(self, key, secret):
        return f"application {key}:{self.signature(secret)}"

    def verify(self, key, secret, authorization):
        scheme, _, rest = (authorization or "").partition(" ")
        claimed_key, _, claimed = rest.partition(":")
        if scheme.lower() != "application":
            raise Refused("no authorization of an application")
        if claimed_key != key:
            raise Refused("the key of another application")
        if not hmac.compare_digest(claimed.encode(), self.signature(secret).encode()):
            raise Refused("the signature does not fit")

    def check_age(self, now, window=WINDOW):
        try:
            signed = datetime.fromisoformat(self.timestamp)
            if abs(now - signed) > window:
                raise Refused(f"signed at {self.timestamp}, too far from now")
        except (ValueError, TypeError):  # no time, or a time without its zone
            raise Refused(f"{self.timestamp!r} is no time in UTC") from None


def sign(options):
    request = request_of(options)
    print(f"Content-MD5: {request.content_md5()}")
    print(f"Content-Type: {request.content_type}")
    print(f"x-timestamp: {request.timestamp}")
    print(f"Authorization: {request.authorization(options.key, options.secret)}")


def verify(options):
    try:
        request_of(options).verify(options.key, options.secret, options.authorization)
    except Refused as refused:
        sys.exit(f"refused: {refused}")
    print("verified")


def request_of(options):
    names = ("method", "path", "content_type", "timestamp", "body")
    return Request(*(getattr(options, name) for name in names))


def post(options):
    url = urlsplit(options.url)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    timestamp = seven_digits(datetime.now(UTC)) if options.timestamp == "now" else options.timestamp
    request = Request("POST", path, options.content_type, timestamp, options.body)
    signed = tampered(request, options.tamper)
    authorization = signed.authorization(options.key, options.secret)
    if options.tamper == "signature":
        authorization = with_other_signature(authorization)
    headers = {
        "Content-Type": request.content_type,
        "x-timestamp": request.timestamp,
        "Authorization": authorization,
    }
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=WAIT)
    try:
        connection.request("POST", path, options.body, headers)
        response = connection.getresponse()
        reply = response.read()
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"{options.url} gave no answer: {error!r}")
    finally:
        connection.close()
    print(response.status)
    print(reply.decode(errors="replace"))


def tampered(request, part):
    """Another request than the one that is sent, so that its signature does not fit."""
    match part:
        case "body":
            return replace(request, body=request.body + b" ")
        case "path":
            return replace(request, path=request.path.partition("?")[0] + "/")
        case "timestamp":
            return replace(request, timestamp=request.timestamp + "0")
        case "content-type":
            return replace(request, content_type=request.content_type + ";")
        case _:
            return request


def with_other_signature(authorization):
    start, _, signature = authorization.rpartition(":")
    return f"{start}:{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def seven_digits(time):
    """As Sinch writes it, of whose digits a clock here knows six."""
    return f"{time:%Y-%m-%dT%H:%M:%S.%f}0Z"


class Application(http.server.BaseHTTPRequestHandler):
    """Replies to callbacks that are signed properly."""

    timeout = WAIT

    def do_POST(self):
        try:
            event = self.verified_event()
        except Refused as refused:
            print(f"refused: {refused}", flush=True)
            self.answer(401, b"")
        else:
            print(f"verified {event}", flush=True)
            self.answer(200, b"" if event in WITHOUT_REPLY else self.server.options.reply)
        self.server.heard += 1

    def verified_event(self):
        key, secret = self.server.options.key, self.server.options.secret
        length = self.only("Content-Length")
        if not (length.isascii() and length.isdigit()):
            raise Refused(f"a Content-Length of {length!r}")
        body = self.rfile.read(int(length))
        content_type, timestamp = self.only("Content-Type"), self.only("x-timestamp")
        request = Request(self.command, self.path, content_type, timestamp, body)
        request.verify(key, secret, self.only("Authorization"))
        request.check_age(datetime.now(UTC))
        try:
            return str(json.loads(request.body)["event"]).lower()
        except (ValueError, KeyError, TypeError):
            raise Refused("signed, but no callback") from None

    def only(self, name):
        values = self.headers.get_all(name, [])
        if len(values) != 1:
            raise Refused(f"{len(values)} headers {name} instead of one")
        return values[0]

    def answer(self, status, body):
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing beside the one line per request."""


def listen(options):
    with http.server.HTTPServer(("127.0.0.1", options.port), Application) as server:
        server.options, server.heard = options, 0
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while server.heard != options.count:
                server.handle_request()


def vectors(options):
    fixture = json.loads(options.file.read_text(encoding="utf-8"))
    for vector in fixture["valid"]:
        request = vector_request(vector)
        expect(vector, "content_md5", request.content_md5())
        expect(vector, "string_to_sign", request.string_to_sign())
        expect(vector, "signature", request.signature(vector["secret_base64"]))
        authorization = request.authorization(vector["key"], vector["secret_base64"])
        expect(vector, "authorization", authorization)
    for vector in fixture["valid"] + fixture["invalid"]:
        credentials = vector["key"], vector["secret_base64"], vector["authorization"]
        expect(vector, "valid", holds(vector_request(vector).verify, *credentials))
    for vector in fixture["freshness"]:
        request = Request("POST", "/", "", vector["x_timestamp"], b"")
        now, window = datetime.fromisoformat(vector["now"]), vector["window_s"]
        fresh = window is None or holds(request.check_age, now, timedelta(seconds=window))
        expect(vector, "accept", fresh)
    counts = ", ".join(f"{len(fixture[name])} {name}" for name in ("valid", "invalid", "freshness"))
    print(f"{options.file.name}: {counts}")


def vector_request(vector):
    names = ("method", "path", "content_type", "x_timestamp")
    return Request(*(vector[name] for name in names), vector["body"].encode())


def holds(check, *arguments):
    try:
        check(*arguments)
    except Refused:
        return False
    return True


def expect(vector, name, found):
    if vector[name] != found:
        sys.exit(f"{vector['id']}: {name} is {found!r} instead of {vector[name]!r}")


def contents(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {error.strerror}") from None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)

    for run in sign, verify:
        command = commands.add_parser(run.__name__)
        for name in "method", "path", "content_type", "timestamp", "key", "secret":
            command.add_argument(name)
        command.add_argument("body", type=contents, help="a file")
        command.set_defaults(run=run)
    command.add_argument("authorization")

    command = commands.add_parser("post")
    command.add_argument("url")
    command.add_argument("--key", required=True)
    command.add_argument("--secret", required=True)
    command.add_argument("--body", type=contents, required=True, help="a file")
    command.add_argument("--content-type", default="application/json")
    command.add_argument("--timestamp", default="now")
    command.add_argument("--tamper", choices=PARTS, help="sign something else than is sent")
    command.set_defaults(run=post)

    command = commands.add_parser("listen")
    command.add_argument("--key", required=True)
    command.add_argument("--secret", required=True)
    command.add_argument("--reply", type=contents, required=True, help="a file: SVAML")
    command.add_argument("--port", type=int, default=0)
    command.add_argument("--count", type=int, help="requests before it exits")
    command.set_defaults(run=listen)

    command = commands.add_parser("vectors")
    command.add_argument("file", type=pathlib.Path)
    command.set_defaults(run=vectors)

    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Checks a demo's files: each side must have heard what the other said, less what was cleared.

`accounts.json` states what was cleared, as ranges of bytes in the audio of the side that said it.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as xml

from same_samples import first_difference, read_wav

DIALECTS = ["sinch", "wavix"]
SIDES = ["platform", "application"]


def check(folder):
    calls = read_accounts(folder / "accounts.json")
    for call in calls:
        check_direction(folder, call, *SIDES)
        check_direction(folder, call, *reversed(SIDES))
    check_timeline(folder / "timeline.svg")


def read_accounts(path):
    """The calls, complete and of the right types; whether the ranges fit, the audio will show."""
    try:
        calls = json.loads(path.read_text(encoding="utf-8"))["calls"]
        dialects = sorted(call["dialect"] for call in calls)
        ranges = [(call["dialect"], cut) for call in calls for cut in call["cleared"]]
        numbers = [call["rate"] for call in calls]
        numbers += [cut[key] for _, cut in ranges for key in ("at", "bytes")]
        speakers = [cut["said_by"] for _, cut in ranges]
    except OSError as error:
        sys.exit(f"{path} cannot be read: {error.strerror}")
    except ValueError as error:
        sys.exit(f"{path} is not JSON: {error}")
    except (KeyError, TypeError) as error:
        sys.exit(f"{path} is not of the agreed form: {error!r}")
    if dialects != DIALECTS:
        sys.exit(f"{path} accounts for {dialects} instead of {DIALECTS}")
    if not all(type(number) is int and number >= 0 for number in numbers):
        sys.exit(f"{path} has a rate, position or length that is not a count")
    if not all(speaker in SIDES for speaker in speakers):
        sys.exit(f"{path} has a range said by neither platform nor application")
    for dialect in DIALECTS:
        if not any(cut["bytes"] for name, cut in ranges if name == dialect):
            sys.exit(f"{path} has no cleared audio in the {dialect} call, so nobody barged in")
    print(f"{path.name}: {len(calls)} calls, {len(ranges)} cleared ranges")
    return calls


def check_direction(folder, call, speaker, listener):
    said_path = folder / f"{call['dialect']}-{speaker}-said.wav"
    heard_path = folder / f"{call['dialect']}-{listener}-heard.wav"
    (said_rate, said), (heard_rate, heard) = read_wav(said_path), read_wav(heard_path)
    for path, rate in (said_path, said_rate), (heard_path, heard_rate):
        if rate != call["rate"]:
            sys.exit(f"{path} has {rate} Hz, the accounts say {call['rate']} Hz")

    cuts = [(cut["at"], cut["bytes"]) for cut in call["cleared"] if cut["said_by"] == speaker]
    at = first_difference(heard, without(said, sorted(cuts), said_path))
    if at is not None:
        sys.exit(f"{heard_path} differs at byte {at} of its audio from what {said_path} leaves")
    cleared = sum(size for _, size in cuts)
    print(f"{heard_path.name}: {len(heard)} bytes, {len(said)} said less {cleared} cleared")


def without(said, cuts, path):
    """What remains of the audio after cutting the ranges, which come in order."""
    kept, end = [], 0
    for at, size in cuts:
        place = f"the {size} bytes cleared at byte {at} of {path}"
        if at % 2 or size % 2:
            sys.exit(f"{place} split a sample")
        if at < end:
            sys.exit(f"{place} overlap the range before")
        if at + size > len(said):
            sys.exit(f"{place} pass its end at byte {len(said)}")
        kept.append(said[end:at])
        end = at + size
    return b"".join(kept) + said[end:]


def check_timeline(path):
    try:
        root = xml.parse(path).getroot()
    except (OSError, xml.ParseError) as error:
        sys.exit(f"{path} is not readable XML: {error}")
    if root.tag != "{http://www.w3.org/2000/svg}svg" or len(root) == 0:
        sys.exit(f"{path} is not a drawing in SVG")
    print(f"{path.name}: {path.stat().st_size} bytes of SVG")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIR")
    check(pathlib.Path(sys.argv[1]))

#!/usr/bin/env python3
"""Compares two WAV files sample by sample; their headers may differ in spelling, not in meaning."""

import sys
import wave


def read_wav(path):
    """The rate and the audio bytes of a mono 16-bit file; anything else ends the program."""
    try:
        with wave.open(str(path)) as file:
            rate, frames = file.getframerate(), file.getnframes()
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                sys.exit(f"{path} is not mono 16-bit audio")
            audio = file.readframes(frames)
    except (OSError, EOFError, wave.Error) as error:
        sys.exit(f"{path} cannot be read: {str(error) or 'it ends in its header'}")
    if not audio:
        sys.exit(f"{path} holds no audio")
    if len(audio) != 2 * frames:
        sys.exit(f"{path} ends at byte {len(audio)} of the {2 * frames} its header promises")
    return rate, audio


def first_difference(one, other):
    """Where two byte strings part, or None if they are equal."""
    if one == other:
        return None
    pairs = enumerate(zip(one, other))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def main(one, other):
    (one_rate, one_audio), (other_rate, other_audio) = read_wav(one), read_wav(other)
    if one_rate != other_rate:
        sys.exit(f"{one} has {one_rate} Hz, {other} has {other_rate} Hz")
    at = first_difference(one_audio, other_audio)
    if at is not None:
        sizes = f"{len(one_audio)} and {len(other_audio)} bytes"
        sys.exit(f"{one} and {other} ({sizes}) differ at byte {at} of their audio")
    print(f"{one} and {other}: the same {len(one_audio)} bytes of audio")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} A.wav B.wav")
    main(*sys.argv[1:])

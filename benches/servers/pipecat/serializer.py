#!/usr/bin/env python3
"""Times pipecat's serializer of Wavix alone: 20 ms of 24 kHz, from the message to the frame and back again.

The pipeline has 24 kHz too, so nothing is resampled. Before a task is timed its answer is checked, byte by byte.
Prints a table, and writes it as JSON to the file named.
"""

import argparse
import asyncio
import base64
import json
import random
from importlib.metadata import version
from statistics import median
from time import perf_counter_ns

from loguru import logger
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat_wavix import WavixFrameSerializer

RATE = 24_000
STREAM = "b2c1f6d0-4a53-4f7e-9d0c-6f1f0e8a7b21"


async def main(args):
    logger.remove()
    serializer = WavixFrameSerializer(STREAM, WavixFrameSerializer.InputParams(sample_rate=RATE))
    audio = random.Random(1).randbytes(RATE // 50 * 2)
    payload = base64.b64encode(audio).decode()
    heard = json.dumps(
        {
            "event": "media",
            "event_time": "2026-03-24T10:30:00.020Z",
            "call_id": "5a2b7e1c-8f0d-4c7a-9a51-2f0c1b7d9e33",
            "stream_id": STREAM,
            "sequence_number": 7,
            "media": {"track": "inbound", "chunk": 5, "timestamp": 80, "payload": payload},
        }
    )
    said = OutputAudioRawFrame(audio=audio, sample_rate=RATE, num_channels=1)

    frame = await serializer.deserialize(heard)
    assert isinstance(frame, InputAudioRawFrame) and (frame.audio, frame.sample_rate) == (audio, RATE)
    media = {"payload": payload}
    assert json.loads(await serializer.serialize(said)) == {"event": "media", "stream_id": STREAM, "media": media}

    tasks = {
        "media of 20 ms, 24 kHz, heard": lambda: serializer.deserialize(heard),
        "media of 20 ms, 24 kHz, said": lambda: serializer.serialize(said),
    }
    lane = f"pipecat-wavix {version('pipecat-wavix')}"
    rows = []
    print(f"{'a message, on one core':<32} {'lane':<22} {'median':>12} {'fastest':>12}")
    for task, turn in tasks.items():
        await sample(turn, args.messages)  # the first is not counted
        samples = [await sample(turn, args.messages) for _ in range(args.samples)]
        figures = {"median": round(median(samples), 1), "fastest": round(min(samples), 1)}
        rows.append({"bench": "serializer", "task": task, "lane": lane, **figures, "unit": "ns"})
        print(f"{task:<32} {lane:<22} {figures['median']:>9} ns {figures['fastest']:>9} ns")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=2)
            file.write("\n")


async def sample(turn, messages):
    """Nanoseconds of one message, of so many in a row."""
    began = perf_counter_ns()
    for _ in range(messages):
        await turn()
    return (perf_counter_ns() - began) / messages


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=51, help="how many are taken (default 51)")
    parser.add_argument("--messages", type=int, default=2_000, help="how many make one (default 2000)")
    parser.add_argument("--json", metavar="FILE", help="where to write the rows")
    asyncio.run(main(parser.parse_args()))

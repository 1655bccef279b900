#!/usr/bin/env python3
"""Reads what the load has found, `lane<TAB>limit` a line, prints the table and writes it as JSON to the file named.

Where the load itself was the limit, a server holds at least as many calls as were found.
"""

import json
import sys
from statistics import median

OURS = "voxwire"

# How many times as many calls as another server's are promised, at least.
PROMISED = {"python": 10, "node": 3}

# What a ratio is worth, by whether ours and theirs are lower bounds.
WORTH = {(False, False): "exact", (True, False): "at_least", (False, True): "at_most", (True, True): "unknown"}
SIGN = {"exact": "", "at_least": "≥ ", "at_most": "≤ "}


def main(path):
    found = {}
    for line in sys.stdin:
        lane, limit = line.rstrip("\n").split("\t")
        found.setdefault(lane, []).append(json.loads(limit))
    rows = [row(lane, limits, found) for lane, limits in sorted(found.items(), key=in_order)]
    for each in rows:
        if each["lane"] == OURS:
            each["bounds"] = [bound(its) for its in rows if its["task"] == each["task"] and is_promised(its)]
    print(f"{'calls that a core holds':<32} {'median':>8} {'min':>7} {'max':>7} {'voxwire / it':>14}")
    for each in rows:
        print_row(each)
    if any(each["at_least"] for each in rows):
        print("≥, ≤: the load itself was late or at its end in some rounds, so of that server it is a lower bound")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=2, ensure_ascii=False)
        file.write("\n")


def in_order(item):
    """By dialect, and voxwire first; the others as they came."""
    dialect, server = item[0].split(" ", 1)
    return dialect, server != OURS


def row(lane, limits, found):
    dialect, server = lane.split(" ", 1)
    calls = [limit["calls"] for limit in limits]
    ours = found.get(f"{dialect} {OURS}", [])
    at_least = any(map(is_bound, limits))
    pairs = [(own["calls"], its) for own, its in zip(ours, calls) if its]
    return {
        "bench": "limits",
        "task": dialect,
        "lane": server,
        "median": median(calls),
        "min": min(calls),
        "max": max(calls),
        "unit": "calls",
        "ratio": median(own / its for own, its in pairs) if pairs else None,
        "ratio_is": WORTH[any(map(is_bound, ours)), at_least] if server != OURS else "exact",
        "at_least": at_least,
        "rounds": calls,
    }


def is_promised(its):
    """Whether something is promised of ours beside it."""
    return its["lane"] in PROMISED and its["ratio"] is not None


def bound(its):
    """What is promised, and what has come of it; the record judges it."""
    return {
        "what": f"times the calls of {its['lane']}",
        "at_least": PROMISED[its["lane"]],
        "measured": its["ratio"],
        "measured_is": its["ratio_is"],
    }


def is_bound(limit):
    """Whether more were not tried, or could not be measured."""
    return limit["because"] in (None, "late")


def print_row(each):
    ratio, sign = each["ratio"], SIGN.get(each["ratio_is"])
    ratio = "-" if ratio is None else "unknown" if sign is None else f"{sign}{ratio:.2f}"
    name = f"{each['task']}, {each['lane']}"
    middle = f"{'≥ ' if each['at_least'] else ''}{each['median']:g}"
    print(f"{name:<32} {middle:>8} {each['min']:>7} {each['max']:>7} {ratio:>14}")


if __name__ == "__main__":
    main(sys.argv[1])

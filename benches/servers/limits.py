#!/usr/bin/env python3
"""Reads what the load has found, a line each, prints the table and writes it as JSON to the file named. A line is
`share<TAB>lane<TAB>limit`; the share is what the server had of a core, in per cent.

Where the load itself was the limit, a server holds at least as many calls as were found: a round then tells a least and
no most. The medians of both are a median's own bounds, so that one such round among many need not blur it.
"""

import json
import sys
from math import inf
from statistics import median

OURS = "voxwire"

# How many times as many calls as another server's are promised, at least.
PROMISED = {"python": 10, "node": 3}

# How many frames a call has in a second, each way.
FRAMES = 50

SIGN = {"exact": "", "at_least": "≥ ", "at_most": "≤ "}


def main(path):
    found = {}
    for line in sys.stdin:
        share, lane, limit = line.rstrip("\n").split("\t")
        dialect, server = lane.split(" ", 1)
        found.setdefault((dialect, int(share), server), []).append(json.loads(limit))
    rows = [row(*asked, limits, found) for asked, limits in sorted(found.items(), key=in_order)]
    for each in rows:
        if each["lane"] == OURS:
            each["bounds"] = [its.pop("bound") for its in rows if its["task"] == each["task"] and "bound" in its]
    print(
        f"{'calls held with':<44} {'median':>8} {'min':>7} {'max':>7} {'voxwire / it':>14}"
        f" {'a frame':>9} {'in kernel':>9} {'as promised':>12}"
    )
    for each in rows:
        print_row(each)
    if any(each["at_least"] for each in rows):
        print("≥, ≤: a bound, for in too many rounds the load itself was late or at its end")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=2, ensure_ascii=False)
        file.write("\n")


def core(share):
    """That share of a core, in words."""
    return "a core" if share == 100 else f"{share} % of a core"


def in_order(item):
    """By dialect, the largest share first, and of that voxwire; the others as they came."""
    dialect, share, server = item[0]
    return dialect, -share, server != OURS


def row(dialect, share, server, limits, found):
    calls = [limit["calls"] for limit in limits]
    least, most = middle(map(span, limits))
    costs = [limit["cost"] for limit in limits if limit["cost"]]
    times = (1.0, 1.0) if server == OURS else times_of(limits, found.get((dialect, share, OURS), []))
    ratio, worth = told(times) if times else (None, "unknown")
    return {
        "bench": "limits",
        "task": f"{dialect}, {core(share)}",
        "lane": server,
        "median": least,
        "min": min(calls),
        "max": max(calls),
        "unit": "calls",
        "ratio": ratio,
        "ratio_is": worth,
        "at_least": least < most,
        "rounds": calls,
        "cost": middle(costs) if costs else None,
        "left": left(server, share, least),
    } | ({"bound": bound(server, times)} if times and server in PROMISED else {})


def times_of(limits, ours):
    """How many times as many calls ours holds, round by round: at least, and at most.

    >>> slow, late = ({"calls": 30, "because": because} for because in ("slow", "late"))
    >>> times_of([slow] * 3, [slow] * 3), times_of([slow] * 3, [slow, slow, late])
    ((1.0, 1.0), (1.0, 1.0))
    >>> times_of([slow] * 3, [slow, late, late]), times_of([slow, late, late], [slow] * 3)
    ((1.0, inf), (0.0, 1.0))
    >>> times_of([late] * 3, [late] * 3), times_of([slow], [])
    ((0.0, inf), None)
    """
    pairs = [(own, its) for own, its in zip(map(span, ours), map(span, limits)) if its[0]]
    return middle((own[0] / its[1], own[1] / its[0]) for own, its in pairs) if pairs else None


def told(times, promised=0):
    """One figure for both bounds, and what it is worth: the upper one if it tells that what is promised is not reached.

    >>> told((2.0, 2.0)), told((2.0, 4.0)), told((0.0, 4.0)), told((0.0, inf))
    ((2.0, 'exact'), (2.0, 'at_least'), (4.0, 'at_most'), (0.0, 'unknown'))
    >>> told((2.0, 4.0), 3), told((2.0, 4.0), 5)
    ((2.0, 'at_least'), (4.0, 'at_most'))
    """
    least, most = times
    if least == most:
        return least, "exact"
    if least and most >= promised:
        return least, "at_least"
    return (most, "at_most") if most < inf else (least, "unknown")


def middle(pairs):
    """The medians of the firsts and of the seconds."""
    firsts, seconds = zip(*pairs)
    return median(firsts), median(seconds)


def span(limit):
    """The least and the most calls that a server may hold, by one round."""
    calls = limit["calls"]
    # More were not tried, or could not be measured.
    return calls, inf if limit["because"] in (None, "late") else calls


def bound(server, times):
    """What is promised beside a server, and what has come of it; the record judges it."""
    measured, worth = told(times, PROMISED[server])
    return {
        "what": f"times the calls of {server}",
        "at_least": PROMISED[server],
        "measured": measured,
        "measured_is": worth,
    }


def left(server, share, calls):
    """What a share of a core leaves of itself for a frame, in ns, if it holds as many calls as are promised.

    >>> left("python", 100, 160), left("node", 60, 100), left("voxwire", 100, 1000), left("node", 100, 0)
    (12500.0, 40000.0, None, None)
    """
    if server not in PROMISED or not calls:
        return None
    return share / 100 * 1e9 / (PROMISED[server] * calls * FRAMES)


def print_row(each):
    ratio, sign = each["ratio"], SIGN.get(each["ratio_is"])
    ratio = "-" if ratio is None else "unknown" if sign is None else f"{sign}{ratio:.2f}"
    name = f"{each['task']}: {each['lane']}"
    at_least, at_most = (SIGN[worth] if each["at_least"] else "" for worth in ("at_least", "at_most"))
    calls = f"{at_least}{each['median']:g}"
    kernel, whole = (f"{ns / 1000:.1f} µs" for ns in each["cost"]) if each["cost"] else ("-", "-")
    room = f"{at_most}{each['left'] / 1000:.1f} µs" if each["left"] else "-"
    print(
        f"{name:<44} {calls:>8} {each['min']:>7} {each['max']:>7} {ratio:>14} {whole:>9} {kernel:>9} {room:>12}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

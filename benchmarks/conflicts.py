"""All overlapping pairs: ours, a plain heap sweep and intervaltree, on the same claims in the same run.

    python benchmarks/conflicts.py [--json]

A million occurrences of 1,000 members over the two years of the horizon, on the quarter of an hour;
some 85,000 pairs of them overlap. intervaltree is measured on a tenth of the members (it takes minutes for
all), beside ours on that tenth. Last comes the case that hurts a sweep which looks back from each
start: with every member on a year-long event, every short occurrence has a real partner. Every
figure is the best of three runs in one process, one of a peer that takes seconds.
"""

from __future__ import annotations

import heapq
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from intervaltree import IntervalTree

from kalends.engine.claims import Claims, EventFacts, Subject
from kalends.engine.conflicts import collisions, overlapping_pairs
from kalends.engine.span_columns import SpanColumns

QUARTER = 900
YEAR = 365 * 86_400
MEMBERS = 1_000


def occurrences(members: int, each: int) -> Claims:
    """Draw the claims: starts on the quarter, an hour or so long, ten occurrences an event."""
    random = np.random.default_rng(20_250_301)
    count = members * each
    start = 1_740_787_200 + random.integers(0, 2 * YEAR // QUARTER, count) * QUARTER
    end = start + random.integers(2, 12, count) * QUARTER
    event = random.integers(0, count // 10, count)
    return Claims(
        start=start,
        end=end,
        subject=np.repeat(np.arange(members), each)[random.permutation(count)],
        event=event,
        subjects=[Subject(id=str(number)) for number in range(members)],
        events=[EventFacts(uid=str(number)) for number in range(count // 10)],
    )


def with_year_long_events(claims: Claims) -> Claims:
    """Add an event of a year for each member, over half of what they have."""
    members = len(claims.subjects)
    start = np.full(members, int(claims.start.min()) + YEAR // 2)
    first = len(claims.events)
    return Claims(
        start=np.append(claims.start, start),
        end=np.append(claims.end, start + YEAR),
        subject=np.append(claims.subject, np.arange(members)),
        event=np.append(claims.event, np.arange(first, first + members)),
        subjects=claims.subjects,
        events=[*claims.events, *(EventFacts(uid=str(first + number)) for number in range(members))],
    )


def ours(claims: Claims) -> int:
    columns = SpanColumns(claims.start, claims.end)
    return len(overlapping_pairs(claims.subject, columns, apart=claims.event).left)


def heap_sweep(claims: Claims) -> int:
    """Sweep in plain Python: a heap of the open claims of each subject."""
    columns = (claims.subject, claims.start, claims.end, claims.event)
    rows = sorted(zip(*(column.tolist() for column in columns), range(len(claims)), strict=True))
    pairs = []
    for _, of_subject in groupby(rows, key=lambda row: row[0]):
        open_claims: list[tuple[int, int, int]] = []
        for _, start, end, event, row in of_subject:
            while open_claims and open_claims[0][0] <= start:
                heapq.heappop(open_claims)
            pairs += [(other, row) for _, other_event, other in open_claims if other_event != event]
            heapq.heappush(open_claims, (end, event, row))
    return len(pairs)


def interval_trees(claims: Claims) -> int:
    """Build a tree for each subject and ask it about each of its claims."""
    order = np.argsort(claims.subject, kind="stable")
    cuts = np.flatnonzero(np.diff(claims.subject[order])) + 1
    start, end, event = (column.tolist() for column in (claims.start, claims.end, claims.event))
    pairs = []
    for rows in np.split(order, cuts):
        tree: Any = IntervalTree.from_tuples((start[row], end[row], row) for row in rows.tolist())
        for row in rows.tolist():
            for found in tree.overlap(start[row], end[row]):
                if found.data > row and event[found.data] != event[row]:
                    pairs.append((row, found.data))
    return len(pairs)


def best(run: Callable[[Claims], int], claims: Claims, *, times: int = 3) -> tuple[float, int]:
    """Give the shortest time in seconds and the number of pairs."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        found = run(claims)
        taken.append(time.perf_counter() - started)
    return min(taken), found


def measurement(name: str, seconds: float, peer: float | None, target: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "ours": round(seconds, 4),
        "peer": peer and round(peer, 4),
        "unit": "s",
        "ratio": peer and round(peer / seconds, 1),
        "target": target and f"under {target:g} s",
        "met": None if target is None else seconds < target,
    }


def measure() -> list[dict[str, Any]]:
    million, tenth = occurrences(MEMBERS, 1_000), occurrences(MEMBERS // 10, 1_000)
    mine, pairs = best(ours, million)
    swept, swept_pairs = best(heap_sweep, million, times=1)
    mine_tenth, tenth_pairs = best(ours, tenth)
    trees, tree_pairs = best(interval_trees, tenth, times=1)
    assert (pairs, tenth_pairs) == (swept_pairs, tree_pairs), "the peers must find the same pairs"
    whole, _ = best(lambda claims: len(collisions(claims)), million)
    long = with_year_long_events(million)
    mine_long, long_pairs = best(ours, long)
    return [
        measurement(f"{pairs:,} pairs of 1,000,000 occurrences; heap sweep", mine, swept, 1.0),
        measurement(f"{tenth_pairs:,} pairs of 100,000 occurrences; intervaltree", mine_tenth, trees, None),
        measurement(f"{pairs:,} collisions with their overlaps, lazily conflicts", whole, None, 1.0),
        measurement(f"{long_pairs:,} pairs with 1,000 year-long events", mine_long, None, 1.0),
    ]


def main(arguments: Sequence[str]) -> None:
    measured = measure()
    if "--json" in arguments:
        print(json.dumps(measured))
        return
    for row in measured:
        print("{name}: {ours} s, peer {peer} s, ratio {ratio}, target {target}".format_map(row))


if __name__ == "__main__":
    main(sys.argv[1:])

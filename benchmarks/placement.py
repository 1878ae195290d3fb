"""A household's week put in order with proof, and one more event in a calendar of thousands.

    python benchmarks/placement.py [--json]

The weeks (`households`) have 8 members, 20 resources and 200 events, of which 60 clash; five of them are
drawn, from the published seed and the four that follow, and the slowest counts. The peer is one CP-SAT model
of the whole week, which is what relaxing and merging saves. Figures are the best of three runs in one
process; importing OR-Tools, paid once, is measured apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from households import SEED, week  # type: ignore[import-not-found]  # a script beside this one

from kalends.engine.placement import Effort, Placed, Problem, Solution, evaluate, solve
from kalends.engine.placement.exact import place_part

IMPORT = (
    "import time; t = time.perf_counter(); import ortools.sat.python.cp_model; print(time.perf_counter() - t)"
)


def whole(problem: Problem) -> Solution:
    """Solve a week as one model."""
    free = frozenset(n for n, activity in enumerate(problem.activities) if activity.movable)
    start = [
        Placed(start=None)
        if activity.movable
        else Placed(start=activity.home, choices=tuple(c.current or 0 for c in activity.choices))
        for activity in problem.activities
    ]
    effort = Effort(deterministic_seconds=60, wall_seconds=60)
    part = place_part(problem, free, start, effort=effort, knotted=True)
    assert part is not None
    placed = tuple(part.placed.get(number, place) for number, place in enumerate(start))
    costs = evaluate(problem, placed)
    return Solution(placed=placed, costs=costs, bounds=part.bounds[1:], optimal=part.optimal)


def best(run: Callable[[Problem], Solution], problem: Problem, *, times: int = 3) -> tuple[float, Solution]:
    """Give the shortest time in seconds and the solution."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        solution = run(problem)
        taken.append(time.perf_counter() - started)
    return min(taken), solution


def measurement(
    name: str, seconds: float, peer: float | None, target: float | None, met: bool
) -> dict[str, Any]:
    return {
        "name": name,
        "ours": round(seconds, 4),
        "peer": peer and round(peer, 4),
        "unit": "s",
        "ratio": peer and round(peer / seconds, 1),
        "target": target and f"under {target:g} s",
        "met": None if target is None else met and seconds < target,
    }


def measure() -> list[dict[str, Any]]:
    imported = float(subprocess.check_output([sys.executable, "-c", IMPORT], text=True))
    whole(week(events=8, conflicting=2))  # so that nothing below pays for the import
    weeks = [week(seed=SEED + number) for number in range(5)]
    runs = [best(solve, problem) for problem in weeks]
    slowest = max(seconds for seconds, _ in runs)
    proven = all(solution.optimal for _, solution in runs)
    peer_seconds, peer = best(whole, weeks[0], times=1)
    placed = evaluate(weeks[0], peer.placed)
    assert not peer.optimal or placed == runs[0][1].costs, "both prove the same optimum"
    said = "proven" if peer.optimal else "not proven"
    return [
        measurement(
            "household week, 200 events, 60 in conflict, proven; slowest of 5", slowest, None, 2.0, proven
        ),
        measurement(
            f"the same, the first week; one whole model ({said})", runs[0][0], peer_seconds, None, True
        ),
        measurement("importing OR-Tools, once in a process", imported, None, None, True),
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

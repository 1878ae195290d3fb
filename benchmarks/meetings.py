"""Meetings with rooms and attendees: what our search reaches beside a plain CP-SAT model in the same time.

    python benchmarks/meetings.py [--json] [--long]

An instance is drawn by `instance` from a published seed. Its cost has three levels: hard, a meeting that is
not held; medium, each grain that somebody who would like to attend one meeting spends in another of theirs;
soft, late ends, small rooms and meetings side by side. By default 50 meetings are measured, both at the same
time on two cores. `--long` goes on to 800, one after the other, and keeps the cost over time in
docs/benchmarks.md and docs/images/placement-curve.svg.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from kalends.engine.placement.effort import Effort, Progress
from kalends.engine.placement.evaluate import violations_of
from kalends.engine.placement.large import search
from kalends.engine.placement.problem import Activity, Choice, Cost, Lane, Problem, Use

SEED = 20_261_121
DAY = 40  # grains of a quarter of an hour, from 08:00 to 18:00
DURATIONS = (1, 2, 3, 4, 6, 8, 12, 16)  # a quarter of an hour to four hours
DURATION_WEIGHTS = (1, 1, 1, 2, 3, 5, 6, 8)  # they fill about two thirds of the rooms' time
SEATS = (30, 20, 16, 14, 12)

HARD, MEDIUM, SOFT = 0, 1, 2

OURS = {50: 60, 100: 60, 200: 120, 400: 120, 800: 120}  # seconds given to our search
PEER = {50: 60, 100: 90}  # and to the plain model, which has two workers where ours has one thread
SHORT = (50,)
UNHURRIED = 0.4  # of these seconds as effort, so that a busy machine too cools down before the clock stops it

DOCS = Path(__file__).parent.parent / "docs"
FENCE = re.compile(r"(<!-- placement curve -->\n).*?(<!-- /placement curve -->)", re.DOTALL)
TIMES = (1, 3, 10, 30, 60, 120)  # seconds that the table shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    duration: int
    required: tuple[int, ...]  # people
    preferred: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    people: int
    seats: tuple[int, ...]  # of each room, the largest first
    grains: int
    meetings: tuple[Meeting, ...]

    def starts(self, meeting: Meeting) -> list[int]:
        """Give the starts from which it ends on the same day."""
        return [grain for grain in range(self.grains) if grain % DAY + meeting.duration <= DAY]

    def rooms(self, meeting: Meeting) -> list[int]:
        """Give the rooms that seat all who may come."""
        attendees = len(meeting.required) + len(meeting.preferred)
        return [room for room, seats in enumerate(self.seats) if attendees <= seats]


def size(meetings: int) -> dict[str, int]:
    """Give what goes with so many meetings, at the same density.

    From 50 meetings, 160 grains, 5 rooms and 35 people, each doubling doubles by turns the grains, and the
    rooms with the people; the first doubles the grains. So rooms x grains = 16 x meetings.
    """
    people, rooms, grains = 35, 5, 160
    for doubling in range((meetings // 50).bit_length() - 1):
        if doubling % 2 == 0:
            grains *= 2
        else:
            people, rooms = people * 2, rooms * 2
    return {"people": people, "rooms": rooms, "grains": grains}


def instance(
    meetings: int, *, people: int = 35, rooms: int = 5, grains: int = 160, seed: int = SEED
) -> Instance:
    """Draw meetings round a hidden schedule, so that all of them can be held.

    The hidden schedule deals the meetings out to the days of the rooms, with idle time between them; who is
    required is drawn from those whom it leaves free, who would like to come from everybody.
    """
    draw = random.Random(seed)
    seats = tuple(sorted((SEATS[room % len(SEATS)] for room in range(rooms)), reverse=True))
    used = np.zeros((rooms, grains), dtype=bool)
    busy = np.zeros((people, grains), dtype=bool)
    durations = sorted(draw.choices(DURATIONS, DURATION_WEIGHTS, k=meetings), reverse=True)
    drawn = []
    for duration in durations:
        room, start = _gap(draw, used, duration)
        used[room, start : start + duration] = True
        free = [person for person in range(people) if not busy[person, start : start + duration].any()]
        required = draw.sample(free, min(min(draw.randint(2, 12) for _ in range(3)), len(free)))
        busy[required, start : start + duration] = True
        others = sorted(set(range(people)) - set(required))
        preferred = draw.sample(others, min(draw.randint(0, 4), seats[room] - len(required)))
        drawn.append(Meeting(duration=duration, required=tuple(required), preferred=tuple(preferred)))
    draw.shuffle(drawn)
    return Instance(people=people, seats=seats, grains=grains, meetings=tuple(drawn))


def _gap(draw: random.Random, used: NDArray[np.bool_], duration: int) -> tuple[int, int]:
    """Draw a free stretch of a room on one day."""
    rooms, grains = used.shape
    fits = [
        (room, start)
        for room in range(rooms)
        for start in range(grains)
        if start % DAY + duration <= DAY and not used[room, start : start + duration].any()
    ]
    return draw.choice(fits)


def problem(instance: Instance) -> Problem:
    """Say it in the words of the engine."""
    rooms = len(instance.seats)
    people = range(rooms, rooms + instance.people)
    everything = rooms + instance.people  # a lane that all meetings would like to have alone
    ids = [*(f"room {n}" for n in range(rooms)), *(f"person {n}" for n in range(instance.people)), "all"]
    activities = []
    for number, meeting in enumerate(instance.meetings):
        starts = np.array(instance.starts(meeting), dtype=np.int64)
        fitting = instance.rooms(meeting)
        activities.append(
            Activity(
                id=f"meeting {number}",
                duration=meeting.duration,
                starts=starts,
                costs=starts + meeting.duration,
                cost_level=SOFT,
                unplaced=Cost(level=HARD),
                uses=(
                    *(Use(lane=people[person]) for person in meeting.required),
                    *(Use(lane=people[person], shared=Cost(level=MEDIUM)) for person in meeting.preferred),
                    Use(lane=everything, shared=Cost(level=SOFT)),
                ),
                choices=(
                    Choice(
                        lanes=tuple(fitting), costs=tuple(Cost(level=SOFT, weight=room) for room in fitting)
                    ),
                ),
            )
        )
    return Problem(
        levels=("hard", "medium", "soft"),
        lanes=tuple(Lane(id=name) for name in ids),
        activities=tuple(activities),
    )


def plain(instance: Instance, seconds: float) -> tuple[int, ...] | None:
    """Solve it as one would at first: intervals, rooms as optional intervals, and what each pair shares."""
    model = cp_model.CpModel()
    meetings = instance.meetings
    of_person: list[list[Any]] = [[] for _ in range(instance.people)]
    of_room: list[list[Any]] = [[] for _ in instance.seats]
    starts, medium, soft = [], [], []
    for meeting in meetings:
        start = model.new_int_var_from_domain(cp_model.Domain.from_values(instance.starts(meeting)), "")
        starts.append(start)
        soft.append(start + meeting.duration)
        interval = model.new_fixed_size_interval_var(start, meeting.duration, "")
        for person in meeting.required:
            of_person[person].append(interval)
        there = {room: model.new_bool_var("") for room in instance.rooms(meeting)}
        model.add_exactly_one(there.values())
        for room, held in there.items():
            of_room[room].append(
                model.new_optional_fixed_size_interval_var(start, meeting.duration, held, "")
            )
            soft.append(room * held)
    for intervals in of_person + of_room:
        model.add_no_overlap(intervals)
    for (one, first), (other, second) in combinations(zip(meetings, starts, strict=True), 2):
        if set(one.required) & set(other.required):
            continue
        begin = model.new_int_var(0, instance.grains, "")
        end = model.new_int_var(0, instance.grains, "")
        model.add_max_equality(begin, [first, second])
        model.add_min_equality(end, [first + one.duration, second + other.duration])
        shared = model.new_int_var(0, min(one.duration, other.duration), "")
        model.add(shared >= end - begin)
        both = {*one.required, *one.preferred} & {*other.required, *other.preferred}
        medium.append(len(both) * shared)
        soft.append(shared)
    unit = 10**6
    model.minimize(unit * sum(medium) + sum(soft))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return (0, *divmod(round(solver.objective_value), unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One search: what it had reached after so many seconds; and what the plain model reached in its time."""

    meetings: int
    steps: tuple[tuple[float, tuple[int, ...]], ...]
    peer: tuple[int, ...] | None  # None where it found nothing, or was not asked

    def after(self, seconds: float) -> tuple[int, ...] | None:
        reached = [costs for at, costs in self.steps if at <= seconds]
        return reached[-1] if reached else None

    @property
    def held_after(self) -> float | None:
        """Give the seconds until all meetings were held."""
        return next((at for at, costs in self.steps if costs[HARD] == 0), None)


def run(meetings: int, *, side_by_side: bool) -> Run:
    """Run both, each in its own process: at the same time, or the plain model before our search."""
    drawn = instance(meetings, **size(meetings))
    with ProcessPoolExecutor(1) as apart:
        peer = apart.submit(plain, drawn, PEER[meetings]) if meetings in PEER else None
        if peer and not side_by_side:
            peer.result()
        steps = searched(problem(drawn), OURS[meetings])
        return Run(meetings=meetings, steps=steps, peer=peer.result() if peer else None)


def searched(drawn: Problem, seconds: float) -> tuple[tuple[float, tuple[int, ...]], ...]:
    """Search, and give the cost after so many seconds, step by step."""
    steps: list[tuple[float, tuple[int, ...]]] = []
    began = time.perf_counter()

    def watch(progress: Progress) -> bool:
        steps.append((time.perf_counter() - began, progress.costs))
        return True

    effort = Effort(deterministic_seconds=UNHURRIED * seconds, wall_seconds=seconds - 1, clock=time.monotonic)
    found = search(drawn, effort=effort, progress=watch)
    assert found.costs[HARD] or not violations_of(drawn, found.placed)
    assert all(min(costs) >= 0 and costs >= found.costs for _, costs in steps), "progress told of false costs"
    return (*steps, (time.perf_counter() - began, found.costs))


def measurements(of: Run) -> Iterator[dict[str, Any]]:
    held, seconds = of.held_after, OURS[of.meetings]
    most = 60 if of.meetings <= 100 else 600
    yield {
        "name": f"{of.meetings} meetings: until nothing hard is broken",
        "ours": held,
        "peer": None,
        "unit": "s",
        "ratio": None,
        "target": f"under {most} s",
        "met": held is not None and held < most,
    }
    medium, peer = of.steps[-1][1][MEDIUM], of.peer
    beside = f"; plain CP-SAT, {PEER[of.meetings]} s" if of.meetings in PEER else ""
    yield {
        "name": f"{of.meetings} meetings: medium cost in {seconds} s{beside}",
        "ours": medium,
        "peer": peer and peer[MEDIUM],
        "unit": "grains",
        "ratio": peer and peer[MEDIUM] / max(1, medium),
        "target": "half" if of.meetings in PEER else None,
        "met": 2 * medium <= peer[MEDIUM] if peer else None,
    }


def keep_curve(runs: list[Run]) -> None:
    """Keep the cost over time as a table and as a picture."""
    heads = ["meetings", *(f"{seconds} s" for seconds in TIMES), "plain CP-SAT, grains"]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for of in runs:
        cells = [*(_cell(of.after(seconds)) if seconds <= OURS[of.meetings] else "-" for seconds in TIMES)]
        reached = f"{of.peer[MEDIUM]:,}" if of.peer else "nothing"
        cells.append(f"{reached} in {PEER[of.meetings]} s" if of.meetings in PEER else "-")
        rows.append(f"| {of.meetings} | " + " | ".join(cells) + " |")
    page = DOCS / "benchmarks.md"
    rows += ["", "The grains (the second figure) a meeting, over the seconds:", ""]
    rows.append("![Cost over time](images/placement-curve.svg)")
    table = "\n".join(rows) + "\n"
    page.write_text(FENCE.sub(lambda fence: fence[1] + table + fence[2], page.read_text()))
    picture = DOCS / "images" / "placement-curve.svg"
    picture.parent.mkdir(exist_ok=True)
    picture.write_text(drawing(runs))


def _cell(costs: tuple[int, ...] | None) -> str:
    return "-" if costs is None else " / ".join(f"{cost:,}" for cost in costs)


def drawing(runs: list[Run]) -> str:
    """Draw the medium cost a meeting, where all are held, over the seconds, on a scale of tens."""
    left, top, wide, high = 50, 16, 520, 240
    longest = max(TIMES)
    points = {
        of.meetings: [(max(at, 1.0), c[MEDIUM] / of.meetings) for at, c in of.steps if c[HARD] == 0]
        for of in runs
    }
    most = max((cost for curve in points.values() for _, cost in curve), default=1.0) * 1.05

    def x(seconds: float) -> float:
        return left + wide * float(np.log(seconds) / np.log(longest))

    def y(cost: float) -> float:
        return top + high * (1 - cost / most)

    marks = [f'<text x="{x(s):.0f}" y="{top + high + 18}" text-anchor="middle">{s} s</text>' for s in TIMES]
    for step in range(1, int(most * 2) + 1):
        height = y(step / 2)
        marks.append(f'<path class="grid" d="M{left} {height:.1f}H{left + wide}"/>')
        marks.append(f'<text x="{left - 6}" y="{height + 4:.1f}" text-anchor="end">{step / 2:.1f}</text>')
    for number, (meetings, curve) in enumerate(points.items()):
        if not curve:
            continue
        line = " ".join(f"{x(seconds):.1f},{y(cost):.1f}" for seconds, cost in curve)
        seconds, cost = curve[-1]
        marks.append(f'<polyline class="line c{number}" points="{line}"/>')
        marks.append(
            f'<text class="c{number}" x="{x(seconds) + 5:.0f}" y="{y(cost) + 4:.0f}">{meetings}</text>'
        )
    colours = ("#3b82f6", "#e8710a", "#16a34a", "#c026d3", "#dc2626")
    styles = "".join(
        f".line.c{n}{{stroke:{colour}}}text.c{n}{{fill:{colour}}}" for n, colour in enumerate(colours)
    )
    body = "\n".join(marks)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 290" role="img">
<title>Medium cost a meeting, over the seconds of a search, for 50 to 800 meetings</title>
<style>
text{{font:12px system-ui,sans-serif;fill:#555}}
.grid,.axis{{stroke:#8884;fill:none}}.line{{fill:none;stroke-width:2}}
@media (prefers-color-scheme:dark){{text{{fill:#aaa}}}}
{styles}
</style>
<path class="axis" d="M{left} {top}V{top + high}H{left + wide}"/>
{body}
</svg>
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the measurements as a JSON list")
    parser.add_argument("--long", action="store_true", help="50 to 800 meetings; keep the curve")
    chosen = parser.parse_args()
    runs: list[Run] = []
    rows: list[dict[str, Any]] = []
    for meetings in OURS if chosen.long else SHORT:
        runs.append(run(meetings, side_by_side=not chosen.long))
        rows += measurements(runs[-1])
    if chosen.long:
        keep_curve(runs)
    if chosen.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{row['name']:58} {row['ours']!s:>20} peer {row['peer']} ({row['target']}: {row['met']})")


if __name__ == "__main__":
    main()

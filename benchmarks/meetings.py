"""Meetings with rooms and attendees: what our search reaches beside a plain CP-SAT model, in the same time.

    python benchmarks/meetings.py [--json] [--long] [--curve]

An instance is drawn by `instance` from a published seed. Its cost has three levels: hard, a meeting that is
not held; medium, each grain that somebody who would like to attend a meeting spends in another of theirs;
soft, late starts, small rooms and meetings side by side. 50 and 100 meetings are measured by default,
`--long` measures 200, 400 and 800. `--curve` keeps the cost over time in docs/benchmarks.md and
docs/images/placement-curve.svg.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from kalends.engine.placement.problem import Activity, Choice, Cost, Lane, Problem, Use

SEED = 20_261_121
DAY = 40  # grains of a quarter of an hour, from 08:00 to 18:00
DURATIONS = (1, 2, 3, 4, 6, 8, 12, 16)  # a quarter of an hour to four hours
DURATION_WEIGHTS = (1, 1, 1, 2, 3, 5, 6, 8)  # they fill about two thirds of the rooms' time
SEATS = (30, 20, 16, 14, 12)

HARD, MEDIUM, SOFT = 0, 1, 2


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


def _gap(draw: random.Random, used: np.ndarray, duration: int) -> tuple[int, int]:
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

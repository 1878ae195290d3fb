"""What tasks and blocks lack, and what of theirs stays where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from kalends.engine.availability import Diary
from kalends.engine.claims import EventFacts, Flexibility, Participant, Priority, rank
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Speech
from kalends.engine.zones import zone
from kalends.features.calendars.models import Category
from kalends.features.identity.models import Member
from kalends.features.scheduling.diaries import diaries_of
from kalends.features.scheduling.editing import EventChanges
from kalends.features.scheduling.held import Held
from kalends.features.scheduling.optimising.survey import Survey
from kalends.features.scheduling.tasks.block_keeping import DAYS, clock
from kalends.features.scheduling.tasks.models import BLOCK, TASK, Block, Task

AHEAD = timedelta(days=60)
"""How far ahead time for a task is looked for."""

QUARTER = timedelta(minutes=15)
_MOST_CUTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Time that a task, or a block in one week, lacks."""

    holder: str
    member: Member
    calendar_id: UUID
    piece: EventChanges  # what every piece is called and counts for
    facts: EventFacts
    windows: tuple[Span, ...]
    cuts: tuple[tuple[int, ...], ...]  # ways to cut it into pieces of so many minutes, the best first
    lacking: Callable[[Speech, int, int], str]  # says, of pieces and minutes, what found no time
    once_each: bool = False  # at most one piece in each window
    within_hours: bool = True  # of the member; else the windows say it all
    astray: tuple[Held, ...] = ()  # pieces that do not fit any more: moved before new ones are made

    @property
    def minutes(self) -> int:
        """Give how much is lacking."""
        return sum(self.cuts[0]) if self.cuts else 0

    def nearest(self, number: int, pieces: int) -> datetime:
        """Give where one of so many pieces lies best: spread over the windows where each takes but one, else
        as early as may be."""
        if not self.once_each:
            return self.windows[0].start
        window = self.windows[(2 * number + 1) * len(self.windows) // (2 * pieces)]
        return window.start + window.duration / 2


@dataclass(slots=True, kw_only=True)
class Standing:
    """Judges whether pieces still fit among what else claims their member's time."""

    seen: Survey
    _diaries: dict[str, Diary] = field(default_factory=dict)

    def parted(self, held: Sequence[Held], fits: Callable[[Held], bool]) -> tuple[list[Held], list[Held]]:
        """Part what is held into what stays and what goes astray. Whoever may not change a piece keeps it."""
        stays: list[Held] = []
        astray: list[Held] = []
        for each in held:
            gone = {other.uid for other in astray}
            good = not each.reachable or (fits(each) and not self._clashes(each, gone))
            (stays if good else astray).append(each)
        return stays, astray

    def _clashes(self, piece: Held, gone: set[str]) -> bool:
        self._diaries = self._diaries or diaries_of(self.seen.gathered)
        diary = self._diaries.get(str(piece.member_id))
        if diary is None:
            return True  # it takes nobody's time any more, or that of several
        if any(
            taken.uid != piece.uid and taken.uid not in gone and taken.span.overlaps(piece.span)
            for taken in diary.commitments
        ):
            return True
        start, end = (_seconds(moment) for moment in (piece.span.start, piece.span.end))
        screen = diary.screen and diary.screen.without(piece.uid, start, end)
        facts = next((e for e in self.seen.gathered.claims.events if e.uid == piece.uid), None)
        if screen is None or facts is None:
            return False
        return bool(screen.for_event(facts).refused(np.array([start]), end - start)[0])


def task_want(
    task: Task,
    member: Member,
    calendar_id: UUID,
    category: Category | None,
    held: Sequence[Held],
    standing: Standing,
    now: datetime,
) -> Want:
    """Say what a task lacks, beside the pieces that are done, under way, or planned well already."""
    done = sum(each.minutes for each in held if each.completed)
    under_way = sum(
        each.minutes
        for each in held
        if each.span.start <= now < each.span.end and not (each.completed or each.cancelled)
    )
    remaining = max(0, task.minutes - done - under_way)
    earliest = max(now, task.not_before or now)
    coming = [each for each in held if each.is_open(now)]
    stays, astray = standing.parted(
        coming, lambda each: each.span.start >= earliest and each.span.end <= task.deadline
    )
    while sum(each.minutes for each in stays) > remaining:
        astray.append(stays.pop())
    planned = sum(each.minutes for each in stays)
    if task.least_minutes is None and 0 < planned < remaining:
        astray, stays, planned = [*astray, *stays], [], 0
    since = max(_soon(now), _aligned(earliest))
    until = min(task.deadline, since + AHEAD)
    lacking = remaining - planned
    return Want(
        holder=f"{TASK}:{task.id}",
        member=member,
        calendar_id=calendar_id,
        piece={
            "title": task.title,
            "description": task.notes,
            "category_id": task.category_id if category else None,
            "priority": task.priority,
            "flexibility": Flexibility.FLEXIBLE,
        },
        facts=_facts(f"{TASK}:{task.id}", task.title, member, category, task.priority),
        windows=(Span(since, until),) if until > since else (),
        cuts=tuple(cuts(lacking, task.least_minutes, task.most_minutes)),
        lacking=lambda speech, _, minutes: speech.say(
            "{title} found no time for {minutes} of {all} minutes",
            title=task.title,
            minutes=minutes,
            all=task.minutes,
        ),
        astray=tuple(astray),
    )


def block_wants(
    block: Block,
    member: Member,
    calendar_id: UUID,
    category: Category | None,
    held: Sequence[Held],
    standing: Standing,
    weeks: Sequence[date],
    now: datetime,
) -> list[Want]:
    """Say what a block lacks in each week, named by its first day."""
    tz = zone(member.zone).tzinfo
    coming = [each for each in held if each.is_open(now)]
    wants = []
    for monday in weeks:
        windows = list(_windows(block, member, monday))
        inside = [each for each in held if monday <= each.span.start.astimezone(tz).date() < _after(monday)]
        past = [each for each in inside if each not in coming and not each.cancelled]
        stays, astray = standing.parted(
            [each for each in inside if each in coming],
            lambda each, windows=windows: (  # type: ignore[misc]
                each.minutes == block.minutes and any(window.contains(each.span) for window in windows)
            ),
        )
        wanted = block.times_a_week if block.active else 0
        while stays and len(stays) + len(past) > wanted:
            astray.append(stays.pop())
        taken = {each.span.start.astimezone(tz).date() for each in (*past, *stays)}
        open_windows = [
            Span(max(window.start, _soon(now)), window.end)
            for window in windows
            if window.start.astimezone(tz).date() not in taken
            and max(window.start, _soon(now)) + timedelta(minutes=block.minutes) <= window.end
        ]
        lacking = min(wanted - len(stays) - len(past), len(open_windows))  # days that are over ask nothing
        wants.append(
            Want(
                holder=f"{BLOCK}:{block.id}",
                member=member,
                calendar_id=calendar_id,
                piece={
                    "title": block.title,
                    "category_id": block.category_id if category else None,
                    "flexibility": Flexibility.FLEXIBLE,
                },
                facts=_facts(f"{BLOCK}:{block.id}:{monday}", block.title, member, category, None),
                windows=tuple(open_windows),
                cuts=((block.minutes,) * lacking,) if lacking > 0 else (),
                lacking=lambda speech, pieces, _, monday=monday: speech.say(  # type: ignore[misc]
                    "{title} found no time for {pieces} of {all} times in the week of {day}",
                    title=block.title,
                    pieces=pieces,
                    all=block.times_a_week,
                    day=speech.day(monday),
                ),
                once_each=True,
                within_hours=False,
                astray=tuple(astray),
            )
        )
    return wants


def cuts(minutes: int, least: int | None, most: int | None) -> Iterator[tuple[int, ...]]:
    """Give ways to cut some minutes into pieces, the fewest first; what is less than a piece is one."""
    if minutes <= 0:
        return
    if least is None or most is None:
        yield (minutes,)
        return
    fewest, several = -(-minutes // most), max(1, minutes // least)
    numbers = sorted({fewest, *np.linspace(fewest, max(fewest, several), _MOST_CUTS).astype(int).tolist()})
    for pieces in numbers:
        short, rest = divmod(minutes // 5, pieces)
        sizes = [5 * (short + (number < rest)) for number in range(pieces)]
        sizes[-1] += minutes % 5
        yield tuple(size for size in sizes if size)


def weeks_from(now: datetime, member: Member, first_weekday: int, count: int) -> list[date]:
    """Give the first days of the member's week that it is now, and of those after it."""
    today = now.astimezone(zone(member.zone).tzinfo).date()
    first = today - timedelta(days=(today.weekday() - first_weekday) % 7)
    return [first + timedelta(weeks=week) for week in range(count)]


def _windows(block: Block, member: Member, first: date) -> Iterator[Span]:
    """Give the block's windows of a week, by the member's clock."""
    tz = zone(member.zone).tzinfo
    for day in (first + timedelta(days=number) for number in range(7)):
        if DAYS[day.weekday()] in block.days:
            since, until = (
                datetime.combine(day, clock(text), tzinfo=tz).astimezone(UTC)
                for text in (block.since, block.until)
            )
            if until > since:  # a change of the clock may leave nothing
                yield Span(since, until)


def _facts(
    uid: str, title: str, member: Member, category: Category | None, priority: Priority | None
) -> EventFacts:
    return EventFacts(
        uid=uid,
        rank=rank(priority, category.level if category else 3),
        flexibility=Flexibility.FLEXIBLE,
        priority=priority,
        participants=(Participant(id=str(member.id)),),
        title=title,
        category=category.name if category else "",
    )


def _soon(now: datetime) -> datetime:
    """Give the first quarter of an hour for which nobody is told too late."""
    return _aligned(now + QUARTER)


def _aligned(moment: datetime) -> datetime:
    """Give the next full quarter of an hour."""
    steps = -((EPOCH - moment) // QUARTER)
    return EPOCH + steps * QUARTER


def _after(monday: date) -> date:
    return monday + timedelta(days=7)


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)

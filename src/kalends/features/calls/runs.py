"""When a call is made: the times of its event, and what becomes of those that were missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Start
from kalends.features.calendars.models import Status
from kalends.features.calendars.objects import Image
from kalends.features.calls.models import Missed
from kalends.ical import EventFields, ObjectText

GRACE = timedelta(minutes=1)
"""How long ago a time may be that somebody gives for a call that is to come."""

_WINDOWS = (timedelta(days=40), timedelta(days=400), timedelta(days=20 * 366))
"""How far is looked for the next run, until one is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When the runs of a call are, as its event says."""

    text: ObjectText

    @classmethod
    def of(cls, image: Image) -> Times:
        """Read the times of a calendar object."""
        return cls(text=ObjectText.parse(image.text))

    @property
    def first(self) -> EventFields:
        """Give the event itself, or where it has none its first changed occurrence."""
        return self.text.events()[0]

    @property
    def repeats(self) -> bool:
        """Say whether there may be several runs."""
        master = self.first
        return bool(master.rules or master.additions or len(self.text.events()) > 1)

    @property
    def fit(self) -> bool:
        """Say whether every start is an instant: neither all day nor on whatever clock the reader has."""
        return all(isinstance(each.start, datetime) and each.start.tzinfo for each in self.text.events())

    @property
    def alive(self) -> bool:
        """Say whether the event as a whole is to happen."""
        return _happens(self.first)

    @property
    def timing(self) -> Any:
        """Give what changes where, and only where, the times of runs do."""
        return self.text.series(), [_happens(each) for each in self.text.events()]

    def after(self, since: datetime) -> Iterator[tuple[datetime, Start]]:
        """Give the runs after an instant, the next first, each with the original start of its occurrence."""
        if not self.alive:
            return
        events = self.text.events()
        changed = [each for each in events if each.recurrence_id is not None]
        master = next((each for each in events if each.recurrence_id is None), None)
        start = max(since, min(_instant(each.start) for each in events) - timedelta(seconds=1))
        for window in _WINDOWS:
            end = min(start + window, _LAST)
            for found in occurrences(self.text.series(), start, end):
                shaped = master if found.override is None else changed[found.override]
                begins = _instant(found.start)
                if begins > since and begins >= start and shaped is not None and _happens(shaped):
                    yield begins, found.recurrence_id
            start = end

    def next_run(self, *, after: datetime | None, now: datetime, missed: Missed) -> datetime | None:
        """Give the next run after those that are over, by what becomes of missed ones; None where all are."""
        last: datetime | None = None
        for begins, _ in self.after(after or _FIRST):
            if begins >= now or missed is Missed.ALL:
                return last or begins
            last = begins if missed is Missed.LAST else None
        return last


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9990, 1, 1, tzinfo=UTC)


def _happens(event: EventFields) -> bool:
    return event.status != Status.CANCELLED.value and event.completed is None


def _instant(start: Start) -> datetime:
    if isinstance(start, datetime) and start.tzinfo is not None:
        return start.astimezone(UTC)
    return datetime(start.year, start.month, start.day, tzinfo=UTC)  # refused wherever a call would be made

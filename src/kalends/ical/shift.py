"""How far a series moves by the wall clock, and what that does to each of its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from kalends.engine.series import Start
from kalends.ical.timeline import wall_time
from kalends.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Shift:
    """How a series moves: wall-clock time from the old start's zone to the new one's."""

    old: Start
    new: Start
    by: timedelta  # of wall-clock time

    @classmethod
    def between(cls, old: Start, new: Start) -> Shift:
        return cls(old, new, wall_time(new, None) - wall_time(old, None))

    @property
    def changes_form(self) -> bool:
        return isinstance(self.old, datetime) != isinstance(self.new, datetime)

    def apply(self, start: Start) -> Start:
        """Move a time that belongs to the series into the form and zone of the new start."""
        wall = self._moved(wall_time(start, self.old.tzinfo if isinstance(self.old, datetime) else None))
        if not isinstance(self.new, datetime):
            return wall.date()
        fold = start.fold if isinstance(start, datetime) and not self.by else 0
        return wall.replace(tzinfo=self.new.tzinfo, fold=fold)

    def apply_to_own(self, start: Start) -> Start:
        """Move a time that may have a zone or form of its own; it stays while the series keeps its form."""
        if self.changes_form or _zone(start) == _zone(self.old):
            return self.apply(start)
        if not isinstance(start, datetime):
            return self._moved(wall_time(start, None)).date()
        return self._moved(start.replace(tzinfo=None)).replace(tzinfo=start.tzinfo)

    def _moved(self, wall: datetime) -> datetime:
        try:
            return wall + self.by
        except OverflowError:
            message = f"Moved with the series, {wall} would leave the calendar."
            raise InvalidInput(message, field="start") from None


def _zone(start: Start) -> tuple[bool, tzinfo | None]:
    return (True, start.tzinfo) if isinstance(start, datetime) else (False, None)

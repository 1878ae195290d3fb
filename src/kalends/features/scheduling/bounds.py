"""How far events may be moved by themselves that something else has placed."""

from __future__ import annotations

from kalends.engine.constraints.agenda import DAY
from kalends.engine.spans import Span
from kalends.features.calendars.row_columns import EventRow
from kalends.features.scheduling.claims import Gathered


def bounds_of(gathered: Gathered, row: EventRow, subject: str, begins: int) -> Span | None:
    """Give the day to which an occurrence keeps, by the clock of whom it claims; None where it is free to go.

    What belongs to a task, a block or a preparation has its deadline, its days, its turn: on its own day it
    is right in any case. `begins` is in UTC seconds.
    """
    if row.holder is None:
        return None
    clock = gathered.asked.clocks[subject].zone
    midnight = clock.local(begins) // DAY * DAY
    return Span.of_seconds(clock.instant(midnight), clock.instant(midnight + DAY))

"""A week drawn with characters: days as columns, half hours as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.text import Text

from kalends.cli.answering import literal
from kalends.features.calendars.models import Status
from kalends.features.calendars.queries import Instance

if TYPE_CHECKING:
    from rich.console import Console

_NARROWEST = 90  # columns of a terminal, under which days are listed
_MARGIN = 6  # "09:00 "
_ROWS_PER_HOUR = 2
_USUAL = 8, 18  # hours that are drawn in any case
_PALETTE = ("#7b5ea7", "#2a7f9e", "#c2571a", "#3a7d44", "#b03a48", "#6b7a1e", "#8a5a44", "#4a6785")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One occurrence, by the clock of whoever looks."""

    title: str
    start: datetime
    end: datetime  # exclusive; the start itself where it has no length
    all_day: bool
    color: str | None  # "#rrggbb" of its calendar
    calendar: str
    clashes: bool
    cancelled: bool

    @property
    def label(self) -> str:
        """Give the title as drawn, with the mark of a clash."""
        return literal(("!" if self.clashes else "") + self.title)


def clashing(found: Sequence[Instance]) -> set[int]:
    """Give which of the occurrences overlap another one that claims the same member."""
    by_member: dict[object, list[tuple[float, float, int]]] = defaultdict(list)
    for index, each in enumerate(found):
        row = each.event.row
        idle = row.transparent or row.status is Status.CANCELLED or row.completed_at is not None
        if idle or not isinstance(each.start, datetime) or not isinstance(each.end, datetime):
            continue
        for taker in each.event.claimed_members:
            by_member[taker.member_id].append((each.start.timestamp(), each.end.timestamp(), index))
    clashes: set[int] = set()
    for claims in by_member.values():
        latest, holder = 0.0, -1
        for start, end, index in sorted(claims):
            if start < latest and start < end:
                clashes |= {index, holder}
            if end > latest:
                latest, holder = end, index
    return clashes


def draw(console: Console, monday: date, entries: Sequence[Entry], now: datetime) -> None:
    """Draw the week where the terminal is wide enough, else list its days."""
    if console.width < _NARROWEST:
        listing(console, monday, entries, now)
        return
    width = (console.width - _MARGIN) // 7
    days = [monday + timedelta(days=number) for number in range(7)]
    console.print(_heads(days, width, now))
    for line in _all_day_lines(days, entries, width):
        console.print(line)
    timed = [each for each in entries if not each.all_day]
    first, last = _hours(timed, now)
    grid = [_day_cells(day, timed, width, first, last, now) for day in days]
    for row in range((last - first) * _ROWS_PER_HOUR):
        hour, part = divmod(row, _ROWS_PER_HOUR)
        line = Text().append(f"{first + hour:02}:00 " if part == 0 else " " * _MARGIN, style="dim")
        for cells in grid:
            line.append_text(cells[row])
        console.print(line)


def listing(console: Console, monday: date, entries: Sequence[Entry], now: datetime) -> None:
    """List the week day by day."""
    for number in range(7):
        day = monday + timedelta(days=number)
        console.print(Text(f"{day:%A %Y-%m-%d}", style="bold"))
        begin, end = _day_bounds(day, now)
        for each in entries:
            if each.start < end and (each.end > begin or each.start == each.end >= begin):
                when = "all day    " if each.all_day else f"{each.start:%H:%M}-{each.end:%H:%M}"
                line = f"  {when}  {each.label}  [{literal(each.calendar)}]"
                console.print(Text(line, style="red" if each.clashes else ""), soft_wrap=True)


def _heads(days: Sequence[date], width: int, now: datetime) -> Text:
    line = Text(" " * _MARGIN)
    for day in days:
        style = "bold reverse" if day == now.date() else "bold"
        line.append(f"{day:%a %d %b}"[: width - 1].ljust(width - 1), style=style)
        line.append(" ")
    return line


def _all_day_lines(days: Sequence[date], entries: Sequence[Entry], width: int) -> list[Text]:
    lines = []
    for each in entries:
        if not each.all_day:
            continue
        line, told = Text(" " * _MARGIN), False
        for day in days:
            inside = each.start.date() <= day < each.end.date()
            line.append(
                _cut(each.label if inside and not told else "", width - 1),
                style=_style(each) if inside else "",
            )
            line.append(" ")
            told = told or inside
        lines.append(line)
    return lines


def _hours(entries: Sequence[Entry], now: datetime) -> tuple[int, int]:
    """Give the hours to draw: the usual ones, and those of events around them."""
    first, last = _USUAL
    for each in entries:
        if each.start.date() == each.end.date():
            first = min(first, each.start.hour)
            last = max(last, each.end.hour + (each.end.minute > 0))
        else:
            first, last = 0, 24
    return first, last


def _day_cells(
    day: date, entries: Sequence[Entry], width: int, first: int, last: int, now: datetime
) -> list[Text]:
    """Draw one day: overlapping events share its width in lanes."""
    begin, end = _day_bounds(day, now)
    todays = sorted(
        (each for each in entries if each.start < end and each.end > begin),
        key=lambda each: (each.start, each.end),
    )
    placed = [(each, *_rows(each, begin, end, first, last)) for each in todays]
    lanes = _lanes([(top, bottom) for _, top, bottom in placed])
    cells = []
    for row in range((last - first) * _ROWS_PER_HOUR):
        here = {
            lane: (each, row - top)
            for (each, top, bottom), (lane, _) in zip(placed, lanes, strict=True)
            if top <= row < bottom
        }
        share = max(
            (
                among
                for (_, top, bottom), (_, among) in zip(placed, lanes, strict=True)
                if top <= row < bottom
            ),
            default=1,
        )
        cells.append(_cell(here, share, width))
    return cells


def _cell(here: dict[int, tuple[Entry, int]], share: int, width: int) -> Text:
    cell = Text()
    for lane in range(share):
        room = (width - 1) * (lane + 1) // share - (width - 1) * lane // share
        if lane not in here:
            cell.append("·".ljust(room) if share == 1 else " " * room, style="dim")
            continue
        each, line = here[lane]
        words = _wrapped(each.label, max(1, room - 1))
        cell.append(_cut(words[line] if line < len(words) else "", room - 1), style=_style(each))
        cell.append(" ")
    cell.append(" ")
    return cell


def _rows(each: Entry, begin: datetime, end: datetime, first: int, last: int) -> tuple[int, int]:
    """Give the first row of an event and the first row after it, within the day."""

    def row(moment: datetime, up: bool) -> int:
        minutes = moment.hour * 60 + moment.minute - first * 60
        step = 60 // _ROWS_PER_HOUR
        return -(-minutes // step) if up else minutes // step

    top = row(each.start, up=False) if each.start > begin else 0
    bottom = row(each.end, up=True) if each.end < end else (last - first) * _ROWS_PER_HOUR
    return top, max(bottom, top + 1)


def _lanes(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give each of the spans, which come in order of start, its lane and how many its cluster has."""
    lanes: list[int] = []
    ends: list[int] = []  # of the last span in each lane of the cluster
    clusters: list[list[int]] = []
    for index, (top, bottom) in enumerate(spans):
        if not ends or top >= max(ends):
            ends, cluster = [], list[int]()
            clusters.append(cluster)
        lane = next((number for number, end in enumerate(ends) if end <= top), len(ends))
        ends[lane : lane + 1] = [bottom]
        lanes.append(lane)
        clusters[-1].append(index)
    among = {index: max(lanes[each] for each in cluster) + 1 for cluster in clusters for index in cluster}
    return [(lane, among[index]) for index, lane in enumerate(lanes)]


def _day_bounds(day: date, now: datetime) -> tuple[datetime, datetime]:
    return (
        datetime.combine(day, time(), tzinfo=now.tzinfo),
        datetime.combine(day + timedelta(days=1), time(), tzinfo=now.tzinfo),
    )


def _style(each: Entry) -> str:
    color = each.color or _PALETTE[sum(map(ord, each.calendar)) % len(_PALETTE)]
    marks = "bold " if each.clashes else ""
    return f"{marks}{'strike ' if each.cancelled else ''}white on {'#c01c28' if each.clashes else color}"


def _cut(text: str, width: int) -> str:
    """Fit a text into so many terminal columns."""
    return set_cell_size(text, max(0, width))


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width) or [""]

"""Cutting a series in two: "this and all that follow" becomes an object of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kalends.engine.recurrence import expand, expand_utc
from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Series, Start
from kalends.ical.changes import apply_changes
from kalends.ical.components import Component
from kalends.ical.lines import make_line
from kalends.ical.moving import until_text, with_recurrence_id
from kalends.ical.objects import ObjectText
from kalends.ical.shift import Shift
from kalends.ical.timeline import as_instant, instant_key, wall_time
from kalends.ical.values import read_start
from kalends.kit.errors import InvalidInput, NotFound

_UNTIL = re.compile(r"UNTIL=([0-9TZ]+)", re.I)
_NEXT_WITHIN = timedelta(days=3660)
_COUNT = re.compile(r"COUNT=(\d+)", re.I)


def split(found: ObjectText, at: Start, new_uid: str) -> tuple[ObjectText, ObjectText]:
    """Cut a series before the instance that starts at `at`: what comes before keeps the UID.

    The second part begins at `at` under `new_uid`. UNTIL or COUNT, EXDATEs, RDATEs and overrides go to
    the part they belong to. Raises NotFound where `at` is no instance, InvalidInput where it is the
    first one: that is a change of the whole series.
    """
    master = found.event()
    if not _has_instance(found, at):
        raise NotFound(f"{found.uid[:80]} has no instance that starts at {at}.", uid=found.uid)
    cut = _Cut(master.start, at)
    if not cut.is_early(master.start):
        raise InvalidInput("A split needs instances on both sides; change the whole series.", field="at")
    rules = [cut.divide(rule) for rule in master.rules]
    exclusion_rules = [cut.divide(rule) for rule in master.exclusion_rules]
    before = found.mapped(lambda part: part if cut.is_early(_instance(found, part, master.start)) else None)
    after = found.mapped(lambda part: None if cut.is_early(_instance(found, part, at)) else part)
    before = before.with_fields(
        rules=tuple(first for first, _ in rules),
        exclusion_rules=tuple(first for first, _ in exclusion_rules),
        additions=tuple(each for each in master.additions if cut.is_early(each.start)),
        exclusions=tuple(each for each in master.exclusions if cut.is_early(each)),
    )
    after = after.with_fields(
        start=at,
        rules=tuple(rest for _, rest in rules if rest is not None),
        exclusion_rules=tuple(rest for _, rest in exclusion_rules if rest is not None),
        additions=tuple(
            each
            for each in master.additions
            if not cut.is_early(each.start) and instant_key(each.start) != instant_key(at)
        ),
        exclusions=tuple(each for each in master.exclusions if not cut.is_early(each)),
    )
    return before, _with_lasting_change(found, after, cut).with_uid(new_uid)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a series that begins at `start` is cut."""

    start: Start
    at: Start

    def is_early(self, moment: Start) -> bool:
        """Say whether an instance belongs before the cut, by the wall clock of the series."""
        return self._wall(moment) < self._wall(self.at)

    def divide(self, rule: str) -> tuple[str, str | None]:
        """Give the rule for each side; None where it gives nothing from the cut on."""
        count = _COUNT.search(rule)
        if count is not None:
            # In a series the start is the first of the count, even where the rule does not give it.
            endless = _joined(_COUNT.sub("", rule))
            first = next(iter(expand(endless, self.start, limit=1)), None)
            odd = first is None or instant_key(first) != instant_key(self.start)
            passed = len(expand_utc(endless, self.start, end=self.at)) + odd
            left = int(count[1]) - passed
            if left <= 0:
                return rule, None
            return _COUNT.sub(f"COUNT={passed}", rule), _COUNT.sub(f"COUNT={left}", rule)
        until = _UNTIL.search(rule)
        if until is not None and self._wall_of_until(until[1]) < self._wall(self.at):
            return rule, None
        return _joined(_UNTIL.sub("", rule)) + f";UNTIL={until_text(self._just_before())}", rule

    def _just_before(self) -> Start:
        if not isinstance(self.at, datetime):
            return self.at - timedelta(days=1)
        moment = self.at if self.at.tzinfo is None else self.at.astimezone(UTC)
        return moment - timedelta(seconds=1)

    def _wall_of_until(self, text: str) -> datetime:
        until = read_start(make_line("UNTIL", text), lambda _: UTC)
        whole_day = timedelta() if isinstance(until, datetime) else timedelta(days=1, seconds=-1)
        return self._wall(until) + whole_day

    def _wall(self, moment: Start) -> datetime:
        return wall_time(moment, self.start.tzinfo if isinstance(self.start, datetime) else None)


def _has_instance(found: ObjectText, at: Start) -> bool:
    step = timedelta(seconds=1) if isinstance(at, datetime) else timedelta(days=1)
    starts = (each.recurrence_id for each in occurrences(_bare(found), at, at + step))
    return any(instant_key(start) == instant_key(at) for start in starts)


def _bare(found: ObjectText) -> Series:
    return replace(found.series(), overrides=())


def _with_lasting_change(found: ObjectText, after: ObjectText, cut: _Cut) -> ObjectText:
    """Carry a THISANDFUTURE override from before the cut over it, anchored at the first free instance."""
    lasting = [
        event
        for event in found.events()
        if event.this_and_future and event.recurrence_id is not None and cut.is_early(event.recurrence_id)
    ]
    if not lasting:
        return after
    last = max(lasting, key=lambda event: as_instant(event.recurrence_id or event.start))
    assert last.recurrence_id is not None
    later = occurrences(_bare(after), cut.at, cut.at + _NEXT_WITHIN, limit=2)
    anchor = next((each.recurrence_id for each in later if not after.has(each.recurrence_id)), None)
    if anchor is None:
        return after
    start = Shift.between(last.recurrence_id, anchor).apply_to_own(last.start)
    part = next(part for part in found.parts if found.is_of(part, last.recurrence_id))
    part = with_recurrence_id(apply_changes(part, last, {"start": start}, found.zones), anchor)
    return replace(after, calendar=after.calendar.with_components(lambda _: True, [part]))


def _instance(found: ObjectText, part: Component, otherwise: Start) -> Start:
    line = part.first("RECURRENCE-ID")
    return otherwise if line is None else read_start(line, found.zones)


def _joined(rule: str) -> str:
    return ";".join(part for part in rule.split(";") if part)

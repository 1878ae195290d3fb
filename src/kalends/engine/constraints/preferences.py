"""What a member likes, as soft constraints."""

from __future__ import annotations

from datetime import time

from kalends.engine.constraints.caps import MaxEventsPerDay
from kalends.engine.constraints.gaps import MinGap
from kalends.engine.constraints.rule import Constraint, Rule
from kalends.engine.constraints.times import NoEventsAfter, NoEventsBefore, PreferredWindow
from kalends.engine.constraints.window import Window
from kalends.engine.wording import LIKE, Template

_LIKES = {  # how each is named and weighs: what disturbs rest first, what is only convenient last
    "no_events_before": (Template("Quiet mornings"), 7),
    "no_events_after": (Template("Quiet evenings"), 7),
    "max_events_per_day": (Template("Not too much in a day"), 5),
    "min_gap_minutes": (Template("Room between events"), 4),
    "preferred_window": (Template("Preferred hours"), 3),
}


def preferences(
    member: str,
    *,
    no_events_before: time | None = None,
    no_events_after: time | None = None,
    preferred_start: time | None = None,
    preferred_end: time | None = None,
    min_gap_minutes: int = 0,
    max_events_per_day: int | None = None,
) -> tuple[Constraint, ...]:
    """Give the soft constraints that a member's likes amount to; what is None or 0 asks for nothing.

    Their ids are the same for every member: "preference:min_gap_minutes".
    """
    rules: list[Rule] = []
    if no_events_before is not None:
        rules.append(NoEventsBefore(no_events_before))
    if no_events_after is not None:
        rules.append(NoEventsAfter(no_events_after))
    if preferred_start is not None or preferred_end is not None:
        midnight = time(0)
        rules.append(
            PreferredWindow(Window(start=preferred_start or midnight, end=preferred_end or midnight))
        )
    if min_gap_minutes:
        rules.append(MinGap(min_gap_minutes))
    if max_events_per_day is not None:
        rules.append(MaxEventsPerDay(max_events_per_day))
    return tuple(_like(member, rule) for rule in rules)


def _like(member: str, rule: Rule) -> Constraint:
    name, priority = _LIKES[rule.code]
    return Constraint(
        id=f"{LIKE}{rule.code}", name=name, rule=rule, hard=False, priority=priority, member=member
    )

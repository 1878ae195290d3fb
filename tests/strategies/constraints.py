"""Agendas, rules and expressions: on a small grid of hours around a change of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import strategies as st

from kalends.engine.claims import Claims, EventFacts, Participant, Subject
from kalends.engine.constraints import Agenda, Clock, Rule, parse_rule
from kalends.engine.zones import zone

BERLIN = Clock(zone=zone("Europe/Berlin"))
HALF_HOUR = 1_800
FIRST = int(datetime(2025, 3, 28, tzinfo=UTC).timestamp())  # a Friday; the clock is set forward on Sunday

Row = tuple[int, int, int]  # event, half hours after FIRST, half hours long


def agenda_of(rows: Sequence[Row], events: Sequence[EventFacts], clock: Clock = BERLIN) -> Agenda:
    """Lay out occurrences of events as the agenda of "dana"."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    start = FIRST + table[:, 1] * HALF_HOUR
    claims = Claims(
        start=start,
        end=start + table[:, 2] * HALF_HOUR,
        subject=np.zeros(len(table), dtype=np.int64),
        event=table[:, 0],
        subjects=[Subject(id="dana")],
        events=events,
    )
    return Agenda.of(claims, 0, clock)


def facts(number: int) -> st.SearchStrategy[EventFacts]:
    return st.builds(
        lambda rank, members, car, category: EventFacts(
            uid=f"event-{number}",
            rank=rank,
            title=f"Event {number}",
            category=category,
            participants=tuple(Participant(id=id) for id in [*sorted(members), *car]),
            resources=tuple(car),
        ),
        st.integers(1, 6),
        st.sets(st.sampled_from(["dana", "ben"]), min_size=1),
        st.sampled_from([[], ["car"]]),
        st.sampled_from(["Gaming", "Gym"]),
    )


@st.composite
def agendas(draw: st.DrawFn, most: int = 12) -> Agenda:
    """Give up to four events with a few occurrences each, over four days."""
    rows = st.tuples(st.integers(0, 3), st.integers(0, 4 * 48), st.integers(0, 12))
    return agenda_of(draw(st.lists(rows, max_size=most)), [draw(facts(number)) for number in range(4)])


_times = st.times().map(lambda moment: f"{moment:%H:%M}") | st.sampled_from(
    [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]
)
_days = st.lists(st.sampled_from(["fri", "sat", "sun", "mon"]), min_size=1, unique=True)
_windows = st.fixed_dictionaries({"start": _times, "end": _times}, optional={"days": _days})
_expressions = st.sampled_from(
    [
        'category != "Gaming" or start >= time("12:00")',
        "events_that_day < 3",
        "events_that_week * 2 <= 9 or minutes < 120",
        'weekday not in ("sat", "sun") and end <= time("24:00")',
        '"car" not in resources or rank > 3',
    ]
)

RULES_OF: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "no_events_before": st.fixed_dictionaries({"time": _times}),
    "no_events_after": st.fixed_dictionaries({"time": _times}),
    "preferred_window": _windows,
    "blocked_window": _windows,
    "min_gap_minutes": st.fixed_dictionaries({"minutes": st.integers(1, 1_440) | st.integers(1, 90)}),
    "max_events_per_day": st.fixed_dictionaries({"count": st.integers(1, 4)}),
    "max_events_per_week": st.fixed_dictionaries({"count": st.integers(1, 8)}),
    "resource_priority": st.builds(
        lambda window, more: {"resource": "car", "members": ["ben"], **window, **more},
        st.just({}) | _windows,
        st.just({}) | st.fixed_dictionaries({"min_rank": st.integers(1, 6)}),
    ),
    "custom": st.fixed_dictionaries({"expression": _expressions}),
}
"""Of each kind of rule, parameters that it takes."""


def rules(kind: str) -> st.SearchStrategy[Rule]:
    return RULES_OF[kind].map(lambda parameters: parse_rule(kind, parameters))


def any_rules() -> st.SearchStrategy[Rule]:
    return st.sampled_from(sorted(RULES_OF)).flatmap(rules)

"""Spans and claims that often touch, nest and coincide: on a small grid, where mistakes show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from kalends.engine.claims import (
    Claims,
    EventFacts,
    Flexibility,
    Priority,
    Subject,
    SubjectKind,
)
from kalends.engine.spans import Span

ORIGIN = datetime(2025, 3, 29, 22, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def at(quarters: int) -> datetime:
    """Give the instant so many quarters of an hour after the origin."""
    return ORIGIN + quarters * QUARTER


def stretch(start: int, end: int) -> Span:
    """Give the span between two counts of quarters."""
    return Span(at(start), at(end))


def spans(last: int = 24, longest: int = 8) -> st.SearchStrategy[Span]:
    return st.builds(
        lambda start, length: stretch(start, start + length),
        st.integers(0, last),
        st.integers(1, longest),
    )


def span_lists(most: int = 12) -> st.SearchStrategy[list[Span]]:
    return st.lists(spans(), max_size=most)


def events(number: int) -> st.SearchStrategy[EventFacts]:
    return st.builds(
        EventFacts,
        uid=st.just(f"event-{number}"),
        rank=st.integers(1, 6),
        flexibility=st.sampled_from(Flexibility),
        priority=st.sampled_from([None, *Priority]),
        created=st.just(number),
    )


@st.composite
def claims(draw: st.DrawFn, most: int = 20) -> Claims:
    """Claims of up to six events on three members and two resources, some of them without length."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 24),
                st.integers(0, 8),
                st.integers(0, 4),
                st.integers(0, 5),
                st.booleans(),
                st.booleans(),
            ),
            max_size=most,
        )
    )
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    rooms = tuple(
        Subject(id=f"room-{number}", kind=SubjectKind.RESOURCE, capacity=draw(st.integers(0, 3)))
        for number in range(2)
    )
    seconds = int(QUARTER.total_seconds())
    start = int(ORIGIN.timestamp()) + table[:, 0] * seconds
    return Claims(
        start=start,
        end=start + table[:, 1] * seconds,
        subject=table[:, 2],
        event=table[:, 3],
        tentative=table[:, 4].astype(bool),
        required=table[:, 5].astype(bool),
        subjects=(
            *(Subject(id=f"member-{n}") for n in range(3)),
            *rooms,
        ),
        events=tuple(draw(events(n)) for n in range(6)),
    )

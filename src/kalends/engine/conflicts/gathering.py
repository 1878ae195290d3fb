"""Making one conflict of the clashes that belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kalends.engine.claims import Claims, SubjectKind
from kalends.engine.conflicts.conflict import Conflict, ConflictKind
from kalends.engine.conflicts.severity import Weight
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.spans import Span


def gather(claims: Claims, sides: Sequence[IntColumn], spans: SpanColumns, use: int, asked: int) -> Conflict:
    """Make one conflict of clashes of the same events over one subject, given in order of start.

    The k-th clash is of the claims `sides[k]` during the k-th of `spans`. Of the clashes that end
    after `asked` (seconds since 1970) the first becomes `next`.
    """
    to_come = np.flatnonzero(spans.end > asked)
    upcoming = int(to_come[0]) if len(to_come) else None
    parties = tuple(claims[row] for row in sides[upcoming or 0].tolist())
    subject = parties[0].subject
    return Conflict(
        kind=ConflictKind.RESOURCE if subject.kind is SubjectKind.RESOURCE else ConflictKind.TIME,
        subject=subject,
        parties=parties,
        first=Span.of_seconds(spans.start[0], spans.end[0]),
        next=None if upcoming is None else Span.of_seconds(spans.start[upcoming], spans.end[upcoming]),
        count=len(sides),
        use=use,
        weight=Weight.of(
            (claim.event for claim in parties),
            # One clash in earnest is enough for the whole series to be in earnest.
            optional=all(not claims.required[side].all() for side in sides),
            tentative=all(claims.tentative[side].any() for side in sides),
        ),
    )


def equal_columns(keys: Sequence[IntColumn], order: IntColumn) -> Iterator[IntColumn]:
    """Cut the rows of `order` into runs on which every key is constant."""
    sorted_keys = np.stack(keys)[:, order]
    changes = np.flatnonzero((sorted_keys[:, 1:] != sorted_keys[:, :-1]).any(axis=0)) + 1
    return (run for run in np.split(order, changes) if len(run))

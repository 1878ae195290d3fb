"""Making one conflict of the clashes that belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kalends.engine.claims import Claim, Claims, SubjectKind
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
    # Of those that start together, in an order that does not hang on that of the claims.
    parties = tuple(sorted((claims[row] for row in sides[upcoming or 0].tolist()), key=_order))
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


def _order(claim: Claim) -> tuple[object, ...]:
    return claim.span.start, claim.event.created, claim.event.uid, claim.span.end


def in_time(conflict: Conflict) -> tuple[object, ...]:
    """Order conflicts: by their first clash, then in a way that depends on nothing but what they are."""
    first = conflict.first
    return first.start, first.end, conflict.subject.id, conflict.uids, conflict.rule or ""


def runs(keys: Sequence[IntColumn]) -> IntColumn:
    """Cut ordered columns into runs on which every key is constant; give where each begins, and the end."""
    size = len(keys[0])
    changed = np.ones(size, bool)
    changed[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.append(np.flatnonzero(changed), size)

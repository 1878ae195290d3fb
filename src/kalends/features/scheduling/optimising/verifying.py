"""Looking once more, before a proposal is carried out: is every new time still to be had?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from kalends.engine.conflicts import collisions
from kalends.engine.constraints import Agenda
from kalends.engine.constraints.rule import Mask
from kalends.engine.constraints.violations import judges
from kalends.engine.spans import EPOCH, Span
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.optimising.proposal import Move
from kalends.storage import Unit

_BESIDE = timedelta(days=8)  # a rule may count the events of a week


def in_the_way(tx: Unit, moves: Sequence[Move]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the UIDs of what collides with moved occurrences at their new times, or breaks a hard constraint
    with them, and the UIDs of the moves concerned. To be asked when the moves have been written.

    Collisions over somebody who need not come are no reason to refuse.
    """
    since = min(move.after.start for move in moves) - _BESIDE
    until = max(move.after.end for move in moves) + _BESIDE
    gathered = gather(tx, *((moment - EPOCH) // timedelta(seconds=1) for moment in (since, until)))
    claims = gathered.claims
    moved = _moved(gathered, moves)
    hits = collisions(claims)
    meant = (moved[hits.left] | moved[hits.right]) & claims.required[hits.left] & claims.required[hits.right]
    pairs = [rows[meant] for rows in (hits.left, hits.right)]
    rows = [*np.concatenate(pairs).tolist(), *_breaking(gathered, moved)]
    names = [claims.events[claims.event[row]].uid for row in rows]
    mine = frozenset(name for row, name in zip(rows, names, strict=True) if moved[row])
    return (frozenset(names) - mine) or mine, mine


def _moved(gathered: Gathered, moves: Sequence[Move]) -> Mask:
    claims = gathered.claims
    numbers = {event.uid: index for index, event in enumerate(claims.events)}
    marked = np.zeros(len(claims), dtype=bool)
    for move in moves:
        start, _ = _seconds(move.after)
        marked |= (claims.event == numbers.get(move.uid, -1)) & (claims.start == start)
    return marked


def _breaking(gathered: Gathered, moved: Mask) -> list[int]:
    """Give the claims that break a hard constraint together with a moved one."""
    claims, asked = gathered.claims, gathered.asked
    found: list[int] = []
    for number in np.unique(claims.subject[moved]).tolist() if asked.hard else ():
        subject = claims.subjects[number]
        agenda = Agenda.of(claims, number, asked.clocks[subject.id])
        for constraint in asked.hard:
            if judges(constraint, subject):
                breaches = constraint.rule.breaches(agenda)
                for breach in range(len(breaches.first) - 1):
                    rows = agenda.row[breaches.rows(breach)]
                    if moved[rows].any():
                        found += rows.tolist()
    return found


def _seconds(span: Span) -> tuple[int, int]:
    return (span.start - EPOCH) // timedelta(seconds=1), (span.end - EPOCH) // timedelta(seconds=1)

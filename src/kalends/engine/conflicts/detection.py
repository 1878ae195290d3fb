"""From claims to collisions, and from collisions to conflicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import Claims, SubjectKind
from kalends.engine.conflicts.conflict import Conflict
from kalends.engine.conflicts.gathering import gather, runs
from kalends.engine.conflicts.overloads import Overloads, overloads
from kalends.engine.conflicts.pairs import MOST_PAIRS, Pairs, overlapping_pairs
from kalends.engine.conflicts.which import EVERY, Marks, Which
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.spans import EPOCH

_BEFORE_ALL = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Collisions:
    """Each pair of claims that collide, as columns; values are made when asked for.

    The k-th pair is `left[k]`, `right[k]`, rows of `claims`; `left` starts no later, and both want
    the same subject during `span`. Two claims on a member collide when they overlap, unless they
    are of one event. Two claims on a resource collide while its use exceeds its capacity, also two
    of one event: a room cannot hold one series twice either. A pair that overlaps during several
    separate overloads of a resource is there once for each of them.
    """

    claims: Claims
    left: IntColumn
    right: IntColumn
    span: SpanColumns  # seconds since 1970 in UTC
    overload: IntColumn  # row of `overloads` in which the pair collides, -1 on a member
    overloads: Overloads  # of the resources; its `claim` column names rows of `claims`

    def __len__(self) -> int:
        return len(self.left)

    def __getitem__(self, index: int) -> Conflict:
        """Give the conflict that one pair stands for, this once.

        It is the pair's own where there is one place to be had, else that of the whole overload.
        """
        row = np.array([index])
        if self.claims[int(self.left[index])].subject.capacity == 1:
            return gather(self.claims, self._sides(row), self._spans(row), use=2, asked=_BEFORE_ALL)
        return self._of_overload(self.overload[row].tolist(), _BEFORE_ALL)

    def conflicts(
        self,
        *,
        after: datetime | None = None,
        which: Which = EVERY,
        most: int | None = None,
    ) -> list[Conflict]:
        """Gather the collisions into conflicts, one for each subject and set of events, in order of time.

        Where there is one place to be had, two events (series or not) make a conflict. Elsewhere all
        events of an overload make one. `after` is the time of asking: `next` is the first clash that
        ends later; without it, the first of all. Of those asked for at most the first `most` are made.
        """
        return list(islice(self.in_time(after=after, which=which), most))

    def in_time(self, *, after: datetime | None = None, which: Which = EVERY) -> Iterator[Conflict]:
        """Give what `conflicts` gives, each made when its turn comes."""
        return self._made(self._groups(which), _seconds(after))

    def first(
        self, most: int, *, after: datetime | None = None, which: Which = EVERY
    ) -> tuple[list[Conflict], int]:
        """Give the first of what `conflicts` gives, and how many it would give in all."""
        groups = self._groups(which)
        return list(islice(self._made(groups, _seconds(after)), most)), len(groups)

    def during(self, since: int, until: int) -> Collisions:
        """Give those whose clash is not over at `since` and begins before `until`, in seconds since 1970."""
        spans = self.span, self.overloads.span
        return self._only(*((span.end > since) & (span.start < until) for span in spans))

    def renewed(self, claims: Claims, changed: IntColumn) -> Collisions:
        """Give the collisions of other claims, which differ from these only on the subjects `changed`.

        There must be the same subjects, and the claims on all others in the same order.
        """
        if not len(changed):
            return replace(self, claims=claims)
        touched = np.zeros(len(claims.subjects), bool)
        touched[changed] = True
        place = np.full(len(self.claims), -1)
        place[~touched[self.claims.subject]] = np.flatnonzero(~touched[claims.subject])
        kept = self._only(~touched[self.claims.subject[self.left]], ~touched[self.overloads.subject])
        over = kept.overloads._replace(claim=place[kept.overloads.claim])
        fresh = _among(claims, np.flatnonzero(touched[claims.subject]), MOST_PAIRS)
        return Collisions(
            claims=claims,
            left=np.append(place[kept.left], fresh.left),
            right=np.append(place[kept.right], fresh.right),
            span=kept.span.joined(fresh.span),
            overload=np.append(
                kept.overload, np.where(fresh.overload < 0, -1, fresh.overload + len(over.peak))
            ),
            overloads=over.joined(fresh.overloads),
        )

    def _only(self, pairs: NDArray[np.bool_], over: NDArray[np.bool_]) -> Collisions:
        number = np.append(np.cumsum(over) - 1, -1)
        return replace(
            self,
            left=self.left[pairs],
            right=self.right[pairs],
            span=self.span.only(pairs),
            overload=number[self.overload[pairs]],
            overloads=self.overloads.only(over),
        )

    def _made(self, groups: _Groups, asked: int) -> Iterator[Conflict]:
        return (self._of_group(groups, index, asked) for index in self._in_order(groups, asked))

    def _of_group(self, groups: _Groups, index: int, asked: int) -> Conflict:
        if index >= groups.pairs:
            return self._of_overload(groups.overloaded[index - groups.pairs], asked)
        rows = groups.rows[groups.bounds[index] : groups.bounds[index + 1]]
        return gather(self.claims, self._sides(rows), self._spans(rows), use=2, asked=asked)

    def _groups(self, which: Which) -> _Groups:
        marks = which.among(self.claims.events)
        return _Groups(*self._of_pairs(marks), self._of_overloads(marks))

    def _of_pairs(self, marks: Marks) -> tuple[IntColumn, IntColumn]:
        """Order the pairs by conflict and start; say where each conflict begins, and where the last ends."""
        subject = self.claims.subject[self.left]
        low, high = pairs = np.sort(self.claims.event[np.stack((self.left, self.right))], axis=0)
        rows = np.flatnonzero((_capacities(self.claims)[subject] == 1) & marks.of_pairs(pairs))
        start, end = self.span
        order = rows[np.lexsort((end[rows], start[rows], high[rows], low[rows], subject[rows]))]
        return order, runs((subject[order], low[order], high[order]))

    def _of_overloads(self, marks: Marks) -> list[list[int]]:
        over = self.overloads
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for index in np.flatnonzero(_capacities(self.claims)[over.subject] != 1).tolist():
            events = np.unique(self.claims.event[over.taking_part(index)]).tolist()
            if marks.of(events):
                groups[int(over.subject[index]), *events].append(index)
        return list(groups.values())

    def _in_order(self, groups: _Groups, asked: int) -> Iterator[int]:
        """Give the numbers of the conflicts as `in_time` orders them. A thousand events in one hour are half
        a million conflicts, of which somebody is told the first: they are ordered before they are made."""
        rows = groups.rows[groups.bounds[:-1]]
        over = np.array([each[0] for each in groups.overloaded], np.int64)
        id = _places([subject.id for subject in self.claims.subjects])
        keys = (
            id[np.append(self.claims.subject[self.left[rows]], self.overloads.subject[over])],
            np.append(self.span.end[rows], self.overloads.span.end[over]),
            np.append(self.span.start[rows], self.overloads.span.start[over]),
        )
        order = np.lexsort(keys)
        to_come = np.append(np.flatnonzero(self.span.end[groups.rows] > asked), len(groups.rows))
        for begin, end in pairwise(runs(tuple(key[order] for key in keys)).tolist()):
            alike = order[begin:end]
            # Overloads of one subject never begin together, nor is it one that has pairs: these are pairs.
            yield from (alike if len(alike) == 1 else self._by_name(groups, alike, to_come)).tolist()

    def _by_name(self, groups: _Groups, alike: IntColumn, to_come: IntColumn) -> IntColumn:
        """Order conflicts of pairs by the UIDs of the events that each names first and second."""
        claims, begin, end = self.claims, groups.bounds[alike], groups.bounds[alike + 1]
        upcoming = to_come[np.searchsorted(to_come, begin)]
        occasion = groups.rows[np.where(upcoming < end, upcoming, begin)]
        sides = np.stack((self.left[occasion], self.right[occasion]), axis=1)
        named, event = np.unique(claims.event[sides].ravel(), return_inverse=True)
        facts = [claims.events[number] for number in named.tolist()]  # facts are made when they are asked for
        uid = _places([each.uid for each in facts])[event]
        created = _places([each.created for each in facts])[event]
        row = np.repeat(np.arange(len(sides)), 2)
        order = np.lexsort((uid, created, claims.start[sides].ravel(), row))
        first, second = uid[order].reshape(-1, 2).T
        # One event that meets itself is named once.
        return alike[np.lexsort((np.where(first == second, -1, second), first))]

    def _of_overload(self, rows: list[int], asked: int) -> Conflict:
        over = self.overloads
        spans = SpanColumns(over.span.start[rows], over.span.end[rows])
        sides = [over.taking_part(row) for row in rows]
        return gather(self.claims, sides, spans, use=int(over.peak[rows].max()), asked=asked)

    def _sides(self, rows: IntColumn) -> list[IntColumn]:
        return list(np.stack((self.left[rows], self.right[rows]), axis=1))

    def _spans(self, rows: IntColumn) -> SpanColumns:
        return SpanColumns(self.span.start[rows], self.span.end[rows])


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The collisions that make one conflict each: first those of pairs, then those of overloads."""

    rows: IntColumn  # of the pairs; the k-th conflict has those from `bounds[k]` to `bounds[k + 1]`
    bounds: IntColumn
    overloaded: list[list[int]]

    @property
    def pairs(self) -> int:
        """Say how many conflicts are of pairs."""
        return len(self.bounds) - 1

    def __len__(self) -> int:
        return self.pairs + len(self.overloaded)


def collisions(claims: Claims, *, most: int = MOST_PAIRS) -> Collisions:
    """Find every pair of claims that collide over a member or a resource.

    The cost follows the claims (their sorting) and the pairs found, whatever the lengths. More than
    `most` pairs of one kind are refused with `TooLarge`.
    """
    return _among(claims, np.arange(len(claims)), most)


def _among(claims: Claims, some: IntColumn, most: int) -> Collisions:
    """Find the collisions among some rows of the claims, which must be all of any subject's."""
    resource = np.array([s.kind is SubjectKind.RESOURCE for s in claims.subjects], dtype=bool)
    of_resource = resource[claims.subject[some]]

    rows = some[~of_resource]
    columns = SpanColumns(claims.start[rows], claims.end[rows])
    pairs = overlapping_pairs(claims.subject[rows], columns, apart=claims.event[rows], most=most)
    of_members = _shared(columns, pairs)
    left, right = rows[pairs.left], rows[pairs.right]

    rows = some[of_resource]
    columns = SpanColumns(claims.start[rows], claims.end[rows])
    over = overloads(claims.subject[rows], columns, _capacities(claims))
    over = over._replace(claim=rows[over.claim])
    # Cut to the overloads, claims on a resource collide just as claims on a member do.
    stretch = np.repeat(np.arange(len(over.peak)), np.diff(over.first))
    pieces = overlapping_pairs(stretch, over.piece, most=most)
    of_resources = _shared(over.piece, pieces)
    return Collisions(
        claims=claims,
        left=np.concatenate((left, over.claim[pieces.left])),
        right=np.concatenate((right, over.claim[pieces.right])),
        span=of_members.joined(of_resources),
        overload=np.concatenate((np.full(len(left), -1), stretch[pieces.left])),
        overloads=over,
    )


def _shared(columns: SpanColumns, pairs: Pairs) -> SpanColumns:
    return SpanColumns(
        np.maximum(columns.start[pairs.left], columns.start[pairs.right]),
        np.minimum(columns.end[pairs.left], columns.end[pairs.right]),
    )


def _capacities(claims: Claims) -> IntColumn:
    return np.array([subject.capacity for subject in claims.subjects], dtype=np.int64)


def _seconds(moment: datetime | None) -> int:
    return _BEFORE_ALL if moment is None else (moment - EPOCH) // timedelta(seconds=1)


def _places(values: Sequence[Any]) -> IntColumn:
    """Give the place of each value in their order; equal ones share one."""
    place = {value: number for number, value in enumerate(sorted(set(values)))}
    return np.array([place[value] for value in values], np.int64)

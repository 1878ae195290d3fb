"""What claims a workspace's time, and what clashes in it, kept beside its rows for as long as these are kept.

An edit touches few rows. Only what these claim is laid out anew, and only for whom they claim is looked for
clashes again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kalends.engine.claims import Claims
from kalends.features.calendars.event_rows import Rows
from kalends.features.calendars.kept_rows import all_rows
from kalends.features.calendars.row_columns import Ints
from kalends.features.scheduling.claim_columns import ClaimColumns, Scene, claim_columns
from kalends.features.scheduling.claims import Gathered, gather, gathered_from
from kalends.features.scheduling.found import Found, broken_among
from kalends.storage import Unit

_DAY = 86_400
_MORE = 30 * _DAY  # beyond what was asked for, so that what is kept serves for a while


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Standing:
    """What the rows of a workspace claim in some days."""

    fingerprint: object
    since: int  # seconds since 1970, UTC
    until: int
    known: Ints  # serials of the rows that were looked at
    uids: Ints  # numbers of their UIDs
    columns: ClaimColumns  # of which `row` is the serial

    def only_here(self, other: _Standing) -> Ints:
        """Give the UIDs of those rows that the other does not know."""
        return self.uids[~np.isin(self.known, other.known)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Clashing:
    """What clashes among standing claims and the reservations that stand alone."""

    standing: _Standing
    alone: frozenset[int]  # subjects that are reserved without an event
    judged: object  # the constraints, and what they look at besides the events
    found: Found

    def serves(self, standing: _Standing, claims: Claims) -> bool:
        """Say whether it tells of the same subjects and days."""
        was = self.standing
        same = (was.fingerprint, was.since, was.until) == (
            standing.fingerprint,
            standing.since,
            standing.until,
        )
        return same and self.found.collided.claims.subjects == claims.subjects


class _Kept:
    """What was worked out last of a workspace's rows. Threads may take it in turns: each looks at its own
    rows, and what it finds here it holds against them."""

    standing: _Standing | None = None
    clashing: _Clashing | None = None


def find_all(tx: Unit, since: int, until: int) -> tuple[Gathered, Found]:
    """Gather what claims anybody and anything in [since, until), seconds since 1970, and find what clashes.

    What is around that time may be there too.
    """
    rows = all_rows(tx)
    if rows is None:
        gathered = gather(tx, since, until)
        return gathered, Found.among(gathered)
    scene = Scene.of(tx, None, None, completed=False)
    kept = rows.events.numbers.derived.of(_Kept)
    kept.standing = standing = _standing(tx, kept.standing, rows, scene, since, until)
    columns = standing.columns._replace(row=_places(rows.events.serial, standing.columns.row))
    gathered = gathered_from(tx, scene, rows, columns, standing.since, standing.until)
    kept.clashing = clashing = _clashing(kept.clashing, standing, gathered)
    return gathered, clashing.found


def _places(serial: Ints, wanted: Ints) -> Ints:
    """Give where each wanted serial stands among the ascending ones. They were counted up, and so lie close:
    a table is faster than a search."""
    if not len(serial):
        return wanted
    first, span = int(serial[0]), int(serial[-1] - serial[0]) + 1
    if span > 8 * len(serial):
        return np.searchsorted(serial, wanted)
    table = np.zeros(span, np.int64)
    table[serial - first] = np.arange(len(serial))
    return table[wanted - first]


def _standing(
    tx: Unit, kept: _Standing | None, rows: Rows, scene: Scene, since: int, until: int
) -> _Standing:
    events = rows.events
    fits = kept is not None and kept.since <= since and until <= kept.until
    if kept is None or not fits or kept.fingerprint != scene.fingerprint:
        first, last = since // _DAY * _DAY, until + _MORE
        columns = claim_columns(tx, rows, scene, first, last)
        columns = columns._replace(row=events.serial[columns.row])
        return _Standing(
            fingerprint=scene.fingerprint,
            since=first,
            until=last,
            known=events.serial,
            uids=events.uid,
            columns=columns,
        )
    if kept.known is events.serial:
        return kept
    columns = kept.columns
    fresh = np.flatnonzero(~np.isin(events.serial, kept.known))
    if len(kept.known) > len(events) - len(fresh):
        columns = columns.only(np.isin(columns.row, events.serial))
    if len(fresh):
        more = claim_columns(tx, rows.only(fresh), scene, kept.since, kept.until)
        columns = columns.joined(more._replace(row=events.serial[fresh[more.row]]))
    return replace(kept, known=events.serial, uids=events.uid, columns=columns)


def _clashing(kept: _Clashing | None, standing: _Standing, gathered: Gathered) -> _Clashing:
    claims, asked = gathered.claims, gathered.asked
    alone = frozenset(claims.subject[gathered.row < 0].tolist())
    judged = (
        asked.reported,
        asked.clocks,
        [(id, each.version) for id, each in gathered.rows.categories.items()],
    )
    if kept is None or not kept.serves(standing, claims):
        return _Clashing(standing=standing, alone=alone, judged=judged, found=Found.among(gathered))
    found, was = kept.found, kept.standing
    changed = {*alone, *kept.alone}
    if was is not standing:
        # What is known of a UID is told by its first copy, so all that it claims may be judged otherwise.
        uids = np.append(standing.only_here(was), was.only_here(standing))
        for each in (claims, found.collided.claims):
            changed.update(each.subject[np.isin(each.event, uids)].tolist())
    subjects = np.array(sorted(changed), np.int64)
    broken = found.broken.renewed(claims, subjects) if judged == kept.judged else broken_among(gathered)
    found = Found(collided=found.collided.renewed(claims, subjects), broken=broken)
    return _Clashing(standing=standing, alone=alone, judged=judged, found=found)

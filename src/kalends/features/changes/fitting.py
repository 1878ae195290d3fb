"""Whether what a change set takes of resources fits beside what others have taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select

from kalends.features.changes.event_uses import StoredEvents, declining, home_of, may_take, uses_of
from kalends.features.changes.values import Operation
from kalends.features.identity.actor import Actor
from kalends.features.resources.capacity import all_uses, facts, overload, refusal, window
from kalends.features.resources.models import Resource
from kalends.features.resources.uses import Uses
from kalends.storage import Unit

_EVENTS = StoredEvents()
_NOTHING = Uses.of(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What operations take of resources, which nobody else can take until the unit ends."""

    operations: Sequence[Operation]
    resources: Mapping[UUID, Resource]  # that they take, before or after
    before: Uses
    after: Uses
    window: tuple[int, int]  # in which capacity holds, in seconds since 1970

    @classmethod
    def locked(cls, tx: Unit, operations: Sequence[Operation], horizon: timedelta) -> Self:
        """Lock what the operations take; calendars and members must be locked before."""
        within = window(tx.now, horizon)
        before = [op.before for op in operations if op.before and may_take(op.before)]
        after = [op.after for op in operations if op.after and may_take(op.after)]
        if not before and not after:
            return cls(operations=operations, resources={}, before=_NOTHING, after=_NOTHING, window=within)
        home = home_of(tx)
        left, wanted = uses_of(before, home, *within), uses_of(after, home, *within)
        ids = {each.resource_id for each in (*left.holdings, *wanted.holdings)}
        known = set(tx.execute(select(Resource.id)).scalars()) & ids
        tx.lock(Resource, known)
        rows = tx.execute(select(Resource).where(Resource.id.in_(known)).order_by(Resource.id)).scalars()
        things = {thing.id: thing for thing in rows}
        return cls(operations=operations, resources=things, before=left, after=wanted, window=within)

    def must_fit(self, tx: Unit, actor: Actor) -> None:
        """Raise `OverCapacity` where the operations take more of a resource than before, and than it has."""
        for resource, standing, before, after in self._each(tx):
            found = overload(standing, before, after, resource.places)
            if found is not None:
                raise refusal(tx, _EVENTS, actor, resource, found, standing)

    def fitted(self, tx: Unit) -> tuple[Sequence[Operation], list[dict[str, Any]]]:
        """Give the operations with what does not fit declined, and each refusal as data.

        Those that come first are served first.
        """
        declined: dict[UUID, set[UUID]] = defaultdict(set)
        told: list[dict[str, Any]] = []
        for resource, standing, before, after in self._each(tx):
            if overload(standing, before, after, resource.places) is None:
                continue
            served = Uses.joined([standing, before])
            for op in self.operations:
                mine, theirs = _of(served, op.object_id), _but(served, op.object_id)
                wanted = _of(after, op.object_id)
                found = overload(theirs, mine, wanted, resource.places)
                if found is not None and op.after is not None:
                    declined[op.object_id].add(resource.id)
                    told.append(
                        {
                            "code": "over_capacity",
                            "object_id": str(op.object_id),
                            "uid": op.after.uid,
                            **facts(resource, found),
                        }
                    )
                    wanted = _NOTHING
                served = Uses.joined([theirs, wanted])
        return [_declined(op, declined.get(op.object_id, ())) for op in self.operations], told

    def _each(self, tx: Unit) -> list[tuple[Resource, Uses, Uses, Uses]]:
        """Give each resource that is taken afterwards with what others hold of it, and before and after."""
        wanted = {holding.resource_id for holding in self.after.holdings}
        touched = {op.object_id for op in self.operations}
        return [
            (
                resource,
                all_uses(tx, _EVENTS, [id], *self.window, without=touched),
                _on(self.before, id),
                _on(self.after, id),
            )
            for id, resource in self.resources.items()
            if id in wanted
        ]


def _on(uses: Uses, resource_id: UUID) -> Uses:
    return uses.where(lambda holding: holding.resource_id == resource_id)


def _of(uses: Uses, event_id: UUID) -> Uses:
    return uses.where(lambda holding: holding.event_id == event_id)


def _but(uses: Uses, event_id: UUID) -> Uses:
    return uses.where(lambda holding: holding.event_id != event_id)


def _declined(op: Operation, resource_ids: Collection[UUID]) -> Operation:
    if not resource_ids or op.after is None:
        return op
    return replace(op, after=declining(op.after, resource_ids))

"""Editing, conflicts and ways out: what people do with a calendar.

Every edit is a plan of operations that ends in `Changes.apply`. A preview runs the same plan and leaves no
trace, so it cannot differ from what would happen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from kalends.engine.claims import EventFacts, Flexibility
from kalends.engine.conflicts import Conflict, Which
from kalends.engine.constraints import Broken
from kalends.engine.resolution import Swap
from kalends.features.calendars.access import Access, calendars_of
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import Event
from kalends.features.changes import (
    Changes,
    ChangeSet,
    HeldBack,
    Operation,
    OperationView,
    Overtaken,
    Source,
    get_change_set,
)
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import AutoResolve, Member
from kalends.features.resources.capacity import OverCapacity
from kalends.features.resources.reservations import reservations_named
from kalends.features.scheduling import conflicts as clashes
from kalends.features.scheduling import plans
from kalends.features.scheduling.claims import Gathered, claimed_by, gather
from kalends.features.scheduling.conflicts import ConflictFilter, ConflictView
from kalends.features.scheduling.constraints.refusing import BESIDE, ConstraintBroken, Refused, Watch
from kalends.features.scheduling.found import Found
from kalends.features.scheduling.models import ResolvedHow
from kalends.features.scheduling.preparing.preparation import prepared
from kalends.features.scheduling.resolving import (
    Choice,
    ChoiceView,
    OptionGone,
    choice_record,
    choices,
    interchangeable,
    present_choices,
    stored_reasons,
    surroundings,
)
from kalends.features.scheduling.shortfall import Shortfall
from kalends.features.scheduling.standing import find_all
from kalends.features.scheduling.why import Story, story_of
from kalends.kit.errors import Forbidden, NotFound, Stale
from kalends.kit.pagination import DEFAULT_LIMIT, Key, Page, checked_limit, decode, page
from kalends.storage import Database, Unit

MOST_TOLD = 100
"""How many conflicts an edit or an import tells of at most; all of them are listed by `conflicts`."""

_MOST_MOVES = 10
"""How many events one edit moves by itself at most."""

_MOST_TRIED = 30
"""For how many conflicts of one edit a way out by itself is looked for at most."""

_MOST_APART = 500
"""Around how many events their time is looked at alone; for more of them all time is."""

Plan = Callable[[Unit], list[Operation]]
"""Reads what it must inside the transaction and gives the operations to apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingSettings:
    """What whoever runs the server may decide."""

    horizon: timedelta = timedelta(days=730)  # how far ahead conflicts are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an edit did, or in a preview would do."""

    change_set_id: UUID | None  # None for a preview, and where nothing changed
    operations: Sequence[OperationView]
    conflicts: Sequence[ConflictView] = ()  # of the changed events: the first of them
    conflict_count: int = 0  # and how many there are in all
    appearing: Sequence[ConflictView] = ()  # those of the first that were not there before
    resolved: Sequence[str] = ()  # identities of conflicts that went away
    moved: Sequence[OperationView] = ()  # what `auto_resolve` moved because of it
    auto_resolved_by: Sequence[UUID] = ()  # the change sets of those moves
    refused_by: Sequence[Refused] = ()  # of a preview: the hard constraints for which it would be refused
    unplaced: Sequence[Shortfall] = ()  # what should have found time with it and did not


_ATTEMPTS = 4
"""How often a change is planned at most where others come between."""

_NOTHING = Outcome(change_set_id=None, operations=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The conflicts of what a change set changed."""

    gathered: Gathered
    uids: frozenset[str]
    found: Found  # of these and others
    first: Sequence[Conflict]  # of these: at most `MOST_TOLD`
    count: int  # and how many there are of these in all


class Scheduling:
    """Edits of events, their conflicts, and the ways out."""

    def __init__(
        self, database: Database, changes: Changes, settings: SchedulingSettings | None = None
    ) -> None:
        self._database = database
        self._changes = changes
        self._settings = settings or SchedulingSettings()

    # Editing -------------------------------------------------------------------------------------------

    def carry_out(
        self,
        actor: Actor,
        plan: Plan,
        *,
        preview: bool = False,
        source: Source = Source.USER,
        how: ResolvedHow = ResolvedHow.USER_MANUAL,
        own_part_only: bool = False,
        reasons: Sequence[Mapping[str, Any]] = (),
        force: bool = False,
    ) -> Outcome:
        """Apply a plan, and say which conflicts it causes and what moved because of it.

        With `preview` nothing is stored; `reasons` are kept with the set. Raises what `Changes.apply` raises.
        With events that are prepared for, their sessions are made, moved and removed in the same set.
        A plan that breaks a hard constraint raises `ConstraintBroken` unless `force` is given; its preview
        says so under `refused_by`.
        """
        refused: list[Refused] = []
        unplaced: list[Shortfall] = []

        def apply(tx: Unit) -> ChangeSet | None:
            operations = plan(tx)
            if not own_part_only:
                completed = prepared(tx, actor, operations)
                operations, unplaced[:] = completed.operations, completed.unplaced
            watch = None if force else Watch.over(tx, operations, self._settings.horizon)
            change_set = self._changes.apply(
                tx, actor, operations, source=source, own_part_only=own_part_only, reasons=reasons
            )
            refused[:] = watch.refused(tx, actor) if watch else ()
            if refused and not preview:
                raise ConstraintBroken(refused)
            return change_set

        def once() -> Outcome:
            outcome = self.settle(actor, apply, preview=preview, how=how)
            return replace(outcome, refused_by=refused, unplaced=unplaced)

        for _ in range(_ATTEMPTS - 1):
            with suppress(Overtaken):  # the plan itself, made anew, refuses who named a version
                return once()
        return once()

    def undo(self, actor: Actor, change_set_id: UUID, *, preview: bool = False) -> Outcome:
        """Take a change set back, with what was moved by itself because of it.

        Raises what `Changes.undo` raises.
        """
        return self.settle(
            actor, lambda tx: self._changes.undo(tx, actor, change_set_id), preview=preview, auto=False
        )

    def settle(
        self,
        actor: Actor,
        apply: Callable[[Unit], ChangeSet | None],
        *,
        preview: bool = False,
        how: ResolvedHow = ResolvedHow.USER_MANUAL,
        auto: bool = True,
    ) -> Outcome:
        """Run what applies a change set, and see to the conflicts that come and go with it.

        With `preview` nothing is stored; without `auto` nothing else moves because of it.
        """
        if preview:
            return self._preview(actor, apply)
        change_set = self._database.write(actor.workspace_id, apply)
        return _NOTHING if change_set is None else self._aftermath(actor, change_set.id, how, auto=auto)

    # Conflicts -----------------------------------------------------------------------------------------

    def conflicts(self, actor: Actor, wanted: ConflictFilter | None = None) -> list[ConflictView]:
        """Give the conflicts from now to the horizon of which the actor sees an event, in order of time."""
        return self._listed(actor, wanted or ConflictFilter())

    def conflict_page(
        self,
        actor: Actor,
        wanted: ConflictFilter | None = None,
        cursor: str | None = None,
        *,
        limit: int = DEFAULT_LIMIT,
    ) -> Page[ConflictView]:
        """Give some of what `conflicts` gives: those after the cursor."""
        most = checked_limit(limit) + 1
        after = None if cursor is None else decode(cursor, str, str, str, str, str)
        found = self._listed(actor, wanted or ConflictFilter(), after, most)
        return page(found, limit, lambda view: clashes.place_of(view.conflict))

    def _listed(
        self,
        actor: Actor,
        wanted: ConflictFilter,
        after: tuple[Key, ...] | None = None,
        most: int | None = None,
    ) -> list[ConflictView]:
        with self._database.read(actor.workspace_id) as tx:
            gathered, all_found = self._find_all(tx)
            found = all_found.in_time(tx.now)
            if after is not None:
                found = (conflict for conflict in found if clashes.place_of(conflict) > after)
            views = list(islice(clashes.listed(tx, actor, gathered, found, wanted), most))
        if any(view.first_seen_at is None for view in views):
            seen = [view.conflict for view in views]
            self._database.write(actor.workspace_id, lambda tx: clashes.remember(tx, seen))
        return views

    def note_import(self, actor: Actor, uids: Sequence[str]) -> tuple[list[ConflictView], int]:
        """Give the first conflicts of events that came in from outside, and how many there are in all."""
        came = frozenset(uids)

        def note(tx: Unit) -> tuple[list[ConflictView], int]:
            gathered, all_found = self._find_all(tx)
            found, count = all_found.first(tx.now, MOST_TOLD, Which(touching=came))
            clashes.remember(tx, found)  # the others when somebody first sees them
            return clashes.present(tx, actor, gathered, found), count

        return self._database.write(actor.workspace_id, note)

    def foresee_import(self, tx: Unit, actor: Actor, uids: Collection[str]) -> tuple[list[ConflictView], int]:
        """Give what `note_import` would, in the transaction that rehearses the import."""
        gathered = self._around(tx, uids)
        found, count = self._clashes(tx, gathered).first(tx.now, MOST_TOLD, Which(touching=frozenset(uids)))
        return clashes.present(tx, actor, gathered, found), count

    def ignore(self, actor: Actor, identity: str, *, ignored: bool = True) -> ConflictView:
        """Live with a conflict, until its events' times change; or no longer. Raises `NotFound`."""
        actor.must_write()

        def note(tx: Unit) -> ConflictView:
            gathered, view = self._find(tx, actor, identity)
            clashes.note_ignored(tx, actor, view.conflict, ignored=ignored)
            return clashes.present(tx, actor, gathered, [view.conflict])[0]

        return self._database.write(actor.workspace_id, note)

    def resolutions(self, actor: Actor, identity: str) -> list[ChoiceView]:
        """Rank the ways out of a conflict, each with its reasons and whether the actor may take it.

        Raises `NotFound` for a conflict that was never listed, is gone, or may not be known.
        """
        with self._database.read(actor.workspace_id) as tx:
            _, view = self._find(tx, actor, identity)
            nearby = self._nearby(tx, view.conflict)
            return present_choices(tx, actor, nearby, choices(tx, nearby, view.conflict))

    def resolve(
        self, actor: Actor, identity: str, option_id: str, *, preview: bool = False, force: bool = False
    ) -> Outcome:
        """Take one of the ways out that `resolutions` gave.

        Raises `NotFound` as `resolutions` does, `OptionGone` where it is none any more, `Stale` where the
        event changed in between, `Forbidden` where the actor may not change it, and what `carry_out` raises.
        """
        with self._database.read(actor.workspace_id) as tx:
            _, view = self._find(tx, actor, identity)
            offered = choices(tx, self._nearby(tx, view.conflict), view.conflict)
        choice = next((choice for choice in offered if choice.id == option_id), None)
        if choice is None:
            raise OptionGone("The calendar has changed: ask for the ways out again.", conflict=identity)
        return self.carry_out(
            actor,
            lambda tx: plans.update(tx, actor, choice.target, choice.changes),
            preview=preview,
            source=Source.RESOLUTION,
            how=ResolvedHow.AGENT_SUGGESTED,
            reasons=choice_record(choice),
            force=force,
        )

    def why(self, actor: Actor, event_id: UUID) -> Story:
        """Tell why an event is where it is, and what it collides with; raises as `story_of` does."""
        with self._database.read(actor.workspace_id) as tx:
            story = story_of(tx, actor, event_id)
            gathered = self._around(tx, [story.uid])
            found = self._clashes(tx, gathered).in_time(tx.now, Which(touching=[story.uid]))
            return replace(story, conflicts=clashes.present(tx, actor, gathered, found))

    # Inside --------------------------------------------------------------------------------------------

    def _horizon(self, tx: Unit) -> int:
        return _seconds(tx.now) + _whole(self._settings.horizon)

    def _find_all(self, tx: Unit) -> tuple[Gathered, Found]:
        """Gather everything from now to the horizon, with what is beside it and counts, and find what
        clashes."""
        until = self._horizon(tx)
        gathered, found = find_all(tx, _seconds(tx.now - BESIDE), until + _whole(BESIDE))
        return gathered, found.during(tx.now, until)

    def _around(self, tx: Unit, uids: Collection[str]) -> Gathered:
        """Gather what claims the time of those whom some events claim, while the events last and beside them:
        a rule may ask for a gap, or count what a week holds."""
        now, horizon, beside = _seconds(tx.now), self._horizon(tx), _whole(BESIDE)
        if len(uids) > _MOST_APART:
            return gather(tx, now - beside, horizon + beside)
        rows = load_rows(tx, Event.uid.in_(uids))
        alone = reservations_named(tx, uids)
        claimed = claimed_by(tx, rows, alone)
        since = min((each.since_utc for each in (*rows.events, *alone)), default=now)
        until = min(horizon, max((each.until_utc for each in (*rows.events, *alone)), default=now))
        since, until = max(now, since) - beside, max(now, until) + beside
        return gather(tx, since, until, members=claimed.members, resources=claimed.resources)

    def _clashes(self, tx: Unit, gathered: Gathered) -> Found:
        """Find what clashes from now to the horizon."""
        return Found.among(gathered).during(tx.now, self._horizon(tx))

    def _find(self, tx: Unit, actor: Actor, identity: str) -> tuple[Gathered, ConflictView]:
        """Give a conflict that was listed before, if it is still there and the actor may know of it."""
        uids = clashes.uids_of(tx, identity)
        if uids:
            gathered = self._around(tx, uids)
            found = self._clashes(tx, gathered).in_time(tx.now, Which(within=uids))
            named = (conflict for conflict in found if conflict.identity == identity)
            for view in clashes.present(tx, actor, gathered, islice(named, 1)):
                return gathered, view
        raise NotFound("There is no such conflict, or no longer.", kind="conflict", id=identity)

    def _nearby(self, tx: Unit, conflict: Conflict) -> Gathered:
        """Gather what stands around a clash, for all who take part in its events."""
        since, until = surroundings(conflict, _seconds(tx.now))
        rows = load_rows(tx, Event.uid.in_(conflict.uids))
        claimed = claimed_by(tx, rows, reservations_named(tx, conflict.uids))
        things = interchangeable(tx, claimed.resources)
        return gather(tx, since, until, members=claimed.members, resources=things)

    def _preview(self, actor: Actor, apply: Callable[[Unit], ChangeSet | None]) -> Outcome:
        def rehearse(tx: Unit) -> Outcome:
            applied = apply(tx)
            if applied is None:
                return _NOTHING
            operations = get_change_set(tx, actor, applied.id).operations
            after = self._assess(tx, operations)
            told = clashes.present(tx, actor, after.gathered, after.first)
            fresh = clashes.remember(tx, after.first)
            gone = clashes.gone_records(tx, after.uids, after.found)
            return Outcome(
                change_set_id=None,
                operations=operations,
                conflicts=told,
                conflict_count=after.count,
                appearing=[view for view in told if view.identity in fresh],
                resolved=[record.identity for record in gone],
            )

        return self._database.rehearse(actor.workspace_id, rehearse)

    def _aftermath(self, actor: Actor, change_set_id: UUID, how: ResolvedHow, *, auto: bool) -> Outcome:
        with self._database.read(actor.workspace_id) as tx:
            operations = get_change_set(tx, actor, change_set_id).operations
            assessed = self._assess(tx, operations)
            quiet = not assessed.count and not clashes.open_records(tx, assessed.uids)
            mode = tx.get(Member, actor.member_id).auto_resolve if auto else AutoResolve.OFF
        if quiet:
            return Outcome(change_set_id=change_set_id, operations=operations)
        sets = self._auto_resolve(actor, change_set_id, operations, assessed, mode)

        def note(tx: Unit) -> Outcome:
            fresh = clashes.remember(tx, assessed.first)
            after = self._assess(tx, operations)
            told = clashes.present(tx, actor, after.gathered, after.first)
            settle = partial(clashes.settle, tx, actor, uids=after.uids)
            resolved = settle(found=assessed.found, how=how, change_set_id=change_set_id)
            if sets:  # what the edit had caused and moving others took away again
                fresh |= clashes.remember(tx, after.first)
                auto = ResolvedHow.AUTO_CONFIRM
                resolved += settle(found=after.found, how=auto, change_set_id=sets[-1])
            return Outcome(
                change_set_id=change_set_id,
                operations=operations,
                conflicts=told,
                conflict_count=after.count,
                appearing=[view for view in told if view.identity in fresh],
                resolved=resolved,
                moved=[op for id in sets for op in get_change_set(tx, actor, id).operations],
                auto_resolved_by=sets,
            )

        return self._database.write(actor.workspace_id, note)

    def _assess(self, tx: Unit, operations: Sequence[OperationView]) -> Assessment:
        """Look at the conflicts of the events that a set changed."""
        uids = frozenset(op.uid for op in operations)  # whose copies in other calendars count as well
        gathered = self._around(tx, uids)
        found = self._clashes(tx, gathered)
        first, count = found.first(tx.now, MOST_TOLD, Which(touching=uids))
        return Assessment(gathered=gathered, uids=uids, found=found, first=first, count=count)

    def _auto_resolve(
        self,
        actor: Actor,
        cause_id: UUID,
        operations: Sequence[OperationView],
        assessed: Assessment,
        mode: AutoResolve,
    ) -> list[UUID]:
        """Move, one by one, lower-ranked events that stand in the way of an edit; give the change sets."""
        sets: list[UUID] = []
        held: set[str] = set()  # events that somebody else was faster with, or has a say in
        tries = iter(range(_MOST_TRIED))
        while mode is not AutoResolve.OFF and len(sets) + len(held) < _MOST_MOVES:
            with self._database.read(actor.workspace_id) as tx:
                if sets or held:
                    assessed = self._assess(tx, operations)
                choice = self._movable(tx, actor, assessed, mode, held, tries)
            if choice is None:
                break

            def move(tx: Unit, choice: Choice = choice) -> ChangeSet | None:
                planned = plans.update(tx, actor, choice.target, choice.changes)
                operations = prepared(tx, actor, planned).operations
                reasons = stored_reasons(choice)
                watch = Watch.over(tx, operations, self._settings.horizon)
                moved = self._changes.apply(
                    tx, actor, operations, source=Source.AUTO_RESOLVE, cause_id=cause_id, reasons=reasons
                )
                if broken := watch.refused(tx, actor):
                    raise ConstraintBroken(broken)
                return moved

            try:
                moved = self._database.write(actor.workspace_id, move)
            except (Stale, Forbidden, HeldBack, NotFound, ConstraintBroken, OverCapacity):
                moved = None
            if moved is None:
                held.add(choice.row.uid)  # it stays, and its conflict is reported as it is
            else:
                sets.append(moved.id)
        return sets

    def _movable(
        self,
        tx: Unit,
        actor: Actor,
        assessed: Assessment,
        mode: AutoResolve,
        held: Collection[str],
        tries: Iterator[int],
    ) -> Choice | None:
        """Give the best way out that needs no asking: never of an edited event; only a lower-ranked moves."""
        events = assessed.gathered.claims.events
        top = max((event.rank for event in events), default=0)
        able = {
            event.uid
            for event in events
            if event.uid not in assessed.uids and event.uid not in held and _gives_way(event, mode, top)
        }
        if not able:
            return None
        calendars = calendars_of(tx, actor)
        for conflict in assessed.found.in_time(tx.now, Which(touching=assessed.uids, beside=able)):
            if isinstance(conflict.reason, Broken) and not conflict.reason.hard:
                continue  # a wish is no reason to move what somebody has planned
            top = max(claim.event.rank for claim in conflict.parties)
            if not any(c.event.uid in able and _gives_way(c.event, mode, top) for c in conflict.parties):
                continue
            if next(tries, None) is None:
                return None
            nearby = self._nearby(tx, conflict)
            for choice in choices(tx, nearby, conflict):
                event, row = choice.option.event, choice.row
                mine = row.calendar_id in calendars and calendars[row.calendar_id].access >= Access.WRITE
                swaps = isinstance(choice.option.change, Swap)  # its time stays
                if (
                    event.uid in able
                    and (swaps or _moves(event, mode, top))
                    and mine
                    and not choice.option.needs_person
                    and not row.has_outsiders
                ):
                    return choice
        return None


def _moves(event: EventFacts, mode: AutoResolve, top: int) -> bool:
    """Say whether an event moves by itself out of the way of one that has rank `top`."""
    flexible = event.flexibility is Flexibility.FLEXIBLE or mode is AutoResolve.MOVABLE
    return flexible and event.rank < top


def _gives_way(event: EventFacts, mode: AutoResolve, top: int) -> bool:
    """Say whether it may move, or take another resource."""
    return bool(event.resources) or _moves(event, mode, top)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _whole(duration: timedelta) -> int:
    return int(duration.total_seconds())

"""Change sets in words: who did what, and why what moved by itself did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.engine.reasons import reason_from_json
from kalends.engine.series import Start
from kalends.engine.wording import Reason, Speech, Template, sentence
from kalends.features.changes import ChangeSet, ChangeSetView, Kind, OperationView, Source
from kalends.features.changes.history import Moment, describe
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.scheduling.conflicts import Eyes, speech_of
from kalends.features.scheduling.resolving import Told
from kalends.features.scheduling.telling import about, eyes_on
from kalends.storage import Unit

_NAMED = 3  # events that a sentence lists by title
_WEEK = timedelta(days=7)
_OCCASION = {
    Source.RESOLUTION: Template("{who} resolved a conflict: {deed}"),
    Source.OPTIMISE: Template("{who} took a better week: {deed}"),
}
_DEEDS = {
    "added": Template("added {what}{detail}"),
    "removed": Template("removed {what}{detail}"),
    "cancelled": Template("cancelled {what}{detail}"),
    "confirmed": Template("confirmed {what}{detail}"),
    "moved": Template("moved {what}{detail}"),
    "renamed": Template("renamed {what}{detail}"),
    "changed": Template("changed {what}{detail}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """A change set in one sentence, as far as the viewer may know."""

    view: ChangeSetView
    sentence: str
    reasons: Sequence[Told]  # of the events that the viewer sees in full


def retell(tx: Unit, actor: Actor, views: Sequence[ChangeSetView]) -> list[Retold]:
    """Put change sets, as the actor sees them, into words: times by the actor's clock."""
    undone = _undone(tx, actor, views)
    names = dict(tx.execute(select(Member.id, Member.name)).all())
    teller = _Teller(names=names, speech=speech_of(actor), undone=undone)
    kept = {view.change_set.id: list(_kept_reasons(view)) for view in views}
    uids = {uid for found in kept.values() for op, reason in found for uid in (op.uid, *about([reason]))}
    eyes = eyes_on(tx, actor, uids) if uids else None
    return [
        Retold(
            view=view,
            sentence=sentence(teller.tell(view)),
            reasons=_told(kept[view.change_set.id], eyes) if eyes else (),
        )
        for view in views
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """What sentences are made from besides the sets themselves."""

    names: Mapping[UUID, str]
    speech: Speech
    undone: Mapping[UUID, ChangeSetView]

    def tell(self, view: ChangeSetView) -> str:
        row, say = view.change_set, self.speech.say
        who = self._who(row)
        if row.source is Source.UNDO:
            return self._undoing(view, who)
        if not view.operations:
            return say("{who} made a change that you may not see", who=who)
        total = len(view.operations) + view.hidden
        if row.source is Source.IMPORT:
            return say("{who} imported {what}", who=who, what=self._what(view.operations, total))
        if row.source is Source.DEMO:
            return say("{who} made the demo: {what}", who=who, what=self._counted(total))
        if row.source is Source.AUTO_RESOLVE:
            return self._out_of_the_way(view, total)
        said = say(_OCCASION.get(row.source, Template("{who} {deed}")), who=who, deed=self._deed(view))
        if not view.hidden:
            return said
        return say("{said} and {count} more that you may not see", said=said, count=view.hidden)

    def _who(self, row: ChangeSet) -> str:
        if row.actor_member_id is None:
            return self.speech.say("the server")
        return self.names.get(row.actor_member_id) or self.speech.say("somebody who is gone")

    def _undoing(self, view: ChangeSetView, who: str) -> str:
        times, first = self._begin(view)
        if first is None:
            return self.speech.say(
                "{who} undid a change" if times % 2 else "{who} restored a change", who=who
            )
        return self.speech.say(
            '{who} undid "{what}"' if times % 2 else '{who} restored "{what}"',
            who=who,
            what=sentence(self.tell(first)),
        )

    def _begin(self, view: ChangeSetView) -> tuple[int, ChangeSetView | None]:
        """Give what an undo was about, and of how many it is the last: to undo an undo is to restore."""
        times, found = 0, view
        while found.change_set.source is Source.UNDO:
            times += 1
            before = self.undone.get(found.change_set.undoes_id) if found.change_set.undoes_id else None
            if before is None:
                return times, None
            found = before
        return times, found

    def _out_of_the_way(self, view: ChangeSetView, total: int) -> str:
        what, say = self._what(view.operations, total), self.speech.say
        if any(op.kind is not Kind.MOVED for op in view.operations):
            return say("changed {what} to make way", what=what)
        [*_, last] = view.operations
        if total > 1 or not last.after:
            return say("moved {what} out of the way", what=what)
        detail = self._detail(last, view.change_set.at)
        return say("moved {what} out of the way,{detail}", what=what, detail=detail)

    def _deed(self, view: ChangeSetView) -> str:
        verbs = {_verb(op) for op in view.operations}
        verb = verbs.pop() if len(verbs) == 1 else "changed"
        what = self._what(view.operations, len(view.operations))
        detail = self._detail(view.operations[0], view.change_set.at) if len(view.operations) == 1 else ""
        return self.speech.say(_DEEDS[verb], what=what, detail=detail).rstrip()

    def _detail(self, op: OperationView, at: datetime) -> str:
        """Give what goes with one event alone: " to Tue 14:30"."""
        shown = op.after or op.before
        assert shown is not None, "an operation that is shown has a side that is"
        if op.before and op.after:
            if op.kind is Kind.MOVED:
                return self.speech.say(" to {when}", when=self._moved_to(op.before, op.after, at))
            renamed = _verb(op) == "renamed"
            return self.speech.say(" to {title}", title=op.after.title) if renamed else ""
        return f" ({self._when(shown.start, at)})" if op.kind in (Kind.CREATED, Kind.DELETED) else ""

    def _moved_to(self, before: Moment, after: Moment, at: datetime) -> str:
        """Give when it is afterwards; until when too, where only that was changed."""
        start, end = self._when(after.start, at), after.end
        if before.start != after.start or not isinstance(end, datetime):
            return start
        return self.speech.say("{begins}-{ends}", begins=start, ends=f"{self._by_the_clock(end):%H:%M}")

    def _when(self, start: Start, at: datetime) -> str:
        """Give a time as one says it at that moment: by the weekday alone in the week that follows."""
        timed = isinstance(start, datetime)
        local = self._by_the_clock(start) if isinstance(start, datetime) else start
        day = local.date() if isinstance(local, datetime) else local
        if not timedelta(0) <= day - at.astimezone(self.speech.zone).date() < _WEEK:
            return self.speech.dated_moment(local)
        return self.speech.weekday(day.weekday()) + (f" {local:%H:%M}" if timed else "")

    def _by_the_clock(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo is None else moment.astimezone(self.speech.zone)

    def _what(self, operations: Sequence[OperationView], total: int) -> str:
        """Name a few events by their titles, and count more than that."""
        if total > min(_NAMED, len(operations)):
            return self._counted(total)
        return self.speech.listed([self._title(op) for op in operations])

    def _counted(self, events: int) -> str:
        return self.speech.count(events, "{count} event", "{count} events")

    def _title(self, op: OperationView) -> str:
        shown = op.before if _verb(op) == "renamed" else op.after or op.before
        if shown is None:
            return ""
        return shown.title if shown.full else self.speech.say("Busy")


def _undone(tx: Unit, actor: Actor, views: Sequence[ChangeSetView]) -> dict[UUID, ChangeSetView]:
    """Give the sets that undoing was about, by id, and what those had undone. What is purged is not there."""
    found: dict[UUID, ChangeSetView] = {}
    wanted = {view.change_set.undoes_id for view in views if view.change_set.undoes_id}
    while wanted:
        rows = tx.execute(select(ChangeSet).where(ChangeSet.id.in_(wanted))).scalars().all()
        done = describe(tx, actor, [row.id for row in rows])
        for row in rows:
            operations, hidden = done[row.id]
            found[row.id] = ChangeSetView(change_set=row, operations=operations, hidden=hidden)
        wanted = {row.undoes_id for row in rows if row.undoes_id} - found.keys()
    return found


def _kept_reasons(view: ChangeSetView) -> Iterator[tuple[OperationView, Reason]]:
    """Give the reasons that were kept, each with the event that it is about."""
    by_id = {op.object_id: op for op in view.operations}
    for each in view.change_set.reasons:
        op = _concerned(view, by_id, each)
        reason = reason_from_json(each)
        if op is not None and reason is not None:
            yield op, reason


def _concerned(
    view: ChangeSetView, by_id: Mapping[UUID, OperationView], reason: Mapping[str, Any]
) -> OperationView | None:
    if "object_id" in reason:
        return by_id.get(UUID(reason["object_id"]))
    # Such a set is about one event, and what else it changed came along.
    return view.operations[0] if view.operations and not view.hidden else None


def _told(kept: Sequence[tuple[OperationView, Reason]], eyes: Eyes) -> list[Told]:
    told = (
        Told(code=reason.code, words=reason.words(eyes.wording)) for op, reason in kept if eyes.full(op.uid)
    )
    return list(dict.fromkeys(told))


def _verb(op: OperationView) -> str:
    before, after = op.before, op.after
    if op.kind is Kind.CREATED:
        return "added"
    if op.kind is Kind.DELETED:
        return "removed"
    if before and after:
        if before.status != after.status and after.status in ("cancelled", "confirmed"):
            return after.status
        if op.kind is Kind.MOVED:
            return "moved" if before.start != after.start else "changed"
        if before.title != after.title:
            return "renamed"
    return "moved" if op.kind is Kind.MOVED else "changed"

"""Preparing for events, in the change set that makes, moves or removes them.

A rule says that events of one category ask for sessions of another: an exam for study. When somebody makes
such an event, each member it claims is given sessions on the days before it, at most one a day, the nearest
days first. They lie in free time, within hours and hard constraints, where they break the fewest wishes.
When the event moves, sessions that would not lie before it any more move with it; when it goes, so do they.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import select

from kalends.engine.claims import EventFacts, Flexibility, Participant
from kalends.engine.recurrence.expansion import instant_of
from kalends.engine.series import Length
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason
from kalends.engine.zones import zone
from kalends.features.calendars.access import Access, calendars_of
from kalends.features.calendars.models import GENERAL, CalendarVisibility, Category
from kalends.features.calendars.objects import Image, unfolded
from kalends.features.changes import Operation
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.scheduling import plans
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.editing import MAX_TITLE, EventChanges, Invitee
from kalends.features.scheduling.held import Held
from kalends.features.scheduling.plans import EventDraft, Target
from kalends.features.scheduling.preparing.ground import Ground
from kalends.features.scheduling.preparing.models import PreparationRule
from kalends.features.scheduling.preparing.occasions import Occasion, Register
from kalends.features.scheduling.preparing.reasons import DaysOver
from kalends.features.scheduling.preparing.sessions import holder_of, is_kept, marked, sessions_of
from kalends.features.scheduling.shortfall import Shortfall, shortfall
from kalends.storage import Unit

_NOTICE = timedelta(minutes=15)  # nobody is given a session that begins sooner


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan with all that prepares for it, and what found no time."""

    operations: list[Operation]
    unplaced: list[Shortfall]


def prepared(tx: Unit, actor: Actor, operations: Sequence[Operation]) -> Prepared:
    """Complete a plan: sessions are made, moved and removed with the events that they prepare for."""
    operations = marked(operations)
    rules: dict[UUID, list[PreparationRule]] = defaultdict(list)
    keys = set()
    for rule, key in tx.execute(_ACTIVE):
        rules[rule.category_id].append(rule)
        keys.add(key)
    held = sessions_of(tx, actor, [op.object_id for op in operations if op.before])
    edited = [
        op
        for op in operations
        if op.object_id in held or _may_be_of(op.before, keys) or _may_be_of(op.after, keys)
    ]
    if not edited:
        return Prepared(operations=operations, unplaced=[])
    work = _Preparation(tx, actor, rules, operations)
    planned = {op.object_id for op in operations}
    for op in edited:
        work.follow(op, [each for each in held.get(op.object_id, ()) if each.id not in planned])
    return Prepared(operations=work.operations, unplaced=work.unplaced)


_ACTIVE = (
    select(PreparationRule, Category.key)
    .join(
        Category,
        (Category.workspace_id == PreparationRule.workspace_id)
        & (Category.id == PreparationRule.category_id),
    )
    .where(PreparationRule.active)
    .order_by(PreparationRule.id)
)


def _may_be_of(image: Image | None, keys: Iterable[str]) -> bool:
    """Say whether a look at the text leaves it open that the event is of one of the categories.

    What something else holds, such as a session, is not prepared for.
    """
    if image is None or image.holder is not None:
        return False
    text = unfolded(image.text).casefold()
    return any(key == GENERAL or _escaped(key) in text for key in keys)


def _escaped(key: str) -> str:
    """Give a category's name as it stands in a text (RFC 5545 3.3.11)."""
    return key.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


class _Preparation:
    """A plan as it is completed, event by event."""

    def __init__(
        self,
        tx: Unit,
        actor: Actor,
        rules: Mapping[UUID, Sequence[PreparationRule]],
        operations: Sequence[Operation],
    ) -> None:
        self._tx, self._actor, self._rules = tx, actor, rules
        self.operations = list(operations)
        self.unplaced: list[Shortfall] = []
        self._register = Register.of(tx)
        self._calendars = calendars_of(tx, actor)
        self._levels = {each.id: each for each in self._register.categories.values()}

    def follow(self, op: Operation, held: Sequence[Held]) -> None:
        """Plan what an operation on one event asks of its sessions."""
        before, after = (self._register.next_occasion(image) for image in (op.before, op.after))
        if after is None or op.after is None:
            self._remove(held)
        elif before is None or not after.alike(before):
            changed = before is not None and before.category_id != after.category_id
            self._arrange(op.after, after, held, recategorised=changed)
        elif after.title != before.title:
            self._rename(before, after, held)

    def _arrange(self, image: Image, event: Occasion, held: Sequence[Held], *, recategorised: bool) -> None:
        rules = self._rules.get(event.category_id, ())
        made = {rule.makes_id for rule in rules}
        self._remove(
            each
            for each in held
            if each.member_id not in event.members or (recategorised and each.category_id not in made)
        )
        for rule in rules:
            for member_id in sorted(event.members):
                mine = [
                    each for each in held if each.member_id == member_id and each.category_id == rule.makes_id
                ]
                asked = _Asked(image, event, rule, self._register.members[member_id])
                self._give(asked, mine)

    def _give(self, asked: _Asked, held: Sequence[Held]) -> None:
        """Give one member the sessions that one rule asks for before one event."""
        now, days = self._tx.now, asked.days
        soon = (now + _NOTICE).astimezone(asked.clock)
        settled = [each for each in held if asked.is_before(each, now)]
        astray = [each for each in held if each not in settled and each.is_open(now) and each.reachable]
        wanting = min(asked.rule.sessions, len(days)) - len(settled)
        if wanting <= 0:
            self._remove(astray)
            return
        window = Span(days[-1].start, days[0].end)
        leaving = {each.id for each in astray}
        ground = Ground.around(self._tx, self._register, asked.member, window, self.operations, leaving)
        taken = {each.span.start.astimezone(asked.clock).date() for each in settled}
        found: list[Span] = []
        against: list[Reason] = []
        over = 0
        for day in days:
            if len(found) == wanting or day.start.date() in taken:
                continue
            if day.end - asked.length < soon:
                over += 1
                continue
            rest = Span(max(day.start, soon), day.end)
            facts = self._facts(asked, len(found))
            span = ground.best(rest, asked.length, facts)
            if span is None:
                against += ground.obstacles(rest, asked.length, facts)
            else:
                ground.put(facts, span)
                found.append(span)
        self._write(asked, found, astray)
        if len(found) < wanting:
            against += [DaysOver(count=over)] if over else []
            self._tell(asked, ground, wanting - len(found), against)

    def _write(self, asked: _Asked, found: Sequence[Span], astray: Sequence[Held]) -> None:
        """Plan sessions at these times: those that went astray are moved there first, then new ones made."""
        for span, session in zip(found, astray, strict=False):
            target = Target(event_id=session.id)
            (moved,) = plans.update(self._tx, self._actor, target, asked.times(span))
            assert moved.after is not None
            after = replace(moved.after, holder=holder_of(asked.image.object_id))
            self.operations.append(replace(moved, after=after))
        drafts = [self._draft(asked, span) for span in sorted(found[len(astray) :])]
        if drafts:
            self.operations += plans.create(self._tx, self._actor, drafts)
        self._remove(astray[len(found) :])

    def _draft(self, asked: _Asked, span: Span) -> EventDraft:
        """Plan a session on the member's own calendar, or where the actor may not write that, beside the
        event."""
        own = self._calendars.get(asked.member.default_calendar_id or asked.image.calendar_id)
        beside = asked.image.calendar_id
        calendar_id = own.id if own is not None and own.access >= Access.WRITE else beside
        calendars = self._register.calendars
        private = [calendars[id].visibility is CalendarVisibility.PRIVATE for id in (beside, calendar_id)]
        changes: EventChanges = {
            **asked.times(span),
            "title": asked.title,
            "category_id": asked.rule.makes_id,
            "flexibility": Flexibility.FLEXIBLE,
            "confidential": asked.event.confidential or private == [True, False],
        }
        if calendars[calendar_id].owner_member_id != asked.member.id:
            changes["participants"] = [Invitee(member_id=asked.member.id)]
        holder = holder_of(asked.image.object_id)
        return EventDraft(changes=changes, calendar_id=calendar_id, holder=holder)

    def _facts(self, asked: _Asked, number: int) -> EventFacts:
        category = self._levels[asked.rule.makes_id]
        return EventFacts(
            uid=f"{asked.image.object_id}/{asked.rule.id}/{asked.member.id}/{number}",
            rank=category.level,
            flexibility=Flexibility.FLEXIBLE,
            participants=(Participant(id=str(asked.member.id)),),
            title=asked.title,
            category=category.name,
        )

    def _rename(self, before: Occasion, after: Occasion, held: Sequence[Held]) -> None:
        """Let the sessions that are called after the event follow its new title."""
        patterns: dict[UUID | None, str] = {
            rule.makes_id: rule.title for rule in self._rules.get(after.category_id, ())
        }
        for each in held:
            pattern = patterns.get(each.category_id)
            if pattern and each.reachable and each.title == _title(pattern, before.title):
                changes = EventChanges(title=_title(pattern, after.title))
                target = Target(event_id=each.id)
                self.operations += plans.update(self._tx, self._actor, target, changes)

    def _remove(self, sessions: Iterable[Held]) -> None:
        """Plan that sessions go which are still to come."""
        self.operations += [
            each.removal(self._tx) for each in sessions if each.reachable and each.is_open(self._tx.now)
        ]

    def _tell(self, asked: _Asked, ground: Ground, missing: int, against: Sequence[Reason]) -> None:
        wording = Eyes.of(self._tx, self._actor, ground.gathered).wording
        known, named = wording.title, ground.titles
        told = shortfall(
            title=asked.title,
            member_id=asked.member.id,
            minutes=missing * asked.rule.minutes,
            lacking=wording.say(
                "{title} found no time for {missing} of {all} sessions",
                title=asked.title,
                missing=missing,
                all=asked.rule.sessions,
            ),
            reasons=against,
            wording=replace(wording, title=lambda uid: named.get(uid) or known(uid)),
        )
        self.unplaced.append(told)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one rule asks of one member for one event."""

    image: Image
    event: Occasion
    rule: PreparationRule
    member: Member

    @property
    def clock(self) -> tzinfo:
        """Give the clock by which days are counted."""
        return zone(self.member.zone).tzinfo

    @property
    def length(self) -> timedelta:
        """Give how long a session lasts."""
        return timedelta(minutes=self.rule.minutes)

    @property
    def title(self) -> str:
        """Give what a session is called."""
        return _title(self.rule.title, self.event.title)

    @property
    def days(self) -> list[Span]:
        """Give the days before the event's day, by the member's clock, the nearest first."""
        start = self.event.start
        if isinstance(start, datetime):
            day = start.astimezone(self.clock).date() if start.tzinfo else start.date()
        else:
            day = start
        midnights = [
            datetime(each.year, each.month, each.day, tzinfo=self.clock)
            for each in (day - timedelta(days=back) for back in range(self.rule.days_before + 1))
        ]
        return [Span(midnights[back + 1], midnights[back]) for back in range(self.rule.days_before)]

    def is_before(self, session: Held, now: datetime) -> bool:
        """Say whether a session lies where it should, or somebody put it anywhere before the event."""
        days, start = self.days, session.span.start
        begins = EPOCH + timedelta(seconds=instant_of(self.event.start, zone(self.member.zone)))
        return days[-1].start <= start < days[0].end or (is_kept(session) and now < start < begins)

    def times(self, span: Span) -> EventChanges:
        """Give the times of a session as an edit, by the member's clock."""
        start = span.start.astimezone(self.clock)
        return EventChanges(start=start, length=Length(seconds=self.rule.minutes * 60))


def _title(pattern: str, title: str) -> str:
    return pattern.replace("{title}", title)[:MAX_TITLE]

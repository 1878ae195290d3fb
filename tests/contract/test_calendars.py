"""Calendars: who sees them, who writes in them, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from kalends.features.calendars import service as calendars
from kalends.features.calendars.access import Access
from kalends.features.calendars.models import CalendarKind, CalendarVisibility, Grant
from kalends.features.calendars.service import CalendarInUse, LastWriter
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale
from kalends.storage import Unit
from workspaces import Town, at

PERSONAL, SHARED, FAMILY = CalendarKind.PERSONAL, CalendarKind.SHARED, CalendarKind.FAMILY
PRIVATE, OPEN, PUBLIC = CalendarVisibility.PRIVATE, CalendarVisibility.FAMILY, CalendarVisibility.PUBLIC
NINE = at("2026-03-23 09:00")


def test_a_household_begins_with_its_own_and_one_for_each(home: Town) -> None:
    ana, _ = home.household("Ana", "Ben")
    views = home.read(ana, lambda tx: calendars.list_calendars(tx, ana))
    assert sorted((view.calendar.kind, view.calendar.name) for view in views) == [
        (FAMILY, "Home"),
        (PERSONAL, "Ana"),
        (PERSONAL, "Ben"),
    ]


# Ana makes a calendar; Ben edits in the workspace, Vic only views, Otto owns the workspace.
@pytest.mark.parametrize(
    "kind, visibility, grant, ben, vic, otto",
    [
        (PERSONAL, PRIVATE, None, Access.FREE_BUSY, Access.FREE_BUSY, Access.FREE_BUSY),
        (PERSONAL, PRIVATE, Grant.READ, Access.READ, Access.READ, Access.READ),
        (PERSONAL, PRIVATE, Grant.WRITE, Access.WRITE, Access.READ, Access.WRITE),
        (PERSONAL, OPEN, None, Access.READ, Access.READ, Access.WRITE),
        (PERSONAL, PUBLIC, None, Access.READ, Access.READ, Access.WRITE),
        (PERSONAL, OPEN, Grant.WRITE, Access.WRITE, Access.READ, Access.WRITE),
        (SHARED, PRIVATE, None, Access.NOTHING, Access.NOTHING, Access.NOTHING),
        (SHARED, PRIVATE, Grant.FREE_BUSY, Access.FREE_BUSY, Access.FREE_BUSY, Access.FREE_BUSY),
        (SHARED, PRIVATE, Grant.WRITE, Access.WRITE, Access.READ, Access.WRITE),
        (SHARED, OPEN, None, Access.READ, Access.READ, Access.WRITE),
    ],
)
def test_access_follows_kind_visibility_and_grant(
    home: Town,
    kind: CalendarKind,
    visibility: CalendarVisibility,
    grant: Grant | None,
    ben: Access,
    vic: Access,
    otto: Access,
) -> None:
    owner, ana, editor, viewer = home.household("Otto", "Ana", "Ben", "Vic")
    viewer = _permitted(home, owner, viewer, Permission.VIEWER)
    grants = {actor.member_id: grant for actor in (owner, editor, viewer)} if grant else {}
    made = home.calendar(ana, kind, visibility, grants)
    for actor, expected in ((ana, Access.WRITE), (editor, ben), (viewer, vic), (owner, otto)):
        if expected is Access.NOTHING:
            with pytest.raises(NotFound):
                home.read(actor, lambda tx, actor=actor: calendars.get_calendar(tx, actor, made))  # type: ignore[misc]
        else:
            view = home.read(actor, lambda tx, actor=actor: calendars.get_calendar(tx, actor, made))  # type: ignore[misc]
            assert view.access is expected


def test_owners_keep_the_calendar_of_one_who_does_not_sign_in(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    tot = home.joins(ana, "Tot", account=False)
    private: Any = {"visibility": PRIVATE}
    mine = home.default(tot)
    home.write(ana, lambda tx: calendars.update_calendar(tx, ana, mine, changes=private))
    home.made(ana, calendar_id=mine, title="Nap", start=NINE)
    with pytest.raises(Forbidden):
        home.made(ben, calendar_id=mine, title="Party", start=NINE)


def test_settings_are_changed_at_a_version(home: Town) -> None:
    (ana,) = home.household("Ana")
    mine = home.default(ana)

    def change(version: int, **changes: Any) -> Any:
        return home.write(
            ana,
            lambda tx: calendars.update_calendar(tx, ana, mine, changes=changes, expected_version=version),
        )

    assert change(1, name="Work", color="#FF0000").calendar.color == "#ff0000"
    with pytest.raises(Stale):
        change(1, name="Play")
    for wrong, field in (
        ({"name": " "}, "name"),
        ({"color": "red"}, "color"),
        ({"visibility": "x"}, "visibility"),
    ):
        with pytest.raises(InvalidInput) as refused:
            change(2, **wrong)
        assert refused.value.field == field


def test_only_who_owns_it_changes_it(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    reader = home.calendar(ana, SHARED, grants={ben.member_id: Grant.READ})
    writer = home.calendar(ana, SHARED, grants={ben.member_id: Grant.WRITE})
    home.write(ben, lambda tx: calendars.update_calendar(tx, ben, writer, changes={"name": "Ours"}))
    for work in (
        lambda tx: calendars.update_calendar(tx, ben, reader, changes={"name": "Mine"}),
        lambda tx: calendars.delete_calendar(tx, ben, reader),
        lambda tx: calendars.grant(tx, ben, reader, ben.member_id, Grant.WRITE),
        lambda tx: calendars.create_calendar(tx, ben, name="Hers", owner_member_id=ana.member_id),
    ):
        with pytest.raises(Forbidden):
            home.write(ben, work)


class TestDeletion:
    def test_an_empty_calendar_goes(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = home.calendar(ana)
        home.write(ana, lambda tx: calendars.delete_calendar(tx, ana, made))
        with pytest.raises(NotFound):
            home.read(ana, lambda tx: calendars.get_calendar(tx, ana, made))

    def test_one_with_events_goes_when_told_so(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = home.calendar(ana)
        event = home.made(ana, calendar_id=made, title="Dentist", start=NINE)
        with pytest.raises(CalendarInUse) as refused:
            home.write(ana, lambda tx: calendars.delete_calendar(tx, ana, made))
        assert refused.value.fields["events"] == 1
        home.write(ana, lambda tx: calendars.delete_calendar(tx, ana, made, with_events=True))
        with pytest.raises(NotFound):
            home.event(ana, event)

    def test_one_that_holds_a_booking_stays(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = home.calendar(ana)
        home.made(ana, calendar_id=made, title="Haircut", start=NINE, holder="booking:7")
        with pytest.raises(CalendarInUse):
            home.write(ana, lambda tx: calendars.delete_calendar(tx, ana, made, with_events=True))

    def test_a_default_and_the_family_calendar_stay(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        for made in (home.default(ana), home.family(ana)):
            with pytest.raises(CalendarInUse):
                home.write(ana, lambda tx, made=made: calendars.delete_calendar(tx, ana, made))  # type: ignore[misc]


class TestGrants:
    def test_they_are_given_changed_and_taken(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        made = home.calendar(ana, SHARED)
        for access in (Grant.READ, Grant.WRITE, None):
            self._grant(home, ana, made, ben, access)
            grants = home.read(ana, lambda tx: calendars.list_grants(tx, ana, made))
            assert grants.get(ben.member_id) == access

    def test_somebody_keeps_writing(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        made = home.calendar(ana, SHARED, grants={ben.member_id: Grant.READ})
        for access in (Grant.READ, None):
            with pytest.raises(LastWriter):
                self._grant(home, ana, made, ana, access)
        self._grant(home, ana, made, ben, Grant.WRITE)
        self._grant(home, ana, made, ana, None)

    def test_not_to_strangers_and_not_on_the_family_calendar(self, home: Town) -> None:
        (ana,), (zoe,) = home.household("Ana"), home.household("Zoe")
        with pytest.raises(NotFound):
            self._grant(home, ana, home.default(ana), zoe, Grant.READ)
        with pytest.raises(InvalidInput):
            self._grant(home, ana, home.family(ana), ana, Grant.READ)

    @staticmethod
    def _grant(home: Town, actor: Actor, calendar_id: Any, to: Actor, access: Grant | None) -> None:
        home.write(actor, lambda tx: calendars.grant(tx, actor, calendar_id, to.member_id, access))


def test_the_audit_log_knows_of_it_without_its_name(home: Town) -> None:
    (ana,) = home.household("Ana")

    def work(tx: Unit) -> None:
        made = calendars.create_calendar(tx, ana, name="Divorce")
        calendars.update_calendar(tx, ana, made.id, changes={"name": "Divorces"})
        calendars.delete_calendar(tx, ana, made.id)

    home.write(ana, work)
    entries = home.read(ana, lambda tx: audit.list_entries(tx, ana)).items
    told = [entry for entry in entries if entry.kind == "calendar"]
    assert [entry.action for entry in told] == ["delete", "update", "create"]
    assert "Divorce" not in str([(entry.subject, entry.detail) for entry in told])


def _permitted(home: Town, owner: Actor, actor: Actor, permission: Permission) -> Actor:
    from dataclasses import replace

    from kalends.features.identity.members import MemberChanges

    members = home.services.identity.members
    wanted = MemberChanges(permission=permission)
    home.write(owner, lambda tx: members.change(tx, owner, actor.member_id, wanted))
    return replace(actor, permission=permission)

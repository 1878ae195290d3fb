"""What is private stays so, whichever way somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from kalends.engine.claims import Flexibility, Priority
from kalends.features.calendars import categories, feeds
from kalends.features.calendars.models import CalendarKind, CalendarVisibility, Grant, Response, Status
from kalends.features.calendars.queries import EventFilter, EventView
from kalends.features.changes import OperationView, get_change_set, list_change_sets
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Invitee, Outcome, Scope, Target, export_calendar, export_event, plans
from kalends.kit.errors import Forbidden, KalendsError, NotFound
from workspaces import Town, at

SECRETS = ("Therapy", "couch", "Freud St", "Secretive")
NINE = at("2026-03-23 09:00")
SPRING = date(2026, 3, 1), date(2026, 5, 1)


@dataclass
class Case:
    """Ana keeps something from Ben."""

    ana: Actor
    ben: Actor
    cleo: Actor  # takes part
    event: UUID
    calendar: UUID
    secret_category: UUID
    made: Outcome


@pytest.fixture(
    params=[
        "private calendar",
        "confidential in the family",
        "confidential where Ben writes",
        "made private later",
    ]
)
def case(home: Town, request: pytest.FixtureRequest) -> Case:
    ana, ben, cleo = home.household("Ana", "Ben", "Cleo")
    if request.param == "private calendar":
        home.hide(ana)
        calendar, confidential = home.default(ana), False
    elif request.param == "confidential where Ben writes":
        calendar = home.calendar(ana, CalendarKind.SHARED, grants={ben.member_id: Grant.WRITE})
        confidential = True
    else:
        calendar, confidential = home.family(ana), True
    later = request.param == "made private later"
    category = home.write(ana, lambda tx: categories.create_category(tx, ana, name="Secretive", level=5)).id
    made = home.plan(
        ana,
        calendar_id=calendar,
        title="Therapy",
        description="on the couch",
        location="Freud St",
        start=NINE,
        rules=("FREQ=WEEKLY;COUNT=3",),
        category_id=category,
        priority=Priority.LOW,
        flexibility=Flexibility.FLEXIBLE,
        confidential=confidential and not later,
        participants=[Invitee(member_id=cleo.member_id), Invitee(member_id=ana.member_id)],
    )
    event = made.operations[0].object_id
    home.edit(ana, event, Scope.SINGLE, "2026-03-30T09:00:00", title="Therapy with couch")
    if later:
        home.edit(ana, event, confidential=True)
        home.edit(ana, event, Scope.SINGLE, "2026-03-30T09:00:00", confidential=True)
    return Case(ana, ben, cleo, event, calendar, category, made)


def test_its_time_shows_as_busy(home: Town, case: Case) -> None:
    seen = [found for found in home.seen(case.ben, *SPRING) if found.event.row.object_id == case.event]
    assert [found.event.title for found in seen] == ["Busy"] * 3
    assert not any(found.event.full for found in seen)
    detail = home.event(case.ben, case.event)
    assert not any(view.full for view in (detail.first, *detail.overrides))


def test_who_takes_part_sees_it(home: Town, case: Case) -> None:
    assert {found.event.title for found in home.seen(case.cleo, *SPRING)} == {"Therapy", "Therapy with couch"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"text": "therapy"},
        {"text": "couch"},
        {"text": ""},
        {"priorities": [Priority.LOW]},
        {"statuses": [Status.CONFIRMED, Status.PROPOSED]},
        {"categories": "secret"},
    ],
)
def test_no_filter_tells_what_it_is(home: Town, case: Case, wanted: dict[str, Any]) -> None:
    if wanted.get("categories"):
        wanted = {"categories": [case.secret_category]}
    assert home.seen(case.ben, *SPRING, EventFilter(**wanted)) == []


def test_history_tells_no_more(home: Town, case: Case) -> None:
    page = home.read(case.ben, lambda tx: list_change_sets(tx, case.ben))
    for view in page.items:
        _must_be_silent(view.operations)
    assert case.made.change_set_id
    home.remove(case.ana, case.event)
    for view in home.read(case.ben, lambda tx: list_change_sets(tx, case.ben)).items:
        _must_be_silent(view.operations)


def test_a_clash_names_the_other_event_alone(home: Town, case: Case) -> None:
    outcome = home.plan(
        case.ben,
        title="Exam",
        start=NINE,
        priority=Priority.HIGH,
        participants=[Invitee(member_id=case.ben.member_id), Invitee(member_id=case.cleo.member_id)],
    )
    assert outcome.conflicts
    for view in (*outcome.conflicts, *outcome.appearing, *home.scheduling.conflicts(case.ben)):
        assert "Exam" in view.sentence
        _must_be_silent(view.sentence, [party.event.title for party in view.parties])
    _must_be_silent(outcome.operations, outcome.moved)
    for view in outcome.conflicts:
        for choice in home.scheduling.resolutions(case.ben, view.identity):
            _must_be_silent(choice.sentence, choice.title, [reason.words for reason in choice.reasons])
            if choice.event_id == case.event:
                assert not choice.allowed
                with pytest.raises((Forbidden, NotFound)) as refused:
                    home.scheduling.resolve(case.ben, view.identity, choice.id)
                _must_be_silent(str(refused.value), dict(refused.value.fields))
        silent = home.scheduling.ignore(case.ben, view.identity)
        _must_be_silent(silent.sentence)


def test_no_edit_gets_through_and_refusals_are_silent(home: Town, case: Case) -> None:
    before = home.text(case.ana, case.event)
    target = Target(event_id=case.event)
    for plan in (
        lambda tx: plans.update(tx, case.ben, target, {"title": "Mine"}),
        lambda tx: plans.update(tx, case.ben, target, {}, calendar_id=home.default(case.ben)),
        lambda tx: plans.remove(tx, case.ben, target),
        lambda tx: plans.respond(tx, case.ben, target, Response.DECLINED),
    ):
        for preview in (True, False):
            with pytest.raises(KalendsError) as refused:
                home.scheduling.carry_out(case.ben, plan, preview=preview)
            _must_be_silent(str(refused.value), dict(refused.value.fields))
    assert case.made.change_set_id
    with pytest.raises(KalendsError) as refused:
        home.scheduling.undo(case.ben, case.made.change_set_id)
    _must_be_silent(str(refused.value), dict(refused.value.fields))
    assert home.text(case.ana, case.event) == before


def test_files_show_busy_time(home: Town, case: Case) -> None:
    def files(tx: Any) -> Iterator[str]:
        yield b"".join(export_calendar(tx, case.ben, case.calendar)).decode()
        yield b"".join(export_event(tx, case.ben, case.event)).decode()

    for text in home.read(case.ben, lambda tx: list(files(tx))):
        _must_be_silent(text.replace("\r\n ", ""))
        assert "SUMMARY:Busy" in text
        assert str(case.cleo.member_id) not in text.replace("\r\n ", "")


def test_a_feed_shows_what_its_maker_sees(home: Town, case: Case) -> None:
    made = home.write(case.ben, lambda tx: feeds.create_feed(tx, case.ben, case.calendar))
    reader = feeds.reader_of(home.database, made.secret).actor
    text = home.read(reader, lambda tx: b"".join(export_calendar(tx, reader, case.calendar))).decode()
    _must_be_silent(text.replace("\r\n ", ""))
    plain = home.write(case.ana, lambda tx: feeds.create_feed(tx, case.ana, case.calendar))
    reader = feeds.reader_of(home.database, plain.secret).actor
    text = home.read(reader, lambda tx: b"".join(export_calendar(tx, reader, case.calendar))).decode()
    assert "Therapy" in text
    home.write(case.ana, lambda tx: feeds.revoke_feed(tx, case.ana, plain.feed.id))
    with pytest.raises(NotFound):
        feeds.reader_of(home.database, plain.secret)


def test_an_import_does_not_write_over_it(home: Town, case: Case) -> None:
    uid = home.event(case.ana, case.event).first.row.uid
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20300101T000000Z\r\nSEQUENCE:99\r\nDTSTART:20260323T090000Z\r\nSUMMARY:Mine\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    before = home.text(case.ana, case.event)
    with pytest.raises(Forbidden) as refused:
        home.services.exchange.import_file(case.ben, case.calendar, text.encode())
    _must_be_silent(str(refused.value), dict(refused.value.fields))
    assert home.text(case.ana, case.event) == before


def test_whoever_takes_part_knows_of_an_event_on_a_calendar_they_do_not(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    hidden = home.calendar(ana, CalendarKind.SHARED)
    other = home.made(ana, calendar_id=hidden, title="Other", start=NINE + timedelta(days=1))
    made = home.plan(
        ana, calendar_id=hidden, title="Party", start=NINE, participants=[Invitee(member_id=ben.member_id)]
    )
    event = made.operations[0].object_id
    assert [found.event.title for found in home.seen(ben, *SPRING)] == ["Party"]
    assert home.event(ben, event).first.full
    with pytest.raises(NotFound):
        home.event(ben, other)
    aim = Target(event_id=event)
    home.scheduling.carry_out(
        ben, lambda tx: plans.respond(tx, ben, aim, Response.DECLINED), own_part_only=True
    )
    assert made.change_set_id
    view = home.read(ben, lambda tx: get_change_set(tx, ben, made.change_set_id))  # type: ignore[arg-type]
    assert [op.after.title for op in view.operations if op.after] == ["Party"]
    with pytest.raises((Forbidden, NotFound)):
        home.edit(ben, event, title="Mine")


def test_a_private_task_is_left_out_of_what_others_export(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:1\r\nDTSTAMP:20300101T000000Z\r\n"
        "CLASS:PRIVATE\r\nSUMMARY:Therapy\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    )
    family = home.family(ana)
    home.services.exchange.import_file(ana, family, text.encode())
    for actor, told in ((ana, True), (ben, False)):
        file = home.read(actor, lambda tx, actor=actor: b"".join(export_calendar(tx, actor, family)))  # type: ignore[misc]
        assert (b"Therapy" in file) == told


def test_no_other_workspace_sees_anything(home: Town) -> None:
    (ana,), (zoe,) = home.household("Ana"), home.household("Zoe")
    made = home.made(ana, title="Therapy", start=NINE)
    calendar = home.calendar(ana, visibility=CalendarVisibility.PUBLIC)
    assert home.seen(zoe, *SPRING) == []
    for look in (
        lambda: home.event(zoe, made),
        lambda: home.edit(zoe, made, title="Mine"),
        lambda: home.plan(zoe, calendar_id=calendar, title="Mine", start=NINE),
        lambda: home.read(zoe, lambda tx: list(export_calendar(tx, zoe, calendar))),
        lambda: home.read(zoe, lambda tx: list(export_event(tx, zoe, made))),
    ):
        with pytest.raises(NotFound):
            look()


def _must_be_silent(*told: Any) -> None:
    def words(thing: Any) -> str:
        if isinstance(thing, OperationView):
            return " ".join(side.title for side in (thing.before, thing.after) if side)
        if isinstance(thing, EventView):
            return thing.title
        return str([words(part) for part in thing] if isinstance(thing, list | tuple) else thing)

    text = words(told)
    for secret in SECRETS:
        assert secret not in text

"""Each way out of a conflict: where it applies, what it does, and how it stands beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta

import pytest

from kalends.engine.availability import Commitment, Diary
from kalends.engine.claims import (
    Claim,
    Claims,
    EventFacts,
    Flexibility,
    Participant,
    Subject,
    SubjectKind,
)
from kalends.engine.conflicts import Conflict, collisions
from kalends.engine.constraints import Agenda, Clock, Constraint, parse_rule, violations
from kalends.engine.constraints.screen import Screen
from kalends.engine.resolution import (
    Circumstances,
    DropParticipant,
    Habit,
    Move,
    Option,
    Resource,
    Shorten,
    Swap,
    Way,
    resolve,
)
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from strategies.spans import stretch

ANNA, BEN = Subject(id="anna"), Subject(id="ben")
WINDOW = stretch(0, 96)
WORDING = Wording(zone=UTC, title=str.title, name=str.title)
ANNA_ONLY = (Participant(id="anna"),)
FIXED, FLEXIBLE = Flexibility.FIXED, Flexibility.FLEXIBLE
EXAM = EventFacts(uid="exam", rank=5, participants=ANNA_ONLY)
GYM = EventFacts(uid="gym", rank=2, participants=ANNA_ONLY, category="Sport")


def clash(*parties: tuple[EventFacts, Span], over: Subject = ANNA, required: bool = True) -> Conflict:
    claims = [
        Claim(event=facts, subject=over, span=span, required=required or facts is EXAM)
        for facts, span in parties
    ]
    (conflict,) = collisions(Claims.of(claims)).conflicts()
    return conflict


def ways(conflict: Conflict, taken: Mapping[str, list[Span]] = {}, **more: object) -> list[Option]:
    """Give the ways out, with a diary for each subject in which the parties and what is taken stand."""
    commitments: dict[str, list[Commitment]] = {
        id: [Commitment(span, "other") for span in spans] for id, spans in taken.items()
    }
    for claim in conflict.parties:
        commitments.setdefault(claim.subject.id, []).append(Commitment(claim.span, claim.event.uid))
    capacity = {conflict.subject.id: conflict.subject.capacity}
    diaries = {
        id: Diary(subject=id, commitments=tuple(each), capacity=capacity.get(id, 1))
        for id, each in commitments.items()
    }
    return resolve(conflict, Circumstances(diaries=diaries, window=WINDOW, **more))  # type: ignore[arg-type]


def rule(kind: str, *, hard: bool = False, **parameters: object) -> Constraint:
    return Constraint(id=kind, name=kind.title(), rule=parse_rule(kind, parameters), hard=hard)


def kinds(options: list[Option]) -> list[Way]:
    return list(dict.fromkeys(option.change.way for option in options))


FIVE_PAST = stretch(12, 13).start + timedelta(minutes=5)


class TestShortening:
    @pytest.mark.parametrize(
        ("exam", "gym", "left"),
        [
            (stretch(10, 14), stretch(12, 20), stretch(14, 20)),
            (stretch(18, 24), stretch(12, 20), stretch(12, 18)),
            (stretch(10, 14), stretch(12, 16), stretch(14, 16)),
            (stretch(10, 15), stretch(12, 16), None),
            (stretch(13, 14), stretch(12, 16), None),
            (stretch(10, 20), stretch(12, 16), None),
            (stretch(12, 16), stretch(12, 16), None),
            (Span(stretch(10, 11).start, FIVE_PAST), stretch(12, 13), None),
        ],
        ids=[
            "at its start", "at its end", "exactly half is left", "less than half", "in the middle",
            "all of it", "the same time", "less than a quarter of an hour would be left",
        ],
    )  # fmt: skip
    def test_it_is_cut_at_one_end_and_keeps_at_least_half(
        self, exam: Span, gym: Span, left: Span | None
    ) -> None:
        options = ways(clash((EXAM, exam), (GYM, gym)))
        shorter = [option for option in options if isinstance(option.change, Shorten)]
        assert [option.change.after for option in shorter] == ([left] if left else [])
        assert all(option.needs_person for option in shorter)

    def test_a_fixed_event_can_be_shortened_too(self) -> None:
        gym = EventFacts(uid="gym", rank=2, participants=ANNA_ONLY, flexibility=FIXED)
        assert kinds(ways(clash((EXAM, stretch(10, 14)), (gym, stretch(12, 20))))) == [
            Way.SHORTEN,
            Way.CANCEL,
        ]

    def test_of_a_resource_with_places_only_the_overload_is_cut(self) -> None:
        van = Subject(id="van", kind=SubjectKind.RESOURCE, capacity=2)
        other = EventFacts(uid="other", rank=4)
        conflict = clash((EXAM, stretch(10, 20)), (other, stretch(18, 24)), (GYM, stretch(12, 20)), over=van)
        (cut,) = [o.change for o in ways(conflict) if isinstance(o.change, Shorten)]
        assert (cut.uid, cut.after) == ("gym", stretch(12, 18))


VAN = Subject(id="van", kind=SubjectKind.RESOURCE)
FLEET = {
    id: Resource(id=id, type=type, location=location, active=active, stand_ins=frozenset({"car"}))
    for id, type, location, active in [
        ("van", "vehicle", "yard", True),
        ("bus", "vehicle", "town", True),
        ("car", "vehicle", "yard", True),
        ("old", "vehicle", "yard", False),
        ("hall", "room", "yard", True),
    ]
}


class TestSwapping:
    def conflict(self, *resources: str, van: Subject = VAN) -> Conflict:
        trip = EventFacts(uid="trip", rank=2, flexibility=FIXED, resources=("van", *resources))
        return clash((EXAM, stretch(10, 14)), (trip, stretch(12, 16)), over=van)

    def test_another_of_its_type_is_taken_that_nearby_first(self) -> None:
        options = ways(self.conflict(), resources=FLEET)
        swaps = [option for option in options if isinstance(option.change, Swap)]
        assert [swap.change.instead for swap in swaps] == ["car", "bus"]  # type: ignore[union-attr]
        assert swaps == options[:2]
        # Whether a bus will do for a van, a person must say; that the car does is known.
        assert [swap.needs_person for swap in swaps] == [False, True]
        assert swaps[0].words(WORDING) == (
            "Take Car instead of Van for Trip (01:00-02:00): "
            "it ranks below Exam (2 against 5); Car is a vehicle too, and free then"
        )

    @pytest.mark.parametrize(
        ("taken", "used", "instead"),
        [
            ({"car": [stretch(15, 17)]}, (), ["bus"]),
            ({"car": [stretch(16, 17)]}, (), ["car", "bus"]),
            ({}, ("car",), ["bus"]),
            ({"car": [stretch(0, 30)], "bus": [stretch(0, 30)]}, (), []),
        ],
        ids=["not one that is taken", "one that is free again then", "not one that it has", "none is free"],
    )
    def test_only_what_is_free_then(
        self, taken: dict[str, list[Span]], used: tuple[str, ...], instead: list[str]
    ) -> None:
        options = ways(self.conflict(*used), taken, resources=FLEET)
        assert [o.change.instead for o in options if isinstance(o.change, Swap)] == instead

    def test_people_are_not_swapped(self) -> None:
        trip = EventFacts(uid="trip", rank=2, resources=("van",))
        options = ways(clash((EXAM, stretch(10, 14)), (trip, stretch(12, 16))), resources=FLEET)
        assert Way.SWAP_RESOURCE not in kinds(options)

    def test_from_what_is_out_of_service_all_go_and_moving_helps_nobody(self) -> None:
        gone = Subject(id="van", kind=SubjectKind.RESOURCE, capacity=0)
        options = ways(self.conflict(van=gone), resources=FLEET)
        assert kinds(options) == [Way.SWAP_RESOURCE, Way.CANCEL]
        assert {option.change.uid for option in options} == {"exam", "trip"}
        assert "Van is out of service, at other times too" in options[0].words(WORDING)


class TestLeavingOut:
    BOTH = (Participant(id="anna", required=False), Participant(id="ben"))

    def test_who_need_not_come_is_left_out(self) -> None:
        tea = EventFacts(uid="tea", rank=2, participants=self.BOTH, flexibility=FIXED)
        conflict = clash((EXAM, stretch(10, 14)), (tea, stretch(11, 13)), required=False)
        best, cancel = ways(conflict)
        assert best.change == DropParticipant(uid="tea", before=stretch(11, 13), participant="anna")
        assert (best.needs_person, cancel.change.way) == (True, Way.CANCEL)
        assert best.words(WORDING) == (
            "Leave Anna out of Tea (00:45-01:15): it ranks below Exam (2 against 5); Anna need not come to it"
        )

    @pytest.mark.parametrize(
        ("participants", "required"),
        [(BOTH, True), (BOTH[:1], False)],
        ids=["who must come", "who would leave nobody"],
    )
    def test_not(self, participants: tuple[Participant, ...], required: bool) -> None:
        tea = EventFacts(uid="tea", rank=2, participants=participants)
        conflict = clash((EXAM, stretch(10, 14)), (tea, stretch(11, 13)), required=required)
        assert Way.DROP_PARTICIPANT not in kinds(ways(conflict))


class TestBrokenRules:
    UTC_CLOCK = Clock(zone=zone("Etc/UTC"))  # by which quarter 8 is midnight

    def options(
        self,
        rule: Constraint,
        *parties: tuple[EventFacts, Span],
        besides: Sequence[Constraint] = (),
        **more: object,
    ) -> list[Option]:
        """Give the ways out of the first conflict over a rule, of Anna's events."""
        claims = Claims.of([Claim(event=facts, subject=ANNA, span=span) for facts, span in parties])
        conflict = violations([rule], claims, {"anna": self.UTC_CLOCK})[0]
        diary = Diary(
            subject="anna",
            commitments=tuple(Commitment(span, facts.uid) for facts, span in parties),
            screen=Screen(agenda=Agenda.of(claims, 0, self.UTC_CLOCK), constraints=(rule, *besides)),
        )
        return resolve(
            conflict,
            Circumstances(diaries={"anna": diary}, window=WINDOW, broken=rule, **more),  # type: ignore[arg-type]
        )

    @pytest.mark.parametrize("hard", [True, False])
    def test_outside_hours(self, hard: bool) -> None:
        quiet = rule("no_events_before", hard=hard, time="02:00")
        options = self.options(quiet, (GYM, stretch(14, 20)))
        assert kinds(options) == [Way.MOVE, Way.SHORTEN, Way.CANCEL]
        move, shorter = options[0].change, next(o.change for o in options if isinstance(o.change, Shorten))
        assert (move.after, shorter.after) == (stretch(16, 22), stretch(16, 20))
        assert options[0].words(WORDING) == (
            "Move Gym from 01:30-03:00 to 02:00-03:30, 30 minutes later: "
            "it breaks 'No_Events_Before'; this is its nearest free time"
        )

    def test_too_small_a_gap_the_lower_gives_way(self) -> None:
        gap = rule("min_gap_minutes", minutes=30)
        options = self.options(gap, (EXAM, stretch(10, 14)), (GYM, stretch(15, 23)))
        assert {option.change.uid for option in options} == {"gym"}
        assert [o.change.after for o in options if isinstance(o.change, Shorten)] == [stretch(16, 23)]
        assert options[0].change.after == stretch(16, 24)
        assert [reason.code for reason in options[0].reasons][:2] == ["breaks_rule", "ranks_lower"]

    def test_too_many_in_a_day_to_shorten_helps_nobody(self) -> None:
        cap = rule("max_events_per_day", count=2)
        tea = EventFacts(uid="tea", rank=3, participants=ANNA_ONLY)
        options = self.options(cap, (EXAM, stretch(10, 14)), (tea, stretch(20, 22)), (GYM, stretch(30, 34)))
        assert {option.change.uid for option in options} == {"gym"}
        assert kinds(options) == [Way.MOVE, Way.CANCEL]
        midnight = stretch(8, 9).start
        days = {o.change.after.start < midnight for o in options if isinstance(o.change, Move)}
        assert days == {True}, "it counts on the day on which it starts"

    def test_what_breaks_another_hard_constraint_is_not_offered(self) -> None:
        quiet = rule("no_events_before", time="02:00")
        long = rule("custom", hard=True, expression="minutes >= 90")
        options = self.options(quiet, (GYM, stretch(14, 20)), besides=[long])
        assert kinds(options) == [Way.MOVE, Way.CANCEL]

    def test_a_resource_that_is_kept_for_others_is_swapped(self) -> None:
        kept = rule("resource_priority", resource="van", members=["ben"])
        trip = EventFacts(uid="trip", rank=2, participants=ANNA_ONLY, resources=("van",))
        options = self.options(kept, (trip, stretch(12, 16)), resources=FLEET)
        assert [o.change.instead for o in options if isinstance(o.change, Swap)] == ["car", "bus"]


class TestOrder:
    def test_a_short_move_of_what_is_flexible_a_swap_a_far_move_then_what_needs_a_person(self) -> None:
        van = Subject(id="van", kind=SubjectKind.RESOURCE)
        trip = EventFacts(uid="trip", rank=2, flexibility=FLEXIBLE, resources=("van",))
        conflict = clash((EXAM, stretch(40, 44)), (trip, stretch(42, 48)), over=van)
        fleet = {"van": Resource(id="van", type="vehicle", stand_ins=frozenset({"car"}))}
        fleet["car"] = Resource(id="car", type="vehicle")
        week = Span(WINDOW.start, WINDOW.start + timedelta(days=7))
        near = Commitment(stretch(44, 48)), Commitment(stretch(54, 400)), Commitment(stretch(0, 40))
        parties = [Commitment(claim.span, claim.event.uid) for claim in conflict.parties]
        diaries = {"van": Diary(subject="van", commitments=(*parties, *near))}
        options = resolve(conflict, Circumstances(diaries=diaries, window=week, resources=fleet))
        assert [option.change.way for option in options] == [
            Way.MOVE, Way.SWAP_RESOURCE, Way.MOVE, Way.SHORTEN, Way.CANCEL,
        ]  # fmt: skip
        assert [option.needs_person for option in options] == [False, False, False, True, True]


class TestHabits:
    @pytest.mark.parametrize(
        ("chosen", "way"),
        [
            ({}, None),
            ({Way.SHORTEN: 1}, None),
            ({Way.SHORTEN: 2}, Way.SHORTEN),
            ({Way.SHORTEN: 2, Way.MOVE: 2}, None),
            ({Way.SHORTEN: 3, Way.MOVE: 2}, Way.SHORTEN),
            ({Way.CANCEL: 500}, Way.CANCEL),
        ],
    )
    def test_one_is_what_was_mostly_chosen(self, chosen: dict[Way, int], way: Way | None) -> None:
        habit = Habit.of_choices(chosen)
        assert (habit and habit.way) == way
        assert habit is None or 0 < habit.weight < 0.1

    def test_it_moves_a_way_up_and_says_so(self) -> None:
        conflict = clash((EXAM, stretch(40, 44)), (GYM, stretch(42, 48)))
        far = {"anna": [stretch(0, 40), stretch(44, 90)]}
        plain = ways(conflict, far)
        assert [option.change.way for option in plain] == [Way.MOVE, Way.SHORTEN, Way.CANCEL]
        habit = Habit.of_choices({Way.CANCEL: 30, Way.MOVE: 1})
        usual = ways(conflict, far, habits={"Sport": habit})
        assert [option.change.way for option in usual] == [Way.MOVE, Way.SHORTEN, Way.CANCEL]
        assert 0 < usual[-1].score - plain[-1].score < 0.1
        assert usual[-1].words(WORDING).endswith("you mostly cancel Sport when it clashes (30 of 31)")
        assert ways(conflict, far, habits={"Music": habit}) == plain

    def test_it_can_put_leaving_out_before_shortening(self) -> None:
        gym = EventFacts(uid="gym", rank=2, participants=TestLeavingOut.BOTH, category="Sport")
        conflict = clash((EXAM, stretch(10, 14)), (gym, stretch(12, 20)), required=False)
        full = {"anna": [stretch(0, 10), stretch(20, 96)]}
        assert kinds(ways(conflict, full)) == [Way.SHORTEN, Way.DROP_PARTICIPANT, Way.CANCEL]
        habit = Habit.of_choices({Way.DROP_PARTICIPANT: 50})
        assert kinds(ways(conflict, full, habits={"Sport": habit})) == [
            Way.DROP_PARTICIPANT, Way.SHORTEN, Way.CANCEL,
        ]  # fmt: skip

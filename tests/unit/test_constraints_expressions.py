"""What an expression says, and what is refused before it is ever judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from architecture.test_docs_tables import rows_of
from kalends.engine.claims import EventFacts, Flexibility, Participant, Priority
from kalends.engine.constraints import RULES, Agenda, parse_rule
from kalends.engine.constraints.expression import compile_expression
from kalends.engine.constraints.fields import FIELDS, Situation
from kalends.kit.errors import InvalidInput
from strategies.constraints import agenda_of, agendas

LAN_PARTY = EventFacts(
    uid="lan",
    title="LAN party at Ben's",
    category="Gaming",
    location="Ben's cellar",
    rank=2,
    priority=Priority.LOW,
    flexibility=Flexibility.FLEXIBLE,
    participants=(Participant(id="dana", required=False), Participant(id="ben"), Participant(id="car")),
    resources=("car",),
)
RUN = EventFacts(uid="run", participants=(Participant(id="dana"),))

# 28 March 2025, a Friday, in Berlin: the party from 20:00 until 01:00, before it a run from 07:00 to 07:30.
EVENING = agenda_of([(0, 38, 10), (1, 12, 1)], [LAN_PARTY, RUN])


def judged(expression: str, agenda: Agenda = EVENING) -> list[bool]:
    return list(map(bool, compile_expression(expression)(Situation(agenda=agenda))))


@pytest.mark.parametrize(
    "expression",
    [
        'title == "LAN party at Ben\'s"',
        '"party" in title and "Party" not in title',
        'lower(title) == "lan party at ben\'s"',
        'starts_with(title, "LAN")',
        'category in ("Gaming", "Social")',
        'category in ["Gaming"]',
        'location != ""',
        'priority == "low" and flexibility == "flexible"',
        "rank == 2 and 1 < rank < 3",
        '"dana" in members and "ben" in members',
        '"car" not in members and "car" in resources',
        "len(members) == 2 and len(resources) == 1",
        "not required",
        "required == False",
        'weekday == "fri"',
        'date == date("2025-03-28") and date < date("2025-04-01")',
        "day == 28 and month == 3",
        'start == time("20:00") and end == time("25:00")',
        'not (end <= time("24:00"))',
        "minutes == 300 and minutes * 2 - 300 + 1 == 301",
        "-minutes < 0",
        "events_that_day == 2 and events_that_week == 2",
        'max(start, time("21:00")) < min(end, time("23:00"))',
        "min(rank, 5, 3) == 2",
        'category == "Gaming" and False or True',
        "(rank) in (1, 2, 3)",
        '\n category\t==\r\n"Gaming" ',
        'category == "Gaming"  # the party',
    ],
)
def test_what_holds_of_the_party(expression: str) -> None:
    assert judged(expression)[1]


@pytest.mark.parametrize(
    "expression",
    [
        'title != ""',
        'priority in ("low", "high")',
        'priority != ""',
        "rank != 3",
        "not required",
        '"car" in resources',
        "len(title) > 0",
        'start >= time("08:00") or end > time("07:30")',
        "minutes > 30 or minutes < 30",
        'weekday in ("sat", "sun")',
        'date in (date("2025-03-29"), date("2025-03-30"))',
        "events_that_day < 2",
        '"a" == "b"',
        'not "mon" in ("mon", "tue")',
        "1 > 2",
    ],
)
def test_what_does_not_hold_of_the_run(expression: str) -> None:
    assert judged(expression)[0] is False


def test_every_field_can_be_asked_for() -> None:
    for name, known in FIELDS.items():
        assert known.column(Situation(agenda=EVENING)).shape == (2,), name
        assert known.column(Situation(agenda=agenda_of([], []))).shape == (0,), name


def test_what_is_put_in_counts_with_what_is_there() -> None:
    rule = parse_rule("custom", {"expression": "events_that_day <= 2"})
    start = int(EVENING.start[0])
    for agenda, refused in ((EVENING, True), (EVENING.only(np.array([True, False])), False)):
        assert rule.refused(agenda, EventFacts(uid="x"), np.array([start]), 60).tolist() == [refused]
    assert rule.refused(EVENING, EventFacts(uid="x"), np.array([start + 5 * 86_400]), 60).tolist() == [False]


@pytest.mark.parametrize(
    ("expression", "position", "words"),
    [
        ("", 1, "1 to 500 characters"),
        ("   \n", 1, "1 to 500 characters"),
        ("True or " * 63 + "True", 1, "1 to 500 characters"),
        ("titel == 'x'", 1, "no field 'titel'; there are title, category"),
        ('  lower(titel) == "x"', 9, "no field 'titel'"),
        ('"ö" == titel', 8, "no field 'titel'"),
        ("rank", 1, "must say what holds"),
        ('("mon", "tue")', 1, "must say what holds"),
        ("start < 20", 9, "a time of day cannot be compared with a number"),
        ('rank == "high"', 9, "a number cannot be compared with a text"),
        ("date == day", 9, "a date cannot be compared with a number"),
        ('priority > "low"', 12, "has no order"),
        ("True < False", 8, "has no order"),
        ('weekday == "monday"', 12, "'monday' is none of 'mon'"),
        ('weekday in ("mon", "Tue")', 12, "'Tue' is none of"),
        ('"urgent" != priority', 13, "'urgent' is none of"),
        ('members == ("dana",)', 12, "cannot be compared"),
        ("members == resources", 12, "asked with in"),
        ("rank in ()", 9, "empty list"),
        ('rank in (1, "a")', 13, "a list of a number cannot hold a text"),
        ("rank in rank", 9, "a number cannot be in a number"),
        ('("a",) in ("b",)', 11, "cannot be compared"),
        ("rank in ((1, 2), 3)", 10, "cannot hold"),
        ("title + title == title", 1, "a number is wanted"),
        ('"a" * 3 == "aaa"', 1, "a number is wanted"),
        ("-title == title", 2, "a number is wanted"),
        ("not rank", 5, "true or false is wanted"),
        ("rank and True", 1, "true or false is wanted"),
        ("rank ** 2 > 1", 1, "'rank ** 2' is not part of the language"),
        ("rank / 2 > 1", 1, "not part of the language"),
        ("rank % 2 == 1", 1, "not part of the language"),
        ("rank << 2 == 1", 1, "not part of the language"),
        ("~rank == 1", 1, "not part of the language"),
        ("rank is 1", 9, "compare with"),
        ("title.upper() == title", 1, "not part of the language"),
        ("title.__class__ == title", 1, "not part of the language"),
        ("title[0] == title", 1, "not part of the language"),
        ("(lambda: True)()", 1, "not part of the language"),
        ("[x for x in members] == members", 1, "not part of the language"),
        ("{rank} == 1", 1, "not part of the language"),
        ("(x := rank) == 1", 2, "not part of the language"),
        ("True if rank else False", 1, "not part of the language"),
        ('f"{title}" == title', 1, "not part of the language"),
        ("max(*members) == 1", 5, "not part of the language"),
        ("None == title", 1, "no text, number"),
        ("... == title", 1, "no text, number"),
        ('b"a" == title', 1, "no text, number"),
        ("1j == rank", 1, "no text, number"),
        ("1e999 > rank", 1, "numbers go up to"),
        ("9" * 499, 1, "numbers go up to"),
        ('__import__("os")', 1, "no function"),
        ('eval("1")', 1, "no function"),
        ("len()", 1, "it takes"),
        ("len(rank) == 1", 1, "it takes"),
        ("len(obj=title) == 1", 1, "no function"),
        ("lower(title, title) == title", 1, "it takes 1"),
        ("lower(rank) == title", 7, "a text is wanted"),
        ("min(rank) == 1", 1, "two or more"),
        ("max(rank, start) == 1", 1, "two or more"),
        ("max(title, title) == title", 1, "two or more"),
        ("max((1, 2), 3) == 1", 1, "two or more"),
        ('start == time("8:00")', 10, "write a time as"),
        ('start == time("48:00")', 10, "write a time as"),
        ("start == time(title)", 10, "write a time as"),
        ("start == time()", 10, "write a time as"),
        ('date == date("2026-02-29")', 9, "no date '2026-02-29'"),
        ('date == date("20260228")', 9, "write a date as"),
        ("rank ==", 7, "cannot be read"),
        ("rank = 1", 6, "cannot be read"),
        ("rank == 1; True", 10, "cannot be read"),
        ("import os", 1, "cannot be read"),
        ("“mon” == weekday", 1, "cannot be read"),
        ("title == 'a\\n'", 12, "no place for '\\\\'"),
        ("title == 'a\0'", 12, "no place for '\\x00'"),
        ("title == '\ud800'", 11, "no place for"),
        ("title == '\u2028'", 11, "no place for"),
        ("rank\x0c== 1", 5, "no place for"),
        ("(" * 250 + ")" * 250, 201, "cannot be read"),
        ("(" * 60 + "True" + ")" * 60 + " and rank", 130, "true or false is wanted"),
        ("not " * 120 + "True", 121, "too deep"),
        ("-" * 400 + "1 > 0", 30, "too deep"),
        ("1<" * 240 + "1", 83, "too many parts"),
    ],
)
def test_what_cannot_be_judged_is_refused_where_it_stands(expression: str, position: int, words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_rule("custom", {"expression": expression})
    assert refusal.value.field == "expression"
    assert words in refusal.value.message
    assert refusal.value.fields["position"] == position


WORDS = [
    *FIELDS,
    *(["and", "or", "not", "in", "==", "!=", "<", "<=", "+", "-", "*", "(", ")", ",", "[", "]"]),
]
WORDS += [
    '"mon"',
    '"Gym"',
    'time("20:00")',
    'date("2025-03-29")',
    "1",
    "1e9",
    "max(",
    "len(",
    "lower(",
    "True",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=40), agendas(most=4))
def test_whatever_is_accepted_can_be_judged(expression: str, agenda: Agenda) -> None:
    try:
        holds = compile_expression(expression)
    except InvalidInput as error:
        refusal = error
    else:
        for others in (None, agenda):
            assert holds(Situation(agenda=agenda, others=others)).shape == (len(agenda),)
        return
    assert refusal.field == "expression"
    assert 1 <= refusal.fields["position"] <= max(1, len(expression))


def _expressions(kind: str, deep: int = 3) -> st.SearchStrategy[str]:
    """Give expressions that are sound by their grammar."""
    literals = {
        "NUMBER": ["3", "1e9", "0.5"],
        "TEXT": ['"Gym"', "'e'", "lower(title)"],
        "TIME": ['time("12:00")'],
        "DATE": ['date("2025-03-30")'],
        "BOOL": ["True", '(weekday == "sat")', '("car" in resources)'],
    }
    named = [name for name, known in FIELDS.items() if known.kind.name == kind and not known.choices]
    simple = st.sampled_from([*named, *literals[kind]])

    def joined(kind: str, *marks: str) -> st.SearchStrategy[str]:
        of = _expressions(kind, deep - 1)
        return st.tuples(of, st.sampled_from(marks), of).map(lambda parts: f"({' '.join(parts)})")

    if deep and kind == "NUMBER":
        return simple | joined("NUMBER", "+", "-", "*")
    if deep and kind == "BOOL":
        return (
            joined("BOOL", "and", "or", "==")
            | joined("NUMBER", "<", "==", ">=")
            | joined("TEXT", "==", "!=", "in", "not in")
            | joined("TIME", "<", "<=", "==")
            | joined("DATE", "<", "!=")
        )
    return simple


@given(_expressions("BOOL").filter(lambda text: len(text) < 490), agendas(most=4))
def test_a_sound_expression_and_its_opposite_share_the_events(expression: str, agenda: Agenda) -> None:
    held, not_held = judged(expression, agenda), judged(f"not ({expression})", agenda)
    assert [not each for each in held] == not_held


def test_the_documentation_tells_every_field_and_rule() -> None:
    assert {row[0].strip("` ") for row in rows_of("constraints.md", "field")} == set(FIELDS)
    assert {row[0].strip("` ") for row in rows_of("constraints.md", "rule")} == set(RULES)

"""Content lines: folding, parameters, text."""

from __future__ import annotations

import pytest

from kalends.ical.errors import Rejected
from kalends.ical.lines import escape, fold, make_line, parse_line, split_unescaped, unescape, with_parameters


@pytest.mark.parametrize(
    "raw, name, parameters, value",
    [
        ("SUMMARY:Lunch", "SUMMARY", {}, "Lunch"),
        ("summary:", "SUMMARY", {}, ""),
        (
            "DTSTART;TZID=Europe/Berlin:20260101T090000",
            "DTSTART",
            {"TZID": ("Europe/Berlin",)},
            "20260101T090000",
        ),
        ('DTSTART;tzid="Odd: name; x":2026', "DTSTART", {"TZID": ("Odd: name; x",)}, "2026"),
        (
            'ATTENDEE;MEMBER="mailto:a","mailto:b";CN=C:mailto:c',
            "ATTENDEE",
            {"MEMBER": ("mailto:a", "mailto:b"), "CN": ("C",)},
            "mailto:c",
        ),
        ("ATTENDEE;CN=Ann ^'A^' Lee^nOffice ^^:x", "ATTENDEE", {"CN": ('Ann "A" Lee\nOffice ^',)}, "x"),
        ("X-FLAG;BARE:x", "X-FLAG", {"BARE": ("",)}, "x"),
        ("X;A=1;A=2:x", "X", {"A": ("1", "2")}, "x"),
        ("URL:https://example.org/a;b=c:d", "URL", {}, "https://example.org/a;b=c:d"),
    ],
)
def test_a_line_is_read(raw, name, parameters, value):
    line = parse_line(raw)
    assert (line.name, dict(line.parameters), line.value, line.raw) == (name, parameters, value, raw)


@pytest.mark.parametrize(
    "raw, issue",
    [
        ("no colon here", "bad_line"),
        (":no name", "bad_line"),
        ("TWO WORDS:x", "bad_line"),
        ('SUMMARY;X="open:x', "bad_line"),
        ("SUMMARY:bell \x07", "control_character"),
        ("SUMMARY;X=\x00:nul", "control_character"),
        ("SUMMARY:del \x7f", "control_character"),
    ],
)
def test_a_line_that_is_none_is_refused_with_the_reason(raw, issue):
    with pytest.raises(Rejected) as caught:
        parse_line(raw, 7)
    assert (caught.value.issue, caught.value.line) == (issue, 7)


def test_tabs_and_line_separators_of_unicode_are_text():
    assert parse_line("SUMMARY:a\tb\u2028c\x85d").text == "a\tb\u2028c\x85d"


@pytest.mark.parametrize(
    "value, text",
    [
        (r"a\, b\; c\\ d", "a, b; c\\ d"),
        (r"one\ntwo\Nthree", "one\ntwo\nthree"),
        (r"\\n is not a break", "\\n is not a break"),
        (r"a needless \: backslash", "a needless : backslash"),
        ("a lone one at the end\\", "a lone one at the end\\"),
    ],
)
def test_text_is_unescaped(value, text):
    assert unescape(value) == text


def test_every_line_break_is_escaped_alike():
    assert escape("a\r\nb\rc\nd") == r"a\nb\nc\nd"


def test_a_list_splits_only_at_bare_commas():
    assert split_unescaped(r"a\,b,c\\,d", ",") == [r"a\,b", r"c\\", "d"]


def test_parameters_that_need_it_are_quoted_and_encoded():
    line = make_line("ATTENDEE", "mailto:x", {"CN": 'Lee, "Ann"\n^', "ROLE": None})
    assert line.raw == "ATTENDEE;CN=\"Lee, ^'Ann^'^n^^\":mailto:x"
    assert line.parameter("CN") == 'Lee, "Ann"\n^'


def test_setting_a_parameter_keeps_the_others():
    line = with_parameters(parse_line("ATTENDEE;RSVP=TRUE;PARTSTAT=DECLINED:x"), {"PARTSTAT": "ACCEPTED"})
    assert line.raw == "ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:x"


@pytest.mark.parametrize(
    "text", ["x" * 75, "x" * 76, "x" * 1000, "é" * 200, "日" * 100, "🎉" * 80, "a" + "🎉" * 80]
)
def test_folded_lines_have_at_most_75_octets_and_whole_characters(text):
    folded = fold("SUMMARY:" + text + "\nNEXT:1")
    assert folded.endswith(b"\r\n")
    for line in folded.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert folded.replace(b"\r\n ", b"") == f"SUMMARY:{text}\r\nNEXT:1\r\n".encode()

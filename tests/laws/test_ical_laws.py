"""Law 40, where it begins: text goes through the codec and loses nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalends.ical import ObjectText, busy, compose, project, read, write
from kalends.ical.changes import start_key
from kalends.ical.lines import escape, fold, unescape
from kalends.kit.errors import KalendsError
from strategies import ical

JANUARY = (date(2026, 1, 1), date(2026, 2, 1))


@pytest.mark.law(40)
@given(ical.calendars())
def test_a_file_that_is_read_and_written_has_the_same_lines(lines):
    document = read("\r\n".join(lines))
    assert not document.problems
    assert write(document) == fold("\n".join(lines))
    assert write(read(write(document))) == write(document)


@pytest.mark.law(40)
@given(ical.calendars(), st.integers(1, 80), st.sampled_from(["\r\n ", "\r\n\t", "\n "]))
def test_how_a_file_is_folded_does_not_matter(lines, width, mark):
    octets = [
        mark.encode().join(line[at : at + width] for at in range(0, len(line), width))
        for line in (line.encode() for line in lines)
    ]
    assert write(read(b"\r\n".join(octets))) == fold("\n".join(lines))


@pytest.mark.law(40)
@given(ical.calendars())
def test_what_is_exported_comes_back_object_by_object(lines):
    first = read("\r\n".join(lines))
    second = read(b"".join(compose(each.text for each in first.objects)))
    assert not second.problems
    assert [(each.uid, each.text, each.events) for each in second.objects] == [
        (each.uid, each.text, each.events) for each in first.objects
    ]


@pytest.mark.law(40)
@given(ical.unknown_lines(), ical.edits(), ical.edits())
def test_what_is_set_reads_back_and_the_unknown_survives(unknown, first, second):
    text = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "UID:a",
        "DTSTART:20260101T090000Z",
        *unknown,
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    found = ObjectText.parse(fold("\n".join(text)).decode())
    for changes in (first, second):
        start = changes.get("start", found.event().start)
        if isinstance(start, date) and not isinstance(start, datetime):
            changes.setdefault("length", found.event().length.__class__(days=1))
        found = found.with_fields(**changes)
        (fields,) = project(found.render())
        for name, value in changes.items():
            if name == "start":
                assert start_key(fields.start) == start_key(value)
            else:
                assert getattr(fields, name) == value
        assert found.with_fields(**changes).render() == found.render()
        rendered = [line.raw for line in found.parts[0].lines]
        assert [line for line in rendered if line in unknown] == [
            line.raw
            for line in ObjectText.parse(fold("\n".join(text)).decode()).parts[0].lines
            if line.raw in unknown
        ]
        assert [part.render() for part in found.parts[0].components] == [
            part.render() for part in ObjectText.parse(fold("\n".join(text)).decode()).parts[0].components
        ]


@given(ical.text)
def test_text_survives_its_escaping(text):
    assert unescape(escape(text)) == text


@given(ical.damaged() | st.binary(max_size=300) | st.text(max_size=200))
def test_damage_is_told_and_never_crashes(data):
    with suppress(KalendsError):
        document = read(data)
        for problem in document.problems:
            assert problem.line >= 1
            assert problem.message
        again = read(write(document))
        assert [(each.uid, each.text) for each in again.objects] == [
            (each.uid, each.text) for each in document.objects
        ]
        assert [problem.code for problem in again.problems if problem.code != "superseded"] == []
        for each in document.objects:
            ObjectText.parse(each.text)
            busy(each.text)
        document.occurrences(*JANUARY)
        document.occurrences(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@given(st.text(max_size=200) | ical.damaged().map(lambda data: data.decode("utf-8", "replace")))
def test_a_stored_text_that_is_damaged_is_refused_and_never_crashes(data):
    with suppress(KalendsError):
        ObjectText.parse(data).series()

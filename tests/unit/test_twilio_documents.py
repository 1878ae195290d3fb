"""What Twilio is given to read out, and what is understood of what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from kalends.features.calls.drafts import content_of
from kalends.features.calls.models import AttemptState, Content, Outcome
from kalends.features.calls.ports import MOST_SAID, Dial
from kalends.integrations.twilio import callbacks, twiml
from kalends.integrations.twilio.account import moment
from kalends.integrations.twilio.callbacks import News
from kalends.jobs import Permanent

DIAL = Dial(
    workspace_id=UUID(int=1),
    attempt_id=UUID(int=2),
    phone="+4930901820",
    content=Content.SCRIPT,
    content_text="",
    language="de",
)


@given(st.text(max_size=300))
def test_a_script_is_read_out_as_it_is_written_whatever_it_is(text: str) -> None:
    document = twiml.script(replace(DIAL, content_text=text), transcribed_at=None, ended_at=None)
    said = ElementTree.fromstring(document).findtext("Say") or ""
    readable = "".join(letter for letter in text if twiml.is_readable(letter))
    assert said == readable.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("de", "de-DE"),
        ("en", "en-US"),
        ("en-GB", "en-GB"),
        ("pt_BR", "pt-BR"),
        ("FR", "fr-FR"),
        ("sv", "sv-SE"),
    ],
)
def test_a_script_is_read_in_its_language(language: str, spoken: str) -> None:
    document = twiml.script(replace(DIAL, language=language), transcribed_at=None, ended_at=None)
    assert f'language="{spoken}"' in document


def test_a_script_fills_what_twilio_takes_and_no_more() -> None:
    room = twiml.LONGEST - len(twiml.script(DIAL, transcribed_at=None, ended_at=None))
    whole = twiml.script(replace(DIAL, content_text="a" * room), transcribed_at=None, ended_at=None)
    assert len(whole) == twiml.LONGEST
    with pytest.raises(Permanent, match="4 characters too long"):
        twiml.script(replace(DIAL, content_text="a" * (room - 1) + "&"), transcribed_at=None, ended_at=None)


@pytest.mark.parametrize("letter", ["a", "ä", "&", "'"])
def test_what_calls_let_through_twilio_takes(letter: str) -> None:
    said = content_of(letter * (MOST_SAID // len(escape(letter))), None, None)
    assert said is not None
    told = callbacks.address(f"https://{'a' * 200}.example", UUID(int=1), UUID(int=2), News.TRANSCRIPT)
    dial = replace(DIAL, content_text=said[1], language="zh-Hant-TW")
    assert len(twiml.script(dial, transcribed_at=told, ended_at=told)) <= twiml.LONGEST


def test_an_agent_gets_the_sound_of_the_call() -> None:
    document = twiml.agent(replace(DIAL, content_text="wss://agents.example/7?a=1&b=2"))
    stream = ElementTree.fromstring(document).find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://agents.example/7?a=1&b=2"


@pytest.mark.parametrize(
    ("status", "answered_by", "expected"),
    [
        ("queued", None, (AttemptState.QUEUED, None)),
        ("initiated", None, (AttemptState.QUEUED, None)),
        ("ringing", None, (AttemptState.RINGING, None)),
        ("in-progress", None, (AttemptState.IN_PROGRESS, None)),
        ("completed", None, (AttemptState.ENDED, Outcome.COMPLETED)),
        ("completed", "human", (AttemptState.ENDED, Outcome.COMPLETED)),
        ("completed", "unknown", (AttemptState.ENDED, Outcome.COMPLETED)),
        ("completed", "machine", (AttemptState.ENDED, Outcome.MACHINE)),
        ("completed", "fax", (AttemptState.ENDED, Outcome.MACHINE)),
        ("busy", "machine", (AttemptState.ENDED, Outcome.BUSY)),
        ("no-answer", None, (AttemptState.ENDED, Outcome.NO_ANSWER)),
        ("failed", None, (AttemptState.ENDED, Outcome.FAILED)),
        ("canceled", None, (AttemptState.ENDED, Outcome.CANCELLED)),
        ("levitating", None, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_each_status_has_one_meaning(
    status: str | None, answered_by: str | None, expected: tuple[AttemptState | None, Outcome | None]
) -> None:
    assert callbacks.state_of(status, answered_by) == expected


FIELDS = st.sampled_from(
    ["CallSid", "CallStatus", "Timestamp", "CallDuration", "SequenceNumber", "AnsweredBy", "ErrorCode", "To"]
)


@given(st.dictionaries(FIELDS, st.text(max_size=40)), st.sampled_from(News))
def test_no_callback_however_odd_breaks_anything(form: dict[str, str], news: News) -> None:
    report = callbacks.report_of({name: [value] for name, value in form.items()}, news)
    assert "\0" not in repr(report)
    assert (report.outcome is not None) == (report.state is AttemptState.ENDED)


WORDS = st.text(max_size=8)


@given(
    st.lists(st.tuples(WORDS, WORDS), max_size=6),
    st.sampled_from(["https://a.example", "https://a.example:443", "http://a.example:8000", "http://[::1]"]),
    st.sampled_from(["", ":443", ":80"]),
)
def test_a_form_is_signed_as_the_library_signs_it(form: list[tuple[str, str]], host: str, port: str) -> None:
    signing = RequestValidator("token")
    meant = host if host.count(":") > 1 else host + port
    signature = signing.compute_signature(f"{meant}/x?y=z", ImmutableMultiDict(form))
    asked, posted = f"{host}/x?y=z", callbacks.read_form(urlencode(form).encode())
    assert callbacks.is_signed("token", asked, posted, signature) is (
        signing.validate(asked, ImmutableMultiDict(form), signature) or meant == host
    )
    assert not callbacks.is_signed("other", asked, posted, signature)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 02 Mar 2026 12:00:05 +0000", datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 14:00:05 +0200", datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 12:00:05 -0000", datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)),
        ("Mon, 02 Mar 99999 12:00:05 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_they_are_written(text: str | None, expected: datetime | None) -> None:
    assert moment(text) == expected

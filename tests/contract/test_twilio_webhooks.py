"""Twilio's callbacks over HTTP: who is believed, what is understood, and what harms nobody."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from fake_twilio import ANA, BEN, HOME, PUBLIC, Exchange, exchange
from kalends.features.calls.models import AttemptState, Outcome
from kalends.features.calls.ports import Report
from kalends.features.reminders.ports import Message
from kalends.integrations.twilio import TwilioMessages, TwilioTelephone
from kalends.integrations.twilio.callbacks import News
from kalends.integrations.twilio.fake import Ending, FakeTwilio, Fate, Post
from kalends.interfaces.rest import problems
from kalends.interfaces.webhooks import twilio_routes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in rest_client
    from starlette.testclient import TestClient

ATTEMPT = UUID(int=8)
STATUS = f"{PUBLIC}/webhooks/twilio/{HOME}/{ATTEMPT}/status"
FORM = {"CallSid": "CA1", "CallStatus": "ringing", "To": ANA, "SequenceNumber": "1", "CallerName": ""}


@dataclass
class Listener:
    """Hears everything, and forgets nothing."""

    reports: list[tuple[UUID, Report]] = field(default_factory=list)
    others: list[Report] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)

    def report(self, workspace_id: UUID, attempt_id: UUID, report: Report) -> None:
        assert workspace_id == HOME
        self.reports.append((attempt_id, report))

    def unknown(self, workspace_id: UUID, report: Report) -> None:
        assert workspace_id == HOME
        self.others.append(report)

    def taken(self, workspace_id: UUID, delivery_id: UUID, provider_id: str) -> None:
        self.messages.append(("taken", workspace_id, delivery_id, provider_id))

    def arrived(self, workspace_id: UUID, delivery_id: UUID, provider_id: str) -> None:
        self.messages.append(("arrived", workspace_id, delivery_id, provider_id))

    def bounced(self, workspace_id: UUID, delivery_id: UUID, provider_id: str, error: str) -> None:
        self.messages.append(("bounced", workspace_id, delivery_id, provider_id, error))

    def unsubscribe(self, channel: str, address: str) -> None:
        self.messages.append(("unsubscribe", channel, address))

    def resubscribe(self, channel: str, address: str) -> None:
        self.messages.append(("resubscribe", channel, address))

    @property
    def states(self) -> list[str]:
        return [report.state.value for _, report in self.reports if report.state is not None]

    def first(self, name: str) -> Any:
        """Give the first value that was heard under a name."""
        return next(value for _, report in self.reports if (value := getattr(report, name)) is not None)


def served(listener: Listener, *, public_url: str | None = PUBLIC, behind_proxy: bool = False) -> TestClient:
    app = FastAPI()
    problems.install(app)
    routes = twilio_routes(
        FakeTwilio.TOKEN, listener, listener, public_url=public_url, behind_proxy=behind_proxy
    )
    app.include_router(routes)
    if behind_proxy:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=["testclient"])
    return TestClient(app, base_url="http://10.0.0.7:8000")


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def line(listener: Listener) -> Iterator[Exchange]:
    with exchange(served(listener)) as line:
        yield line


def signed(url: str, form: dict[str, str], token: str = FakeTwilio.TOKEN) -> dict[str, Any]:
    """Give what is posted, as whoever has a token signs it."""
    fake = FakeTwilio(token=token)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": fake.signature(url, form),
    }
    fake.stop()
    return {"content": urlencode(form), "headers": headers}


def path(url: str) -> str:
    return url.removeprefix(PUBLIC)


# Who is believed ----------------------------------------------------------------------------------------


def test_what_is_signed_over_the_public_address_is_believed(listener: Listener) -> None:
    answer = served(listener).post(path(STATUS), **signed(STATUS, FORM))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text.endswith("<Response/>")
    assert listener.states == ["ringing"]


@pytest.mark.parametrize(
    ("url", "token", "change"),
    [
        (STATUS, "another", {}),
        (STATUS.replace("https", "http"), FakeTwilio.TOKEN, {}),
        (STATUS.replace("status", "amd"), FakeTwilio.TOKEN, {}),
        (STATUS, FakeTwilio.TOKEN, {"CallStatus": "completed"}),
        (STATUS, FakeTwilio.TOKEN, {"More": ""}),
    ],
    ids=["token", "scheme", "path", "value", "an empty field more"],
)
def test_what_is_signed_for_something_else_is_not(
    listener: Listener, url: str, token: str, change: dict[str, str]
) -> None:
    posted = signed(url, FORM, token) | {"content": urlencode(FORM | change)}
    answer = served(listener).post(path(STATUS), **posted)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "bad_signature"
    assert not listener.reports


@pytest.mark.parametrize("signature", [None, "", "AAAA", "ä".encode()])
def test_what_is_not_signed_is_not_believed(listener: Listener, signature: Any) -> None:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    answer = served(listener).post(path(STATUS), content=urlencode(FORM), headers=headers)
    assert (answer.status_code, listener.reports) == (403, [])


@pytest.mark.parametrize(
    ("trusted", "expected"), [(True, 200), (False, 403)], ids=["a trusted proxy", "somebody"]
)
def test_behind_a_proxy_the_address_is_what_it_was_before_it(
    listener: Listener, trusted: bool, expected: int
) -> None:
    client = served(listener, public_url=None, behind_proxy=trusted)
    posted = signed(STATUS, FORM)
    posted["headers"] |= {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "kalends.example"}
    assert client.post(path(STATUS), **posted).status_code == expected


def test_without_a_public_address_the_one_that_was_asked_counts(listener: Listener) -> None:
    asked = STATUS.replace(PUBLIC, "http://10.0.0.7:8000")
    client = served(listener, public_url=None)
    assert client.post(path(STATUS), **signed(asked, FORM)).status_code == 200


@pytest.mark.parametrize("host", ["[", "kalends.example:99999", "a b"])
def test_a_host_that_is_none_is_not_believed(listener: Listener, host: str) -> None:
    client = served(listener, public_url=None)
    posted = signed(STATUS, FORM)
    posted["headers"]["Host"] = host
    assert client.post(path(STATUS), **posted).status_code == 403


@pytest.mark.parametrize(
    ("url", "form", "status", "code"),
    [
        (STATUS, FORM | {"Filler": "x" * 70_000}, 413, "too_large"),
        (STATUS, {"CallStatus": "ringing"}, 400, "invalid"),
        (STATUS.replace(str(ATTEMPT), "7"), FORM, 400, "invalid"),
        (STATUS.replace("status", "gossip"), FORM, 400, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(
    listener: Listener, url: str, form: dict[str, str], status: int, code: str
) -> None:
    answer = served(listener).post(path(url), **signed(url, form))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not listener.reports


def test_a_call_that_is_none_of_ours_is_told_of_as_such(listener: Listener) -> None:
    url = f"{PUBLIC}/webhooks/twilio/{HOME}/status"
    assert served(listener).post(path(url), **signed(url, FORM)).status_code == 200
    (other,) = listener.others
    assert (other.provider_id, other.phone) == ("CA1", ANA)


# What is told -------------------------------------------------------------------------------------------


def test_a_call_is_told_of_from_step_to_step(line: Exchange, listener: Listener) -> None:
    dial = line.dial()
    placed = TwilioTelephone(line.account()).place(dial)
    assert set(line.wait(60)) == {200}
    assert {attempt for attempt, _ in listener.reports} == {dial.attempt_id}
    assert {report.provider_id for _, report in listener.reports} == {placed.provider_id}
    assert listener.states == ["queued", "ringing", "in_progress", "ended"]
    assert (listener.first("outcome"), listener.first("answered_by")) == (Outcome.COMPLETED, "human")
    assert listener.first("duration_seconds") == 20
    assert (listener.first("ended_at") - listener.first("answered_at")).total_seconds() == 20


@pytest.mark.parametrize(
    ("fate", "outcome", "error_code"),
    [
        (Fate(ending=Ending.BUSY), Outcome.BUSY, "sip_486"),
        (Fate(ending=Ending.NO_ANSWER), Outcome.NO_ANSWER, "sip_487"),
        (Fate(rings=1000), Outcome.NO_ANSWER, "sip_487"),
        (Fate(ending=Ending.FAILED), Outcome.FAILED, "sip_404"),
        (Fate(ending=Ending.CANCELED), Outcome.CANCELLED, "sip_487"),
        (Fate(), Outcome.COMPLETED, None),
    ],
)
def test_each_ending_is_told_of_and_read_alike(
    line: Exchange, listener: Listener, fate: Fate, outcome: Outcome, error_code: str | None
) -> None:
    line.fake.fates.order(fate)
    telephone = TwilioTelephone(line.account())
    placed = telephone.place(line.dial())
    line.wait(60)
    last = listener.reports[-1][1]
    assert (last.state, last.outcome, last.error_code) == (AttemptState.ENDED, outcome, error_code)
    assert telephone.read(placed.provider_id).outcome == outcome


def test_a_machine_is_an_ending_of_its_own(line: Exchange, listener: Listener) -> None:
    line.fake.fates.order(Fate(ending=Ending.MACHINE), number=ANA)
    telephone = TwilioTelephone(line.account())
    placed = telephone.place(line.dial())
    line.wait(60)
    assert listener.first("answered_by") == "machine"
    assert telephone.read(placed.provider_id).outcome == Outcome.MACHINE


def test_a_call_that_is_hung_up_says_so_and_nothing_more(line: Exchange, listener: Listener) -> None:
    telephone = TwilioTelephone(line.account())
    placed = telephone.place(line.dial())
    line.wait(10)
    telephone.hang_up(placed.provider_id)
    line.wait(60)
    assert listener.states == ["queued", "ringing", "in_progress", "ended"]
    assert listener.first("duration_seconds") == 7


def test_what_is_said_is_recorded_and_written_down_where_that_is_asked(
    line: Exchange, listener: Listener
) -> None:
    account = line.account()
    placed = TwilioTelephone(account).place(line.dial(record=True))
    line.wait(60)
    assert listener.first("recording_url").startswith(line.fake.url)
    assert listener.first("transcript") == "Yes, that is fine."
    (recording,) = account.client.calls(placed.provider_id).recordings.list()
    assert recording.duration == "20"


def test_nothing_is_recorded_unasked(line: Exchange, listener: Listener) -> None:
    TwilioTelephone(line.account()).place(line.dial())
    line.wait(60)
    assert not [report for _, report in listener.reports if report.recording_url or report.transcript]


@pytest.mark.parametrize(
    ("post", "states"),
    [
        (Post.LOST, []),
        (
            Post.DOUBLED,
            ["queued", "queued", "ringing", "ringing", "in_progress", "in_progress"] + ["ended"] * 2,
        ),
        (Post.REVERSED, ["ended", "in_progress", "ringing", "queued"]),
        (Post.LATE, ["queued", "ringing", "in_progress", "ended"]),
    ],
)
def test_callbacks_come_as_the_network_pleases(
    line: Exchange, listener: Listener, post: Post, states: list[str]
) -> None:
    line.fake.fates.order(Fate(post=post))
    TwilioTelephone(line.account()).place(line.dial())
    line.wait(30)
    assert (listener.states == []) is (post in (Post.LATE, Post.LOST))
    line.wait(60)
    assert listener.states == states
    numbers = [report.sequence for _, report in listener.reports if report.sequence is not None]
    assert numbers == sorted(numbers, reverse=post is Post.REVERSED)


def test_the_page_names_every_address() -> None:
    page = (Path(__file__).parents[2] / "docs" / "twilio.md").read_text()
    told = set(re.findall(r"^\| `(/webhooks/\S+)` \|", page, re.MULTILINE))
    routes = twilio_routes("", Listener(), Listener()).routes
    paths = {route.path.replace("_id}", "}") for route in routes if isinstance(route, APIRoute)}
    each = {path.replace("{news}", news) for path in paths for news in News}
    assert told == {path.replace("{", "<").replace("}", ">") for path in each}


# Messages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "told"), [(Ending.COMPLETED, "arrived"), (Ending.FAILED, "bounced")])
def test_what_becomes_of_a_message_is_told(
    line: Exchange, listener: Listener, ending: Ending, told: str
) -> None:
    line.fake.fates.order(Fate(ending=ending))
    message = Message(key=str(ATTEMPT), to=BEN, subject="", text="Hello", workspace_id=HOME)
    sid = TwilioMessages(line.account()).send(message)
    line.wait(10)
    taken, (what, workspace_id, delivery_id, provider_id, *error) = listener.messages
    assert taken == ("taken", HOME, ATTEMPT, sid)
    assert (what, workspace_id, delivery_id, provider_id) == (told, HOME, ATTEMPT, sid)
    assert error == ([] if told == "arrived" else ["Twilio undelivered, 30003"])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("STOP", [("unsubscribe", "sms", BEN)]),
        (" stop. ", [("unsubscribe", "sms", BEN)]),
        ("Start", [("resubscribe", "sms", BEN)]),
        ("Please stop calling at night", []),
        ("", []),
    ],
)
def test_who_writes_stop_gets_nothing_more(
    line: Exchange, listener: Listener, body: str, told: list[Any]
) -> None:
    assert line.fake.write(f"{PUBLIC}/webhooks/twilio/sms", BEN, body) == 200
    assert listener.messages == told

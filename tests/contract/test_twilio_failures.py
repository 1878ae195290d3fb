"""A Twilio that is busy, broken, slow or gone: what is raised, and how many calls there are in the end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest

from fake_twilio import ANA, BEN, HOME, NOON, PUBLIC, Exchange, exchange
from kalends.features.calls.models import Content
from kalends.features.reminders.ports import AddressGone, Message
from kalends.integrations.twilio import TwilioMessages, TwilioTelephone
from kalends.integrations.twilio.fake import Ending, Failure, Fate
from kalends.jobs import Permanent, Transient
from rest_client import Log

MESSAGE = Message(key="0190-a", to=ANA, subject="Dentist", text="Dentist at nine.", workspace_id=HOME)


@pytest.fixture
def line() -> Iterator[Exchange]:
    with exchange() as line:
        yield line


def telephone(line: Exchange, **account: object) -> TwilioTelephone:
    return TwilioTelephone(line.account(**{"timeout": 0.2, **account}))


@contextmanager
def a_page() -> Iterator[str]:
    """Answer one request as the sign-in page of a network in a hotel does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n<h1>Hi</h1>")

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    ("failure", "kind", "says", "retry_after"),
    [
        (Failure(status=400), Permanent, "400", None),
        (Failure(status=401), Permanent, "20003", None),
        (Failure(status=403), Permanent, "403", None),
        (Failure(status=404), Permanent, "20404", None),
        (Failure(status=429, retry_after=7), Transient, "20429", 7),
        (Failure(status=429), Transient, "20429", None),
        (Failure(status=500), Transient, "500", None),
        (Failure(status=503, retry_after=30), Transient, "503", 30),
        (Failure(hangs=True), Transient, "ReadTimeout", None),
        (Failure(), Transient, "ConnectionError", None),
    ],
)
def test_failures_that_may_pass_are_told_from_those_that_will_not(
    line: Exchange, failure: Failure, kind: type[Exception], says: str, retry_after: int | None
) -> None:
    line.fake.fates.fail(failure)
    with pytest.raises(kind, match=says) as raised:
        telephone(line).place(line.dial())
    assert getattr(raised.value, "fields", {}).get("retry_after") == retry_after
    assert not line.fake.placed()
    telephone(line).place(line.dial())
    assert line.fake.placed().total() == 1


def test_a_service_that_nobody_runs_may_come_back(line: Exchange) -> None:
    with pytest.raises(Transient, match="did not answer"):
        telephone(line, base_url="http://127.0.0.1:1").place(line.dial())


def test_something_else_that_answers_in_its_place_is_not_believed(line: Exchange) -> None:
    with a_page() as url, pytest.raises(Transient, match="not Twilio"):
        telephone(line, base_url=url).place(line.dial())


@pytest.mark.parametrize("hangs", [True, False], ids=["the answer never comes", "the answer is lost"])
def test_a_call_that_was_placed_unheard_is_found_and_not_placed_again(line: Exchange, hangs: bool) -> None:
    dial = line.dial()
    line.fake.fates.fail(Failure(hangs=hangs, carried_out=True))
    with pytest.raises(Transient):
        telephone(line).place(dial)
    line.wait(5)
    found = telephone(line).find(dial, NOON)
    assert found is not None
    assert line.fake.placed() == {str(dial.attempt_id): 1}


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_call_is_found_though_our_clock_was_set_meanwhile(line: Exchange, hours: int) -> None:
    dial, since = line.dial(), line.clock.now() + timedelta(hours=hours)
    placed = telephone(line).place(dial)
    line.wait(6 * 3600)
    found = telephone(line).find(dial, since)
    assert found is not None
    assert found.provider_id == placed.provider_id


def test_of_several_calls_to_a_number_the_first_that_nobody_has_is_found(line: Exchange) -> None:
    earlier, first = telephone(line).place(line.dial()), None
    line.wait(25 * 3600)
    since = line.clock.now()
    first = telephone(line).place(line.dial())
    line.wait(1)
    second = telephone(line).place(line.dial())
    telephone(line).place(line.dial(BEN))
    line.wait(5)
    ids = [
        found and found.provider_id
        for found in (
            telephone(line).find(line.dial(), since),
            telephone(line).find(line.dial(), since, {first.provider_id}),
            telephone(line).find(line.dial(), since, {first.provider_id, second.provider_id}),
        )
    ]
    assert ids == [first.provider_id, second.provider_id, None]
    assert earlier.provider_id not in ids


def test_nobody_reads_in_a_log_who_was_called(line: Exchange, log: Log) -> None:
    dial = line.dial()
    placed = telephone(line).place(dial)
    line.wait(5)
    telephone(line).find(dial, NOON)
    telephone(line).hang_up(placed.provider_id)
    assert dial.phone.removeprefix("+") not in log.text


def test_hanging_up_fails_like_anything_else(line: Exchange) -> None:
    placed = telephone(line).place(line.dial())
    line.fake.fates.fail(Failure(status=500))
    with pytest.raises(Transient):
        telephone(line).hang_up(placed.provider_id)


@pytest.mark.parametrize(
    ("content", "text", "says"),
    [
        (Content.TWIML_URL, "http://kalends.example/script", "https://"),
        (Content.TWIML_URL, "file:///etc/passwd", "https://"),
        (Content.TWIML_URL, "https://[", "https://"),
        (Content.AGENT, "https://agents.example/1", "wss://"),
        (Content.SCRIPT, "a" * 4000, "too long"),
    ],
)
def test_what_twilio_would_choke_on_is_not_sent(
    line: Exchange, content: Content, text: str, says: str
) -> None:
    with pytest.raises(Permanent, match=says):
        telephone(line).place(line.dial(content=content, content_text=text))
    assert not line.fake.placed()


def test_a_message_is_sent_once_and_found_by_its_words(line: Exchange) -> None:
    carrier = TwilioMessages(line.account(timeout=0.2))
    line.fake.fates.fail(Failure(carried_out=True))
    with pytest.raises(Transient):
        carrier.send(MESSAGE)
    with pytest.raises(Transient):
        carrier.find(MESSAGE, NOON)
    line.wait(5)
    assert carrier.find(MESSAGE, NOON) is not None
    line.wait(120)
    assert carrier.find(MESSAGE, NOON + timedelta(minutes=2)) is None
    assert line.fake.sent() == {MESSAGE.key: 1}


def test_a_message_to_nobody_is_the_last_one(line: Exchange) -> None:
    carrier = TwilioMessages(line.account())
    line.fake.write(f"{PUBLIC}/nowhere", BEN, "stop")
    for number in (BEN, "+000"):
        with pytest.raises(AddressGone):
            carrier.send(Message(key="k", to=number, subject="", text="Hello"))
    line.fake.fates.fail(Failure(status=401))
    with pytest.raises(Permanent) as refused:
        carrier.send(MESSAGE)
    assert not isinstance(refused.value, AddressGone)


def test_a_long_message_is_cut_to_what_twilio_takes(line: Exchange) -> None:
    carrier = TwilioMessages(line.account())
    line.fake.fates.order(Fate(ending=Ending.FAILED), number=ANA)
    message = Message(key="k", to=ANA, subject="", text="ä" * 2000)
    sent = carrier.send(message)
    line.wait(10)
    assert carrier.find(message, NOON) == sent

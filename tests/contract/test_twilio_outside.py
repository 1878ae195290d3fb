"""Twilio as the settings name it, and the fake as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fake_twilio import NOON, Exchange, exchange
from kalends.integrations.twilio import Account, TwilioTelephone
from kalends.integrations.twilio.fake import FakeTwilio
from kalends.jobs import Permanent, Transient
from kalends.kit.clock import FixedClock, SystemClock
from kalends.kit.crypto import Keyring
from kalends.outside import carriers, telephone
from kalends.settings import Settings
from workspaces import KEY


@pytest.fixture
def process() -> Iterator[str]:
    """A fake in a process of its own; gives its address."""
    command = [sys.executable, "-m", "kalends.integrations.twilio.fake", "--rings", "0", "--lasts", "0"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    yield running.stdout.readline().strip()
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=10) == 0
    running.stdout.close()


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_from"])
def test_half_an_account_is_none(missing: str, tmp_path: Path) -> None:
    whole = {"twilio_account_sid": "AC1", "twilio_auth_token": "x", "twilio_from": "+4930901820"}
    keyring, clock = Keyring.from_text(KEY), FixedClock(NOON)
    settings = Settings(data_dir=tmp_path).model_copy(update=whole)
    assert telephone(settings, clock) is not None
    assert "sms" in carriers(settings, keyring, clock)
    partly = settings.model_copy(update={missing: None})
    assert telephone(partly, clock) is None
    assert "sms" not in carriers(partly, keyring, clock)


def test_the_library_is_loaded_once_somebody_gets_ready() -> None:
    account = Account(sid="AC1", token="x", number="+4930901820", clock=FixedClock(NOON))
    line = TwilioTelephone(account)
    assert "client" not in vars(account)
    line.get_ready()
    assert "client" in vars(account)


def test_a_token_is_not_shown() -> None:
    account = Account(sid="AC1", token="very secret", number="+4930901820", clock=FixedClock(NOON))
    assert "very secret" not in repr(account)


def test_the_fake_runs_as_a_process_and_takes_orders(process: str) -> None:
    with exchange() as line:
        dial = line.dial()
    account = Account(
        sid=FakeTwilio.SID,
        token=FakeTwilio.TOKEN,
        number=FakeTwilio.NUMBER,
        clock=SystemClock(),
        base_url=process,
        public_url="http://127.0.0.1:1",  # callbacks reach nobody
    )
    line_of_process = TwilioTelephone(account)
    with httpx.Client(base_url=process) as orders:
        assert orders.post("/fake/failures", json={"status": 429, "retry_after": 3, "times": 2}).is_success
        for _ in range(2):
            with pytest.raises(Transient):
                line_of_process.place(dial)
        assert orders.post("/fake/fates", json={"number": dial.phone, "ending": "failed"}).is_success
        placed = line_of_process.place(dial)
        assert line_of_process.read(placed.provider_id).outcome == "failed"
        assert orders.get("/fake/placed").json() == {str(dial.attempt_id): 1}
        assert orders.get("/fake/sent").json() == {}
        assert orders.get("/fake/nothing").status_code == 404


@pytest.fixture
def line() -> Iterator[Exchange]:
    with exchange() as line:
        yield line


def test_the_fake_knows_its_account_alone(line: Exchange) -> None:
    address = f"{line.fake.url}/2010-04-01/Accounts/{line.fake.sid}/Calls.json"
    with httpx.Client() as stranger:
        assert stranger.get(address).json()["code"] == 20003
        headers = {"Authorization": "Basic ?"}
        assert stranger.get(address, headers=headers).status_code == 401
        me = (line.fake.sid, line.fake.token)
        assert stranger.get(address.replace("AC0", "AC1"), auth=me).status_code == 404


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+4930901821", "Twiml": "<Response/>"}, 21201),
        ({"To": "+4930901820", "Twiml": "<Response/>"}, 21213),
        ({"To": "+4930901820", "From": "nobody", "Twiml": "<Response/>"}, 21212),
        ({"To": "+4930901820", "From": "+4930901821"}, 21205),
        ({"To": "+4930901820", "From": "+4930901821", "Twiml": "<Response>"}, 12100),
        ({"To": "+4930901820", "From": "+4930901821", "Twiml": "x" * 4001}, 20001),
    ],
)
def test_the_fake_refuses_calls_that_make_no_sense(line: Exchange, form: dict[str, str], code: int) -> None:
    address = f"{line.fake.url}/2010-04-01/Accounts/{line.fake.sid}/Calls.json"
    answer = httpx.post(address, data=form, auth=(line.fake.sid, line.fake.token))
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_recording_of_the_fake_can_be_heard_and_its_lists_have_pages(line: Exchange) -> None:
    telephone = TwilioTelephone(line.account())
    placed = [telephone.place(line.dial(record=True)) for _ in range(3)]
    line.wait(60)
    client = line.account().client
    assert [call.sid for call in client.calls.list(page_size=2)] == [
        call.provider_id for call in reversed(placed)
    ]
    (recording,) = client.calls(placed[0].provider_id).recordings.list()
    address = f"{line.fake.url}/2010-04-01/Accounts/{line.fake.sid}/Recordings/"
    heard = httpx.get(f"{address}{recording.sid}.wav", auth=(line.fake.sid, line.fake.token))
    assert heard.content.startswith(b"RIFF")
    assert httpx.get(f"{address}RE1", auth=(line.fake.sid, line.fake.token)).status_code == 404


def test_a_call_that_was_answered_cannot_be_cancelled(line: Exchange) -> None:
    account = line.account()
    placed = TwilioTelephone(account).place(line.dial())
    line.wait(10)
    account.client.calls(placed.provider_id).update(status="canceled")
    assert account.client.calls(placed.provider_id).fetch().status == "in-progress"
    line.wait(60)
    with pytest.raises(Permanent, match="21220"):
        account.client.calls(placed.provider_id).update(status="completed")

"""What is left of calls: numbers in no table in clear, and nothing once no deletion can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from kalends.daily import Tidied, tidy
from kalends.features.calls.models import AttemptState, Call, CallAttempt, CallBatch, CallChange, Outcome
from kalends.features.calls.ports import Report
from kalends.features.identity.actor import Actor
from kalends.kit.redaction import REDACTED, redacted
from kalends.settings import Settings
from kalends.storage.schema import Table
from rest_client import Api, open_api
from telephones import Operator, call_of, made
from workspaces import at

TEN = at("2026-03-03 10:00")
STRANGER = "+12025550147"
CALL = {"phone": "+49 30 901820", "start": "2026-03-03T10:00", "script": "Good morning."}


class House:
    """Ana's household, whose calls one operator places."""

    def __init__(self, operator: Operator, directory: Path) -> None:
        self.operator, self.directory = operator, directory
        (self.ana,) = operator.home.household("Ana")
        self.services = operator.services

    def deleted_after_one_try(self, actor: Actor) -> None:
        id = made(self.services, actor, TEN, rules=("FREQ=DAILY",))
        self.operator.clock.instant = TEN
        self.operator.work()
        self.operator.ends(Outcome.COMPLETED)
        self.services.calls.delete(actor, id)

    def tidied_after(self, days: int) -> Tidied:
        self.operator.clock.advance(timedelta(days=days))
        return tidy(self.services, Settings(data_dir=self.directory, trash_days=30, audit_days=60))

    def count(self, *tables: type[Table]) -> list[int]:
        return self.operator.home.read(
            self.ana,
            lambda tx: [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables],
        )


@pytest.fixture
def house(operator: Operator, tmp_path: Path) -> House:
    return House(operator, tmp_path)


@pytest.fixture
def api(quick_operator: Operator) -> Iterator[Api]:
    opened = open_api(quick_operator.home)
    with opened.client:
        yield opened


def test_a_deleted_call_is_kept_as_long_as_it_can_be_brought_back(house: House) -> None:
    house.deleted_after_one_try(house.ana)
    assert house.tidied_after(29).calls == 0
    assert house.count(Call, CallAttempt) == [1, 1]
    assert house.tidied_after(2).calls == 1
    assert house.count(Call, CallAttempt, CallChange) == [0, 0, 0]


def test_one_that_was_brought_back_stays_and_so_does_one_that_is_over(house: House) -> None:
    id = made(house.services, house.ana, TEN)
    deleted = house.services.calls.delete(house.ana, id).change_set_id
    assert deleted is not None
    house.services.scheduling.undo(house.ana, deleted)
    house.operator.clock.instant = TEN
    house.operator.work()
    house.operator.ends(Outcome.COMPLETED)
    assert house.tidied_after(400).calls == 0
    assert call_of(house.services, house.ana, id).state == "completed"
    assert house.count(Call, CallAttempt) == [1, 1]


def test_batches_that_are_over_go_as_well(house: House) -> None:
    batches = house.services.calls.batches
    batches.create(house.ana, [{**CALL, "phone": "abc"}])
    house.operator.work()
    waiting = batches.create(house.ana, [CALL])
    assert house.tidied_after(31).call_batches == 1
    assert house.operator.home.read(house.ana, lambda tx: batches.latest(tx, house.ana))[0].id == waiting.id
    assert house.count(CallBatch) == [1]


def test_logs_of_calls_that_are_none_of_ours_go_as_well(house: House) -> None:
    made(house.services, house.ana, TEN)
    house.operator.clock.instant = TEN
    house.operator.work()
    house.operator.ends(Outcome.COMPLETED)
    stranger = Report(
        provider_id="CA999", state=AttemptState.ENDED, outcome=Outcome.COMPLETED, phone=STRANGER
    )
    house.services.calls.unknown(house.ana.workspace_id, stranger)
    assert house.tidied_after(59).unknown_calls == 0
    assert house.tidied_after(2).unknown_calls == 1
    assert house.count(Call, CallAttempt) == [1, 1]


def test_no_table_holds_a_number_in_clear(api: Api, quick_operator: Operator) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    keyed = {"Idempotency-Key": "once"}
    call = ana.request("POST", "/calls", json=CALL, headers=keyed).json()["call"]
    assert call["phone"] == "+4930901820"
    path = f"/calls/{call['id']}"
    ana.request("PATCH", path, json={"phone": "+49 30 901821"}, headers={"Idempotency-Key": "two"})
    ana.post("/calls/batches", {"rows": [CALL, {**CALL, "start": "never"}]})
    ana.post("/do-not-call", {"phone": "+49 30 901822"})
    quick_operator.work()
    quick_operator.clock.instant = TEN
    quick_operator.work()
    assert len(quick_operator.exchange.lines) == 2
    file = make_url(quick_operator.services.database.url).database
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as stored:
        held = [line for line in stored.iterdump() if "90182" in line]
    stored.close()
    assert held == []


def test_nor_does_a_log() -> None:
    asked = {"rows": [{"phone": "+4930901820", "title": "Table"}], "addresses": {"sms": "+4930901820"}}
    assert redacted(asked) == {
        "rows": [{"phone": REDACTED, "title": "Table"}],
        "addresses": {"sms": REDACTED},
    }

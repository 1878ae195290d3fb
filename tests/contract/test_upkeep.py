"""Tidying: what is older than the settings keep goes, in every workspace, and nothing else does."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from threading import enumerate as threads
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import func, select

from identities import PASSWORD
from kalends.daily import Tidied, order_daily, reach, tidy
from kalends.features.changes.models import ChangeOperation, ChangeSet
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import AuditEntry, SignIn
from kalends.features.identity.registration import Registration
from kalends.features.resources.models import ResourceType
from kalends.features.scheduling.models import ConflictRecord
from kalends.jobs import NOBODY
from kalends.settings import Settings
from kalends.storage.schema import Table
from kalends.workers import working
from workspaces import Town, at

NOTHING = Tidied(**dict.fromkeys(Tidied.__dataclass_fields__, 0))


def settings(tmp_path: Path, trash_days: int = 30, audit_days: int = 60) -> Settings:
    return Settings(data_dir=tmp_path, trash_days=trash_days, audit_days=audit_days)


def count(home: Town, actor: Actor, table: type[Table]) -> int:
    return home.read(actor, lambda tx: tx.execute(select(func.count()).select_from(table)).scalar_one())


def clashing(home: Town, actor: Actor) -> None:
    """Make two events that collide, and let the conflict be seen."""
    for title in ("Choir", "Dentist"):
        home.made(actor, title=title, start=at("2028-03-01 09:00"))
    home.scheduling.conflicts(actor)


@pytest.fixture
def two_houses(home: Town) -> list[Actor]:
    """The owners of two workspaces, each with two change sets, their audit entries and a conflict."""
    owners = [home.household(name)[0] for name in ("Ana", "Zoe")]
    home.clock.advance(timedelta(days=1))
    for owner in owners:
        clashing(home, owner)
    return owners


@pytest.mark.parametrize(
    "days, gone, kept",
    [
        (29, (), (ChangeSet, ChangeOperation, AuditEntry)),
        (31, (ChangeSet, ChangeOperation), (AuditEntry,)),
        (61, (ChangeSet, ChangeOperation, AuditEntry), ()),
    ],
)
def test_each_kind_of_record_is_kept_as_long_as_its_setting_says(
    home: Town,
    two_houses: list[Actor],
    tmp_path: Path,
    days: int,
    gone: tuple[type[Table], ...],
    kept: tuple[type[Table], ...],
) -> None:
    home.clock.advance(timedelta(days=days))
    tidied = tidy(home.services, settings(tmp_path))
    for owner in two_houses:
        assert [count(home, owner, table) for table in gone] == [0] * len(gone)
        assert all(count(home, owner, table) for table in kept)
    assert tidied.change_sets == (4 if ChangeSet in gone else 0)
    assert tidy(home.services, settings(tmp_path)) == NOTHING


def test_events_outlive_what_is_remembered_of_them(
    home: Town, two_houses: list[Actor], tmp_path: Path
) -> None:
    before = [home.snapshot(owner) for owner in two_houses]
    home.clock.advance(timedelta(days=400))
    assert tidy(home.services, settings(tmp_path)).conflicts == 2
    assert [home.snapshot(owner) for owner in two_houses] == before
    assert count(home, two_houses[0], ConflictRecord) == 0


def test_sign_ins_that_are_over_go_with_the_audit_log(home: Town, tmp_path: Path) -> None:
    identity = home.services.identity
    identity.register(Registration(username="ana", password=PASSWORD, name="Ana"))
    ended, live = (identity.sign_in("ana", PASSWORD) for _ in range(2))
    identity.sign_out(identity.verify(ended.access))
    home.clock.advance(timedelta(days=20))
    live = identity.refresh(live.refresh)
    home.clock.advance(timedelta(days=11))
    assert tidy(home.services, settings(tmp_path, audit_days=30)).sign_ins == 1
    actor = identity.verify(identity.refresh(live.refresh).access)
    assert count(home, actor, SignIn) == 1


def test_an_installation_is_tidied_at_once_and_again_each_day(
    home: Town, two_houses: list[Actor], tmp_path: Path
) -> None:
    home.clock.advance(timedelta(days=61))
    with working(home.services, settings(tmp_path)):
        _until(lambda: count(home, two_houses[1], ChangeSet) == 0)
        clashing(home, two_houses[1])
        home.clock.advance(timedelta(days=61))
        _until(lambda: count(home, two_houses[1], ChangeSet) == 0)
    assert not [thread for thread in threads() if thread.name.startswith("jobs")]


@pytest.mark.usefixtures("log")  # which puts logging back
def test_a_failure_is_logged_and_tried_again(
    home: Town, two_houses: list[Actor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([RuntimeError("the disk is full")])
    purge = home.services.identity.purge

    def failing_once(before: object) -> int:
        for failure in failures:
            raise failure
        return purge(before)  # type: ignore[arg-type]

    monkeypatch.setattr(home.services.identity, "purge", failing_once)
    home.clock.advance(timedelta(days=61))
    with working(home.services, settings(tmp_path)):
        _until(lambda: "the disk is full" in errors(home))
        home.clock.advance(timedelta(minutes=1))
        _until(lambda: count(home, two_houses[0], ChangeSet) == 0)


def test_what_is_ordered_once_is_not_ordered_again(home: Town, tmp_path: Path) -> None:
    for zone in ("UTC", "Europe/Berlin"):
        order_daily(home.services, settings(tmp_path).model_copy(update={"scheduler_zone": zone}))
    with home.services.database.read(NOBODY) as tx:
        jobs = home.services.jobs.list(tx)
    assert [(job.task, job.zone) for job in jobs] == [
        ("upkeep.tidy", "Europe/Berlin"),
        ("upkeep.sign_ins", "Europe/Berlin"),
        ("upkeep.fill", "Europe/Berlin"),
        ("upkeep.horizon", "Europe/Berlin"),
    ]


def errors(home: Town) -> list[str | None]:
    with home.services.database.read(NOBODY) as tx:
        return [job.error for job in home.services.jobs.list(tx)]


def _until(happened: object) -> None:
    assert callable(happened)
    end = monotonic() + 30
    while not happened():
        assert monotonic() < end, "it never happened"
        sleep(0.01)


# What is kept of it elsewhere -------------------------------------------------------------------------------


def lines(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        return [json.loads(line) for line in text]


def test_what_goes_is_archived_by_month_and_workspace(
    home: Town, two_houses: list[Actor], tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    chosen = settings(tmp_path).model_copy(update={"archive_dir": archive})
    titles = set()
    for _ in range(2):  # the second time the files are there already
        home.clock.advance(timedelta(days=61))
        tidy(home.services, chosen)
        for file in archive.glob("*/*/change_operations.jsonl.gz"):
            titles |= {title for line in lines(file) for title in ("Choir", "Dentist") if title in str(line)}
        clashing(home, two_houses[0])
    home.clock.advance(timedelta(days=61))
    gone = tidy(home.services, chosen)
    houses = {str(owner.workspace_id) for owner in two_houses}
    assert houses <= {path.name for path in archive.glob("2026-03/*")}
    kept = [lines(file) for file in archive.glob("*/*/change_sets.jsonl.gz")]
    assert sum(map(len, kept)) == 4 + 2 + 2
    assert len({row["id"] for rows in kept for row in rows}) == 4 + 2 + 2
    assert (gone.change_sets, titles) == (2, {"Choir", "Dentist"})
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in archive.rglob("*.gz"))
    assert not list(archive.rglob("*.new"))


def test_nothing_is_archived_unless_somebody_says_where(
    home: Town, two_houses: list[Actor], tmp_path: Path
) -> None:
    home.clock.advance(timedelta(days=61))
    tidy(home.services, settings(tmp_path))
    assert not list(tmp_path.rglob("*.gz"))


def test_what_is_promised_without_end_is_looked_at_when_the_horizon_comes_to_it(
    home: Town, tmp_path: Path
) -> None:
    ana = home.household("Ana")[0]
    chosen, resources = settings(tmp_path), home.services.resources
    car = home.write(
        ana, lambda tx: resources.create(tx, ana, name="Car", type=ResourceType.VEHICLE, capacity=1).id
    )
    for year, every in (2026, 3), (2027, 1):  # which meet in 2029
        rules = (f"FREQ=YEARLY;INTERVAL={every}",)
        home.made(ana, title="Trip", start=at(f"{year}-03-10 09:00"), rules=rules, resources=[car])
    assert reach(home.services, chosen) == 0
    home.clock.advance(timedelta(days=375))
    assert [reach(home.services, chosen) for _ in range(2)] == [1, 0]  # told once
    with home.database.read(ana.workspace_id) as tx:
        (noted,) = audit.list_entries(tx, ana, audit.AuditFilter(action="resource.over_capacity")).items
    assert (noted.subject, noted.actor_member_id, noted.detail["peak"]) == (str(car), None, 2)
    assert noted.detail["start"].startswith("2029-03-10")
    found = home.scheduling.conflicts(ana)
    assert "resource_conflict" in [each.conflict.kind for each in found]

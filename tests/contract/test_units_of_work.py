"""Units of work: what reads cannot write, what failed leaves nothing, what was busy is tried again."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from kalends.features.calendars.models import Calendar
from kalends.features.identity import audit
from kalends.features.identity.models import AuditEntry
from kalends.kit.errors import Unavailable
from kalends.storage import Database, Unit
from workspaces import Town


def test_what_reads_cannot_write(home: Town) -> None:
    (ana,) = home.household("Ana")
    with pytest.raises(DBAPIError):
        home.read(ana, lambda tx: tx.execute(update(Calendar).values(name="x")))
    home.write(ana, lambda tx: tx.execute(update(Calendar).values(name="x")))


def test_what_fails_leaves_nothing(home: Town) -> None:
    (ana,) = home.household("Ana")

    def work(tx: Unit) -> None:
        tx.execute(update(Calendar).values(name="x"))
        raise LookupError

    with pytest.raises(LookupError):
        home.write(ana, work)
    assert "x" not in home.read(ana, lambda tx: tx.execute(select(Calendar.name)).scalars().all())


def test_a_rehearsal_leaves_nothing(home: Town) -> None:
    (ana,) = home.household("Ana")

    def work(tx: Unit) -> Any:
        tx.execute(update(Calendar).values(name="x"))
        return tx.execute(select(Calendar.name)).scalars().all()

    assert set(home.database.rehearse(ana.workspace_id, work)) == {"x"}
    assert "x" not in home.read(ana, lambda tx: tx.execute(select(Calendar.name)).scalars().all())


def test_one_workspace_changes_nothing_of_another(home: Town) -> None:
    (ana,), (zoe,) = home.household("Ana"), home.household("Zoe")
    home.write(ana, lambda tx: tx.execute(update(Calendar).values(name="x")))
    home.write(ana, lambda tx: tx.execute(delete(AuditEntry)))
    assert "x" not in home.read(zoe, lambda tx: tx.execute(select(Calendar.name)).scalars().all())
    assert home.read(zoe, lambda tx: tx.find(Calendar, home.default(ana))) is None


def test_what_a_deadlock_ends_is_done_again(home: Town) -> None:
    """Two units take two rows in opposite orders; on SQLite they come one after the other."""
    (ana,) = home.household("Ana")
    first, second = home.default(ana), home.family(ana)
    both_hold_one = threading.Barrier(2, timeout=0.5)

    def work(one: Any, other: Any) -> Any:
        def name(tx: Unit) -> None:
            tx.execute(update(Calendar).where(Calendar.id == one).values(name="x"))
            with suppress(threading.BrokenBarrierError):
                both_hold_one.wait()
            tx.execute(update(Calendar).where(Calendar.id == other).values(name="x"))

        return lambda: home.write(ana, name)

    threads = [threading.Thread(target=work(*pair)) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(home.read(ana, lambda tx: tx.execute(select(Calendar.name)).scalars().all())) == {"x"}


@pytest.mark.parametrize("rehearsing", [False, True])
def test_a_database_that_stays_busy_says_so(sqlite_url: str, rehearsing: bool) -> None:
    impatient = Database(sqlite_url, attempts=2, busy_timeout=0.01)
    blocker = Database(sqlite_url)
    run = impatient.rehearse if rehearsing else impatient.write

    def hold(tx: Unit) -> None:
        tx.execute(delete(Calendar))
        with pytest.raises(Unavailable) as refused:
            run(tx.workspace_id, lambda tx: tx.execute(select(Calendar.id)).all())
        assert refused.value.fields["retry_after"] == 1

    blocker.write(blocker.ids.new(), hold)
    impatient.close()
    blocker.close()


def test_who_finds_no_free_connection_is_told_to_come_back(database_url: str) -> None:
    small = Database(database_url, pool_size=1, busy_timeout=0.01)
    taken = [small.engine.connect() for _ in range(2)]
    with pytest.raises(Unavailable) as refused:
        small.write(None, lambda tx: tx.execute(select(Calendar.id)).all())
    assert refused.value.fields["retry_after"] == 1
    for connection in taken:
        connection.close()
    small.close()


def test_old_audit_entries_are_forgotten(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.write(ana, lambda tx: audit.record(tx, ana, "old", kind="test"))
    home.clock.advance(timedelta(days=31))
    home.write(ana, lambda tx: audit.record(tx, ana, "new", kind="test"))
    before = home.clock.now() - timedelta(days=30)
    assert home.write(ana, lambda tx: audit.purge(tx, before)) == 1
    assert [entry.action for entry in home.read(ana, lambda tx: audit.list_entries(tx, ana)).items] == ["new"]


def test_who_stands_still_in_the_middle_does_not_hold_others_up_for_good(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with database.read(None) as tx:
        waits = tx.session.connection().exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
    database.close()
    assert waits == "2min"

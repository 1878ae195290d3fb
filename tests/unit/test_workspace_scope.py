"""The check that every other test relies on to notice a query without its workspace."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kalends.features.identity.models import Account, Member
from kalends.storage import Database
from workspace_scope import Unscoped


def test_a_query_without_its_workspace_is_refused(database: Database) -> None:
    with Session(database.engine) as session, pytest.raises(Unscoped):
        session.execute(select(Member))


def test_text_is_read_too(database: Database) -> None:
    with database.engine.connect() as connection, pytest.raises(Unscoped):
        connection.execute(text("SELECT name FROM member"))


def test_a_query_through_a_unit_of_work_is_narrowed(database: Database) -> None:
    with database.read(database.ids.new()) as tx:
        assert tx.execute(select(Member)).all() == []


def test_what_has_no_workspace_is_open(database: Database) -> None:
    with database.read(None) as tx:
        assert tx.execute(select(Account)).all() == []


def test_a_query_may_say_why_it_sees_all(database: Database) -> None:
    with database.read(None) as tx:
        assert tx.execute(select(Member), across_workspaces="this test wants to know").all() == []

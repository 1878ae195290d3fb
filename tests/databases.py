"""Databases for tests: a fresh, migrated one for each test, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url

from kalends.storage import Database, migrate
from kalends.storage import database as storage
from postgresql_cluster import Cluster, NoPostgreSQL, memory

SERVER = "KALENDS_TEST_POSTGRES_URL"
Administer = Callable[..., None]
_engine = storage._engine
_compiled: dict[str, Engine] = {}  # by dialect: the first engine of this process
_cluster = pytest.StashKey[Cluster]()


def _sharing_what_is_compiled(url: str, pool_size: int, busy_timeout: float) -> Engine:
    """Make an engine that knows every statement that another one of this process has compiled.

    Each test has a database of its own; to compile its statements anew would take a third of the time.
    """
    engine = _engine(url, pool_size, busy_timeout)
    first: Any = _compiled.setdefault(engine.dialect.name, engine)
    shared: Any = engine  # the cache goes by dialect
    shared.dialect = first.dialect
    shared._compiled_cache = first._compiled_cache
    return engine


storage._engine = _sharing_what_is_compiled


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Where a fresh, migrated database is; the test runs once for each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, on each kind in turn."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Where a fresh, migrated SQLite database is."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'kalends.sqlite')}"


@pytest.fixture
def postgresql_url(fresh_postgresql: Callable[[], str]) -> str:
    """Where a fresh, migrated PostgreSQL database is."""
    return fresh_postgresql()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy; migrating anew for each test would cost most of its time."""
    file = tmp_path_factory.mktemp("template") / "kalends.sqlite"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> URL:
    """The server that is given, or else a cluster of our own, started when the first test asks for it."""
    return make_url(_server_url(pytestconfig)).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def administer(postgresql_server: URL) -> Iterator[Administer]:
    """Statements on the server itself; each `{}` is the name of a database."""
    plain = _text(postgresql_server.set(drivername="postgresql"))
    with psycopg.connect(plain, autocommit=True) as connection:

        def execute(statement: LiteralString, *names: str | None) -> None:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(str(name)) for name in names)))

        yield execute


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_server: URL, administer: Administer, testrun_uid: str, worker_id: str
) -> Iterator[URL]:
    """A migrated database to copy, one for each process that tests."""
    template = postgresql_server.set(database=f"kalends_{testrun_uid[:8]}_{worker_id}")
    administer("CREATE DATABASE {}", template.database)
    migrate(_text(template))
    yield template
    administer("DROP DATABASE {} WITH (FORCE)", template.database)


@pytest.fixture
def fresh_postgresql(postgresql_template: URL, administer: Administer) -> Iterator[Callable[[], str]]:
    """Copies of the template, dropped after the test."""
    made: list[str | None] = []

    def fresh() -> str:
        copy = postgresql_template.set(database=f"{postgresql_template.database}_{len(made)}")
        administer("CREATE DATABASE {} TEMPLATE {}", copy.database, postgresql_template.database)
        made.append(copy.database)
        return _text(copy)

    yield fresh
    for name in made:
        administer("DROP DATABASE {} WITH (FORCE)", name)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _server_url(config: pytest.Config) -> str:
    if SERVER not in os.environ:
        try:
            config.stash[_cluster] = Cluster()
        except NoPostgreSQL as error:
            raise pytest.UsageError(str(error)) from error
        os.environ[SERVER] = config.stash[_cluster].url
    return os.environ[SERVER]


def pytest_configure() -> None:
    """Keep the tests' files in memory: SQLite waits for a disk at each commit, and the disk proves nothing.

    Not where memory may hold no programs, some of which are tests' own.
    """
    folder = memory()
    if folder is not None and not os.statvfs(folder).f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.hookimpl(optionalhook=True)  # the tests run without xdist too
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Start the one cluster before the worker processes, which find it in the environment."""
    _server_url(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster when the run ends, also when it is interrupted."""
    if _cluster in config.stash:
        config.stash[_cluster].stop()
        del os.environ[SERVER]

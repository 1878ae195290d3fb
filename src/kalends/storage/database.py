"""Units of work: one command, one transaction, scoped to one workspace, retried as a whole."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple, cast, overload
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    Executable,
    Result,
    TableClause,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.selectable import TypedReturnsRows

from kalends.kit.clock import Clock, SystemClock
from kalends.kit.errors import NotFound, Unavailable
from kalends.kit.ids import Ids
from kalends.storage.riders import rider_to
from kalends.storage.schema import Identified, Scoped, Table

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Row = TypeVar("Row", bound=Identified)

_BATCH = 500  # rows of one bulk insert
_BUSY = "The database stayed busy; please try again."
_RETRIED_SQLSTATES = {"40001", "40P01", "55P03"}  # serialisation failure, deadlock, lock not available
_INSERTS: dict[str, Callable[[TableClause], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class Contended(Exception):
    """What a unit read was no longer so when it wrote: the whole of it is run again, as after a deadlock."""


class Memory(dict[type, Any]):
    """What features keep of a database from one unit to the next, by its type; it ends with the process."""

    def of(self, kind: type[T]) -> T:
        """Give what is kept of this type, made when it is first asked for."""
        return cast(T, self.setdefault(kind, kind()))  # one call, so that threads get the same


class Unit:
    """One transaction of one workspace, with the instant at which it happens.

    With `workspace_id` None it may touch only rows that have no workspace, but for statements that
    name a reason to see every workspace.
    """

    def __init__(
        self,
        session: Session,
        workspace_id: UUID | None,
        now: datetime,
        ids: Ids,
        memory: Memory,
        *,
        writing: bool,
    ) -> None:
        self.session = session
        self.now = now
        self.memory = memory
        self.writing = writing  # what it reads may then be its own, and never come to be
        self._workspace_id = workspace_id
        self._ids = ids

    @property
    def workspace_id(self) -> UUID:
        """Give the workspace that every query of this unit is narrowed to."""
        if self._workspace_id is None:
            raise RuntimeError("This unit of work was opened without a workspace.")
        return self._workspace_id

    def new_id(self) -> UUID:
        """Draw a UUIDv7."""
        return self._ids.new()

    def new_token(self) -> str:
        """Draw an unguessable secret."""
        return self._ids.token()

    @overload
    def execute(
        self, statement: TypedReturnsRows[*Ts], *, across_workspaces: str | None = None
    ) -> Result[*Ts]: ...

    @overload
    def execute(
        self, statement: Executable, *, across_workspaces: str | None = None
    ) -> Result[*tuple[Any, ...]]: ...

    def execute(self, statement: Executable, *, across_workspaces: str | None = None) -> Result[Any]:
        """Run a statement, narrowed to this workspace; one that must see every workspace says why."""
        options = {"across_workspaces": across_workspaces} if across_workspaces else {}
        return self.session.execute(statement, execution_options=options)

    def changed(self, statement: Executable) -> int:
        """Run an UPDATE or DELETE and give the number of rows it touched, for conditional writes."""
        result = cast(CursorResult[Any], self.session.execute(statement))
        return result.rowcount

    def insert(
        self, table: type[Table], rows: Iterable[Mapping[str, Any]], *, unless_there: bool = False
    ) -> None:
        """Insert many rows, scoped to this workspace; of a generator only a batch is held at a time.

        With `unless_there`, rows that somebody else has inserted in the meantime stay as they are.
        """
        scope = {"workspace_id": self.workspace_id} if issubclass(table, Scoped) else {}
        target = cast(TableClause, table.__table__)
        statement = insert(target)
        if unless_there:
            statement = self._insert_unless_there(target)
        rest = iter(rows)
        while batch := [{**scope, **row} for row in islice(rest, _BATCH)]:
            self._execute_many(statement, batch)

    def upsert(
        self,
        table: type[Scoped],
        rows: Iterable[Mapping[str, Any]],
        *,
        by: Sequence[str],
        keep: Collection[str],
        where: ColumnElement[bool],
    ) -> int:
        """Insert rows; those that are there by the unique columns `by` take the new values, but in those
        to `keep`, and stay as they are where `where` is not so. Gives how many were written."""
        dialect = self.session.get_bind().dialect.name
        target = cast(TableClause, cast(type[Table], table).__table__)
        statement = _upserting(dialect, target, tuple(by), tuple(keep), where)
        rest = ({"workspace_id": self.workspace_id, **row} for row in rows)
        written = 0
        while batch := [*islice(rest, _BATCH)]:
            written += self._execute_many(statement, batch).rowcount
        return written

    def claim(self, table: type[Scoped], **row: Any) -> bool:
        """Insert one row, or say that there is one with its primary key. Of several at once one gets it; the
        others wait until it is stored or given up."""
        target = cast(TableClause, cast(type[Table], table).__table__)
        statement = self._insert_unless_there(target).values(workspace_id=self.workspace_id, **row)
        return self.session.execute(statement.returning(target.c.workspace_id)).first() is not None

    def _execute_many(self, statement: Executable, rows: list[dict[str, Any]]) -> CursorResult[Any]:
        # There are no objects to make of it, and its rows say whose they are: what the ORM adds would take as
        # long as the statement.
        connection = self.session.connection()
        return connection.execute(statement, rows, execution_options={"preserve_rowcount": True})

    def _insert_unless_there(self, target: TableClause) -> sqlite.Insert | postgresql.Insert:
        return _INSERTS[self.session.get_bind().dialect.name](target).on_conflict_do_nothing()

    def add(self, row: T) -> T:
        """Store one row now, so that what follows in this unit sees it."""
        self.session.add(row)
        self.session.flush()
        return row

    def find(self, table: type[Row], id: UUID) -> Row | None:
        """Give the row of this workspace with that id, if there is one."""
        return self.session.get(table, (self.workspace_id, id))

    def get(self, table: type[Row], id: UUID) -> Row:
        """Give the row of this workspace with that id, or raise `NotFound`."""
        row = self.find(table, id)
        if row is None:
            kind = table.__name__.lower()
            raise NotFound(f"There is no {kind} {id}.", kind=kind, id=str(id))
        return row

    def lock(self, table: type[Identified], ids: Iterable[UUID]) -> None:
        """Hold these rows, in id order, until the unit ends: others who lock them wait.

        On SQLite the one writer holds everything already.
        """
        wanted = sorted(set(ids))
        if wanted and self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(
                select(table.id)
                .where(table.id.in_(wanted))
                .order_by(table.id)
                .with_for_update(key_share=True)  # FOR NO KEY UPDATE
            )
        # What was read before the lock may be old: read it again.
        self.session.expire_all()


class Database:
    """A connection pool that hands out units of work.

    `attempts` is how often a unit runs at most, `busy_timeout` the seconds that one waits for a connection of
    the pool, and for SQLite's writer.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        pool_size: int = 4,
        attempts: int = 10,
        busy_timeout: float = 10.0,
    ) -> None:
        self.url = url
        self.clock = clock or SystemClock()
        self.ids = ids or Ids(self.clock)
        self._attempts, self._busy_timeout = attempts, busy_timeout
        self._writer = Lock()
        self.memory = Memory()
        self.engine = _engine(url, pool_size, busy_timeout)
        self._for_writing = self.engine.execution_options(writing=True)
        self._for_reading = self.engine.execution_options(writing=False)
        if not self.embedded:
            snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            self._for_reading = self._for_reading.execution_options(**snapshot)

    @property
    def embedded(self) -> bool:
        """Say whether this is the embedded SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self, workspace_id: UUID | None) -> Iterator[Unit]:
        """Open a snapshot that cannot write."""
        with self._session(writing=False) as session:
            yield self._unit(session, workspace_id, writing=False)

    def write(self, workspace_id: UUID | None, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction and commit; run the whole of it again after a deadlock or a busy
        database, so it must not reach outside the unit. Raises `Unavailable` when it stays so."""
        rider = rider_to(workspace_id)
        if rider is None:
            return self._written(workspace_id, work, Session.commit)

        def both(tx: Unit) -> T:
            rider.work(tx)
            return work(tx)

        result = self._written(workspace_id, both, Session.commit)
        rider.stored = True
        return result

    def rehearse(self, workspace_id: UUID, work: Callable[[Unit], T]) -> T:
        """Run `work` as `write` would, see what comes of it, and leave no trace."""

        def leave(session: Session) -> None:
            session.expunge_all()
            session.rollback()

        return self._written(workspace_id, work, leave)

    def _written(
        self, workspace_id: UUID | None, work: Callable[[Unit], T], end: Callable[[Session], None]
    ) -> T:
        for attempt in range(self._attempts):
            try:
                with self._in_line(), self._session(writing=True) as session:
                    result = work(self._unit(session, workspace_id, writing=True))
                    end(session)
                    return result
            except (DBAPIError, sqlite3.OperationalError, Contended) as error:
                if not _may_pass(error):
                    raise
                time.sleep(0.005 * 2 ** min(attempt, 6))
        raise Unavailable(_BUSY, retry_after=1)

    def apart(self) -> Database:
        """Give this database over a connection of its own, for what must not wait until others are done.

        To the embedded one there is one way only.
        """
        return self if self.embedded else Database(self.url, clock=self.clock, ids=self.ids, pool_size=1)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _unit(self, session: Session, workspace_id: UUID | None, *, writing: bool) -> Unit:
        session.info["workspace_id"] = workspace_id
        return Unit(session, workspace_id, self.clock.now(), self.ids, self.memory, writing=writing)

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """Have the threads that write to SQLite wait for one another here: SQLite lets one in and has the
        others ask again, ever more seldom, while the writer stands idle."""
        if not self.embedded:
            yield
            return
        if not self._writer.acquire(timeout=self._busy_timeout):
            raise sqlite3.OperationalError("database is locked by another thread")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        bind = self._for_writing if writing else self._for_reading
        try:
            with Session(bind, expire_on_commit=False) as session:
                yield session
        except PoolTimeout:
            raise Unavailable(_BUSY, retry_after=1) from None


@lru_cache(maxsize=64)  # to put it together takes longer than to send it
def _upserting(
    dialect: str, table: TableClause, by: Sequence[str], keep: Collection[str], where: ColumnElement[bool]
) -> Executable:
    insert = _INSERTS[dialect](table)
    given = {column.name: column for column in insert.excluded if column.name not in keep}
    return insert.on_conflict_do_update(index_elements=by, set_=given, where=where)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, Contended):
        return True
    # `BEGIN IMMEDIATE` is sent by a listener, whose errors SQLAlchemy does not wrap.
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return "database is locked" in str(cause)
    return getattr(cause, "sqlstate", None) in _RETRIED_SQLSTATES


def _engine(url: str, pool_size: int, busy_timeout: float) -> Engine:
    options: dict[str, Any] = {
        "poolclass": QueuePool,
        "pool_size": pool_size,
        "max_overflow": pool_size,
        "pool_timeout": busy_timeout,
        "hide_parameters": True,  # errors are logged, and parameters hold what people wrote
    }
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, **options)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    engine = create_engine(url, connect_args={"timeout": busy_timeout, "check_same_thread": False}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # A process that stands still, or is cut off, must not hold its locks for as long as the network takes to
    # notice; what a unit works out between two statements takes seconds.
    connection.execute("SET idle_in_transaction_session_timeout = '2min'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that read and then writes can fail half-way: writers queue up at the start,
    # and readers are kept from writing at all.
    writing = connection.get_execution_options().get("writing", True)
    driver = connection.connection.driver_connection
    driver.execute(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


@event.listens_for(Session, "do_orm_execute")
def _narrow_to_workspace(state: ORMExecuteState) -> None:
    workspace_id = state.session.info.get("workspace_id")
    if (
        workspace_id is not None
        and "across_workspaces" not in state.execution_options
        and not state.is_column_load
        and not state.is_relationship_load
    ):
        state.statement = state.statement.options(
            with_loader_criteria(Scoped, lambda row: row.workspace_id == workspace_id, include_aliases=True)
        )


@event.listens_for(Session, "before_flush")
def _stamp_workspace(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    workspace_id = session.info.get("workspace_id")
    for row in session.new:
        if workspace_id is not None and isinstance(row, Scoped) and not row.__dict__.get("workspace_id"):
            row.workspace_id = workspace_id

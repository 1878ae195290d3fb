"""What every table shares: its column types and its place in a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, MetaData, TypeDecorator
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """A point in time. Refuses naive datetimes; always gives back UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The database takes aware datetimes only, not {value!r}.")
        value = value.astimezone(UTC)
        # SQLite keeps datetimes as text without a zone.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Text rather than a native type: adding a value is then no migration.
_Enumerated = EnumType(
    Enum, native_enum=False, length=32, values_callable=lambda kind: [m.value for m in kind]
)

Json = JSON().with_variant(JSONB(), "postgresql")


class Table(DeclarativeBase):
    """Root of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: Instant,
        dict[str, Any]: Json,
        list[Any]: Json,
        int: BigInteger,
        Enum: _Enumerated,
    }


class Scoped:
    """A row that belongs to one workspace.

    The workspace leads the primary key, so that look-ups are scoped and a large installation can
    shard by it. Queries through a unit of work are narrowed to the unit's workspace by construction.
    """

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)


class Identified(Scoped):
    """A scoped row with a UUIDv7 of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)

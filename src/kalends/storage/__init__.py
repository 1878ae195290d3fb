"""The database: engine, units of work, column types, migrations."""

from kalends.storage.database import Database, Memory, Unit
from kalends.storage.migrate import (
    SCHEMA_HEAD,
    WrongSchema,
    downgrade,
    known_revisions,
    migrate,
    schema_version,
)

__all__ = [
    "SCHEMA_HEAD",
    "Database",
    "Memory",
    "Unit",
    "WrongSchema",
    "downgrade",
    "known_revisions",
    "migrate",
    "schema_version",
]

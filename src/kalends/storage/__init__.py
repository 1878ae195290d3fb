"""The database: engine, units of work, column types, migrations."""

from kalends.storage.database import Contended, Database, Memory, Unit
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
    "Contended",
    "Database",
    "Memory",
    "Unit",
    "WrongSchema",
    "downgrade",
    "known_revisions",
    "migrate",
    "schema_version",
]

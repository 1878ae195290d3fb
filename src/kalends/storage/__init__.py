"""The database: engine, units of work, column types, migrations."""

from kalends.storage.database import Database, Unit
from kalends.storage.migrate import downgrade, known_revisions, migrate, schema_head, schema_version

__all__ = ["Database", "Unit", "downgrade", "known_revisions", "migrate", "schema_head", "schema_version"]

"""What people do with calls."""

from __future__ import annotations

from collections.abc import Sequence

from kalends.features.announcements import Announcer
from kalends.features.calls.ports import Telephone
from kalends.features.calls.settings import CallSettings
from kalends.features.changes import Changes
from kalends.features.scheduling import Scheduling
from kalends.jobs import Jobs, Task
from kalends.kit.crypto import Keyring
from kalends.storage import Database


class Calls:
    """Schedules calls, places them at their time, and tells what became of them.

    Without a telephone, calls can be kept but none is placed.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        jobs: Jobs,
        announcer: Announcer,
        changes: Changes,
        scheduling: Scheduling,
        telephone: Telephone | None,
        settings: CallSettings | None = None,
    ) -> None:
        self._database, self._keyring, self._jobs, self._announcer = database, keyring, jobs, announcer
        self._scheduling, self._telephone = scheduling, telephone
        self._settings = settings or CallSettings()

    def tasks(self) -> Sequence[Task]:
        """Give the tasks of calls."""
        return []

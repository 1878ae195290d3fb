"""What people are told, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kalends.features.announcements import Announcer
from kalends.features.reminders.ports import Carrier
from kalends.jobs import Jobs, Task
from kalends.kit.crypto import Keyring
from kalends.storage import Database


class Notifications:
    """Tells people what they asked to be told, by the channels that they like.

    `carriers` are the services that there are, by the name of their channel; links lead to `public_url`.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        jobs: Jobs,
        announcer: Announcer,
        carriers: Mapping[str, Carrier],
        *,
        public_url: str | None = None,
    ) -> None:
        self._database, self._keyring, self._jobs = database, keyring, jobs
        self._carriers, self._public_url = dict(carriers), public_url

    def tasks(self) -> Sequence[Task]:
        """Give the tasks of reminders and notifications."""
        return []

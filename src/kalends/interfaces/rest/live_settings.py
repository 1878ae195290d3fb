"""Changes of what is no event, by kind: settings, people and things, followed by the audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from kalends.features.calendars.live import OVERLAP
from kalends.features.identity.audit import Noted, noted_since
from kalends.storage import Database, Unit

KINDS: Final = (
    "block",
    "calendar",
    "call",
    "category",
    "conflict",
    "constraint",
    "feed",
    "invitation",
    "job",
    "member",
    "notification",
    "optimisation",
    "preparation",
    "reminder",
    "reservation",
    "resource",
    "task",
    "workspace",
)
"""What a change is told of, as the audit log names it. Events have change numbers instead."""

# Of a member's account, which changes nothing that others see.
_NO_CHANGE: Final = frozenset(
    {"account.signed_in", "account.credentials_changed", "member.exported", "password_reset.created"}
)
_ALSO: Final = {"invitation.accepted": "member"}


class SettingsTail:
    """Reads on in the audit log from where it last was. One for a process, beside that of change numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[UUID] = set()  # entries of late

    def look(self, workspace_ids: Collection[UUID]) -> set[UUID]:
        """Give those of the workspaces in which something changed since the last look."""
        with self._database.read(None) as tx:
            found = settings_since(tx, tx.now - OVERLAP, workspace_ids)
        fresh = {each.workspace_id for each in found if each.id not in self._known}
        self._known = {each.id for each in found}
        return fresh


def settings_since(tx: Unit, since: datetime, workspace_ids: Collection[UUID]) -> list[Noted]:
    """Give the entries of the audit log that tell of a change, since an instant."""
    found = noted_since(tx, since, workspace_ids=workspace_ids, kinds=KINDS)
    return [each for each in found if each.action not in _NO_CHANGE]


def kinds_of(entries: Iterable[Noted]) -> list[str]:
    """Give the kinds of things that changed, each once."""
    kinds = {kind for each in entries for kind in (each.kind, _ALSO.get(each.action))}
    return sorted(kind for kind in kinds if kind)

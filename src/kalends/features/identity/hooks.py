"""What other features do when people and workspaces come and go."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

from kalends.features.identity.models import Member, Workspace
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Callbacks, in order, inside the transaction of the change; one that raises prevents the change."""

    workspace_added: list[Callable[[Unit, Workspace], None]] = field(default_factory=list)
    member_added: list[Callable[[Unit, Member], None]] = field(default_factory=list)
    # After fields of a member, or preferences of theirs, were changed: their names.
    member_changed: list[Callable[[Unit, Member, Collection[str]], None]] = field(default_factory=list)
    # Before the member's row goes: features erase or hand on what the member has with them.
    member_removed: list[Callable[[Unit, Member], None]] = field(default_factory=list)
    # Before a calendar becomes a member's default: the calendars feature refuses one they cannot write.
    calendar_chosen: list[Callable[[Unit, Member, UUID], None]] = field(default_factory=list)

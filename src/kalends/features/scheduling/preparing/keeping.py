"""Making, changing and removing rules that prepare for events, and who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars.models import Category
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.models import Workspace
from kalends.features.scheduling.preparing.models import PreparationRule
from kalends.kit.errors import (
    Clash,
    InvalidInput,
    NotFound,
    must_be_version,
)
from kalends.kit.text import checked_name
from kalends.storage import Unit

MOST_RULES = 50
MOST_SESSIONS = 14
MOST_MINUTES = 480
MOST_DAYS = 60
"""What one workspace keeps, and what one rule asks for, at most."""

TITLE = "Study for {title}"
_NAMED = "{title}"


class RuleTaken(Clash):
    """There is a rule for this pair of categories already."""

    code = "preparation_taken"


class TooManyRules(Clash):
    """The workspace keeps as many rules as it may."""

    code = "too_many_preparations"


def set_up_workspace(tx: Unit, workspace: Workspace) -> None:
    """Give a new workspace its first rule: an exam makes study sessions."""
    named = dict(tx.execute(select(Category.key, Category.id)).all())
    if "exam" in named and "study" in named:
        tx.add(_rule(tx, named["exam"], named["study"]))


def list_rules(tx: Unit, actor: Actor) -> list[PreparationRule]:
    """Give all rules, the oldest first."""
    actor.must_have(Scope.READ)
    return list(tx.execute(select(PreparationRule).order_by(PreparationRule.id)).scalars())


def get_rule(tx: Unit, actor: Actor, rule_id: UUID) -> PreparationRule:
    """Give one, or raise `NotFound`."""
    actor.must_have(Scope.READ)
    row = tx.find(PreparationRule, rule_id)
    if row is None:
        raise NotFound(f"There is no preparation {rule_id}.", kind="preparation", id=str(rule_id))
    return row


def create_rule(
    tx: Unit,
    actor: Actor,
    *,
    category_id: UUID,
    makes_id: UUID,
    sessions: int = 3,
    minutes: int = 60,
    days_before: int = 3,
    title: str = TITLE,
    active: bool = True,
) -> PreparationRule:
    """Let events of one category make sessions of another, from now on.

    Raises `Forbidden` for who does not own the workspace, `InvalidInput` by field, `RuleTaken` where the pair
    has a rule, `TooManyRules`.
    """
    actor.must_own_workspace()
    for field, id in (("category_id", category_id), ("makes_id", makes_id)):
        if tx.find(Category, id) is None:
            raise InvalidInput(f"There is no category {id}.", field=field)
    if category_id == makes_id:
        raise InvalidInput("Sessions are of another category than what they are for.", field="makes_id")
    known = tx.execute(select(PreparationRule.category_id, PreparationRule.makes_id)).all()
    if (category_id, makes_id) in {tuple(pair) for pair in known}:
        raise RuleTaken("There is a rule for these two categories: change that one.", field="makes_id")
    if len(known) >= MOST_RULES:
        raise TooManyRules(f"A workspace keeps {MOST_RULES} such rules: remove one first.", limit=MOST_RULES)
    row = _rule(tx, category_id, makes_id)
    _change(row, {"sessions": sessions, "minutes": minutes, "days_before": days_before, "title": title})
    row.active = active
    tx.add(row)
    audit.record(tx, actor, "create", kind="preparation", subject=row.id)
    return row


def update_rule(
    tx: Unit,
    actor: Actor,
    rule_id: UUID,
    *,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
) -> PreparationRule:
    """Change `sessions`, `minutes`, `days_before`, `title` or `active`; what it made already stays.

    Raises `Stale` where the version is not the expected one, and what `create_rule` raises.
    """
    row = _owned(tx, actor, rule_id, expected_version)
    _change(row, changes)
    row.active = changes.get("active", row.active)
    row.version += 1
    row.updated_at = tx.now
    tx.session.flush()
    audit.record(tx, actor, "update", kind="preparation", subject=row.id, changed=sorted(changes))
    return row


def delete_rule(tx: Unit, actor: Actor, rule_id: UUID, *, expected_version: int | None = None) -> None:
    """Remove a rule for good; the sessions that it made stay."""
    row = _owned(tx, actor, rule_id, expected_version)
    tx.session.delete(row)
    tx.session.flush()
    audit.record(tx, actor, "delete", kind="preparation", subject=rule_id)


def _rule(tx: Unit, category_id: UUID, makes_id: UUID) -> PreparationRule:
    return PreparationRule(
        id=tx.new_id(),
        category_id=category_id,
        makes_id=makes_id,
        sessions=3,
        minutes=60,
        days_before=3,
        title=TITLE,
        active=True,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _change(row: PreparationRule, changes: Mapping[str, Any]) -> None:
    for field, most in (("sessions", MOST_SESSIONS), ("minutes", MOST_MINUTES), ("days_before", MOST_DAYS)):
        number = changes.get(field, getattr(row, field))
        if not 1 <= number <= most:
            raise InvalidInput(f"Give 1 to {most}, not {number}.", field=field, limit=most)
        setattr(row, field, number)
    title = checked_name(changes.get("title", row.title), field="title", limit=100)
    if "{" in title.replace(_NAMED, "") or "}" in title.replace(_NAMED, ""):
        raise InvalidInput("Only {title} stands for something: the event's title.", field="title")
    row.title = title


def _owned(tx: Unit, actor: Actor, rule_id: UUID, expected_version: int | None) -> PreparationRule:
    actor.must_own_workspace()
    tx.lock(PreparationRule, [rule_id])
    row = get_rule(tx, actor, rule_id)
    must_be_version("rule", row.version, expected_version)
    return row

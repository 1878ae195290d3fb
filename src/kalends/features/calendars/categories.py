"""Categories: what kinds of events a workspace knows, and how much each weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kalends.features.calendars import labels, objects
from kalends.features.calendars.models import GENERAL, Category, Event
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Workspace
from kalends.kit.errors import (
    Clash,
    InvalidInput,
    must_be_version,
)
from kalends.kit.text import checked_color, checked_name
from kalends.storage import Unit

BEGINNING = {"Exam": 5, "Study": 4, "Gym": 3, "General": 3, "Social": 2, "Gaming": 1}
"""Names and levels that a new workspace begins with."""


class CategoryInUse(Clash):
    """Events carry the category, so it cannot go."""

    code = "category_in_use"


class CategoryTaken(Clash):
    """There is a category of that name already."""

    code = "category_taken"


def set_up_workspace(tx: Unit, workspace: Workspace) -> None:
    """Give a new workspace its first categories."""
    tx.insert(
        Category,
        [
            {"id": tx.new_id(), "name": name, "key": name.casefold(), "level": level, "version": 1}
            for name, level in BEGINNING.items()
        ],
    )


def list_categories(tx: Unit) -> list[Category]:
    """Give all categories, the weightiest first."""
    return list(tx.execute(select(Category).order_by(Category.level.desc(), Category.key)).scalars())


def create_category(tx: Unit, actor: Actor, *, name: str, level: int, color: str | None = None) -> Category:
    """Make a category of a level 1 to 5. Events labelled so carry it at once.

    Raises `CategoryTaken` where there is one of that name, whatever the case.
    """
    actor.must_write()
    name = checked_name(name, field="name", limit=100)
    _must_be_free(tx, name)
    category = tx.add(
        Category(
            id=tx.new_id(),
            name=name,
            key=name.casefold(),
            level=_checked_level(level),
            color=checked_color(color, field="color"),
            version=1,
        )
    )
    labels.adopt(tx, name)
    audit.record(tx, actor, "create", kind="category", subject=category.id, level=level)
    return category


def update_category(
    tx: Unit,
    actor: Actor,
    category_id: UUID,
    *,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
) -> Category:
    """Change `name`, `level` or `color`. A new name is written into the texts of the events that carry it.

    Raises `Stale` where the version is not the expected one, `CategoryTaken`, and `CategoryInUse` for a new
    name of General.
    """
    actor.must_write()
    tx.lock(Category, [category_id])
    category = tx.get(Category, category_id)
    must_be_version("category", category.version, expected_version)
    if "name" in changes:
        name = checked_name(changes["name"], field="name", limit=100)
        if name.casefold() != category.key:
            if category.key == GENERAL:
                raise CategoryInUse("General is what events have without a category: it keeps its name.")
            _must_be_free(tx, name)
        old, category.name, category.key = category.name, name, name.casefold()
        tx.session.flush()
        labels.relabel(tx, category.id, old, name)
    if "level" in changes:
        category.level = _checked_level(changes["level"])
    if "color" in changes:
        category.color = checked_color(changes["color"], field="color")
    category.version += 1
    tx.session.flush()
    audit.record(tx, actor, "update", kind="category", subject=category.id, changed=sorted(changes))
    return category


def delete_category(
    tx: Unit, actor: Actor, category_id: UUID, *, expected_version: int | None = None
) -> None:
    """Remove a category that no event carries.

    Raises `Stale` where the version is not the expected one, `CategoryInUse` for one that events carry and
    for General.
    """
    actor.must_write()
    objects.lock_all(tx)  # or an event could be given the category while it goes
    tx.lock(Category, [category_id])
    category = tx.get(Category, category_id)
    must_be_version("category", category.version, expected_version)
    # Counts events that the actor may not see as well: the number is not told for that reason.
    used = tx.execute(
        select(func.count()).select_from(Event).where(Event.category_id == category_id)
    ).scalar()
    if used or category.key == GENERAL:
        raise CategoryInUse(
            f"Events carry the category {category.name}: give them another one first."
            if used
            else "General is what events have without a category: it cannot go.",
            category_id=str(category_id),
        )
    tx.session.delete(category)
    tx.session.flush()
    audit.record(tx, actor, "delete", kind="category", subject=category_id)


def _checked_level(level: int) -> int:
    if not 1 <= level <= 5:
        raise InvalidInput(f"A category's level is 1 to 5, not {level}.", field="level")
    return level


def _must_be_free(tx: Unit, name: str) -> None:
    if tx.execute(select(Category.id).where(Category.key == name.casefold())).first():
        raise CategoryTaken(f"There is a category {name} already.", field="name")

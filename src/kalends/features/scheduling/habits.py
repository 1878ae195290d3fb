"""What people of a workspace chose before when events clashed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from kalends.engine.motives import Chosen
from kalends.engine.resolution import Habit, Way
from kalends.features.calendars.models import Category
from kalends.features.changes import ChangeSet, Source
from kalends.storage import Unit

MOST_READ = 200
"""Of how many choices, the latest, a habit is read."""


def habits_of(tx: Unit, categories: Mapping[UUID, Category]) -> dict[str, Habit]:
    """Give the habits by the name of the category, empty for none; what was undone was no choice."""
    rows = tx.execute(
        select(ChangeSet.reasons)
        .where(ChangeSet.source == Source.RESOLUTION, ChangeSet.undone_by_id.is_(None))
        .order_by(ChangeSet.id.desc())
        .limit(MOST_READ)
    ).scalars()
    chosen: dict[str, Counter[Way]] = defaultdict(Counter)
    for reasons in rows:
        for reason in reasons:
            if reason["code"] == Chosen.code:
                chosen[reason["category"]][Way(reason["way"])] += 1
    names = {"": "", **{str(id): category.name for id, category in categories.items()}}
    habits = {names[id]: Habit.of_choices(ways) for id, ways in chosen.items() if id in names}
    return {name: habit for name, habit in habits.items() if habit}

"""How far a task has come, from its pieces in the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kalends.features.identity.actor import Actor
from kalends.features.scheduling.held import Held, held_by
from kalends.features.scheduling.tasks.models import BLOCK, TASK, Block, Task
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What was done of a task, what is planned, and where."""

    done_minutes: int
    planned_minutes: int  # to come, or under way
    pieces: Sequence[Held]  # all that were not called off, in order of time


def progress_of(tx: Unit, actor: Actor, tasks: Sequence[Task]) -> dict[UUID, Progress]:
    """Give the progress of tasks that the actor may know of."""
    held = held_by(tx, actor, [f"{TASK}:{task.id}" for task in tasks])
    found = {}
    for task in tasks:
        pieces = [each for each in held.get(f"{TASK}:{task.id}", ()) if not each.cancelled]
        found[task.id] = Progress(
            done_minutes=sum(each.minutes for each in pieces if each.completed),
            planned_minutes=sum(
                each.minutes for each in pieces if not each.completed and each.span.end > tx.now
            ),
            pieces=pieces,
        )
    return found


def occasions_of(tx: Unit, actor: Actor, block: Block) -> list[Held]:
    """Give when a block is and was, as far as the actor may know it."""
    held = held_by(tx, actor, [f"{BLOCK}:{block.id}"]).get(f"{BLOCK}:{block.id}", [])
    return [each for each in held if not each.cancelled]

"""Making and changing blocks, and who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kalends.features.calendars.access import calendars_of
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.scheduling.editing import MAX_TITLE
from kalends.features.scheduling.tasks.models import Block, BlockKind
from kalends.features.scheduling.tasks.places import check_place, may_read, must_write
from kalends.kit.errors import (
    Clash,
    InvalidInput,
    NotFound,
    must_be_version,
)
from kalends.kit.text import checked_name
from kalends.storage import Unit

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:5]
SINCE, UNTIL = time(9), time(18)
MOST_BLOCKS = 50
"""How many one member keeps at most."""

LEAST_MINUTES, MOST_MINUTES = 5, 720
"""How long one block lasts."""


class TooManyBlocks(Clash):
    """The member has as many blocks as may be."""

    code = "too_many_blocks"


def list_blocks(tx: Unit, actor: Actor, *, member_id: UUID | None = None) -> list[Block]:
    """Give the blocks that the actor may know of, the oldest first."""
    actor.must_have(Scope.READ)
    query = select(Block).order_by(Block.id)
    if member_id is not None:
        query = query.where(Block.member_id == member_id)
    calendars = calendars_of(tx, actor)
    return [row for row in tx.execute(query).scalars().all() if may_read(tx, actor, calendars, row)]


def get_block(tx: Unit, actor: Actor, block_id: UUID) -> Block:
    """Give one, or raise `NotFound`."""
    actor.must_have(Scope.READ)
    row = tx.find(Block, block_id)
    if row is None or not may_read(tx, actor, calendars_of(tx, actor), row):
        raise NotFound(f"There is no block {block_id}.", kind="block", id=str(block_id))
    return row


def create_block(
    tx: Unit,
    actor: Actor,
    *,
    title: str,
    times_a_week: int,
    minutes: int,
    kind: BlockKind = BlockKind.HABIT,
    days: Sequence[str] = WORKDAYS,
    since: time = SINCE,
    until: time = UNTIL,
    member_id: UUID | None = None,
    calendar_id: UUID | None = None,
    category_id: UUID | None = None,
    active: bool = True,
) -> Block:
    """Keep time a number of times each week, at most once a day, for oneself unless `member_id` says whose.

    It lies within `since` and `until` of the named days, by the member's clock. Raises `InvalidInput` by
    field, `NotFound` and `Forbidden` for a calendar that the actor may not write, `TooManyBlocks`.
    """
    actor.must_write()
    whose = member_id or actor.member_id
    check_place(tx, actor, whose, calendar_id, category_id)
    theirs = select(func.count()).select_from(Block).where(Block.member_id == whose)
    if tx.execute(theirs).scalar_one() >= MOST_BLOCKS:
        raise TooManyBlocks(f"At most {MOST_BLOCKS} blocks: remove one first.", limit=MOST_BLOCKS)
    row = Block(
        id=tx.new_id(),
        member_id=whose,
        calendar_id=calendar_id,
        category_id=category_id,
        kind=kind,
        times_a_week=times_a_week,
        minutes=minutes,
        days=list(days),
        active=active,
        filled_until=None,
        version=1,
        created_at=tx.now,
        created_by=actor.member_id,
        updated_at=tx.now,
    )
    _change(row, {"title": title, "since": since, "until": until})
    tx.add(row)
    audit.record(tx, actor, "create", kind="block", subject=row.id)
    return row


def update_block(
    tx: Unit, actor: Actor, block_id: UUID, changes: Mapping[str, Any], expected_version: int | None = None
) -> Block:
    """Change a block; whose it is stays. Raises as `create_block`, and `Stale`."""
    row = written(tx, actor, block_id, expected_version)
    place = [changes.get(name, getattr(row, name)) for name in ("calendar_id", "category_id")]
    check_place(tx, actor, row.member_id, *place)
    _change(row, {"since": clock(row.since), "until": clock(row.until), **changes})
    row.version += 1
    row.updated_at = tx.now
    tx.session.flush()
    audit.record(tx, actor, "update", kind="block", subject=row.id, changed=sorted(changes))
    return row


def delete_block(tx: Unit, actor: Actor, block_id: UUID, expected_version: int | None = None) -> None:
    """Forget a block; what is past of it stays in the calendar."""
    row = written(tx, actor, block_id, expected_version)
    tx.session.delete(row)
    tx.session.flush()
    audit.record(tx, actor, "delete", kind="block", subject=block_id)


def written(tx: Unit, actor: Actor, block_id: UUID, expected_version: int | None = None) -> Block:
    """Give a block that the actor may change, locked. Raises `NotFound`, `Forbidden`, `Stale`."""
    tx.lock(Block, [block_id])
    row = get_block(tx, actor, block_id)
    must_write(tx, actor, row, "block")
    must_be_version("block", row.version, expected_version)
    return row


def clock(text: str) -> time:
    """Read a time of day as it is kept."""
    return time.fromisoformat(text)


def _change(row: Block, changes: Mapping[str, Any]) -> None:
    """Set what is to change, and refuse what does not go together."""
    since, until = changes["since"], changes["until"]
    for name, value in changes.items():
        if name not in ("since", "until"):
            setattr(row, name, value)
    row.since, row.until = since.strftime("%H:%M"), until.strftime("%H:%M")
    row.title = checked_name(row.title, field="title", limit=MAX_TITLE)
    known = [day for day in DAYS if day in row.days]
    if not known or len(known) < len(set(row.days)):
        raise InvalidInput(f"Give some of {', '.join(DAYS)}.", field="days")
    row.days = known
    if not 1 <= row.times_a_week <= len(known):
        raise InvalidInput(
            f"At most once a day: 1 to {len(known)} times a week on {len(known)} days.", field="times_a_week"
        )
    if not LEAST_MINUTES <= row.minutes <= MOST_MINUTES:
        raise InvalidInput(f"A block takes {LEAST_MINUTES} to {MOST_MINUTES} minutes.", field="minutes")
    room = (until.hour * 60 + until.minute) - (since.hour * 60 + since.minute)
    if room < row.minutes:
        raise InvalidInput(
            f"{row.minutes} minutes do not fit from {row.since} until {row.until}.", field="until"
        )

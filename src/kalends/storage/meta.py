"""What a database knows of itself: one row."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.database import Unit
from kalends.storage.schema import Table

_ONLY = 1


class Meta(Table):
    """The one row about the database itself."""

    __tablename__ = "meta"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # always 1
    tzdata: Mapped[str]  # the version of the zones with which instants were derived from local times
    reminders_tzdata: Mapped[str | None]  # of those with which all reminders were planned


def derived_with(tx: Unit) -> str | None:
    """Give the tzdata version behind the derived instants, None where nobody has noted one."""
    return tx.execute(select(Meta.tzdata).where(Meta.id == _ONLY)).scalar()


def note_derived(tx: Unit, tzdata: str) -> None:
    """Note the tzdata version behind the derived instants."""
    row = tx.session.get(Meta, _ONLY)
    if row is None:
        tx.add(Meta(id=_ONLY, tzdata=tzdata))
    else:
        row.tzdata = tzdata
        tx.session.flush()


def planned_with(tx: Unit) -> str | None:
    """Give the tzdata version with which all reminders were planned, None where they never were."""
    return tx.execute(select(Meta.reminders_tzdata).where(Meta.id == _ONLY)).scalar()


def note_planned(tx: Unit, tzdata: str) -> None:
    """Note the tzdata version with which all reminders are planned."""
    row = tx.session.get(Meta, _ONLY)
    if row is not None:
        row.reminders_tzdata = tzdata
        tx.session.flush()

"""Long lists, a page at a time or whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from kalends.cli.answering import note
from kalends.kit.pagination import LARGEST_LIMIT, Page, encode

T = TypeVar("T")

Before = Annotated[
    UUID | None, typer.Option(metavar="ID", help="Those that came before this one: the next page.")
]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, max=LARGEST_LIMIT, help="How many at most.")]


def cursor_of(before: UUID | None) -> str | None:
    """Give the cursor of a list by ids, the newest first."""
    return encode(str(before)) if before is not None else None


def nothing(before: UUID | None, empty: str) -> str:
    """Say that a page is empty: where it is the first, that all is."""
    return empty if before is None else "There is nothing before it."


def note_more(ctx: typer.Context, last: UUID) -> None:
    """Say how the page after this one is asked for."""
    note(ctx, f"There is more: --before {last}")


def every(read_page: Callable[[str | None], Page[T]]) -> list[T]:
    """Give the items of all pages; `read_page` gives the one at a cursor, of `LARGEST_LIMIT`."""
    page = read_page(None)
    found = list(page.items)
    while page.next is not None:
        page = read_page(page.next)
        found += page.items
    return found

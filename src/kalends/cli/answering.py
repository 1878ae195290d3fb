"""Answers: JSON for programs, lines and tables for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from kalends.cli.options import shared

if TYPE_CHECKING:  # Rich takes a while to import, and lines do not need it.
    from rich.console import Console

Human = Callable[[], None]
Cell = object  # anything that Rich can show; texts are taken literally

_WIDTH_OF_A_FILE = 160


def answer(ctx: typer.Context, data: Any, human: Human) -> None:
    """Print the answer of a command: `data` as JSON where that was asked for, else what `human` draws."""
    if shared(ctx).json:
        print(json.dumps(data, indent=2, ensure_ascii=False, default=_plain))
    else:
        human()


def console() -> Console:
    """Give the terminal, or the file or pipe in its place, where lines are not cut at some width."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    return Console(highlight=False, markup=False, emoji=False, width=width)


def list_of(lines: Iterable[str]) -> Human:
    """Show one line after the other, as they come."""

    def show() -> None:
        for line in lines:
            print(literal(line))

    return show


def table_of(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str = "There is nothing to show."
) -> Human:
    """Show rows under heads; `empty` where there are none."""
    rows = list(rows)

    def show() -> None:
        if not rows:
            print(empty)
            return
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold", collapse_padding=True)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*map(_shown, row))
        console().print(table)

    return show


def literal(text: str) -> str:
    """Give a text that cannot steer the terminal, whatever somebody wrote into an event."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(char) else char for char in text)


def note(ctx: typer.Context, text: str) -> None:
    """Say something beside the answer, where people look and programs do not."""
    if not shared(ctx).json:
        print(literal(text), file=sys.stderr, flush=True)


def confirm(ctx: typer.Context, question: str, *, yes: bool) -> bool:
    """Ask before something is done; nobody to ask means no, unless `--yes` was said."""
    return yes or (not shared(ctx).json and sys.stdin.isatty() and typer.confirm(question))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _steers(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def _shown(cell: Cell) -> Any:
    if isinstance(cell, str):
        return literal(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else cell if hasattr(cell, "__rich_console__") else str(cell)

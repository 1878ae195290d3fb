"""Contenders at the same instant, for tests of what the database must decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from kalends.kit.errors import KalendsError


def race(*contenders: Callable[[], Any]) -> list[Any]:
    """Run all at once and give what each returned, or the refusal it met; any other failure is raised."""
    start = Barrier(len(contenders))

    def run(contend: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return contend()
        except KalendsError as refusal:
            return refusal

    with ThreadPoolExecutor(len(contenders)) as threads:
        return list(threads.map(run, contenders))


def refusals(ends: Sequence[Any]) -> list[type[KalendsError]]:
    """Give the kinds of refusals among the ends of a race."""
    return [type(end) for end in ends if isinstance(end, KalendsError)]

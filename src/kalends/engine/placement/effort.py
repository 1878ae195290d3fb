"""How hard to look, and how a long search tells what it has found so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much work a search may do.

    Work is counted in deterministic seconds (about a second of one core, the same on every machine), so
    that the same problem with the same effort always has the same answer. The wall clock is only there to
    stop a search on a machine that is far too slow; what it cuts off differs from run to run.
    """

    seed: int = 0
    deterministic_seconds: float = 20.0
    wall_seconds: float = 120.0  # of solving
    clock: Callable[[], float] | None = None  # in seconds, for what the solver does not time itself
    workers: int = 1  # threads; more of them are faster, and as deterministic


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search has come."""

    done: int  # parts or rounds behind it
    total: int  # as far as known; it may grow
    costs: tuple[int, ...]  # of the best found so far, on each level


Watch = Callable[[Progress], bool]
"""Is told of progress from time to time; to answer False ends the search with the best so far."""

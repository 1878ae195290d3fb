"""What whoever counts is told of jobs, as it happens."""

from __future__ import annotations

from collections.abc import Iterable


class Watch:
    """Is told, and does nothing with it; who counts overrides what it wants, quickly, never failing."""

    def ordered(self, task: str, count: int) -> None:
        """Learn that jobs were stored."""

    def began(self, task: str, late: float | None) -> None:
        """Learn that a job begins, so many seconds late; None where it was tried before."""

    def ended(self, task: str, outcome: str, seconds: float) -> None:
        """Learn that a job that took so long was `done`, `failed` and will be tried again, is `dead`, was
        `missed`, or `lost` to another worker."""

    def recovered(self, tasks: Iterable[str]) -> None:
        """Learn of the tasks of jobs that a worker held which is given up."""

    def beat(self) -> None:
        """Learn that this process has shown that it lives."""

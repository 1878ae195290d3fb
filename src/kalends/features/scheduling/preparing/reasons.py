"""Why there is no time to prepare, beside what the engine says of each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kalends.engine.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOver:
    """The event is so near that days before it are over."""

    code: ClassVar[str] = "days_over"
    count: int

    def words(self, wording: Wording) -> str:
        return wording.count(self.count, "{count} day before it is over", "{count} days before it are over")

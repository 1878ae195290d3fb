"""Why there is no time to prepare, beside what the engine says of each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kalends.engine.wording import Wording, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOver:
    """The event is so near that days before it are over."""

    code: ClassVar[str] = "days_over"
    count: int

    def words(self, wording: Wording) -> str:
        return f"{counted(self.count, 'day')} before it {'is' if self.count == 1 else 'are'} over"

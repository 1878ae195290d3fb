"""Why a task finds no time, beside what the engine says of each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kalends.engine.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineOver:
    """No time is left before the deadline."""

    code: ClassVar[str] = "deadline_over"

    def words(self, wording: Wording) -> str:
        return wording.say("its deadline is over")

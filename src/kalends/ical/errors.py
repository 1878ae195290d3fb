"""What the codec refuses, and where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kalends.kit.errors import KalendsError


class NotCalendar(KalendsError):
    """The data holds nothing that can be read as iCalendar."""

    code = "not_icalendar"


class Rejected(KalendsError):
    """A component that cannot be accepted, with the reason as a stable `issue` and the line.

    `line` counts from 1: in a file the physical line, in a component's own text the content line.
    """

    code: ClassVar[str] = "invalid_icalendar"

    def __init__(self, issue: str, message: str, *, line: int = 1) -> None:
        super().__init__(message, issue=issue, line=line)
        self.issue = issue
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a file that was refused; what is not named by a problem was kept."""

    line: int  # physical line in the file, from 1
    uid: str | None
    code: str
    message: str

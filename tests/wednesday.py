"""The time of tests against a running server: it goes on as time does, from ten on a Wednesday morning.

So no test meets a midnight, the end of a week or a change of the clocks that it did not ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kalends.kit.clock import SystemClock

_MORNING = datetime(2026, 11, 18, 9, tzinfo=UTC)  # ten in Berlin


@dataclass(frozen=True)
class ShiftedClock:
    """The machine's clock, set by `shift`; it can be handed to another process."""

    shift: timedelta

    def now(self) -> datetime:
        return SystemClock().now() + self.shift


WEDNESDAY = ShiftedClock(_MORNING - SystemClock().now())

# For the pages of a browser. Playwright's own clock would make their timers its own as well.
IN_THE_BROWSER = f"""
globalThis.Date = class extends Date {{
  static now() {{
    return super.now() + {int(WEDNESDAY.shift.total_seconds() * 1000)};
  }}
  constructor(...given) {{
    super(...(given.length ? given : [new.target.now()]));
  }}
}};
"""

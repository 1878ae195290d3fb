"""What only REST refuses: requests that no feature ever sees."""

from __future__ import annotations

from kalends.kit.errors import KalendsError


class UnsupportedMedia(KalendsError):
    """A body of a kind that this route does not read; `expected` and `given` are among the fields."""

    code = "unsupported_media_type"

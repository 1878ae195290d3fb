"""What only REST refuses: requests that no feature ever sees."""

from __future__ import annotations

from kalends.kit.errors import KalendsError


class VersionRequired(KalendsError):
    """A replacement that does not say which version it replaces (RFC 6585 3)."""

    code = "precondition_required"


class UnsupportedMedia(KalendsError):
    """A body of a kind that this route does not read; `expected` and `given` are among the fields."""

    code = "unsupported_media_type"

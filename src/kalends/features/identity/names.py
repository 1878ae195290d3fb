"""What people and places may be called, and the names by which they sign in."""

from __future__ import annotations

import unicodedata

from kalends.kit.errors import InvalidInput

_USERNAME_MIN = 3
_USERNAME_MAX = 64
_USERNAME_MARKS = frozenset("._-@+")
_DISPLAY_MAX = 100


def username(text: str) -> str:
    """Give the one form under which a username is kept, so that look-alike spellings are one name.

    NFKC and case-folded; 3 to 64 letters, digits or `. _ - @ +`. Raises `InvalidInput`.
    """
    folded = _folded(text[: 4 * _USERNAME_MAX])
    if not _USERNAME_MIN <= len(folded) <= _USERNAME_MAX or len(text) > 4 * _USERNAME_MAX:
        raise InvalidInput(f"A username has {_USERNAME_MIN} to {_USERNAME_MAX} characters.", field="username")
    if wrong := next((char for char in folded if not _may_stand_in_username(char)), None):
        raise InvalidInput(
            f"A username has letters, digits and {' '.join(sorted(_USERNAME_MARKS))}, not {wrong!r}.",
            field="username",
        )
    return folded


def _folded(text: str) -> str:
    # Folding can undo normalisation and the reverse (Unicode 3.13, D146): twice reaches the fixed point.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return text


def _may_stand_in_username(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in _USERNAME_MARKS


def display_name(text: str, *, field: str = "name") -> str:
    """Give a name as people see it (trimmed, NFC, 1 to 100 characters, one line) or raise `InvalidInput`."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= _DISPLAY_MAX:
        raise InvalidInput(f"A name has 1 to {_DISPLAY_MAX} characters, not {len(name)}.", field=field)
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in name):
        raise InvalidInput("A name is one line without control characters.", field=field)
    return name

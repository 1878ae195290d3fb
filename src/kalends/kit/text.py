"""Checks of short texts that people type."""

from __future__ import annotations

import re
import unicodedata

from kalends.kit.errors import InvalidInput

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def checked_text(value: str, *, field: str, limit: int) -> str:
    """Give the text as stored: composed (NFC), with line ends as LF; refuse control characters."""
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise InvalidInput("Control characters are not allowed here.", field=field)
    if len(text) > limit:
        raise InvalidInput(f"At most {limit} characters, not {len(text)}.", field=field, limit=limit)
    return text


def checked_name(value: str, *, field: str, limit: int = 200) -> str:
    """Give a name on one line, without blanks around it; refuse an empty one."""
    name = checked_text(value, field=field, limit=limit).strip()
    if not name or "\n" in name:
        raise InvalidInput("A name is one line of at least one character.", field=field)
    return name


def checked_color(value: str | None, *, field: str) -> str | None:
    """Give a colour as `#rrggbb` in lower case."""
    if value is None:
        return None
    if not _COLOR.fullmatch(value):
        raise InvalidInput(f"A colour is written #rrggbb, not {value!r}.", field=field)
    return value.lower()

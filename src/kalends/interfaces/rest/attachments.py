"""What a browser calls a file that it is given to keep."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

_LONGEST: Final = 80  # characters; in UTF-8 well below the 255 bytes that file systems take
_PATH: Final = re.compile(r'[/\\:*?"<>|]')  # separates or means something in a path, on one system or another
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # controls, and what turns text around


def attachment(name: str, extension: str, *, otherwise: str) -> dict[str, str]:
    """Give the headers that let a browser keep an answer as a file of this name (RFC 6266).

    What a path or a header could stumble over is left out; of a name of which nothing is left, `otherwise`
    takes the place. Those who know no UTF-8 (RFC 5987) get what ASCII can say of it.
    """
    said = _clean(name) or otherwise
    plain = _clean(unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode()) or otherwise
    plain = plain.replace("%", "_")  # some decode it
    encoded = quote(f"{said}.{extension}", safe="")
    disposition = f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{encoded}"
    return {"Content-Disposition": disposition}


def _clean(name: str) -> str:
    shown = "".join(" " if each.isspace() else each for each in name)
    shown = "".join(each for each in shown if unicodedata.category(each) not in _HIDDEN)
    # A leading dot hides a file, a trailing one is lost.
    return " ".join(_PATH.sub("_", shown).split()).strip(". ")[:_LONGEST].rstrip(". ")

"""A file as the reader sees it: unfolded bytes that still know their physical lines."""

from __future__ import annotations

import codecs
import re
from array import array
from bisect import bisect_left

from kalends.ical.limits import Limits
from kalends.kit.errors import TooLarge

_FOLD = re.compile(rb"\n[ \t]")


class Source:
    """The input with its line ends made `\\n` and its folds taken out, all in bytes.

    Unfolding comes before decoding because old writers fold inside a UTF-8 sequence (RFC 5545 3.1).
    """

    def __init__(self, data: bytes | str, limits: Limits) -> None:
        if len(data) > limits.max_bytes:
            raise TooLarge(
                f"The calendar has {len(data)} bytes; at most {limits.max_bytes} are read.",
                limit=limits.max_bytes,
                setting="ical_max_bytes",
            )
        folded = _lf_ended(_utf8(data))
        # Where each fold was, counted in the unfolded bytes: two bytes went with every one before it.
        self._folds = array("Q", (m.start() - 2 * n for n, m in enumerate(_FOLD.finditer(folded))))
        self.data = _FOLD.sub(b"", folded) if self._folds else folded
        self._known = (0, 1)  # an offset and the number of newlines before it, plus one

    def line_at(self, offset: int) -> int:
        """Give the physical line, from 1, on which the content line at `offset` begins."""
        known, count = self._known
        if offset < known:
            known, count = 0, 1
        count += self.data.count(b"\n", known, offset)
        self._known = (offset, count)
        return count + bisect_left(self._folds, offset)

    def lines(self, start: int, end: int) -> list[str]:
        """Give the unfolded lines between two offsets, decoded."""
        return decode(self.data[start:end]).split("\n")

    def offset_of(self, start: int, number: int) -> int:
        """Give the offset of the `number`-th line (from 1) after `start`."""
        for _ in range(number - 1):
            start = self.data.find(b"\n", start) + 1
        return start


def decode(data: bytes) -> str:
    """Read UTF-8; lines that are not UTF-8 are taken for Windows-1252, which is what they are in practice."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join(_decode_line(line) for line in data.split(b"\n"))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError:  # five octets mean nothing there
            return line.decode("latin-1")


def _utf8(data: bytes | str) -> bytes:
    if isinstance(data, str):
        return data.removeprefix("\ufeff").encode("utf-8", "replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _lf_ended(data: bytes) -> bytes:
    if b"\r" not in data:
        return data
    # \r\r\n is what a second conversion to DOS line ends leaves behind.
    return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")

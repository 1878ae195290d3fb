"""Content lines (RFC 5545 3.1): one property with its parameters and value, kept as it was written.

A line is held unfolded. Its `raw` text is what is written back, so nothing that Kalends does not
understand is ever lost; names, parameters and values are read out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from kalends.ical.errors import Rejected

Parameters = Mapping[str, tuple[str, ...]]

# CONTROL of RFC 5545 3.1 is every control character but HTAB.
_LINE = re.compile(
    r'([A-Za-z0-9-]++)((?:;(?:[^":\x00-\x08\x0a-\x1f\x7f]++|"[^"\x00-\x08\x0a-\x1f\x7f]*+")*+)?)'
    r":([^\x00-\x08\x0a-\x1f\x7f]*+)"
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PARAMETER = re.compile(r';([^=;"]*+)(?:=((?:[^;"]++|"[^"]*+")*+))?')
_PARAMETER_VALUE = re.compile(r'((?:[^,"]++|"[^"]*+")*+),')
_ESCAPED = re.compile(r"\\(.)", re.S)
_CARET = re.compile(r"\^([n^'])")
_NEEDS_FOLD = re.compile(rb"[^\n]{76,}")
_NO_PARAMETERS: Parameters = MappingProxyType({})


class Line(NamedTuple):
    """One content line."""

    raw: str  # unfolded, without its line end
    name: str  # upper case
    parameter_text: str  # as written, with its leading semicolon; empty for none
    value: str  # as written, escapes included
    number: int  # where it stood; 0 for a line that was made here

    @property
    def parameters(self) -> Parameters:
        """Give the parameters by upper-case name, unquoted and decoded (RFC 6868)."""
        return parse_parameters(self.parameter_text) if self.parameter_text else _NO_PARAMETERS

    def parameter(self, name: str) -> str | None:
        """Give the first value of a parameter, or None."""
        if not self.parameter_text:
            return None
        values = parse_parameters(self.parameter_text).get(name)
        return values[0] if values else None

    @property
    def text(self) -> str:
        """Give the value as TEXT (RFC 5545 3.3.11), its escapes resolved."""
        return unescape(self.value)

    @property
    def texts(self) -> tuple[str, ...]:
        """Give the value as a list of TEXT, separated by the commas that are not escaped."""
        return tuple(unescape(part) for part in split_unescaped(self.value, ","))


def parse_line(raw: str, number: int = 0) -> Line:
    """Read one unfolded content line.

    Raises Rejected: `bad_line` without a name and colon or with an open quote,
    `control_character` for an octet that RFC 5545 3.1 forbids.
    """
    match = _LINE.fullmatch(raw)
    if match is None:
        raise _refusal(raw, number)
    name, parameter_text, value = match.groups()
    return Line(raw, name.upper(), parameter_text, value, number)


def _refusal(raw: str, number: int) -> Rejected:
    control = _CONTROL.search(raw)
    if control is None:
        shown = raw if len(raw) <= 60 else raw[:57] + "..."
        return Rejected("bad_line", f"Not a property (NAME;PARAMETERS:VALUE): {shown!r}.", line=number)
    return Rejected(
        "control_character",
        f"{raw[:40].partition(':')[0]!r} holds the control character U+{ord(control[0]):04X}, "
        "which iCalendar forbids; remove it.",
        line=number,
    )


@lru_cache(maxsize=4096)
def parse_parameters(text: str) -> Parameters:
    """Read `;NAME=value,"value"...` into decoded values by upper-case name; a repeated name adds up."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in _PARAMETER.findall(text):
        decoded = tuple(_decode(value) for value in _PARAMETER_VALUE.findall(values + ","))
        found[name.strip().upper()] = found.get(name.strip().upper(), ()) + decoded
    return MappingProxyType(found)


def make_line(
    name: str, value: str, parameters: Mapping[str, str | Iterable[str] | None] = _NO_PARAMETERS
) -> Line:
    """Write a content line from a value that is already escaped; parameters that are None are left out.

    Raises Rejected `control_character` where the value or a parameter holds one.
    """
    text = ""
    for key, given in parameters.items():
        if given is not None:
            text += f";{key}=" + ",".join(_encode(v) for v in ([given] if isinstance(given, str) else given))
    return parse_line(f"{name}{text}:{value}")


def with_parameters(line: Line, parameters: Mapping[str, str | None]) -> Line:
    """Set parameters of a property, or remove those that are None, and keep the others."""
    return make_line(line.raw[: len(line.name)], line.value, {**line.parameters, **parameters})


def escape(text: str) -> str:
    """Write TEXT (RFC 5545 3.3.11); every kind of line break becomes `\\n`."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def unescape(value: str) -> str:
    """Read TEXT; a backslash before anything else than the RFC's characters is dropped, as readers do."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def split_unescaped(value: str, separator: str) -> list[str]:
    """Split at each `separator` that no backslash escapes."""
    if "\\" not in value:
        return value.split(separator)
    parts = [""]
    for piece in re.split(rf"(\\.|{re.escape(separator)})", value, flags=re.S):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def fold(lines: str) -> bytes:
    """Give newline-separated content lines as UTF-8, CRLF-ended, folded at 75 octets (RFC 5545 3.1)."""
    if not lines:
        return b""
    return _NEEDS_FOLD.sub(_folded, lines.encode()).replace(b"\n", b"\r\n") + b"\r\n"


def _folded(match: re.Match[bytes]) -> bytes:
    line, pieces, start, room = match[0], [], 0, 75
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # never inside a UTF-8 sequence
            end -= 1
        pieces.append(line[start:end])
        start, room = end, 74  # the leading space counts
    return b"\n ".join([*pieces, line[start:]])


def _decode(value: str) -> str:
    value = value.replace('"', "")
    return _CARET.sub(lambda m: {"n": "\n", "^": "^", "'": '"'}[m[1]], value) if "^" in value else value


def _encode(value: str) -> str:
    value = value.replace("^", "^^").replace('"', "^'").replace("\r\n", "^n").replace("\n", "^n")
    return f'"{value}"' if re.search("[:;,]", value) else value

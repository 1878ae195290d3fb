"""What a problem says, in the language of whoever asked.

Errors are made in English, deep inside, by code that knows no viewer. So a message is recognised by the text
it was made from, and its values are filled into the same text of another language. What nobody has translated
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from fastapi import Request

from kalends.interfaces.rest.german_problems import PROBLEMS, SHAPES

_PLACE = "{}"
_FIELD = re.compile(
    r"([A-Za-z0-9_.-]+): (.+)\.", re.DOTALL
)  # how a message names the first of several faults


class _Text(NamedTuple):
    made: re.Pattern[str]
    instead: str


def language_of(request: Request) -> str:
    """Give the language, without its region, of the member who calls, or else what the caller asks for."""
    told: str | None = getattr(request.state, "language", None)
    asked = told or re.split("[,;]", request.headers.get("accept-language", ""))[0]
    return asked.strip().partition("-")[0].lower()


def in_words(message: str, language: str) -> str:
    """Say an error's message in a language; in English where that has no words for it."""
    if language != "de":
        return message
    for text in _german():
        if match := text.made.fullmatch(message):
            return text.instead.format(*match.groups())
    named = _FIELD.fullmatch(message)
    return f"{named[1]}: {in_words(named[2], language)}." if named else message


@cache
def _german() -> Sequence[_Text]:
    """Give the texts that recognise messages, those with the most words of their own first."""
    known = sorted({**SHAPES, **PROBLEMS}.items(), key=lambda each: -len(each[0].replace(_PLACE, "")))
    return [_Text(_pattern(english), german) for english, german in known]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, text.split(_PLACE))), re.DOTALL)

"""What is said, in other languages: for each language a catalogue from the English texts to its own.

A text keeps its places, `{title}`; where English tells one from many, the language does too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kalends.engine.words.german import GERMAN

CATALOGUES: Mapping[str, Mapping[str, str]] = MappingProxyType({"de": GERMAN})
_NONE: Mapping[str, str] = MappingProxyType({})


def catalogue(language: str) -> Mapping[str, str]:
    """Give the catalogue of a BCP 47 tag by its language, wherever that is spoken; an empty one for English
    and for what nobody has translated."""
    return CATALOGUES.get(language.partition("-")[0], _NONE)

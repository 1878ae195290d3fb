"""What Twilio does once a call is answered, in its own markup (TwiML)."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import urlsplit

from kalends.features.calls.ports import Dial
from kalends.jobs import Permanent

LONGEST: Final = 4000
"""Characters of a document that comes with the request to call."""

NOTHING: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Nothing more is to be done: the call ends, and a message has no answer."""

_HEAD, _FOOT = "<Response>", "</Response>"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
_PLACES = {  # languages whose best known variety is not named like them
    "en": "en-US", "da": "da-DK", "sv": "sv-SE", "ja": "ja-JP", "ko": "ko-KR", "zh": "zh-CN", "cs": "cs-CZ",
    "el": "el-GR", "uk": "uk-UA", "vi": "vi-VN", "hi": "hi-IN", "nb": "nb-NO", "ca": "ca-ES", "he": "he-IL",
}  # fmt: skip


def script(dial: Dial, *, transcribed_at: str | None, ended_at: str | None) -> str:
    """Give the document that reads a script out; with addresses, what is said then is written down too."""
    say = f'<Say language="{_spoken(dial.language)}">{_text(dial.content_text)}</Say>'
    record = ""
    if transcribed_at and ended_at:
        # Recordings of two minutes or more are not transcribed.
        record = (
            f'<Record action="{_text(ended_at)}" playBeep="false" maxLength="119" timeout="5"'
            f' transcribe="true" transcribeCallback="{_text(transcribed_at)}"/>'
        )
    document = f"{_HEAD}{say}{record}{_FOOT}"
    if len(document) > LONGEST:
        over = len(document) - LONGEST
        raise Permanent(f"The script is {over} characters too long for Twilio, which takes {LONGEST} in all.")
    return document


def agent(dial: Dial) -> str:
    """Give the document that connects the call with an agent's stream of sound."""
    address = secure(dial.content_text, "wss")
    return f'{_HEAD}<Connect><Stream url="{_text(address)}"/></Connect>{_FOOT}'


def secure(address: str, scheme: str) -> str:
    """Give an address that Twilio is to open, or raise `Permanent` where it is not of the secure scheme."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() != scheme or not parts.hostname or _NOT_IN_XML.search(address):
        raise Permanent(f"Twilio is given {scheme}:// addresses only: write the address of the call anew.")
    return address


def _spoken(language: str) -> str:
    """Give a language with its place, as Twilio wants it: `de` is `de-DE`."""
    code, _, place = language.replace("_", "-").partition("-")
    code = code.lower()
    return _text(f"{code}-{place}") if place else _text(_PLACES.get(code, f"{code}-{code.upper()}"))


def is_readable(letter: str) -> bool:
    """Say whether XML can hold a character; those that it cannot are left out."""
    return _NOT_IN_XML.fullmatch(letter) is None


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("", text))

"""Saying no to more mail, by the link in it: no sign-in, and one click (RFC 8058)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse

from kalends.features.reminders.unsubscribing import Subscribed
from kalends.interfaces.rest.context import CurrentServices, count_address

router = APIRouter(prefix="/unsubscribe", tags=["notifications"], dependencies=[Depends(count_address)])

_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Kalends</title>
<style>{style}</style>
<h1>Kalends</h1>
<p>{words}</p>
{form}
</html>
"""
_STYLE: Final = """
html { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; color: light-dark(#22252a, #e8e6e1);
  background: light-dark(#fbfaf7, #16181b); }
body { max-width: 34em; margin: 12vh auto; padding: 0 1.5em; overflow-wrap: anywhere; }
h1 { font-size: 1.3em; }
button { font: inherit; min-height: 44px; padding: 0 1.2em; border: 0; border-radius: 8px;
  color: light-dark(#ffffff, #0d1f1f); background: light-dark(#0b6b6b, #6fc7c3); cursor: pointer; }
"""
_DIGEST: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'"
}
_FORM: Final = '<form method="post"><button>{button}</button></form>'


class _Words(NamedTuple):
    """What the page says, before and after."""

    asked: str
    ended: str
    button: str
    channels: Mapping[str, str]


_WORDS: Final[Mapping[str, _Words]] = {
    "en": _Words(
        asked="Kalends sends {channel} to {address}.",
        ended="Kalends sends no more {channel} to {address}.",
        button="Send no more",
        channels={"email": "mail", "sms": "text messages"},
    ),
    "de": _Words(
        asked="Kalends sendet {channel} an {address}.",
        ended="Kalends sendet keine {channel} mehr an {address}.",
        button="Nichts mehr senden",
        channels={"email": "E-Mails", "sms": "SMS"},
    ),
}
_HTML: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}}
}

Token = Annotated[str, Path(max_length=300)]


@router.get("/{token}", response_class=HTMLResponse, responses=_HTML)
def ask_to_unsubscribe(token: Token, services: CurrentServices) -> HTMLResponse:
    """Show what the link of a message is about, and a button. Looking changes nothing: programs look too."""
    found = services.notifications.unsubscribing.look(token)
    return _page(found, ended=False)


@router.post("/{token}", response_class=HTMLResponse, responses=_HTML)
def unsubscribe(token: Token, services: CurrentServices) -> HTMLResponse:
    """Send nothing more to the address that the link is about; whatever the body says."""
    found = services.notifications.unsubscribing.stop(token)
    return _page(found, ended=True)


def _page(found: Subscribed, *, ended: bool) -> HTMLResponse:
    primary = found.language.partition("-")[0].lower()
    language = primary if primary in _WORDS else "en"
    words = _WORDS[language]
    sentence = (words.ended if ended else words.asked).format(
        channel=words.channels.get(found.channel, found.channel), address=found.address
    )
    form = "" if ended else _FORM.format(button=escape(words.button))
    page = _PAGE.format(language=language, style=_STYLE, words=escape(sentence), form=form)
    return HTMLResponse(page, headers=_HEADERS)

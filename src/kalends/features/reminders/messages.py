"""What is sent: a notification, or a digest of several, as mail, and as data for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from kalends.engine.wording import Speech
from kalends.engine.zones import zone
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.reminders.models import Channel, Delivery, Notification
from kalends.features.reminders.ports import Message
from kalends.features.reminders.settings import Reach
from kalends.features.reminders.unsubscribing import Unsubscribing
from kalends.features.reminders.wording import Told, put_in_words
from kalends.features.scheduling.exchange import export_event
from kalends.ical.composing import CalendarHead
from kalends.kit.errors import KalendsError
from kalends.storage import Unit

_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 36em; margin: 1.5em">
{parts}
{foot}
</body>
</html>
"""
_PART = '<h1 style="font-size: 1.15em; margin: 1em 0 .25em">{title}</h1>\n'
_LINE = '<p style="margin: .25em 0">{line}</p>\n'
_FOOT = '<p style="margin-top: 2em; font-size: .85em; opacity: .75">{links}</p>'


_PAGES = {"event": "/history", "call": "/calls"}  # what is cancelled is to be found in the history alone


class Messages:
    """Composes what carriers send."""

    def __init__(self, unsubscribing: Unsubscribing, public_url: str | None) -> None:
        self._unsubscribing = unsubscribing
        self._public_url = public_url.rstrip("/") if public_url else None

    def compose(
        self, tx: Unit, reach: Reach, delivery: Delivery, told: Sequence[Notification], address: str
    ) -> Message:
        """Put notifications into a message to an address of their member."""
        actor = actor_of(reach.member)
        words = put_in_words(tx, actor, told)
        speech = Speech(zone=zone(actor.zone).tzinfo, language=actor.language)
        one = words[0] if len(words) == 1 else None
        subject = one.title if one else speech.count(len(words), "{count} notice", "{count} notices")
        link = self._link(told[0] if one else None, one)
        stop = None
        if delivery.channel == Channel.EMAIL and self._public_url is not None:
            stop = self._unsubscribing.address(self._public_url, reach.member, delivery.channel)
        return Message(
            key=str(delivery.id),
            workspace_id=tx.workspace_id,
            to=address,
            subject=subject,
            text=_text(words, one, speech, link, stop),
            html=_html(words, subject, speech, link, stop) if delivery.channel == Channel.EMAIL else None,
            language=actor.language,
            link=link,
            calendar=_calendar(tx, actor, one) if delivery.channel == Channel.EMAIL else None,
            unsubscribe=stop,
            data=json.dumps(self._data(delivery, told, words), ensure_ascii=False),
            secret=reach.webhook_secret if delivery.channel == Channel.WEBHOOK else None,
        )

    def _link(self, notification: Notification | None, said: Told | None) -> str | None:
        if self._public_url is None:
            return None
        where = "/notifications" if notification is None or said is None else _where(notification, said)
        return f"{self._public_url}{where}"

    def _data(
        self, delivery: Delivery, told: Sequence[Notification], words: Sequence[Told]
    ) -> Mapping[str, Any]:
        return {
            "id": str(delivery.id),
            "member_id": str(delivery.member_id),
            "notifications": [
                {
                    "id": str(each.id),
                    "name": each.name,
                    "at": each.at.isoformat(),
                    "title": said.title,
                    "text": said.text,
                    "event_id": said.event_id and str(said.event_id),
                    "occurrence": each.data.get("occurrence"),
                    "start": each.data.get("start"),
                    "link": self._link(each, said),
                }
                for each, said in zip(told, words, strict=True)
            ],
        }


def _where(notification: Notification, said: Told) -> str:
    """Give the page of the app that a notification leads to, as its list there does."""
    kind, subject = notification.name.partition(".")[0], notification.subject
    if said.event_id is not None and notification.name != "event.cancelled":
        occurrence = notification.data.get("occurrence")
        about = {"event": str(said.event_id), **({"occurrence": occurrence} if occurrence else {})}
        return f"/calendar?{urlencode(about)}"
    if subject is not None and kind in _PAGES:
        return f"{_PAGES[kind]}/{subject}"
    own = notification.data.get("reminder_id")
    return f"/reminders/{own}" if own else "/notifications"


def _text(words: Sequence[Told], one: Told | None, speech: Speech, link: str | None, stop: str | None) -> str:
    if one is not None:
        parts = [one.title, *one.lines]
    else:
        parts = ["\n".join([f"- {each.title}", *(f"  {line}" for line in each.lines)]) for each in words]
    if link:
        parts += ["", link]
    if stop:
        parts += ["", speech.say("No more of this mail: {link}", link=stop)]
    return "\n".join(parts)


def _html(words: Sequence[Told], subject: str, speech: Speech, link: str | None, stop: str | None) -> str:
    parts = "".join(
        _PART.format(title=escape(each.title))
        + "".join(_LINE.format(line=escape(line)) for line in each.lines)
        for each in words
    )
    links = []
    if link:
        links.append(f'<a href="{escape(link)}">{escape(speech.say("Open in Kalends"))}</a>')
    if stop:
        links.append(f'<a href="{escape(stop)}">{escape(speech.say("No more of this mail"))}</a>')
    return _PAGE.format(
        language=escape(speech.language),
        title=escape(subject),
        parts=parts,
        foot=_FOOT.format(links=" · ".join(links)) if links else "",
    )


def _calendar(tx: Unit, actor: Actor, one: Told | None) -> bytes | None:
    """Give the event as a file, as its reader may see it; None for one that is gone."""
    if one is None or one.event_id is None:
        return None
    try:
        return b"".join(export_event(tx, actor, UUID(str(one.event_id)), head=CalendarHead(method="PUBLISH")))
    except KalendsError:
        return None

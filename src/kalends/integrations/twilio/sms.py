"""Text messages through Twilio."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kalends.features.reminders.ports import AddressGone, Message
from kalends.integrations.twilio.account import Account, Refused
from kalends.integrations.twilio.callbacks import SMS, address

_LONGEST: Final = 1600  # characters that Twilio takes
_CLOCKS_APART: Final = timedelta(minutes=1)  # ours and Twilio's, at most
_LOOKED_AT: Final = 50  # messages to one number, the newest first
_GONE: Final = frozenset({"21211", "21610", "21614", "21635"})  # no number, unsubscribed, or a landline


class TwilioMessages:
    """Sends from the account's number; what becomes of each comes to an address that holds its key."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def send(self, message: Message) -> str | None:
        """Send the text; gives Twilio's id."""
        asked = {"to": message.to, "from_": self._account.number, "body": _body(message)}
        if self._account.public_url is not None and message.workspace_id is not None:
            asked["status_callback"] = address(
                self._account.public_url, message.workspace_id, message.key, SMS
            )
        try:
            return str(self._account.client.messages.create(**asked).sid)
        except Refused as refusal:
            if refusal.code in _GONE:
                raise AddressGone(str(refusal)) from None
            raise

    def find(self, message: Message, since: datetime) -> str | None:
        """Ask for a message of the same words to the same number, sent since then."""
        self._account.must_be_settled(since)
        listed = self._account.client.messages.list(
            to=message.to, from_=self._account.number, limit=_LOOKED_AT
        )
        for sent in listed:
            if sent.body == _body(message) and sent.date_created >= since - _CLOCKS_APART:
                return str(sent.sid)
        return None


def _body(message: Message) -> str:
    text = message.text.strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

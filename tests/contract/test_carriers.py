"""Mail, pushes and webhooks, as whoever gets them sees them, and what is made of refusals."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from kalends.features.reminders.ports import AddressGone, Message
from kalends.integrations.mail import Mail, MailSettings
from kalends.integrations.outside_addresses import NotAllowed, OutsideAddresses, is_public
from kalends.integrations.push import Pushes, public_key, vapid_key
from kalends.integrations.push.fake import FakePushService
from kalends.integrations.webhook import Webhooks
from kalends.integrations.webhook.fake import FakeReceiver
from kalends.integrations.webhook.signature import is_signed, sign
from kalends.jobs import Permanent, Transient
from kalends.kit.clock import FixedClock
from kalends.kit.crypto import Keyring
from workspaces import NOON

CLOCK = FixedClock(NOON)
SECRET = "sixteen letters!"
MESSAGE = Message(
    key="019cae6b-6600-7dbb-a733-967443d54752",
    to="ana@example.org",
    subject="Dentist: Tue 2026-03-03 14:00",
    text="Bring the card. Größe <b>",
    html="<p>Bring the card</p>",
    calendar=b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n",
    unsubscribe="https://kalends.example/api/v1/unsubscribe/x",
    data=json.dumps({"id": "1"}),
    secret=SECRET,
)


class Inbox:
    """An SMTP server of a test: keeps what it takes, or answers as it is told."""

    def __init__(self) -> None:
        self.mail: list[EmailMessage] = []
        self.to_recipient = self.to_mail = "250 OK"

    async def handle_RCPT(self, _s: Any, _x: Any, envelope: Any, address: str, _o: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _s: Any, _x: Any, envelope: Any) -> str:
        if self.to_mail.startswith("250"):
            self.mail.append(message_from_bytes(envelope.content, policy=default))
        return self.to_mail


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail(inbox: Inbox) -> Iterator[Mail]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings = MailSettings(sender="kalends@example.com", host="127.0.0.1", port=port, security="none")
    yield Mail(settings, CLOCK)
    server.stop()


def test_a_mail_has_text_html_and_the_event(mail: Mail, inbox: Inbox) -> None:
    assert mail.send(MESSAGE) == f"<{MESSAGE.key}@example.com>"
    (got,) = inbox.mail
    assert (got["To"], got["Subject"], got["Message-ID"]) == (
        *("ana@example.org", MESSAGE.subject),
        f"<{MESSAGE.key}@example.com>",
    )
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    kinds = [part.get_content_type() for part in got.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == MESSAGE.text


def test_a_title_cannot_add_headers(mail: Mail, inbox: Inbox) -> None:
    mail.send(replace(MESSAGE, subject="Dentist\r\nBcc: eve@example.org"))
    assert inbox.mail[0]["Bcc"] is None
    with pytest.raises(AddressGone):
        mail.send(replace(MESSAGE, to="ana@example.org\r\nBcc: eve@example.org"))


@pytest.mark.parametrize(
    "to_recipient, to_mail, expected",
    [
        ("450 4.2.1 busy", "250 OK", Transient),
        ("550 5.1.1 no such user", "250 OK", AddressGone),
        ("550 no such user", "250 OK", AddressGone),
        ("552 5.2.2 full", "250 OK", Permanent),
        ("250 OK", "451 4.3.0 later", Transient),
        ("250 OK", "554 5.7.1 spam", Permanent),
        ("250 OK", "530 5.7.0 who are you", Transient),
    ],
)
def test_what_a_mail_server_says_is_told_apart(
    mail: Mail, inbox: Inbox, to_recipient: str, to_mail: str, expected: type[Exception]
) -> None:
    inbox.to_recipient, inbox.to_mail = to_recipient, to_mail
    with pytest.raises(expected) as told:
        mail.send(MESSAGE)
    assert type(told.value) is expected


def test_a_mail_server_that_is_not_there_may_come_back() -> None:
    nobody = MailSettings(sender="kalends@example.com", host="127.0.0.1", port=1, security="none")
    with pytest.raises(Transient):
        Mail(nobody, CLOCK).send(MESSAGE)


def outside(answer: Any, addresses: Sequence[str] = ("93.184.216.34",), **more: Any) -> OutsideAddresses:
    transport = httpx.MockTransport(answer)
    return OutsideAddresses(resolve=lambda _name, _port: addresses, transport=transport, **more)


@pytest.fixture
def service() -> FakePushService:
    return FakePushService(endpoint="https://push.example/browser")


@pytest.fixture
def pushes(service: FakePushService) -> Pushes:
    key = vapid_key(Keyring(b"k" * 32))
    return Pushes(outside(service.answer), key, "mailto:root@example.com", CLOCK)


def test_a_push_is_read_by_its_browser_alone(pushes: Pushes, service: FakePushService) -> None:
    assert pushes.send(replace(MESSAGE, to=service.subscription)) == "https://push.example/browser/1"
    (got,) = service.pushed
    assert (got.shown["title"], got.shown["id"]) == (MESSAGE.subject, MESSAGE.key)
    assert got.topic == MESSAGE.key.replace("-", "")
    assert (got.claims["sub"], got.claims["aud"]) == ("mailto:root@example.com", "https://push.example")
    assert got.claims["exp"] > NOON.timestamp()


def test_a_long_text_is_cut(pushes: Pushes, service: FakePushService) -> None:
    pushes.send(replace(MESSAGE, to=service.subscription, text="ü" * 5000))
    assert service.pushed[0].shown["title"] == MESSAGE.subject


def test_the_key_of_pushes_stays_with_the_master_key() -> None:
    one, same, other = (public_key(vapid_key(Keyring(text * 32))) for text in (b"k", b"k", b"x"))
    assert one == same != other


@pytest.mark.parametrize(
    "status, expected",
    [(404, AddressGone), (410, AddressGone), (429, Transient), (503, Transient), (400, Permanent)],
)
def test_what_a_push_service_says_is_told_apart(
    pushes: Pushes, service: FakePushService, status: int, expected: type[Exception]
) -> None:
    service.status, service.headers = status, {"Retry-After": "7"}
    with pytest.raises(expected) as told:
        pushes.send(replace(MESSAGE, to=service.subscription))
    assert type(told.value) is expected
    assert getattr(told.value, "fields", {}).get("retry_after", 7) == 7


def test_a_push_service_that_cannot_be_signed_for_is_none(pushes: Pushes, service: FakePushService) -> None:
    service.endpoint = "https://[2001:db8::1]/1"
    with pytest.raises(Permanent):
        pushes.send(replace(MESSAGE, to=service.subscription))


@pytest.mark.parametrize(
    "header, seconds", [("30", 30), ("9" * 5000, 999_999_999), ("soon", None), ("-1", None)]
)
def test_who_is_asked_may_say_anything_of_when_to_come_again(header: str, seconds: int | None) -> None:
    receiver = FakeReceiver(secret=SECRET, clock=CLOCK, status=503, headers={"Retry-After": header})
    with pytest.raises(Transient) as told:
        Webhooks(outside(receiver.answer), CLOCK).send(replace(MESSAGE, to="https://home.example/hook"))
    assert told.value.fields.get("retry_after") == seconds


def test_a_webhook_is_signed_and_its_repetition_known() -> None:
    receiver = FakeReceiver(secret=SECRET, clock=CLOCK)
    hooks = Webhooks(outside(receiver.answer), CLOCK)
    for _ in range(2):
        hooks.send(replace(MESSAGE, to="https://home.example/hook"))
    assert receiver.taken == {MESSAGE.key: {"id": "1"}}
    with pytest.raises(Permanent):
        hooks.send(replace(MESSAGE, to="https://home.example/hook", secret="another one here"))
    receiver.status = 410
    with pytest.raises(AddressGone):
        hooks.send(replace(MESSAGE, to="https://home.example/hook"))


@pytest.mark.parametrize("header", ["", "t=x,v1=1", "v1=ü", sign(SECRET, b"other", NOON)])
def test_a_signature_that_is_none_is_refused(header: str) -> None:
    assert not is_signed(SECRET, b"content", header, NOON)


@pytest.mark.parametrize(
    "address, public",
    [
        *[(each, False) for each in ("127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "0.0.0.0")],
        *[(each, False) for each in ("100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::")],
        *[(each, False) for each in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")],
        *[(each, True) for each in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34")],
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": "http://127.0.0.1/"})

    got = outside(answer).post("https://home.example:8443/hook?x=1", b"", {})
    assert (got.status_code, len(asked)) == (302, 1)
    assert str(asked[0].url) == "https://93.184.216.34:8443/hook?x=1"
    assert asked[0].headers["Host"] == "home.example:8443"
    assert asked[0].extensions["sni_hostname"] == "home.example"


@pytest.mark.parametrize(
    "url, addresses, error",
    [
        ("https://home.example/", ["93.184.216.34", "10.0.0.1"], NotAllowed),
        ("http://home.example/", ["93.184.216.34"], NotAllowed),
        ("ftp://home.example/", ["93.184.216.34"], NotAllowed),
        ("https://home.example:99999/", ["93.184.216.34"], NotAllowed),
        ("https://home.example/", [], Transient),
    ],
)
def test_what_may_not_be_asked_is_not(url: str, addresses: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        outside(lambda _: httpx.Response(200), addresses).post(url, b"", {})


def test_private_addresses_are_asked_where_they_are_allowed() -> None:
    allowed = outside(lambda _: httpx.Response(204), ["192.168.0.9"], allow_private=True)
    assert allowed.post("http://home.lan/hook", b"", {}).status_code == 204

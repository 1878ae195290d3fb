"""Reminders and notifications over REST."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member, Permission
from kalends.features.reminders.telling import News
from rest_client import Api


def test_a_reminder_is_made_read_changed_and_forgotten(api: Api) -> None:
    ana = api.sign_up()
    made = ana.post("/reminders", {"cron": "0 8 * * mon-fri", "message": "Vitamins"})
    assert made.status_code == 201, made.text
    where = made.headers["Location"].removeprefix("/api/v1")
    assert ana.get(where).json() == made.json()
    assert ana.get("/reminders").json()["items"] == [made.json()]
    patched = ana.patch(where, {"message": "Tea"}, headers={"If-Match": made.headers["ETag"]})
    assert (patched.json()["message"], patched.json()["version"]) == ("Tea", 2)
    assert ana.patch(where, {"message": "No"}, headers={"If-Match": '"1"'}).status_code == 412
    assert ana.delete(where).status_code == 204
    assert ana.get(where).status_code == 404


def test_reminders_say_what_they_are_about_and_when_they_come(api: Api) -> None:
    ana = api.sign_up()
    weekly = {"title": "Choir", "start": "2026-03-03T19:00:00", "rules": ["FREQ=WEEKLY"]}
    choir = ana.post("/events", weekly).json()["event"]["id"]
    once = ana.post("/events", {"title": "Gone", "start": "2026-01-03T19:00:00"}).json()["event"]["id"]
    given: list[dict[str, object]] = [
        {"event_id": choir, "minutes": 30},
        {"event_id": choir, "minutes": 30, "occurrence": "2026-03-17T19:00:00"},
        {"event_id": once, "minutes": 30},
        {"event_id": choir, "cron": "0 8 * * tue", "message": "Warm up"},
        {"at": "2026-03-04T08:00:00Z", "message": "Post the letter"},
    ]
    for each in given:
        answer = ana.post("/reminders", each)
        assert answer.status_code == 201, answer.text
    found = ana.get("/reminders").json()["items"]
    assert [(each["title"], each["next_at"]) for each in found] == [
        ("Choir", "2026-03-03T18:30:00Z"),
        ("Choir", "2026-03-17T18:30:00Z"),
        ("Gone", None),
        ("Choir", "2026-03-03T08:00:00Z"),
        (None, "2026-03-04T08:00:00Z"),
    ]
    off = ana.patch(f"/reminders/{found[0]['id']}", {"active": False}).json()
    assert off["next_at"] is None


def test_a_pattern_is_foretold_on_one_s_clock(api: Api) -> None:
    ana = api.sign_up()
    times = ana.get("/reminders/times?cron=0 8 * * mon-fri").json()["times"]
    assert [each[:16] for each in times] == [f"2026-03-{day}T08:00" for day in ("03", "04", "05", "06", "09")]
    refused = ana.get("/reminders/times?cron=0 25 * * *")
    assert (refused.status_code, refused.json()["field"]) == (400, "cron")


def test_how_one_is_told_is_shown_and_changed_in_part(quick_api: Api) -> None:
    ana = quick_api.sign_up(email="ana@example.org")
    where = f"/members/{ana.member_id}/notification-settings"
    shown = ana.get(where)
    assert shown.json()["addresses"] == {"email": "a…@example.org"}
    changed = ana.patch(
        where,
        {
            "channels": {"event": ["webhook"]},
            "quiet_hours": {"since": "22:00", "until": "07:00"},
            "addresses": {"webhook": "https://home.example/hook/secret"},
            "webhook_secret": "sixteen letters!",
        },
        headers={"If-Match": shown.headers["ETag"]},
    ).json()
    assert (changed["channels"]["event"], changed["version"]) == (["webhook"], 1)
    assert changed["channels"]["reminder"] == ["in_app", "push", "email"]
    assert changed["addresses"]["webhook"] == "https://home.example/…"
    assert ana.patch(where, {}, headers={"If-Match": '"0"'}).status_code == 412
    for wrong, field in (
        ({"channels": {"weather": []}}, "channels"),
        ({"switched_off": ["in_app"]}, "switched_off"),
        ({"addresses": {"sms": "+49"}}, "addresses.sms"),
        ({"quiet_hours": {"since": "25:00", "until": "07:00"}}, "quiet_hours.since"),
        ({"webhook_secret": "short"}, "webhook_secret"),
    ):
        answer = ana.patch(where, wrong)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


def test_one_unsubscribes_without_signing_in(quick_api: Api) -> None:
    ana = quick_api.sign_up(email="ana@example.org")
    notifications = quick_api.services.notifications
    with quick_api.services.database.read(UUID(ana.workspace_id)) as tx:
        member = tx.get(Member, UUID(ana.member_id))
    link = notifications.unsubscribing.address("", member, "email").removeprefix("/api/v1")
    assert "Kalends sends mail to a…@example.org." in quick_api.anyone.get(link).text
    ana.patch(f"/members/{ana.member_id}/preferences", {"language": "de-AT"})
    page = quick_api.anyone.get(link).text
    assert '<html lang="de">' in page
    assert "Kalends sendet E-Mails an a…@example.org." in page
    where = f"/members/{ana.member_id}/notification-settings"
    assert ana.get(where).json()["suppressed"] == {}
    for _ in range(2):
        assert "sendet keine E-Mails mehr an a…@example.org" in quick_api.anyone.post(link).text
    assert ana.get(where).json()["suppressed"] == {"email": "unsubscribed"}
    assert ana.delete(f"{where}/suppressed/email").status_code == 204
    assert ana.get(where).json()["suppressed"] == {}
    assert quick_api.anyone.post(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404


def test_what_was_told_is_listed_counted_and_read(quick_api: Api) -> None:
    ana = quick_api.sign_up()
    actor = Actor(
        workspace_id=UUID(ana.workspace_id),
        member_id=UUID(ana.member_id),
        permission=Permission.OWNER,
        zone="UTC",
    )
    news = [News(member_id=actor.member_id, key=f"{n}", name="call.failed") for n in range(3)]
    notifications = quick_api.services.notifications
    for _ in range(2):  # the second time they are known
        quick_api.services.database.write(actor.workspace_id, lambda tx: notifications.tell(tx, news))
    assert ana.get("/notifications/count").json() == {"unread": 3}
    first, *_ = ana.get("/notifications").json()["items"]
    read = ana.put(f"/notifications/{first['id']}/read", {"read": True}).json()
    assert read["read_at"] is not None
    assert len(ana.get("/notifications?unread=true").json()["items"]) == 2
    assert ana.post("/notifications/read", {}).json() == {"unread": 0}
    assert ana.get("/deliveries").json() == {"items": [], "next": None}
    assert ana.get("/push/key").status_code == 404


def test_what_was_sent_says_what_it_tells_to_whom_it_tells_it(quick_api: Api) -> None:
    ana = quick_api.sign_up()
    ben = quick_api.joins(ana, "Ben", permission="owner")
    where = f"/members/{ana.member_id}/notification-settings"
    hook = {
        "addresses": {"webhook": "https://hooks.example/"},
        "webhook_secret": "x" * 16,
        "channels": {"call_completed": ["webhook"]},
    }
    assert ana.patch(where, hook).status_code == 200
    news = [News(member_id=UUID(ana.member_id), key="1", name="call.completed")]
    notifications = quick_api.services.notifications
    quick_api.services.database.write(UUID(ana.workspace_id), lambda tx: notifications.tell(tx, news))
    (own,) = ana.get("/deliveries").json()["items"]
    assert (own["title"], own["state"]) == ("The call was made: something else", "pending")
    (other,) = ben.get("/deliveries").json()["items"]
    assert (other["id"], other["title"]) == (own["id"], None)


def test_a_browser_stays_the_same_when_its_push_service_gives_it_another_endpoint(quick_api: Api) -> None:
    ana = quick_api.sign_up()
    ben = quick_api.joins(ana, "Ben")
    old = {**_browser("https://push.example/1"), "device": "Firefox, Linux"}
    first = ana.post("/push/subscriptions", old).json()
    new = {**_browser("https://push.example/2"), "replaces": old["endpoint"]}
    assert ana.post("/push/subscriptions", new).json() == first
    assert ana.get("/push/subscriptions").json()["items"] == [first]
    assert ana.post("/push/subscriptions", new).json() == first  # its worker may say so twice
    stolen = {**_browser("https://push.example/3"), "replaces": new["endpoint"]}
    assert ben.post("/push/subscriptions", stolen).status_code == 201
    assert len(ana.get("/push/subscriptions").json()["items"]) == 1


@pytest.mark.parametrize(
    "given, field",
    [
        ({"at": "9999-12-31T23:59:59-23:59"}, "at"),
        ({"at": "9999-01-01T00:00:00Z"}, "at"),
        ({"cron": "0 8 * * *", "channels": ["in_app", "fax"]}, "channels"),
    ],
)
def test_what_no_reminder_can_be_is_refused(quick_api: Api, given: dict[str, Any], field: str) -> None:
    refused = quick_api.sign_up().post("/reminders", {"message": "Tea", **given})
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@pytest.mark.parametrize(
    "given, field",
    [
        ({"channels": {"event": ["fax"]}}, "channels.event"),
        ({"switched_off": ["fax"]}, "switched_off"),
        ({"webhook_secret": "x" * 201}, "webhook_secret"),
        ({"webhook_secret": "\x07" * 16}, "webhook_secret"),
    ],
)
def test_how_nobody_can_be_told_is_refused(quick_api: Api, given: dict[str, Any], field: str) -> None:
    ana = quick_api.sign_up()
    refused = ana.patch(f"/members/{ana.member_id}/notification-settings", given)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@pytest.mark.parametrize("endpoint", ["https://[::1", "https://push.example:99999/1", "https:///nobody"])
def test_a_push_service_has_an_address_that_can_be_asked(quick_api: Api, endpoint: str) -> None:
    refused = quick_api.sign_up().post("/push/subscriptions", _browser(endpoint))
    assert (refused.status_code, refused.json()["field"]) == (400, "endpoint")


def _browser(endpoint: str) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": urlsafe_b64encode(point).decode(), "auth": urlsafe_b64encode(bytes(16)).decode()}
    return {"endpoint": endpoint, "keys": keys}

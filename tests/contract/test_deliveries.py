"""What goes outside: by the channels that one likes, at their hours, once, and no more than one wants."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from carriers import Office
from kalends.engine.claims import Priority
from kalends.engine.series import Length
from kalends.features.identity.actor import Actor
from kalends.features.reminders.models import DeliveryState
from kalends.features.reminders.ports import AddressGone, Message
from kalends.features.scheduling import Invitee
from kalends.jobs import Permanent, Transient
from workspaces import at

HOUR = Length(seconds=3600)
NUMBER, SECRET = "+4930123456", "sixteen letters!"


@pytest.fixture
def ana(office: Office) -> Actor:
    (found,) = office.household("Ana")
    office.mail_of(found, "ana@example.org")
    return found


def dentist(office: Office, actor: Actor, start: str = "2026-03-03 14:00", **more: object) -> object:
    more = {"reminders": (60,), **more}
    return office.made(actor, title="Dentist", start=at(start), length=HOUR, **more)


def states(office: Office, actor: Actor) -> list[tuple[str, DeliveryState, int]]:
    return [(each.channel, each.state, each.attempts) for each in office.deliveries(actor)]


def test_a_reminder_comes_by_mail_with_its_event(office: Office, ana: Actor) -> None:
    dentist(office, ana, location="Main Street 1")
    office.until(at("2026-03-04 00:00"))
    (mail,) = office.post["email"].brought
    assert (mail.to, mail.subject) == ("ana@example.org", "Dentist: Tue 2026-03-03 14:00")
    assert "Main Street 1" in mail.text
    assert "Main Street 1" in (mail.html or "")
    assert b"METHOD:PUBLISH" in (mail.calendar or b"")
    assert b"SUMMARY:Dentist" in (mail.calendar or b"")
    (delivery,) = office.deliveries(ana)
    assert (delivery.state, delivery.provider_id) == (DeliveryState.SENT, f"id-{delivery.id}")
    assert (mail.key, delivery.address_masked) == (str(delivery.id), "a…@example.org")


def test_channels_are_chosen_for_each_kind_of_news(office: Office, ana: Actor) -> None:
    office.settle(
        ana,
        channels={"reminder": ["sms", "webhook"]},
        addresses={"sms": "+49 30 123 456", "webhook": "https://home.example/hook"},
        webhook_secret=SECRET,
    )
    dentist(office, ana)
    office.until(at("2026-03-04 00:00"))
    (text,), (hook,) = office.post["sms"].brought, office.post["webhook"].brought
    assert (text.to, hook.to, hook.secret) == (NUMBER, "https://home.example/hook", SECRET)
    assert office.post["email"].brought == []


def test_a_switched_off_channel_is_silent(office: Office, ana: Actor) -> None:
    office.settle(ana, switched_off=["email"])
    preferences = office.services.identity.members.preferences
    assert not office.read(ana, lambda tx: preferences(tx, ana, ana.member_id)).email_enabled
    dentist(office, ana)
    office.until(at("2026-03-04 00:00"))
    assert (states(office, ana), len(office.told(ana))) == ([], 1)
    office.prefer(ana, email_enabled=True)
    dentist(office, ana, "2026-03-05 14:00")
    office.until(at("2026-03-06 00:00"))
    assert len(office.post["email"].brought) == 1


def test_quiet_hours_hold_back_all_but_what_is_urgent(office: Office, ana: Actor) -> None:
    office.settle(ana, quiet_hours={"since": "22:00", "until": "07:00"})
    dentist(office, ana, "2026-03-03 07:30")
    dentist(office, ana, "2026-03-03 06:00", priority=Priority.CRITICAL)
    dentist(office, ana, "2026-03-03 03:00")  # over when the hours end
    office.until(at("2026-03-03 06:59"))
    assert office.post["email"].subjects == ["Dentist: Tue 2026-03-03 06:00"]
    office.until(at("2026-03-03 07:00"))
    assert office.post["email"].subjects[1:] == ["Dentist: Tue 2026-03-03 07:30"]
    assert DeliveryState.DROPPED in [each.state for each in office.deliveries(ana)]


def test_what_moved_while_it_waited_is_not_told(office: Office, ana: Actor) -> None:
    office.settle(ana, quiet_hours={"since": "22:00", "until": "07:00"})
    id = dentist(office, ana, "2026-03-03 07:30")
    office.until(at("2026-03-03 06:45"))
    office.edit(ana, id, start=at("2026-03-03 17:00"))  # type: ignore[arg-type]
    office.until(at("2026-03-04 00:00"))
    assert office.post["email"].subjects == ["Dentist: Tue 2026-03-03 17:00"]


def test_a_digest_collects_all_but_reminders(office: Office, ana: Actor) -> None:
    ben = office.joins(ana, "Ben")
    office.mail_of(ben, "ben@example.org")
    office.settle(ben, digest={"every": "daily", "at": "18:00"})
    taking = [Invitee(member_id=ben.member_id)]
    first = dentist(office, ana, "2026-03-02 16:00", participants=taking)
    dentist(office, ana, "2026-03-05 14:00", participants=taking)
    office.until(at("2026-03-02 17:59"))
    assert office.post["email"].subjects == ["Dentist: Mon 2026-03-02 16:00"]
    office.remove(ana, first)  # type: ignore[arg-type]
    office.until(at("2026-03-02 18:00"))
    (_, digest) = office.post["email"].brought
    assert digest.subject == "3 notices"
    assert "Ana cancelled Dentist (Mon 2026-03-02 16:00)" in digest.text


def test_a_failure_that_may_pass_is_tried_again_later_each_time(office: Office, ana: Actor) -> None:
    mail = office.post["email"]
    mail.trouble.extend([Transient("busy"), Transient("busy", retry_after=30), Transient("busy")])
    dentist(office, ana)
    office.until(at("2026-03-03 13:00"))
    waits = []
    while (due := office.next_due()) is not None and not mail.brought:
        waits.append((due - office.clock.instant).total_seconds())
        office.clock.instant = due
        office.work()
    assert [round(each) for each in waits] == [1, 30, 4]
    assert states(office, ana) == [("email", DeliveryState.SENT, 4)]
    assert mail.asked == 3


def test_what_a_service_says_it_has_is_not_sent_again_though_its_answer_was_lost(
    office: Office, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = office.post["email"]
    mail.answers = False  # asked for it, it would know nothing
    send = mail.send

    def lost(message: Message) -> None:
        provider_id = send(message)
        assert provider_id is not None
        office.services.notifications.taken(ana.workspace_id, UUID(message.key), provider_id)
        raise Transient("The answer was lost.")

    monkeypatch.setattr(mail, "send", lost)
    dentist(office, ana)
    office.until(at("2026-03-03 13:30"))
    (delivery,) = office.deliveries(ana)
    assert (delivery.state, delivery.attempts, delivery.error) == (DeliveryState.SENT, 1, None)
    assert len(mail.brought) == 1


def test_what_cannot_be_sent_is_told_in_the_log(office: Office, ana: Actor) -> None:
    office.post["email"].trouble.append(Permanent("no such service"))
    dentist(office, ana)
    office.until(at("2026-03-04 00:00"))
    (delivery,) = office.deliveries(ana)
    assert (delivery.state, delivery.error) == (DeliveryState.FAILED, "no such service")


def test_an_address_that_bounced_gets_nothing_until_its_owner_says_so(office: Office, ana: Actor) -> None:
    settings = office.services.notifications.settings
    office.post["email"].trouble.append(AddressGone("nobody there"))
    dentist(office, ana)
    dentist(office, ana, "2026-03-04 14:00")
    office.until(at("2026-03-05 00:00"))
    assert [each.state for each in office.deliveries(ana)] == ["bounced", "suppressed"]
    reach = office.read(ana, lambda tx: settings.get(tx, ana, ana.member_id))
    assert office.read(ana, lambda tx: settings.suppressed(tx, reach)) == {"email": "bounced"}
    office.write(ana, lambda tx: settings.resume(tx, ana, ana.member_id, "email"))
    dentist(office, ana, "2026-03-06 14:00")
    office.until(at("2026-03-07 00:00"))
    assert len(office.post["email"].brought) == 1


def test_others_are_told_what_was_made_moved_and_cancelled(office: Office, ana: Actor) -> None:
    ben = office.joins(ana, "Ben")
    id = dentist(office, ana, participants=[Invitee(member_id=ben.member_id)], reminders=(5,))
    office.work()
    office.edit(ana, id, start=at("2026-03-05 09:00"))  # type: ignore[arg-type]
    office.work()
    office.edit(ana, id, title="Doctor")  # type: ignore[arg-type]
    office.work()
    office.remove(ana, id)  # type: ignore[arg-type]
    office.work()
    assert office.told(ben) == [
        "Ana added Dentist (Tue 2026-03-03 14:00)",
        "Ana moved Dentist to Thu 2026-03-05 09:00",
        "Ana cancelled Doctor (Thu 2026-03-05 09:00)",
    ]
    assert office.told(ana) == []


def test_a_new_channel_is_a_carrier_and_nothing_else(office: Office, ana: Actor) -> None:
    assert office.services.notifications.channels == ("in_app", "email", "sms", "webhook", "push")
    office.settle(ana, channels={"reminder": ["sms"]}, addresses={"sms": NUMBER})
    office.post["sms"].trouble.append(Transient("off", retry_after=5))
    dentist(office, ana)
    office.until(at("2026-03-03 13:00"))
    office.clock.advance(timedelta(seconds=6))
    office.work()
    assert [each.to for each in office.post["sms"].brought] == [NUMBER]


def test_what_nobody_foresaw_ends_as_a_failure_that_is_told(quick_office: Office) -> None:
    (ana,) = quick_office.household("Ana")
    quick_office.mail_of(ana, "ana@example.org")
    quick_office.post["email"].trouble.extend([KeyError("secret")] * 50)
    dentist(quick_office, ana)
    quick_office.until(at("2026-03-20 00:00"))
    (delivery,) = quick_office.deliveries(ana)
    assert (delivery.state, delivery.error) == (DeliveryState.FAILED, "KeyError")


def test_a_message_leads_to_what_it_is_about(quick_office: Office) -> None:
    ana, ben = quick_office.household("Ana", "Ben")
    quick_office.mail_of(ana, "ana@example.org")
    quick_office.settle(ana, channels={"event": ["email"], "reminder": ["email"]})
    quick_office.prefer(ana, reminder_minutes_before=[])
    invited = [Invitee(member_id=ana.member_id)]
    id = quick_office.made(
        ben,
        title="Yoga",
        start=at("2026-03-03 14:00"),
        length=HOUR,
        rules=("FREQ=DAILY",),
        participants=invited,
        reminders=(60,),
    )
    reminder = quick_office.remind(ana, at=at("2026-03-03 12:00"), message="Mat")
    quick_office.until(at("2026-03-03 13:00"))
    gone = quick_office.remove(ben, id).change_set_id
    quick_office.work()
    home = "https://kalends.example"
    assert [mail.link for mail in quick_office.post["email"].brought] == [
        f"{home}/calendar?event={id}",
        f"{home}/reminders/{reminder}",
        f"{home}/calendar?event={id}&occurrence=2026-03-03T14%3A00%3A00",
        f"{home}/history/{gone}",
    ]

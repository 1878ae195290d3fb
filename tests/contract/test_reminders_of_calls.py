"""Who is reminded of calls: the server makes them, so nobody who did not ask for it."""

from __future__ import annotations

from carriers import Office
from telephones import call_of, draft
from workspaces import at


def test_of_a_call_only_who_wants_it_is_reminded(office: Office) -> None:
    (ana,) = office.household("Ana")
    calls, reminders = office.services.calls, office.services.notifications.reminders
    call_id, _ = calls.schedule(ana, draft(at("2026-03-03 14:00")))
    assert call_id is not None
    office.until(at("2026-03-03 13:50"))
    assert office.told(ana) == []
    event_id = call_of(office.services, ana, call_id).event_id
    office.write(ana, lambda tx: reminders.add(tx, ana, event_id=event_id, minutes=5))
    office.until(at("2026-03-03 13:55"))
    assert office.told(ana) == ["Call the dentist: Tue 2026-03-03 14:00"]

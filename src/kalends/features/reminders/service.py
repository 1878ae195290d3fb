"""What people are told, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from kalends.features.announcements import Announcement, Announcer
from kalends.features.calendars.rebuilding import TZDATA
from kalends.features.identity.members import Members
from kalends.features.identity.models import Member
from kalends.features.identity.workspaces import workspace_ids
from kalends.features.reminders import inbox, personal_data
from kalends.features.reminders.delivering import Delivering
from kalends.features.reminders.following import follow
from kalends.features.reminders.keeping import Reminders
from kalends.features.reminders.messages import Messages
from kalends.features.reminders.models import Channel, NotificationSetting
from kalends.features.reminders.planning import Planning
from kalends.features.reminders.ports import Carrier
from kalends.features.reminders.preferences import KIND_OF
from kalends.features.reminders.settings import Settings
from kalends.features.reminders.subscriptions import Subscriptions
from kalends.features.reminders.telling import News, Teller
from kalends.features.reminders.unsubscribing import Unsubscribing
from kalends.jobs import Jobs, Task
from kalends.kit.crypto import Keyring
from kalends.storage import Database, Unit
from kalends.storage.meta import note_planned, planned_with

_PLANNED_BY = frozenset({"zone", "reminder_minutes_before"})
"""What of a member decides when they are reminded."""


class Notifications:
    """Tells people what they asked to be told, by the channels that they like.

    `carriers` are the services that there are, by the name of their channel: one more is a channel more.
    Links lead to `public_url`.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        jobs: Jobs,
        announcer: Announcer,
        carriers: Mapping[str, Carrier],
        *,
        members: Members,
        public_url: str | None = None,
        push_key: str | None = None,
    ) -> None:
        self._database = database
        self.push_key = push_key
        """What browsers are given to take pushes from here, in URL-safe base64; None: none are sent."""
        self.channels: Collection[str] = (str(Channel.IN_APP), *carriers)
        """The channels that there are here."""
        self.settings = Settings(keyring, members, lambda: self.channels)
        self.subscriptions = Subscriptions(keyring)
        self.unsubscribing = Unsubscribing(database, keyring, self.settings)
        self._teller = Teller(jobs, self.settings, carriers)
        self._planning = Planning(jobs, self._teller)
        self.reminders = Reminders(self._planning, self.settings)
        messages = Messages(self.unsubscribing, public_url)
        self._delivering = Delivering(carriers, self.settings, self.subscriptions, messages)
        announcer.subscribe("changes.applied", self._changes_applied)
        for name in KIND_OF:
            if name.startswith("call."):
                announcer.subscribe(name, self._call_ended)

    def tasks(self) -> Sequence[Task]:
        """Give the tasks of reminders and notifications."""
        return [*self._planning.tasks(), *self._delivering.tasks()]

    def tell(self, tx: Unit, news: Sequence[News]) -> int:
        """Tell members what they were not told before under the same key; gives how much that was."""
        return self._teller.tell(tx, news)

    def plan_for_zones(self) -> None:
        """Have all reminders planned anew where that was not done with the zones of this program: after an
        upgrade, or never."""
        with self._database.read(None) as tx:
            if planned_with(tx) == TZDATA:
                return
        for workspace_id in workspace_ids(self._database):
            self._database.write(workspace_id, lambda tx: self._planning.note_all(tx, f"zones {TZDATA}"))
        self._database.write(None, lambda tx: note_planned(tx, TZDATA))

    def purge(self, tx: Unit, before: datetime) -> int:
        """Delete what was told before an instant; gives how much that was."""
        return inbox.purge(tx, before)

    def export(self, tx: Unit, member_id: UUID) -> dict[str, Any]:
        """Give all that is kept here of a member as JSON values."""
        return personal_data.export(tx, self.settings, member_id)

    # What services say --------------------------------------------------------------------------------------

    def taken(self, workspace_id: UUID, delivery_id: UUID, provider_id: str) -> None:
        """Hear that a service has a delivery and is about to bring it."""
        self._database.write(workspace_id, lambda tx: self._delivering.taken(tx, delivery_id, provider_id))

    def arrived(self, workspace_id: UUID, delivery_id: UUID, provider_id: str) -> None:
        """Hear that a delivery reached its address, as often and as late as may be."""
        self._database.write(workspace_id, lambda tx: self._delivering.arrived(tx, delivery_id, provider_id))

    def bounced(self, workspace_id: UUID, delivery_id: UUID, provider_id: str, error: str) -> None:
        """Hear that a delivery will not reach its address."""
        self._database.write(
            workspace_id, lambda tx: self._delivering.bounced(tx, delivery_id, provider_id, error)
        )

    def unsubscribe(self, channel: str, address: str) -> None:
        """Hear that whoever has an address wants no more, from anybody here."""
        for workspace_id in workspace_ids(self._database):
            self._database.write(
                workspace_id, lambda tx: self.settings.suppress(tx, channel, address, "unsubscribed")
            )

    def resubscribe(self, channel: str, address: str) -> None:
        """Hear that they want to be told again."""
        for workspace_id in workspace_ids(self._database):
            self._database.write(workspace_id, lambda tx: self.settings.lift(tx, channel, address))

    # What happens elsewhere -----------------------------------------------------------------------------

    def member_changed(self, tx: Unit, member: Member, fields: Collection[str]) -> None:
        """Follow a change of a member or of their preferences."""
        if _PLANNED_BY & set(fields):
            self._planning.note_member(tx, member.id)
        if "email_enabled" in fields:
            row = tx.session.get(NotificationSetting, (tx.workspace_id, member.id))
            if row is not None:
                row.version += 1

    def member_removed(self, tx: Unit, member: Member) -> None:
        """Forget what is kept of a member and would not go with them."""
        self.settings.forget(tx, member)

    def _changes_applied(self, tx: Unit, announcement: Announcement) -> None:
        follow(tx, announcement.subject)
        self._planning.note_changes(tx, announcement.subject)

    def _call_ended(self, tx: Unit, announcement: Announcement) -> None:
        told = partial(
            News,
            key=f"{announcement.name}:{announcement.subject}:{tx.new_id()}",
            name=announcement.name,
            subject=announcement.subject,
            data={"event_id": announcement.data.get("event_id")},
        )
        self._teller.tell(tx, [told(member_id=id) for id in announcement.members])

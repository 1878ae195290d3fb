"""Feeds: secret addresses under which a calendar can be read, and no more, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars.access import Access, calendars_of, require
from kalends.features.calendars.models import FeedToken
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope, actor_of
from kalends.features.identity.models import Member
from kalends.kit.crypto import hash_token
from kalends.kit.errors import NotFound
from kalends.kit.text import checked_name
from kalends.storage import Database, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed with its secret, which is shown once and stored only as a hash."""

    feed: FeedToken
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """On whose behalf a feed is read: its maker, allowed to read and nothing else."""

    feed: FeedToken
    actor: Actor


def create_feed(
    tx: Unit, actor: Actor, calendar_id: UUID, *, name: str = "Feed", busy_only: bool = False
) -> NewFeed:
    """Make an address for a calendar; it shows what its maker may see, for as long as they may.

    With `busy_only` it shows no more than busy time, even to its maker.
    """
    actor.must_have(Scope.WRITE)
    require(calendars_of(tx, actor), calendar_id, Access.FREE_BUSY)
    secret = tx.new_token()
    feed = tx.add(
        FeedToken(
            id=tx.new_id(),
            calendar_id=calendar_id,
            member_id=actor.member_id,
            name=checked_name(name, field="name"),
            busy_only=busy_only,
            token_hash=hash_token(secret),
            created_at=tx.now,
            revoked_at=None,
        )
    )
    audit.record(tx, actor, "create", kind="feed", subject=feed.id, calendar=str(calendar_id))
    return NewFeed(feed=feed, secret=secret)


def list_feeds(tx: Unit, actor: Actor, calendar_id: UUID) -> list[FeedToken]:
    """Give the live feeds of a calendar: one's own, and to the workspace's owners everybody's."""
    require(calendars_of(tx, actor), calendar_id, Access.FREE_BUSY)
    query = select(FeedToken).where(FeedToken.calendar_id == calendar_id, FeedToken.revoked_at.is_(None))
    if not actor.owns_workspace:
        query = query.where(FeedToken.member_id == actor.member_id)
    return list(tx.execute(query.order_by(FeedToken.id)).scalars())


def revoke_feed(tx: Unit, actor: Actor, feed_id: UUID) -> None:
    """End a feed at once: one's own, or as the workspace's owner anybody's; `NotFound` for others."""
    feed = tx.find(FeedToken, feed_id)
    if feed is None or not (feed.member_id == actor.member_id or actor.owns_workspace):
        raise NotFound(f"There is no feed {feed_id}.", kind="feed", id=str(feed_id))
    actor.must_have(Scope.WRITE)
    feed.revoked_at = tx.now
    tx.session.flush()
    audit.record(tx, actor, "revoke", kind="feed", subject=feed_id, calendar=str(feed.calendar_id))


def reader_of(database: Database, secret: str) -> Reader:
    """Give who reads behind a feed's secret, or raise `NotFound` for one that is not, or no longer, valid."""
    with database.read(None) as tx:
        found = tx.execute(
            select(FeedToken, Member)
            .join(
                Member,
                (Member.workspace_id == FeedToken.workspace_id) & (Member.id == FeedToken.member_id),
            )
            .where(FeedToken.token_hash == hash_token(secret), FeedToken.revoked_at.is_(None)),
            across_workspaces="a feed's address names no workspace",
        ).first()
    if found is None:
        raise NotFound("There is no such feed, or it was revoked.", kind="feed")
    feed, member = found
    return Reader(feed=feed, actor=actor_of(member, scopes=frozenset({Scope.READ})))

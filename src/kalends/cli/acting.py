"""Who works at the command line: whoever can read the data directory may act as any member of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kalends.cli.options import Shared
from kalends.features.identity import accounts
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Account, Member, Permission, Workspace
from kalends.kit.errors import KalendsError, NotFound
from kalends.storage import Database


class Ambiguous(KalendsError):
    """What was said fits several; `candidates` names them."""

    code = "ambiguous"


def choose_actor(database: Database, said: Shared) -> Actor:
    """Give the member to act as: whom `--as` names, else the first owner of the one workspace.

    Raises `NotFound` and `Ambiguous`.
    """
    if said.actor is not None and said.workspace is None:
        members = _members_of_login(database, said.actor)
        if len(members) == 1:
            return actor_of(members[0])
        if members:
            raise Ambiguous(
                f"{said.actor} is a member of {len(members)} workspaces: say which with --workspace.",
                candidates=[str(member.workspace_id) for member in members],
            )
    workspace = choose_workspace(database, said.workspace)
    with database.read(workspace.id) as tx:
        members = tx.execute(select(Member).order_by(Member.id)).scalars().all()
    if said.actor is None:
        return actor_of(next(member for member in members if member.permission is Permission.OWNER))
    login = [
        member for member in _members_of_login(database, said.actor) if member.workspace_id == workspace.id
    ]
    return actor_of(_one(login or matching_members(members, said.actor), said.actor, workspace))


def choose_workspace(database: Database, wanted: str | None) -> Workspace:
    """Give the workspace of that name or id, or the only one there is."""
    workspaces = list_workspaces(database)
    found = [each for each in workspaces if wanted is None or _is(wanted, each.id, each.name)]
    if len(found) == 1:
        return found[0]
    names = [each.name for each in found or workspaces]
    if not workspaces:
        raise NotFound("There is nobody yet: run `kalends account add` or `kalends demo`.", kind="workspace")
    if not found:
        raise NotFound(f"There is no workspace {wanted!r}; there is {_listed(names)}.", kind="workspace")
    raise Ambiguous(
        f"There are {len(found)} workspaces: say which with --workspace. They are {_listed(names)}.",
        candidates=[f"{each.name} ({each.id})" for each in found],
    )


def list_workspaces(database: Database) -> list[Workspace]:
    """Give every workspace of the installation, oldest first."""
    with database.read(None) as tx:
        return list(tx.execute(select(Workspace).order_by(Workspace.id)).scalars())


def list_accounts(database: Database) -> list[tuple[Account, tuple[Member, ...]]]:
    """Give every account of the installation, oldest first, with the members that it is."""
    with database.read(None) as tx:
        found = tx.execute(select(Account).order_by(Account.id)).scalars().all()
        return [(account, accounts.memberships(tx, account.id)) for account in found]


def matching_members(members: Sequence[Member], wanted: str) -> list[Member]:
    """Give the members whose name or id that is."""
    return [member for member in members if _is(wanted, member.id, member.name)]


def _members_of_login(database: Database, username: str) -> Sequence[Member]:
    with database.read(None) as tx:
        account = accounts.find_account(tx, username.strip().casefold())
        return accounts.memberships(tx, account.id) if account else ()


def _one(found: Sequence[Member], wanted: str, workspace: Workspace) -> Member:
    if not found:
        raise NotFound(f"There is no {wanted!r} in {workspace.name}.", kind="member", id=wanted)
    if len(found) > 1:
        raise Ambiguous(
            f"{len(found)} members of {workspace.name} are called {wanted!r}: give the id.",
            candidates=[str(member.id) for member in found],
        )
    return found[0]


def _is(wanted: str, id: UUID, name: str) -> bool:
    return wanted.casefold() in (str(id), name.casefold())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (" and more" if len(names) > 8 else "")

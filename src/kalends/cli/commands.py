"""The commands by name. The module behind one is imported when it is called, so that each starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from kalends.cli.options import share


class Entry(NamedTuple):
    """Where a command is, and what the overview says of it."""

    module: str
    summary: str
    panel: str


_RUN, _CALENDAR, _CLASHES, _PEOPLE, _KEEPING = (
    "Run",
    "Calendars and events",
    "Conflicts and changes",
    "People and access",
    "Keeping",
)

COMMANDS = {
    "serve": Entry("serving", "Serve REST and feeds.", _RUN),
    "demo": Entry("serving", "Make a demo household, if there is none yet, and serve it.", _RUN),
    "worker": Entry("serving", "Do what is due, beside servers and other workers of one PostgreSQL.", _RUN),
    "openapi": Entry("describing", "Write the OpenAPI document of this version; needs no data.", _RUN),
    "calendars": Entry("looking", "List the calendars.", _CALENDAR),
    "calendar": Entry("calendars", "Make, change, share and remove calendars.", _CALENDAR),
    "events": Entry("looking", "List what happens in a stretch of time.", _CALENDAR),
    "week": Entry("looking", "Draw a week.", _CALENDAR),
    "add": Entry("editing", "Add an event.", _CALENDAR),
    "edit": Entry("editing", "Change an event: once, from an occurrence on, or all of it.", _CALENDAR),
    "remove": Entry("editing", "Remove an event: once, from an occurrence on, or all of it.", _CALENDAR),
    "import": Entry("exchanging", "Take an iCalendar file into a calendar.", _CALENDAR),
    "export": Entry("exchanging", "Write a calendar as an iCalendar file.", _CALENDAR),
    "resources": Entry("resources", "List, make, change and reserve what is shared.", _CALENDAR),
    "calls": Entry("calls", "Schedule telephone calls, stop them, see what was tried.", _CALENDAR),
    "free": Entry("finding", "Find times at which everybody is free.", _CALENDAR),
    "expand": Entry("expanding", "Expand a recurrence rule; needs no data.", _CALENDAR),
    "conflicts": Entry("clashes", "List what collides.", _CLASHES),
    "resolve": Entry("clashes", "Show the ways out of a conflict, or take one.", _CLASHES),
    "optimize": Entry("optimising", "Find a better arrangement of a stretch of time.", _CLASHES),
    "why": Entry("optimising", "Say why an event is where it is.", _CLASHES),
    "ignore": Entry("clashes", "Live with a conflict, until its events' times change.", _CLASHES),
    "undo": Entry("undoing", "Take a change back.", _CLASHES),
    "history": Entry("undoing", "List what was changed.", _CLASHES),
    "constraints": Entry("constraints", "List, make, change, remove and try constraints.", _CLASHES),
    "tasks": Entry("tasks", "List, make, plan and finish tasks.", _CALENDAR),
    "blocks": Entry("blocks", "List, make, plan and remove blocks of time.", _CALENDAR),
    "preparation": Entry("preparation", "List, make, change and remove what prepares for events.", _CLASHES),
    "account": Entry("accounts", "List, add, disable and enable accounts; set passwords.", _PEOPLE),
    "member": Entry("members", "List, add, change and remove members of the workspace.", _PEOPLE),
    "workspace": Entry("workspaces", "List the workspaces.", _PEOPLE),
    "reminders": Entry("reminders", "List, make and remove reminders of your own.", _CALENDAR),
    "notifications": Entry(
        "notifications", "Read what you were told, and say how you want to be told.", _PEOPLE
    ),
    "feed": Entry("feeds", "Make, list and revoke secret addresses of calendars.", _PEOPLE),
    "api-key": Entry("api_keys", "Make, list and revoke keys for programs.", _PEOPLE),
    "jobs": Entry("jobs", "List what is to be done; try again, or call off, what has failed.", _KEEPING),
    "backup": Entry("archives", "Copy the database into one file, also while a server runs.", _KEEPING),
    "restore": Entry("archives", "Put a backup in place of the database.", _KEEPING),
    "migrate": Entry("upkeep", "Bring the database to this version's schema, or to another.", _KEEPING),
    "doctor": Entry("upkeep", "Check the data directory, and repair what can be derived.", _KEEPING),
}


class Commands(TyperGroup):
    """All commands: known by name and summary, imported one at a time."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return TyperCommand(cmd_name, help=entry.summary, rich_help_panel=entry.panel)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, name and load(name), rest


def load(name: str) -> Any:
    """Import a command."""
    module = import_module(f"kalends.cli.{COMMANDS[name].module}")
    group = typer.main.get_group(module.app)
    command = group.commands.get(name, group)
    command.name = name
    share(command)
    return command


def every_command() -> Commands:
    """Give the root of the command line."""
    root = Commands(
        name="kalends",
        # Near misses are suggested by these names; the commands themselves are never taken from here.
        commands=dict.fromkeys(COMMANDS, TyperCommand("kalends")),
        help="Self-hosted scheduling: calendars in, conflicts found and fixed, calendars out.",
        no_args_is_help=True,
    )
    share_root = TyperGroup(name="kalends")
    share(share_root)
    root.params.extend(share_root.params)
    return root

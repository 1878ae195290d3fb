"""The entry point: the one place where errors become exit codes.

0 is success; 2 a refusal, one line of which says why; 1 an error that nobody foresaw; 130 Ctrl-C.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence

from typer.exceptions import Abort, TyperException

from kalends.cli.commands import every_command
from kalends.cli.options import Shared
from kalends.kit.errors import KalendsError

REFUSED, FAILED, INTERRUPTED, PIPE_CLOSED = 2, 1, 130, 141


def run() -> None:
    """Run the command line of this process, and exit. What it writes is for its user alone."""
    os.umask(0o077)
    sys.exit(execute(sys.argv[1:], os.environ))  # noqa: TID251 the composition root


def execute(args: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command line and give its exit code."""
    said = Shared(environment=environment, json="--json" in args)
    try:
        try:
            code = every_command().main(args, prog_name="kalends", standalone_mode=False, obj=said)
        finally:
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Whoever read us has seen enough: Typer and Rich leave by SystemExit then, and by nothing else. What
        # is still buffered must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except KalendsError as error:
        _tell(said, error.code, error.message, **error.fields)
        return REFUSED
    except TyperException as error:
        _tell(said, "usage", error.format_message().replace("\n", " "), hint=_hint(error))
        return REFUSED
    except Exception as error:
        # Whoever runs the command should not need to read Python; whoever mends it asks for more.
        if environment.get("KALENDS_DEBUG"):
            traceback.print_exc()
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno})"
        _tell(said, "internal", f"unexpected {told.splitlines()[0]}", hint="KALENDS_DEBUG=1 shows the trace")
        return FAILED
    return code if isinstance(code, int) else 0


def _tell(said: Shared, code: str, message: str, **fields: object) -> None:
    fields = {name: value for name, value in fields.items() if value is not None}
    if said.json:
        problem = {"code": code, "detail": message, **fields}
        print(json.dumps(problem, ensure_ascii=False, default=str), file=sys.stderr)
    else:
        hint = f" ({fields['hint']})" if "hint" in fields else ""
        print(f"kalends: {message}{hint}", file=sys.stderr)


def _hint(error: TyperException) -> str | None:
    ctx = getattr(error, "ctx", None)
    return f"see {ctx.command_path} --help" if ctx is not None else None

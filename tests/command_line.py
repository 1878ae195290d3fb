"""The command line in tests: within this process where that is enough, as a process where it matters."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kalends.cli.main import execute

PASSWORD = "correct horse battery"
PROGRAM = str(Path(sys.executable).with_name("kalends"))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        assert self.code == 2, (self.code, self.out, self.err)
        return json.loads(self.err)


@dataclass(kw_only=True)
class CommandLine:
    """One data directory, and commands on it."""

    data: Path
    capture: pytest.CaptureFixture[str] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str, stdin: str = "") -> Answer:
        """Run a command within this process."""
        assert self.capture is not None
        self.capture.readouterr()
        before, sys.stdin = sys.stdin, io.StringIO(stdin)
        try:
            code = execute(args, self.settings)
        finally:
            sys.stdin = before
        out, err = self.capture.readouterr()
        return Answer(code=code, out=out, err=err)

    def json(self, *args: str) -> Any:
        """Run a command within this process and read its JSON."""
        return self(*args, "--json").json

    def process(self, *args: str, stdin: bytes = b"") -> Answer:
        """Run a command as a process of its own."""
        run = subprocess.run(
            [PROGRAM, *args], input=stdin, capture_output=True, env=self.whole_environment, timeout=120
        )
        return Answer(code=run.returncode, out=run.stdout.decode(), err=run.stderr.decode())

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """Start a command as a process of its own, for whoever ends it."""
        return subprocess.Popen(
            [PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.whole_environment
        )

    @property
    def settings(self) -> dict[str, str]:
        return {"KALENDS_DATA_DIR": str(self.data), **self.environment}

    @property
    def whole_environment(self) -> dict[str, str]:
        """What a process of ours is started with: of this process's environment nothing about Kalends."""
        rest = {name: value for name, value in os.environ.items() if not name.startswith("KALENDS_")}
        return {**rest, "COLUMNS": "120", **self.settings}


@pytest.fixture
def kalends(sqlite_template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line over a migrated, empty data directory."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    shutil.copy(sqlite_template, data / "kalends.sqlite")
    return CommandLine(data=data, capture=capfd)


@pytest.fixture
def cli(kalends: CommandLine) -> CommandLine:
    """The command line over the household of Ana, in Berlin, and her child Bo."""
    added = kalends(
        *("account", "add", "ana", "--name", "Ana", "--zone", "Europe/Berlin", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    assert added.code == 0, added.err
    kalends.json("member", "add", "Bo", "--role", "child")
    return kalends

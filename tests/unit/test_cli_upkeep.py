"""Keeping: a backup round trip, restores that are refused, a doctor who finds and mends, migrations."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from command_line import CommandLine
from kalends.storage.one_server import only_server

DAY = ("events", "--from", "2030-03-04", "--until", "2030-03-04")


def titles(cli: CommandLine, *args: str) -> list[str]:
    return [each["title"] for each in cli.json(*DAY, *args)]


class TestBackup:
    def test_a_restored_backup_is_the_data_as_it_was(self, cli: CommandLine, tmp_path: Path) -> None:
        cli.json("add", "Dentist", "2030-03-04 09:00")
        archive = str(tmp_path / "home.tar.gz")
        cli.json("backup", archive)
        cli.json("add", "Later", "2030-03-04 11:00")
        elsewhere = ("--data", str(tmp_path / "elsewhere"))
        cli.json("restore", archive, *elsewhere)
        assert titles(cli, *elsewhere) == ["Dentist"]
        assert cli.json("doctor", *elsewhere)["sound"]
        cli.json("restore", archive, "--force")
        assert titles(cli) == ["Dentist"]

    def test_no_secret_is_in_a_backup(self, cli: CommandLine, tmp_path: Path) -> None:
        archive = tmp_path / "home.tar.gz"
        cli.json("backup", str(archive))
        with tarfile.open(archive) as tar:
            assert tar.getnames() == ["manifest.json", "kalends.sqlite"]
        key = (cli.data / "key").read_bytes().strip()
        assert key not in archive.read_bytes()
        assert archive.stat().st_mode & 0o077 == 0

    def test_a_backup_never_replaces_a_file(self, cli: CommandLine, tmp_path: Path) -> None:
        (tmp_path / "home.tar.gz").write_text("mine")
        assert cli("backup", str(tmp_path / "home.tar.gz"), "--json").problem["code"] == "conflict"
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    def test_data_is_replaced_by_force_alone(self, cli: CommandLine, tmp_path: Path) -> None:
        cli.json("backup", str(tmp_path / "home.tar.gz"))
        cli.json("add", "Later", "2030-03-04 11:00")
        assert cli("restore", str(tmp_path / "home.tar.gz"), "--json").problem["code"] == "data_exists"
        assert titles(cli) == ["Later"]

    def test_nothing_is_replaced_under_somebodys_feet(self, cli: CommandLine, tmp_path: Path) -> None:
        cli.json("backup", str(tmp_path / "home.tar.gz"))
        with closing(sqlite3.connect(cli.data / "kalends.sqlite")) as somebody:
            somebody.execute("SELECT count(*) FROM account").fetchall()
            refused = cli("restore", str(tmp_path / "home.tar.gz"), "--force", "--json").problem
        assert refused["code"] == "in_use"
        with only_server(cli.data):
            refused = cli("restore", str(tmp_path / "home.tar.gz"), "--force", "--json").problem
        assert refused["code"] == "already_served"
        cli.json("restore", str(tmp_path / "home.tar.gz"), "--force")

    @pytest.mark.parametrize("damage", ["cut", "flipped", "text", "other", "empty"])
    def test_what_is_damaged_is_refused_and_changes_nothing(
        self, cli: CommandLine, tmp_path: Path, damage: str
    ) -> None:
        archive = tmp_path / "home.tar.gz"
        cli.json("backup", str(archive))
        cli.json("add", "Later", "2030-03-04 11:00")
        whole = archive.read_bytes()
        damaged = {
            "cut": whole[: len(whole) // 2],
            "flipped": whole[:-2000] + bytes(byte ^ 1 for byte in whole[-2000:-1990]) + whole[-1990:],
            "text": b"BEGIN:VCALENDAR",
            "other": _tar("readme.txt", b"hello"),
            "empty": b"",
        }[damage]
        archive.write_bytes(damaged)
        assert cli("restore", str(archive), "--force", "--json").problem["code"] == "bad_archive"
        assert titles(cli) == ["Later"]

    def test_a_backup_of_a_newer_version_is_refused(self, cli: CommandLine, tmp_path: Path) -> None:
        archive = tmp_path / "home.tar.gz"
        told = f'{{"schema": "9999", "made_at": "2030", "size": 1, "sha256": "{"0" * 64}", "format": 1}}'
        archive.write_bytes(_tar("manifest.json", told.encode()))
        assert cli("restore", str(archive), "--force", "--json").problem["code"] == "wrong_schema"

    def test_postgresql_has_tools_of_its_own(self, cli: CommandLine, tmp_path: Path) -> None:
        cli.environment["KALENDS_DATABASE_URL"] = "postgresql+psycopg://127.0.0.1:1/none"
        refused = cli("backup", str(tmp_path / "home.tar.gz"))
        assert refused.code == 2
        assert "pg_dump" in refused.err


class TestDoctor:
    def test_a_healthy_house_is_sound(self, cli: CommandLine) -> None:
        cli.json("add", "Gym", "2030-03-04 09:00", "--repeat", "FREQ=WEEKLY", "--with", "Bo")
        told = cli.json("doctor")
        assert told["sound"]
        assert {each["check"] for each in told["findings"]} == {
            *("key file", "disk", "schema", "file", "references", "events", "time zones")
        }

    def test_rows_that_drifted_from_their_text_are_found_and_mended(self, cli: CommandLine) -> None:
        cli.json("add", "Gym", "2030-03-04 09:00")
        self._change(cli, "UPDATE event SET title = 'Drifted', until_utc = until_utc + 3600")
        found = cli("doctor")
        assert found.code == 2
        assert "WRONG events: 1 of 1 events differ" in found.out
        assert self._titles(cli) == ["Drifted"]
        assert cli("doctor", "--repair").code == 0
        assert self._titles(cli) == ["Gym"]
        assert cli.json("doctor")["sound"]

    def test_instants_of_other_zone_rules_are_found_and_derived_anew(self, cli: CommandLine) -> None:
        self._change(cli, "UPDATE meta SET tzdata = '2020.1'")
        assert "WRONG time zones" in cli("doctor").out
        cli.json("doctor", "--repair")
        assert cli.json("doctor")["sound"]

    def test_migrating_derives_them_anew_too(self, cli: CommandLine) -> None:
        self._change(cli, "UPDATE meta SET tzdata = '2020.1'")
        cli.json("migrate")
        assert cli.json("doctor")["sound"]

    def test_a_key_that_others_may_read_is_refused(self, cli: CommandLine) -> None:
        (cli.data / "key").chmod(0o644)
        refused = cli("doctor")
        assert refused.code == 2
        assert "chmod 600" in refused.err

    def test_nothing_is_repaired_under_a_running_server(self, cli: CommandLine) -> None:
        with only_server(cli.data):
            assert cli("doctor", "--repair", "--json").problem["code"] == "already_served"
            assert cli.json("doctor")["sound"]

    def test_what_is_old_is_deleted_where_no_server_does_it(self, cli: CommandLine) -> None:
        made = cli.json("add", "Gym", "2030-03-04 09:00")["change_set_id"]
        self._change(cli, "UPDATE change_set SET at = '2020-01-01 00:00:00.000000'")
        tidied = {each["check"]: each["told"] for each in cli.json("doctor", "--tidy")["findings"]}
        assert "deleted 1 change sets" in tidied["old records"]
        assert cli("undo", made, "--json").problem["code"] == "not_found"
        assert self._titles(cli) == ["Gym"]

    @staticmethod
    def _titles(cli: CommandLine) -> list[str]:
        with closing(sqlite3.connect(cli.data / "kalends.sqlite")) as connection:
            return [title for (title,) in connection.execute("SELECT title FROM event")]

    @staticmethod
    def _change(cli: CommandLine, statement: str) -> None:
        with closing(sqlite3.connect(cli.data / "kalends.sqlite")) as connection, connection:
            assert connection.execute(statement).rowcount == 1


class TestMigrate:
    def test_an_empty_place_gets_a_database(self, cli: CommandLine, tmp_path: Path) -> None:
        made = cli.json("migrate", "--data", str(tmp_path / "new"))
        assert (made["before"], made["after"]) == (None, cli.json("migrate")["after"])
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0

    def test_going_down_is_asked_for_twice(self, cli: CommandLine) -> None:
        assert cli("migrate", "--to", "base", "--json").problem["field"] == "to"
        assert cli.json("migrate", "--to", "base", "--yes")["after"] is None
        assert cli("conflicts", "--json").problem["code"] == "no_data"

    def test_nothing_goes_down_under_a_running_server(self, cli: CommandLine) -> None:
        with only_server(cli.data):
            assert cli("migrate", "--to", "base", "--yes", "--json").problem["code"] == "already_served"

    def test_an_unknown_schema_is_refused(self, cli: CommandLine) -> None:
        assert cli("migrate", "--to", "9999", "--yes", "--json").problem["field"] == "to"


def _tar(name: str, content: bytes) -> bytes:
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, BytesIO(content))
    return packed.getvalue()

"""Keys and sealed text."""

from __future__ import annotations

import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest

from kalends.kit.crypto import KeyRefused, Keyring, Unreadable, hash_token, open_keyring

RING = Keyring(b"m" * 32)


@pytest.mark.parametrize("text", ["", "x", "+43 660 1234567", "ключ 漢字", "a" * 10_000])
def test_what_is_sealed_opens_in_its_own_context_alone(text: str) -> None:
    sealed = RING.encrypt(text, context="connection/token/1")
    assert RING.decrypt(sealed, context="connection/token/1") == text
    assert len(text) < 4 or text not in sealed
    with pytest.raises(Unreadable):
        RING.decrypt(sealed, context="connection/token/2")


def test_sealing_twice_gives_two_ciphertexts() -> None:
    assert RING.encrypt("a", context="c") != RING.encrypt("a", context="c")


def test_any_changed_byte_is_noticed() -> None:
    raw = urlsafe_b64decode(RING.encrypt("secret", context="c"))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            RING.decrypt(urlsafe_b64encode(changed).decode(), context="c")


@pytest.mark.parametrize("text", ["", "AQ==", "not base64!", "é", "A" * 7])
def test_what_was_never_sealed_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        RING.decrypt(text, context="c")


def test_purposes_and_masters_share_nothing() -> None:
    other = Keyring(b"n" * 32)
    values = {
        RING.mac("a", purpose="phone"),
        RING.mac("a", purpose="mail"),
        RING.mac("b", purpose="phone"),
        other.mac("a", purpose="phone"),
        hash_token("a"),
    }
    assert len(values) == 5
    assert RING.mac("a", purpose="phone") == Keyring(b"m" * 32).mac("a", purpose="phone")


def test_a_key_file_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first, second = open_keyring(path), open_keyring(path)
    assert first.mac("a", purpose="p") == second.mac("a", purpose="p")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_servers_that_start_together_make_one_key(tmp_path: Path) -> None:
    path, found, start = tmp_path / "key", [], threading.Barrier(8)

    def open_it() -> None:
        start.wait()
        found.append(open_keyring(path).mac("a", purpose="p"))

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    open_keyring(path)
    path.chmod(mode)
    with pytest.raises(KeyRefused, match="chmod 600"):
        open_keyring(path)


@pytest.mark.parametrize("text", ["", "short", "é" * 50, urlsafe_b64encode(b"x" * 31).decode(), "A" * 45])
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        Keyring.from_text(text)
    assert text == "" or text not in refused.value.message


def test_a_keyring_does_not_show_its_master() -> None:
    assert "mmm" not in repr(RING)

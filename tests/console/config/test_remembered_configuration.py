"""What a look for news takes from the file is what the careful reading takes from it, as long as it is remembered."""

from dataclasses import fields
from pathlib import Path

import pytest

from console.config.reaching import Reached, digest_of, read_remembered
from console.config.settings import load_settings

FULL = """
language = "pt_BR"
store = "postgresql://desk.example.org/desk"
undo_window = 5
[[account]]
name = "vendas"
address = "Vendas@Example.org"
aliases = ["Info@example.org", "ola@example.org"]
imap = "IMAP.example.org:143"
smtp = "smtp.example.org"
user = "v"
password_command = "pass show mail"
folders = ["Clientes/Antigos"]
sent = "Enviadas"
archive = "Arquivo"
trash = '\\Trash'
group = "acme"
hours = "mon-fri 09:00-18:00"
live_since = 2026-01-31T12:00:00-03:00
[[account]]
name = "suporte"
address = "suporte@example.org"
imap = "mail.example.org"
tls = "starttls"
[notices]
bell = true
"""
PLACES = ["localhost:1143", "127.0.0.2:1143", "[::1]:993", "mail.example.org:1143", "mail.example.org:993", "::1"]


def small(imap: str) -> str:
    return f'[[account]]\nname = "a"\naddress = "A@example.org"\nimap = "{imap}"\n'


@pytest.mark.parametrize("text", ["", 'agent = "Ana"\n', "\ufeff" + FULL, FULL, *map(small, PLACES)])
def test_the_short_reading_equals_the_careful_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    settings, remembered = load_settings(file), read_remembered(file)
    assert remembered is not None
    assert remembered.digest == digest_of(file)
    assert (remembered.language, remembered.store) == (settings.language, settings.store)
    assert len(remembered.accounts) == len(settings.accounts)
    for short, careful in zip(remembered.accounts, settings.accounts, strict=True):
        for field in fields(Reached):
            assert getattr(short, field.name) == getattr(careful, field.name), field.name


@pytest.mark.parametrize(
    "text",
    [
        "[[account]]\n",
        'account = "x"\n',
        "account = 3\n",
        "store = 3\n",
        "[[account]]\nname = 1\naddress = 2\nimap = 3\n",
        "a = [" * 5000,
        "a = ",
        small("no server"),
        small("h") + 'tls = "what"\n',
        "language = [1]\n",
    ],
)
def test_what_cannot_be_right_is_left_to_the_careful_reading(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    assert read_remembered(file) is None
    assert read_remembered(tmp_path / "none") is None
    assert digest_of(tmp_path / "none") is None


def test_another_file_and_another_reader_are_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FULL)
    before = digest_of(file)
    file.write_text(FULL.replace("bell = true", "bell = false"))
    assert digest_of(file) != before
    file.write_text(FULL)
    assert digest_of(file) == before
    monkeypatch.setattr("console.config.reaching.__file__", str(tmp_path / "another.py"))
    assert digest_of(file) != before

"""Start-up: no command but the console loads Textual, and those that only speak of themselves load no database."""

import json
import subprocess
import sys

import pytest
from made.letters import letter

PROGRAM = """
import json, sys
from console.cli import main
for arguments in json.loads(sys.argv[1]):
    status = main(arguments)
    sys.stdout.flush()
    print("\\0" + json.dumps([status, sorted({name.partition(".")[0] for name in sys.modules})]), flush=True)
"""


def said_of(*commands: tuple[str, ...]) -> list[tuple[int, set[str]]]:
    """Run commands in one fresh process; give each one's status, and what was loaded by its end."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(commands)], capture_output=True, text=True, timeout=120, check=True
    )
    said = [json.loads(part.partition("\n")[0]) for part in done.stdout.split("\0")[1:]]
    assert len(said) == len(commands)
    return [(status, set(names)) for status, names in said]


def loaded(*arguments: str) -> tuple[int, set[str]]:
    (one,) = said_of(arguments)
    return one


def test_a_command_that_asks_the_record_loads_the_database(filled):
    status, names = loaded("list")
    assert status == 0
    assert "sqlalchemy" in names


def test_no_command_loads_textual(filled):
    commands = [
        ("sync",),
        ("list",),
        ("search", "fatura"),
        ("show", "1"),
        ("why", "1"),
        ("history",),
        ("take", "1"),
        ("undo",),
        ("import", "/nowhere"),
        ("export", "messages"),
        ("doctor",),
        ("account", "list"),
        ("response", "list"),
        ("customer", "list"),
        ("customer", "show", "1"),
        ("organization", "list"),
        ("field", "list"),
        ("promise", "list"),
        ("promise", "add", "1", "x", "--due", "2h"),
        ("assess", "list"),
        ("reply", "1", "Oi"),
        ("outbox", "list"),
        ("outbox", "hold", "1"),
    ]
    heavy = {"textual", "alembic", "keyring", "icalendar", "liquid", "rapidfuzz", "yaml"}
    for command, (status, names) in zip(commands, said_of(*commands), strict=True):  # what is loaded stays so
        assert status in {0, 1, 78}, command
        assert "sqlalchemy" in names or command == ("sync",), command
        assert not names & heavy, command


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("import", "--help"), ("config", "path"), ("nonsense",)]
)
def test_what_needs_no_store_loads_no_database(home, arguments):
    status, names = loaded(*arguments)
    assert status in {0, 2}
    assert not names & {"sqlalchemy", "sqlmodel", "textual", "pydantic", "imapclient", "keyring"}


@pytest.mark.server
def test_a_sync_that_finds_no_news_loads_neither_database_library_nor_parser(run, home, dovecot):
    user, secret = dovecot.user("light")
    dovecot.append(user, [letter(1)])
    where = ("--imap", f"127.0.0.1:{dovecot.port}", "--tls", "none", "--user", user)
    added = run(
        "account", "add", "light", "--address", "light@plantao.example", *where, "--password-command", f"echo {secret}"
    )
    assert added.status == 0
    assert run("sync").status == 0
    assert run("sync").status == 0
    status, names = loaded("sync")
    assert status == 0
    assert not names & {"sqlalchemy", "sqlmodel", "selectolax", "Stemmer", "keyring", "textual"}
    # The configuration was read with care by the sync before, and nothing that is for mail is needed.
    assert not names & {"pydantic", "imapclient", "imaplib", "ssl", "logging"}


def test_a_sqlite_desk_loads_nothing_of_postgresql(filled):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", PROGRAM, '[["list"]]'],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "sqlalchemy.dialects.sqlite" in done.stderr
    assert "postgresql" not in done.stderr

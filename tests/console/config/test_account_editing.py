"""Adding and removing accounts: all else in the file stays, and no half-written file is ever seen."""

import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.config.accounts import Account
from console.config.editing import add_account, remove_account
from console.config.errors import AccountTaken, AccountUnknown, ConfigurationInvalid, ConfigurationNotSaved
from console.config.servers import Server, Tls
from console.config.settings import load_settings
from storage.kinds.clean import clean, clean_line

NOW = datetime(2026, 3, 1, 12, 30, 5, 999, tzinfo=UTC)
KEPT = """\
# Mine, and mine alone.
agent   =   "ana"      # aligned as I like it
keys.resolve = 'e'

# sales
[[account]]
name = "vendas"
address = "vendas@example.org"
imap = "mail.example.org:993"
folders = [
    "Antigos",   # from 2019
]
# a thought about what follows
"""


def account(name: str = "suporte", **more: object) -> Account:
    values = {"name": name, "address": f"{name}@example.org", "imap": "mail.example.org:143"} | more
    return Account.model_validate(values)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text(KEPT, encoding="utf-8")
    return made


def test_an_account_is_added_after_all_else_and_taken_out_again(file: Path) -> None:
    after = add_account(file, account(), now=NOW)
    assert file.read_text(encoding="utf-8").startswith(KEPT)
    assert [each.name for each in after.accounts] == ["vendas", "suporte"]
    assert load_settings(file) == after
    assert remove_account(file, "SUPORTE").accounts == after.accounts[:1]
    assert file.read_text(encoding="utf-8") == KEPT


def test_only_what_was_said_is_written_and_it_is_live_from_now(file: Path) -> None:
    add_account(file, account(), now=NOW)
    assert file.read_text(encoding="utf-8").removeprefix(KEPT) == (
        '\n[[account]]\nname = "suporte"\naddress = "suporte@example.org"\nimap = "mail.example.org:143"\n'
        "live_since = 2026-03-01T12:30:05Z\n"
    )


def test_every_field_survives_the_way_through_the_file(file: Path) -> None:
    whole = account(
        "cobrança",
        address="c@example.org",
        aliases=["d@example.org"],
        imap="[::1]:1143",
        smtp="smtp.example.org:587",
        user='a "quoted" \\ user',
        tls=Tls.NONE,
        password_command="pass 'mail/x'",
        folders=["Ação/1", "b"],
        sent="Enviadas",
        archive="Arquivo",
        group="acme",
        live_since="2026-01-31T12:00:00-03:00",
        poll_seconds=5,
        smtp_user="",
        smtp_tls="none",
        sender_name="{agent} da Lumen",
        signature='{agent}\nLumen "Energia" \\\n\n\tlumen.example',
        html=True,
        sent_copy="append",
        acknowledge="recebido",
        acknowledge_every="3d",
        hours="mon-fri 09:00-18:00, sat 09:00-12:30",
        zone="America/Sao_Paulo",
        out_of_hours="fechado",
        language="pt_BR",
    )
    assert add_account(file, whole, now=NOW).accounts[-1] == whole
    assert load_settings(file).accounts[-1].imap == Server("::1", 1143)


LINES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: clean_line(text) == text
)


@settings(max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(LINES, st.lists(LINES, max_size=3)), min_size=1, max_size=4), st.randoms())
def test_whatever_is_added_can_be_taken_out_in_any_order(
    file: Path, accounts: list[tuple[str, list[str]]], order: Random
) -> None:
    file.write_text(KEPT, encoding="utf-8")
    names = [f"added{number}" for number in range(len(accounts))]
    for name, (user, folders) in zip(names, accounts, strict=True):
        added = account(name, user=user, folders=folders)
        assert add_account(file, added, now=NOW).accounts[-1].user == user
    order.shuffle(names)
    for name in names:
        remove_account(file, name)
    assert file.read_text(encoding="utf-8") == KEPT


@settings(max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60).map(clean).filter(lambda text: "{" not in text), st.sampled_from(["\n", "\r\n"]))
def test_a_signature_of_any_lines_survives_and_can_be_taken_out(file: Path, signature: str, end: str) -> None:
    before = KEPT.replace("\n", end)
    file.write_text(before, encoding="utf-8", newline="")
    added = account("added", signature=signature)
    assert add_account(file, added, now=NOW).accounts[-1].signature == signature.strip("\n")
    remove_account(file, "added")
    assert file.read_bytes().decode() == before


def test_what_is_said_to_be_none_is_not_written(file: Path) -> None:
    assert add_account(file, account(smtp=None, sent=None), now=NOW).accounts[-1].smtp is None


def test_comments_around_an_account_stay_when_it_goes(file: Path) -> None:
    add_account(file, account(), now=NOW)
    remove_account(file, "vendas")
    text = file.read_text(encoding="utf-8")
    for comment in ("# Mine, and mine alone.", "# aligned as I like it", "# sales", "# a thought about what follows"):
        assert comment in text
    assert "vendas" not in text
    assert [each.name for each in load_settings(file).accounts] == ["suporte"]


def test_a_first_account_makes_a_private_file_in_a_private_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    add_account(file, account(), now=NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_text(encoding="utf-8").startswith("[[account]]\n")
    assert [each.name for each in file.parent.iterdir()] == ["config.toml"]


def test_a_readable_file_becomes_private(file: Path) -> None:
    file.chmod(0o644)
    add_account(file, account(), now=NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "config.toml"
    link.symlink_to(file)
    add_account(link, account(), now=NOW)
    assert link.is_symlink()
    assert len(load_settings(file).accounts) == 2


@pytest.mark.parametrize("text", [KEPT.rstrip("\n"), KEPT.replace("\n", "\r\n"), "agent = 'x'", ""])
def test_line_ends_are_the_file_s_own(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    add_account(file, account(), now=NOW)
    written = file.read_bytes()
    assert written.startswith(text.encode())
    assert (b"\r\n" in text.encode()) == (b"\r\n" in written)
    assert written.count(b"\r\n") in (0, written.count(b"\n"))
    load_settings(file)


def test_a_name_or_an_address_that_is_taken_is_refused(file: Path) -> None:
    with pytest.raises(AccountTaken) as by_name:
        add_account(file, account("Vendas", address="other@example.org"), now=NOW)
    assert (by_name.value.other, by_name.value.key) == ("vendas", "name")
    with pytest.raises(AccountTaken) as by_address:
        add_account(file, account("other", address="VENDAS@example.org"), now=NOW)
    assert (by_address.value.other, by_address.value.key) == ("vendas", "address")
    assert file.read_text(encoding="utf-8") == KEPT


def test_an_account_that_is_not_there_is_not_removed(file: Path, tmp_path: Path) -> None:
    with pytest.raises(AccountUnknown) as caught:
        remove_account(file, "venda")
    assert caught.value.nearest == "vendas"
    with pytest.raises(AccountUnknown):
        remove_account(tmp_path / "nowhere" / "config.toml", "x")
    assert not (tmp_path / "nowhere").exists()


def test_an_invalid_file_is_left_as_it_is(file: Path) -> None:
    file.write_text(KEPT + "wrong = 1\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid):
        add_account(file, account(), now=NOW)
    assert file.read_text(encoding="utf-8") == KEPT + "wrong = 1\n"


def test_accounts_on_one_line_are_not_edited(file: Path) -> None:
    text = 'account = [{ name = "x", address = "x@example.org", imap = "h" }]\n'
    file.write_text(text, encoding="utf-8")
    for attempt in (lambda: add_account(file, account(), now=NOW), lambda: remove_account(file, "x")):
        with pytest.raises(ConfigurationInvalid, match="one line"):
            attempt()
    assert file.read_text(encoding="utf-8") == text


def test_a_disk_that_takes_nothing_leaves_the_file_whole(file: Path) -> None:
    # A limit on the size of files is a full disk that a test can have.
    code = (
        "import resource, signal, sys\n"
        "from datetime import datetime, UTC\n"
        "from pathlib import Path\n"
        "from console.config.accounts import Account\n"
        "from console.config.editing import add_account\n"
        "from console.config.errors import ConfigurationNotSaved\n"
        "import tomlkit\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "account = Account(name='a', address='a@example.org', imap='h')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n"
        "    add_account(Path(sys.argv[1]), account, now=datetime.now(UTC))\n"
        "except ConfigurationNotSaved as refused:\n"
        "    print(refused)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert "could not be written" in done.stdout
    assert file.read_text(encoding="utf-8") == KEPT
    assert [each.name for each in file.parent.iterdir()] == ["config.toml"]


def test_a_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    link = tmp_path / "config.toml"
    link.symlink_to(tmp_path / "gone" / "config.toml")
    with pytest.raises(ConfigurationNotSaved):
        add_account(link, account(), now=NOW)


def test_processes_that_add_at_once_all_succeed(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    code = (
        "import sys\n"
        "from datetime import datetime, UTC\n"
        "from pathlib import Path\n"
        "from console.config.accounts import Account\n"
        "from console.config.editing import add_account\n"
        "import tomlkit\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "for number in range(10):\n"
        "    name = f'{sys.argv[2]}{number}'\n"
        "    account = Account(name=name, address=f'{name}@example.org', imap='h')\n"
        "    add_account(Path(sys.argv[1]), account, now=datetime.now(UTC))\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(file), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in "abc"
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in started:
        each.communicate("go\n", timeout=60)
    assert [each.returncode for each in started] == [0, 0, 0]
    assert len(load_settings(file).accounts) == 30

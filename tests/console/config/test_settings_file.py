"""The configuration file: what it may say, and how its faults are named."""

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.config.errors import AccountInvalid, ConfigurationInvalid, FolderUnusable
from console.config.paths import Paths, find_paths, private_folder
from console.config.servers import Server, Tls
from console.config.settings import SIZE_LIMIT, Settings, load_settings, read_account, read_settings
from storage.kinds.mail import Correspondent

FILE = Path("config.toml")
ACCOUNT = """
[[account]]
name = "{name}"
address = "{address}"
imap = "{imap}"
"""


def one_account(
    *more: str, name: str = "suporte", address: str = "suporte@example.org", imap: str = "mail.example.org"
) -> str:
    return ACCOUNT.format(name=name, address=address, imap=imap) + "\n".join(more) + "\n"


def refused(text: str) -> ConfigurationInvalid:
    with pytest.raises(ConfigurationInvalid) as caught:
        read_settings(text, FILE)
    return caught.value


def test_a_whole_file_is_read() -> None:
    settings = read_settings(
        """
agent = "Ana Souza"
language = "pt_BR"
theme = "light"
store = "postgresql://db.example.org/desk"

[keys]
resolve = "e"

[[account]]
name = "Cobrança"
address = "Cobranca@Example.org"
aliases = ["faturas@example.org"]
imap = "imap.example.org:143"
smtp = "smtp.example.org"
user = "cobranca"
password_command = "pass show 'mail/cobrança'"
folders = ["Clientes/Antigos"]
sent = "Enviadas"
archive = "Arquivo"
group = "acme"
live_since = 2026-01-31T12:00:00-03:00
poll_seconds = 30
""",
        FILE,
    )
    (account,) = settings.accounts
    assert (settings.agent_name(), settings.language, settings.theme) == ("Ana Souza", "pt_BR", "light")
    assert settings.keys == {"resolve": "e"}
    assert account.addresses == {"cobranca@example.org", "faturas@example.org"}
    assert account.imap == Server("imap.example.org", 143)
    assert account.smtp == Server("smtp.example.org", 465)
    assert account.tls is Tls.STARTTLS
    assert account.live_since == datetime(2026, 1, 31, 15, tzinfo=UTC)
    assert account.variable_name == "COBRANCA"
    assert settings.account("cobrança") is account


def test_little_need_be_said() -> None:
    (account,) = read_settings(one_account(), FILE).accounts
    assert account.imap == Server("mail.example.org", 993)
    assert (account.user, account.tls, account.smtp) == ("suporte@example.org", Tls.IMPLICIT, None)
    assert (account.archive, account.live_since, account.group) == (None, None, "")
    assert read_settings(one_account('live_since = "now"'), FILE).accounts[0].live_since is None


@pytest.mark.parametrize(
    ("imap", "said", "tls"),
    [
        ("mail.example.org:993", "", Tls.IMPLICIT),
        ("mail.example.org:143", "", Tls.STARTTLS),
        ("mail.example.org:1143", "", Tls.IMPLICIT),  # in plain never by itself
        ("mail.example.org:1143", "none", Tls.NONE),
        ("localhost:1143", "", Tls.NONE),
        ("127.0.0.2:1143", "", Tls.NONE),
        ("[::1]:1143", "", Tls.NONE),
        ("[::1]:993", "", Tls.IMPLICIT),
        ("localhost.example.org:1143", "", Tls.IMPLICIT),
    ],
)
def test_connections_are_protected_unless_at_home_or_asked_for_by_name(imap: str, said: str, tls: Tls) -> None:
    text = one_account(f'tls = "{said}"' if said else "", imap=imap)
    assert read_settings(text, FILE).accounts[0].tls is tls


@pytest.mark.parametrize("text", ["h:1", "h.example.org:65535", "[::1]:993", "::1", "192.0.2.1"])
def test_a_server_is_written_as_it_is_read(text: str) -> None:
    server = Server.read(text, port=993)
    assert Server.read(str(server), port=1) == server


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":993",
        "h:",
        "h:0",
        "h:65536",
        "h:x",
        "h:٣",
        "a b:1",
        "h:-1",
        "h:0000993",
        "a:b:993",
        "[a:b]:993",
        "imaps://h/x",
        "h:" + "9" * 5000,
    ],
)
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Server.read(text, port=993)


@pytest.mark.parametrize(
    ("smtp", "said", "tls"),
    [
        ("mail.example.org", "", Tls.IMPLICIT),
        ("mail.example.org:465", "", Tls.IMPLICIT),
        ("mail.example.org:587", "", Tls.STARTTLS),
        ("mail.example.org:25", "", Tls.STARTTLS),
        ("mail.example.org:2525", "", Tls.IMPLICIT),  # in plain never by itself
        ("mail.example.org:2525", "none", Tls.NONE),
        ("localhost:2525", "", Tls.NONE),
        ("[::1]:587", "", Tls.STARTTLS),
    ],
)
def test_mail_leaves_protected_unless_at_home_or_asked_for_by_name(smtp: str, said: str, tls: Tls) -> None:
    more = [f'smtp = "{smtp}"', *([f'smtp_tls = "{said}"'] if said else [])]
    (account,) = read_settings(one_account(*more, imap="localhost:1143"), FILE).accounts
    assert (account.smtp_tls, account.tls) == (tls, Tls.NONE)


def test_what_leaves_is_as_the_account_says() -> None:
    (account,) = read_settings(one_account('user = "sup"'), FILE).accounts
    assert (account.smtp_user, account.html, account.sent_copy) == ("sup", False, "auto")
    assert (account.acknowledge, account.acknowledge_every) == (None, timedelta(hours=24))
    assert account.acknowledge_most == 60
    assert account.smtp_connections == 8
    assert account.sender("Ana") == Correspondent("", "suporte@example.org")
    assert account.signed_by("Ana") == ""
    (account,) = read_settings(one_account('aliases = ["ajuda@example.org"]'), FILE).accounts
    assert account.sender("Ana", address="Ajuda@Example.org").address == "ajuda@example.org"
    assert account.sender("Ana", address="evil@example.com").address == "suporte@example.org"
    more = (
        'smtp_user = ""',
        'sender_name = "{agent} da Lumen"',
        'signature = """',
        "{agent}",
        'Lumen Energia\n"""',
        "html = true",
        'sent_copy = "server"',
        'acknowledge = "recebido"',
        'acknowledge_every = "1w"',
        "acknowledge_most = 10",
        "smtp_connections = 1",
    )
    (account,) = read_settings(one_account(*more), FILE).accounts
    assert (account.smtp_user, account.html, account.sent_copy) == ("", True, "server")
    assert (account.acknowledge, account.acknowledge_every) == ("recebido", timedelta(weeks=1))
    assert account.acknowledge_most == 10
    assert account.smtp_connections == 1
    assert account.sender("Ana Souza") == Correspondent("Ana Souza da Lumen", "suporte@example.org")
    assert account.signed_by("Ana Souza") == "Ana Souza\nLumen Energia"


def test_an_agents_name_is_never_filled_in_twice() -> None:
    (account,) = read_settings(one_account("signature = '{agent}'"), FILE).accounts
    assert account.signed_by("{agent}{x}") == "{agent}{x}"


def test_an_answer_waits_before_it_leaves_for_as_long_as_is_said() -> None:
    assert read_settings("", FILE).undo_window == 10
    assert read_settings("undo_window = 0", FILE).undo_window == 0
    for wrong in ("-1", "601", "true", "'10'", "1.5"):
        error = refused(f"undo_window = {wrong}")
        assert (error.line, error.key) == (1, "undo_window")
        assert "0 to 600" in str(error)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_name() -> None:
    error = refused(one_account('adress = "x@example.org"'))
    assert (error.file, error.line, error.key, error.nearest) == (FILE, 6, "account.adress", "address")
    assert str(error) == "config.toml:6: adress is not known here. Did you mean address?"


def test_an_unknown_key_at_the_top_is_compared_with_the_names_of_the_top() -> None:
    error = refused('langage = "en"\n')
    assert (error.line, error.key, error.nearest) == (1, "langage", "language")
    assert "keys, notices, store, account" in str(refused("zzz = 1"))


def test_all_faults_are_named_at_once_in_the_order_of_the_file() -> None:
    error = refused('language = "de"\n' + one_account('tls = "ssl"', "poll_seconds = 0", imap="h:x"))
    assert [problem.line for problem in error.problems] == [1, 6, 7, 8]
    assert len(str(error).splitlines()) == 4


@pytest.mark.parametrize("key", ["password", "Passwd", "secret", "senha"])
def test_a_password_in_the_file_is_refused_and_not_repeated(key: str) -> None:
    error = refused(one_account(f'{key} = "hunter2"'))
    assert error.line == 6
    assert "password_command" in str(error)
    assert "hunter2" not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("imap = 5", "HOST:PORT"),
        ("aliases = 'a@b.c'", "list"),
        ("aliases = ['no address']", "address"),
        ("address = 'a@b@c'", "address"),
        ("name = 'a/b'", "letters"),
        ("name = 5", "quotation"),
        ('folders = ["\\u001b[2J"]', "one line"),
        ('archive = ""', "one line"),
        ("live_since = 'soon'", "date"),
        ("live_since = 5", "date"),
        ("live_since = 12:00:00", "date"),
        ("live_since = 0001-01-01", "date"),
        ("poll_seconds = true", "seconds"),
        ("poll_seconds = '60'", "seconds"),
        ('password_command = "pass \'x"', "quotation"),
        ("password_command = \"''\"", "empty"),
        ("group = 'a b'", "letters"),
        ("smtp_tls = 'ssl'", "starttls"),
        ("smtp_user = 'a  b'", "one line"),
        ("sender_name = ''", "one line"),
        ('sender_name = "a\\r\\nBcc: x"', "one line"),
        ("sender_name = '{name}'", "{agent}"),
        ("signature = '{agnet}'", "{agent}"),
        ('signature = "\\u001b[2J"', "control"),
        ("signature = '" + "x" * 4001 + "'", "4000"),
        ("html = 'sim'", "true"),
        ("sent_copy = 'yes'", "append"),
        ("smtp_connections = 0", "from 1 to 10"),
        ("smtp_connections = 11", "from 1 to 10"),
        ("smtp_connections = true", "from 1 to 10"),
        ("acknowledge = 'Olá!'", "shortcode"),
        ("acknowledge_every = '10m'", "span"),
        ("acknowledge_every = 24", "span"),
        ("acknowledge_most = 0", "1 to 10,000"),
        ("acknowledge_most = true", "1 to 10,000"),
        ("hours = '9-18'", "mon-fri 09:00-18:00"),
        ("hours = 9", "mon-fri 09:00-18:00"),
        ("hours = 'mon-fri 18:00-09:00'", "mon-fri 09:00-18:00"),
        ("zone = 'Mars/Olympus'", "America/Sao_Paulo"),
        ("zone = '/etc/passwd'", "America/Sao_Paulo"),
        ("out_of_hours = 'fechado'", "hours ="),
        ("out_of_hours = 'Olá!'", "shortcode"),
        ("language = 'fr'", "pt_BR"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write(line: str, word: str) -> None:
    kept = [each for each in one_account().splitlines() if not each.startswith(line.partition(" ")[0] + " ")]
    error = refused("\n".join([*kept, line]))
    assert len(error.problems) == 1
    assert error.line == len(kept) + 1
    assert word in str(error)


def test_what_is_missing_is_named_at_the_head_of_its_table() -> None:
    error = refused("# first\n\n[[account]]\nname = 'x'\naddress = 'x@example.org'\n")
    assert (error.line, error.key) == (3, "account.imap")


@pytest.mark.parametrize("text", ["account = 3", "[account]\nname = 'x'", "account = {}"])
def test_an_account_without_double_brackets_is_told_of_them(text: str) -> None:
    assert "[[account]]" in str(refused(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = ", 1),
        ("\nb = [1,\n2\n", 3),
        ("x = 'é", 1),
        ("[keys]\n[keys]\n", 2),
        ("a = " + "[" * 5000, None),
        ("a = " + "1" * 5000, None),
        ("a = '\x1b'", 1),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(text: str, line: int | None) -> None:
    error = refused(text)
    assert error.line == line
    assert "\x1b" not in str(error)


def test_two_accounts_of_one_name_or_one_address_are_refused() -> None:
    first = one_account(name="x")
    same_name = refused(first + one_account(name="X", address="other@example.org"))
    assert (same_name.line, same_name.key, same_name.nearest) == (9, "account.name", "x")
    identical = refused(first + one_account(name="x", address="other@example.org"))
    assert identical.line == 9
    same_address = refused(first + one_account(name="y", address="SUPORTE@example.org"))
    assert (same_address.line, same_address.key) == (10, "account.address")
    alike = refused(one_account(name="a-b") + one_account(name="a.b", address="other@example.org"))
    assert alike.nearest == "a-b"


def test_flags_of_a_command_are_checked_in_the_same_way() -> None:
    account = read_account({"name": "x", "address": "x@example.org", "imap": "h:143", "user": None, "tls": None})
    assert (account.user, account.tls) == ("x@example.org", Tls.STARTTLS)
    with pytest.raises(AccountInvalid) as caught:
        read_account({"name": "x", "address": "x", "imap": "h:x", "adress": "hunter2"})
    assert {problem.key for problem in caught.value.problems} == {"account.address", "account.imap", "account.adress"}
    assert "Did you mean address?" in str(caught.value)
    assert "hunter2" not in f"{caught.value} {caught.value!r}"


def test_neither_the_store_nor_a_password_command_is_in_the_repr() -> None:
    settings = read_settings(
        'store = "postgresql://me:hunter2@db/desk"\n' + one_account('password_command = "echo hunter2"'), FILE
    )
    assert "hunter2" not in repr(settings) + str(settings) + repr(settings.accounts[0])


def test_a_missing_file_is_no_configuration_unless_it_was_named(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "c", tmp_path / "d", tmp_path / "s")
    assert load_settings(paths=paths) == Settings()
    with pytest.raises(ConfigurationInvalid, match="no such file"):
        load_settings(tmp_path / "none.toml")


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="directory"):
        load_settings(tmp_path)
    file = tmp_path / "config.toml"
    file.write_bytes(b"# one\nagent = '\xe9'\n")
    with pytest.raises(ConfigurationInvalid) as caught:
        load_settings(file)
    assert caught.value.line == 2
    file.write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(ConfigurationInvalid, match="too large"):
        load_settings(file)
    file.write_bytes(b"\xef\xbb\xbfagent = 'bom'\n")
    assert load_settings(file).agent == "bom"


def test_home_puts_all_under_one_folder(tmp_path: Path) -> None:
    paths = find_paths({"PLANTAO_HOME": str(tmp_path)})
    assert {paths.configuration, paths.data.parent, paths.state.parent} == {tmp_path}
    assert paths.configuration_file == tmp_path / "config.toml"
    assert Settings().store_url(paths) == f"sqlite:///{tmp_path}/data/desk.db"
    assert Settings(store="sqlite:////x.db").store_url(paths) == "sqlite:////x.db"
    assert find_paths({"PLANTAO_HOME": "here"}).data.is_absolute()


def test_without_home_the_xdg_folders_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    paths = find_paths({})
    assert paths == Paths(tmp_path / "c/plantao", tmp_path / "d/plantao", tmp_path / "s/plantao")


def test_a_folder_that_no_url_can_name_is_refused() -> None:
    with pytest.raises(FolderUnusable):
        _ = Paths(Path("/c"), Path("/what?"), Path("/s")).store_url


def test_the_store_s_folder_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = private_folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable):
        private_folder(tmp_path / "file" / "data")


def test_reading_the_configuration_loads_nothing_heavy() -> None:
    code = (
        "import sys, console.config.settings, console.config.secrets, console.config.editing\n"
        "print([name for name in ('textual', 'keyring', 'tomlkit', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_notices_are_read_and_what_is_wrong_in_them_is_named() -> None:
    given = read_settings(
        '[notices]\nbell = true\ndesktop = "osc9"\nabout = ["mine"]\nquiet = "22:00-07:00"\n', FILE
    ).notices
    assert (given.bell, given.desktop, given.about, given.quiet) == (True, "osc9", ("mine",), "22:00-07:00")
    assert not read_settings("", FILE).notices.wanted
    error = refused("[notices]\nbel = true\n")
    assert (error.line, error.key, error.nearest) == (2, "notices.bel", "bell")
    assert "22:00-07:00" in str(refused('[notices]\nquiet = "late"\n'))

"""Adding and removing accounts in the configuration file: all else in it stays as the agent wrote it."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from console.config.accounts import Account
from console.config.errors import AccountTaken, AccountUnknown, ConfigurationInvalid, ConfigurationNotSaved, Problem
from console.config.lines import statements
from console.config.paths import private_folder
from console.config.secrets import store_password
from console.config.servers import Tls
from console.config.settings import Settings, read_settings, read_text
from widgets.language import _


def enrol(file: Path, account: Account, secret: str | None, *, now: datetime) -> Settings:
    """Keep the password of a new account, write the account down, and return the configuration as it is then.

    Args:
        file: the configuration file; it is made when it is missing.
        account: what to add.
        secret: its password, for the system's keyring; `None` when its password command gives it.
        now: the moment, aware.

    Raises:
        KeyringUnusable: the password could not be kept, so nothing was written.
        AccountTaken, ConfigurationInvalid, ConfigurationNotSaved, FolderUnusable: see `add_account`.
    """
    if secret is not None:
        store_password(account, secret)
    return add_account(file, account, now=now)


def refuse_taken(accounts: Iterable[Account], account: Account) -> None:
    """Refuse a new account that could be taken for one there is.

    Raises:
        AccountTaken: its name or its address is that of another.
    """
    for other in accounts:
        if other.variable_name == account.variable_name:
            raise AccountTaken(account.name, other.name, "name")
        if other.address == account.address:
            raise AccountTaken(account.name, other.name, "address")


def add_account(file: Path, account: Account, *, now: datetime) -> Settings:
    """Write an account at the end of the configuration file, and return the configuration as it is then.

    Args:
        file: the configuration file; it is made when it is missing.
        account: what to add; one without *live since* is live from `now` on.
        now: the moment, aware.

    Raises:
        AccountTaken: its name or its address is that of another.
        ConfigurationInvalid: the file cannot be used as it stands; it is left so.
        ConfigurationNotSaved: the system would not write the file; it is as it was.
        FolderUnusable: the file's folder cannot be made.
    """
    private_folder(file.parent)
    with _alone(file) as target:
        text = _text_of(target)
        before = read_settings(text, file)
        refuse_taken(before.accounts, account)
        _refuse_inline(text, file)
        if account.live_since is None:
            account = account.model_copy(update={"live_since": now.astimezone(UTC).replace(microsecond=0)})
        end = "\r\n" if "\r\n" in text else "\n"
        gap = "" if not text else end if text.endswith("\n") else end * 2
        changed = text + gap + _table(account).replace("\n", end)
        return _save(target, file, changed, (*before.accounts, account), before)


def remove_account(file: Path, name: str) -> Settings:
    """Take an account out of the configuration file, and return the configuration as it is then.

    Comments above its table and below its last line stay: they may speak of something else.

    Raises:
        AccountUnknown: no account has this name.
        ConfigurationInvalid: the file cannot be used as it stands; it is left so.
        ConfigurationNotSaved: the system would not write the file; it is as it was.
    """
    if not file.parent.is_dir():
        raise AccountUnknown(name)
    with _alone(file) as target:
        text = _text_of(target)
        before = read_settings(text, file)
        gone = before.account(name)
        if gone is None:
            names = [account.name for account in before.accounts]
            raise AccountUnknown(name, next(iter(get_close_matches(name, names, n=1)), ""))
        _refuse_inline(text, file)
        changed = _without(text, before.accounts.index(gone))
        kept = tuple(account for account in before.accounts if account is not gone)
        return _save(target, file, changed, kept, before)


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[Path]:
    """Keep other processes from editing in this folder, and give the file that a symbolic link stands for.

    Dotfiles are often links into another folder: the link stays, and what it points at is replaced.
    """
    target = file.resolve()
    try:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as refused:
        raise ConfigurationNotSaved(file, refused.strerror or str(refused)) from refused
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # goes when the folder is closed, however this process ends
        yield target
    finally:
        os.close(folder)


def _text_of(target: Path) -> str:
    try:
        return read_text(target)
    except FileNotFoundError:
        return ""


def _refuse_inline(text: str, file: Path) -> None:
    """Refuse ``account = [{…}, {…}]``: valid, but not what can be added to without taking the line apart."""
    for statement in statements(text):
        if statement.place == ("account",) and not statement.header:
            sentence = _("Accounts on one line cannot be edited by a command: give each a table [[account]].")
            raise ConfigurationInvalid(file, [Problem(sentence, statement.first, "account")])


def _table(account: Account) -> str:
    """Write an account as a TOML table: what was said of it, and nothing that would have held anyway."""
    import tomlkit  # late: 50 ms, and reading does without it

    table = tomlkit.table()
    for key, value in account.model_dump(mode="python", exclude_unset=True, exclude_none=True).items():
        lines = isinstance(value, str) and "\n" in value
        table.add(key, _said(value) if not lines else tomlkit.string(value, multiline=True))
    accounts = tomlkit.aot()
    accounts.append(table)
    document = tomlkit.document()
    document.add("account", accounts)
    return tomlkit.dumps(document)


def _said(value: object) -> object:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Tls) else value


def _without(text: str, number: int) -> str:
    """Return a TOML text without its account of that number, of which comments and blank lines between stay."""
    lines = text.split("\n")
    gone = {
        line
        for statement in statements(text)
        if statement.place[:2] == ("account", number)
        for line in range(statement.first, statement.last + 1)
    }
    # One blank line before the header goes along, so that adding and removing leaves the file as it was.
    first = min(gone)
    if first > 1 and not lines[first - 2].strip():
        gone.add(first - 1)
    return "\n".join(line for place, line in enumerate(lines, start=1) if place not in gone)


def _save(target: Path, file: Path, text: str, accounts: tuple[Account, ...], before: Settings) -> Settings:
    """Write the file if it says exactly what is meant, and return what it says."""
    after = read_settings(text, file)
    if after != before.model_copy(update={"accounts": accounts}):
        sentence = _("The accounts in this file cannot be edited by a command. Edit it by hand.")
        raise ConfigurationInvalid(file, [Problem(sentence)])
    try:
        _write(target, text.encode())
    except OSError as refused:
        raise ConfigurationNotSaved(file, refused.strerror or str(refused)) from refused
    return after


def _write(target: Path, content: bytes) -> None:
    """Put `content` in the place of a file in one step: a reader, or a power cut, meets the old one or the new."""
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # of mode 0600
    written = Path(name)
    try:
        with open(number, "wb") as opened:  # noqa: PTH123 - a descriptor has no path
            opened.write(content)
            opened.flush()
            os.fsync(number)
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""The configuration file: read with the standard library, checked by pydantic, faults named with line and remedy."""

import shlex
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from console.config.accounts import Account
from console.config.early import agent_name
from console.config.errors import AccountInvalid, ConfigurationInvalid, Problem
from console.config.leaving import UndoSeconds
from console.config.lines import Place, line_of
from console.config.noticing import Notices
from console.config.paths import Paths, find_paths
from console.config.reaching import SIZE_LIMIT
from console.config.values import Language, Line, refuse
from storage.kinds.clean import clean_line
from widgets.language import _

_SECRET_NAMES = frozenset({"password", "passwd", "pass", "secret", "token", "senha", "clave", "contraseña"})


def _store(url: str) -> str:
    if not url.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://")):
        raise refuse(_("This is no store: write sqlite:////PATH/desk.db or postgresql://HOST/DATABASE."))
    return url


def _program(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError:
        raise refuse(_("A quotation mark in this command is never closed. Close it.")) from None
    if not words or not words[0]:
        raise refuse(_("This command is empty. Name a program, or remove the line."))
    return command


def _folder(place: str) -> str:
    if not place.startswith(("/", "~/")) and place != "~":
        raise refuse(_("This is no whole path: write one that begins with / or ~/."))
    return place


Program = Annotated[Line, AfterValidator(_program)]


class Settings(BaseModel):
    """All that the configuration file says; a frozen value.

    Attributes:
        agent: who works here; `None` for the user of the operating system.
        language: of all words; `None` to ask the environment.
        theme: of the console; `None` for its own choice.
        mouse: whether the console follows the mouse; each of its moves costs bytes on a slow line.
        download_folder: where files are saved when no other folder is named; `None` for the desktop's own choice.
        opener: a program and its arguments that opens files, run without a shell; `None` for the desktop's own.
        link_opener: the same for links.
        clipboard: how copied text reaches the terminal: as it is, through tmux to the one around it, or not at all.
        undo_window: seconds that an answer waits before it leaves, so that it can be taken back; 0 for none.
        read_on: whether the next conversation is read once the one that is read was settled.
        keys: the keys of actions, by the action's name.
        notices: what the console calls for, how, and when it is silent.
        store: the URL of the store; `None` for the usual place. Never shown: it may carry a password.
        accounts: the mailboxes, in the order of the file, where they stand as ``[[account]]``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    agent: Line | None = None
    language: Language | None = None
    theme: Line | None = None
    mouse: bool = False
    download_folder: Annotated[Line, AfterValidator(_folder)] | None = None
    opener: Program | None = None
    link_opener: Program | None = None
    clipboard: Literal["plain", "tmux", "off"] = "plain"
    undo_window: UndoSeconds = 10
    read_on: bool = True
    keys: Mapping[str, Line] = Field(default_factory=dict)
    notices: Notices = Notices()
    store: Annotated[str, AfterValidator(_store)] | None = Field(default=None, repr=False)
    accounts: tuple[Account, ...] = Field(default=(), alias="account")

    def account(self, name: str) -> Account | None:
        """Return the account of that name, however it is capitalised."""
        return next((account for account in self.accounts if account.name.casefold() == name.casefold()), None)

    def agent_name(self) -> str:
        """Return who works here: as configured, else the user of the operating system, else ``agent``."""
        return agent_name(self.agent)

    def store_url(self, paths: Paths) -> str:
        """Return the URL of the store: as configured, else in the folder for data.

        Raises:
            FolderUnusable: the folder for data cannot be written as a URL.
        """
        return self.store or paths.store_url


def load_settings(file: Path | None = None, *, paths: Paths | None = None) -> Settings:
    """Read and check the configuration.

    Args:
        file: named by the agent, and must be there; `None` for the usual file, which may be missing.
        paths: where the usual file is; `None` to ask the environment.

    Raises:
        ConfigurationInvalid: the file cannot be read, is no TOML, or says what the desk does not know.
    """
    place = file or (paths or find_paths()).configuration_file
    try:
        return read_settings(read_text(place), place)
    except FileNotFoundError:
        if file is None:
            return Settings()
        raise ConfigurationInvalid(
            place, [Problem(_("There is no such file. Name one that exists, or leave --config out."))]
        ) from None


def read_text(file: Path) -> str:
    """Return the text of a configuration file.

    Raises:
        FileNotFoundError: it is not there.
        ConfigurationInvalid: it cannot be read, is too large, or is no UTF-8.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise
    except OSError as refused:
        reason = clean_line(refused.strerror or str(refused))
        sentence = _("The file cannot be read ({reason}). Mend that, or name another with --config.")
        raise ConfigurationInvalid(file, [Problem(sentence.format(reason=reason))]) from refused
    if len(raw) > SIZE_LIMIT:
        raise ConfigurationInvalid(file, [Problem(_("The file is far too large for a configuration. Name another."))])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as unreadable:
        line = raw.count(b"\n", 0, unreadable.start) + 1
        sentence = _("This line is not UTF-8. Save the file in UTF-8.")
        raise ConfigurationInvalid(file, [Problem(sentence, line)]) from None


def read_settings(text: str, file: Path) -> Settings:
    """Check the text of a configuration file.

    Args:
        text: the whole file.
        file: its name, for the errors.

    Raises:
        ConfigurationInvalid: see `load_settings`.
    """
    content = _content(text, file)
    try:
        settings = Settings.model_validate(content, by_name=False)
    except ValidationError as invalid:
        # The values stay out: one of them might be a password in the wrong place.
        found = invalid.errors(include_url=False, include_input=False)
        problems = [_problem(text, fault["loc"], fault) for fault in found if fault["type"] != _UNCALLED]
        problems.sort(key=lambda problem: problem.line or 0)
        raise ConfigurationInvalid(file, problems) from None
    if doubles := _doubles(text, settings.accounts):
        raise ConfigurationInvalid(file, doubles)
    return settings


def read_account(said: Mapping[str, object]) -> Account:
    """Check what was said of a new account, as by the flags of a command.

    Args:
        said: values by the names of `Account`; `None` stands for what was not said.

    Raises:
        AccountInvalid: it cannot be used.
    """
    try:
        return Account.model_validate({key: value for key, value in said.items() if value is not None})
    except ValidationError as invalid:
        found = invalid.errors(include_url=False, include_input=False)
        problems = [_problem("", ("account", *fault["loc"]), fault) for fault in found if fault["type"] != _UNCALLED]
        raise AccountInvalid(problems) from None


_UNCALLED = "default_factory_not_called"  # follows from another fault, which is in the list as well


def _content(text: str, file: Path) -> dict[str, Any]:
    """Return the tables of a TOML text, or say at which line it is none."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigurationInvalid(file, [Problem(_("Brackets are nested too deep. Remove some."))]) from None
    except ValueError as broken:  # also a number of thousands of digits
        line, said = _where(clean_line(str(broken)), text)
        sentence = _('This is no TOML: {said}. Mend the line; texts stand in quotation marks, as in name = "me".')
        raise ConfigurationInvalid(file, [Problem(sentence.format(said=said), line)]) from None


def _where(said: str, text: str) -> tuple[int | None, str]:
    """Take the line out of the TOML reader's words, as in ``Invalid value (at line 3, column 9)``."""
    said, opening, place = said.partition(" (at ")
    if not opening:
        return None, said
    number = place.removeprefix("line ").split(",")[0]
    return (int(number) if number.isdigit() else text.rstrip().count("\n") + 1), said


def _problem(text: str, loc: Place, fault: Mapping[str, Any]) -> Problem:
    """Put one of pydantic's findings into words, with its line."""
    names = [str(part) for part in loc if isinstance(part, str)]
    key, place = ".".join(names), tuple(loc)
    match fault["type"]:
        case "extra_forbidden":
            known = _known(place[:-1])
            nearest = next(iter(get_close_matches(names[-1].lower(), known, n=1, cutoff=0.6)), "")
            return Problem(_unknown(names[-1], nearest, known), line_of(text, place), clean_line(key), nearest)
        case "missing":
            sentence = _("{key} is missing here. Add a line {key} = …").format(key=names[-1])
        case "plantao":
            sentence = f"{names[-1]}: {fault['ctx']['sentence']}"
        case "literal_error":
            sentence = _("{key}: write one of {words}.").format(
                key=names[-1], words=str(fault["ctx"]["expected"]).replace(" or ", ", ").replace("'", "")
            )
        case "bool_type" | "bool_parsing":
            sentence = _("{key}: write {key} = true or {key} = false, without quotation marks.").format(key=names[-1])
        case "string_type":
            sentence = _("{key} is a text: put it in quotation marks.").format(key=names[-1])
        case "tuple_type" if place == ("account",):
            sentence = _("Each account is a table with two brackets on each side: write [[account]].")
        case "tuple_type":
            sentence = _('{key} is a list: write {key} = ["…", "…"].').format(key=names[-1])
        case "model_type" | "model_attributes_type" | "mapping_type" | "dict_type":
            sentence = _("{key} is a table: give it a line [{key}], and its values the lines below.").format(key=key)
        case _:
            said = clean_line(str(fault["msg"]))
            sentence = _("{key} cannot be used: {said}. Correct it.").format(key=names[-1] if names else "", said=said)
    return Problem(clean_line(sentence), line_of(text, place), clean_line(key))


def _unknown(key: str, nearest: str, known: list[str]) -> str:
    """Say that a name is not known, and what to write instead."""
    if key.lower() in _SECRET_NAMES:
        sentence = _(
            "No password stands in the configuration. Remove this line, and set password_command, the keyring or"
            " the environment instead."
        )
    elif nearest:
        sentence = _("{key} is not known here. Did you mean {nearest}?")
    else:
        sentence = _("{key} is not known here. Remove it, or write one of {known}.")
    return clean_line(sentence.format(key=key, nearest=nearest, known=", ".join(known)))


def _known(table: Place) -> list[str]:
    """Return the names that a table of the configuration may hold."""
    named: dict[object, type[BaseModel]] = {"account": Account, "notices": Notices}
    model = named.get(table[0], Settings) if table else Settings
    return [field.alias or name for name, field in model.model_fields.items()]


def _doubles(text: str, accounts: tuple[Account, ...]) -> list[Problem]:
    """Return a problem for each account whose name or address an earlier one has."""
    problems: list[Problem] = []
    names: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for number, account in enumerate(accounts):
        # Names that differ only by a dot would share one environment variable, and so one password.
        if other := names.get(account.variable_name):
            sentence = _("The account {other} above has this name, or one too like it. Choose another name.")
            line = line_of(text, ("account", number, "name"))
            problems.append(Problem(sentence.format(other=other), line, "account.name", other))
        if other := addresses.get(account.address):
            sentence = _("The account {other} above has this address. Remove one of the two.")
            line = line_of(text, ("account", number, "address"))
            problems.append(Problem(sentence.format(other=other), line, "account.address", other))
        names.setdefault(account.variable_name, account.name)
        addresses.setdefault(account.address, account.name)
    return problems

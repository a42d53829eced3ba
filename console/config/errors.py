"""What can go wrong on the console's floor: one flat family, whose members carry fields and speak in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.kinds.clean import clean_line
from widgets.language import _


class ConsoleError(Exception):
    """The root of the family: `str()` says what happened, to what, and what to do, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration file.

    Attributes:
        sentence: what is wrong and what to do; never a value of the file, which might be a secret.
        line: counted from 1; `None` when it has no line, as with a file that cannot be read.
        key: the name concerned, with dots between tables; empty when there is none.
        nearest: the known name closest to an unknown one; empty when none is close.
    """

    sentence: str
    line: int | None = None
    key: str = ""
    nearest: str = ""


class ConfigurationInvalid(ConsoleError):
    """The configuration cannot be used as it stands (exit status 78 of the command line).

    Attributes:
        file: the configuration file.
        problems: all that was found, at least one, in the order of the file.
    """

    def __init__(self, file: Path, problems: Sequence[Problem]) -> None:
        super().__init__(file, tuple(problems))
        self.file = file
        self.problems = tuple(problems)

    @property
    def line(self) -> int | None:
        """Return the line of the first problem."""
        return self.problems[0].line

    @property
    def key(self) -> str:
        """Return the name that the first problem is about."""
        return self.problems[0].key

    @property
    def nearest(self) -> str:
        """Return the known name nearest to the first unknown one."""
        return self.problems[0].nearest

    def __str__(self) -> str:
        """Give one line a problem, each beginning ``file:line:`` as compilers write it."""
        file = clean_line(str(self.file))
        return "\n".join(
            f"{file}:{problem.line}: {problem.sentence}" if problem.line else f"{file}: {problem.sentence}"
            for problem in self.problems
        )


class ConfigurationNotSaved(ConsoleError):
    """The configuration could not be written; the file is as it was.

    Attributes:
        file: the configuration file.
        reason: what the system said.
    """

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(file, reason)
        self.file = file
        self.reason = clean_line(reason)

    def __str__(self) -> str:
        """Name the file and what the system said."""
        return _("{file} could not be written ({reason}). Nothing in it was changed. Mend that and try again.").format(
            file=clean_line(str(self.file)), reason=self.reason
        )


class FolderUnusable(ConsoleError):
    """A folder that the desk needs cannot be made or entered.

    Attributes:
        folder: the folder.
        reason: what the system said.
    """

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder = folder
        self.reason = clean_line(reason)

    def __str__(self) -> str:
        """Name the folder and the way to choose another."""
        return _("The folder {folder} cannot be used ({reason}). Mend it, or name another in PLANTAO_HOME.").format(
            folder=clean_line(str(self.folder)), reason=self.reason
        )


class AccountInvalid(ConsoleError):
    """What was said of a new account, outside of the file, cannot be used.

    Attributes:
        problems: all that was found, at least one; without lines.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Give one line a problem."""
        return "\n".join(problem.sentence for problem in self.problems)


class AccountTaken(ConsoleError):
    """An account with this name or this address exists already.

    Attributes:
        name: of the account that was refused.
        other: the name of the account that exists.
        key: ``name`` or ``address``, whichever they share.
    """

    def __init__(self, name: str, other: str, key: str) -> None:
        super().__init__(name, other, key)
        self.name = name
        self.other = other
        self.key = key

    def __str__(self) -> str:
        """Name both accounts."""
        if self.key == "address":
            sentence = _("The account {other} has this address already: remove it first, or add another address.")
        else:
            sentence = _("There is an account {other} already: choose another name than {name}.")
        return sentence.format(other=clean_line(self.other), name=clean_line(self.name))


class AccountUnknown(ConsoleError):
    """No account has this name.

    Attributes:
        name: as asked for.
        nearest: the known name closest to it; empty when none is close.
    """

    def __init__(self, name: str, nearest: str = "") -> None:
        super().__init__(name, nearest)
        self.name = name
        self.nearest = nearest

    def __str__(self) -> str:
        """Offer the nearest name, or the command that lists them."""
        if self.nearest:
            sentence = _("There is no account {name}. Did you mean {nearest}?")
        else:
            sentence = _("There is no account {name}: `plantao account list` shows those there are.")
        return sentence.format(name=clean_line(self.name), nearest=clean_line(self.nearest))


class PasswordCommandFailed(ConsoleError):
    """The password command of an account gave no password; what it printed is never repeated.

    Attributes:
        account: the account's name.
        program: the command's first word only: the others may hold a secret.
        why: what happened: an exit status, a signal, no answer in time, nothing printed.
        said: the end of what it wrote to standard error, on one clean line.
    """

    def __init__(self, account: str, program: str, why: str, said: str = "") -> None:
        super().__init__(account, program, why, said)
        self.account = account
        self.program = program
        self.why = why
        self.said = said

    def __str__(self) -> str:
        """Name the account, the program and what it wrote to standard error."""
        sentence = _(
            "The password command of {account} gave no password: {program} {why}. Run it in a shell to see why."
        ).format(account=clean_line(self.account), program=clean_line(self.program), why=self.why)
        if not self.said:
            return sentence
        return _("{sentence} It said: {said}").format(sentence=sentence, said=self.said)


class PasswordMissing(ConsoleError):
    """No password of an account was found anywhere.

    Attributes:
        account: the account's name.
        variable: the environment variable that would have been read.
        keyring: why the keyring gave none, as a sentence.
    """

    def __init__(self, account: str, variable: str, keyring: str) -> None:
        super().__init__(account, variable, keyring)
        self.account = account
        self.variable = variable
        self.keyring = keyring

    def __str__(self) -> str:
        """Say why the keyring gave none, and the two other ways to give one."""
        return _(
            "No password for {account} was found. {keyring} Set a password_command in the configuration,"
            " or put the password into the environment variable {variable}."
        ).format(account=clean_line(self.account), keyring=self.keyring, variable=self.variable)


class KeyringUnusable(ConsoleError):
    """The system's keyring would not keep or drop a password.

    Attributes:
        account: the account's name.
        why: what is the matter, as a sentence.
    """

    def __init__(self, account: str, why: str) -> None:
        super().__init__(account, why)
        self.account = account
        self.why = why

    def __str__(self) -> str:
        """Say what is the matter and what does without a keyring."""
        return _("The password of {account} was not stored. {why} A password_command does without a keyring.").format(
            account=clean_line(self.account), why=self.why
        )

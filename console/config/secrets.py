"""Where passwords come from: a command, the environment, or the system's keyring; never the configuration."""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from console.config.servers import variable_of
from widgets.language import _

if TYPE_CHECKING:
    from console.config.reaching import Reach

SERVICE = "plantao"
"""What the keyring knows the desk by: ``keyring set plantao support@example.org``."""

KEYRING_SECONDS = 10.0
"""How long the keyring may take: time to type a passphrase into its own window, not for a D-Bus that is dead."""

_CREDENTIAL_LIMIT = 64 * 1024


def password(
    account: "Reach",
    *,
    environment: Mapping[str, str] = os.environ,
    keyring_seconds: float = KEYRING_SECONDS,
) -> str:
    """Return the password of an account, from the first place that has one.

    A password command that is configured is the only place asked, so that its failure is not covered up. Then come
    the variable ``PLANTAO_PASSWORD_<NAME>`` and the systemd credential ``plantao-<name>`` (systemd.exec(5),
    *LoadCredential*), which somebody has set for this very process; last the keyring, which takes a seventh of a
    second to be there, and a dead D-Bus ten.

    Args:
        account: whose password; keyrings file it under the account's address.
        environment: of the process.
        keyring_seconds: how long the keyring may take.

    Raises:
        PasswordCommandFailed: the account's command gave none.
        PasswordMissing: it is nowhere.
    """
    if account.password_command:
        from console.config.command import first_line_of

        return first_line_of(account.password_command, account=account.name)
    if given := _given(account, environment):
        return given
    try:
        kept = _ask_keyring(lambda: _keyring_get(account), keyring_seconds)
        if isinstance(kept, str) and kept:
            return kept
        trouble = _("The keyring has none.")
    except _NoAnswer as none:
        trouble = str(none)
    from console.config.errors import PasswordMissing

    raise PasswordMissing(account.name, _variable(account), trouble)


def is_for_keyring(account: "Reach", *, environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the keyring is asked for the password of an account, so that one put there is used."""
    return not (account.password_command or _given(account, environment))


def store_password(account: "Reach", secret: str, *, keyring_seconds: float = KEYRING_SECONDS) -> None:
    """Put the password of an account into the system's keyring, in place of an earlier one.

    Raises:
        KeyringUnusable: there is none, it is locked, or it does not answer.
    """

    def keep() -> None:
        import keyring

        keyring.set_password(SERVICE, account.address, secret)

    try:
        _ask_keyring(keep, keyring_seconds)
    except _NoAnswer as none:
        from console.config.errors import KeyringUnusable

        raise KeyringUnusable(account.name, str(none)) from None


def forget_password(account: "Reach", *, keyring_seconds: float = KEYRING_SECONDS) -> bool:
    """Drop the password of an account from the system's keyring, and say whether there was one to drop."""

    def drop() -> None:
        import keyring

        keyring.delete_password(SERVICE, account.address)

    try:
        _ask_keyring(drop, keyring_seconds)
    except _NoAnswer:
        return False
    return True


class _NoAnswer(Exception):
    """The keyring gave no answer; `str()` is the sentence. It goes no further than this module."""


def _keyring_get(account: "Reach") -> str | None:
    import keyring  # late: 170 ms, and with a password command it is not needed

    kept: str | None = keyring.get_password(SERVICE, account.address)
    return kept


def _ask_keyring(question: Callable[[], str | None], seconds: float) -> str | None:
    """Ask in a thread that is left behind when the keyring does not answer: D-Bus can hang for ever."""
    answers: list[str | None] = []
    troubles: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(question())
        except Exception as trouble:  # noqa: BLE001 - backends let out whatever D-Bus and the system throw at them
            troubles.append(trouble)

    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    if not troubles:
        raise _NoAnswer(_("The keyring did not answer within {count} seconds.").format(count=f"{seconds:g}"))
    raise _NoAnswer(_in_words(troubles[0]))


def _in_words(trouble: Exception) -> str:
    """Say what is the matter with the keyring; what it said itself stays out, for it might repeat the secret."""
    from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError

    match trouble:
        case NoKeyringError():
            return _("There is no keyring on this machine.")
        case KeyringLocked():
            return _("The keyring is locked: unlock it and try again.")
        case PasswordDeleteError():
            return _("The keyring has none.")
        case _:
            return _("The keyring failed ({kind}).").format(kind=type(trouble).__name__)


def _variable(account: "Reach") -> str:
    return f"PLANTAO_PASSWORD_{variable_of(account.name)}"


def _given(account: "Reach", environment: Mapping[str, str]) -> str | None:
    """Return the password that this process was started with."""
    return environment.get(_variable(account)) or _credential(account, environment)


def _credential(account: "Reach", environment: Mapping[str, str]) -> str | None:
    """Return what systemd hands the process for this account, without the line end that editors add."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    with suppress(OSError, UnicodeDecodeError), (Path(folder) / f"plantao-{account.name}").open("rb") as credential:
        return credential.read(_CREDENTIAL_LIMIT).decode().removesuffix("\n").removesuffix("\r") or None
    return None

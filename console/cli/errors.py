"""What went wrong, in a sentence and an exit status; a traceback goes to a file, never to a person."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.cli.output import OutputLost
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
AGAIN: Final = os.EX_TEMPFAIL  # 75
NOT_ALLOWED: Final = os.EX_NOPERM  # 77
CONFIGURATION: Final = os.EX_CONFIG  # 78
INTERRUPTED: Final = 130  # as shells say it of SIGINT

_BY_NAME: Final = {
    # By name, so that what never happened need not be imported.
    "BadQuery": USAGE,
    "BadField": USAGE,
    "Ambiguous": USAGE,
    "AccountInvalid": USAGE,
    "ConfigurationInvalid": CONFIGURATION,
    "FolderUnusable": CONFIGURATION,
    "PasswordCommandFailed": CONFIGURATION,
    "PasswordMissing": CONFIGURATION,
    "CertificateRefused": NOT_ALLOWED,
    "NeedsAgent": NOT_ALLOWED,
    "NoWayOut": CONFIGURATION,
    "MailboxLost": AGAIN,
    "ServerLost": AGAIN,
    "SyncElsewhere": AGAIN,
}


class Usage(Exception):
    """An argument that cannot be used; `str()` is the sentence."""


class Failed(Exception):
    """Something that is not done; `str()` is the sentence."""


def status_of(error: BaseException) -> int:
    """Return the exit status that an error ends the command with."""
    from storage.kinds.errors import Refused, StoreLocked, StoreReadOnly  # late: most commands meet none

    match error:
        case StoreLocked():
            return AGAIN
        case StoreReadOnly():
            return NOT_ALLOWED
        case Refused(rule="taken"):
            return NOT_ALLOWED
        case Usage():
            return USAGE
    for kind in type(error).__mro__:
        if kind.__name__ in _BY_NAME:
            return _BY_NAME[kind.__name__]
    return FAILED


def sentence_of(error: BaseException) -> str | None:
    """Return what happened, to what, and what to do; `None` for an error that nobody foresaw."""
    from storage.kinds.errors import DeskError

    match error:
        case Usage() | Failed():
            return str(error)
        case DeskError():
            from widgets.troubles import trouble_words

            return trouble_words(error)
        case MemoryError():
            return _("There is not enough memory for that. Nothing that was not reported was changed.")
        case OSError(errno=28):
            return _("There is no room left on the disk: make room and try again.")
        case OutputLost():
            return _("What was printed could not be written ({reason}): mend that and try again.").format(
                reason=clean_line(error.reason)
            )
    if type(error).__name__ == "SyncElsewhere":
        return _("Another process keeps this desk in step ({holder}): there is only one at a time.").format(
            holder=clean_line(str(error))
        )
    if any(kind.__name__ in {"ConsoleError", "ImapError", "SmtpError", "DemoError"} for kind in type(error).__mro__):
        return str(error)
    return None


def tell(call: "Call", error: Exception) -> int:
    """Say to standard error what went wrong, and return the exit status."""
    call.out.progress_done()
    sentence = sentence_of(error)
    if sentence is None:
        sentence = _unforeseen(call, error)
    call.out.error(f"plantao: {sentence}")
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    return status_of(error)


def tell_interrupted(call: "Call") -> None:
    """Say that ^C ended it."""
    call.out.progress_done()
    call.out.error(_("plantao: stopped. What was reported as done is done."))


def was_interrupted(error: BaseException) -> bool:
    """Say whether an error only followed from ^C, which met a library where it did not reckon with one."""
    before = error.__context__
    return before is not None and (isinstance(before, KeyboardInterrupt) or was_interrupted(before))


def _unforeseen(call: "Call", error: Exception) -> str:
    """Keep the traceback in a file of the agent's own, and say where it is."""
    import traceback  # late: it reads source, for which a start has no time
    from datetime import datetime

    said = clean_line(f"{type(error).__name__}: {_without_secrets(str(error), call)}")[:300]
    text = _without_secrets("".join(traceback.format_exception(error)), call)
    try:
        from console.config.paths import private_folder

        folder = private_folder(call.paths.state)
        place = folder / f"crash-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        number = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(number, "w", encoding="utf-8", errors="replace") as opened:  # noqa: PTH123 - a descriptor has no path
            opened.write(text)
    except Exception:  # noqa: BLE001 - the first error is the one to speak of
        return _("Something unforeseen happened ({said}). This is a mistake of plantao: please report it.").format(
            said=said
        )
    return _(
        "Something unforeseen happened ({said}). This is a mistake of plantao: please report it with {file}."
    ).format(said=said, file=clean_line(str(place)))


def _without_secrets(text: str, call: "Call") -> str:
    """Take out what may be a password: of the store's address, and of the environment."""
    secrets = [value for name, value in os.environ.items() if name.startswith(("PLANTAO_PASSWORD_", "PGPASSWORD"))]
    with suppress(Exception):
        from sqlalchemy.engine import make_url

        secrets.append(str(make_url(call.store_url).password or ""))
    for secret in secrets:
        if len(secret) > 1:
            text = text.replace(secret, "***")
    return text.replace(str(Path.home()), "~")

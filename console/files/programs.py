"""Opening files and links on demand: by a program of choice, without a shell, away from the terminal."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from console.files.errors import MayRun, NoLink, NotOpened, NotSaved
from console.files.names import may_run, safe_name
from console.files.saving import save
from storage.kinds.clean import clean_line
from widgets.language import _

SAID_WITHIN = 3.0
"""Seconds within which a program that cannot open something says so; one that still runs then is left to itself."""

_SCHEME = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20\x7f]+", re.IGNORECASE)
_LONGEST = 8_000  # signs of a link: what browsers and servers take
# RFC 6068 §4: other fields of a mailto are unsafe to follow; some programs attach the reader's own files by them.
_MAIL_FIELDS = frozenset({"to", "cc", "bcc", "subject", "body", "in-reply-to"})
_SAID = 200


def default_opener() -> str:
    """Return what opens files and links where the configuration names nothing: the desktop's own."""
    return "open" if sys.platform == "darwin" else "xdg-open"


class Opener:
    """Opens files and links for one session of the console.

    Args:
        opener: a program and its arguments as in a shell; the file's path becomes its last argument.
        link_opener: the same for links; the whole address is one argument.
    """

    def __init__(self, opener: str | None = None, link_opener: str | None = None) -> None:
        self._opener = opener or default_opener()
        self._link_opener = link_opener or default_opener()
        self._folder: Path | None = None
        self._forget: weakref.finalize[..., Opener] | None = None
        self._made = threading.Lock()

    @property
    def folder(self) -> Path:
        """The session's folder for what is opened, which only its owner may enter; made when first asked for.

        Raises:
            NotSaved: it cannot be made.
        """
        with self._made:
            if self._folder is None or not self._folder.is_dir():
                try:
                    self._folder = Path(tempfile.mkdtemp(prefix="plantao-"))  # of mode 0700
                except OSError as refused:
                    raise NotSaved(Path(tempfile.gettempdir()), refused.strerror or str(refused)) from None
                # At the latest when the process ends, whether or not somebody closes this.
                self._forget = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder

    def open_file(self, content: bytes, name: str, *, media_type: str = "", section: str = "") -> Path:
        """Save content in the session's folder and have it opened; returns where it is.

        It takes up to `SAID_WITHIN` seconds: not for the thread that draws.

        Raises:
            MayRun: the name is of a kind that a desktop might run.
            NotSaved: it could not be saved there.
            NotOpened: the program cannot be started, or failed.
        """
        safe = safe_name(name, media_type=media_type, section=section)
        if may_run(safe):
            raise MayRun(safe)
        place = save(content, safe, self.folder)
        run_apart([*words_of(self._opener), str(place)], key="opener")
        return place

    def open_link(self, link: str) -> str:
        """Have a link opened, and return it as it was handed over.

        Raises:
            NoLink: it is none that is opened.
            NotOpened: the program cannot be started, or failed.
        """
        handed = checked_link(link)
        run_apart([*words_of(self._link_opener), handed], key="link_opener")
        return handed

    def close(self) -> None:
        """Forget what was opened: the session's folder goes, whatever is in it."""
        with self._made:
            if self._forget is not None:
                self._forget()
            self._folder = self._forget = None


def words_of(command: str) -> list[str]:
    """Return a command's words; the first may begin with ``~``.

    Raises:
        ValueError: its quotation marks are not closed, or there is no word in it.
    """
    words = shlex.split(command)
    if not words:
        raise ValueError(command)
    words[0] = os.path.expanduser(words[0])  # noqa: PTH111 - a Path would turn ./program into program
    return words


def checked_link(link: str) -> str:
    """Return a link that may be handed to a program.

    Raises:
        NoLink: it is not http, https or mailto, holds a character that no address has, or is too long.
    """
    if len(link) > _LONGEST or clean_line(link) != link or not _SCHEME.fullmatch(link):
        raise NoLink(link)
    if link[:7].lower() != "mailto:":
        try:
            if not urlsplit(link).hostname:
                raise NoLink(link)
        except ValueError:
            raise NoLink(link) from None
        return link
    address, _mark, fields = link.partition("?")
    kept = [(name, value) for name, value in parse_qsl(fields[:_LONGEST]) if name.lower() in _MAIL_FIELDS]
    return f"{address}?{urlencode(kept, quote_via=quote)}" if kept else address


def run_apart(words: Sequence[str], *, key: str) -> None:
    """Start a program in a session of its own, without the terminal, and see whether it fails at once.

    Args:
        words: the program and its arguments; no shell reads them.
        key: the configuration's name for the program, for the error.

    Raises:
        NotOpened: it cannot be started, or ends with an error within `SAID_WITHIN` seconds.
    """
    with tempfile.TemporaryFile() as said:  # a pipe would break the program when the console is left
        try:
            started = subprocess.Popen(  # noqa: S603 - the agent's own configuration names it
                list(words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                close_fds=True,
            )
        except FileNotFoundError:
            raise NotOpened(words[0], _("is not on this machine"), key=key) from None
        except (OSError, ValueError) as refused:
            why = _("could not be started ({reason})").format(
                reason=clean_line(getattr(refused, "strerror", None) or str(refused))
            )
            raise NotOpened(words[0], why, key=key) from None
        try:
            status = started.wait(SAID_WITHIN)
        except subprocess.TimeoutExpired:
            threading.Thread(target=started.wait, name="opened", daemon=True).start()  # so that no zombie stays
            return
        if status:
            raise NotOpened(words[0], _ended(status), key=key, said=_said(said.fileno()))


def _ended(status: int) -> str:
    if status < 0:
        return _("was ended by signal {number}").format(number=-status)
    return _("ended with status {status}").format(status=status)


def _said(number: int) -> str:
    """Return the end of what was written to a file, clean, in one line."""
    size = os.fstat(number).st_size
    return clean_line(os.pread(number, 4096, max(0, size - 4096)).decode("utf-8", "replace"))[-_SAID:]

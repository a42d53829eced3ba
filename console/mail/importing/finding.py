"""Walks files and folders and yields every message, and by name and reason what is none."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import BinaryIO, Final

from console.mail.importing.mbox import LARGEST, TooLong, is_mbox, messages
from console.mail.parse import looks_like_mail
from storage.kinds.clean import clean

_START: Final = 256 * 1024  # bytes that a file is recognised by
# Some programs save a message with a line of their own above it; what only a server writes then tells.
_PREFACED: Final = re.compile(
    rb"-{2,}[^\r\n]{0,80}\r?\n(?:Return-Path|Received|Delivered-To|Message-ID):", re.IGNORECASE
)
_MAILDIR: Final = ("cur", "new", "tmp")


class Why(StrEnum):
    """Why a file was not taken in."""

    MISSING = "missing"
    NO_MAIL = "no_mail"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_FILE = "no_file"  # a device, a pipe, a socket
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Found:
    """A message.

    Attributes:
        raw: its bytes, exactly.
        source: the path as given, inside a folder with the way to it; for a message of an mbox that of the mbox.
        changed_at: when the file was last changed.
    """

    raw: bytes
    source: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not taken in.

    Attributes:
        detail: what the system said, or which message of an mbox it is.
    """

    source: str
    why: Why
    detail: str = ""


def find(path: str, *, mboxrd: bool = False) -> Iterator[Found | Skipped]:
    """Yield every message at a path, and what is none; a folder in the order of its names.

    Symbolic links to files are followed, those to folders only when they were named. Hidden files in folders are
    passed over, but for the folders of a Maildir.

    Args:
        path: a file, a folder, a Maildir or an mbox, as the person wrote it.
        mboxrd: whether its mboxes are mboxrd (see `console.mail.importing.mbox.messages`).
    """
    try:
        kind = os.stat(path).st_mode  # noqa: PTH116 - the path stays as it was given
    except FileNotFoundError:
        yield Skipped(shown(path), Why.MISSING)
        return
    except (OSError, ValueError) as refused:
        yield Skipped(shown(path), Why.UNREADABLE, _said(refused))
        return
    if stat.S_ISDIR(kind):
        yield from _walk(path, mboxrd=mboxrd)
    else:
        yield from _file(path, mboxrd=mboxrd)


def shown(path: str) -> str:
    """Return a path as text that can be stored: bytes that are no UTF-8 replaced, nothing that could act."""
    return clean(os.fsencode(path).decode("utf-8", "replace"))


def _walk(folder: str, *, mboxrd: bool) -> Iterator[Found | Skipped]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as refused:
        yield Skipped(shown(folder), Why.UNREADABLE, _said(refused))
        return
    folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    maildir = {"cur", "new"} <= {entry.name for entry in folders}
    for entry in entries:
        if entry in folders:
            if maildir and entry.name == "tmp":
                continue  # mail that is not yet delivered
            # Maildir++ keeps its subfolders hidden.
            hidden = entry.name.startswith(".") and not (maildir and _is_maildir(entry.path))
            if not hidden:
                yield from _walk(entry.path, mboxrd=mboxrd)
        elif not maildir and not entry.name.startswith("."):
            yield from _file(entry.path, mboxrd=mboxrd)


def _is_maildir(folder: str) -> bool:
    return all(os.path.isdir(os.path.join(folder, name)) for name in _MAILDIR[:2])  # noqa: PTH112, PTH118


def _file(path: str, *, mboxrd: bool) -> Iterator[Found | Skipped]:
    source = shown(path)
    try:
        # Without waiting: what was named may be a pipe that nobody writes to.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        yield Skipped(source, Why.MISSING)
        return
    except (OSError, ValueError) as refused:
        yield Skipped(source, Why.UNREADABLE, _said(refused))
        return
    try:
        with open(number, "rb") as opened:  # noqa: PTH123 - a descriptor has no path
            if stat.S_ISREG(os.fstat(number).st_mode):
                yield from _content(opened, source, mboxrd=mboxrd)
            else:
                yield Skipped(source, Why.NO_FILE)
    except OSError as refused:
        yield Skipped(source, Why.UNREADABLE, _said(refused))


def _content(opened: BinaryIO, source: str, *, mboxrd: bool) -> Iterator[Found | Skipped]:
    about = os.fstat(opened.fileno())
    changed_at = _moment(about.st_mtime)
    start = opened.read(_START)
    opened.seek(0)
    if is_mbox(start):
        for raw in messages(opened, unquote=mboxrd):
            if isinstance(raw, TooLong):
                yield Skipped(source, Why.TOO_LARGE, str(raw.number))
            else:
                yield Found(raw, source, changed_at)
    elif not start.strip():
        yield Skipped(source, Why.EMPTY)
    elif not looks_like_mail(start) and not _PREFACED.match(start):
        yield Skipped(source, Why.NO_MAIL)
    elif about.st_size > LARGEST:
        yield Skipped(source, Why.TOO_LARGE)
    else:
        yield Found(opened.read(LARGEST + 1), source, changed_at)


def _moment(seconds: float) -> datetime:
    with suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(seconds, UTC)
    return datetime.now(UTC)


def _said(refused: Exception) -> str:
    return clean(getattr(refused, "strerror", None) or str(refused))

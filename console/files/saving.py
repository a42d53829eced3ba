"""Saving a part: whole or not at all, under a name of its own, over nothing that is there."""

import errno
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from console.files.errors import NoFolder, NoRoom, NotSaved
from console.files.names import numbered, safe_name
from widgets.language import _

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What a file system says that has no hard links, or forbids them.
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EMLINK})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def download_folder(chosen: str | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that files are saved in when no other is named.

    Args:
        chosen: the configuration's ``download_folder``.
        environment: where HOME and the XDG folders are looked up.

    Returns:
        The chosen folder, else the desktop's folder for downloads where it is there, else the home folder.
    """
    if chosen:
        return Path(chosen).expanduser()
    home = Path(environment.get("HOME") or Path.home())
    named = environment.get("XDG_DOWNLOAD_DIR") or _named_by_desktop(home, environment)
    for folder in (Path(named) if named else None, home / "Downloads"):
        if folder is not None and folder.is_absolute() and folder.is_dir():
            return folder
    return home


def _named_by_desktop(home: Path, environment: Mapping[str, str]) -> str:
    """Return XDG_DOWNLOAD_DIR of ``user-dirs.dirs`` (xdg-user-dirs), empty when there is none."""
    place = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    try:
        with place.open("rb") as opened:
            text = opened.read(64 * 1024).decode("utf-8", "replace")
    except OSError:
        return ""
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name == "XDG_DOWNLOAD_DIR":
            return value.strip().strip('"').replace("$HOME", str(home))
    return ""


def save(content: bytes, name: str, folder: Path, *, media_type: str = "", section: str = "") -> Path:
    """Save content in a folder as `save_written` does, under the name that a message gives it; return where.

    Args:
        content: all of it.
        name: as the message gives it; made safe by `safe_name`, with the two that follow.
        folder, media_type, section: as there.

    Raises:
        NotSaved: it could not be; nothing is left behind.
    """
    safe = safe_name(name, media_type=media_type, section=section)
    return save_written(lambda opened: opened.write(content), safe, folder, size=len(content))


def save_written(write: Callable[[IO[bytes]], object], name: str, folder: Path, *, size: int = 0) -> Path:
    """Save what is written in a folder, readable by its owner only, and return where.

    It is written under a name that nobody looks for, brought to the disk, and then given its name in one step, so
    that a full disk, a crash or another program in the same folder leave no half file and overwrite none.

    Args:
        write: writes all of it into the open file.
        name: a safe one.
        folder: is there already; ``~`` stands for the home folder.
        size: how much it is, for the words where there is no room; 0 when nobody knows.

    Raises:
        NotSaved: it could not be; nothing is left behind.
    """
    folder = folder.expanduser()
    try:
        where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise NoFolder(folder, "") from None
    except OSError as refused:
        raise NotSaved(folder, refused.strerror or str(refused)) from None
    except ValueError:  # a null character
        raise NoFolder(folder, "") from None
    try:
        return folder / _saved(write, name, where)
    except OSError as refused:
        if refused.errno in _FULL:
            raise NoRoom(folder, size) from None
        raise NotSaved(folder, refused.strerror or str(refused)) from None
    finally:
        os.close(where)


def _saved(write: Callable[[IO[bytes]], object], name: str, where: int) -> str:
    """Have a file written in the folder that is open as `where`, and return its name there."""
    aside = f".plantao-{secrets.token_hex(8)}.part"
    number = os.open(aside, _NEW, 0o600, dir_fd=where)
    try:
        with open(number, "wb") as opened:  # noqa: PTH123 - a descriptor has no path
            write(opened)
            opened.flush()
            os.fsync(number)
        return _named(aside, name, where)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside, dir_fd=where)


def _named(aside: str, name: str, where: int) -> str:
    """Give the file `aside` the first free name, and return that."""
    for free in numbered(name):
        with suppress(FileExistsError):
            try:
                # A link, for a rename would overwrite what came to stand there meanwhile.
                os.link(aside, free, src_dir_fd=where, dst_dir_fd=where, follow_symlinks=False)
            except FileExistsError:
                raise
            except OSError as refused:
                if refused.errno not in _NO_LINKS:
                    raise
                _take_over(aside, free, where)
            return free
    raise OSError(errno.EEXIST, _("every name like it is taken"))


def _take_over(aside: str, free: str, where: int) -> None:
    """Give a name where there are no links: it is taken with an empty file of ours, which the rename replaces."""
    os.close(os.open(free, _NEW, 0o600, dir_fd=where))
    try:
        os.rename(aside, free, src_dir_fd=where, dst_dir_fd=where)
    except OSError:
        os.unlink(free, dir_fd=where)
        raise

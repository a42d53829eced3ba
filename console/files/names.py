"""Names under which files from mail may stand in a folder: one part, harmless to shells, terminals and systems."""

import mimetypes
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from storage.kinds.clean import clean_line

NAME_BYTES = 140
"""The longest name, in bytes: eCryptfs, the tightest of the file systems in use, takes 143."""

_SUFFIX_BYTES = 20
_TRIES = 10_000
# Windows keeps these signs for itself; a shared folder or a USB stick may be Windows' (Microsoft, "Naming Files").
_KEPT_FOR_SYSTEMS = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
_NOT_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RUNS = re.compile(
    r"action|apk|app|appimage|bash|bat|cmd|com|command|cpl|csh|deb|desktop|dmg|exe|fileloc|fish|hta|inf|inetloc|ins|iso"
    r"|jar|js|jse|lnk|msc|msi|msp|pif|pkg|pl|ps1|py|pyw|rb|reg|rpm|run|scf|scpt|scr|sh|terminal|tool|url|vb|vbe|vbs"
    r"|webloc|workflow|wsf|wsh|xpi|zsh",
    re.IGNORECASE,
)


def safe_name(name: str, *, media_type: str = "", section: str = "") -> str:
    """Return the name under which a part of a message may be saved.

    It has no path, no control, direction or invisible character, no sign that Windows keeps for itself, neither
    begins with a dot, a dash or a tilde nor ends in a dot, is no device's name, and is at most `NAME_BYTES` long in
    the file system's encoding; the suffix stays where it is a short one.

    Args:
        name: as the message gives it; empty when it gives none.
        media_type: gives the suffix of a part without a name.
        section: of the part, which a part without a name is called by.
    """
    last = next((piece for piece in reversed(re.split(r"[/\\]", name[:4000])) if piece.strip(". ")), "")
    safe = _plain(last)
    if not safe:
        suffix = mimetypes.guess_extension(media_type) or ""
        safe = _plain("-".join(filter(None, ("part", re.sub(r"[^0-9]+", "-", section).strip("-")))) + suffix)
    if _DEVICES.fullmatch(safe.partition(".")[0].rstrip()):
        safe = f"_{safe}"
    return fitted(safe, NAME_BYTES)


def _plain(name: str) -> str:
    seen = "".join(sign for sign in unicodedata.normalize("NFC", name) if _is_seen(sign))
    held = _KEPT_FOR_SYSTEMS.sub("_", clean_line(seen))
    if not _fits(held):
        held = held.encode("ascii", "replace").decode("ascii").replace("?", "_")
    return held.lstrip(".-~ ").rstrip(". ")


def _is_seen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in _NOT_SEEN


def _fits(name: str) -> bool:
    """Say whether the file system's encoding has all of a name's signs."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return True


def fitted(name: str, size: int, *, mark: str = "") -> str:
    """Return a name of at most `size` bytes with `mark` before its suffix; its stem is cut where it is too long."""
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _SUFFIX_BYTES:
        suffix = ""
    stem = name.removesuffix(suffix) if suffix else name
    room = size - len(suffix.encode()) - len(mark.encode())
    kept = stem.encode()[:room].decode("utf-8", "ignore")
    return (kept if kept == stem else kept.rstrip(". ")) + mark + suffix


def numbered(name: str) -> Iterator[str]:
    """Yield a name, and what it is called where that is taken: ``bill.pdf``, then ``bill-2.pdf``."""
    yield name
    for number in range(2, _TRIES):
        yield fitted(name, NAME_BYTES, mark=f"-{number}")


def may_run(name: str) -> bool:
    """Say whether a desktop might run a file of that name, or follow it elsewhere, when it is told to open it."""
    return _RUNS.fullmatch(PurePosixPath(name.rstrip(". ")).suffix.removeprefix(".")) is not None

"""Files that go with a draft: chosen from this machine, brought by a canned response, and looked at again later."""

import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path

from storage.kinds.drafts import Attached
from storage.kinds.responses import Attached as ResponseFile


def read_file(path: str) -> Attached:
    """Return a file as it goes with a draft; this may be called in a thread.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    place = Path(path).expanduser()
    found = place.stat()
    if not place.is_file():
        raise IsADirectoryError(21, os.strerror(21), str(place))
    with place.open("rb"):
        pass  # whether it may be read is said now, and not when it leaves
    return Attached(
        place.name, _media_type(place.name), found.st_size, path=str(place.resolve()), modified=found.st_mtime_ns
    )


def brought(file: ResponseFile) -> Attached:
    """Return the file of a canned response as it goes with a draft: its bytes are in the store."""
    return Attached(file.name, _media_type(file.name), file.size, digest=file.digest)


def _media_type(name: str) -> str:
    kind, encoding = mimetypes.guess_type(name)
    return kind if kind and not encoding else "application/octet-stream"


def gone(attached: Sequence[Attached]) -> tuple[str, ...]:
    """Return the names of files that are not where they were, or not as they were; this may be called in a thread."""
    missing = []
    for one in attached:
        if not one.path:
            continue
        try:
            found = Path(one.path).stat()
        except OSError:
            missing.append(one.name)
        else:
            if (found.st_size, found.st_mtime_ns) != (one.size, one.modified):
                missing.append(one.name)
    return tuple(missing)

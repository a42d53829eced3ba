"""What a database's or the system's error means for whoever uses the store, said as one of ours."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from storage.kinds.errors import (
    StoreDamaged,
    StoreFailing,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTrouble,
)

_SIGNS: tuple[tuple[str, type[StoreTrouble]], ...] = (
    (r"database is locked|database table is locked|lock timeout|LockNotAvailable", StoreLocked),
    (r"readonly database|read-only transaction|permission denied", StoreReadOnly),
    (r"disk is full|no space left", StoreFull),
    (r"disk I/O error", StoreFailing),
    (r"not a database|malformed|file is encrypted", StoreDamaged),
    (r"unable to open database|connection (failed|refused|to server)|does not exist|could not translate", StoreMissing),
)
_ERRNOS: dict[int, type[StoreTrouble]] = {
    errno.ENOSPC: StoreFull,
    errno.EDQUOT: StoreFull,
    errno.EIO: StoreFailing,
    errno.EROFS: StoreReadOnly,
    errno.EACCES: StoreReadOnly,
    errno.EPERM: StoreReadOnly,
}


@contextmanager
def said_plainly(place: str) -> Iterator[None]:
    """Raise errors of the database or the system as the trouble that they mean; others pass as they are.

    Args:
        place: the store's, for the error.
    """
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        for sign, kind in _SIGNS:
            if re.search(sign, said, re.IGNORECASE):
                raise kind(place) from error
        raise
    except OSError as error:
        raise _ERRNOS.get(error.errno or 0, StoreMissing)(place) from error

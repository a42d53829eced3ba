"""Raw mail, compressed, by digest: written before any row points at it, only ever appended or erased."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, bindparam, select, update

from storage.kinds.errors import NoSuch
from storage.models import MailContent
from storage.models.statements import Write
from storage.models.types import inserting
from storage.packing import packed, unpacked
from storage.store.engine import WRITING
from storage.store.trouble import said_plainly

_TABLE = MailContent.__table__  # type: ignore[attr-defined]


def digest_of(raw: bytes) -> bytes:
    """Return the digest by which a delivery's bytes are found: their SHA-256."""
    return sha256(raw).digest()


class Content:
    """The bytes of every delivery, each kept once.

    On SQLite they lie in `mail.db`, so that a backup of the desk stays small; on PostgreSQL in the database.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._place = place
        self._engine = engine.execution_options(**({WRITING: True} if engine.dialect.name == "sqlite" else {}))
        fresh: Any = inserting(engine.dialect.name)(_TABLE)
        # What one tenant has erased another may get: that it is not taken in again is seen to elsewhere.
        again = {name: fresh.excluded[name] for name in ("size", "packed", "erased")}
        kept = fresh.on_conflict_do_update(index_elements=["digest"], set_=again, where=_TABLE.c.erased)
        self._insert = Write(lambda: kept)

    def put(self, contents: Mapping[bytes, bytes]) -> None:
        """Keep every content under its digest; on return they are on the disk.

        Args:
            contents: raw bytes by `digest_of` them; what is there already stays as it is, unless it was erased.
        """
        if not contents:
            return
        rows = [
            {"digest": digest, "size": len(raw), "packed": packed(raw), "erased": False}
            for digest, raw in sorted(contents.items())
        ]
        with said_plainly(self._place), self._engine.begin() as connection:
            self._insert(connection, rows)

    def get(self, digest: bytes) -> bytes:
        """Return the bytes with that digest.

        Raises:
            NoSuch: they were never kept, have been erased, or do not unpack any more.
        """
        with said_plainly(self._place), self._engine.connect().execution_options(**{WRITING: False}) as connection:
            row = connection.execute(select(_TABLE.c.packed, _TABLE.c.erased).where(_TABLE.c.digest == digest)).first()
        raw = None if row is None or row.erased else unpacked(row.packed)
        if raw is None:
            raise NoSuch("raw mail", digest.hex())
        return raw

    def each(self, digests: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield (digest, bytes) of those that are there, in no certain order."""
        with said_plainly(self._place), self._engine.connect().execution_options(**{WRITING: False}) as connection:
            for start in range(0, len(digests), 500):
                chosen = digests[start : start + 500]
                found = select(_TABLE.c.digest, _TABLE.c.packed).where(_TABLE.c.digest.in_(chosen), ~_TABLE.c.erased)
                for row in connection.execute(found):
                    if (raw := unpacked(row.packed)) is not None:
                        yield row.digest, raw

    def erase(self, digests: Sequence[bytes]) -> None:
        """Forget these bytes for ever; their digests stay, so that they are not taken in again."""
        if not digests:
            return
        with said_plainly(self._place), self._engine.begin() as connection:
            connection.execute(
                update(_TABLE).where(_TABLE.c.digest == bindparam("wanted")).values(packed=b"", erased=True),
                [{"wanted": digest} for digest in digests],
            )

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

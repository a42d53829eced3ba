"""Every message is read again from its raw mail, as after a better reader came: batch by batch, beside other work."""

from collections.abc import Callable
from dataclasses import dataclass

from console.mail.reading import Readers
from storage.commands.reparse import count, kept_after, remake
from storage.kinds.mail import Parsed
from storage.store import Store

_AT_ONCE = 100  # messages in one transaction


@dataclass(slots=True)
class Reread:
    """What reading everything again did.

    Attributes:
        read: messages read again.
        changed: those that say something else than before.
        lost: those whose raw mail is gone, or cannot be read today; their texts stay as they were.
    """

    read: int = 0
    changed: int = 0
    lost: int = 0


def reread(store: Store, readers: Readers, *, report: Callable[[int, int], None] = lambda _done, _all: None) -> Reread:
    """Make the derived rows of every message anew.

    It can be broken off and run again: each batch is whole.

    Args:
        store: opened with ``durable=False``.
        readers: who parses.
        report: told how many of how many are done.

    Raises:
        StoreTrouble: the store cannot be written to.
    """
    done, last = Reread(), 0
    with store.reading() as session:
        total = count(session)
    while True:
        with store.reading() as session:
            page = kept_after(session, last, limit=_AT_ONCE)
        if not page:
            return done
        last = page[-1].message_id
        raws = dict(store.content.each([one.digest for one in page]))
        there = [one for one in page if one.digest in raws]
        results = zip(there, readers.read(raws[one.digest] for one in there), strict=True)
        read = {one.message_id: result for one, result in results if isinstance(result, Parsed)}
        if read:
            with store.writing() as session:
                done.changed += remake(session, read)
        done.read += len(read)
        done.lost += len(page) - len(read)
        report(done.read + done.lost, total)

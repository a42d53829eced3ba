"""Goes on past a message whose announced body no client may hear: over a new connection, and that message alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from console.mail.imap import fetching
from console.mail.imap.dialogue import Dialogue
from console.mail.imap.errors import LiteralTooLong
from console.mail.imap.rows import Fetched, TooLarge

SUSPECTS_MOST: Final = 2
"""Messages of one question with a false literal: with more it is the server that lies, and the connection is lost."""


def bodies(
    dialogue: Dialogue, uids: Iterable[int], reopen: Callable[[], None], *, max_size: int, known: Mapping[int, int]
) -> Iterator[Fetched | TooLarge]:
    """Give whole messages; the contract stands at `Session.bodies`.

    A body cannot be passed over within a connection, for nobody knows where it would end. So the others are asked
    for over a new one, then the message alone once more: it may have been the wire.

    Args:
        reopen: connects anew and opens the folder.
    """
    left, given, suspects = list(uids), set[int](), list[int]()
    while True:
        try:
            for each in fetching.bodies(dialogue, left, max_size=max_size, known=known):
                given.add(each.uid)
                yield each
            break
        except LiteralTooLong as lie:
            if len(suspects) == SUSPECTS_MOST:
                raise
            suspects.append(lie.uid)
            reopen()
            left = [uid for uid in left if uid not in given and uid not in suspects]
    for uid in suspects:
        try:
            yield from fetching.bodies(dialogue, [uid], max_size=max_size, known=known)
        except LiteralTooLong:
            reopen()
            yield from fetching.left_there(dialogue, uid)

"""Whether a cause and a solution still speak of the work that was done: what was reopened since is other work."""

from collections.abc import Collection

from sqlmodel import Session

from storage.kinds import PUT_AWAY, SETTLED
from storage.queries.history import events_of


def outdated(session: Session, numbers: Collection[int]) -> frozenset[int]:
    """Return which conversations were reopened after their cause and solution were written down.

    What was taken back does not count: neither a solution nor a reopening, and an undone resolving is no reopening.

    Args:
        session: of any transaction.
        numbers: of conversations, none of them joined to another.
    """
    found: set[int] = set()
    for one in events_of(session, numbers, kinds=("status_changed", "solved")) if numbers else ():
        if one.conversation_id is None or one.undone or one.undoes is not None:
            continue
        if one.kind == "solved":
            found.discard(one.conversation_id)
        elif one.values["before"] in SETTLED and one.values["after"] not in SETTLED | PUT_AWAY:
            found.add(one.conversation_id)
    return frozenset(found)

"""Several words met in their lists (`storage.search.postings`), and in the index where these do not reach."""

from collections.abc import Sequence

from pyroaring import BitMap
from sqlalchemy import Connection

from storage.search import reach
from storage.search.matching import Wordings
from storage.search.postings import FEWEST, bitmaps, few, having, many_have, numbers
from storage.search.reach import ENDLESS, Lists

_RARE_AT_MOST = 8 * FEWEST  # messages that words without a list may stand in; else the index is asked for everything
_SINCE_AT_MOST = 8192  # messages that a word may stand in that came since
_PLACED_AT_ONCE = 256  # messages of which some are the first: of more than that the index soon finds as many


def met(
    connection: Connection,
    wordings: Sequence[Wordings],
    *,
    below: int | None,
    above: int | None,
    oldest_first: bool,
    limit: int,
) -> list[int] | None:
    """Return what `searched` does for these words, or `None` where that is quicker.

    Args:
        connection: of any transaction.
        wordings: what is asked for.
        below, above, oldest_first, limit: as in `searched`.
    """
    reached = reach.lists(connection)
    if reached is None or reached.floor == -ENDLESS:
        return None
    found, rarest_first = _listed(connection, wordings, reached)
    if found is None or len(found) > max(limit, _PLACED_AT_ONCE):
        return None
    since = _since(connection, rarest_first, reached)
    if since is None:
        return None
    first, last = -ENDLESS if above is None else above, ENDLESS if below is None else below
    since.update(number for number in numbers(connection, found) if number < reached.floor)
    return sorted((number for number in since if first <= number < last), reverse=not oldest_first)[:limit]


def counted(connection: Connection, wordings: Sequence[Wordings], *, most: int) -> int | None:
    """Return how many messages have the words, counted up to `most`; `None` where the lists do not tell.

    Args:
        connection: of any transaction.
        wordings: what is asked for.
        most: where counting ends.
    """
    reached = reach.lists(connection)
    if reached is None or reached.making is not None or reached.floor <= reached.top:
        return None  # some of what stands in lists is found in the index, too
    if len(wordings) == 1 and many_have(connection, wordings[0].words, most + len(reached.gone)):
        return most
    found, rarest_first = _listed(connection, wordings, reached)
    if found is None or len(found) >= most:
        return None if found is None else most
    since = _since(connection, rarest_first, reached)
    return None if since is None else min(len(found) + len(since), most)


def _listed(
    connection: Connection, wordings: Sequence[Wordings], reached: Lists
) -> tuple[BitMap | None, Sequence[Wordings]]:
    """Return the messages that have what is asked for, right for those whose entries lie below the floor.

    `None` where words without a list stand in many. And the words, those that few have first, and last what is barred.
    """
    known = bitmaps(connection, {word for one in wordings for word in one.words})
    gone = BitMap(reached.gone)
    kept: list[tuple[Wordings, BitMap]] = []
    for one in wordings:
        lists = [known[word] - gone if gone else known[word] for word in one.words if word in known]
        unlisted = [word for word in one.words if word not in known]
        if unlisted:
            rare = few(connection, unlisted, below=reached.floor, most=_RARE_AT_MOST)
            if rare is None:
                return None, wordings
            lists.append(rare)
        kept.append((one, lists[0] if len(lists) == 1 else BitMap.union(*lists)))
    kept.sort(key=lambda pair: (pair[0].barred, len(pair[1])))
    found = BitMap.intersection(*(messages for one, messages in kept if not one.barred))
    for one, messages in kept:
        if one.barred:
            found -= messages
    return found, [one for one, _ in kept]


def _since(connection: Connection, rarest_first: Sequence[Wordings], reached: Lists) -> set[int] | None:
    """Return the entries from the floor on that have what is asked for; `None` where a word stands in many of them.

    The index is asked for each word alone: asked for all of them it would first walk to wherever they meet.
    """
    found: set[int] | None = set() if reached.floor == ENDLESS else None
    for one in rarest_first:
        if found is not None and not found:
            break
        rows = having(connection, one.words, above=reached.floor, most=_SINCE_AT_MOST + 1)
        if len(rows) > _SINCE_AT_MOST:
            return None
        if found is None:
            found = set(rows)
        elif one.barred:
            found.difference_update(rows)
        else:
            found.intersection_update(rows)
    return found

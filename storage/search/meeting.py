"""Several words met in their lists (`storage.search.postings`), and in the index where these do not reach."""

from collections.abc import Sequence

from pyroaring import BitMap
from sqlalchemy import Connection, func, select

from storage.search import reach
from storage.search.matching import Wordings, matching, searched
from storage.search.postings import FEWEST, bitmaps, few, numbers
from storage.search.reach import ENDLESS, Lists

_RARE_AT_MOST = 8 * FEWEST  # messages that words without a list may stand in; else the index is asked for everything
_PLACED_AT_ONCE = 256  # messages of which some are the first: of more than that the index soon finds as many


def met(
    connection: Connection,
    expression: str,
    wordings: Sequence[Wordings],
    *,
    below: int | None,
    above: int | None,
    oldest_first: bool,
    limit: int,
) -> list[int] | None:
    """Return what `searched` does, or `None` where that is quicker.

    Args:
        connection: of any transaction.
        expression: how the index is asked for all of it.
        wordings: the same, by words.
        below, above, oldest_first, limit: as in `searched`.
    """
    reached = reach.lists(connection)
    if reached is None or reached.floor == -ENDLESS:
        return None
    found = _all_of(connection, wordings, reached)
    if found is None or len(found) > max(limit, _PLACED_AT_ONCE):
        return None
    first = -ENDLESS if above is None else above
    last = min(reached.floor, ENDLESS if below is None else below)
    listed = sorted((one for one in numbers(connection, found) if first <= one < last), reverse=not oldest_first)
    if reached.floor == ENDLESS or (below is not None and below <= reached.floor):
        return listed[:limit]
    later = searched(
        connection, expression, below=below, above=max(first, reached.floor), oldest_first=oldest_first, limit=limit
    )
    return (listed + later if oldest_first else later + listed)[:limit]


def counted(connection: Connection, expression: str, wordings: Sequence[Wordings], *, most: int) -> int | None:
    """Return how many messages have the words, counted up to `most`; `None` where the lists do not tell.

    Args:
        connection: of any transaction.
        expression: how the index is asked for all of it.
        wordings: the same, by words.
        most: where counting ends.
    """
    reached = reach.lists(connection)
    if reached is None or reached.making is not None or reached.floor <= reached.top:
        return None  # some of what stands in lists is found in the index, too
    found = _all_of(connection, wordings, reached)
    if found is None:
        return None
    count = len(found)
    if count < most and reached.floor < ENDLESS:
        later = matching(connection, expression, above=reached.floor).limit(most - count)
        count += int(connection.execute(select(func.count()).select_from(later.subquery())).scalar_one())
    return min(count, most)


def _all_of(connection: Connection, wordings: Sequence[Wordings], reached: Lists) -> BitMap | None:
    """Return the messages that have what is asked for, right for those whose entries lie below the floor.

    `None` where words without a list stand in many.
    """
    known = bitmaps(connection, {word for one in wordings for word in one.words})
    gone = BitMap(reached.gone)
    kept: list[BitMap] = []
    barred: list[BitMap] = []
    for one in wordings:
        having = [known[word] - gone if gone else known[word] for word in one.words if word in known]
        unlisted = [word for word in one.words if word not in known]
        if unlisted:
            rare = few(connection, unlisted, below=reached.floor, most=_RARE_AT_MOST)
            if rare is None:
                return None
            having.append(rare)
        (barred if one.barred else kept).append(having[0] if len(having) == 1 else BitMap.union(*having))
    kept.sort(key=len)
    found = kept[0] if len(kept) == 1 else BitMap.intersection(*kept)
    return found - BitMap.union(*barred) if barred else found

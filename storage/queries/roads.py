"""The two roads of a search: by the words, newest first, or from a rare field's few messages to their words."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, func, select

from storage.queries.conditions import Condition
from storage.queries.planning import Plan
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, MESSAGE, SEARCH_ENTRY, TEXT
from storage.rules.stemming import composed
from storage.search.index import columns_of
from storage.search.matching import matching, searched

Stopped = Callable[[], bool]

_C = CONVERSATION.c
_NEVER = 1 << 62
_FIRST_STEP, _LONGEST_STEP = 250, 4000  # entries looked at by one statement
_PATIENCE = 2000  # entries that are looked at rather than that the other road is tried
_RARE_CONVERSATIONS, _RARE_MESSAGES = 1000, 2000  # what a field may have and still be called rare
_RAREST_OF_MANY = 10_000  # messages that a field may have where far more entries would be looked at
_AT_ONCE = 100  # entries of the rare that are asked of the index in one statement, and 20 times as many at most
_STRETCH = 4000  # entries with the words among which those are sought that are rare
_SPARSE = 60  # of them for each one that is rare: from there on it is quicker to ask for each


def steps(
    connection: Connection, plan: Plan, *, start: int | None, wanted: int, stopped: Stopped
) -> Iterator[list[int]]:
    """Yield the numbers of the entries found, in their order, a step at a time; empty steps, too.

    Args:
        connection: of any transaction.
        plan: what is looked for.
        start: the entry after which the answer begins; `None` begins at its own begin.
        wanted: how many will be read; the roads are chosen for that.
        stopped: asked before every step.
    """
    filtered = plan.filtered
    step = wanted if filtered is None and plan.barred is None else _FIRST_STEP
    first = None
    looked = kept = 0
    turned = False
    while not stopped():
        candidates = _candidates(connection, plan, start, step)
        passed = _without(connection, plan, candidates)
        passed = passed if filtered is None else _passing(connection, passed, filtered, plan)
        yield passed
        if len(candidates) < step:
            return
        first, start = candidates[0] if first is None else first, candidates[-1]
        looked += step
        kept += len(passed)
        ahead = step * (wanted - kept) // len(passed) if passed else _NEVER
        if not turned and plan.starts and ahead > _PATIENCE:
            density = looked / max(1, abs(first - start))
            ahead = min(ahead, int(density * _span(connection, plan, start)))
            if ahead > _PATIENCE:
                turned = True
                rare = _rare(connection, plan, start, most=max(_RARE_MESSAGES, min(ahead // 2, _RAREST_OF_MANY)))
                if rare is not None:
                    yield from _of_the_rare(connection, plan, rare, density, stopped)
                    return
        step = min(step * 2, _LONGEST_STEP)


def _span(connection: Connection, plan: Plan, start: int) -> int:
    """Return how far it is from an entry's number to where the answer ends at the latest."""
    number = SEARCH_ENTRY.c.id
    end = plan.to_number if plan.oldest_first else plan.from_number
    if end is None:
        last = select(func.max(number) if plan.oldest_first else func.min(number))
        end = connection.execute(last).scalar_one()
    return abs(int(end) - start)


def _candidates(connection: Connection, plan: Plan, start: int | None, step: int) -> list[int]:
    """Return the next entries that have the words, whatever their fields."""
    below, above = plan.to_number, plan.from_number
    if start is not None and plan.oldest_first:
        above = max(start + 1, above) if above is not None else start + 1
    elif start is not None:
        below = min(start, below) if below is not None else start
    if plan.words is not None:
        return _with_words(connection, plan, plan.words, below, above, step)
    number = SEARCH_ENTRY.c.id
    chosen = select(number)
    chosen = chosen.where(number < below) if below is not None else chosen
    chosen = chosen.where(number >= above) if above is not None else chosen
    chosen = chosen.order_by(number.asc() if plan.oldest_first else number.desc()).limit(step)
    return list(connection.execute(chosen).scalars())


def _with_words(
    connection: Connection, plan: Plan, words: str, below: int | None, above: int | None, step: int
) -> list[int]:
    """Return the next entries with the words: of several out of their lists where that is quicker than to walk."""
    oldest = plan.oldest_first
    if len(plan.wordings) > 1:
        from storage.search.meeting import met  # the bitmaps' library takes two milliseconds

        numbers = met(connection, plan.wordings, below=below, above=above, oldest_first=oldest, limit=step)
        if numbers is not None:
            return numbers
    return searched(connection, words, below=below, above=above, oldest_first=oldest, limit=step)


def _without(connection: Connection, plan: Plan, numbers: Sequence[int]) -> list[int]:
    """Return the entries that have none of the barred words, asked of the stretch of the index where they lie."""
    if plan.barred is None or not numbers:
        return list(numbers)
    stretch = matching(connection, plan.barred, below=max(numbers) + 1, above=min(numbers))
    having = set(connection.execute(stretch).scalars())
    return [number for number in numbers if number not in having]


def _passing(connection: Connection, numbers: Sequence[int], filtered: Condition, plan: Plan) -> list[int]:
    """Return which of the entries meet the fields, in the plan's order."""
    if not numbers:
        return []
    chosen = (
        select(SEARCH_ENTRY.c.id)
        .select_from(
            SEARCH_ENTRY.join(MESSAGE, MESSAGE.c.id == SEARCH_ENTRY.c.message_id).join(
                CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id
            )
        )
        .where(SEARCH_ENTRY.c.id.in_(listed(connection, numbers)), filtered)
    )
    return sorted(connection.execute(chosen).scalars(), reverse=not plan.oldest_first)


def _rare(connection: Connection, plan: Plan, start: int, *, most: int) -> list[int] | None:
    """Return the entries after `start` whose conversations meet the fields; `None` when they are more than `most`.

    Only a field that is rare by itself, as its index tells, is started from: that several of them meet seldom would be
    found out by a look at all that meet one.
    """
    assert plan.conversation is not None
    found: Sequence[int] = ()
    fewest = most * _RARE_CONVERSATIONS // _RARE_MESSAGES
    for one in plan.starts:
        found = connection.execute(select(_C.id).where(one).limit(fewest + 1)).scalars().all()
        if len(found) <= fewest:
            break
    else:
        return None
    chosen = select(_C.id).where(_C.id.in_(listed(connection, found)), plan.conversation)
    conversations = connection.execute(chosen).scalars().all()
    entries = (
        select(SEARCH_ENTRY.c.id)
        .select_from(MESSAGE.join(SEARCH_ENTRY, SEARCH_ENTRY.c.message_id == MESSAGE.c.id))
        .where(MESSAGE.c.conversation_id.in_(listed(connection, conversations)))
        .where(SEARCH_ENTRY.c.id > start if plan.oldest_first else SEARCH_ENTRY.c.id < start)
        .limit(most + 1)
    )
    if plan.from_number is not None:
        entries = entries.where(SEARCH_ENTRY.c.id >= plan.from_number)
    if plan.to_number is not None:
        entries = entries.where(SEARCH_ENTRY.c.id < plan.to_number)
    numbers = list(connection.execute(entries).scalars())
    return None if len(numbers) > most else sorted(numbers, reverse=not plan.oldest_first)


def _of_the_rare(
    connection: Connection, plan: Plan, numbers: Sequence[int], density: float, stopped: Stopped
) -> Iterator[list[int]]:
    """Yield those of the entries that have the words, and meet what is left to meet.

    Args:
        connection: of any transaction.
        plan: what is looked for.
        numbers: the entries.
        density: how many entries have the words, for each number between them.
        stopped: asked before every step.
    """
    asked = plan.whole if plan.begun else plan.words
    apart = density * abs(numbers[0] - numbers[-1]) / len(numbers) if numbers else 0.0
    # The whole stretch is read where little lies between; PostgreSQL would gather all that have the words each time.
    stretches = connection.dialect.name == "sqlite" and not plan.begun and asked is not None and apart <= _SPARSE
    most = max(_AT_ONCE, min(int(_STRETCH / max(apart, 0.001)), 20 * _AT_ONCE)) if stretches else _AT_ONCE
    for at in range(0, len(numbers), most):
        if stopped():
            return
        some: Sequence[int] = numbers[at : at + most]
        if asked is not None:
            some = _between(connection, asked, some) if stretches else _having(connection, asked, some)
        if plan.never is not None:
            barred = set(_having(connection, plan.never, some))
            some = [number for number in some if number not in barred]
        some = _begun(connection, plan, some)
        some = _without(connection, plan, some)
        yield _passing(connection, some, plan.rest, plan) if plan.rest is not None else list(some)


def _between(connection: Connection, expression: str, numbers: Sequence[int]) -> list[int]:
    """Return those of the entries that the index finds, out of all that it finds where they lie."""
    stretch = matching(connection, expression, below=max(numbers) + 1, above=min(numbers))
    found = set(connection.execute(stretch).scalars())
    return [number for number in numbers if number in found]


def _having(connection: Connection, expression: str, numbers: Sequence[int]) -> list[int]:
    """Return those of a few entries that the index finds."""
    found = set(connection.execute(matching(connection, expression, among=numbers)).scalars())
    return [number for number in numbers if number in found]


def _begun(connection: Connection, plan: Plan, numbers: Sequence[int]) -> list[int]:
    """Return the entries in whose texts every word that was only begun is found."""
    if not plan.begun or not numbers:
        return list(numbers)
    chosen = (
        select(
            SEARCH_ENTRY.c.id,
            TEXT.c.subject,
            TEXT.c.from_name,
            TEXT.c.from_address,
            TEXT.c.details,
            TEXT.c.text,
        )
        .select_from(SEARCH_ENTRY.join(TEXT, TEXT.c.message_id == SEARCH_ENTRY.c.message_id))
        .where(SEARCH_ENTRY.c.id.in_(listed(connection, numbers)))
    )
    having: set[int] = set()
    for row in connection.execute(chosen):
        texts = columns_of(row, "")
        if all(
            any(next(wanted.places(composed(texts[column])), None) for column in columns)
            for wanted, columns in plan.begun
        ):
            having.add(row.id)
    return [number for number in numbers if number in having]

"""The two roads of a search: by the words, newest first, or from a rare field's few messages to their words."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, select

from storage.queries.conditions import Condition, listed
from storage.queries.planning import Plan
from storage.queries.tables import CONVERSATION, MESSAGE, SEARCH_ENTRY, TEXT
from storage.rules.stemming import composed
from storage.search.index import columns_of
from storage.search.matching import matching, searched

Stopped = Callable[[], bool]

_FIRST_STEP, _LONGEST_STEP = 250, 4000  # entries looked at by one statement
_PATIENCE = 2000  # entries looked at before the other road is tried
_RARE_CONVERSATIONS, _RARE_MESSAGES = 1000, 2000  # what a field may have and still be called rare
_ONE_BY_ONE = 100  # entries asked of the index in one statement


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
    looked = kept = 0
    turned = False
    while not stopped():
        candidates = _candidates(connection, plan, start, step)
        passed = _without(connection, plan, candidates)
        passed = passed if filtered is None else _passing(connection, passed, filtered, plan)
        yield passed
        if len(candidates) < step:
            return
        start = candidates[-1]
        looked += step
        kept += len(passed)
        if not turned and looked >= _PATIENCE and kept < wanted and plan.conversation is not None:
            turned = True
            rare = _rare(connection, plan, start)
            if rare is not None:
                yield from _one_by_one(connection, plan, rare, stopped)
                return
        step = min(step * 2, _LONGEST_STEP)


def _candidates(connection: Connection, plan: Plan, start: int | None, step: int) -> list[int]:
    """Return the next entries that have the words, whatever their fields."""
    below, above = plan.to_number, plan.from_number
    if start is not None and plan.oldest_first:
        above = max(start + 1, above) if above is not None else start + 1
    elif start is not None:
        below = min(start, below) if below is not None else start
    if plan.words is not None:
        return searched(connection, plan.words, below=below, above=above, oldest_first=plan.oldest_first, limit=step)
    number = SEARCH_ENTRY.c.id
    chosen = select(number)
    chosen = chosen.where(number < below) if below is not None else chosen
    chosen = chosen.where(number >= above) if above is not None else chosen
    chosen = chosen.order_by(number.asc() if plan.oldest_first else number.desc()).limit(step)
    return list(connection.execute(chosen).scalars())


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


def _rare(connection: Connection, plan: Plan, start: int) -> list[int] | None:
    """Return the entries after `start` whose conversations meet the fields; `None` when they are too many."""
    assert plan.conversation is not None
    chosen = select(CONVERSATION.c.id).where(plan.conversation).limit(_RARE_CONVERSATIONS + 1)
    conversations = list(connection.execute(chosen).scalars())
    if len(conversations) > _RARE_CONVERSATIONS:
        return None
    entries = (
        select(SEARCH_ENTRY.c.id)
        .select_from(MESSAGE.join(SEARCH_ENTRY, SEARCH_ENTRY.c.message_id == MESSAGE.c.id))
        .where(MESSAGE.c.conversation_id.in_(conversations))
        .where(SEARCH_ENTRY.c.id > start if plan.oldest_first else SEARCH_ENTRY.c.id < start)
        .limit(_RARE_MESSAGES + 1)
    )
    if plan.from_number is not None:
        entries = entries.where(SEARCH_ENTRY.c.id >= plan.from_number)
    if plan.to_number is not None:
        entries = entries.where(SEARCH_ENTRY.c.id < plan.to_number)
    numbers = list(connection.execute(entries).scalars())
    return None if len(numbers) > _RARE_MESSAGES else sorted(numbers, reverse=not plan.oldest_first)


def _one_by_one(connection: Connection, plan: Plan, numbers: Sequence[int], stopped: Stopped) -> Iterator[list[int]]:
    """Yield those of the entries that have the words, and meet what is left to meet."""
    for at in range(0, len(numbers), _ONE_BY_ONE):
        if stopped():
            return
        some: Sequence[int] = numbers[at : at + _ONE_BY_ONE]
        asked = plan.whole if plan.begun else plan.words
        if asked is not None:
            some = _having(connection, asked, some)
        if plan.never is not None:
            barred = set(_having(connection, plan.never, some))
            some = [number for number in some if number not in barred]
        some = _begun(connection, plan, some)
        some = _without(connection, plan, some)
        yield _passing(connection, some, plan.rest, plan) if plan.rest is not None else list(some)


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

"""What words say of replies without headers: whom they quote, and who wrote of the same subject before."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Integer, ScalarSelect, Table, bindparam, exists, func, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.intake.evidence import Edge, Shown, Traits, shown_of
from storage.kinds import Evidence
from storage.models import Message, Print, QuotedPrint, SubjectKey
from storage.models.statements import Lookup, some_values
from storage.rules.threading import (
    SUBJECT_WINDOW,
    TWINS_AT_MOST,
    answers_by_subject,
    may_quote,
    quotes_enough,
    takes_part,
    within_window,
)

_ROWS_AT_ONCE: Final = 2000
_COMMON: Final = 30  # messages that hold the same words: more make the words nobody's
"""Mail of the batch's subjects that is read in one go; of a subject with more only each message's own neighbours."""

_Alike = dict[bytes, list[tuple[datetime, bytes, int]]]
"""Messages of one subject as (when, key, number), in that order."""


@dataclass(frozen=True, slots=True)
class Child:
    """A message that only its words can tell the place of."""

    shown: Shown
    quoted: tuple[int, ...]


@dataclass(slots=True)
class Words:
    """The ties that words make.

    Attributes:
        edges: the strongest one of each child that is new or has found a better parent.
        moved_on: messages of the store whose parent was another one until now.
    """

    edges: list[Edge] = field(default_factory=list)
    moved_on: set[int] = field(default_factory=set)


def quotations_stand() -> ScalarSelect[bool]:
    """Return what tells, as a column of another question, whether any message of the store quotes without citing."""
    return select(exists(select(_Q.c.print))).scalar_subquery()


def words(
    session: Session,
    traits: Mapping[int, Traits],
    own: Mapping[str, frozenset[str]],
    *,
    quotations: bool = True,
) -> Words:
    """Find the parents of the batch's replies without headers, and of earlier ones to which the batch is a parent.

    Args:
        session: of any transaction.
        traits: of the batch.
        own: our own addresses by mailbox group.
        quotations: whether any message of the store quotes without citing.
    """
    children = {number: Child(one.shown, one.quoted) for number, one in traits.items() if one.quoted or one.shown.asks}
    earlier = children_in(session, _touched(session, traits, quotations=quotations), own)
    found = Words()
    best = strongest(session, {**children, **earlier}, traits, own)
    for number in children:
        if (edge := best[number][0]) is not None:
            found.edges.append(edge)
    for number in earlier:
        now, before = best[number]
        if now is None or now == before:
            continue
        found.edges.append(now)
        if before is not None and not before.linked:
            found.moved_on.add(number)
    return found


def children_in(
    session: Session, numbers: Collection[int], own: Mapping[str, frozenset[str]], *, all_of: bool = False
) -> dict[int, Child]:
    """Return those of these messages of the store that only their words can tell the place of.

    Args:
        session: of any transaction.
        numbers: the messages; `all_of` says that others may be among them.
        own: our own addresses by mailbox group.
    """
    if not numbers:
        return {}
    quoted: defaultdict[int, list[int]] = defaultdict(list)
    for row in _QUOTED_IN(session.connection(), numbers):
        quoted[row.message_id].append(row.print)
    asking = {row.message_id for row in _ASKING(session.connection(), numbers)}
    wanted = (quoted.keys() | asking) & set(numbers) if all_of else set(numbers)
    return {
        number: Child(
            Shown(one.number, one.key, one.told, one.subject_key, asks=number in asking), tuple(quoted.get(number, ()))
        )
        for number, one in shown_of(session, wanted, own).items()
    }


def strongest(
    session: Session,
    children: Mapping[int, Child],
    fresh: Mapping[int, Traits],
    own: Mapping[str, frozenset[str]],
) -> dict[int, tuple[Edge | None, Edge | None]]:
    """Return the strongest tie of each child: with the batch, and as it was without it."""
    if not children:
        return {}
    shared = _quoted_by(session, children, fresh)
    alike = _same_subject(session, children, fresh)
    wanted = {parent for _, parent in shared} | {parent for some in alike.values() for parent in some}
    shown = shown_of(session, wanted - fresh.keys(), own) | {number: one.shown for number, one in fresh.items()}
    candidates: defaultdict[int, list[Edge]] = defaultdict(list)
    for child, parent in shared:
        if may_quote(children[child].shown.told, shown[parent].told):
            candidates[child].append(_quotation(children[child].shown, shown[parent]))
    best: dict[int, tuple[Edge | None, Edge | None]] = {}
    for number, asker in children.items():
        newest = [shown[parent] for parent in alike.get(number, ())]
        some = candidates[number] + _namesakes(asker, newest[:TWINS_AT_MOST])
        # As it was: those of the batch had pushed as many others out of the newest ones.
        old = [one for one in newest if one.number not in fresh][:TWINS_AT_MOST]
        before = [one for one in candidates[number] if one.evidence is Evidence.QUOTED and one.parent not in fresh]
        before += _namesakes(asker, old)
        best[number] = (_first(some), _first(before))
    return best


def _first(edges: Sequence[Edge]) -> Edge | None:
    return max(edges, key=lambda edge: edge.rank, default=None)


def _quotation(child: Shown, parent: Shown) -> Edge:
    """An answer quotes its parent, which quotes its own: the newest one of the same subject is the parent.

    Of words that stand in many messages, such as canned ones, those said to the author count before others.
    """
    about = child.subject_key is not None and child.subject_key == parent.subject_key
    weight = (float(about), float(takes_part(child.told, parent.told)), parent.told.dated_at.timestamp(), parent.key)
    return Edge(child.number, parent.number, Evidence.QUOTED, weight)


def _namesakes(child: Child, parents: Iterable[Shown]) -> list[Edge]:
    """Of several messages of the same subject the newest is the parent, and before the author's own somebody else's."""
    told, quotes = child.shown.told, bool(child.quoted)
    edges = []
    for parent in parents:
        if not within_window(told, parent.told) or not answers_by_subject(told, parent.told, quotes=quotes):
            continue
        other = float(told.sender != parent.told.sender)
        weight = (other, 0.0, parent.told.dated_at.timestamp(), parent.key)
        linked = not takes_part(told, parent.told)
        edges.append(Edge(child.shown.number, parent.number, Evidence.SUBJECT, weight, linked))
    return edges


def _touched(session: Session, traits: Mapping[int, Traits], *, quotations: bool) -> set[int]:
    """Return earlier replies without headers that quote the batch, or come after it with its subject."""
    kept = {number: one.prints for number, one in traits.items() if one.prints} if quotations else {}
    shared = Counter((holder, number) for number, holder in _holders(session, QuotedPrint, kept))
    found = {
        child
        for (child, parent), count in shared.items()
        if child != parent and quotes_enough(shared=count, kept=len(kept[parent]))
    }
    times: defaultdict[bytes, list[datetime]] = defaultdict(list)
    for one in traits.values():
        if one.shown.subject_key:
            times[one.shown.subject_key].append(one.shown.told.dated_at)
    if not times:
        return found
    first, latest = min(map(min, times.values())), max(map(max, times.values()))
    window = {"first": first, "last": latest + SUBJECT_WINDOW, "latest": latest, "most": _ROWS_AT_ONCE}
    near = _STILL_ASKING(session.connection(), times, **window)
    if len(near) < _ROWS_AT_ONCE:
        return found.union(row.message_id for row in near)
    for key, moments in times.items():
        for moment in sorted(set(moments)):
            window = {"first": moment, "last": moment + SUBJECT_WINDOW, "latest": latest, "most": TWINS_AT_MOST + 50}
            after = _ASKING_AFTER(session.connection(), [key], **window)
            found.update(row.message_id for row in after if row.orphan)
    return found


def _still_asking() -> Any:
    """Leave out the orphans for which no mail up to `latest` can be a heavier parent of the same subject.

    They are quotations' children, and those whose parent is somebody else's and no older (`_namesakes`).
    """
    rows, messages = _S, _M
    parents, theirs = rows.alias("parent_key"), messages.alias("parent")
    source = (
        rows.join(messages, messages.c.id == rows.c.message_id)
        .outerjoin(parents, parents.c.message_id == messages.c.through_id)
        .outerjoin(theirs, theirs.c.id == messages.c.through_id)
    )
    lighter = parents.c.dated_at.is_(None) | (parents.c.dated_at <= _moment("latest"))
    own = theirs.c.author_id.is_not_distinct_from(messages.c.author_id)
    asks = (messages.c.evidence == Evidence.NEW) | ((messages.c.evidence == Evidence.SUBJECT) & (lighter | own))
    window = rows.c.dated_at.between(_moment("first"), _moment("last"))
    chosen = select(rows.c.message_id, rows.c.orphan).select_from(source)
    return chosen.where(asks, rows.c.key.in_(some_values()), window).limit(bindparam("most", type_=Integer))


def _moment(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=_S.c.dated_at.type)


_S, _M, _P, _Q = table(SubjectKey), table(Message), table(Print), table(QuotedPrint)
_STILL_ASKING: Final = Lookup(lambda: _still_asking().where(_S.c.orphan))
_ASKING_AFTER: Final = Lookup(lambda: _still_asking().order_by(_S.c.dated_at))
_QUOTED_IN: Final = Lookup(lambda: select(_Q.c.message_id, _Q.c.print).where(_Q.c.message_id.in_(some_values())))
_ASKING: Final = Lookup(lambda: select(_S.c.message_id).where(_S.c.message_id.in_(some_values()), _S.c.orphan))
_OWN_WORDS: Final = Lookup(lambda: select(_P.c.message_id).where(_P.c.message_id.in_(some_values())))


def _quoted_by(
    session: Session, children: Mapping[int, Child], fresh: Mapping[int, Traits]
) -> Iterable[tuple[int, int]]:
    """Return (child, parent) for every message that a child quotes enough of."""
    quoted = {number: one.quoted for number, one in children.items() if one.quoted}
    if not quoted:
        return ()
    shared = Counter(_holders(session, Print, quoted))
    by_print = _by_print({number: one.prints for number, one in fresh.items()})
    for number, prints in quoted.items():
        shared.update((number, holder) for one in prints for holder in by_print.get(one, ()))
    sizes = Counter({number: len(one.prints) for number, one in fresh.items()})
    stored = {parent for _, parent in shared} - fresh.keys()
    sizes.update(row.message_id for row in _OWN_WORDS(session.connection(), stored))
    return [
        (child, parent)
        for (child, parent), count in shared.items()
        if child != parent and quotes_enough(shared=count, kept=sizes[parent])
    ]


def _by_print(prints: Mapping[int, tuple[int, ...]]) -> dict[int, list[int]]:
    turned: defaultdict[int, list[int]] = defaultdict(list)
    for number, some in prints.items():
        for one in some:
            turned[one].append(number)
    return turned


def _holders(
    session: Session, model: type[Print | QuotedPrint], prints: Mapping[int, tuple[int, ...]]
) -> Iterable[tuple[int, int]]:
    """Yield (number, message) for every print of `prints[number]` that the store keeps of a message.

    Words that stand in many messages, as canned answers, notices and forms have them, tell none of them from the
    others: they are left out, or a desk that writes one sentence often would pay with the square of its number.
    """
    held = _HOLDERS[model](session.connection(), set().union(*prints.values()))
    if not held:  # mostly: to turn them round costs more than to ask
        return
    turned = _by_print(prints)
    for one, message_id in held:
        for number in turned[one]:
            yield number, message_id


def _holding(kept: Table) -> Any:
    rare = select(kept.c.print).where(kept.c.print.in_(some_values())).group_by(kept.c.print)
    rare = rare.having(func.count() <= _COMMON)
    return select(kept.c.print, kept.c.message_id).where(kept.c.print.in_(rare))


_HOLDERS: Final = {Print: Lookup(lambda: _holding(_P)), QuotedPrint: Lookup(lambda: _holding(_Q))}


def _same_subject(session: Session, children: Mapping[int, Child], fresh: Mapping[int, Traits]) -> dict[int, list[int]]:
    """Return for each child that asks the messages of its subject before it, the newest first.

    There are `TWINS_AT_MOST` of the store, and those of the batch beside them.
    """
    asking = {number: one.shown for number, one in children.items() if one.shown.asks and one.shown.subject_key}
    if not asking:
        return {}
    alike = _kept_alike(session, asking.values())
    for number, one in fresh.items():
        if one.shown.subject_key in alike:
            alike[one.shown.subject_key].append((one.shown.told.dated_at, one.shown.key, number))
    for some in alike.values():
        some.sort()
    found = {}
    for number, shown in asking.items():
        assert shown.subject_key is not None
        before = alike[shown.subject_key]
        place = bisect_left(before, (shown.told.dated_at, shown.key, number))
        newest, stored = [], 0
        for _, _, parent in reversed(before[:place]):
            newest.append(parent)
            stored += parent not in fresh
            if stored >= TWINS_AT_MOST:
                break
        found[number] = newest
    return found


def _kept_alike(session: Session, asking: Collection[Shown]) -> _Alike:
    alike: _Alike = {one.subject_key: [] for one in asking if one.subject_key}
    times = [one.told.dated_at for one in asking]
    window = {"first": min(times) - SUBJECT_WINDOW, "last": max(times)}
    near = _ALIKE(session.connection(), alike, **window, most=_ROWS_AT_ONCE)
    if len(near) < _ROWS_AT_ONCE:
        for row in near:
            alike[row.key].append((row.dated_at, row.message_key, row.message_id))
        return alike
    held: dict[bytes, set[tuple[datetime, bytes, int]]] = {key: set() for key in alike}
    for one in asking:
        assert one.subject_key is not None
        window = {"first": one.told.dated_at - SUBJECT_WINDOW, "last": one.told.dated_at}
        for row in _ALIKE_BEFORE(session.connection(), [one.subject_key], **window, most=TWINS_AT_MOST + 1):
            held[row.key].add((row.dated_at, row.message_key, row.message_id))
    return {key: sorted(some) for key, some in held.items()}


def _alike() -> Any:
    chosen = select(_S.c.key, _S.c.dated_at, _M.c.key.label("message_key"), _S.c.message_id)
    window = _S.c.dated_at.between(_moment("first"), _moment("last"))
    source = chosen.select_from(_S.join(_M, _M.c.id == _S.c.message_id))
    return source.where(_S.c.key.in_(some_values()), window).limit(bindparam("most", type_=Integer))


_ALIKE: Final = Lookup(_alike)
_ALIKE_BEFORE: Final = Lookup(lambda: _alike().order_by(_S.c.dated_at.desc(), _M.c.key.desc()))

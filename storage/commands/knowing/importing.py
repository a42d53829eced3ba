"""Customers out of a file: all of its rows or none, as one action, and a second time nothing is changed.

`check` goes through all of a file and writes nothing: it names every fault, or says what would be done, and puts the
facts of it by (`Ahead`). `import_customers` records them, in lots of some hundreds of rows within *one* transaction: so
it is whole or not there, also when the process is killed in between. The price is that others who want to write wait
for as long as the recording takes; whoever reads goes on reading. Parts under one action would let others in, but a
half that a kill left behind would be seen by all until somebody took it back.

Where customers were changed in between the file is read and planned once more, under the lock: what does not fit any
more is a fault again, and gives the transaction up. What is held of a file is a number for each of its addresses, and
its organizations; never its rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from sqlmodel import Session

from storage.commands.knowing.ahead import Ahead
from storage.commands.knowing.import_plan import Plan, Planned
from storage.commands.knowing.stays import with_stays
from storage.commands.knowing.usage_plan import UsagePlan
from storage.events import Actor, Fact
from storage.kinds.importing import BadImport, Fault, Row
from storage.record import record

LOT: Final = 500
"""Rows that are looked up and recorded together."""

MOST_FAULTS: Final = 20
"""Faults after which no further ones are looked for."""


class _Plans(Protocol):
    """What goes through a file of some sort."""

    now: datetime

    @property
    def organizations(self) -> int: ...

    def take(self, rows: Sequence[Row], faults: list[Fault]) -> tuple[list[Planned], list[Fact]]: ...

    def finish(self, faults: list[Fault]) -> None: ...

    def rest(self) -> Iterable[list[Fact]]: ...


@dataclass
class Imported:
    """What a file brings, or would bring.

    Attributes:
        action_id: the one action; `None` when nothing was written.
        made, changed, same: rows by what they do to their customer or to the organization of theirs; of figures of
            use, by what they do to the figure of their day.
        organizations: how many are made with them.
        first: what the first rows do.
    """

    action_id: int | None = None
    made: int = 0
    changed: int = 0
    same: int = 0
    organizations: int = 0
    first: list[Planned] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self.made + self.changed + self.same


def check(
    session: Session,
    rows: Iterable[Row | Fault],
    *,
    given: Mapping[str, str | None],
    group: str = "",
    now: datetime,
    show: int = 0,
    ahead: Ahead[Imported] | None = None,
) -> Imported:
    """Say what a file would bring; nothing is written.

    Args:
        session: of any transaction.
        rows: of the file.
        given: the fields of columns that are not called as their field; `None` for a column that is left out.
        group: the mailbox group of the addresses.
        now: the moment.
        show: how many of the first rows are told of.
        ahead: gets what the rows do, for whoever takes them in.

    Raises:
        BadImport: the file cannot be taken in, with what is wrong in it.
    """
    return _looked_through(session, rows, lambda: Plan(session, given, group=group, now=now), ahead, show)


def import_customers(
    session: Session,
    rows: Iterable[Row | Fault],
    *,
    given: Mapping[str, str | None],
    group: str = "",
    actor: Actor,
    now: datetime,
    show: int = 0,
    ahead: Ahead[Imported] | None = None,
) -> Imported:
    """Take in a file that `check` found good: customers are made, or told more of; the arguments are those of `check`.

    A customer is found by any of their addresses. An empty cell leaves alone what stands. Who is new belongs to the
    organization that the row names, else to the one that is known of the domain of their first address.

    Raises:
        BadImport: the file, or the desk, is not as it was when it was checked.
    """
    return _taken_in(session, rows, lambda: Plan(session, given, group=group, now=now), ahead, actor, now, show)


def check_usage(
    session: Session,
    rows: Iterable[Row | Fault],
    *,
    given: Mapping[str, str | None],
    group: str = "",
    now: datetime,
    show: int = 0,
    ahead: Ahead[Imported] | None = None,
) -> Imported:
    """Say what a file of figures of use would bring; nothing is written. The arguments are those of `check`.

    Raises:
        BadImport: the file cannot be taken in, with what is wrong in it.
    """
    return _looked_through(session, rows, lambda: UsagePlan(session, given, group=group, now=now), ahead, show)


def import_usage(
    session: Session,
    rows: Iterable[Row | Fault],
    *,
    given: Mapping[str, str | None],
    group: str = "",
    actor: Actor,
    now: datetime,
    show: int = 0,
    ahead: Ahead[Imported] | None = None,
) -> Imported:
    """Take in a file of figures of use that `check_usage` found good; the arguments are those of `check`.

    A figure is told apart by whose it is, by the feature and the day: one that is there already is written over.

    Raises:
        BadImport: the file, or the desk, is not as it was when it was checked.
    """
    return _taken_in(session, rows, lambda: UsagePlan(session, given, group=group, now=now), ahead, actor, now, show)


_Keep = Callable[[list[Fact]], None]


def _looked_through(
    session: Session,
    rows: Iterable[Row | Fault],
    plan: Callable[[], _Plans],
    ahead: Ahead[Imported] | None,
    show: int,
) -> Imported:
    if ahead is None:
        return _through(rows, plan(), lambda _: None, show)
    ahead.begin(session)  # before the plan looks anything up
    ahead.done = _through(rows, plan(), ahead.put, show)
    return ahead.done


def _taken_in(
    session: Session,
    rows: Iterable[Row | Fault],
    plan: Callable[[], _Plans],
    ahead: Ahead[Imported] | None,
    actor: Actor,
    now: datetime,
    show: int,
) -> Imported:
    action_id: int | None = None

    def keep(facts: list[Fact]) -> None:
        nonlocal action_id
        told = with_stays(session, facts, now)
        action_id = record(session, told, actor=actor, now=now, action_id=action_id)

    if ahead is not None and ahead.done is not None and ahead.holds(session):
        for facts in ahead.lots():
            keep(facts)
        done = ahead.done
    else:
        done = _through(rows, plan(), keep, show)
    return replace(done, action_id=action_id)


def _through(rows: Iterable[Row | Fault], plan: _Plans, keep: _Keep, show: int) -> Imported:
    done = Imported()
    faults: list[Fault] = []
    for lot in _lots(rows):
        faults += [one for one in lot if isinstance(one, Fault)]
        planned, facts = plan.take([one for one in lot if isinstance(one, Row)], faults)
        for one in planned:
            setattr(done, one.does, getattr(done, one.does) + 1)
        done.first += planned[: max(0, show - len(done.first))]
        if len(faults) >= MOST_FAULTS:
            break
        if facts and not faults:
            keep(facts)
    if len(faults) < MOST_FAULTS:
        plan.finish(faults)
    if not faults and not done.rows:
        faults.append(Fault(0, "", "nothing"))
    if faults:
        faults.sort(key=lambda one: one.row)
        raise BadImport(tuple(faults[:MOST_FAULTS]), len(faults) >= MOST_FAULTS)
    for facts in plan.rest():
        if facts:
            keep(facts)
    done.organizations = plan.organizations
    return done


def _lots(rows: Iterable[Row | Fault]) -> Iterator[list[Row | Fault]]:
    waiting = iter(rows)
    while lot := list(islice(waiting, LOT)):
        yield lot

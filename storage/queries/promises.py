"""What was promised to customers, and is not kept yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlmodel import Session

from storage.apply.standing import today
from storage.kinds import EntryKind, Subject
from storage.kinds.promises import Promise, PromiseView, found_by
from storage.queries.tables import ADDRESS, AGENT, ENTRY, PERSON

_MOST: Final = 200  # promises of a customer


def promised_to(session: Session, person_id: int) -> tuple[PromiseView, ...]:
    """Return what was promised to a customer and is open, what is due first before what is due later."""
    return open_among(session, session.connection().execute(promised(person_id)).all())


def promised(person_id: Any) -> Select[Any]:
    """Return the selection of the entries of what was promised to a customer and is open; the newest of very many."""
    return (
        select(ENTRY.c.id, ENTRY.c.subject, ENTRY.c.subject_id, ENTRY.c.kind, ENTRY.c.value)
        .where(
            ENTRY.c.subject == Subject.PERSON,
            ENTRY.c.subject_id == person_id,
            ENTRY.c.kind == EntryKind.PROMISE,
            ENTRY.c.name.is_not(None),
        )
        .order_by(ENTRY.c.id.desc())
        .limit(_MOST)
    )


def open_among(session: Session, rows: Iterable[Any]) -> tuple[PromiseView, ...]:
    """Return the promises among entries that were read; the agents' names are read where there are any."""
    some = [row for row in rows if row.kind is EntryKind.PROMISE]
    agents = _agents(session) if some else {}
    views = [_view(row, agents) for row in some]
    return tuple(sorted((one for one in views if not one.kept), key=lambda one: (one.due, one.entry_id)))


def promises(session: Session, *, kept: bool = False, limit: int = 1000) -> Sequence[PromiseView]:
    """Return the desk's promises, those that are due first before the others; kept ones, newest first, when asked for.

    Args:
        session: of any transaction.
        kept: whether those that were kept are wanted, else those that are open.
        limit: how many.
    """
    chosen = _with_customer().where(ENTRY.c.kind == EntryKind.PROMISE, ENTRY.c.value.is_not(None))
    if kept:
        chosen = chosen.where(ENTRY.c.name.is_(None)).order_by(ENTRY.c.id.desc())
    else:
        chosen = chosen.where(ENTRY.c.name.is_not(None)).order_by(ENTRY.c.name, ENTRY.c.id)
    agents = _agents(session)
    return [_view(row, agents) for row in session.connection().execute(chosen.limit(limit))]


def unbroken(session: Session, *, now: datetime, limit: int) -> Sequence[PromiseView]:
    """Return the promises whose time has passed, and of which that is not written down yet; what was due first, first.

    Args:
        session: of any transaction.
        now: the moment.
        limit: how many.
    """
    chosen = _with_customer().where(
        ENTRY.c.kind == EntryKind.PROMISE, ENTRY.c.name.between("1", found_by(now)), ENTRY.c.value.is_not(None)
    )
    rows = session.connection().execute(chosen.order_by(ENTRY.c.name, ENTRY.c.id).limit(limit)).all()
    agents = _agents(session) if rows else {}
    return [_view(row, agents) for row in rows]


def said_in(*, due: datetime | None = None) -> Select[Any]:
    """Return the selection of the numbers of conversations in which something was promised that is open.

    Args:
        due: only what is due before that moment.
    """
    said = ENTRY.c.value["conversation"].as_integer()
    name = ENTRY.c.name.is_not(None) if due is None else ENTRY.c.name < found_by(due)
    there = select(said).where(ENTRY.c.kind == EntryKind.PROMISE, name, ENTRY.c.value.is_not(None))
    return select(today(there).c.number)


def promise(session: Session, entry_id: int) -> PromiseView | None:
    """Return one promise; `None` where there is none of that number."""
    chosen = _with_customer().where(
        ENTRY.c.id == entry_id, ENTRY.c.kind == EntryKind.PROMISE, ENTRY.c.value.is_not(None)
    )
    row = session.connection().execute(chosen).first()
    return _view(row, _agents(session)) if row else None


def _with_customer() -> Select[Any]:
    address = select(func.min(ADDRESS.c.address)).where(ADDRESS.c.person_id == PERSON.c.id).correlate(PERSON)
    named = func.coalesce(PERSON.c.name, address.scalar_subquery(), "").label("customer")
    rows = ENTRY.outerjoin(PERSON, (ENTRY.c.subject == Subject.PERSON) & (PERSON.c.id == ENTRY.c.subject_id))
    return select(ENTRY, named).select_from(rows)


def _agents(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.connection().execute(select(AGENT.c.id, AGENT.c.name))}


def _view(row: Any, agents: dict[int, str]) -> PromiseView:
    said = Promise.read(row.value)
    return PromiseView(
        row.id,
        said.text,
        said.due,
        agents.get(said.agent_id or 0, ""),
        said.conversation_id,
        said.kept,
        row.subject_id,
        getattr(row, "customer", ""),
        said.broken,
    )

"""Saved views: kept, renamed, asked anew, put in another place, taken away; each is undone like any decision."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.events import Actor, ViewKept
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import NoSuch, Refused
from storage.models import View
from storage.queries import inbox
from storage.queries.views import free_place, views
from storage.record import next_id, record
from storage.views import SavedView

LONGEST_NAME: Final = 40
"""Letters of a view's name."""

LAST_PLACE: Final = 999


def keep(
    session: Session,
    name: str,
    query: str,
    *,
    shared: bool = False,
    place: int | None = None,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Keep a query under a name.

    Args:
        session: of a writing transaction.
        name: one line of at most `LONGEST_NAME` letters, another than the agent's other views have.
        query: in the query language.
        shared: for everybody, else the agent's own.
        place: the key that it shall have, from 1 to 9; `None` for the first that is free from 6 on.
        actor: the agent.
        now: the moment, in the agent's own time zone.
        action_id: the action that this is a part of.

    Returns:
        The view's number.

    Raises:
        BadQuery: the query cannot be read, or names what is not there.
        Refused: the name is empty or too long (rule ``bad_view_name``), or taken (``view_name_taken``); there is no
            such place (``bad_place``).
    """
    held = views(session, agent_id=actor.agent_id)
    _must_be_found(session, query, actor, now)
    view_id = next_id(session, View)
    fact = ViewKept(
        view_id=view_id,
        agent_id=None if shared else actor.agent_id,
        place_before=None,
        place=free_place(held) if place is None else _place(place),
        name=_name(name, held),
        query=query.strip(),
        happened_at=now,
    )
    record(session, [fact], actor=actor, now=now, action_id=action_id)
    return view_id


def rename(session: Session, view_id: int, *, name: str, actor: Actor, now: datetime) -> int:
    """Give a view another name; return the action's id.

    Raises:
        NoSuch: the agent has no such view.
        Refused: as `keep`, or it is called so already (rule ``already``).
    """
    held = _held(session, view_id, actor)
    others = tuple(one for one in views(session, agent_id=actor.agent_id) if one.view_id != view_id)
    return _change(session, held, replace(held, name=_name(name, others)), actor=actor, now=now)


def ask_anew(session: Session, view_id: int, *, query: str, actor: Actor, now: datetime) -> int:
    """Give a view another query; return the action's id.

    Raises:
        BadQuery: the query cannot be read, or names what is not there.
        NoSuch: the agent has no such view.
        Refused: it asks this already (rule ``already``).
    """
    held = _held(session, view_id, actor)
    _must_be_found(session, query, actor, now)
    return _change(session, held, replace(held, query=query.strip()), actor=actor, now=now)


def reorder(session: Session, view_id: int, *, place: int, actor: Actor, now: datetime) -> int:
    """Put a view in another place, from 1 to 9 on that key; the one that stands there takes its place.

    Returns:
        The action's id.

    Raises:
        NoSuch: the agent has no such view.
        Refused: it stands there already (rule ``already``), or there is no such place (``bad_place``).
    """
    held = _held(session, view_id, actor)
    moved = replace(held, place=_place(place))
    if moved == held:
        raise Refused("already")
    there = [
        other
        for other in views(session, agent_id=actor.agent_id)
        if other.place == place and other.shared is held.shared
    ]
    facts = [_fact(session, held, moved, now)]
    facts += (_fact(session, other, replace(other, place=held.place), now) for other in there)
    return record(session, facts, actor=actor, now=now)


def drop(session: Session, view_id: int, *, actor: Actor, now: datetime) -> int:
    """Take a view away; return the action's id.

    Raises:
        NoSuch: the agent has no such view.
    """
    held = _held(session, view_id, actor)
    return record(session, [_fact(session, held, None, now)], actor=actor, now=now)


def _change(session: Session, before: SavedView, after: SavedView, *, actor: Actor, now: datetime) -> int:
    if before == after:
        raise Refused("already")
    return record(session, [_fact(session, before, after, now)], actor=actor, now=now)


def _fact(session: Session, before: SavedView, after: SavedView | None, now: datetime) -> ViewKept:
    rows = table(View)
    owner = session.connection().execute(select(rows.c.agent_id).where(rows.c.id == before.view_id)).scalar()
    return ViewKept(
        view_id=before.view_id,
        agent_id=owner,
        place_before=before.place,
        place=after.place if after else None,
        name_before=before.name,
        name=after.name if after else None,
        query_before=before.query,
        query=after.query if after else None,
        happened_at=now,
    )


def _held(session: Session, view_id: int, actor: Actor) -> SavedView:
    for one in views(session, agent_id=actor.agent_id):
        if one.view_id == view_id:
            return one
    raise NoSuch("view", view_id)


def _must_be_found(session: Session, query: str, actor: Actor, now: datetime) -> None:
    """Ask the query once: one that nobody can ask must not be kept."""
    inbox.count(session, query=query, agent_id=actor.agent_id, now=now)


def _name(name: str, held: tuple[Any, ...]) -> str:
    name = clean_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise Refused("bad_view_name")
    if any(folded(one.name) == folded(name) for one in held):
        raise Refused("view_name_taken")
    return name


def _place(place: int) -> int:
    if not 1 <= place <= LAST_PLACE:
        raise Refused("bad_place")
    return place

"""Playbooks changed and put back, what mailboxes play, and who is away: entries of the desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from storage.commands.knowing.entries import change_entry, keep_entry
from storage.events import Actor
from storage.kinds import EntryKind
from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.playbooks import Away, Playbook, Plays
from storage.queries import playbooks
from storage.queries.mailboxes import mailbox_called
from storage.rules import playbooks as rules


def change(session: Session, name: str, knobs: Mapping[str, str], *, actor: Actor, now: datetime) -> int:
    """Set knobs of a playbook as they are typed; return the action's id.

    Raises:
        NoSuch: there is no playbook of that name.
        BadField: there is no such knob, or it takes no such value.
        Refused: all of it stands so already (rule ``already``).
    """
    held = _book(playbooks.laid(session), name)
    book = held
    for knob, text in knobs.items():
        book = rules.changed(book, knob, text)
    return lay_down(session, book, actor=actor, now=now)


def lay_down(session: Session, book: Playbook, *, actor: Actor, now: datetime, action_id: int | None = None) -> int:
    """Let a playbook say what `book` does; as it was shipped it is no entry of the desk's. Return the action's id.

    Raises:
        NoSuch: there is no playbook of that name.
        Refused: it says so already (rule ``already``).
    """
    laid = playbooks.laid(session)
    held = _book(laid, book.name)
    if book == held:
        raise Refused("already")
    number = laid.own.get(book.name)
    if number is None:
        return keep_entry(session, book, actor=actor, now=now, action_id=action_id)[1]
    after = None if book == rules.BY_NAME[book.name] else book
    return change_entry(session, number, after, kind=EntryKind.PLAYBOOK, actor=actor, now=now, action_id=action_id)


def reset(session: Session, name: str, *, actor: Actor, now: datetime) -> int:
    """Let a playbook say what it was shipped with; return the action's id.

    Raises:
        NoSuch, Refused: as `lay_down`.
    """
    _book(playbooks.laid(session), name)
    return lay_down(session, rules.BY_NAME[name], actor=actor, now=now)


def play(session: Session, mailbox: str, model: str | None, *, actor: Actor, now: datetime) -> int:
    """Let a mailbox play a service model, or none; return the action's id.

    Raises:
        NoSuch: there is no such mailbox.
        BadField: it is no service model.
        Refused: it plays that already (rule ``already``).
    """
    if mailbox_called(session, mailbox) is None:
        raise NoSuch("mailbox", mailbox)
    if model is not None and model not in rules.SERVICE:
        raise BadField("service", model, "choice", rules.SERVICE)
    laid = playbooks.laid(session)
    number = laid.entries.get((EntryKind.PLAYS, mailbox))
    value = None if model is None else Plays(mailbox, model)
    if number is not None:
        return change_entry(session, number, value, kind=EntryKind.PLAYS, actor=actor, now=now)
    if value is None:
        raise Refused("already")
    return keep_entry(session, value, actor=actor, now=now)[1]


def leave(session: Session, name: str, until: datetime | None, *, actor: Actor, now: datetime) -> int:
    """Say that an agent is away, until a moment or until they are back; return the action's id.

    Raises:
        NoSuch: there is no agent of that name.
        Refused: the moment has passed (rule ``past``), or it is said already (``already``).
    """
    name = clean_line(name)
    if name not in playbooks.agent_ids(session):
        raise NoSuch("agent", name)
    if until is not None and until <= now:
        raise Refused("past")
    number = playbooks.laid(session).entries.get((EntryKind.AWAY, name))
    if number is not None:
        return change_entry(session, number, Away(name, until), kind=EntryKind.AWAY, actor=actor, now=now)
    return keep_entry(session, Away(name, until), actor=actor, now=now)[1]


def come_back(session: Session, name: str, *, actor: Actor, now: datetime) -> int:
    """Say that an agent is here again; return the action's id.

    Raises:
        Refused: they were not away (rule ``already``).
    """
    number = playbooks.laid(session).entries.get((EntryKind.AWAY, clean_line(name)))
    if number is None:
        raise Refused("already")
    return change_entry(session, number, None, kind=EntryKind.AWAY, actor=actor, now=now)


def _book(laid: playbooks.Laid, name: str) -> Playbook:
    book = laid.books.get(name)
    if book is None:
        raise NoSuch("playbook", name)
    return book


def bring(session: Session, given: Sequence[Mapping[str, Any]], *, actor: Actor, now: datetime) -> list[str]:
    """Let playbooks say what a file of them does, as one action; return the names of those that say something else.

    Raises:
        NoSuch: there is no playbook of a name.
        BadField: there is no such knob, or it takes no such value.
        Refused: all of it stands so already (rule ``already``).
    """
    done: list[str] = []
    action_id: int | None = None
    laid = playbooks.laid(session)
    for one in given:
        book = rules.given(_book(laid, str(one.get("name"))).name, one)
        if book != laid.books[book.name]:
            action_id = lay_down(session, book, actor=actor, now=now, action_id=action_id)
            done.append(book.name)
    if not done:
        raise Refused("already")
    return done

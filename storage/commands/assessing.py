"""An assessment of the desk: begun, answered question by question, ended; each answer is kept when it is given."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from storage.commands import knowing
from storage.events import Actor
from storage.kinds import EntryKind
from storage.kinds.assessing import Answer, Assessment, Gap
from storage.queries.knowing import entry
from storage.rules import assessing as rule


def begin(
    session: Session, *, answers: Mapping[str, Answer] | None = None, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Begin an assessment; return its number, and the action's id.

    Args:
        session: of a writing transaction.
        answers: those that are there already.
        actor: who assesses.
        now: the moment.
    """
    return knowing.keep_entry(session, Assessment(now, answers=dict(answers or {})), actor=actor, now=now)


def answer(session: Session, entry_id: int, name: str, said: Answer, *, actor: Actor, now: datetime) -> int | None:
    """Keep the answer to a question, or that it was passed over; return the action's id, `None` when it is kept so.

    Raises:
        NoSuch: there is no such assessment.
    """
    held = _held(session, entry_id)
    if held.answers.get(name) == said:
        return None
    return _change(session, entry_id, replace(held, answers={**held.answers, name: said}), actor, now)


def end(session: Session, entry_id: int, lacks: tuple[Gap, ...], *, actor: Actor, now: datetime) -> int:
    """End an assessment, with what the desk lacks today; return the action's id.

    Raises:
        NoSuch: there is no such assessment.
        Refused: it ended so already (rule ``already``).
    """
    held = _held(session, entry_id)
    lacking = tuple(dict.fromkeys((*lacks, *rule.gaps(held.answers))))
    return _change(session, entry_id, replace(held, ended_at=now, gaps=lacking), actor, now)


def drop(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> int:
    """Take an assessment away; return the action's id.

    Raises:
        NoSuch: there is no such assessment.
    """
    return knowing.change_entry(session, entry_id, None, kind=EntryKind.ASSESSMENT, actor=actor, now=now)


def _held(session: Session, entry_id: int) -> Assessment:
    value = entry(session, entry_id, EntryKind.ASSESSMENT).value
    assert isinstance(value, Assessment)
    return value


def _change(session: Session, entry_id: int, value: Assessment, actor: Actor, now: datetime) -> int:
    return knowing.change_entry(session, entry_id, value, kind=EntryKind.ASSESSMENT, actor=actor, now=now)

"""Which persona a customer is: what was suggested is confirmed by an agent, or dismissed."""

from datetime import datetime

from sqlmodel import Session

from storage.commands.knowing.entries import keep_entry
from storage.commands.knowing.profiles import set_fields
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.errors import Refused
from storage.kinds.personas import Dismissed, Suggested
from storage.queries import knowing, personas


def confirm_persona(session: Session, person_id: int, *, actor: Actor, now: datetime) -> tuple[Suggested, int]:
    """Let a customer be the persona that is suggested for them; return it, and the action's id.

    Args:
        session: of a writing transaction.
        person_id: the customer.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: nothing is suggested (rule ``no_suggestion``): nothing says so, or their profile says it already.
    """
    found = _suggested(session, person_id)
    values = {personas.FIELD: found.persona.name}
    return found, set_fields(session, Subject.PERSON, person_id, values, actor=actor, now=now)


def dismiss_persona(session: Session, person_id: int, *, actor: Actor, now: datetime) -> tuple[Suggested, int]:
    """Suggest a persona no more for a customer who is another; return it, and the action's id.

    Raises:
        NoSuch, Refused: as `confirm_persona`.
    """
    found = _suggested(session, person_id)
    _number, action_id = keep_entry(
        session, Dismissed(found.entry_id), subject=Subject.PERSON, subject_id=person_id, actor=actor, now=now
    )
    return found, action_id


def _suggested(session: Session, person_id: int) -> Suggested:
    said = knowing.values(session, Subject.PERSON, person_id).get(personas.FIELD)
    found = None if said else personas.suggested(session, person_id)
    if found is None:
        raise Refused("no_suggestion")
    return found

"""What profiles tell a canned response: the fields of a customer and their organization, as templates call them.

``customer.role`` is the customer's; what only their organization's profile says (``customer.touch``) counts as theirs,
as in queries. ``organization.plan`` is the organization's. Fields of the desk's own stand behind ``field``:
``customer.field.contract``. Where a profile says nothing of tone and channel, the card of the persona does.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from storage.kinds import Subject
from storage.queries import personas
from storage.queries.knowing import fields
from storage.queries.segments import spelled
from storage.queries.tables import PERSON, PROFILE
from storage.rules.profile import placeholder

_NOBODY: Final = -1  # no person or organization has this number


def told(session: Session, person_id: int | None, organization_id: int | None) -> tuple[dict[str, str], str]:
    """Return what the profiles say by the templates' words, and the language that the customer's says.

    Args:
        session: of any transaction.
        person_id: the customer; `None` where nobody is known.
        organization_id: theirs; `None` where there is none.
    """
    if person_id is None and organization_id is None:
        return {}, ""
    chosen = select(PROFILE.c.subject, PROFILE.c.field, PROFILE.c.value).where(
        or_(
            and_(
                PROFILE.c.subject == Subject.PERSON,
                PROFILE.c.subject_id == (_NOBODY if person_id is None else person_id),
            ),
            and_(
                PROFILE.c.subject == Subject.ORGANIZATION,
                PROFILE.c.subject_id == (_NOBODY if organization_id is None else organization_id),
            ),
        ),
        PROFILE.c.value.is_not(None),
    )
    said = {(row.subject, row.field): row.value for row in session.connection().execute(chosen)}
    if persona := said.get((Subject.PERSON, personas.FIELD)):
        cards = personas.personas(session)
        name = said[Subject.PERSON, personas.FIELD] = personas.spelled(cards, persona)
        for card in (one for _number, one in cards if one.name == name):  # what the profile says itself goes first
            some = {"tone": card.tone, "channel": card.channel}
            said = {(Subject.PERSON, word): value for word, value in some.items() if value} | said
    found = {}
    for field in fields(session):
        value = said.get((field.subject, field.name))
        if value is None and field.subject is Subject.PERSON:
            value = said.get((Subject.ORGANIZATION, field.name))
        if value is not None and (name := placeholder(field)):
            found[name] = value
    return found, said.get((Subject.PERSON, "language"), "")


def told_of(session: Session, person_id: int | None) -> tuple[dict[str, str], str]:
    """Return as `told` what is told of a person and of the organization that they belong to."""
    if person_id is None:
        return {}, ""
    chosen = select(PERSON.c.organization_id).where(PERSON.c.id == person_id)
    return told(session, person_id, session.connection().execute(chosen).scalar())


def desk_values(session: Session) -> Mapping[str, Sequence[str]]:
    """Return what profiles may tell at this desk: each word that templates have, with the values that there are.

    Those of a choice are its words; of other fields what profiles hold, some of it where there is very much.
    ``language`` has the languages that profiles name, as two letters.
    """
    found: dict[str, Sequence[str]] = {
        "language": tuple(dict.fromkeys(one[:2] for one in spelled(session, "language")))
    }
    cards = personas.personas(session)
    used = (personas.spelled(cards, value) for value in spelled(session, personas.FIELD))
    tones = (card.tone for _number, card in cards if card.tone)
    held: dict[str, Sequence[str]] = {
        personas.FIELD: tuple(dict.fromkeys([*(card.name for _number, card in cards), *used])),
        "tone": tuple(dict.fromkeys([*tones, *spelled(session, "tone")])),
    }
    for field in fields(session):
        if name := placeholder(field):
            if not field.choices and field.name not in held:
                held[field.name] = tuple(spelled(session, field.name))
            found[name] = field.choices or held[field.name]
    return found

"""The desk's personas: which there are, which one a name means, and which a customer is or may be."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session

from storage.kinds import Channel, Direction, EntryKind, Subject
from storage.kinds.clean import clean_line
from storage.kinds.errors import NoSuch
from storage.kinds.personas import Dismissed, Persona, PersonaView, Suggested
from storage.queries.knowing import Entry, entries, laid_down
from storage.queries.tables import MESSAGE, PROFILE, TEXT
from storage.rules import persona as rule

FIELD: Final = "persona"
"""The field of a person's profile that says which they are."""

_LETTERS: Final = 3  # the last ones of somebody whose signatures are read
_LONGEST: Final = 20_000  # letters of each that are looked at

Numbered = tuple[int, Persona]


def personas(session: Session) -> list[Numbered]:
    """Return the desk's personas with their numbers, by name."""
    return personas_among(laid_down(session, EntryKind.PERSONA))


def personas_among(laid: Iterable[Entry]) -> list[Numbered]:
    """Return the personas among what is laid down for the desk, as `personas` does."""
    found = [(one.entry_id, one.value) for one in laid if isinstance(one.value, Persona)]
    return sorted(found, key=lambda one: (one[1].name.casefold(), one[0]))


def called(session: Session, word: str) -> Numbered:
    """Return the persona of a name, one that it has or had, or of a number as in #7.

    Raises:
        NoSuch: there is none.
    """
    known = personas(session)
    found = rule.meant(known, word)
    number = clean_line(word).removeprefix("#")
    if found is None and number.isdecimal():
        found = next((one for one in known if one[0] == int(number)), None)
    if found is None:
        raise NoSuch("persona", clean_line(word))
    return found


def spelled(known: Sequence[Numbered], value: str) -> str:
    """Return what a profile's persona is called today; as it is where there is no card of it."""
    found = rule.meant(known, value) if value else None
    return found[1].name if found else value


def key(session: Session, value: str) -> str:
    """Return what a profile is given to say for a persona's name; as it is where there is no card of it."""
    found = rule.meant(personas(session), value)
    return found[1].key if found else value


def names(session: Session, value: str) -> tuple[str, ...]:
    """Return all that profiles may say and mean the persona of a name; none where there is no card of it."""
    found = rule.meant(personas(session), value)
    return found[1].names if found else ()


def beside(
    session: Session, person_id: int | None, said: str, *, known: Sequence[Numbered] | None = None
) -> PersonaView:
    """Return the persona of a customer, or who they may be.

    Args:
        session: of any transaction.
        person_id: who; `None` for nobody.
        said: what their profile says; empty for nothing.
        known: the desk's personas, where they were read already.
    """
    known = personas(session) if known is None else known
    if said:
        found = rule.meant(known, said)
        return PersonaView(found[1] if found else None)
    return PersonaView(suggested=suggested(session, person_id, known=known) if person_id is not None else None)


def suggested(session: Session, person_id: int, *, known: Sequence[Numbered] | None = None) -> Suggested | None:
    """Return who somebody may be by their role and the signatures of their last letters; `None` where nothing says so.

    What their profile says already is not looked at.
    """
    known = [one for one in (personas(session) if known is None else known) if one[1].roles or one[1].signature]
    if not known:
        return None
    role = select(PROFILE.c.value).where(
        PROFILE.c.subject == Subject.PERSON, PROFILE.c.subject_id == person_id, PROFILE.c.field == "role"
    )
    said = session.connection().execute(role).scalar() or ""
    away = entries(session, Subject.PERSON, person_id, EntryKind.DISMISSED)
    dismissed = {one.value.persona for one in away if isinstance(one.value, Dismissed)}
    found = rule.suggestion(known, role=said, signatures=(), dismissed=dismissed)
    if found is not None or not any(card.signature for _number, card in known):
        return found
    return rule.suggestion(known, role="", signatures=_signatures(session, person_id), dismissed=dismissed)


def _signatures(session: Session, person_id: int) -> list[str]:
    chosen = (
        select(
            TEXT.c.from_name,
            func.substr(TEXT.c.text, 1, _LONGEST).label("text"),
            func.substr(TEXT.c.reply_text, 1, _LONGEST).label("own"),
        )
        .select_from(MESSAGE.join(TEXT, TEXT.c.message_id == MESSAGE.c.id))
        .where(
            MESSAGE.c.author_id == person_id,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
        )
        .order_by(MESSAGE.c.arrived_at.desc(), MESSAGE.c.id.desc())
        .limit(_LETTERS)
    )
    rows = session.connection().execute(chosen).all()
    return [found for row in rows if (found := rule.signature(row.text, row.own, row.from_name))]

"""The desk's personas: which there are, which one a name means, and which a customer is or may be."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session

from storage.kinds import Channel, Direction, EntryKind, PersonKind, Subject
from storage.kinds.clean import clean_line
from storage.kinds.errors import NoSuch
from storage.kinds.personas import Dismissed, Persona, PersonaView, Suggested
from storage.queries.knowing import Entry, entries, laid_down
from storage.queries.several import listed
from storage.queries.tables import ENTRY, MESSAGE, PERSON, PROFILE, TEXT
from storage.rules import persona as rule

FIELD: Final = "persona"
"""The field of a person's profile that says which they are."""

_LETTERS: Final = 3  # the last ones of somebody whose signatures are read
_LONGEST: Final = 20_000  # letters of each that are looked at

_READ: Final = (
    TEXT.c.from_name,
    func.substr(TEXT.c.text, 1, _LONGEST).label("text"),
    func.substr(TEXT.c.reply_text, 1, _LONGEST).label("own"),
)

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


def everyone(
    session: Session, *, at_once: int = 500, among: Sequence[int] | None = None
) -> Iterator[tuple[int, Suggested]]:
    """Yield every customer for whom a persona is suggested, by their numbers, as `suggested` does it for one.

    Args:
        session: of any transaction.
        at_once: customers that are looked at together.
        among: the only ones who are looked at; `None` for all.
    """
    known = [one for one in personas(session) if one[1].roles or one[1].signature]
    by_signature = any(card.signature for _number, card in known)
    chosen = (
        select(PERSON.c.id)
        .where(PERSON.c.merged_into.is_(None), PERSON.c.kind == PersonKind.CUSTOMER)
        .order_by(PERSON.c.id)
        .limit(at_once)
    )
    if among is not None:
        chosen = chosen.where(PERSON.c.id.in_(listed(session.connection(), among)))
    last = 0
    while known and (some := session.connection().execute(chosen.where(PERSON.c.id > last)).scalars().all()):
        last = some[-1]
        said = _said_by(session, some)
        left = [number for number in some if not said.get((number, FIELD))]
        away = _dismissed(session, left)
        found: dict[int, Suggested] = {}
        for number in left:
            role, dismissed = said.get((number, "role"), ""), away.get(number, set())
            if (one := rule.suggestion(known, role=role, signatures=(), dismissed=dismissed)) is not None:
                found[number] = one
        rest = [number for number in left if number not in found] if by_signature else []
        for number, signatures in _signed(session, rest).items():
            dismissed = away.get(number, set())
            if (one := rule.suggestion(known, role="", signatures=signatures, dismissed=dismissed)) is not None:
                found[number] = one
        yield from sorted(found.items())


def _said_by(session: Session, numbers: Sequence[int]) -> dict[tuple[int, str], str]:
    connection = session.connection()
    chosen = select(PROFILE.c.subject_id, PROFILE.c.field, PROFILE.c.value).where(
        PROFILE.c.subject == Subject.PERSON,
        PROFILE.c.subject_id.in_(listed(connection, numbers)),
        PROFILE.c.field.in_((FIELD, "role")),
    )
    return {(row.subject_id, row.field): row.value or "" for row in connection.execute(chosen)}


def _dismissed(session: Session, numbers: Sequence[int]) -> dict[int, set[int]]:
    connection = session.connection()
    chosen = select(ENTRY.c.subject_id, ENTRY.c.value).where(
        ENTRY.c.subject == Subject.PERSON,
        ENTRY.c.subject_id.in_(listed(connection, numbers)),
        ENTRY.c.kind == EntryKind.DISMISSED,
        ENTRY.c.value.is_not(None),
    )
    away: dict[int, set[int]] = {}
    for row in connection.execute(chosen):
        away.setdefault(row.subject_id, set()).add(Dismissed.read(row.value).persona)
    return away


def _signed(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return the signatures of the last letters of each."""
    connection = session.connection()
    place = func.row_number().over(
        partition_by=MESSAGE.c.author_id, order_by=(MESSAGE.c.arrived_at.desc(), MESSAGE.c.id.desc())
    )
    letters = (
        select(MESSAGE.c.id, MESSAGE.c.author_id, place.label("place"))
        .where(
            MESSAGE.c.author_id.in_(listed(connection, numbers)),
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
        )
        .subquery("letters")
    )
    chosen = (
        select(letters.c.author_id, *_READ)
        .join_from(letters, TEXT, TEXT.c.message_id == letters.c.id)
        .where(letters.c.place <= _LETTERS)
        .order_by(letters.c.author_id, letters.c.place)
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(chosen) if numbers else ():
        if signature := rule.signature(row.text, row.own, row.from_name):
            found.setdefault(row.author_id, []).append(signature)
    return found


def _signatures(session: Session, person_id: int) -> list[str]:
    chosen = (
        select(*_READ)
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

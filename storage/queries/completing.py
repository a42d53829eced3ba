"""What may stand in a line that is being typed: tags in use, and conversations found by a few letters."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, or_, select, true
from sqlmodel import Session

from storage.kinds.clean import folded
from storage.kinds.journey import Engaged
from storage.queries import knowing, personas
from storage.queries.names import STANDS, named_like, organizations_like, reached_like
from storage.queries.segments import NOTHING, SERVICE, SUGGESTED, spelled
from storage.queries.tables import ADDRESS, CALLED, CONVERSATION, ORGANIZATION, PERSON, TAG, TEXT
from storage.rules.profile import ALWAYS
from storage.rules.query import COMPUTED, OWN

_RECENT = 2000  # conversations that letters are looked for in: the newest
_DIGITS = 18  # of the longest number that both engines take


def tags(session: Session) -> list[tuple[str, int]]:
    """Return every tag in use and how many conversations bear it, the most used first."""
    count = func.count()
    chosen = select(TAG.c.tag, count).group_by(TAG.c.tag).order_by(count.desc(), TAG.c.tag)
    return [(row[0], row[1]) for row in session.connection().execute(chosen)]


def tags_of(session: Session, numbers: Sequence[int]) -> list[str]:
    """Return the tags that any of the first 500 of these conversations bears, by name."""
    chosen = select(TAG.c.tag).where(TAG.c.conversation_id.in_(list(numbers)[:500])).distinct().order_by(TAG.c.tag)
    return list(session.connection().execute(chosen).scalars())


def organizations(session: Session, letters: str = "", *, limit: int = 2000) -> list[str]:
    """Return what organizations are called, by name; where there are very many, some, and those that letters may mean.

    Args:
        session: of any transaction.
        letters: of a name or a domain.
        limit: how many of either.
    """
    chosen = select(CALLED.label("called")).select_from(ORGANIZATION).order_by(ORGANIZATION.c.name).limit(limit)
    asked = [chosen, chosen.where(*organizations_like(session, letters.split()))] if letters.strip() else [chosen]
    return sorted({called for one in asked for called in session.connection().execute(one).scalars() if called})


def own_fields(session: Session) -> dict[str, str]:
    """Return the fields of profiles as a query names them, with what agents call their own."""
    return {OWN + one.name: one.label for one in knowing.fields(session) if one.name not in ALWAYS}


def told(session: Session, field: str) -> list[str]:
    """Return the values that a query's field of profiles may have: the words of a choice, else those in use."""
    name = field.removeprefix(OWN)
    known = [one for one in knowing.fields(session) if one.name == name and one.name not in ALWAYS]
    choices = [word for one in known for word in one.choices]
    used = spelled(session, name) if known else []
    if name == personas.FIELD:
        cards = personas.personas(session)
        used = [*(card.name for _number, card in cards), *(personas.spelled(cards, value) for value in used)]
    if name in {"stage", "typology"}:
        laid = knowing.settings(session)
        used = [*(laid.stages if name == "stage" else laid.typologies), *used]
    return list(dict.fromkeys([*choices, *used]))


def asked(session: Session, field: str) -> list[str]:
    """Return what a query may ask of a field of profiles: its values, and that nothing is said in it."""
    name = field.removeprefix(OWN)
    words = [SUGGESTED] if name == personas.FIELD else []
    words += [NOTHING] if name not in {SERVICE, *COMPUTED} else []
    return list(dict.fromkeys([*told(session, field), *words]))


def engagements(session: Session) -> list[str]:
    """Return what ``engagement:`` may ask for: a state of any feature, or of one."""
    states = [str(one) for one in Engaged]
    return [*states, *(f"{feature}={state}" for feature in knowing.features(session) for state in states)]


@dataclass(frozen=True, slots=True)
class Called:
    """A customer as they are offered: number, name and address; either may be empty."""

    person_id: int
    name: str
    address: str


def customers(session: Session, letters: str, *, but: int | None = None, limit: int = 30) -> list[Called]:
    """Return customers whom letters may mean: those of one's organization first, then those met last.

    Args:
        session: of any transaction.
        letters: of a name or an address, or a number's beginning; empty for all. A whole number or address finds
            whoever it is of.
        but: who is left out, and whose organization goes first.
        limit: how many.
    """
    address = select(func.min(ADDRESS.c.address)).where(ADDRESS.c.person_id == PERSON.c.id).scalar_subquery()
    others = (
        select(PERSON.c.id, PERSON.c.name, address.label("address"))
        .where(STANDS, PERSON.c.id.is_distinct_from(but))
        .order_by(PERSON.c.id.desc())
        .limit(limit)
    )
    theirs = select(PERSON.c.organization_id).where(PERSON.c.id == but).scalar_subquery()
    wanted = folded(letters.strip().lstrip("#"))
    whole = select(ADDRESS.c.person_id).where(ADDRESS.c.address == letters.strip().lower())
    numbered = wanted.isdecimal() and len(wanted) <= _DIGITS
    meant = reached_like(session, wanted) if wanted else true()
    if numbered:
        meant = or_(meant, cast(PERSON.c.id, Text).like(f"{wanted}%"))
    asked = [others.where(PERSON.c.id == int(wanted))] if numbered else []
    asked.append(others.where(PERSON.c.id.in_(whole)))
    if but is not None:
        asked.append(others.where(PERSON.c.organization_id == theirs, meant))
    asked.append(others.where(meant))
    found: dict[int, Called] = {}
    for chosen in asked:
        for row in session.connection().execute(chosen):
            found.setdefault(row.id, Called(row.id, row.name or "", row.address or ""))
            if len(found) >= limit:
                return list(found.values())
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation as it is offered: its number, its subject, its customer, and whether it is the same one's."""

    conversation_id: int
    subject: str
    same_customer: bool
    customer: str = ""


def joinable(session: Session, number: int, letters: str, *, limit: int = 30) -> list[Named]:
    """Return conversations that this one might be joined with: the same customer's first, then the newest.

    One that is named by its whole number comes before all.

    Args:
        session: of any transaction.
        number: the conversation.
        letters: of a subject or a customer's name, or a number's beginning; empty for all.
        limit: how many.
    """
    rows = CONVERSATION.c
    customer = select(rows.customer_id).where(rows.id == number).scalar_subquery()
    same = func.coalesce(rows.customer_id == customer, False)
    others = (
        select(rows.id, TEXT.c.subject, same.label("same"), PERSON.c.name)
        .join(TEXT, TEXT.c.message_id == rows.first_message_id)
        .outerjoin(PERSON, PERSON.c.id == rows.customer_id)
        .where(rows.joined_into.is_(None), rows.id != number)
        .order_by(rows.last_message_at.desc(), rows.id.desc())
    )
    connection = session.connection()
    wanted = folded(letters.strip().lstrip("#"))
    found: dict[int, Named] = {}
    named = [others.where(rows.id == int(wanted))] if wanted.isdecimal() and len(wanted) <= _DIGITS else []
    theirs = select(PERSON.c.id).where(named_like(session, PERSON, wanted)).order_by(PERSON.c.id.desc()).limit(limit)
    called = [others.where(rows.customer_id.in_(theirs)).limit(limit)] if wanted else []
    for chosen in (*named, others.where(rows.customer_id == customer).limit(limit), others.limit(_RECENT), *called):
        for row in connection.execute(chosen):
            subject, name = row.subject or "", row.name or ""
            if not wanted or wanted in folded(f"{subject}\n{name}") or str(row.id).startswith(wanted):
                found.setdefault(row.id, Named(row.id, subject, bool(row.same), name))
            if len(found) >= limit:
                return list(found.values())
    return list(found.values())

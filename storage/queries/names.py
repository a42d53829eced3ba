"""Customers and organizations found by words of their names, of addresses and of domains.

A whole name is looked up by its index. A word that may stand anywhere in it is looked for by the database in every
name, once: some 10 ms in 200,000 (docs/decisions/0021).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlmodel import Session

from storage.kinds import Subject
from storage.kinds.clean import FOUND_BY, folded, folded_name
from storage.queries.several import listed
from storage.queries.tables import ADDRESS, DOMAIN, ORGANIZATION, PERSON

_LONGEST: Final = 1_000  # letters of a word that are compared: nothing that is looked into has as many

STANDS = (PERSON.c.merged_into + literal_column("0")).is_(None)
"""That a person stands for themselves; not by its index, which nearly everybody is in."""


def called(session: Session, subject: Subject, name: str) -> set[int]:
    """Return the numbers of those who bear a whole name, whatever its case and accents."""
    rows = PERSON if subject is Subject.PERSON else ORGANIZATION
    wanted = folded_name(name) or ""
    chosen = select(rows.c.id, rows.c.name).where(rows.c.folded == wanted)
    if subject is Subject.PERSON:
        chosen = chosen.where(STANDS)
    found = session.connection().execute(chosen).all()
    if len(wanted) < FOUND_BY:
        return {row.id for row in found}
    return {row.id for row in found if _whole(row.name) == _whole(name)}  # those that begin so were found


def written_so(session: Session, subject: Subject, name: str) -> set[int]:
    """Return the numbers of those whose name is written just so."""
    rows = PERSON if subject is Subject.PERSON else ORGANIZATION
    chosen = select(rows.c.id).where(rows.c.folded == folded_name(name), rows.c.name == name)
    return set(session.connection().execute(chosen).scalars())


def persons_like(session: Session, words: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return that each of these words stands in a person's name, in an address, or in what their organization has."""
    return [
        or_(
            _has(session, PERSON.c.folded, word),
            PERSON.c.id.in_(_reached(session, word)),
            PERSON.c.organization_id.in_(_organizations(session, word)),
        )
        for word in map(folded, words)
    ]


def addresses_like(session: Session, words: Iterable[str], *, beside: bool) -> list[ColumnElement[bool]]:
    """Return that something begins with each of these words in an address, or in the name of the person whose it is.

    What begins is told by blanks, and in addresses by dots and the at sign as well.

    Args:
        session: of any transaction.
        words: the words.
        beside: whether it is looked into the row of the person, which stands beside the address; else whoever has such
            a name is found first, which is better where few have, and all addresses are gone through.
    """

    def named(word: str) -> ColumnElement[bool]:
        begins = _begins(session, PERSON.c.folded, word, after=" ")
        return begins if beside else ADDRESS.c.person_id.in_(select(PERSON.c.id).where(begins))

    return [or_(_begins(session, ADDRESS.c.address, word, after=" .@"), named(word)) for word in map(folded, words)]


def reached_like(session: Session, letters: str) -> ColumnElement[bool]:
    """Return that letters stand in a person's name, or in an address of theirs."""
    wanted = folded(letters)
    return or_(_has(session, PERSON.c.folded, wanted), PERSON.c.id.in_(_reached(session, wanted)))


def named_like(session: Session, rows: Any, letters: str) -> ColumnElement[bool]:
    """Return that letters stand in a name of a person's or an organization's."""
    return _has(session, rows.c.folded, folded(letters))


def organizations_like(session: Session, words: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return that each of these words stands in an organization's name, in a domain, or in what stands above has."""
    return [
        or_(
            ORGANIZATION.c.id.in_(_organizations(session, word)),
            ORGANIZATION.c.parent_id.in_(_organizations(session, word)),
        )
        for word in map(folded, words)
    ]


def organizations_with(session: Session, words: Sequence[str]) -> set[int]:
    """Return the numbers of the organizations in whose name, or a domain of whose, all these words stand."""
    wanted = [folded(word) for word in words]
    named = select(ORGANIZATION.c.id).where(*(_has(session, ORGANIZATION.c.folded, word) for word in wanted))
    within = and_(*(_has(session, DOMAIN.c.domain, word) for word in wanted))
    return set(session.connection().execute(named.union_all(select(DOMAIN.c.organization_id).where(within))).scalars())


def with_subsidiaries(session: Session, numbers: Iterable[int]) -> list[int]:
    """Return organizations with all that stand below them, in the order of their numbers."""
    connection = session.connection()
    those = listed(connection, sorted(numbers))
    whole = select(ORGANIZATION.c.id).where(ORGANIZATION.c.id.in_(those)).cte(recursive=True)
    # UNION, not UNION ALL: what was met is not gone down from again.
    whole = whole.union(select(ORGANIZATION.c.id).where(ORGANIZATION.c.parent_id == whole.c.id))
    return sorted(connection.execute(select(whole.c.id)).scalars())


def _whole(name: str) -> str:
    return folded(" ".join(name.split()))


def _reached(session: Session, word: str) -> Any:
    return select(ADDRESS.c.person_id).where(_has(session, ADDRESS.c.address, word))


def _organizations(session: Session, word: str) -> Any:
    named = select(ORGANIZATION.c.id).where(_has(session, ORGANIZATION.c.folded, word))
    return named.union_all(select(DOMAIN.c.organization_id).where(_has(session, DOMAIN.c.domain, word)))


def _begins(session: Session, column: Any, word: str, *, after: str) -> ColumnElement[bool]:
    """Return that a column begins with a word, or has it after one of some signs; that it is there is tried first."""
    places = or_(*(_has(session, column, word, before=before) for before in ("", *(f"%{sign}" for sign in after))))
    return and_(_has(session, column, word), places)


def _has(session: Session, column: Any, word: str, *, before: str = "%") -> ColumnElement[bool]:
    """Return that a word stands somewhere in a column, which is in lower case or an address.

    SQLite's LIKE takes no notice of the case of ASCII's letters, and is twice as quick as to look into `lower`.
    """
    text = func.lower(column) if column is ADDRESS.c.address and _minds_case(session) else column
    signs = re.sub(r"[\\%_]", r"\\\g<0>", word[:_LONGEST])
    return cast("ColumnElement[bool]", text.like(f"{before}{signs}%", escape="\\"))


def _minds_case(session: Session) -> bool:
    return session.connection().dialect.name != "sqlite"

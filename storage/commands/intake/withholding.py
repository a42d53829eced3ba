"""Mail that was erased is not taken in again, from whichever server or file it comes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ScalarSelect, exists, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.intake.deliveries import Delivery, header_key, message_key
from storage.commands.intake.salt import salt_of
from storage.kinds import Ignored
from storage.models import Message, Outbox, Raw, Tombstone
from storage.rules import tombstones
from storage.rules.tombstones import tombstone

_ROWS: Final = table(Tombstone)


def erasures_stand() -> ScalarSelect[bool]:
    """Return the condition that something was erased, to be asked with another question."""
    return select(exists(select(_ROWS.c.digest))).scalar_subquery()


def without_erased(
    session: Session, deliveries: Sequence[Delivery], groups: Mapping[int, str], own: Mapping[str, frozenset[str]]
) -> tuple[list[Delivery], tuple[bytes, ...]]:
    """Leave out what was erased, or comes from somebody who was erased after it came.

    What somebody writes after they were erased is new, and theirs to be answered.

    Args:
        session: of any transaction.
        deliveries: read.
        groups: of mailboxes by their numbers.
        own: our addresses by group.

    Returns:
        The deliveries, what is left out marked as ignored; and the digests of its bytes, as far as they are nobody's.
    """
    salt = salt_of(session)
    if salt is None:
        return list(deliveries), ()
    signs = [_signs(salt, one, groups[one.mailbox_id], own[groups[one.mailbox_id]]) for one in deliveries]
    found: dict[bytes, datetime] = {}
    for some in chunks(sign for itself, people in signs for sign in (*itself, *people)):
        chosen = select(_ROWS.c.digest, _ROWS.c.erased_at).where(_ROWS.c.digest.in_(some))
        found.update((row.digest, row.erased_at) for row in session.connection().execute(chosen))
    kept = []
    gone = []
    for one, (itself, people) in zip(deliveries, signs, strict=True):
        # Servers know whole seconds: what came in the very second comes in.
        older = any(one.arrived_at < found[person].replace(microsecond=0) for person in people if person in found)
        if older or any(sign in found for sign in itself):
            gone.append(one.raw_digest)
            kept.append(replace(one, raw_digest=b"", parsed=None, quarantined=None, ignored=Ignored.ERASED))
        else:
            kept.append(one)
    return kept, nobodys(session, gone)


def _signs(
    salt: bytes, delivery: Delivery, group: str, own: Collection[str]
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return by what a delivery is known again, and by which people: bytes, words and name; who wrote, or is served.

    Of mail by us that is whoever it goes to, or wrote what we forwarded; of mail by others its author alone, since the
    rest of it is theirs.
    """
    if delivery.ignored:
        return (), ()
    raw = tombstone(salt, tombstones.RAW, group.encode(), delivery.raw_digest)
    parsed = delivery.parsed
    if parsed is None:
        return (raw,), ()
    itself = [raw, tombstone(salt, tombstones.MESSAGE, message_key(group, parsed))]
    named = header_key(group, parsed.header_id) if delivery.outgoing else None
    if named:
        itself.append(tombstone(salt, tombstones.SENT, named))
    people = [parsed.author.address]
    if delivery.outgoing or parsed.author.address in own:
        people += [one.address for one in (*parsed.to, *parsed.cc)]
        people += [parsed.original.author.address] if parsed.original is not None else []
    met = (tombstone(salt, tombstones.ADDRESS, group.encode(), one.encode()) for one in dict.fromkeys(people) if one)
    return tuple(itself), tuple(met)


def nobodys(session: Session, digests: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return those of these digests whose bytes nobody needs: another tenant may have got the very same mail."""
    raws, messages, outbox = table(Raw), table(Message), table(Outbox)
    needed: set[bytes] = set()
    for some in chunks(digests):
        for rows, number in ((raws, raws.c.message_id), (outbox, outbox.c.id)):
            kept = (
                select(rows.c.digest)
                .join(messages, messages.c.id == number)
                .where(rows.c.digest.in_(some), messages.c.erased_at.is_(None))
            )
            needed.update(session.connection().execute(kept).scalars())
    return tuple(digest for digest in digests if digest not in needed)

"""What speaks for a message belonging to another, and what a message shows to the rules that ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.people import forwarded_for, of_ours
from storage.kinds import Automatic, Evidence
from storage.models import Mailbox, Message, MessageText
from storage.models.statements import Lookup, some_values
from storage.rules.gist import gist_of
from storage.rules.threading import Subject, Told, asks_on_list, group_key, subject_of

STRENGTH: Final = {
    Evidence.SIGNED: 0,
    Evidence.REFERENCE: 1,
    Evidence.QUOTED: 2,
    Evidence.SUBJECT: 3,
}

Weight = tuple[float, float, float, bytes]
"""Compared within one kind of evidence, the greater one is stronger; the key at its end makes every tie the same
whatever came first."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two messages that belong together, or that look alike from a stranger when `linked`.

    Attributes:
        child: the message that cites, quotes or answers.
        parent: the one that is cited, quoted or answered; a negative number is a conversation that was named.
        weight: of several parents that are quoted, or of that subject, only the heaviest one counts.
    """

    child: int
    parent: int
    evidence: Evidence
    weight: Weight = (0.0, 0.0, 0.0, b"")
    linked: bool = False

    @property
    def rank(self) -> tuple[bool, int, Weight]:
        """What the strongest piece of evidence is the greatest by."""
        return (not self.linked, -STRENGTH[self.evidence], self.weight)


@dataclass(frozen=True, slots=True)
class Shown:
    """What any message, of the batch or of the store, shows to the two weaker rules.

    Attributes:
        key: of the message, see `storage.models.Message`.
        subject_key: digest of its bare subject within its group; `None` when nothing is left of it.
        asks: it answers by its subject and cites nothing, so that the subject may tell where it belongs.
    """

    number: int
    key: bytes
    told: Told
    subject_key: bytes | None
    asks: bool


@dataclass(frozen=True, slots=True)
class Traits:
    """What a new message shows, with its fingerprints: kept beside it, for mail that comes later.

    Attributes:
        prints: fingerprints of its own words.
        quoted: fingerprints of what it quotes; empty when it cites something, which tells more.
    """

    shown: Shown
    prints: tuple[int, ...]
    quoted: tuple[int, ...]


def traits_of(message: Incoming) -> Traits:
    """Return what a new message shows to the rules of quotation and subject."""
    parsed = message.parsed
    subject, group = subject_of(parsed.subject), message.mailbox.group
    # Machines may quote, and answer nobody.
    orphan = not message.cited and parsed.automatic in {Automatic.NO, Automatic.LIST, Automatic.REPLY}
    salt = _salt(group)
    gist = parsed.gist or gist_of(parsed)
    quoted = tuple(one ^ salt for one in gist.quoted_prints) if orphan else ()
    original = forwarded_for(message)
    recipients = frozenset(one.address for one in (*parsed.to, *parsed.cc))
    told = _told(
        dated_at=parsed.dated_at or message.arrived_at,
        subject=subject,
        author=parsed.author.address,
        recipients=recipients,
        original=original.address if original else "",
        automatic=parsed.automatic,
        own=message.own,
    )
    shown = Shown(
        number=message.message_id,
        key=message.key,
        told=told,
        subject_key=group_key(group, subject.bare.encode()) if subject.bare else None,
        asks=orphan and (subject.answers or bool(quoted) or asks_on_list(told)),
    )
    return Traits(shown=shown, prints=tuple(one ^ salt for one in gist.prints), quoted=quoted)


def shown_of(session: Session, numbers: Iterable[int], own: Mapping[str, frozenset[str]]) -> dict[int, Shown]:
    """Return what messages of the store show.

    Args:
        session: of any transaction.
        numbers: the messages.
        own: our own addresses by mailbox group.
    """
    return {
        row.message_id: _shown(row, own.get(row.mailbox_group, frozenset()))
        for row in _SHOWN(session.connection(), numbers)
    }


def _showing() -> Any:
    texts, messages, mailboxes = table(MessageText), table(Message), table(Mailbox)
    source = texts.join(messages, messages.c.id == texts.c.message_id)
    return (
        select(
            texts.c.message_id,
            texts.c.subject,
            texts.c.from_address,
            texts.c.dated_at,
            texts.c.details,
            messages.c.arrived_at,
            messages.c.automatic,
            messages.c.key,
            mailboxes.c.mailbox_group,
        )
        .select_from(source.join(mailboxes, mailboxes.c.id == messages.c.mailbox_id))
        .where(texts.c.message_id.in_(some_values()))
    )


_SHOWN: Final = Lookup(_showing)


def _shown(row: Row[*tuple[Any, ...]], own: frozenset[str]) -> Shown:
    subject = subject_of(row.subject)
    original = row.details.get("original")
    ours = original is not None and original[1] and of_ours(row.from_address, own)
    return Shown(
        number=row.message_id,
        key=row.key,
        told=_told(
            dated_at=row.dated_at or row.arrived_at,
            subject=subject,
            author=row.from_address,
            recipients=frozenset(address for _, address in (*row.details["to"], *row.details["cc"])),
            original=original[1] if ours else "",
            automatic=row.automatic,
            own=own,
        ),
        subject_key=group_key(row.mailbox_group, subject.bare.encode()) if subject.bare else None,
        asks=False,
    )


def _told(
    *,
    dated_at: datetime,
    subject: Subject,
    author: str,
    recipients: frozenset[str],
    original: str,
    automatic: Automatic,
    own: frozenset[str],
) -> Told:
    return Told(
        dated_at=dated_at,
        subject=subject,
        sender="" if author in own else author,
        people=(recipients | {author, original}) - own - {""},
        lists=_lists(recipients, subject, automatic, own),
    )


def _lists(recipients: frozenset[str], subject: Subject, automatic: Automatic, own: frozenset[str]) -> frozenset[str]:
    """Return the mailing lists that a message went to: by its headers, or by the tag before its subject.

    A tag says nothing on mail that was sent to us: mail gateways put theirs before every subject.
    """
    if automatic is Automatic.LIST:
        return recipients - own
    return frozenset() if recipients & own else subject.tags


@lru_cache(64)
def _salt(group: str) -> int:
    """Return what makes the same words in another tenant other fingerprints."""
    return int.from_bytes(sha256(group.encode()).digest()[:8]) >> 1

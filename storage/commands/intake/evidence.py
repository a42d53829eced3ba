"""What speaks for a message belonging to another: looked up for a whole batch at once, in both directions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.intake.deliveries import Incoming
from storage.kinds import Automatic, Evidence
from storage.models import Cited, Mailbox, Message, MessageText, Print, QuotedPrint, SubjectKey
from storage.rules.threading import (
    SUBJECT_WINDOW,
    Subject,
    Told,
    group_key,
    prints_of,
    quoted_prints_of,
    quotes_enough,
    subject_of,
    takes_part,
    within_window,
)

STRENGTH: Final = (Evidence.SIGNED, Evidence.REFERENCE, Evidence.QUOTED, Evidence.SUBJECT)

_NOTHING: Final = (None, datetime(1970, 1, 1, tzinfo=UTC))
_SAME_SUBJECT: Final = 1e12  # more than any moment weighs

_TWINS_AT_MOST = 200
"""Messages of one subject that a reply without headers is held against: the newest before it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two messages that belong together, or that look alike from a stranger when `linked`.

    Attributes:
        child: the message that cites, quotes or answers.
        parent: the one that is cited, quoted or answered.
        weight: of several parents that are quoted, or of that subject, only the heaviest one counts.
    """

    child: int
    parent: int
    evidence: Evidence
    weight: float = 0.0
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Traits:
    """What a message shows to the two weaker rules: kept beside it, for mail that comes later.

    Attributes:
        orphan: it cites nothing, so only its words can tell where it belongs.
        subject_key: digest of its bare subject; `None` when nothing is left of it.
    """

    orphan: bool
    told: Told
    subject_key: bytes | None
    prints: tuple[int, ...]
    quoted: tuple[int, ...]


def traits_of(message: Incoming) -> Traits:
    """Return what a message shows to the rules of quotation and subject."""
    parsed = message.parsed
    subject = subject_of(parsed.subject)
    if parsed.quoted_text and not subject.answers:  # some programs put no prefix before the subject of an answer
        subject = replace(subject, answers=True)
    orphan = not message.cited and parsed.automatic in {Automatic.NO, Automatic.LIST, Automatic.REPLY}
    recipients = frozenset(one.address for one in (*parsed.to, *parsed.cc))
    told = Told(
        dated_at=parsed.dated_at or message.arrived_at,
        subject=subject,
        sender="" if parsed.author.address in message.own else parsed.author.address,
        people=message.people,
        lists=_lists(recipients, subject, parsed.automatic, message.own),
    )
    return Traits(
        orphan=orphan,
        told=told,
        subject_key=group_key(message.mailbox.group, subject.bare.encode()) if subject.bare else None,
        prints=prints_of(parsed.reply_text),
        quoted=quoted_prints_of(parsed.quoted_text) if orphan and parsed.quoted_text else (),
    )


def gather(session: Session, messages: Sequence[Incoming], traits: Mapping[int, Traits]) -> list[Edge]:
    """Return all evidence that ties the messages of a batch to each other and to those the desk has."""
    return [
        *_references(session, messages),
        *_quotations(session, traits),
        *_subjects(session, messages, traits),
    ]


def _references(session: Session, messages: Sequence[Incoming]) -> Iterable[Edge]:
    """Follow the Message-IDs: of the batch's citations, and of earlier mail that cites the batch.

    A Message-ID that two different messages bear says nothing about either.
    """
    connection = session.connection()
    bearing, citing = table(Message), table(Cited)
    wanted = {one for message in messages for one in message.cited}
    own = {message.header_key for message in messages if message.header_key}
    bearers: defaultdict[bytes, list[int]] = defaultdict(list)
    for some in chunks(wanted | own):
        found = select(bearing.c.header_key, bearing.c.id).where(bearing.c.header_key.in_(some))
        for row in connection.execute(found):
            bearers[row.header_key].append(row.id)
    for message in messages:
        if message.header_key:
            bearers[message.header_key].append(message.message_id)
    for message in messages:
        for one in message.cited:
            if len(bearers.get(one, ())) == 1 and bearers[one][0] != message.message_id:
                yield Edge(message.message_id, bearers[one][0], Evidence.REFERENCE)
    for some in chunks(one for one in own if len(bearers[one]) == 1):
        found = select(citing.c.header_key, citing.c.message_id).where(citing.c.header_key.in_(some))
        for row in connection.execute(found):
            yield Edge(row.message_id, bearers[row.header_key][0], Evidence.REFERENCE)


def _quotations(session: Session, traits: Mapping[int, Traits]) -> Iterable[Edge]:
    """Find what the batch's orphans quote, and earlier orphans that quote the batch."""
    kept: dict[int, tuple[int, ...]] = {number: one.prints for number, one in traits.items() if one.prints}
    quoted: dict[int, tuple[int, ...]] = {number: one.quoted for number, one in traits.items() if one.quoted}
    shared: Counter[tuple[int, int]] = Counter()
    if quoted:
        shared.update(_holders(session, Print, quoted))
        by_print = _by_print(kept)
        for number, prints in quoted.items():
            shared.update((number, holder) for one in prints for holder in by_print.get(one, ()) if holder != number)
    if kept:
        shared.update((holder, number) for number, holder in _holders(session, QuotedPrint, kept))
    sizes = Counter({number: len(prints) for number, prints in kept.items()})
    prints_kept = table(Print)
    for some in chunks({parent for _, parent in shared} - kept.keys()):
        found = select(prints_kept.c.message_id).where(prints_kept.c.message_id.in_(some))
        sizes.update(session.connection().execute(found).scalars())
    quotes = [
        (child, parent)
        for (child, parent), count in shared.items()
        if child != parent and quotes_enough(shared=count, kept=sizes[parent])
    ]
    shown = _shown(session, {number for pair in quotes for number in pair}, traits)
    for child, parent in quotes:
        # An answer quotes its parent, which quotes its own: the newest one of the same subject is the parent.
        (about, _), (same, dated_at) = shown.get(child, _NOTHING), shown.get(parent, _NOTHING)
        weight = dated_at.timestamp() + (_SAME_SUBJECT if about == same else 0)
        yield Edge(child, parent, Evidence.QUOTED, weight)


def _shown(
    session: Session, numbers: Iterable[int], traits: Mapping[int, Traits]
) -> dict[int, tuple[bytes | None, datetime]]:
    """Return the subject and date that these messages show, of the batch or of the store."""
    shown = {number: (one.subject_key, one.told.dated_at) for number, one in traits.items()}
    kept = table(SubjectKey)
    for some in chunks(set(numbers) - shown.keys()):
        found = select(kept.c.message_id, kept.c.key, kept.c.dated_at).where(kept.c.message_id.in_(some))
        for row in session.connection().execute(found):
            shown[row.message_id] = (row.key, row.dated_at)
    return shown


def _by_print(prints: Mapping[int, tuple[int, ...]]) -> dict[int, list[int]]:
    turned: defaultdict[int, list[int]] = defaultdict(list)
    for number, some in prints.items():
        for one in some:
            turned[one].append(number)
    return turned


def _holders(
    session: Session, model: type[Print | QuotedPrint], prints: Mapping[int, tuple[int, ...]]
) -> Iterable[tuple[int, int]]:
    """Yield (number, message) for every print of `prints[number]` that the store keeps of another message."""
    kept = table(model)
    turned = _by_print(prints)
    for some in chunks(turned):
        for row in session.connection().execute(select(kept.c.print, kept.c.message_id).where(kept.c.print.in_(some))):
            for number in turned[row.print]:
                yield number, row.message_id


def _subjects(session: Session, messages: Sequence[Incoming], traits: Mapping[int, Traits]) -> Iterable[Edge]:
    """Hold orphans that answer by their subject against the mail of that subject, whichever of the two came first."""
    keys = {one.subject_key for one in traits.values() if one.subject_key}
    groups = {message.message_id: message.mailbox.group for message in messages}
    own = {message.mailbox.group: message.own for message in messages}
    candidates: defaultdict[bytes, dict[int, tuple[bool, Told]]] = defaultdict(dict)
    for number, one in traits.items():
        if one.subject_key:
            candidates[one.subject_key][number] = (one.orphan and one.told.subject.answers, one.told)
    asked = [key for key in keys if key]
    orphans = {one.subject_key for one in traits.values() if one.orphan and one.told.subject.answers}
    for key, number, orphan, told in _kept_subjects(session, asked, traits, orphans, own):
        candidates[key].setdefault(number, (orphan, told))
    for alike in candidates.values():
        fresh = [number for number in alike if number in groups]
        for child, (orphan, told) in alike.items():
            if not orphan:
                continue
            for parent in alike if child in groups else fresh:
                other = alike[parent][1]
                if parent != child and within_window(told, other) and (told.dated_at, child) > (other.dated_at, parent):
                    linked = not takes_part(told, other)
                    yield Edge(child, parent, Evidence.SUBJECT, other.dated_at.timestamp(), linked)


def _kept_subjects(
    session: Session,
    keys: Sequence[bytes],
    traits: Mapping[int, Traits],
    orphan_keys: set[bytes | None],
    own: Mapping[str, frozenset[str]],
) -> Iterable[tuple[bytes, int, bool, Told]]:
    """Yield what the store keeps of messages with these subjects, near in time to the batch."""
    if not keys:
        return
    times = [one.told.dated_at for one in traits.values()]
    subjects, texts, messages, mailboxes = table(SubjectKey), table(MessageText), table(Message), table(Mailbox)
    columns = (
        subjects.c.key,
        subjects.c.message_id,
        subjects.c.orphan,
        subjects.c.dated_at,
        texts.c.subject,
        texts.c.from_address,
        texts.c.details,
        messages.c.automatic,
        mailboxes.c.mailbox_group,
    )
    source = (
        subjects.join(texts, texts.c.message_id == subjects.c.message_id)
        .join(messages, messages.c.id == subjects.c.message_id)
        .join(mailboxes, mailboxes.c.id == messages.c.mailbox_id)
    )
    for key in sorted(keys):
        found = (
            select(*columns)
            .select_from(source)
            .where(
                subjects.c.key == key,
                subjects.c.dated_at.between(min(times) - SUBJECT_WINDOW, max(times) + SUBJECT_WINDOW),
            )
            .order_by(subjects.c.dated_at.desc())
            .limit(_TWINS_AT_MOST)
        )
        if key not in orphan_keys:  # nothing here can be a child, so only orphans matter
            found = found.where(subjects.c.orphan)
        for row in session.connection().execute(found):
            yield key, row.message_id, row.orphan, _told(row, own.get(row.mailbox_group, frozenset()))


def _lists(recipients: frozenset[str], subject: Subject, automatic: Automatic, own: frozenset[str]) -> frozenset[str]:
    """Return the mailing lists that a message went to: by its headers, or by the tag before its subject.

    A tag says nothing on mail that was sent to us: mail gateways put theirs before every subject.
    """
    if automatic is Automatic.LIST:
        return recipients - own
    return frozenset() if recipients & own else subject.tags


def _told(row: Row[*tuple[Any, ...]], own: frozenset[str]) -> Told:
    recipients = frozenset(address for _, address in (*row.details["to"], *row.details["cc"]))
    subject = replace(subject_of(row.subject), answers=row.orphan)
    return Told(
        dated_at=row.dated_at,
        subject=subject,
        sender="" if row.from_address in own else row.from_address,
        people=(recipients | {row.from_address}) - own,
        lists=_lists(recipients, subject, row.automatic, own),
    )

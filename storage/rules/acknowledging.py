"""Whether a message may be answered by itself, to whom, and under which subject (RFC 3834, DOMAIN §9); pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from storage.kinds import Automatic, Special
from storage.kinds.clean import folded
from storage.rules.threading import subject_of

CEILING: Final = 4
"""Automatic answers that one customer gets in a day at most, whatever the subjects.

RFC 3834 §2 asks only that the same answer is not given again for some days. A machine that answers everything, sets no
field of the RFC and changes its subject each time is stopped by nothing but a count.
"""

MOST: Final = 60
"""Automatic answers that a mailbox gives in an hour at most, unless it is told otherwise.

Whoever forges a sender for each mail meets no count of a customer's, and has the desk write to whom they like.
"""

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

LATE: Final = timedelta(days=1)
"""How old mail may be: an acknowledgement of what came three days ago, when the desk was off, tells nobody anything."""

PREFIX: Final = "Auto: "
"""What stands before the subject of an automatic answer, with its space (RFC 3834 §3.1.5)."""

Reason = Literal[
    "history",
    "imported",
    "handled",
    "put_away",
    "late",
    "machine",
    "auto_submitted",
    "suppressed",
    "precedence",
    "list",
    "report",
    "spam",
    "nobody",
    "own",
    "not_addressed",
    "answered",
    "subject",
    "ceiling",
    "flood",
    "model",
]
"""Why a message is not answered by itself."""

_COMMENT = re.compile(r"\([^()]*\)")
_MACHINE = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|listserv|majordomo|owner-.*|.*-(?:request|owner|bounces?)"
    r"|bounces?(?:[+\-=].*)?|(?:no|do[-_.]?not|nao)[-_.]?(?:reply|responda|responder)(?:[+\-_.].*)?)"
)
_AUTO = re.compile(r"\s*auto:\s*", re.IGNORECASE)
_SUPPRESSED: Final = frozenset({"all", "dr", "autoreply", "oof"})
_SPAM: Final = ("x-spam-flag", "x-spam-status", "x-spam")
_ANSWERS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that came in, as far as it tells who or what wrote it.

    Attributes:
        author: the address of From, in lower case.
        return_path: the address of Return-Path in lower case; empty for ``<>``, `None` when there is no such field.
        named: the addresses of To, Cc, Bcc and their Resent fields, in lower case.
        header: the values of every field, decoded, by its name in lower case.
        automatic: what the parser takes it for.
        specials: the parts that are named for what they are.
    """

    author: str
    return_path: str | None
    named: Collection[str]
    header: Mapping[str, Sequence[str]]
    automatic: Automatic = Automatic.NO
    specials: Collection[Special] = ()


def destination(letter: Letter) -> str:
    """Return the one address that an answer goes to; empty where there is none.

    That is the Return-Path (RFC 3834 §4). Where a server lays mail down without it, it is From, which §4 leaves to a
    service responder, as a desk is one; Reply-To never, which whoever abuses a desk sets as he likes.
    """
    return letter.author if letter.return_path is None else letter.return_path


def refusal(  # noqa: C901 - a list of rules, the field of the RFC first
    letter: Letter, *, own: Collection[str], ours: Collection[str]
) -> Reason | None:
    """Return why a message must not be answered by itself; `None` when it may be.

    RFC 3834 §2 names a value of Auto-Submitted other than ``no``, an empty return path, and a recipient whose own
    address is in none of the recipient fields as reasons. It lets a responder refuse Precedence, List fields and
    the addresses of machines (``owner-*``, ``*-request``, MAILER-DAEMON): this one does. It does not name addresses
    that take no answers (``no-reply``) nor the X fields: the first reach nobody, the others are what programs
    older than the RFC say, what Exchange asks for ([MS-OXCMAIL] §2.2.3.2.14), and how a filter marks spam, which is
    mostly sent in the name of somebody else, who would get the answer.

    Args:
        letter: the message.
        own: every address of the desk's own, of whichever group, in lower case: two of our mailboxes never talk.
        ours: those that customers of this mailbox write to.
    """
    header = letter.header
    if any(_bare(value) != "no" for value in header.get("auto-submitted", ())):
        return "auto_submitted"
    if letter.automatic is Automatic.BOUNCE or Special.DELIVERY_REPORT in letter.specials or _is_report(header):
        return "report"
    if any(words in _SUPPRESSED for value in header.get("x-auto-response-suppress", ()) for words in _words(value)):
        return "suppressed"
    if any(_bare(value).startswith("yes") for name in _SPAM for value in header.get(name, ())):
        return "spam"
    if any(name in header for name in _ANSWERS):
        return "machine"
    if any(_bare(value) in {"bulk", "junk", "list", "auto_reply"} for value in header.get("precedence", ())):
        return "precedence"
    if any(name.startswith("list-") or name == "mailing-list" for name in header):
        return "list"
    if letter.automatic is not Automatic.NO:
        return "machine"
    to = destination(letter)
    if not to or "@" not in to or not letter.author:
        return "nobody"
    if is_machine(to) or is_machine(letter.author):
        return "machine"
    plain = {_plain(one) for one in own}
    if _plain(to) in plain or _plain(letter.author) in plain:
        return "own"
    if {_plain(one) for one in letter.named}.isdisjoint(_plain(one) for one in ours):
        return "not_addressed"
    return None


def unfit(
    *, history: bool, imported: bool, handled: bool, put_away: bool, arrived_at: datetime, now: datetime
) -> Reason | None:
    """Return why the record bars an answer to a message that came in; `None` when it does not.

    Args:
        history: it came before its mailbox was live.
        imported: it came out of a file.
        handled: it asks for nothing any more: a rule made it quiet, or somebody dealt with it.
        put_away: its conversation is spam or in the trash.
        arrived_at: of the message.
        now: the present.
    """
    if history:
        return "history"
    if imported:
        return "imported"
    if handled:
        return "handled"
    if put_away:
        return "put_away"
    return "late" if now - arrived_at > LATE else None


def is_machine(address: str) -> bool:
    """Say whether an address is one behind which no person reads (RFC 3834 §2), by the part before its @."""
    return _MACHINE.fullmatch(address.rpartition("@")[0].lower()) is not None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An automatic answer that a customer got, or that is on its way."""

    queued_at: datetime
    subject: str


def since(arrived_at: datetime, *, every: timedelta) -> datetime:
    """Return from when on earlier answers count for a message that arrived then."""
    return arrived_at - max(every, DAY)


def enough(subject: str, earlier: Collection[Earlier], *, arrived_at: datetime, every: timedelta) -> Reason | None:
    """Return why a customer gets no further automatic answer; `None` when they may.

    The times are told from the arrival of the message and not from now: what was refused stays refused, however
    late it is looked at again.

    Args:
        subject: of the message.
        earlier: what the customer got, by any process, with and without success.
        arrived_at: of the message; never after now.
        every: how long one subject gets no second answer.
    """
    asked = key_of(subject)
    if any(one.queued_at > arrived_at - every and key_of(one.subject) == asked for one in earlier):
        return "subject"
    if sum(one.queued_at > arrived_at - DAY for one in earlier) >= CEILING:
        return "ceiling"
    return None


def key_of(subject: str) -> str:
    """Return by what a subject is told from others: without prefixes of answers, ours among them."""
    bare = subject
    for _ in range(20):
        before, bare = bare, subject_of(_AUTO.sub("", bare, count=1) if _AUTO.match(bare) else bare).bare
        if bare == before:
            break
    return folded(bare)


def subject_for(subject: str) -> str:
    """Return the subject of the answer: the prefix once, however often the message has it (RFC 3834 §3.1.5)."""
    rest = subject.strip()
    while found := _AUTO.match(rest):
        rest = rest[found.end() :]
    return f"{PREFIX}{rest}"


def _bare(value: str) -> str:
    """Return the word of a field without comments and parameters (RFC 3834 §5)."""
    return _COMMENT.sub("", value).partition(";")[0].strip().lower()


def _words(value: str) -> list[str]:
    return [word.strip().lower() for word in _COMMENT.sub("", value).split(",")]


def _is_report(header: Mapping[str, Sequence[str]]) -> bool:
    kinds = [_bare(value) for value in header.get("content-type", ())]
    return "x-failed-recipients" in header or any(
        one in {"multipart/report", "message/delivery-status", "message/disposition-notification"} for one in kinds
    )


def _plain(address: str) -> str:
    """Return an address in lower case without what stands behind a + (RFC 5233): the same mailbox."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"

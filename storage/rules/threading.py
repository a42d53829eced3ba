"""Which messages belong together, by the words and headers of the messages alone (DESIGN §4, *Threading*).

Every piece of evidence holds between two messages, whatever came first and whatever else is there; a
conversation is what the evidence connects. That is why the order of arrival changes no thread.
"""

import hmac
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Final

from storage.kinds.clean import folded, folded_words
from storage.kinds.mail import Parsed

SUBJECT_WINDOW: Final = timedelta(days=30)
"""How long after a message a reply without headers may come and still be known by its subject."""

TWINS_AT_MOST: Final = 200
"""Messages of one subject that a reply without headers is held against: the newest before it, as dated."""

PRINTS_KEPT: Final = 10
"""Fingerprints kept of a message's own words."""

QUOTED_PRINTS_KEPT: Final = 400
"""Fingerprints looked up of what a message quotes."""

_DRAWN_LINE = re.compile(r"^[ \t]*[-_=*]{20,}[ \t]*$", re.MULTILINE)
_FOOTER_AT_MOST = 800  # characters
_CLOCKS_DIFFER = timedelta(days=2)
_DISTINCTIVE_WORDS = 3
_SHINGLE = 5  # words in a fingerprint: shorter ones are common phrases, longer ones break at a changed word
_READ = 5_000  # words of a text
_SHARED_AT_LEAST = 3
_NUMBERED = re.compile(r"\d")
_WORD = re.compile(r"\w+")
_PREFIX = re.compile(
    r"""^\s*
    (?: re | res | resp | rv | rif | r | aw | antw | antwort | sv | vs | ref | odp | ynt | atb | vá | tr
      | fwd | fw | fyi | enc | encaminhada | reenv | wg | i | doorst | pd | trs
      | 回复 | 答复 | 转发 | отв | на | fwd\.? )
    \s*(?:[\[(]\d{1,3}[\])]|\^\d{1,3}|\*\d{1,3})?\s*[:\uff1a]\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_TAG = re.compile(r"^\s*\[[^\]\n]{1,40}\]\s*")
_FORWARDS = re.compile(r"^\s*(?:fwd?|enc|encaminhada|reenv|wg|tr|doorst|pd|i|转发)\s*:", re.IGNORECASE)


def cited_by(parsed: Parsed) -> list[str]:
    """Return the Message-IDs that a message answers, the nearest first: In-Reply-To, then References backwards.

    An address is no Message-ID: some programs write ``Message from Ana <ana@acme.example> of Monday <id>``, and
    all answers to one person would be one conversation.
    """
    people = {one.address for one in (parsed.author, *parsed.to, *parsed.cc, *parsed.reply_to)}
    direct = [one for one in parsed.in_reply_to if one.lower() not in people]
    if len(direct) > 1:
        direct = [one for one in direct if _NUMBERED.search(one.partition("@")[0])] or direct
    cited = (*direct, *reversed(parsed.references))
    return [one for one in dict.fromkeys(cited) if one and one != parsed.header_id and one.lower() not in people]


def group_key(group: str, *parts: bytes) -> bytes:
    """Return a digest of parts within a mailbox group: the same words in another tenant are another key."""
    measured = [len(part).to_bytes(8) + part for part in parts]
    return sha256(b"".join((len(group).to_bytes(4), group.encode(), *measured))).digest()[:20]


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject line without its prefixes.

    Attributes:
        bare: folded, prefixes and list tags gone; empty when nothing is left.
        answers: a reply prefix stood before it.
        tags: what stood in square brackets before it, folded: the mark of a mailing list.
    """

    bare: str
    answers: bool
    tags: frozenset[str] = frozenset()


@lru_cache(1024)  # a conversation has one
def subject_of(line: str) -> Subject:
    """Return what a subject line is about, and whether it says that it answers something."""
    rest, answers, tags = line, False, set()
    for _ in range(20):
        if found := _PREFIX.match(rest):
            answers = answers or not _FORWARDS.match(rest[found.start() :].lstrip())
        elif found := _TAG.match(rest):
            tags.add(folded(found[0]).strip())
        else:
            break
        rest = rest[found.end() :]
    return Subject(" ".join(folded(rest).split()), answers, frozenset(tags))


def prints_of(text: str) -> tuple[int, ...]:
    """Return a few fingerprints of a text: the smallest digests of its runs of five words.

    The smallest ones are the same choice in a quotation of the text, wherever its lines were broken
    (Broder, "On the resemblance and containment of documents", 1997).
    """
    return _prints(_without_footer(text), most=PRINTS_KEPT)


def _without_footer(text: str) -> str:
    """Leave out what lists and gateways put under every message, below a drawn line."""
    line = _DRAWN_LINE.search(text, max(0, len(text) - _FOOTER_AT_MOST))
    return text[: line.start()] if line else text


def quoted_prints_of(quoted: str) -> tuple[int, ...]:
    """Return the fingerprints of quoted text, to be held against those kept of other messages."""
    return _prints(quoted, most=QUOTED_PRINTS_KEPT)


_FRESH = blake2b(digest_size=8)  # copied for each run, which costs less than making one


def _prints(text: str, *, most: int) -> tuple[int, ...]:
    """Return the smallest fingerprints of the first words, each the upper 63 bits of the digest of a run of words."""
    words = folded_words(text)
    if words is None:
        words = [word.encode() for word in _WORD.findall(folded(text))]
    del words[_READ:]
    # Digests are spread evenly: the smallest are nearly always among those below three times their share.
    enough = 3 * most / max(1, len(words) - _SHINGLE + 1)
    smallest = _smallest(words, most, b"\xff" * 9 if enough >= 1 else int(enough * 2**64).to_bytes(8))
    if len(smallest) < most and enough < 1:
        smallest = _smallest(words, most, b"\xff" * 9)
    return smallest


def _smallest(words: list[bytes], most: int, below: bytes) -> tuple[int, ...]:
    """Return the smallest fingerprints of runs of words, of the digests that are below a bound."""
    digests = []
    for run in map(b" ".join, zip(*(words[place:] for place in range(_SHINGLE)), strict=False)):
        digest = _FRESH.copy()
        digest.update(run)
        one = digest.digest()
        if one < below:
            digests.append(one)
    digests.sort()
    return tuple(dict.fromkeys([int.from_bytes(one) >> 1 for one in digests]))[:most]


def quotes_enough(*, shared: int, kept: int) -> bool:
    """Say whether a message that shares fingerprints with another quotes it.

    Args:
        shared: fingerprints of the other that stand in the quotation.
        kept: fingerprints kept of the other; a short message has few.
    """
    return shared >= _SHARED_AT_LEAST and shared * 3 >= kept


@dataclass(frozen=True, slots=True)
class Told:
    """What the last rule needs of a message: when, from whom, to whom, about what.

    Attributes:
        people: author and recipients, folded addresses, our own ones left out.
        sender: the author's address; empty when it is one of ours.
        lists: the addresses of mailing lists it went to: whoever writes to a list takes part in it.
    """

    dated_at: datetime
    subject: Subject
    sender: str
    people: frozenset[str]
    lists: frozenset[str]


def takes_part(child: Told, parent: Told) -> bool:
    """Say whether the author of `child` takes part in `parent`: wrote it, or was written to.

    For an answer of ours that is so when it goes to somebody who takes part.
    """
    if child.lists & parent.lists:
        return True
    if child.sender:
        return child.sender in parent.people
    return bool(child.people & parent.people)


def may_quote(child: Told, parent: Told) -> bool:
    """Say whether `child` can quote `parent`: what came days later it cannot have seen, whatever the clocks say."""
    return child.dated_at - parent.dated_at >= -_CLOCKS_DIFFER


def answers_by_subject(child: Told, parent: Told, *, quotes: bool) -> bool:
    """Say whether `child`, of the same subject, shows that it answers something and not that it begins anew.

    A reply prefix does, or a quotation; on a mailing list also a subject of some words that somebody else began.
    """
    if child.subject.answers or quotes:
        return True
    return bool(child.lists & parent.lists) and child.sender != parent.sender and asks_on_list(child)


def asks_on_list(child: Told) -> bool:
    """Say whether the subject of a message to a mailing list is distinctive enough to tell what it answers."""
    return bool(child.lists) and len(child.subject.bare.split()) >= _DISTINCTIVE_WORDS


def within_window(child: Told, parent: Told) -> bool:
    """Say whether `child` came after `parent`, soon enough to be known by its subject."""
    return timedelta(0) <= child.dated_at - parent.dated_at <= SUBJECT_WINDOW


def strangers(messages: Iterable[tuple[int | None, Collection[int]]]) -> list[bool]:
    """Say of each message of a conversation whether its author was a stranger to it: such a one is marked.

    Args:
        messages: (author, everybody named) of each, in the order of arrival; the author is `None` for us.

    Returns:
        A mark per message. Whom a stranger names takes no part by that; whom one of us writes to does.
    """
    known: set[int] = set()
    marks = []
    for place, (author, named) in enumerate(messages):
        stranger = place > 0 and author is not None and author not in known
        marks.append(stranger)
        if not stranger:
            known.update(named)
    return marks


def own_message_id(key: bytes, *, conversation_id: int, unique: str, domain: str) -> str:
    """Return a signed Message-ID, without brackets, by which an answer finds its conversation again.

    Args:
        key: the desk's signing key.
        conversation_id: the conversation that the message leaves from.
        unique: letters and digits that no other message has.
        domain: of the mailbox.
    """
    return f"p.{conversation_id}.{unique}.{_signature(key, conversation_id, unique)}@{domain}"


def signed_conversation(key: bytes, header_id: str) -> int | None:
    """Return the conversation that a Message-ID of ours names, `None` when it is not of ours or was altered."""
    found = re.fullmatch(r"p\.(\d{1,18})\.([a-z0-9]{1,40})\.([0-9a-f]{20})@[^@\s]{1,255}", header_id)
    if not found:
        return None
    conversation_id, unique, signature = int(found[1]), found[2], found[3]
    return conversation_id if hmac.compare_digest(_signature(key, conversation_id, unique), signature) else None


def _signature(key: bytes, conversation_id: int, unique: str) -> str:
    return hmac.new(key, f"{conversation_id}.{unique}".encode(), sha256).hexdigest()[:20]

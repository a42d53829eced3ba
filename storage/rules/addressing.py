"""To whom an answer goes by default, and what its subject is; pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from storage.kinds import DraftKind
from storage.kinds.mail import Correspondent, entries

_ANSWERS: Final = re.compile(r"\s*(?:re|res|aw|sv|antw|rv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_FORWARDS: Final = re.compile(r"\s*(?:fwd?|enc|rv|wg|tr)\s*:", re.IGNORECASE)
_IN_ANGLES: Final = re.compile(r"<([^<>]*)>\s*$")
_PLAIN: Final = re.compile(r"[\w .'+-]*")

Recipients = tuple[tuple[Correspondent, ...], tuple[Correspondent, ...]]
"""Those of To, and those of Cc."""


def recipients(
    kind: DraftKind,
    *,
    author: Correspondent,
    reply_to: Sequence[Correspondent],
    to: Sequence[Correspondent],
    cc: Sequence[Correspondent],
    own: Collection[str],
    strangers: Collection[str] = (),
) -> Recipients:
    """Return to whom an answer goes (RFC 5322 §3.6.3), nobody twice and never to ourselves.

    Args:
        kind: an answer to all, or to the sender alone; anything else goes to nobody by default.
        author, reply_to, to, cc: of the message that is answered. One of ours is answered to those it went to; where
            that is nobody but us, as from a form of our website, to who wants the answer.
        own: the desk's own addresses.
        strangers: addresses that wrote without having taken part: never recipients by default (DESIGN §4).
    """
    if kind not in {DraftKind.REPLY, DraftKind.REPLY_SENDER}:
        return (), ()
    ours = author.address in own
    first = tuple(to) if ours else tuple(reply_to) or (author,)
    if ours and not any(one.address not in own for one in (*to, *cc)):
        first = tuple(reply_to)
    elif author.address in strangers:
        first = (author,)  # where strangers want the answer is no better known than they are
    others = tuple(cc) if ours else (*to, *cc)
    seen = {*own, *strangers}
    if not ours and kind is DraftKind.REPLY_SENDER:
        seen -= {author.address} - set(own)  # asked for by name: R answers whoever wrote
        first = tuple(reply_to) or (author,)
    chosen = _new(first, seen)
    return chosen, (_new(others, seen) if kind is DraftKind.REPLY else ())


def written_to(address: str, aliases: Sequence[str], named: Collection[str]) -> str:
    """Return the address of a mailbox that a message was written to, which is the one that answers it.

    Args:
        address: the mailbox's own, which stands for them all where it is named beside others, or none is.
        aliases: its other ones.
        named: the addresses that the message names as its recipients, in lower case.
    """
    if address.lower() in named:
        return address
    return next((one for one in aliases if one.lower() in named), address)


def _new(people: Iterable[Correspondent], seen: set[str]) -> tuple[Correspondent, ...]:
    found = []
    for person in people:
        if person.address and person.address not in seen:
            seen.add(person.address)
            found.append(person)
    return tuple(found)


def subject_of(kind: DraftKind, subject: str) -> str:
    """Return the subject of an answer or a forward; one that says so already is left as it is."""
    subject = subject.strip()
    match kind:
        case DraftKind.REPLY | DraftKind.REPLY_SENDER:
            return subject if _ANSWERS.match(subject) else f"Re: {subject}".strip()
        case DraftKind.FORWARD:
            return subject if _FORWARDS.match(subject) else f"Fwd: {subject}".strip()
        case _:
            return ""


def entry_of(person: Correspondent) -> str:
    """Return somebody as a line of recipients has it: ``Ana Souza <ana@acme.example>``."""
    name = person.name.strip()
    if not name or name == person.address:
        return person.address
    if not _PLAIN.fullmatch(name):
        name = '"' + name.replace("\\", "").replace('"', "") + '"'
    return f"{name} <{person.address}>"


def line_of(people: Iterable[Correspondent]) -> str:
    """Return several as one line."""
    return ", ".join(entry_of(person) for person in people)


def quoted(text: str) -> str:
    """Return text as a quotation: ``> `` before each line, deeper quotations without a space (RFC 3676 §4.5)."""
    lines = text.strip("\n").split("\n")
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)


def people_in(line: str) -> tuple[Correspondent, ...]:
    """Return whom a line of recipients names, as it was typed; what is no address has none that can be sent to."""
    found = []
    for entry in entries(line):
        angles = _IN_ANGLES.search(entry)
        address = angles[1] if angles else entry
        name = entry[: angles.start()].strip() if angles else ""
        if len(name) > 1 and name[0] == name[-1] == '"':
            name = name[1:-1]
        found.append(Correspondent(name, address.strip().lower()))
    return tuple(found)

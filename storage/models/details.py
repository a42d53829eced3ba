"""What `MessageText.details` holds: written from a parsed message and read back, in this one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.kinds import Special
from storage.kinds.mail import Attachment, Correspondent, Original, Parsed
from storage.kinds.notices import Notice
from storage.kinds.notices import kept as kept_notice
from storage.kinds.notices import read_kept as read_notice


@dataclass(frozen=True, slots=True)
class Details:
    """What a list of messages does not need, and one message shown does; the fields are those of `Parsed`."""

    to: tuple[Correspondent, ...]
    cc: tuple[Correspondent, ...]
    reply_to: tuple[Correspondent, ...]
    attachments: tuple[Attachment, ...]
    original: Original | None
    specials: frozenset[Special]
    links: tuple[str, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    notices: tuple[Notice, ...] = ()
    list_id: str = ""


def details_of(parsed: Parsed) -> dict[str, Any]:
    """Return what `MessageText.details` keeps of a message: plain lists and texts, ready for JSON."""
    original = parsed.original
    return {
        "to": _pairs(parsed.to),
        "cc": _pairs(parsed.cc),
        "reply_to": _pairs(parsed.reply_to),
        "attachments": [
            [each.name, each.media_type, each.size, each.section, each.inline] for each in parsed.attachments
        ],
        "original": original and [original.author.name, original.author.address, original.subject, original.text],
        "specials": sorted(str(special) for special in parsed.specials),
        "links": list(parsed.links),
        "in_reply_to": list(parsed.in_reply_to),
        "references": list(parsed.references),
        "list_id": parsed.list_id,
        "notices": [kept_notice(notice) for notice in parsed.notices],
    }


def read_details(kept: Mapping[str, Any]) -> Details:
    """Return the shape of what `details_of` gave; what an older row lacks is empty."""
    original = kept.get("original")
    return Details(
        to=correspondents(kept, "to"),
        cc=correspondents(kept, "cc"),
        reply_to=correspondents(kept, "reply_to"),
        attachments=attachments(kept),
        original=original and Original(Correspondent(original[0], original[1]), original[2], original[3]),
        specials=frozenset(Special(word) for word in kept.get("specials", ())),
        links=tuple(kept.get("links", ())),
        in_reply_to=tuple(kept.get("in_reply_to", ())),
        references=tuple(kept.get("references", ())),
        notices=tuple(read_notice(notice) for notice in kept.get("notices", ())),
        list_id=kept.get("list_id", ""),
    )


def correspondents(kept: Mapping[str, Any], name: str) -> tuple[Correspondent, ...]:
    """Return the addresses of one header: ``to``, ``cc`` or ``reply_to``."""
    return tuple(Correspondent(name, address) for name, address in kept.get(name, ()))


def named_in(kept: Mapping[str, Any]) -> frozenset[str]:
    """Return the addresses that a message names as its recipients, without those of blind copies."""
    return frozenset(one.address for name in ("to", "cc") for one in correspondents(kept, name) if one.address)


def attachments(kept: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """Return the attachments alone."""
    return tuple(Attachment(*each) for each in kept.get("attachments", ()))


def _pairs(people: Iterable[Correspondent]) -> list[list[str]]:
    return [[person.name, person.address] for person in people]

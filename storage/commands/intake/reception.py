"""What a delivery is as a message: whose, which way it went, what it cites; and the fact of its coming."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from storage.commands.intake.deliveries import Box, Delivery, Incoming, header_key
from storage.events import Received
from storage.kinds import Automatic, Channel, Direction
from storage.kinds.mail import Parsed
from storage.rules.threading import cited_by

_CITED_AT_MOST: Final = 50
"""Message-IDs of one message that are followed, the nearest ones."""


def own_addresses(mailboxes: Iterable[Box]) -> dict[str, frozenset[str]]:
    """Return the desk's own addresses, in lower case, by mailbox group."""
    own: dict[str, set[str]] = {}
    for mailbox in mailboxes:
        own.setdefault(mailbox.group, set()).update(one.lower() for one in (mailbox.address, *mailbox.aliases))
    return {group: frozenset(addresses) for group, addresses in own.items()}


def incoming(
    message_id: int, delivery: Delivery, mailbox: Box, key: bytes, own: frozenset[str], *, leaves: bool = False
) -> Incoming:
    """Return a read delivery as a message that is new to the desk; what leaves from here is outgoing in any case."""
    parsed = delivery.parsed
    assert parsed is not None
    if _by_our_list(parsed, own):
        parsed = replace(parsed, automatic=Automatic.NO)
    keys = (header_key(mailbox.group, one) for one in cited_by(parsed)[:_CITED_AT_MOST])
    outgoing = leaves or ((delivery.outgoing or parsed.author.address in own) and not _stays_here(parsed, own))
    return Incoming(
        message_id=message_id,
        delivery=delivery,
        parsed=parsed,
        mailbox=mailbox,
        key=key,
        header_key=header_key(mailbox.group, parsed.header_id),
        cited=tuple(one for one in keys if one),
        direction=Direction.OUTGOING if outgoing else Direction.INCOMING,
        history=mailbox.live_since is None or delivery.arrived_at < mailbox.live_since,
        own=own,
    )


def _by_our_list(parsed: Parsed, own: frozenset[str]) -> bool:
    """Say whether mail came by the mailing list that our own address is, as a group of addresses: people wrote it."""
    return parsed.automatic is Automatic.LIST and parsed.list_id in {one.replace("@", ".") for one in own}


def _stays_here(parsed: Parsed, own: frozenset[str]) -> bool:
    """Say whether mail by our own address names nobody but us, so that it answers nobody.

    A form of our website wrote it, a scanner, a colleague, or whoever poses as us: it is to be looked at, also where
    the provider lays what a website sends among the sent mail.
    """
    if parsed.author.address not in own:
        return False
    named = {one.address for one in (*parsed.to, *parsed.cc)}
    return named <= own if named else any(one.address not in own for one in parsed.reply_to)


def written_here(message: Incoming, *, direction: Direction, channel: Channel) -> Incoming:
    """Return a message as an agent wrote it down: all of it its author's words, whatever mail it holds a copy of.

    Its people have names alone: the address that stands in its bytes is nobody's.
    """
    said = replace(
        message.parsed,
        author=replace(message.parsed.author, address=""),
        to=tuple(replace(one, address="") for one in message.parsed.to),
        reply_text=message.parsed.text,
        quoted_text="",
        original=None,
        automatic=Automatic.NO,
        gist=None,
    )
    return replace(
        message, parsed=said, direction=direction, channel=channel, header_key=None, cited=(), author_id=None
    )


def received(message: Incoming, raw_id: int) -> Received:
    """Return the fact of its coming; its people must be known (`recognise`)."""
    return Received(
        message_id=message.message_id,
        raw_id=raw_id,
        raw_digest=message.delivery.raw_digest.hex(),
        size=message.delivery.size,
        mailbox_id=message.delivery.mailbox_id,
        author_id=message.author_id,
        customer_id=message.customer_id,
        direction=message.direction,
        automatic=message.parsed.automatic,
        key=message.key.hex(),
        header_key=message.header_key.hex() if message.header_key else None,
        history=message.history,
        happened_at=message.arrived_at,
    )

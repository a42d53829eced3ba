"""A conversation laid out as lines, item by item and piece by piece, so that only what is on the screen is wrapped."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice

from storage.kinds import PUT_AWAY, SETTLED, Automatic, Cause, Direction, Special
from storage.kinds import Delivery as Sending
from storage.kinds.mail import Attachment
from storage.kinds.notices import Delivery, Invitation, Receipt
from storage.views import ConversationView, EventView, MessageView
from widgets.deliveries import delivery_lines, delivery_words
from widgets.facts import event_words
from widgets.language import _, drawn, ngettext
from widgets.legal import without_notice
from widgets.line import Span, one_line
from widgets.look import Ground
from widgets.moments import erased_words, moment_words, size_words
from widgets.notice_rows import special_lines
from widgets.text import automatic_words, call_words, evidence_words, special_words
from widgets.wrapping import pieces, rejoined, wrap

INDENT = 2
_LINKS_SHOWN = 5
_FILES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of the timeline: spans from the left, an aside that ends at the right edge; notes lie on a paper."""

    spans: tuple[Span, ...] = ()
    aside: tuple[Span, ...] = ()
    indent: int = INDENT
    ground: Ground = "bg"


BLANK = Drawn()

Piece = Callable[[int], list[Drawn]]
"""Lays a part of an item out for a width."""


@dataclass(frozen=True, order=True, slots=True)
class Anchor:
    """A place in a timeline: a line of a piece of an item, all from 0."""

    item: int = 0
    piece: int = 0
    line: int = 0


class Timeline:
    """Messages and events of a conversation in the order of time, laid out when asked for.

    Args:
        view: the conversation.
        now: the present, in the reader's zone.
        names: agents' names by id, for events.
        you: who reads.
        unfolded: whether quotes and signatures are shown.
    """

    def __init__(
        self,
        view: ConversationView,
        now: datetime,
        *,
        names: Mapping[int, str] | None = None,
        you: int | None = None,
        unfolded: bool = False,
    ) -> None:
        self.view = view
        self.unfolded = unfolded
        self._now = now
        self._pieces: dict[int, list[Piece]] = {}
        self._laid: dict[tuple[int, int, int], list[Drawn]] = {}
        self._own_name = "" if you is None else (names or {}).get(you, "")
        self._taken_back = frozenset[int]() if unfolded else _taken_back(view.events)
        self._deeds = frozenset[int]() if unfolded else frozenset(event.action_id for event in view.events)
        worth = [event for event in _worth_telling(view.events) if self._stays(event)]
        told = [(event, event_words(event, now, names, you=you)) for event in worth]
        told = [(one, _("answer queued and taken back") if self._is_taken_back(one) else words) for one, words in told]
        self._words = {event.event_id: words for event, words in told}
        events = [event for event, words in told if words]
        items: list[MessageView | EventView] = [*view.messages, *events]
        self.items = sorted(
            items, key=lambda item: item.arrived_at if isinstance(item, MessageView) else item.happened_at
        )

    def _stays(self, event: EventView) -> bool:
        """Say whether an event has a line: of an answer that was taken back, with all that this undid, one has.

        An undo, and a redo, has none beside what it is about, which says by itself whether it holds.
        """
        if event.action_id in self._taken_back:
            return self._is_taken_back(event)
        return event.undoes is None or event.undoes not in self._deeds

    def _is_taken_back(self, event: EventView) -> bool:
        return event.kind == "cancelled" and event.action_id in self._taken_back

    @cached_property
    def messages(self) -> list[int]:
        """The messages, by their place among the items."""
        return [index for index, item in enumerate(self.items) if isinstance(item, MessageView)]

    @cached_property
    def waiting(self) -> list[int]:
        """The messages that still need an answer, by their place among the items."""
        return [index for index, item in enumerate(self.items) if isinstance(item, MessageView) and self.waits(item)]

    @cached_property
    def _calling(self) -> list[int]:
        """The messages that call for somebody: those that wait, and answers of ours that stand or came to nothing."""
        held = (
            index
            for index, item in enumerate(self.items)
            if isinstance(item, MessageView)
            and item.delivery is not None
            and (item.delivery.hold is not None or item.delivery.state in {Sending.FAILED, Sending.UNCERTAIN})
        )
        return sorted({*self.waiting, *held})

    @cached_property
    def _answered(self) -> tuple[datetime, int] | None:
        """When somebody of the desk wrote, or was on the telephone, last; and that message's number."""
        people = (one for one in self.view.messages if one.automatic is Automatic.NO and not _reached_nobody(one))
        return max(((one.arrived_at, one.message_id) for one in people if one.answers), default=None)

    def waits(self, message: MessageView) -> bool:
        """Say whether a message still needs an answer: by the record's rule, as the queue's clock has it."""
        return (
            self.view.status not in SETTLED
            and self.view.status not in PUT_AWAY
            and message.direction is Direction.INCOMING
            and message.is_mail
            and message.automatic is Automatic.NO
            and not message.handled
            and (self._answered is None or (message.arrived_at, message.message_id) > self._answered)
        )

    def key(self, index: int) -> tuple[str, int]:
        """Return what an item is known by when the conversation is read again."""
        item = self.items[index]
        return ("message", item.message_id) if isinstance(item, MessageView) else ("event", item.event_id)

    def find(self, key: tuple[str, int]) -> int | None:
        """Return where the item of that key stands now."""
        return next((index for index in range(len(self.items)) if self.key(index) == key), None)

    # ------------------------------------------------------------------------------------------ walking

    def forward(self, anchor: Anchor, width: int) -> Iterator[tuple[Anchor, Drawn]]:
        """Yield the lines from `anchor` on."""
        line = anchor.line
        for item in range(anchor.item, len(self.items)):
            first = anchor.piece if item == anchor.item else 0
            for piece in range(first, len(self.pieces(item))):
                laid = self.laid(item, piece, width)
                for number in range(line, len(laid)):
                    yield Anchor(item, piece, number), laid[number]
                line = 0

    def backward(self, anchor: Anchor, width: int) -> Iterator[Anchor]:
        """Yield the places before `anchor`, the nearest first."""
        for line in reversed(range(anchor.line)):
            yield Anchor(anchor.item, anchor.piece, line)
        for item in reversed(range(anchor.item + 1)):
            count = anchor.piece if item == anchor.item else len(self.pieces(item)) if item < len(self.items) else 0
            for piece in reversed(range(count)):
                for line in reversed(range(len(self.laid(item, piece, width)))):
                    yield Anchor(item, piece, line)

    def end(self) -> Anchor:
        """Return the place after the last line."""
        return Anchor(len(self.items))

    def last_page(self, width: int, height: int) -> Anchor:
        """Return the place from which the rest fills a page."""
        return self._page_before(self.end(), width, height)

    def start(self, width: int, height: int) -> Anchor:
        """Return where reading starts: at the first message that waits, unless that would hide the newest one.

        The newest that calls for somebody is whole on the page, or begins it where it is longer than that; what
        precedes fills the page where too little follows.
        """
        page = self.last_page(width, height)
        if not self._calling:
            return page
        first, newest = self.beginning(self._calling[0]), self.beginning(self._calling[-1])
        whole = self._page_before(Anchor(self._calling[-1] + 1), width, height)
        return min(page, max(first, min(whole, newest)))

    def _page_before(self, end: Anchor, width: int, height: int) -> Anchor:
        """Return where a page begins that ends before `end`."""
        begins = Anchor()
        for begins in islice(self.backward(end, width), height):  # noqa: B007 - the last one is wanted
            pass
        return begins

    @staticmethod
    def beginning(item: int) -> Anchor:
        """Return an item's first line, without the blank one that parts it from what precedes."""
        return Anchor(item, 0, 1 if item else 0)

    # ------------------------------------------------------------------------------------------ laying out

    def pieces(self, index: int) -> list[Piece]:
        """Return an item's parts, made when first asked for."""
        known = self._pieces.get(index)
        if known is None:
            item = self.items[index]
            known = self._message(index, item) if isinstance(item, MessageView) else [self._event(index, item)]
            self._pieces[index] = known
        return known

    def laid(self, item: int, piece: int, width: int) -> list[Drawn]:
        """Return a piece's lines; the last few hundred pieces are remembered."""
        known = self._laid.get((item, piece, width))
        if known is None:
            if len(self._laid) > 400:
                self._laid.clear()
            known = self._laid[item, piece, width] = self.pieces(item)[piece](width)
        return known

    def _event(self, index: int, event: EventView) -> Piece:
        after_message = index > 0 and isinstance(self.items[index - 1], MessageView)
        who = _("you") if event.agent and event.agent == self._own_name else one_line(event.agent)
        words = one_line(f"{who}{drawn(' · ')}{self._words[event.event_id]}" if who else self._words[event.event_id])
        taken_back = _("taken back") if event.undone else ""

        def lay(width: int) -> list[Drawn]:
            moment = moment_words(event.happened_at, self._now)
            lines = wrap(f"{moment}  {words}", width - INDENT - len(taken_back) - 1)
            drawn = [Drawn(((line, "muted"),)) for line in lines]
            drawn[0] = Drawn(drawn[0].spans, ((taken_back, "muted"),) if taken_back else ())
            return [*([BLANK] if after_message else []), *drawn]

        return lay

    def _message(self, index: int, message: MessageView) -> list[Piece]:
        before = [BLANK] if index else []
        note = message.direction is Direction.INTERNAL
        if message.is_mail:
            made: list[Piece] = [lambda width: [*before, *self._head(message, width)]]
        else:
            made = [lambda _width: [*before, self._note_head(message) if note else self._call_head(message)]]
        reply = message.reply_text if message.reply_text.strip() else message.text
        if message.erased_at is not None:
            words = erased_words(message.erased_at, self._now)
            made.append(lambda width: [Drawn(((line, "muted"),)) for line in wrap(words, width - INDENT)])
        elif self.unfolded:
            made += _text(message.text.strip("\n"))
        else:
            reply = without_notice(reply)
            made += _text(reply.strip("\n"))
            if message.original and message.original.text.strip():
                made += _text(message.original.text.strip("\n"), before=BLANK)
        made.append(lambda width: self._tail(message, reply, width))
        return [made[0], *map(_on_paper, made[1:])] if note else made

    def _note_head(self, message: MessageView) -> Drawn:
        name = one_line(message.author.name) or _("unknown")
        aside = _("never sent") + f"  {moment_words(message.arrived_at, self._now)}"
        return Drawn(((_("note"), "note"), (f"  {name}", "note")), ((aside, "note"),), indent=0, ground="notebg")

    def _call_head(self, message: MessageView) -> Drawn:
        """Say who spoke with whom, and for how long."""
        name = one_line(message.author.name) or _("unknown")
        words: Span = (f"  {call_words(message.direction, message.minutes or 0)}", "soon")
        spans: list[Span] = [(name, "bright"), words]
        if message.direction is Direction.OUTGOING:
            spans = [(name, "accent"), (drawn(" → "), "muted"), (_recipients(message), "muted"), words]
        return Drawn(tuple(spans), ((moment_words(message.arrived_at, self._now), "muted"),), indent=0)

    def _head(self, message: MessageView, width: int) -> list[Drawn]:
        author = message.author
        name = one_line(author.name) or one_line(author.address) or _nobody(message)
        moment = moment_words(message.arrived_at, self._now)
        aside: list[Span] = [(moment, "muted")]
        spans: list[Span] = []
        if message.direction is Direction.OUTGOING:
            name = one_line(message.delivery.agent if message.delivery is not None else "") or name
            spans = [(name, "accent"), (drawn(" → "), "muted"), (_recipients(message), "muted")]
            sent: Span = (_("sent"), "ok")
            words, role = delivery_words(message.delivery) if message.delivery is not None else sent
            aside.insert(0, (words + "  ", role))
        else:
            if self.waits(message):
                spans = [("● ", "accent")]
            spans.append((name, "bright"))
            if author.address and author.address not in {self.view.customer_address, name}:
                spans.append((f"  {one_line(author.address)}", "muted"))
            machine = automatic_words(message.automatic)
            if machine:
                sign = "× " if message.automatic is Automatic.BOUNCE else ""  # noqa: RUF001 - the sign for bounced
                spans.append((f"  {sign}{machine}", "soon" if message.automatic is Automatic.BOUNCE else "muted"))
        lines = [Drawn(tuple(spans), tuple(aside), indent=0)]
        if message.marked:
            words = _("look: this sender took no part before; {evidence}").format(
                evidence=evidence_words(message.evidence)
            )
            lines += [Drawn(((line, "soon"),)) for line in wrap(words, width - INDENT)]
        if message.delivery is not None:
            lines += [Drawn(tuple(spans)) for spans in delivery_lines(message.delivery, self._now)]
        if message.original is not None:
            original = message.original
            who = " ".join(filter(None, (one_line(original.author.name), one_line(original.author.address))))
            subject = f"  {one_line(original.subject)}" if original.subject else ""
            lines.append(
                Drawn(((_("forwarded from") + " ", "muted"), (who or _("unknown"), "bright"), (subject, "muted")))
            )
        if message.subject and one_line(message.subject) != one_line(self.view.subject) and not _answers(message):
            lines.append(Drawn(((_("subject") + "  ", "muted"), (one_line(message.subject), "text"))))
        return lines

    def _tail(self, message: MessageView, reply: str, width: int) -> list[Drawn]:
        lines: list[Drawn] = []
        hidden = "" if self.unfolded else _hidden_words(message, reply)
        if hidden:
            lines.append(Drawn((("› ", "muted"), (hidden, "muted"))))  # noqa: RUF001 - the sign for folded
        told = {Special.INVITATION: Invitation, Special.DELIVERY_REPORT: Delivery | Receipt}
        lines += [
            Drawn(((_("part") + "  ", "muted"), (special_words(special), "soon")))
            for special in sorted(message.specials)
            if special not in told or not any(isinstance(one, told[special]) for one in message.notices)
        ]
        lines += [Drawn(row) for row in special_lines(message, self._now, width - INDENT)]
        files = [one for one in message.attachments if not _told(one, message)]
        for attachment in files[:_FILES_SHOWN]:
            word = _("inline") if attachment.inline else _("file")
            name = one_line(attachment.name) or one_line(attachment.media_type)
            size = f"  {size_words(attachment.size)}"
            lines.append(Drawn(((f"{word}  ", "muted"), (name, "text"), (size, "muted"), ("  o", "accent"))))
        lines += _more(len(files) - _FILES_SHOWN, _("files"))
        shown = len(message.links) if self.unfolded else _LINKS_SHOWN
        for number, link in enumerate(message.links[:shown], 1):
            room = width - INDENT - 8
            lines += [
                Drawn((((f"[{number}]  " if not place else " " * (len(str(number)) + 4)), "muted"), (part, "muted")))
                for place, part in enumerate(wrap(one_line(link), room))
            ]
        return lines + _more(len(message.links) - shown, _("links"))


def _nobody(message: MessageView) -> str:
    return _("(erased)") if message.erased_at is not None else _("unknown")


def _worth_telling(events: Sequence[EventView]) -> Sequence[EventView]:
    """Leave out how a conversation of old mail stood between its messages: the last of it is how it was found.

    That it was found to wait for an answer needs no word: it waits.
    """
    history = [event for event in events if event.values.get("because") == Cause.HISTORY]
    settled = [event for event in history[-1:] if event.values.get("after") in SETTLED]
    left_out = {event.event_id for event in history} - {event.event_id for event in settled}
    return [event for event in events if event.event_id not in left_out]


def _taken_back(events: Sequence[EventView]) -> frozenset[int]:
    """Return the actions by which answers were queued that were taken back, and those that took them back.

    Both together have changed nothing, and neither is done again: the draft is back (decision 0013).
    """
    gone = [event for event in events if event.kind == "cancelled" and event.undoes is not None]
    return frozenset(number for event in gone for number in (event.action_id, event.undoes) if number is not None)


def _told(attachment: Attachment, message: MessageView) -> bool:
    """Say whether a part without a name is what stands above in words; the list of files has it all the same."""
    kind = {
        "text/calendar": Invitation,
        "message/delivery-status": Delivery,
        "message/disposition-notification": Receipt,
    }.get(attachment.media_type)
    return not attachment.name and kind is not None and any(isinstance(one, kind) for one in message.notices)


def _text(text: str, before: Drawn | None = None) -> list[Piece]:
    def piece(start: int, end: int) -> Piece:
        def lay(width: int) -> list[Drawn]:
            lines = wrap(rejoined(text[start:end], width - INDENT), width - INDENT)
            drawn = [Drawn(((line, "muted" if line.startswith(">") else "text"),)) if line else BLANK for line in lines]
            return [before, *drawn] if before is not None and start == 0 else drawn

        return lay

    return [piece(start, end) for start, end in pieces(text)]


def _on_paper(piece: Piece) -> Piece:
    """Lay a piece on the paper of notes, in one colour."""

    def lay(width: int) -> list[Drawn]:
        return [
            replace(
                drawn,
                spans=tuple((text, "note") for text, _role in drawn.spans),
                aside=tuple((text, "note") for text, _role in drawn.aside),
                ground="notebg",
            )
            for drawn in piece(width)
        ]

    return lay


def _reached_nobody(message: MessageView) -> bool:
    return message.delivery is not None and message.delivery.state in {Sending.FAILED, Sending.CANCELLED}


def _recipients(message: MessageView) -> str:
    names = [one_line(person.name) or one_line(person.address) for person in message.to[:3]]
    more = len(message.to) + len(message.cc) - len(names)
    return ", ".join(names) + (f" +{more}" if more > 0 else "")


def _answers(message: MessageView) -> bool:
    return ":" in message.subject[:6]


def _hidden_words(message: MessageView, reply: str) -> str:
    """Return how many lines are folded, and whether they are quotes; empty when none are."""
    if len(message.text) == len(reply):
        return ""
    original = message.original.text if message.original else ""
    shown = Counter(line.strip("> \t") for line in f"{reply}\n{original}".split("\n"))
    left = Counter(line.strip() for line in message.text.split("\n"))
    hidden = {line: count - shown[line.strip("> \t")] for line, count in left.items() if line.strip("> \t")}
    count = sum(number for number in hidden.values() if number > 0)
    if not count:
        return ""
    if any(line.startswith(">") for line, number in hidden.items() if number > 0):
        return ngettext("{count} quoted line", "{count} quoted lines", count).format(count=count)
    return ngettext("{count} line more", "{count} lines more", count).format(count=count)


def _more(count: int, what: str) -> list[Drawn]:
    if count <= 0:
        return []
    return [Drawn(((_("› {count} more {what}").format(count=count, what=what), "muted"),))]  # noqa: RUF001

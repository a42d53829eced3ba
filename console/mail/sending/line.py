"""One connection by which mail leaves, in a thread of its own: message after message, every step on record first."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

from console.mail.sending.clerk import Note
from console.mail.smtp import (
    Envelope,
    MessageTooLarge,
    MessageUnfit,
    OutcomeUnknown,
    Reply,
    SenderRefused,
    SmtpError,
    Transport,
    TryLater,
    open_transport,
)
from storage.commands.outbox import sending
from storage.commands.outbox.items import Item, Result
from storage.commands.outbox.steps import Handed, Told
from storage.kinds import Delivery
from storage.kinds.errors import Changed, NoSuch
from widgets.language import _

if TYPE_CHECKING:
    from console.mail.sending.lines import Lines

_BUSY = "4.3.2"
"""The status of a server that has too much to do, or too many connections of ours (RFC 3463, 3.4)."""


class _NotSent(Exception):
    """A message that was not to be sent any more when its last word was due."""


class Line(Thread):
    """One connection.

    Args:
        lines: what it belongs to.

    Attributes:
        stands: whether the server has let it in and it has not ended; `stood` when it ever did.
        is_at_work: whether it has a message in hand, of which there will be something to put down.
        told: what became of the last message, while that is not on record.
    """

    def __init__(self, lines: "Lines") -> None:
        super().__init__(name=f"send {lines.sender.mailbox_id}", daemon=True)
        self._lines = lines
        self._since = time.monotonic()
        self._refused: dict[int, Result] = {}
        self._message_id = 0  # the last one that was begun
        self.stands = self.stood = self.is_at_work = False
        self.told: Told | None = None

    def is_slow(self, seconds: float) -> bool:
        """Say whether it has been with one message for longer than this."""
        return time.monotonic() - self._since > seconds

    def run(self) -> None:
        """Send until there is nothing more to send, or the connection is lost."""
        by: BaseException | None = None
        try:
            with open_transport(self._lines.server()) as transport:
                self.stands = self.stood = True
                self._lines.opened()
                self._send(transport)
        except _NotSent:  # the connection is closed; the next one goes on
            pass
        except BaseException as error:  # noqa: BLE001 - seen to, or raised, in the mailbox's thread
            by = error
        finally:
            self.stands = self.is_at_work = False
            self._lines.clerk.is_over(self._message_id)
            self._lines.ended(self, by)

    def _send(self, transport: Transport) -> None:
        while (item := self._next()) is not None:
            try:
                results, broken = self._hand_over(transport, item)
                self.told = Told(item, results)
                self._lines.told(self)
                kept = {one.state for one in results.values()} == {Delivery.QUEUED}
                if kept or broken is not None:
                    self._conclude()
                if kept:
                    first, *_others = results.values()
                    self._put_off_with(item, first.words)
                if broken is not None:
                    raise broken
            finally:
                self._lines.waiting.done(item)

    def _next(self) -> Item | None:
        """Note what became of the last message and that the next one is being sent: one commit for both."""
        waiting = self._lines.waiting
        while True:
            self._since = time.monotonic()
            if self._lines.is_ending:
                self._conclude()
                self.is_at_work = False
                return None
            if (item := waiting.take()) is None:
                self._conclude()
                self.is_at_work = False
                if not waiting.fill() or (item := waiting.take()) is None:
                    return None
            self.is_at_work = True
            self._message_id = item.message_id
            told, self.told = self.told, None
            note = self._lines.clerk.put_down(Note(told=told, begin=item))
            if note.may:
                return item
            waiting.done(item)

    def _conclude(self) -> None:
        if self.told is not None:
            told, self.told = self.told, None
            self._lines.clerk.put_down(Note(told=told))

    def _put_off_with(self, item: Item, words: str) -> None:
        """Let what waits of the same conversation be tried later, too: it would leave before what it comes after."""
        if after := self._lines.waiting.without(item.conversation_id):
            self._lines.put_off(after, words)

    def _hand_over(self, transport: Transport, item: Item) -> tuple[dict[int, Result], SmtpError | None]:
        """Hand one message to the server; return what became of it, and what ends the connection if it ends.

        Raises:
            _NotSent: it was not this sender's to send any more.
        """
        places = {address: place for place, address in item.recipients}
        self._refused = {}
        try:
            content = self._lines.waiting.bytes_of(item)
        except NoSuch:
            words = _("The bytes of this message are not kept any more.")
            return dict.fromkeys(places.values(), Result(Delivery.FAILED, None, words)), None
        envelope = Envelope(item.sender, tuple(places), content)

        def before_dot(replies: Mapping[str, Reply]) -> None:
            self._refused = {places[address]: _result(one) for address, one in replies.items() if not one.accepted}
            note = self._lines.clerk.put_down(Note(handed=Handed(item, self._refused)))
            # Another has it, or may have it by now, or an agent: this machine slept.
            if not note.may or datetime.now(UTC) - note.noted_at >= sending.CLAIMED:
                raise Changed("outbox", (item.message_id,))

        every = list(places.values())
        try:
            replies = transport.send(envelope, before_dot)
        except (MessageTooLarge, MessageUnfit, SenderRefused) as refused:
            return dict.fromkeys(every, Result(Delivery.FAILED, None, str(refused))), None
        except TryLater as later:
            return dict.fromkeys(every, Result(Delivery.QUEUED, None, str(later))), self._beside_others(later)
        except OutcomeUnknown as unknown:
            rest = dict.fromkeys(every, Result(Delivery.UNCERTAIN, None, str(unknown)))
            return rest | self._refused, unknown
        except SmtpError as lost:
            return dict.fromkeys(every, Result(Delivery.QUEUED, None, str(lost))), lost
        except Changed as kept:  # no dot was sent, and the connection is closed
            raise _NotSent from kept
        busy = next((one for one in replies.values() if one.passing and one.words.startswith(_BUSY)), None)
        broken = None if busy is None else self._beside_others(TryLater(transport.host, "DATA", busy.words))
        return {places[address]: _result(one) for address, one in replies.items()}, broken

    def _beside_others(self, busy: TryLater) -> TryLater | None:
        """Return why this connection ends, if others stand beside it: there are too many of them, perhaps."""
        return busy if self._lines.has_others(self) else None


def _result(reply: Reply) -> Result:
    if reply.accepted:
        return Result(Delivery.ACCEPTED, reply.code, reply.words)
    return Result(Delivery.QUEUED if reply.passing else Delivery.FAILED, reply.code, reply.words)

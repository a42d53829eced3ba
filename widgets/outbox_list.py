"""What is on its way out, in rows with a cursor: when it leaves, how far it is, for whom, and what keeps it."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import ClassVar

from storage.kinds import Delivery
from storage.kinds.outbox import OutboxRow
from widgets.deliveries import delivery_words, reasons
from widgets.language import _
from widgets.line import Line, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.rows import Rows

_STATE = 22  # cells; the longest state in three languages is cut beyond


class OutboxList(Rows[OutboxRow]):
    """Messages of ours, the one that leaves first on top."""

    DEFAULT_CSS: ClassVar[str] = "OutboxList { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._now = datetime.now().astimezone()

    def show(self, rows: Sequence[OutboxRow], now: datetime) -> None:
        """Show other rows; the cursor stays on its message."""
        self._now = now
        self.lay(rows, lambda row: row.delivery.message_id)

    @property
    def counts_down(self) -> bool:
        """Whether a row changes by itself, since its message leaves at a moment that is still to come."""
        return any(one.delivery.leaves_at > self._now for one in self._rows)

    def tick(self, now: datetime) -> None:
        """Let clocks show a later moment."""
        if self.counts_down:
            self._now = now
            self.repaint()

    def write(self, line: Line, row: OutboxRow) -> None:
        """Write when, how far, to whom, about what, and what keeps it."""
        delivery = row.delivery
        words, role = delivery_words(delivery)
        left = (delivery.leaves_at - self._now).total_seconds()
        if delivery.state is Delivery.QUEUED and delivery.hold is None and left > 0:
            words = _("leaves in {count} s").format(count=ceil(left))
        line.gap()
        line.put(moment_words(delivery.queued_at, self._now), "muted", width=10).gap()
        line.put(words, role, width=_STATE, bold=role == "late").gap()
        number = f"#{row.conversation_id}" if row.conversation_id is not None else ""
        line.put(number, "muted", width=7).gap()
        to = row.customer or ", ".join(one.address for one in delivery.recipients[:2])
        line.put(one_line(to), "bright", width=16).gap(2)
        why = reasons(delivery, self._now)
        line.put(one_line(row.subject) + ("  " if why else ""), "text")
        if why:
            line.put(one_line(why), "soon")

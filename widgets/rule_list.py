"""The desk's rules in rows, and the messages that one of them would have met."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip

from storage.views import Met, RuleView
from widgets.language import _
from widgets.line import Line, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.pane import Pane
from widgets.rows import Rows
from widgets.rules import condition_words, deed_words

_NAME, _DEEDS, _SINCE = 24, 30, 11  # columns of cells at most
_LEAST = 16  # cells that the conditions have at least: narrower, and the deeds give way


class RuleList(Rows[RuleView]):
    """The rules in the order in which they act: name, what they ask for, what they do, since when."""

    DEFAULT_CSS: ClassVar[str] = "RuleList { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._now = datetime.now().astimezone()
        self._names = self._deeds = 0

    def show(self, rules: Sequence[RuleView], now: datetime) -> None:
        """Show other rules; the cursor stays on its own.

        Args:
            rules: in their order.
            now: the present, in the reader's zone.
        """
        self._now = now
        self._names = min(_NAME, max((cell_len(_name(rule)) for rule in rules), default=0))
        self._deeds = min(_DEEDS, max((cell_len(deed_words(rule)) for rule in rules), default=0))
        self.lay(rules, lambda rule: rule.rule_id)

    def write(self, line: Line, row: RuleView) -> None:
        """Write what a rule is; since when stands at the right edge, and gives way first."""
        left = line.width - line.column - 1
        names = min(self._names, max(8, left // 3))
        left -= names + 2
        since = _SINCE + 2 if left - _SINCE - 2 >= _LEAST + self._deeds + 2 else 0
        deeds = min(self._deeds, max(0, left - since - _LEAST - 2))
        conditions = max(0, left - since - deeds - (2 if deeds else 0))
        line.put(_name(row), "bright", width=names).gap(2)
        line.put(condition_words(row.conditions), "text", width=conditions)
        if deeds:
            line.gap(2).put(one_line(deed_words(row)), "accent", width=deeds)
        if since:
            line.gap(2).put(moment_words(row.valid_from, self._now), "muted", width=_SINCE, right=True)


class MetRows(Pane):
    """The newest messages that a rule would have met."""

    DEFAULT_CSS: ClassVar[str] = "MetRows { width: 1fr; height: 0; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._met: tuple[Met, ...] = ()
        self._now = datetime.now().astimezone()

    def show(self, met: Sequence[Met], now: datetime) -> None:
        """Show other messages, the newest first."""
        self._met, self._now = tuple(met), now
        self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row: when, who, what about, in which conversation."""
        line = Line(self._look, self.size.width).gap()
        if y >= len(self._met):
            return line.strip()
        met = self._met[y]
        number = f"#{met.conversation_id}"
        line.put(moment_words(met.arrived_at, self._now), "muted", width=11).gap(2)
        line.put(one_line(met.author.name) or one_line(met.author.address), "bright", width=18).gap(2)
        room = line.width - line.column - cell_len(number) - 3
        line.put(one_line(met.subject) or _("(no subject)"), "text", width=max(0, room))
        return line.to(line.width - 1 - cell_len(number)).put(number, "muted").strip()


def _name(rule: RuleView) -> str:
    return one_line(rule.name) or _("(erased)")

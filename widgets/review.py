"""What the review of a draft found, in rows: how grave, what, and the keys that settle it; then what sending does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.strip import Strip

from storage.kinds.review import Check, Finding, Severity
from widgets.arrangement import THREE_PANES
from widgets.ends import write
from widgets.findings import finding_words, severity_words
from widgets.language import _, ngettext
from widgets.line import Line, Span
from widgets.look import Look, Role
from widgets.pane import Pane

LABEL = 6  # cells of the column that the gravity stands in
_ROLES: dict[Severity, Role] = {Severity.STOP: "late", Severity.LOOK: "soon", Severity.OK: "ok"}


_TAKEN: Final = frozenset({Check.PROMISED, Check.KEEPS})  # what sending does, and can be left out again


def counted(findings: Sequence[Finding]) -> list[Span]:
    """Return how many findings there are of each gravity: what must be settled first, what is well last."""
    stop, look, well = (sum(one.severity is each for one in findings) for each in Severity)
    spans: list[Span] = []
    if stop:
        spans.append((ngettext("{count} stops it", "{count} stop it", stop).format(count=stop), "late"))
    if look:
        spans.append((_("{count} to look at").format(count=look), "soon"))
    if well:
        spans.append((_("{count} ok").format(count=well), "ok"))
    return spans


class ReviewPane(Pane):
    """The review, one finding a row, one of them under the cursor while the keys go there."""

    DEFAULT_CSS: ClassVar[str] = "ReviewPane { width: 1fr; height: 1; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._findings: Sequence[Finding] = ()
        self._keys: Mapping[str, tuple[str, str]] = {}
        self._then: tuple[Span, ...] = ()
        self._then_keys: Sequence[tuple[str, str]] = ()
        self._conversation_id: int | None = None
        self._title = _("before it leaves")
        self._now = datetime.now().astimezone()
        self._cursor = self._first = 0

    @property
    def findings(self) -> Sequence[Finding]:
        """What is shown."""
        return self._findings

    @property
    def _listed(self) -> Sequence[Finding]:
        """What has a row: where the window is narrow what is well is only counted (LOOK §7)."""
        if self.app.size.width >= THREE_PANES:
            return self._findings
        return [one for one in self._findings if one.severity is not Severity.OK or one.check in _TAKEN]

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        listed = self._listed
        return listed[self._cursor] if self._cursor < len(listed) else None

    @property
    def rows_wanted(self) -> int:
        """The rows that everything needs: the heading, the findings, and what sending does."""
        return 2 + len(self._listed)

    def show(
        self,
        findings: Sequence[Finding],
        now: datetime,
        *,
        keys: Mapping[str, tuple[str, str]],
        then: Sequence[Span] = (),
        then_keys: Sequence[tuple[str, str]] = (),
        conversation_id: int | None = None,
        title: str = "",
    ) -> None:
        """Show other findings; the cursor stays with the one it was on, else goes to the first that is not settled.

        Args:
            findings: the gravest first.
            now: the present, in the reader's zone.
            keys: of each remedy: the key, and what it does in a few words.
            then: what sending will do.
            then_keys: the keys that choose otherwise, with their words.
            conversation_id: the one that is answered.
            title: what stands above, if not that it leaves.
        """
        self._title = title or _("before it leaves")
        before = self.chosen.key if self.chosen is not None else ""
        self._findings, self._now, self._keys = tuple(findings), now, keys
        self._then, self._then_keys, self._conversation_id = tuple(then), then_keys, conversation_id
        known = [one.key for one in self._listed]
        self._cursor = known.index(before) if before in known else 0
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor."""
        self._cursor = max(0, min(self._cursor + by, len(self._listed) - 1))
        self.repaint()

    @property
    def _window(self) -> tuple[int, int]:
        """The first finding that is shown, and how many: heading and last row stay."""
        rows = max(1, self.size.height - 2)
        first = max(0, min(self._cursor - rows // 2, len(self._listed) - rows))
        return first, rows

    def _remedies(self, finding: Finding) -> list[tuple[str, str]]:
        if finding.severity is Severity.OK and finding.check not in _TAKEN:
            return []
        return [self._keys[name] for name in finding.remedies if self._keys.get(name, ("", ""))[0]]

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        if y == 0:
            return self._heading()
        if self.size.height > 1 and y == self.size.height - 1:
            return self._last()
        first, _rows = self._window
        place = first + y - 1
        listed = self._listed
        if place >= len(listed):
            return Line(self._look, self.size.width).strip()
        return self._finding(listed[place], here=self.has_keys and place == self._cursor)

    def _heading(self) -> Strip:
        line = Line(self._look, self.size.width).gap()
        line.put(self._title, "accent" if self.has_keys else "bright", bold=True).gap()
        spans = counted(self._findings)
        taken = sum(cell_len(text) for text, _role in spans) + 3 * (len(spans) - 1)
        line.fill("─", self.size.width - (taken + 2 if spans else 0), "accent" if self.has_keys else "rule").gap()
        for number, (text, role) in enumerate(spans):
            line.gap(3 if number else 0).put(text, role, bold=role == "late")
        return line.strip()

    def _finding(self, finding: Finding, *, here: bool) -> Strip:
        line = Line(self._look, self.size.width, "selected" if here else "bg")
        line.sign("▌" if here and self._look.full else " ", "accent")
        line.put(severity_words(finding.severity), _ROLES[finding.severity], width=LABEL, bold=True)
        words = finding_words(finding, self._now, conversation_id=self._conversation_id)
        asides: list[Span] = []
        for key, what in self._remedies(finding):
            asides += [("   " if asides else "", "muted"), (key, "accent"), (f" {what}", "muted")]
        role: Role = "muted" if finding.severity is Severity.OK else "text"
        return write(line, ((words, role),), tuple(asides)).strip()

    def _last(self) -> Strip:
        line = Line(self._look, self.size.width).gap()
        line.put(_("then"), "muted", width=LABEL)
        asides: list[Span] = []
        for key, what in self._then_keys:
            asides += [("   " if asides else "", "muted"), (key, "accent"), (f" {what}", "muted")]
        return write(line, self._then, tuple(asides)).strip()

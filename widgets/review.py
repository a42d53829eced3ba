"""What the review of a draft found, in rows: how grave, what, and the keys that settle it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.strip import Strip

from storage.kinds.review import Check, Finding, Severity
from widgets.arrangement import THREE_PANES
from widgets.ends import write
from widgets.known import language_words
from widgets.language import _
from widgets.line import Line, Span, one_line
from widgets.look import Look, Role
from widgets.moments import moment_words, size_words
from widgets.pane import Pane

LABEL = 6  # cells of the column that the gravity stands in
_SERVICES: Final = {
    "aws_key": "AWS",
    "google_key": "Google",
    "google_secret": "Google",
    "azure_key": "Azure",
    "github_token": "GitHub",
    "gitlab_token": "GitLab",
    "slack_token": "Slack",
    "stripe_key": "Stripe",
    "sendgrid_key": "SendGrid",
    "ai_key": "OpenAI, Anthropic",
    "package_token": "npm, PyPI",
    "telegram_token": "Telegram",
}
_ROLES: dict[Severity, Role] = {Severity.STOP: "late", Severity.LOOK: "soon", Severity.OK: "ok"}


def severity_words(severity: Severity) -> str:
    """Return how much a finding matters, in a word."""
    return {Severity.STOP: _("stop"), Severity.LOOK: _("look"), Severity.OK: _("ok")}[severity]


def secret_words(name: str) -> str:
    """Return what sort of secret a pattern finds, by its name in `storage.rules.secrets`."""
    return {
        "private_key": _("a private key"),
        "private_address": _("a private IP address"),
        "url_password": _("a password in an address"),
        "jwt": _("a session token (JWT)"),
        "bearer_token": _("an access token"),
    }.get(name) or _("a key of {service}").format(service=_SERVICES.get(name, name.replace("_", " ")))


def finding_words(finding: Finding, now: datetime, *, conversation_id: int | None = None) -> str:
    """Return what was found, in one line.

    Args:
        finding: of the review.
        now: the present, in the reader's zone.
        conversation_id: the one that is answered, so that only another one is named.
    """
    what = one_line(finding.what)
    if finding.severity is Severity.OK and finding.check is not Check.RECIPIENTS:
        return _("right, you said: {words}").format(words=_said(finding, what, now, conversation_id))
    return _said(finding, what, now, conversation_id)


def _said(finding: Finding, what: str, now: datetime, conversation_id: int | None) -> str:
    at = moment_words(finding.at, now) if finding.at is not None else ""
    match finding.check:
        case Check.COLLEAGUE_WRITES if finding.other != str(conversation_id or ""):
            return _("{who} writes to the same customer now, in #{number}").format(who=what, number=finding.other)
        case Check.LANGUAGE:
            return _("written in {language}; the customer writes in {other}").format(
                language=language_words((finding.what,)), other=language_words((finding.other,))
            )
        case Check.ATTACHMENTS_LARGE:
            size = size_words(int(finding.what or 0))
            return _("{size} are attached: many servers refuse so much").format(size=size)
        case Check.SECRET:
            return _("{kind} in the text: {what}").format(kind=secret_words(finding.other), what=what)
    words = {
        Check.NOTHING_WRITTEN: _("nothing is written yet"),
        Check.NO_SUBJECT: _("there is no subject"),
        Check.NO_RECIPIENT: _("it goes to nobody yet"),
        Check.BAD_ADDRESS: _("{what} is no mail address"),
        Check.NEW_RECIPIENT: _("new against the last message: {what}"),
        Check.DROPPED_RECIPIENT: _("left out against the last message: {what}"),
        Check.STRANGER: _("took no part before they wrote here: {what}"),
        Check.CUSTOMER_WROTE: _("{what} wrote at {at}, after you began"),
        Check.COLLEAGUE_ANSWERED: _("{what} answered at {at}, after you began"),
        Check.COLLEAGUE_WRITES: _("{what} writes to the same customer now"),
        Check.PLACEHOLDER: _("{what} has no value"),
        Check.ATTACHMENT_ABSENT: _("“{what}”, and nothing is attached"),
        Check.ATTACHMENT_GONE: _("{what} is not there any more"),
        Check.OTHER_CUSTOMER: _("{what} is the address of another customer"),
        Check.RECIPIENTS: _("to {what}"),
    }
    return words[finding.check].format(what=what, at=at)


def counted(findings: Sequence[Finding]) -> list[Span]:
    """Return how many findings there are of each gravity: what must be settled first, what is well last."""
    stop, look, well = (sum(one.severity is each for one in findings) for each in Severity)
    spans: list[Span] = []
    if stop:
        spans.append((_("{count} stop it").format(count=stop), "late"))
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
        self._conversation_id: int | None = None
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
        return [one for one in self._findings if one.severity is not Severity.OK]

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        listed = self._listed
        return listed[self._cursor] if self._cursor < len(listed) else None

    @property
    def rows_wanted(self) -> int:
        """The rows that everything needs: the heading, and the findings."""
        return 1 + len(self._listed)

    def show(
        self,
        findings: Sequence[Finding],
        now: datetime,
        *,
        keys: Mapping[str, tuple[str, str]],
        conversation_id: int | None = None,
    ) -> None:
        """Show other findings; the cursor stays with the one it was on, else goes to the first that is not settled.

        Args:
            findings: the gravest first.
            now: the present, in the reader's zone.
            keys: of each remedy: the key, and what it does in a few words.
            conversation_id: the one that is answered.
        """
        before = self.chosen.key if self.chosen is not None else ""
        self._findings, self._now, self._keys = tuple(findings), now, keys
        self._conversation_id = conversation_id
        known = [one.key for one in self._listed]
        self._cursor = known.index(before) if before in known else 0
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor."""
        self._cursor = max(0, min(self._cursor + by, len(self._listed) - 1))
        self.repaint()

    @property
    def _window(self) -> tuple[int, int]:
        """The first finding that is shown, and how many: the heading stays."""
        rows = max(1, self.size.height - 1)
        first = max(0, min(self._cursor - rows // 2, len(self._listed) - rows))
        return first, rows

    def _remedies(self, finding: Finding) -> list[tuple[str, str]]:
        if finding.severity is Severity.OK:
            return []
        return [self._keys[name] for name in finding.remedies if self._keys.get(name, ("", ""))[0]]

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        if y == 0:
            return self._heading()
        first, _rows = self._window
        place = first + y - 1
        listed = self._listed
        if place >= len(listed):
            return Line(self._look, self.size.width).strip()
        return self._finding(listed[place], here=self.has_keys and place == self._cursor)

    def _heading(self) -> Strip:
        line = Line(self._look, self.size.width).gap()
        title = _("before it leaves")
        line.put(title, "accent" if self.has_keys else "text", bold=self.has_keys).gap()
        spans = counted(self._findings)
        taken = sum(cell_len(text) for text, _role in spans) + 3 * (len(spans) - 1)
        # Nobody may believe that an answer has left; these words go with the outbox, which sends.
        words = _("this version sends no mail")
        if cell_len(words) + 2 <= self.size.width - line.column - taken - 2:
            line.gap().put(words, "soon").gap()
        line.fill("─", self.size.width - (taken + 2 if spans else 0), "accent" if self.has_keys else "rule").gap()
        for number, (text, role) in enumerate(spans):
            line.gap(3 if number else 0).put(text, role)
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

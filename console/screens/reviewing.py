"""The review on the composer's screen: kept up to date while nothing is typed, with keys that settle what it finds."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import work

from console.files.attaching import gone
from console.library.words import action_words
from console.screens.questions import Asks, Question
from storage.kinds import DraftKind, Status
from storage.kinds.drafts import Attached, DraftView, Inserted
from storage.kinds.errors import DeskError
from storage.kinds.mail import entries
from storage.kinds.promises import Commitment
from storage.kinds.responses import Actions
from storage.kinds.review import Check, Finding, Severity, Written
from widgets.fields import Fields
from widgets.language import _
from widgets.line import Span
from widgets.review import ReviewPane

if TYPE_CHECKING:
    from widgets.editor import Editor

_REST = 0.5  # seconds of no typing after which a draft is reviewed


def holds_secrets(findings: Sequence[Finding]) -> bool:
    """Say whether a secret was found that nobody said to be right."""
    return any(one.check is Check.SECRET and one.severity is not Severity.OK for one in findings)


class Reviews(Asks):
    """A screen with a draft that is reviewed.

    Attributes:
        after: where the conversation stands once it is on its way; `None` where it stays.
        inserted: the canned responses that went into it, in their order.
        commitments: what it promises, as was found last; `taken` are those that are written down when it is sent, by
            their sentences, as the agent wants them to be.
        keeps: the numbers of promises that it keeps.
    """

    editor: "Editor"
    fields: Fields
    review: ReviewPane
    kind: DraftKind
    note: bool

    def __init__(self) -> None:
        super().__init__()
        self.reviewing = False
        self.right: set[str] = set()
        self.attached: tuple[Attached, ...] = ()
        self.after: Status | None = Status.WAITING
        self.inserted: tuple[Inserted, ...] = ()
        self.taken: dict[str, Commitment] = {}
        self.keeps: set[int] = set()
        self.commitments: tuple[Commitment, ...] = ()
        self._told: frozenset[str] = frozenset()

    @property
    def draft(self) -> DraftView:
        """The draft as it was read."""
        raise NotImplementedError

    def values(self) -> dict[str, str]:
        """Return what stands in the fields and in the text."""
        raise NotImplementedError

    def changed(self, name: str, value: Any) -> None:
        """Keep what has been changed."""
        raise NotImplementedError

    async def save_now(self) -> bool:
        """Save what has not been saved; say whether it is."""
        raise NotImplementedError

    def to_text(self) -> None:
        """Give the keys to the text."""
        raise NotImplementedError

    def _arrange(self) -> None:
        raise NotImplementedError

    async def send(self) -> None:
        """Let the draft leave."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ looking

    def written(self) -> Written:
        """Return the draft as the review reads it."""
        from console.mail.parse.language import guess
        from storage.rules.promised import promised

        values = self.values()
        own = "\n".join(line for line in values["body"].split("\n") if not line.startswith(">"))
        self.commitments = () if self.note else promised(values["body"], now=self.now())
        return Written(
            kind=self.kind,
            to=entries(values["to"]),
            cc=entries(values["cc"]),
            bcc=entries(values["bcc"]),
            subject=values["subject"],
            body=values["body"],
            attachments=tuple(one.name for one in self.attached),
            language=guess(own),
            promises=self.commitments,
            taken=self.taken,
            keeps=frozenset(self.keeps),
        )

    @work(exclusive=True, group="review")
    async def review_soon(self) -> None:
        """Review once typing rests."""
        await asyncio.sleep(_REST)
        await self.look_over()

    async def look_over(self) -> Sequence[Finding]:
        """Review the draft as it stands now, and show what is found."""
        from storage.queries import answering
        from storage.rules.mentions import addresses_in
        from storage.rules.placeholders import placeholders
        from storage.rules.reviewing import review

        written = self.written()
        mentioned = {address for address, _start, _end in addresses_in(written.body)}
        missing = await asyncio.to_thread(gone, self.attached)
        try:
            facts = await self.desk.ask(
                answering.review_facts,
                self._as_written(),
                mentioned=mentioned,
                gone=missing,
                now=self.now(),
            )
        except DeskError as error:
            self.say_error(error)
            return self.review.findings
        findings = review(written, facts, self.right)
        if not self.is_attached:
            return findings
        self.editor.mark([(start, end, "soon") for start, end in placeholders(self.editor.text)])
        self._show_findings(findings)
        return findings

    def _as_written(self) -> DraftView:
        return replace(self.draft, kind=self.kind, attachments=self.attached)

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        known = {one.name: one for one in self.ground.keymap.commands if "review" in one.where}
        keys = {name: (one.shown, one.word) for name, one in known.items()}
        others = {"then-waiting": Status.WAITING, "then-resolved": Status.RESOLVED, "then-open": None}
        then_keys = [keys[name] for name, status in others.items() if name in keys and status is not self.after]
        chooses = self.reviewing and self.draft.conversation_id is not None and not self.note
        before = self.review.rows_wanted
        self.review.show(
            findings,
            self.now(),
            keys=keys,
            then=self._then(),
            then_keys=then_keys if chooses else (),
            conversation_id=self.draft.conversation_id,
            title=_("before it is kept") if self.note else "",
        )
        if (self.reviewing or self.note) and before != self.review.rows_wanted:
            self._arrange()

    def _then(self) -> list[Span]:
        words = {
            Status.WAITING: _("it waits for the customer"),
            Status.RESOLVED: _("it is resolved"),
            Status.ON_HOLD: _("it is on hold"),
            Status.OPEN: _("it is open"),
        }
        goes_on = any(one.transfer is not None for one in self.done_beside())
        said = words[self.after] if self.after in words and not goes_on else _("it stays open")
        if self.note:
            said = _("it is kept as it stands, and never sent")
        elif self.draft.conversation_id is None:
            said = _("a new conversation begins, and waits for the customer")
        beside = [word for actions in self.done_beside() for word in action_words(actions)]
        return [(", ".join((said, *beside)), "text")]

    def _choose_after(self) -> None:
        """Let the conversation stand then as a macro wants it, else as is usual: a forward answers nobody."""
        asked = [one.actions.status for one in self.inserted if one.actions.status is not None]
        usual = None if self.kind is DraftKind.FORWARD else Status.WAITING
        self.after = asked[-1] if asked else usual

    def done_beside(self) -> list[Actions]:
        """Return what macros do beside: where the conversation stands then is the agent's choice, as shown."""
        return [replace(one.actions, status=None) for one in self.inserted]

    # ------------------------------------------------------------------------------------------ settling

    async def to_review(self) -> None:
        """Save, review, and give the keys to what was found; a note is kept at once unless it holds a secret."""
        if not await self.save_now():
            return
        findings = await self.look_over()
        if self.note and not holds_secrets(findings):
            await self.send()
            return
        self.reviewing = True
        self.set_focus(None)
        self.review.has_keys = True
        self._show_findings(findings)
        self._told = frozenset(one.key for one in findings)
        self._arrange()

    def leave_review(self) -> None:
        """Take the keys away from the review."""
        if self.reviewing:
            self.reviewing = False
            self.review.has_keys = False

    async def send_reviewed(self) -> None:
        """Let it leave, unless something must be settled, or something came that was not told yet."""
        findings = await self.look_over()
        stops = [one for one in findings if one.severity is Severity.STOP]
        fresh = [one for one in findings if one.severity is not Severity.OK and one.key not in self._told]
        self._told |= {one.key for one in findings}
        self._arrange()
        if stops:
            self.say_refusal(
                _("What stops it is mended, or said to be right with {key}.").format(key=self._key("right"))
            )
        elif fresh:
            self.say_refusal(_("Something came meanwhile: look at it, then send again."))
        else:
            await self.send()

    def _key(self, name: str) -> str:
        return next((one.shown for one in self.ground.keymap.commands if one.name == name and one.shown), name)

    def action_finding(self, by: int) -> None:
        """Go to another finding."""
        self.review.move(by)

    def action_right(self) -> None:
        """Say that a finding is right as it is."""
        finding = self.review.chosen
        if finding is None or finding.severity is Severity.OK:
            return
        if "right" not in finding.remedies:
            self.say_refusal(_("Without that it cannot leave: mend it."))
            return
        self.right.add(finding.key)
        self.changed("right", frozenset(self.right))
        self._look_again()

    def action_redact(self) -> None:
        """Leave the secret out of the text that a finding points at."""
        from storage.rules.secrets import LEFT_OUT, secrets_in, whole_end

        finding = self.review.chosen
        if finding is None or "redact" not in finding.remedies or finding.place is None:
            return
        text = self.editor.text
        for secret in secrets_in(text):
            if secret.start == finding.place.start:
                self.editor.leave_out(secret.start, whole_end(text, secret), LEFT_OUT)
                self._look_again()
                return

    def action_go_there(self) -> None:
        """Go to where a finding stands."""
        finding = self.review.chosen
        place = finding.place if finding is not None else None
        self.to_text()
        if place is None:
            return
        if place.field == "body":
            if place.end > place.start:
                self.editor.go_to(place.start, place.end)
        elif place.field != "attachments":
            self.fields.go_to(place.field)

    def promises(self) -> list[Commitment]:
        """Return what is written down as promised when it is sent: of what the text still says."""
        return [self.taken[one.text] for one in self.commitments if one.text in self.taken]

    def _promise_meant(self, remedy: str) -> Finding | None:
        """Return the finding under the cursor, if it is a promise, else the first that is one and was not taken."""
        listed = [self.review.chosen, *(one for one in self.review.findings if one.severity is not Severity.OK)]
        return next((one for one in listed if one is not None and remedy in one.remedies), None)

    def action_promise(self) -> None:
        """Let a promise be written down with the answer, or be kept by it; or not."""
        finding = self._promise_meant("take-promise")
        match finding.check if finding is not None else None:
            case Check.PROMISE:
                assert finding is not None
                assert finding.at is not None
                self.taken[finding.other] = Commitment(finding.what, finding.at)
            case Check.PROMISED:
                assert finding is not None
                del self.taken[finding.other]
            case Check.OWED | Check.KEEPS:
                assert finding is not None
                self.keeps ^= {int(finding.other)}
            case _:
                self.say_refusal(_("That is no promise."))
                return
        self._look_again()

    @work(exclusive=True, group="promise")
    async def action_promise_otherwise(self) -> None:
        """Let a promise be written down in other words, or with another moment."""
        from console.screens.commands.promising import parted, trouble_of
        from widgets.when import read_moment

        finding = self._promise_meant("change-promise")
        if finding is None or finding.at is None:
            self.say_refusal(_("That is no promise."))
            return
        text = f'"{finding.what.replace(chr(34), chr(39))}" {finding.at:%Y-%m-%d %H:%M}'
        said = await self.ask(
            Question(_("promised"), text, judge=lambda line: trouble_of(parted(line, self.now()), self.now()))
        )
        if not said:
            return
        words, when = parted(said, self.now())
        if wrong := trouble_of((words, when), self.now()):
            self.say_refusal(wrong)
            return
        self.taken[finding.other] = Commitment(words, read_moment(when, now=self.now()))
        self._look_again()

    def action_then(self, status: Status | None) -> None:
        """Choose how the conversation stands once the answer is on its way."""
        self.after = status
        self._show_findings(self.review.findings)

    @work(exclusive=True, group="review")
    async def _look_again(self) -> None:
        await self.look_over()

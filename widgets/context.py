"""The context pane: who the customer is, what waits, what else there is of theirs, drawn no further than is seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from storage.kinds import Status
from storage.views import ContextView, ConversationView, OtherView
from widgets.clock_rows import metered, promise_spans, shown_clocks
from widgets.ends import GAP, write
from widgets.handed import handed_ends
from widgets.ideal import fit_spans
from widgets.journey import phase_words
from widgets.journey_rows import health_role, phase_role, telling
from widgets.known import (
    answered_spans,
    day_words,
    field_words,
    kind_words,
    last_words,
    name_span,
    numbers_words,
    other_aside,
    other_spans,
    owner_span,
    tag_words,
    waits_since,
    waits_spans,
)
from widgets.language import _, ngettext
from widgets.line import Line, Span, one_line
from widgets.look import Look
from widgets.moments import count_words, moment_words, span_words
from widgets.news import news_words
from widgets.owed import due_words
from widgets.pane import Pane
from widgets.persona import may_be_words, why_words
from widgets.playbooks import away_words, model_words, pick_words
from widgets.promised import due_role
from widgets.strip import LABEL, label
from widgets.text import language_words, tier_words
from widgets.urgency import metric_words
from widgets.wrapping import wrap

_DAYS_FROM = 30  # columns from which a settled conversation has room for its day
_NOTE_LINES = 3  # of a pinned note
_ALWAYS = 20  # rows that blocks of one row each take together
_ASKED = 4  # rows of what is asked


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the pane: spans from the left, an aside at the right edge; a heading carries a rule between them."""

    left: tuple[Span, ...] = ()
    aside: tuple[Span, ...] = ()
    heading: bool = False


BLANK = Row()


def context_title(view: ConversationView | None, context: ContextView | None) -> tuple[str, str]:
    """Return the pane's title and the aside beside it: the customer, and what sort of sender that is."""
    if view is None:
        return "", ""
    return name_span(view, context)[0], kind_words(context.kind) if context else ""


class ContextPane(Pane):
    """What stands beside a conversation.

    Args:
        look: how it is drawn.
        agent_id: who "you" is.
    """

    DEFAULT_CSS: ClassVar[str] = "ContextPane { width: 26; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, agent_id: int | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self.agent_id = agent_id
        self._view: ConversationView | None = None
        self._beside: ContextView | None = None
        self._now = datetime.now().astimezone()
        self._rows: list[Row] | None = None

    @property
    def beside(self) -> ContextView | None:
        """What stands beside the conversation that is shown."""
        return self._beside

    def show(self, view: ConversationView | None, context: ContextView | None, now: datetime) -> None:
        """Show what stands beside another conversation, or beside none.

        Args:
            view: the conversation.
            context: what stands beside it.
            now: the present, in the reader's zone.
        """
        self._view, self._beside, self._now = view, context, now
        self._anew()

    def tick(self, now: datetime) -> None:
        """Let clocks show a later time; only rows whose words change are painted."""
        self._now = now
        self._anew()

    def covered(self) -> None:
        """Say above what covers the last row that there is more."""
        self._anew()

    def on_resize(self, _event: events.Resize) -> None:
        """Share the rows out anew."""
        self._rows = None
        self.repaint()

    def _anew(self) -> None:
        self._rows = None
        self.repaint()

    # ------------------------------------------------------------------------------------------ drawing

    def draw(self, y: int) -> Strip:
        """Draw one row of the pane's own."""
        line = Line(self._look, self.size.width)
        rows = self._shown()
        if y >= len(rows):
            return line.strip()
        row = rows[y]
        if not row.heading:
            return write(line.gap(), row.left, row.aside).strip()
        line.gap().spans(row.left).gap()
        taken = sum(cell_len(text) + 1 for text, _role in row.aside)
        line.fill("─", line.width - 1 - taken)
        for text, role in row.aside:
            line.gap().put(text, role)
        return line.strip()

    def _shown(self) -> list[Row]:
        """Return the rows that have room; the last of them says so where there are more."""
        if self._rows is None:
            height = self.rows_free
            rows = list(islice(self._all(), height + 2))  # one blank row may follow the last that is seen
            while rows and rows[-1] == BLANK:
                rows.pop()
            if len(rows) > height:
                rows[height - 1 :] = [Row((("…", "muted"),))]
            self._rows = rows
        return self._rows

    @property
    def _listed(self) -> int:
        """How many entries a list may have, so that the blocks after it have room, too."""
        return max(2, (self.size.height - _ALWAYS) // 3)

    def _all(self) -> Iterator[Row]:
        view, context = self._view, self._beside
        if view is None or context is None:
            return
        yield from self._who(view, context)
        yield from self._handed(context)
        yield from self._new(view, context)
        yield from self._promised(context)
        yield from self._known(context)
        yield from self._clocks(view, context)
        yield from self._others(_("beside"), context.beside, context.beside_count, days=True)
        days = self.size.width >= _DAYS_FROM
        yield from self._others(_("before"), context.before, context.before_count, days=days)
        yield from self._parts(context)
        yield from self._wrote(context)
        yield from self._filed(view)

    def _who(self, view: ConversationView, context: ContextView) -> Iterator[Row]:
        if context.organization:
            yield Row(((one_line(context.organization), "text"),))
        if role := context.fields.get("role"):
            yield Row(((one_line(role), "text"),))
        if not context.known:
            yield from self._sentence(_("Nobody but us wrote here, or was written to."))
        elif context.erased:
            yield from self._sentence(_("Name and addresses were erased."))
        elif context.addresses:
            more = context.address_count - 1
            aside: tuple[Span, ...] = ((f"+{count_words(more)}", "muted"),) if more > 0 else ()
            yield Row(((one_line(context.addresses[0]), "text"),), aside)
        owner = owner_span(view, self.agent_id)
        yield Row(
            ((_("owner") + " ", "muted"), owner) if view.assignee_id is not None else ((_("nobody owns it"), "muted"),)
        )
        yield BLANK

    def _handed(self, context: ContextView) -> Iterator[Row]:
        """Yield what is asked, and what else a handoff brought, each in as many rows as it needs, four at most."""
        rows = list(handed_ends(context.handed, self._now))
        if not rows:
            return
        one = context.handed.handoff
        yield _heading(_("handed"), tier_words(one.to_tier) if one is not None else "")
        for left, aside in rows:
            words, role = "".join(text for text, _role in left[1:]), left[-1][1]
            if not aside and cell_len(words) <= self.size.width - LABEL - 2:
                yield Row(left)
                continue
            yield Row(left[:1], aside)
            yield from (Row(((line, role),)) for line in wrap(words, self.size.width - 2)[:_ASKED])
        yield BLANK

    def _new(self, view: ConversationView, context: ContextView) -> Iterator[Row]:
        """Yield what is new since the agent last looked, a row each."""
        if not context.news:
            return
        yield _heading(_("news"), _("since {moment}").format(moment=moment_words(context.news.since, self._now)))
        for words in news_words(context.news, view, self._now, self.agent_id)[: self._listed]:
            yield Row(((words, "bright"),))
        yield BLANK

    def _promised(self, context: ContextView) -> Iterator[Row]:
        """Yield what was promised and is open, each with its date above its words."""
        if not context.promised:
            return
        yield _heading(_("promised"), count_words(len(context.promised)))
        for one in context.promised[: self._listed]:
            aside: tuple[Span, ...] = ((one_line(one.agent), "muted"),) if one.agent else ()
            yield Row(((due_words(one, self._now), due_role(one, self._now)),), aside)
            for line in wrap(one_line(one.text), self.size.width - 4)[:_NOTE_LINES]:
                yield Row(((f"  {line}", "bright"),))
        yield BLANK

    def _known(self, context: ContextView) -> Iterator[Row]:
        """Yield what the profile says that is of use here, and the pinned notes, each in a few lines."""
        known = context.fit is not None and context.fit.fits is not None
        if known and context.fit is not None:
            yield Row((label(_("fit")), *fit_spans(context.fit)))
        fares = context.fares
        for name, value in context.fields.items():
            if name != "role" and not (fares and name == "lifecycle"):  # stands with who they are, or is computed
                yield Row((label(field_words(name)), (one_line(value), "text")))
            if name == "touch" and context.models.touch_pick is not None:  # a mixture: what it picked, and why
                yield Row((label(""), (pick_words(context.models.touch_pick), "muted")))
        yield from self._models(context)
        if (suggested := context.persona.suggested) is not None:
            yield Row((label(_("persona")), (may_be_words(suggested), "soon")))
            yield Row((label(""), (why_words(suggested), "muted")))
        told = list(self._fares(context))
        yield from told
        for note in context.pinned:
            lines = wrap(one_line(note), self.size.width - 4)
            for place, words in enumerate(lines[:_NOTE_LINES]):
                cut = place == _NOTE_LINES - 1 and len(lines) > _NOTE_LINES
                yield Row((("  " * bool(place) + words + "…" * cut, "bright"),))
        models = context.models
        said = known or told or context.persona.suggested is not None
        if said or len(context.fields) > ("role" in context.fields) or context.pinned or models.service or models.owner:
            yield BLANK

    def _models(self, context: ContextView) -> Iterator[Row]:
        """Yield the service model that holds, and whose customer it is."""
        models = context.models
        if models.service:
            words = model_words(models.service, models.service_model, models.service_pick)
            yield Row((label(_("service")), (words, "text")))
        if models.owner:
            yield Row((label(_("care")), (one_line(models.owner), "text")))
            if away := away_words(models, self._now):
                yield Row((label(""), (away, "soon")))

    def _fares(self, context: ContextView) -> Iterator[Row]:
        """Yield how they fare, each in a row: lifecycle with whether it is pinned, health, milestones overdue."""
        fares = context.fares
        if fares is None:
            return
        if fares.phase.word is not None:
            pinned: tuple[Span, ...] = ((_("pinned"), "muted"),) if fares.phase.pinned else ()
            yield Row((label(_("cycle")), (phase_words(fares.phase.word), phase_role(fares.phase.word))), pinned)
        if telling(fares.health):
            yield Row((label(_("health")), (f"{fares.health.score}", health_role(fares.health.score))))
        if fares.overdue:
            words = ngettext("{count} milestone", "{count} milestones", fares.overdue).format(count=fares.overdue)
            yield Row((label(_("missed")), (words, "late")))

    def _sentence(self, words: str) -> Iterator[Row]:
        for line in wrap(words, self.size.width - 2):
            yield Row(((line, "muted"),))

    def _clocks(self, view: ConversationView, context: ContextView) -> Iterator[Row]:
        yield _heading(_("clocks"))
        known = shown_clocks(context.clocks)
        until = view.snoozed_until
        if until is not None and until > self._now:
            yield Row((label(_("waits")), (_("snoozed"), "paused")), ((day_words(until, self._now), "muted"),))
        elif not known:
            *_before, waits = waits_spans(view, self._now)
            yield Row((label(_("waits")), waits if waits_since(view) is not None else (_("nothing"), "muted")))
        for one in known:
            yield Row((label(metric_words(one.metric)), *metered(one, self._now)))
        if context.unexplained:
            yield Row((label(_("why late")), (":explain", "accent")))
        if not known and (first := answered_spans(context)):
            yield Row((label(_("first")), *first))
        if known and context.promised:
            left, moment = promise_spans(context.promised, self._now)
            yield Row((label(_("promise")), *left), moment)
        if context.last_at is not None:
            who = last_words(context)  # which is never cut for when it was
            room = self.size.width - 2 - LABEL - cell_len(who) - GAP
            moments = (moment_words(context.last_at, self._now), day_words(context.last_at, self._now))
            fits: list[tuple[Span, ...]] = [((words, "muted"),) for words in moments if cell_len(words) <= room]
            yield Row((label(_("last")), (who, "text")), fits[0] if fits else ())
        yield BLANK

    def _others(self, word: str, others: tuple[OtherView, ...], count: int, *, days: bool) -> Iterator[Row]:
        if not count:
            return
        yield _heading(word, count_words(count))
        for other in others[: self._listed]:
            plain = other.status in {Status.RESOLVED, Status.CLOSED}
            yield Row(other_spans(other), other_aside(other, self._now) if days or not plain else ())
        yield BLANK

    def _parts(self, context: ContextView) -> Iterator[Row]:
        if not context.part_count:
            return
        yield _heading(_("with"), count_words(context.part_count))
        for part in sorted(context.parts, key=lambda part: not part.stranger)[: self._listed]:
            name: Span = (one_line(part.name), "text") if part.name else (_("erased"), "muted")
            aside: tuple[Span, ...] = ()
            if part.stranger:
                aside = ((_("stranger"), "soon"),)
            elif part.wrote:
                aside = (count_words(part.wrote), "muted"), ("×", "muted")  # noqa: RUF001 - the sign for times
            yield Row((name,), aside)
        yield BLANK

    def _wrote(self, context: ContextView) -> Iterator[Row]:
        if not context.known:
            return
        yield _heading(_("wrote"), count_words(context.wrote))
        if context.since is None:
            yield Row(((_("never"), "muted"),))
        else:
            yield Row((label(_("since")), (day_words(context.since, self._now), "text")))
            if context.wrote_at is not None:
                ago = span_words(self._now - context.wrote_at)
                yield Row(
                    (label(_("here")), (count_words(context.wrote_here), "text")),
                    ((_("{span} ago").format(span=ago), "muted"),),
                )
        if context.languages:
            yield Row((label(_("in")), (language_words(context.languages, self.size.width - LABEL - 2), "text")))
        yield BLANK

    def _filed(self, view: ConversationView) -> Iterator[Row]:
        yield _heading(_("filed"))
        yield Row((label(_("mailbox")), (one_line(view.mailbox), "text")))
        if view.tags:
            yield Row((label(_("tags")), (" ".join(tag_words(view.tags)), "text")))
        if view.linked:
            yield Row((label(_("related")), (numbers_words(view.linked, 2), "text")))
        if view.joined_numbers:
            yield Row((label(_("joined")), (numbers_words(view.joined_numbers, 2), "text")))


def _heading(word: str, aside: str = "") -> Row:
    return Row(((word, "bright"),), ((aside, "muted"),) if aside else (), heading=True)

"""The library of canned responses: listed with what became of them, read as written and as a customer would, edited."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Horizontal, Vertical

from console.feed import Change
from console.files.editor import NotEdited
from console.library.checking import Problem, problems
from console.library.editing import edited
from console.library.errors import FileTrouble, TemplateTrouble
from console.library.finding import Found, Library
from console.library.values import SAMPLE, known
from console.library.words import action_words
from console.screens.commands.base import Where
from console.screens.lining import Listing
from console.screens.questions import Question
from storage.kinds.errors import DeskError
from storage.kinds.responses import Canned, ResponseView, UsageView, ValuesView
from widgets.bars import PaneTitle, TitleRow
from widgets.empty import Empty
from widgets.language import _, chosen_language, ngettext
from widgets.line import Span
from widgets.pane import Pane, Wall, toast
from widgets.prompt import PromptRow
from widgets.responses import ResponseList, ResponseRow, ResponseText, Section, outcome_words
from widgets.troubles import trouble_words

_SIDE_BY_SIDE = 90  # columns from which the text stands beside the list
_ALL = 100_000


class LibraryScreen(Listing):
    """The canned responses that the agent has.

    Args:
        conversation_id: on whose customer they are tried; `None` for a made-up one.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    LibraryScreen { background: $background; }
    LibraryScreen #sides { height: 1fr; }
    """

    def __init__(self, conversation_id: int | None = None) -> None:
        super().__init__()
        self._conversation_id = conversation_id
        self._library = Library(())
        self._usage: Mapping[int, UsageView] = {}
        self._values: ValuesView | None = None
        self._found: list[Found] = []
        self._told: Mapping[str, Sequence[str]] = {}
        self._checked: dict[str, list[Problem]] = {}
        self._words = ""

    @property
    def where(self) -> Where:
        """The list has the keys."""
        return "library"

    def compose(self) -> ComposeResult:
        """Yield the list, the text and the last row."""
        yield TitleRow(self.look)
        with Horizontal(id="sides") if self._is_wide else Vertical(id="sides"):
            yield ResponseList(self.look)
            yield Wall(self.look)
            yield ResponseText(self.look)
        yield Empty(self.look)
        yield self.last_row()

    def on_mount(self) -> None:
        """Read the responses."""
        self.query_one(Empty).display = False
        self.prompt.show(*self.ground.keymap.footer("library"))
        self.ground.changes.subscribe(self, self._changed)
        self._tell()
        self._read()

    def on_resize(self) -> None:
        """Share the window out anew."""
        self.query_one(Wall).display = self._is_wide
        self.query_one("#sides").styles.layout = "horizontal" if self._is_wide else "vertical"
        self._tell()

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= _SIDE_BY_SIDE

    def _changed(self, _change: Change) -> None:
        self._read()

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        from storage.queries.responses import responses, usage, values
        from storage.queries.told import desk_values

        try:
            told = await self.desk.ask(desk_values)
            if told != self._told:
                self._told, self._checked = told, {}
            views = await self.desk.ask(responses, agent_id=self.ground.agent_id)
            self._usage = await self.desk.ask(usage, [one.response_id for one in views])
            if self._conversation_id is not None:
                self._values = await self.desk.ask(
                    values, self._conversation_id, agent_id=self.ground.agent_id, agent=self.desk.agent
                )
        except DeskError as error:
            self._conversation_id = None
            self._say(((trouble_words(error), "late"),))
            return
        self._library = await asyncio.to_thread(_prepared, views)
        if self.query(ResponseList):
            self._show()

    # ------------------------------------------------------------------------------------------ what is shown

    def _show(self) -> None:
        language = chosen_language()[:2]
        self._found = self._library.find(self._words, languages=(language,) if self._words else (), limit=_ALL)
        rows = [_row(one, self._usage.get(one.view.response_id, UsageView())) for one in self._found]
        self.query_one(ResponseList).show(rows, keep=True)
        empty = self.query_one(Empty)
        nothing = not len(self._library)
        empty.display = nothing
        self.query_one("#sides").display = not nothing
        if nothing:
            empty.show(
                _("There are no canned responses yet: `plantao response import --starter` brings 32, n writes one.")
            )
        self._tell()
        self._describe()

    def _chosen(self) -> ResponseView | None:
        number = self.query_one(ResponseList).chosen_id
        return next((one.view for one in self._found if one.view.response_id == number), None)

    def _tell(self) -> None:
        count = len(self._found)
        aside = ngettext("{count} response", "{count} responses", count).format(count=count)
        title = _("Canned responses") + (f"  /{self._words}" if self._words else "")
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, title, aside, focused=True)])

    def _describe(self) -> None:
        view = self._chosen()
        if view is None:
            self.query_one(ResponseText).show(())
            return
        canned = view.canned
        used = self._usage.get(view.response_id, UsageView())
        does = "  ".join(action_words(canned.actions))
        rows = (
            (_("title"), canned.title),
            (_("tags"), " ".join(canned.tags)),
            (_("does"), does),
            (_("files"), ", ".join(one.name for one in canned.attachments)),
            (_("used"), outcome_words(used.sent, used.edited, used.reopened)),
        )
        about = "\n".join(f"{name:<9}{text}" for name, text in rows if text)
        whose = view.owner or _("team")
        wrong = self._checked.get(canned.body)
        check = _("renders for every customer") if wrong == [] else "…"
        if wrong is None:
            self._check(canned.body)
        elif wrong:
            check = "\n".join(f"{one.line}:{one.column}  {one.words}" for one in wrong)
        self.query_one(ResponseText).show(
            (
                Section(f";{canned.shortcode}", about, "muted", aside=f"{canned.language}  {whose}"),
                Section(_("as {name} would read it").format(name=self._reader()), self._as_read(view)),
                Section(_("as written"), canned.body),
                Section(_("check"), check, "late" if wrong else "ok"),
            )
        )

    @work(exclusive=True, group="check")
    async def _check(self, body: str) -> None:
        """Try a response on every sort of customer, away from the thread that draws."""
        self._checked[body] = await asyncio.to_thread(problems, body, self._told)
        if self.query(ResponseList):
            self._describe()

    def _reader(self) -> str:
        values = self._values
        if values is None:
            return SAMPLE["customer.name"]
        return f"{values.customer or values.customer_address or '?'} (#{values.conversation_id})"

    def _as_read(self, view: ResponseView) -> str:
        from console.library.rendering import render

        language = view.canned.language
        values = known(self._values, language=language) if self._values else {**SAMPLE, "language": language[:2]}
        try:
            return render(view.canned.body, values).text
        except TemplateTrouble as trouble:
            return str(trouble)

    def _say(self, spans: tuple[Span, ...]) -> None:
        strip = toast(self.look, self.app.size.width, spans, ":undo  u")
        for pane in (self.query_one(Empty), self.query_one(ResponseText)):
            pane.cover([strip])
        self.query_one(ResponseList).cover([strip] if self._is_wide else [])

    # ------------------------------------------------------------------------------------------ going

    def _move(self, by: int) -> None:
        for pane in (self.query_one(ResponseList), self.query_one(ResponseText), self.query_one(Empty)):
            pane.cover(())
        self.query_one(ResponseList).move(by)
        self._describe()

    @on(ResponseList.Moved)
    def _moved(self) -> None:
        self._move(0)

    def action_down(self) -> None:
        """Go to the next response."""
        self._move(1)

    def action_up(self) -> None:
        """Go to the one before."""
        self._move(-1)

    def action_half_down(self) -> None:
        """Scroll the text down."""
        self.query_one(ResponseText).wheel(self.query_one(ResponseText).size.height // 2)

    def action_half_up(self) -> None:
        """Scroll the text up."""
        self.query_one(ResponseText).wheel(-(self.query_one(ResponseText).size.height // 2))

    def action_page_down(self) -> None:
        """Go a page down."""
        self._move(self.query_one(ResponseList).size.height - 1)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._move(1 - self.query_one(ResponseList).size.height)

    def action_top(self) -> None:
        """Go to the first response."""
        self._move(-_ALL)

    def action_bottom(self) -> None:
        """Go to the last one."""
        self._move(_ALL)

    def action_close(self) -> None:
        """Take the words away that the list is narrowed by; else go back."""
        if self._words:
            self._words = ""
            self._show()
        else:
            self.dismiss(None)

    # ------------------------------------------------------------------------------------------ lines to type in

    def panes(self) -> tuple[Pane, ...]:
        """Return what can be drawn over: the lowest first, where one stands below the other."""
        return (self.query_one(ResponseText), self.query_one(ResponseList), self.query_one(Wall), self.query_one(Empty))

    def action_find(self) -> None:
        """Ask for words, by which the list is narrowed as they are typed."""
        self._narrow_by(self.put_question(Question("/", self._words, offer=self._narrowed)))

    async def _narrowed(self, words: str) -> tuple[()]:
        self._words = words
        self._show()
        return ()

    @work(group="commands")
    async def _narrow_by(self, answer: "asyncio.Future[str | None]") -> None:
        self._words = await answer or ""
        self._show()

    def action_try_on(self) -> None:
        """Ask for a conversation, on whose customer the responses are tried from now on."""
        self._try_on(self.put_question(Question(_("conversation #"))))

    @work(group="commands")
    async def _try_on(self, answer: "asyncio.Future[str | None]") -> None:
        number = await answer
        if number is None:
            return
        number = number.strip().lstrip("#")
        self._conversation_id = int(number) if number.isdecimal() and len(number) < 19 else None
        self._values = None
        self._read()

    @on(PromptRow.Steered)
    def _steered_list(self, message: PromptRow.Steered) -> None:
        """Go through the list where the line offers nothing of its own."""
        if not self._offered:
            self._move(message.by)

    # ------------------------------------------------------------------------------------------ doing

    def action_edit(self) -> None:
        """Edit the response under the cursor in the editor."""
        view = self._chosen()
        if view is not None and (canned := self._in_editor(view)) is not None:
            self._do("change", view.response_id, replace(canned, attachments=view.canned.attachments))

    def action_new(self) -> None:
        """Write a new one in the editor."""
        language = {"pt": "pt_BR", "es": "es"}.get(chosen_language()[:2], "en")
        begun = Canned("new", language, _("What it is for"), _("Hello!"))
        if (canned := self._in_editor(ResponseView(0, begun, "", shared=False))) is not None:
            self._do("keep", canned)

    def _in_editor(self, view: ResponseView) -> Canned | None:
        try:
            with self.app.suspend():
                return edited(view)
        except (FileTrouble, NotEdited) as trouble:
            self._say(((str(trouble), "late"),))
        except SuspendNotSupported:
            self._say(((_("There is no terminal to give to an editor here."), "late"),))
        return None

    def action_share(self) -> None:
        """Make it the team's, or the agent's alone."""
        view = self._chosen()
        if view is not None:
            self._do("change", view.response_id, view.canned, shared=not view.shared)

    def action_drop(self) -> None:
        """Take it away."""
        view = self._chosen()
        if view is not None:
            self._do("drop", [view.response_id])

    def action_undo(self) -> None:
        """Take the agent's last action back."""
        self._do("undo")

    @work(exclusive=True, group="do")
    async def _do(self, deed: str, *arguments: Any, **choices: Any) -> None:
        from storage.commands import responses, undoing

        words = {"change": _("changed"), "keep": _("kept"), "drop": _("taken away"), "undo": _("taken back")}
        command = undoing.undo if deed == "undo" else getattr(responses, deed)
        try:
            given = await self.desk.tell(command, *arguments, actor=self.desk.actor, now=self.now(), **choices)
        except DeskError as error:
            self._say(((trouble_words(error), "late"),))
            return
        self.ground.wake_feed()
        self._say(((words[deed], "ok"),))
        if deed == "keep":
            self._words = ""
            self.query_one(ResponseList).go_to(given)
        self._read()


def _prepared(views: tuple[ResponseView, ...]) -> Library:
    """Fold all texts, and load the engine, away from the thread that draws."""
    import console.library.rendering  # noqa: F401 - half a second, the first time

    return Library(views).prepared()


def _row(one: Found, used: UsageView) -> ResponseRow:
    canned = one.view.canned
    return ResponseRow(
        response_id=one.view.response_id,
        shortcode=canned.shortcode,
        title=canned.title,
        language=canned.language,
        owner=one.view.owner,
        lit_shortcode=one.lit_shortcode,
        lit_title=one.lit_title,
        macro=bool(canned.actions),
        sent=used.sent,
    )

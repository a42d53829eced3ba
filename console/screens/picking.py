"""The picker: a canned response found while typing, seen with this customer's values, its blanks asked for in place."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from console.library.errors import TemplateTrouble
from console.library.finding import Found, Library
from console.library.values import known
from console.screens.commands.base import Where
from console.screens.ground import DeskScreen
from storage.kinds.errors import DeskError
from storage.kinds.responses import Actions, Attached, ResponseView, ValuesView
from widgets.bars import KeyRow, PaneTitle, TitleRow
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.pane import Wall
from widgets.responses import ResponseList, ResponseRow, ResponseText, Section
from widgets.troubles import trouble_words
from widgets.typing_line import TypedLine, line_css

if TYPE_CHECKING:
    from console.library.rendering import Missing, Rendered

_SUITS = 0.5  # of the response that is used most for this segment: from here on the list says so
_SIDE_BY_SIDE = 90  # columns from which the text stands beside the list


@dataclass(frozen=True, slots=True)
class Picked:
    """A response that was chosen.

    Attributes:
        text: filled in; ``{{ name }}`` where a value was left out, which the review stops.
        attachments, actions: what goes with it.
    """

    response_id: int
    text: str
    attachments: tuple[Attached, ...]
    actions: Actions


@dataclass
class _Filling:
    """What has been chosen and is being filled in."""

    views: list[ResponseView] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)


class ResponsePicker(DeskScreen):
    """Choose canned responses for a conversation; gives a tuple of `Picked`, or `None` when it was left.

    Args:
        conversation_id: whose values stand in the text; `None` for a new conversation.
        to: whom a new conversation is begun with, as the line of recipients says it.
        ahead: what was typed already: letters for the line, and from an Enter on what waits for something to choose.
    """

    CSS: ClassVar[str] = line_css("ResponsePicker", sign="prompt") + "ResponsePicker #sides { height: 1fr; }"

    def __init__(self, conversation_id: int | None, ahead: Sequence[events.Key] = (), *, to: str = "") -> None:
        super().__init__()
        self._conversation_id = conversation_id
        self._to = to
        begins = next((place for place, event in enumerate(ahead) if event.key == "enter"), len(ahead))
        self._ahead = "".join(event.character or "" for event in ahead[:begins] if event.is_printable)
        self._library: Library | None = None
        self._values: ValuesView | None = None
        self._fits: Mapping[int, float] = {}
        self._suits: Mapping[int, float] = {}
        self._found: list[Found] = []
        self._filling = _Filling()
        self._asked = ""
        self._words = ""  # that what is shown was found by
        self._trouble = ""
        self._held = list(ahead[begins:])  # from an Enter on that came before there was anything to choose from

    @property
    def where(self) -> Where:
        """There is one line to type in."""
        return "picker"

    def compose(self) -> ComposeResult:
        """Yield the line, the list and the text."""
        with Horizontal(id="line"):
            yield Static(" ;", id="prompt", markup=False)
            yield TypedLine(self.takes, id="typed")
        yield TitleRow(self.look)
        with Horizontal(id="sides") if self._is_wide else Vertical(id="sides"):
            yield ResponseList(self.look)
            yield Wall(self.look)
            yield ResponseText(self.look)
        yield KeyRow(self.look)

    def on_mount(self) -> None:
        """Read the responses."""
        self.query_one(KeyRow).show(*self.ground.keymap.footer("picker"))
        self.query_one(Input).focus()
        if self._ahead:
            self.query_one(Input).insert_text_at_cursor(self._ahead)
            self._ahead = ""
        self._tell()
        self._read()

    def typed_ahead(self, event: events.Key) -> bool:
        """Put text into the line, as soon as there is one."""
        if self.takes(event):
            event.stop()
            return True
        if not event.character or not event.is_printable:
            return False
        line = self.query_one(Input) if self.query(Input) else None
        if line is not None and line.is_mounted:
            line.insert_text_at_cursor(event.character)
        else:
            self._ahead += event.character
        return True

    def takes(self, event: events.Key) -> bool:
        """Take an Enter, and what follows one that waits for something to choose from; say whether it was taken."""
        if event.key in {"escape", "ctrl+g"} or not (self._held or event.key == "enter"):
            return False
        if (self._held or self._library is None) and not self._trouble:
            self._held.append(event)
        else:
            self.action_choose()
        return True

    def on_resize(self) -> None:
        """Share the window out anew."""
        self.query_one(Wall).display = self._is_wide
        self.query_one("#sides").styles.layout = "horizontal" if self._is_wide else "vertical"
        self._tell()

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= _SIDE_BY_SIDE

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        from storage.queries.fitting import fitting, suiting
        from storage.queries.responses import responses, values, values_for

        try:
            views = await self.desk.ask(responses, agent_id=self.ground.agent_id)
            if self._conversation_id is not None:
                self._values = await self.desk.ask(
                    values, self._conversation_id, agent_id=self.ground.agent_id, agent=self.desk.agent
                )
            elif self._to.strip():
                self._values = await self.desk.ask(
                    values_for, self._to, agent_id=self.ground.agent_id, agent=self.desk.agent
                )
            self._library = await asyncio.to_thread(_prepared, views)
            self._show()
            if self._conversation_id is not None:
                self._suits = await self.desk.ask(suiting, self._conversation_id)
                self._fits = await self.desk.ask(fitting, self._conversation_id)
                self._show(keep=True)
            self._take_held()
        except DeskError as error:
            self._trouble = trouble_words(error)
            self._held.clear()
            self._tell()

    def _take_held(self) -> None:
        """Do what was typed before there was anything to choose from."""
        held, self._held = self._held, []
        for event in held:
            self.on_key(event)

    # ------------------------------------------------------------------------------------------ finding

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._asked:
            self._preview({**self._filling.given, self._asked: self.query_one(Input).value})
        else:
            self._show()

    def _show(self, *, keep: bool = False) -> None:
        if self._library is None or not self.query(ResponseList):
            return
        languages = self._values.languages() if self._values else ()
        self._words = self.query_one(Input).value
        self._found = self._library.find(self._words, fits=self._fits, suits=self._suits, languages=languages)
        chosen = {one.response_id for one in self._filling.views}
        rows = [_row(one, stacked=one.view.response_id in chosen) for one in self._found]
        self.query_one(ResponseList).show(rows, keep=keep)
        self._tell()
        self._preview(self._filling.given)

    def _chosen(self) -> ResponseView | None:
        number = self.query_one(ResponseList).chosen_id
        return next((one.view for one in self._found if one.view.response_id == number), None)

    # ------------------------------------------------------------------------------------------ the text

    def _rendered(self, view: ResponseView, given: Mapping[str, str]) -> "Rendered":
        from console.library.rendering import render

        there = known(self._values, language=view.canned.language) if self._values else {}
        return render(view.canned.body, {**there, **given})

    def _acts(self, view: ResponseView, given: Mapping[str, str]) -> "tuple[Actions, Sequence[Missing]]":
        """Return what a response does, its words as they come out for the customer, and what they ask for."""
        actions = view.canned.actions
        if actions.transfer is None:
            return actions, ()
        from console.library.rendering import handed_on

        there = known(self._values, language=view.canned.language) if self._values else {}
        transfer, missing = handed_on(actions.transfer, {**there, **given})
        return replace(actions, transfer=transfer), missing

    def _preview(self, given: Mapping[str, str]) -> None:
        views = list(self._filling.views)
        if not self._asked and (chosen := self._chosen()) is not None and chosen not in views:
            views.append(chosen)
        sections = []
        for view in views:
            try:
                text = self._rendered(view, given).text
            except TemplateTrouble as trouble:
                text = str(trouble)
            sections.append(Section(f";{view.canned.shortcode}", text, aside=_beside(view)))
        if not sections and self._words.strip() and self._library is not None and len(self._library):
            words = _("No response says {words}. ^u takes the words away, and shows all of them again.")
            sections.append(Section("", words.format(words=one_line(self._words.strip())), role="muted"))
        self.query_one(ResponseText).show(sections, self._asked)

    def _tell(self) -> None:
        width = self.app.size.width
        count = len(self._found)
        said = ngettext("{count} found", "{count} found", count).format(count=count)
        if self._trouble:
            said = self._trouble
        elif self._asked:
            said = _("Enter alone leaves it open")
        elif self._library is not None and not len(self._library):
            said = _("there are none yet: plantao response import --starter")
        stacked = len(self._filling.views)
        title = _("Canned responses")
        if stacked:
            title += " " + ngettext("+{count} chosen", "+{count} chosen", stacked).format(count=stacked)
        self.query_one(TitleRow).show([PaneTitle(width, title, said, focused=True)])

    # ------------------------------------------------------------------------------------------ choosing

    def action_down(self) -> None:
        """Go to the next response."""
        self._move(1)

    def action_up(self) -> None:
        """Go to the one before."""
        self._move(-1)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._move(self.query_one(ResponseList).size.height)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._move(-self.query_one(ResponseList).size.height)

    def _move(self, by: int) -> None:
        if self._asked:
            self.query_one(ResponseText).wheel(by)
            return
        self.query_one(ResponseList).move(by)
        self._preview(self._filling.given)

    @on(ResponseList.Moved)
    def _moved(self) -> None:
        self._preview(self._filling.given)

    def action_stack(self) -> None:
        """Choose the response under the cursor, or take the choice back, and go on looking for another."""
        chosen = self._chosen()
        if chosen is None or self._asked:
            return
        if chosen in self._filling.views:
            self._filling.views.remove(chosen)
        else:
            self._filling.views.append(chosen)
        line = self.query_one(Input)
        if line.value:
            line.value = ""  # which shows all of them again
        else:
            self._show(keep=True)

    def action_choose(self) -> None:
        """Take the response under the cursor with those chosen before, or the value that was asked for."""
        if not self._asked and self.query_one(Input).value != self._words:
            self._show()  # the line has heard of more than the list
        if self._asked:
            value = self.query_one(Input).value.strip()
            if value:
                self._filling.given[self._asked] = value
            else:
                self._filling.left_out.add(self._asked)
            self._asked = ""
        else:
            chosen = self._chosen()
            done = self._filling.views and not self.query_one(Input).value  # Enter after Tab: those chosen are all
            if chosen is not None and not done and chosen not in self._filling.views:
                self._filling.views.append(chosen)
        if self._filling.views:
            self._ask_next()

    def _ask_next(self) -> None:
        """Ask for the next value that is missing; leave with all that was chosen when none is."""
        filling = self._filling
        picked = []
        for view in filling.views:
            try:
                done = self._rendered(view, filling.given)
                actions, also = self._acts(view, filling.given)
            except TemplateTrouble as trouble:
                filling.views.remove(view)
                self._trouble = f";{view.canned.shortcode}  {trouble}"
                self._show(keep=True)
                return
            for one in (*done.missing, *also):
                if one.name not in filling.left_out:
                    self._ask(one.name)
                    return
            picked.append(Picked(view.response_id, done.text, view.canned.attachments, actions))
        self.dismiss(tuple(picked))

    def _ask(self, name: str) -> None:
        self._asked = name
        self.query_one("#prompt", Static).update(f" {name} = ")
        line = self.query_one(Input)
        with line.prevent(Input.Changed):
            line.value = ""
        self._tell()
        self._preview(self._filling.given)

    def action_close(self) -> None:
        """Go back to the list from what is asked; else leave."""
        if not self._asked:
            self.dismiss(None)
            return
        self._asked = ""
        self._filling = _Filling()
        self.query_one("#prompt", Static).update(" ;")
        line = self.query_one(Input)
        with line.prevent(Input.Changed):
            line.value = ""
        self._show()


def _prepared(views: tuple[ResponseView, ...]) -> Library:
    """Fold all texts, and load the engine, away from the thread that draws."""
    import console.library.rendering  # noqa: F401 - half a second, the first time

    return Library(views).prepared()


def _row(one: Found, *, stacked: bool = False) -> ResponseRow:
    canned = one.view.canned
    return ResponseRow(
        response_id=one.view.response_id,
        shortcode=canned.shortcode,
        title=canned.title,
        language=canned.language,
        owner=one.view.owner,
        lit_shortcode=one.lit_shortcode,
        lit_title=one.lit_title,
        fits=one.fit > 0,
        suits=one.suit >= _SUITS,
        macro=bool(canned.actions),
        stacked=stacked,
    )


def _beside(view: ResponseView) -> str:
    """Return what goes with a response: files, and what it does."""
    from console.library.words import action_words

    words = [one.name for one in view.canned.attachments]
    return "  ".join([*words, *action_words(view.canned.actions)])

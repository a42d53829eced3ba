"""Every key and command, made from the one table, found by action, key or word as it is typed."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from console.screens.commands.base import Command, Where
from console.screens.commands.offering import close_to
from console.screens.ground import DeskScreen
from console.screens.moving import Steps
from widgets.bars import KeyRow, PaneTitle, TitleRow
from widgets.helping import Group, KeysPage
from widgets.language import _
from widgets.typing_line import TypingLine, line_css


def groups(commands: tuple[Command, ...], letters: str = "", *, first: Where = "queue") -> list[Group]:
    """Return the commands by where they work, those of one place first.

    Args:
        commands: the table.
        letters: name them, by key, name, sentence or other words; empty for all.
        first: the place that everything is told of; of the others what works nowhere before them.
    """
    headings: tuple[tuple[Where, str], ...] = (
        ("queue", _("in the queue")),
        ("conversation", _("in a conversation")),
        ("search", _("in the search")),
        ("history", _("in the history")),
        ("rules", _("in the list of rules")),
        ("paper", _("in a paper: source, headers, why")),
        ("files", _("in the list of files and links")),
        ("composer", _("in the composer")),
        ("review", _("in the review before it leaves")),
        ("beside", _("in the conversation beside the composer")),
        ("quote", _("in the lines to quote")),
        ("drafts", _("in the list of drafts")),
        ("outbox", _("in the outbox")),
        ("picker", _("while a canned response is chosen")),
        ("library", _("in the canned responses")),
        ("customer", _("on the screen of a customer")),
        ("icp", _("on the screen of the ICP")),
        ("personas", _("in the personas")),
        ("terms", _("in the policies and calendars")),
        ("erasing", _("while somebody is erased")),
        ("dashboard", _("on the dashboard")),
        ("transfer", _("while a conversation is handed on")),
        ("enrol", _("while a mailbox is set up")),
        ("help", _("here")),
    )
    made: list[Group] = []
    told: set[int] = set()
    for where, heading in sorted(headings, key=lambda pair: pair[0] != first):
        rows = []
        for command in commands:
            if where not in command.where or id(command) in told or not _found(command, letters.strip()):
                continue
            told.add(id(command))
            rows.append(("  ".join(command.keys[:3]), command.sentence, "" if command.hidden else f":{command.name}"))
        if rows:
            made.append((heading, rows))
    return made


def _found(command: Command, letters: str) -> bool:
    if not letters or letters in command.keys:
        return True
    rank = close_to(letters, command.found_by)
    return rank is not None and rank < 3


class HelpScreen(Steps, DeskScreen):
    """What every key does.

    Args:
        place: where help was asked for: its keys come first.
    """

    CSS: ClassVar[str] = line_css("HelpScreen")

    def __init__(self, place: Where = "queue") -> None:
        super().__init__()
        self._place: Where = place

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "help"

    def compose(self) -> ComposeResult:
        """Yield the line and the page."""
        with Horizontal(id="line"):
            yield Static(" ? ", id="sign", markup=False)
            line = TypingLine(id="letters", compact=True, select_on_focus=False)
            line.cursor_blink = False
            yield line
        yield TitleRow(self.look)
        yield KeysPage(self.look, self._groups())
        yield KeyRow(self.look)

    def on_mount(self) -> None:
        """Say where one is."""
        self.on_resize()
        self.query_one(KeyRow).show(*self.ground.keymap.footer("help"))
        self.query_one("#letters").focus()

    def on_resize(self) -> None:
        """Draw the title as wide as the window."""
        aside = _("type an action, a key or a word")
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, _("Keys"), aside, focused=True)])

    def typed_ahead(self, event: events.Key) -> bool:
        """Put text into the line that was typed before it had the keys."""
        line = self.query("#letters")
        if event.character and event.is_printable and line:
            line.first(Input).insert_text_at_cursor(event.character)
            return True
        return False

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        nothing = _("No key and no command has to do with that; \\ and / find conversations and mail by it.")
        self.query_one(KeysPage).show(self._groups(message.value), nothing)

    def _groups(self, letters: str = "") -> list[Group]:
        return groups(self.ground.keymap.commands, letters, first=self._place)

    def step(self, by: int) -> None:
        """Scroll by so many lines."""
        self.query_one(KeysPage).scroll(by)

    def rows_shown(self) -> int:
        """Return how many lines there is room for."""
        return self.query_one(KeysPage).size.height

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

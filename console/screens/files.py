"""The files and links of a conversation or of a message: opened, saved, copied."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from console.config.errors import ConsoleError
from console.files.means import Means
from console.screens.commands.base import Where
from console.screens.lining import Listing
from console.screens.moving import Steps
from console.screens.yanking import send
from storage.kinds.errors import DeskError
from storage.views import ConversationView
from widgets.bars import PaneTitle, TitleRow
from widgets.empty import Empty
from widgets.items import Item, Items, items_of
from widgets.language import _
from widgets.line import one_line
from widgets.look import Role
from widgets.pane import toast
from widgets.troubles import trouble_words
from widgets.typing_line import TypingLine, line_css


class FilesScreen(Steps, Listing):
    """Files and links.

    Args:
        view: the conversation.
        means: how they are opened, saved and copied.
        message_id: of the one message whose files and links are shown; `None` for all.
    """

    AUTO_FOCUS: ClassVar[str] = ""  # keys are for the page until the line is asked for
    CSS: ClassVar[str] = line_css("FilesScreen", comes=True)

    def __init__(self, view: ConversationView, means: Means, message_id: int | None = None) -> None:
        super().__init__()
        self._view = view
        self._means = means
        self._items = items_of(view, message_id)
        self._saving: Item | None = None

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "files"

    @property
    def items(self) -> Items:
        """The list."""
        return self.query_one(Items)

    def compose(self) -> ComposeResult:
        """Yield the list, and the line for a folder."""
        yield TitleRow(self.look)
        yield Items(self.look)
        yield Empty(self.look)
        with Horizontal(id="line"):
            yield Static(" " + _("save in") + " ", id="sign", markup=False)
            line = TypingLine(id="folder", compact=True, select_on_focus=False)
            line.cursor_blink = False
            yield line
        yield self.last_row()

    def typed_ahead(self, event: events.Key) -> bool:
        """Leave every key but the one that leaves to the line while it is there: ``^u`` is for what is typed in it."""
        return super().typed_ahead(event) or (self.focused is not None and event.key != "escape")

    def on_mount(self) -> None:
        """Show what there is."""
        self.items.display = bool(self._items)
        empty = self.query_one(Empty)
        empty.display = not self._items
        empty.show(_("Nothing is attached, and no link is in the text."))
        self.items.show(self._items)
        keys = [("Enter", _("open")), ("s", _("save")), ("y", _("copy"))] if self._items else []
        self.prompt.show([*keys, ("q", _("back"))], self.ground.keymap.footer("files")[1])
        self.on_resize()

    def on_resize(self) -> None:
        """Draw the title as wide as the window."""
        title = _("Files and links of #{number}").format(number=self._view.conversation_id)
        place = f"{self.items.cursor + 1}/{len(self._items)}" if self._items else ""
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, title, place, focused=True)])

    def _say(self, word: str, words: str, role: Role = "ok") -> None:
        self.items.cover([toast(self.look, self.size.width, ((word, role), (f"  {one_line(words)}", "text")))])

    # ------------------------------------------------------------------------------------------ moving

    def step(self, by: int) -> None:
        """Go so many rows down."""
        self.items.cover([])
        self.items.move(by)
        self.on_resize()

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self.items.size.height

    # ------------------------------------------------------------------------------------------ doing

    def action_open(self) -> None:
        """Open the one under the cursor with the program of choice."""
        item = self.items.chosen
        if item is None:
            return
        name = one_line(item.name) or item.media_type
        self._say(_("opening"), name, "muted")
        if item.kind == "link":
            self._do(lambda: self._means.opener.open_link(item.name), _("opened"), name)
        else:
            self._do(lambda: self._open_file(item), _("opened"), name)

    def _open_file(self, item: Item) -> str:
        self._means.opener.open_file(self._content(item), item.name, media_type=item.media_type, section=item.section)
        return ""

    def action_save(self) -> None:
        """Ask for a folder and save the file under the cursor in it; `Enter` takes the folder that stands there."""
        item = self.items.chosen
        if item is None:
            return
        if item.kind == "link":
            self._say(_("not saved"), _("A link is no file: Enter opens it, y copies it."), "soon")
            return
        self._saving = item
        self.query_one("#line").styles.display = "block"
        line = self.query_one("#folder", Input)
        line.value = str(self._means.folder)
        line.cursor_position = len(line.value)
        self.set_focus(line)  # at once: `focus()` waits, and what is typed meanwhile would be keys

    @on(Input.Submitted)
    def _folder_given(self, message: Input.Submitted) -> None:
        item, self._saving = self._saving, None
        self._close_line()
        if item is not None and message.value.strip():
            folder = Path(message.value.strip()).expanduser()
            self._do(lambda: self._save(item, folder), _("saved"))

    def _save(self, item: Item, folder: Path) -> str:
        from console.files.saving import save

        place = save(self._content(item), item.name, folder, media_type=item.media_type, section=item.section)
        self._means.folder = folder
        return str(place)

    def _content(self, item: Item) -> bytes:
        from console.mail.raw import part_bytes

        return part_bytes(self.desk.store, item.message_id, item.section)

    @work(group="files")
    async def _do(self, deed: Callable[[], str], word: str, words: str = "") -> None:
        """Do something that takes time in a thread, and say what came of it."""
        from console.mail.parse import Unreadable

        try:
            told = await asyncio.to_thread(deed)
        except DeskError as error:
            self._say(_("not done"), trouble_words(error), "late")
        except ConsoleError as error:
            self._say(_("not done"), str(error), "late")
        except Unreadable:
            self._say(_("not done"), _("The mail cannot be read any more."), "late")
        else:
            self._say(word, told or words)

    def action_yank(self) -> None:
        """Copy the link, or the file's name, to the system's clipboard."""
        item = self.items.chosen
        if item is None:
            return
        try:
            send(self.app, item.name, self._means.clipboard)
        except ConsoleError as error:
            self._say(_("not copied"), str(error), "late")
        else:
            self._say(_("sent to terminal"), item.name)

    def _close_line(self) -> None:
        self.query_one("#line").styles.display = "none"
        self.set_focus(None)

    def action_close(self) -> None:
        """Leave the line for a folder, or go back."""
        if self.query_one("#line").styles.display != "none":
            self._saving = None
            self._close_line()
        else:
            self.dismiss()

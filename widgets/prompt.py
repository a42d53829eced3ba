"""The last row: the keys that matter now, or a line that is being typed, with its prompt before it and a word after it.

One widget for both: a line that came and went would have the whole screen laid out and sent anew.
"""

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from widgets.bars import Keys, key_at, keys_line
from widgets.clicking import KeyClicked
from widgets.line import Line, cut, one_line
from widgets.look import Look
from widgets.typing_line import TypingLine

_STEER = {"up": -1, "ctrl+p": -1, "down": 1, "ctrl+n": 1, "pageup": -8, "pagedown": 8}


class PromptRow(TypingLine):
    """Shows keys until something is asked; then it is a line to type in, which says what became of it.

    Args:
        look: how it is drawn.
    """

    DEFAULT_CSS: ClassVar[str] = """
    PromptRow, PromptRow:focus {
        border: none; padding: 0; height: 1; width: 1fr; background: $surface; color: $foreground;
        background-tint: $surface 0%;
    }
    PromptRow > .input--cursor, PromptRow:ansi > .input--cursor {
        background: $input-cursor-background; color: $input-cursor-foreground; text-style: $input-cursor-text-style;
    }
    PromptRow > .input--selection { background: $input-selection-background; color: $input-selection-foreground; }
    """

    @dataclass
    class Typed(Message):
        """The line is another one now."""

        text: str

    @dataclass
    class Steered(Message):
        """The agent goes up or down in what is offered."""

        by: int

    @dataclass
    class Completed(Message):
        """The agent takes what is offered into the line."""

    @dataclass
    class Entered(Message):
        """The line is done."""

        text: str

    @dataclass
    class Left(Message):
        """The agent wants none of it."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._look = look
        self._wrong = (0, 0)
        self.asking = False
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.can_focus = False
        self._keys: tuple[tuple[str, str], ...] = ()
        self._always: tuple[tuple[str, str], ...] = ()
        self._prompt = ""
        self._aside = ""
        self._entered = False
        self._after: list[events.Key] = []

    def show(self, keys: Keys, always: Keys = ()) -> None:
        """Draw other keys, each with its word; `always` stands at the right edge."""
        if (self._keys, self._always) != (tuple(keys), tuple(always)):
            self._keys, self._always = tuple(keys), tuple(always)
            if not self.asking:
                self.refresh()

    def ask(self, prompt: str, text: str = "", *, secret: bool = False) -> None:
        """Become a line to type in; what is typed is not shown when it is secret."""
        self.password = secret
        self.asking, self._aside, self._wrong = True, "", (0, 0)
        self._prompt = prompt if prompt == ":" else f"{prompt} "
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)
        self.can_focus = True
        self.screen.set_focus(self, scroll_visible=False)
        self.refresh()

    def rest(self) -> None:
        """Show keys again; what was typed is forgotten."""
        self.asking = False
        after, self._after, self._entered = self._after, [], False
        for event in after:  # meant for where the answer leads
            self.screen.post_message(events.Key(event.key, event.character))
        with self.prevent(Input.Changed):
            self.value = ""
        self.screen.set_focus(None)
        self.can_focus = False
        self.refresh()

    def go_on(self) -> None:
        """Let the agent type on: what was entered was no answer, and letters typed since are for the line."""
        after, self._after, self._entered = self._after, [], False
        for event in after:
            if event.character and event.is_printable:
                self.insert_text_at_cursor(event.character)

    def put(self, text: str) -> None:
        """Write another line, the cursor at its end."""
        self.value = text
        self.cursor_position = len(text)

    def aside(self, words: str) -> None:
        """Say something at the right end of the line, such as what is wrong with it."""
        if words != self._aside:
            self._aside = words
            self._keep_cursor_in_sight()
            self.refresh()

    def _keep_cursor_in_sight(self) -> None:
        """Scroll the line anew: what stands beside it left it more or less room, and nobody moved the cursor."""
        self.scroll_to_region(Region(self._cursor_offset, 0, 1, 1), force=True, animate=False, x_axis=True)

    def point_at(self, place: tuple[int, int]) -> None:
        """Light a part of the line, such as the word that cannot be read: its start and end; equal for none."""
        if place != self._wrong:
            self._wrong = place
            self.refresh()

    @property
    def _value(self) -> Text:
        text = super()._value
        start, end = self._wrong
        if start < end:
            text.stylize(self._look.style("late", "surface"), start, end)
        return text

    def take_key(self, event: events.Key) -> bool:
        """Do what a key means to the line, and say whether it means anything; letters are for the line itself."""
        match event.key:
            case _ if self._entered:
                self._after.append(event)
            case "enter":
                self._entered = True
                self.post_message(self.Entered(self.value))
            case "escape" | "ctrl+g" | "ctrl+c":
                self.post_message(self.Left())
            case "tab":
                self.post_message(self.Completed())
            case "backspace" if not self.value:
                self.post_message(self.Left())
            case key if key in _STEER:
                self.post_message(self.Steered(_STEER[key]))
            case _:
                return False
        event.stop()
        event.prevent_default()
        return True

    async def _on_key(self, event: events.Key) -> None:
        if not self.take_key(event):
            await super()._on_key(event)

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor where the line is clicked; it begins behind its prompt."""
        event.prevent_default()
        if self.asking:
            self.cursor_position = self._cell_offset_to_index(max(0, event.x - cell_len(self._prompt) - 1))

    def on_click(self, event: events.Click) -> None:
        """Say which key was clicked, while keys are shown."""
        key = key_at(event.screen_x - self.region.x, self.size.width, self._keys, self._always)
        if key and not self.asking:
            self.post_message(KeyClicked(key))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say that the line is another one."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Let nobody else hear of it: `Entered` says it."""
        event.stop()

    @property
    def scrollable_content_region(self) -> Region:
        """Leave room for the prompt and the word after the line."""
        region = super().scrollable_content_region
        return Region(region.x, region.y, max(4, region.width - self._taken), region.height) if self.asking else region

    @property
    def max_scroll_x(self) -> int:
        """Let the line's end be scrolled to what is left of the row; Textual counts on the whole of it."""
        free = self.scrollable_content_region.width
        return max(0, self.virtual_size.width - free) if self.asking else super().max_scroll_x

    @property
    def _taken(self) -> int:
        return cell_len(self._prompt) + 1 + (cell_len(self._shown_aside) + 2 if self._aside else 0)

    @property
    def _shown_aside(self) -> str:
        free = self.size.width - cell_len(self._prompt) - cell_len(self.value) - 5
        return cut(one_line(self._aside), max(self.size.width // 2, free), self._look.sign("…"))

    def render_line(self, y: int) -> Strip:
        """Draw the row."""
        if y or not self.asking:
            return keys_line(self._look, self.size.width, self._keys, self._always)
        prompt = Line(self._look, cell_len(self._prompt) + 1, "surface").gap().put(self._prompt, "accent", bold=True)
        line = super().render_line(0)
        room = self.size.width - self._taken
        shown = [prompt.strip(), line.crop(0, room).extend_cell_length(room, self.rich_style)]
        if self._aside:
            aside = Line(self._look, cell_len(self._shown_aside) + 2, "surface").gap().put(self._shown_aside, "soon")
            shown.append(aside.strip())
        return Strip.join(shown)

"""A line to type in whose editing keys are done in their turn: a letter typed right after one never overtakes it."""

from collections.abc import Callable
from typing import Final

from textual import events
from textual.widgets import Input

_EDITING: Final = {
    "backspace": "delete_left",
    "delete": "delete_right",
    "left": "cursor_left",
    "right": "cursor_right",
    "home": "home",
    "end": "end",
    "ctrl+a": "home",
    "ctrl+e": "end",
    "ctrl+u": "delete_left_all",
    "ctrl+k": "delete_right_all",
    "ctrl+w": "delete_left_word",
}

_CSS: Final = """
{screen} {{ background: $background; }}
{screen} #line {{ height: 1; background: $surface; }}
{screen} #{sign} {{ width: auto; color: $accent; background: $surface; text-style: bold; }}
{screen} Input, {screen} Input:focus {{
    border: none; padding: 0; height: 1; width: 1fr; background: $surface; color: $foreground;
    background-tint: $surface 0%;
}}
{screen} Input > .input--cursor, {screen} Input:ansi > .input--cursor {{
    background: $input-cursor-background; color: $input-cursor-foreground; text-style: $input-cursor-text-style;
}}
"""


def line_css(screen: str, *, sign: str = "sign", comes: bool = False) -> str:
    """Return how a screen draws its line to type in.

    Args:
        screen: the screen's class.
        sign: the id of what stands before the line.
        comes: whether the line is there only when it is asked for.
    """
    css = _CSS.format(screen=screen, sign=sign)
    return f"{css}{screen} #line {{ display: none; }}\n" if comes else css


class TypingLine(Input):
    """A line to type in.

    Textual does what a bound key says only once the key has gone up to the app, and lets letters be typed meanwhile: on
    a slow line, which brings several keys at once, a word typed after ``^u`` was emptied with what stood before it.
    """

    async def _on_key(self, event: events.Key) -> None:
        action = _EDITING.get(event.key)
        if action is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        getattr(self, f"action_{action}")()


class TypedLine(TypingLine):
    """The line of a screen that looks something up: Enter is done in its turn, before the letters typed after it.

    Args:
        takes: is asked first whether it takes a key.
    """

    def __init__(self, takes: Callable[[events.Key], bool], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._takes = takes

    async def _on_key(self, event: events.Key) -> None:
        if self._takes(event):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

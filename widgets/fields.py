"""The fields of an answer above its text: a label and a line each, or all of them in two rows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from widgets.bars import Bar
from widgets.ends import write
from widgets.language import _
from widgets.line import Line, Span, one_line
from widgets.look import Ground, Look
from widgets.typing_line import TypingLine

LABEL: Final = 10
"""Cells of the column that labels stand in (LOOK §4)."""

NAMES: Final = ("from", "to", "cc", "bcc", "subject")
"""The fields in their order."""


def field_words(name: str) -> str:
    """Return the label of a field."""
    return {
        "from": _("from"),
        "to": _("to"),
        "cc": _("cc"),
        "bcc": _("bcc"),
        "subject": _("subject"),
    }[name]


class Label(Bar):
    """The label before a line; the focused line's is lit."""

    DEFAULT_CSS: ClassVar[str] = f"Label {{ width: {LABEL + 1}; height: 1; background: $background; }}"

    def __init__(self, look: Look, words: str) -> None:
        super().__init__(look)
        self._words = words
        self.lit = False

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """Draw the row."""
        line = Line(self._look, self.size.width)
        line.sign("▌" if self.lit else " ", "accent")
        return line.put(self._words, "accent" if self.lit else "muted", bold=self.lit).strip()


class FieldLine(TypingLine):
    """The line of a field."""

    DEFAULT_CSS: ClassVar[str] = """
    FieldLine, FieldLine:focus {
        border: none; padding: 0; height: 1; width: 1fr; background: $background; color: $foreground;
        background-tint: $background 0%;
    }
    FieldLine > .input--cursor, FieldLine:ansi > .input--cursor {
        background: $input-cursor-background; color: $input-cursor-foreground; text-style: $input-cursor-text-style;
    }
    FieldLine > .input--selection { background: $input-selection-background; color: $input-selection-foreground; }
    """

    @dataclass
    class Steered(Message):
        """The agent goes up or down: in what is offered, else to another field."""

        by: int

    def __init__(self, name: str) -> None:
        super().__init__(id=f"field-{name}", name=name, compact=True, select_on_focus=False)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        if event.key in {"up", "down"}:
            event.stop()
            event.prevent_default()
            self.post_message(self.Steered(-1 if event.key == "up" else 1))
            return
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as one clean line: a field has no second one."""
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(one_line(event.text))


class SecretLine(FieldLine):
    """The line of a field whose text is shown to nobody: not on the screen, and to no clipboard."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(name)
        self._sign = look.sign("•")
        self.password = True

    @property
    def _value(self) -> Text:
        return Text(self._sign * len(self.value), no_wrap=True, overflow="ignore", end="")

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing: what is cut is copied."""

    def _on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as it is, up to the end of its line: a blank may belong to it."""
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(event.text.partition("\n")[0].rstrip("\r"))


class Summary(Bar):
    """The fields in two rows: to whom and about what, as long as the text has the keys in a low window."""

    DEFAULT_CSS: ClassVar[str] = "Summary { width: 1fr; height: 2; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._rows: tuple[tuple[tuple[Span, ...], tuple[Span, ...]], ...] = ()
        self.ground: Ground = "bg"

    def show(self, *rows: tuple[Sequence[Span], Sequence[Span]]) -> None:
        """Show other rows, each with what ends it."""
        made = tuple((tuple(left), tuple(right)) for left, right in rows)
        if made != self._rows:
            self._rows = made
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the rows."""
        line = Line(self._look, self.size.width, self.ground).gap()
        if y >= len(self._rows):
            return line.strip()
        return write(line, *self._rows[y]).strip()


class Fields(Vertical):
    """The fields of a draft.

    Args:
        look: how they are drawn.
        shown: the names of those there are.
        words: gives the label of a field.
        secret: the names of those whose text is shown to nobody.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Fields { width: 1fr; height: auto; background: $background; }
    Fields Horizontal { height: 1; width: 1fr; }
    """

    @dataclass
    class Changed(Message):
        """A field says something else now."""

        name: str
        text: str

    @dataclass
    class Left(Message):
        """The agent goes on to what is below the fields."""

    def __init__(
        self,
        look: Look,
        shown: Sequence[str] = NAMES,
        *,
        words: Callable[[str], str] = field_words,
        secret: Collection[str] = (),
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._look = look
        self._shown = tuple(shown)
        self._lines = {name: SecretLine(look, name) if name in secret else FieldLine(name) for name in self._shown}
        self._labels = {name: Label(look, words(name)) for name in self._shown}
        self._folded = False

    def compose(self) -> ComposeResult:
        """Yield a row for each field."""
        yield Summary(self._look, id="summary")
        for name in self._shown:
            with Horizontal(id=f"row-{name}"):
                yield self._labels[name]
                yield self._lines[name]

    def on_mount(self) -> None:
        """Show the rows, not their summary."""
        self.fold(folded=self._folded)

    def fold(self, *, folded: bool) -> None:
        """Show all fields in two rows, or a row each."""
        self._folded = folded
        for summary in self.query(Summary):
            summary.display = folded
        for name in self._shown:
            for row in self.query(f"#row-{name}"):
                row.display = not folded

    @property
    def folded(self) -> bool:
        """Whether all of them stand in two rows."""
        return self._folded

    @property
    def rows(self) -> int:
        """The rows that are shown."""
        return 2 if self._folded else len(self._shown)

    @property
    def summary(self) -> Summary:
        """The two rows."""
        return self.query_one(Summary)

    @property
    def focused_name(self) -> str:
        """The field that has the keys; empty when none has."""
        return next((name for name, line in self._lines.items() if line.has_focus), "")

    def value(self, name: str) -> str:
        """Return what a field says; empty for one that is not there."""
        return self._lines[name].value if name in self._lines else ""

    def put(self, values: Mapping[str, str], *, quietly: bool = True) -> None:
        """Write what fields say.

        Args:
            values: by the fields' names.
            quietly: whether nobody is told.
        """
        for name, text in values.items():
            line = self._lines.get(name)
            if line is not None and line.value != text:
                if quietly:
                    with line.prevent(Input.Changed):
                        line.value = text
                else:
                    line.value = text
                line.cursor_position = len(text)

    def go_to(self, name: str) -> None:
        """Give the keys to a field, at its end."""
        self.fold(folded=False)
        line = self._lines[name] if name in self._lines else self._lines[self._shown[0]]
        self.screen.set_focus(line)
        line.cursor_position = len(line.value)

    def step(self, by: int) -> bool:
        """Give the keys to the next field, or the one before; say whether there is one."""
        here = self._shown.index(self.focused_name) if self.focused_name else -1
        there = here + by
        if not 0 <= there < len(self._shown):
            return False
        self.go_to(self._shown[there])
        return True

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        self.post_message(self.Changed(message.input.name or "", message.value))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        if not self.step(1):
            self.post_message(self.Left())

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Light the label of the field that has the keys."""
        self._light()

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """Light no label but that of the field that has the keys."""
        self._light()

    def _light(self) -> None:
        for name, label in self._labels.items():
            lit = self._lines[name].has_focus
            if label.lit is not lit:
                label.lit = lit
                label.refresh()


def shortened(names: Sequence[str], room: int) -> str:
    """Return names in a row, as many as have room, and how many more there are."""
    shown = ""
    for place, name in enumerate(names):
        more = len(names) - place - 1
        longer = f"{shown}, {name}" if shown else name
        if shown and cell_len(longer) + (len(str(more)) + 2 if more else 0) > room:
            return f"{shown} +{more + 1}"
        shown = longer
    return shown

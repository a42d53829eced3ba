"""Where nothing is to be shown, the words fit any window: wrapped, never cut, the keys in sight."""

import pytest
from rich.cells import cell_len
from textual.app import App

from widgets.empty import Empty
from widgets.look import Look

COMMAND = "plantao account add NAME --address A --imap HOST:PORT --user U"
FACTS = (("add one", COMMAND), ("or try", "plantao demo"))
KEYS = (("q", "leave"), ("Esc", "all of Mine"))


class Alone(App):
    """The pane alone."""

    def __init__(self):
        super().__init__()
        self.pane = Empty(Look("dark"))

    def compose(self):
        yield self.pane

    def rows(self) -> list[str]:
        return [self.pane.render_line(y).text for y in range(self.pane.size.height)]


async def test_it_stands_a_quarter_down_with_labels_and_keys_in_columns():
    app = Alone()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show("No mailbox yet.", FACTS, KEYS)
        await pilot.pause()
        shown = [row.rstrip() for row in app.rows()]
        assert shown[:6] == [""] * 6
        assert shown[6:13] == [
            "   No mailbox yet.",
            "",
            f"   add one   {COMMAND}",
            "   or try    plantao demo",
            "",
            "   q    leave",
            "   Esc  all of Mine",
        ]


@pytest.mark.parametrize("width", [20, 30, 36, 45, 60])
async def test_a_command_is_wrapped_and_never_cut(width):
    app = Alone()
    async with app.run_test(size=(width, 30)) as pilot:
        app.pane.show("No mailbox yet.", FACTS, KEYS)
        await pilot.pause()
        shown = app.rows()
        assert {cell_len(row) for row in shown} == {width}
        words = " ".join("\n".join(shown).split())
        assert "…" not in words
        for word in (*COMMAND.split(), "leave", "Esc"):
            assert word in words


async def test_a_low_window_loses_blanks_before_words_and_a_wider_one_gives_them_back():
    app = Alone()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show("Nothing waits for you.", FACTS, KEYS)
        await pilot.pause()
        whole = app.rows()
        for height, first in ((7, "   Nothing"), (5, "   Nothing"), (2, "   Nothing")):
            await pilot.resize_terminal(80, height)
            await pilot.pause()
            shown = app.rows()
            assert shown[0].startswith(first)
            assert height > 5 or all(row.strip() for row in shown)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.rows() == whole


async def test_hostile_and_wide_words_command_nothing(hostile, barred):
    app = Alone()
    async with app.run_test(size=(45, 24)) as pilot:
        app.pane.show(hostile * 3, ((hostile, hostile * 2), ("a", "日本 👨‍👩‍👧 é" * 9)), (("q", hostile),))
        await pilot.pause()
        for row in app.rows():
            assert cell_len(row) == 45
            assert not barred.search(row)

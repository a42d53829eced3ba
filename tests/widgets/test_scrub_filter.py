"""Nothing that commands a terminal leaves through a widget, ours or Textual's."""

import re

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.widgets import Input, Static

from storage.kinds import Special
from storage.kinds.mail import Attachment, Correspondent, Original
from widgets.bars import KeyRow, PaneTitle, StatusRow, TitleRow, Trouble, TroubleBar, ViewLabel
from widgets.conversation import ConversationPane
from widgets.empty import Empty
from widgets.look import Look
from widgets.pane import toast
from widgets.queue import Queue
from widgets.scrub import Scrub, scrubbed

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0xFEFF, 0xE0041)]


@pytest.mark.parametrize("sign", CONTROLS, ids=ascii)
def test_no_control_character_passes(sign):
    [segment] = Scrub().apply([Segment(f"a{sign}b", Style(bold=True))], Color(0, 0, 0))
    assert segment.text.replace(" ", "") == "ab"
    assert segment.style == Style(bold=True)


def test_links_with_control_characters_are_taken_off_and_others_stay():
    bad = Style(link="https://x.example/\x1b]0;owned\x07")
    good = Style(link="https://x.example/a")
    segments = Scrub().apply([Segment("a", bad), Segment("b", good)], Color(0, 0, 0))
    assert segments[0].style is not None
    assert segments[0].style.link is None
    assert segments[1].style is not None
    assert segments[1].style.link == "https://x.example/a"


def test_ordinary_text_is_left_as_it_is():
    assert scrubbed("Olá, 日本 é 👍") == "Olá, 日本 é 👍"


class Screenful(App):
    """Every widget of the console, and two of Textual's, filled with text that means harm."""

    def __init__(self, hostile, row, conversation, now, **choices):
        super().__init__(**choices)
        self.hostile, self.row, self.conversation, self.now = hostile, row, conversation, now
        self._scrub = Scrub()

    def get_line_filters(self):
        return [self._scrub]

    def compose(self):
        look = Look("dark")
        yield StatusRow(look)
        yield TitleRow(look)
        yield Queue(look)
        yield ConversationPane(look)
        yield Empty(look)
        yield TroubleBar(look)
        yield KeyRow(look)
        yield Static(self.hostile, markup=False)
        yield Input(self.hostile)

    def on_mount(self):
        bad = self.hostile
        self.query_one(StatusRow).show([ViewLabel("1", bad, bad, True)], [(bad, "late")])
        self.query_one(TitleRow).show([PaneTitle(80, bad, bad, True)])
        self.query_one(Queue).show(self.row, self.now)
        self.query_one(ConversationPane).show(self.conversation, self.now)
        self.query_one(Empty).show(bad, [(bad, bad)], [(bad, bad)])
        self.query_one(TroubleBar).show([Trouble(bad, bad, bad, "x", bad)])
        self.query_one(Empty).cover(toast(Look("dark"), 80, ((bad, "ok"),)))
        self.query_one(KeyRow).show([("e", bad)], [("?", bad)])


async def test_every_widget_of_the_console_writes_no_harm(
    hostile, barred, make_row, make_message, make_event, make_conversation, window_of, now, counting_driver
):
    bad = Correspondent(hostile, hostile)
    message = make_message(
        1, text=f"{hostile}\n> {hostile}", reply_text=hostile, author=bad, to=(bad,), subject=hostile, links=(hostile,), marked=True, handled=False,
        attachments=(Attachment(hostile, hostile, 3, "2"),), original=Original(bad, hostile, hostile), specials=frozenset(Special),
    )  # fmt: skip
    event = make_event(2, "tagged", agent=hostile, values={"added": [hostile], "removed": []})
    conversation = make_conversation(
        [message],
        [event],
        customer=hostile,
        subject=hostile,
        mailbox=hostile,
        tags=(hostile,),
        customer_address=hostile,
    )
    row = make_row(1, customer=hostile, subject=hostile, organization=hostile, assignee=hostile, assignee_id=3)

    async def look(pilot):
        await pilot.pause()
        pilot.app.exit()

    app = Screenful(hostile, window_of([row]), conversation, now, driver_class=counting_driver)
    await app.run_async(headless=False, size=(80, 40), auto_pilot=look)
    written = "".join(counting_driver.written)
    assert "owned" in written, "the text itself is to be read"
    # What is Textual's own: colours, moves of the cursor, modes, the shape of the pointer.
    left = re.sub(r"\x1b\[[0-9;?<>=]*[A-Za-z]", "", written.replace("\x1b]22;default\x07", "")).replace("\n", "")
    found = barred.search(left)
    assert not found, left[max(0, found.start() - 40) : found.end() + 40]
    for harm in ("\x1b[6n", "\x1b]", "\x1bP", "\x9b", "\x90", "\x05"):
        assert harm not in written.replace("\x1b]22;default\x07", "")

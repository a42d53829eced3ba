"""The queue keeps its cursor on a conversation, asks for rows in time, and paints little."""

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.app import App

from storage.kinds import Status, Tier
from storage.views import QueueWindow
from widgets.look import Look
from widgets.queue import KEPT, Queue
from widgets.queue_row import RowManner, draw_row


class Desk(App):
    """A queue alone, which writes down what it says."""

    def __init__(self, **choices):
        super().__init__(**choices)
        self.queue = Queue(Look("dark"), agent_id=7)
        self.needs, self.moves, self.chosen = [], [], []

    def compose(self):
        yield self.queue

    def on_mount(self):
        self.queue.has_keys = True

    def on_queue_need_rows(self, message):
        self.needs.append((message.direction, message.place))

    def on_queue_moved(self, message):
        self.moves.append(message.conversation_id)

    def on_queue_chosen(self, message):
        self.chosen.append(message.conversation_id)


@pytest.fixture
def rows(make_row):
    return [make_row(number) for number in range(1, 201)]


def lines(queue: Queue) -> list[str]:
    return [queue.render_line(y).text for y in range(queue.size.height)]


async def test_new_mail_above_does_not_move_the_cursor_under_the_agents_fingers(rows, window_of, make_row, now):
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        app.queue.show(window_of(rows[10:]), now)
        for _ in range(5):
            app.queue.action_down()
        await pilot.pause()
        line = next(y for y, text in enumerate(lines(app.queue)) if text.startswith("▌"))
        app.queue.show(window_of(rows), now)
        await pilot.pause()
        assert app.queue.chosen.conversation_id == 16
        assert lines(app.queue)[line].startswith("▌")
        assert app.moves == [11, 12, 13, 14, 15, 16]


async def test_when_the_conversation_goes_away_the_cursor_goes_to_the_one_below(rows, window_of, now):
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        app.queue.show(window_of(rows), now)
        for _ in range(3):
            app.queue.action_down()
        app.queue.show(window_of(row for row in rows if row.conversation_id != 4), now)
        await pilot.pause()
        assert app.queue.chosen.conversation_id == 5
        app.queue.show(window_of([]), now)
        await pilot.pause()
        assert app.queue.chosen is None
        assert app.moves[-1] is None
        app.queue.action_down()
        app.queue.action_open()


async def test_moving_and_opening(rows, window_of, now):
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        app.queue.show(window_of(rows), now)
        for action, expected in [
            ("half_down", 13),
            ("half_up", 1),
            ("page_down", 25),
            ("up", 24),
            ("bottom", 200),
            ("page_up", 176),
            ("top", 1),
            ("up", 1),
        ]:
            getattr(app.queue, f"action_{action}")()
            assert app.queue.chosen.conversation_id == expected
            assert sum(text.startswith("▌") for text in lines(app.queue)) == 1
        app.queue.action_open()
        await pilot.pause()
        assert app.chosen == [1]


async def test_a_hundred_thousand_rows_are_walked_with_few_in_memory(make_row, now):
    total = 100_000

    def read(direction, place, size=200):
        first = {"first": 1, "last": total - size + 1}.get(direction)
        if first is None:
            first = place[2] + 1 if direction == "after" else place[2] - size
        numbers = range(max(1, first), min(total, first + size - 1) + 1)
        rows = tuple(make_row(number) for number in numbers)
        return QueueWindow(rows, numbers[0] > 1, numbers[-1] < total, None, 1000)

    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        app.queue.jump(read("first", None), now)
        seen = []
        for _ in range(40):
            app.queue.action_page_down()
            await pilot.pause()
            for direction, place in app.needs:
                app.queue.extend(read(direction, place), direction)
            app.needs.clear()
            seen.append(app.queue.chosen.conversation_id)
            assert len(app.queue.rows) <= KEPT + 200
        assert seen == [1 + 24 * step for step in range(1, 41)]
        for _ in range(40):
            app.queue.action_page_up()
            await pilot.pause()
            for direction, place in app.needs:
                app.queue.extend(read(direction, place), direction)
            app.needs.clear()
        assert app.queue.chosen.conversation_id == 1
        assert len(app.queue.rows) <= KEPT + 200


async def test_top_and_bottom_ask_for_rows_that_are_not_there(rows, now):
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        app.queue.show(QueueWindow(tuple(rows), True, True, None, 1000), now)
        app.queue.action_top()
        app.queue.action_bottom()
        await pilot.pause()
        assert app.needs == [("first", None), ("last", None)]


@pytest.mark.parametrize("width", [20, 36, 45, 70, 80, 119, 200])
@pytest.mark.parametrize("look", ["dark", "terminal", "none"])
def test_a_row_has_its_width_whatever_stands_in_it(make_row, now, hostile, barred, width, look):
    for row in (
        make_row(1),
        make_row(1, customer="", subject="", organization="", unread=True, waiting_since=None),
        make_row(
            1, customer=hostile, subject=hostile, organization=hostile, mailbox=hostile, assignee=hostile, assignee_id=3
        ),
        make_row(1, customer="田中さくら", subject="請求書について 👨‍👩‍👧" * 9, status=Status.ON_HOLD, tier=Tier.N3),
        make_row(1, subject="x" * 1_000_000),
    ):
        for manner in (RowManner(True, True, 3), RowManner(True, False, 3), RowManner(False, True, None)):
            strip = draw_row(row, Look(look), width, manner, now)
            assert cell_len(strip.text) == strip.cell_length == width
            assert not barred.search(strip.text)


def test_a_row_at_eighty_columns_reads_as_the_picture(make_row, now):
    row = make_row(
        1,
        unread=True,
        tier=Tier.N2,
        assignee_id=7,
        subject="Cobrança em duplicidade na fatura de agosto",
        due_at=now.replace(hour=11, minute=37),
    )
    assert draw_row(row, Look("dark"), 80, RowManner(True, True, 7), now).text == (
        "▌●     2h05 N2 Ana Souza      ACME Logísti… Cobrança em duplicidade na f… you   "
    )
    narrow = draw_row(replace(row, customer="Joaquín Ruiz"), Look("dark"), 45, RowManner(False, True, 7), now).text
    assert narrow == " ●     2h05 N2 Joaquín R Cobrança em duplici…"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"status": Status.WAITING}, "paused"),
        ({"status": Status.ON_HOLD}, "on hold"),
        ({"status": Status.RESOLVED}, "resolved"),
        ({"status": Status.SPAM}, "spam"),
        ({"waiting_since": None}, "–"),
    ],
)
def test_the_clock_column_says_why_nothing_runs(make_row, now, choices, words):
    assert (
        draw_row(make_row(1, **choices), Look("none"), 60, RowManner(False, True, 7), now).text[3:11].strip() == words
    )


@pytest.mark.parametrize(("look", "down", "page"), [("dark", 600, 11_000), ("terminal", 500, 9_000)])
async def test_bytes_of_a_key_at_120_by_36(rows, window_of, now, counting_driver, look, down, page):
    class Small(Desk):
        CSS = "Queue { width: 120; height: 36; }"

        def __init__(self, **choices):
            super().__init__(**choices)
            self.queue = Queue(Look(look), agent_id=7)

    counts = {}

    async def keys(pilot):
        await pilot.pause()
        queue = pilot.app.queue
        queue.show(window_of(rows), now)
        await pilot.pause()
        for name, action in (("down", queue.action_down), ("page", queue.action_page_down)):
            counting_driver.written.clear()
            action()
            await pilot.pause()
            counts[name] = len("".join(counting_driver.written).encode())
        pilot.app.exit()

    await Small(driver_class=counting_driver).run_async(headless=False, size=(120, 36), auto_pilot=keys)
    assert 200 < counts["down"] <= down, counts
    assert 2_000 < counts["page"] <= page, counts


def test_a_row_in_ascii_has_no_sign_beyond_it(make_row, now):
    row = make_row(1, customer="", waiting_since=None, assignee_id=None)
    text = draw_row(row, Look("dark", ascii=True), 80, RowManner(True, True, 7), now).text
    assert "–" not in text
    assert [text[10], text[15], text.rstrip()[-1]] == ["-", "-", "-"]

"""The context pane and the strip: exact grids at three sizes, columns kept by wide signs, nothing made up."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.containers import Horizontal
from textual.geometry import Size
from textual.screen import Screen

from storage.kinds import Direction, PersonKind, Status, Tier
from storage.kinds.mail import Attachment, Correspondent
from storage.kinds.personas import NO_PERSONA, Persona, PersonaView, Suggested
from storage.kinds.promises import PromiseView
from storage.views import ContextView, ConversationView, OtherView, PartView, QueueRow
from widgets.arrangement import arranged
from widgets.context import ContextPane, context_title
from widgets.conversation import ConversationPane
from widgets.look import Look
from widgets.owed import due_words
from widgets.pane import Wall
from widgets.persona import manner
from widgets.promised import due_role, promised_spans
from widgets.queue_row import Columns, RowManner, draw_row
from widgets.strip import LABEL, five_rows

GRIDS = Path(__file__).parent / "grids"
REDRAWN = "PLANTAO_REDRAW_GRIDS" in os.environ  # writes the grids anew; look at the difference before committing it
NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)
WIDE = (
    "日本 👨‍👩‍👧 e\u0301\u0301\u0301 Ação"  # joined emoji and piled accents: one width in every terminal after `steady`
)


def minutes(count):
    return timedelta(minutes=count)


@pytest.fixture
def make_context():
    def make(**choices) -> ContextView:
        values = {
            "conversation_id": 4213,
            "status": Status.OPEN,
            "tier": Tier.N1,
            "assignee_id": 7,
            "assignee": "Marta Gil",
            "mailbox": "suporte",
            "known": True,
            "erased": False,
            "kind": PersonKind.CUSTOMER,
            "customer": "Ana Souza",
            "addresses": ("ana@acme.example", "ana.souza@gmail.example"),
            "address_count": 2,
            "organization": "ACME Logística",
            "fields": {},
            "pinned": (),
            "promised": (),
            "since": datetime(2023, 3, 4, tzinfo=UTC),
            "wrote": 14,
            "wrote_here": 2,
            "wrote_at": NOW - minutes(48),
            "waiting_since": NOW - minutes(48),
            "snoozed_until": None,
            "asked_at": NOW - minutes(60),
            "answered_at": NOW - minutes(54),
            "answers": 1,
            "last_at": NOW - minutes(48),
            "ours_last": False,
            "message_count": 3,
            "languages": ("pt", "en"),
            "beside": (
                OtherView(4220, "Nota fiscal saiu com o CNPJ errado", Status.NEW, NOW, NOW - minutes(125)),
                OtherView(4188, "Segunda doca", Status.ON_HOLD, NOW - timedelta(days=2), None),
            ),
            "beside_count": 2,
            "before": (
                OtherView(4102, "Boleto vencido", Status.RESOLVED, NOW - timedelta(days=93), None),
                OtherView(3977, "Troca de cartão", Status.CLOSED, NOW - timedelta(days=500), None),
                OtherView(3822, "Ganhe dinheiro", Status.SPAM, NOW - timedelta(days=600), None),
            ),
            "before_count": 3,
            "parts": (PartView("Davi Rocha", 1, stranger=False), PartView("eve@elsewhere.example", 1, stranger=True)),
            "part_count": 2,
            "tags": ("vip", "cobrança"),
            "linked": (4190,),
            "joined": (4214,),
        }
        return ContextView(**(values | choices))

    return make


@pytest.fixture
def told(make_message, make_conversation) -> ConversationView:
    """The conversation of the look's pictures, as far as the record knows it today."""
    bill = Attachment("fatura-agosto.pdf", "application/pdf", 182_000, "2")
    body = (
        "Bom dia. A fatura de agosto foi cobrada duas vezes no cartão final 4471: R$ 1.940,00 em 2/9 e de novo em "
        "3/9. Preciso do estorno até o dia 10."
    )
    ours = Correspondent("Marta Gil", "suporte@lumen.example")
    to = (Correspondent("Ana Souza", "ana@acme.example"),)
    messages = [
        make_message(1, text=body, attachments=(bill,), arrived_at=NOW - minutes(60)),
        make_message(
            2,
            text="Oi, Ana. Recebi e já estou conferindo com o financeiro. Volto com posição até 10:30.",
            author=ours,
            to=to,
            direction=Direction.OUTGOING,
            arrived_at=NOW - minutes(54),
        ),
        make_message(
            3,
            text="É o pedido 88127. Conseguem me dizer hoje se o valor volta no mesmo cartão?",
            handled=False,
            arrived_at=NOW - minutes(48),
        ),
    ]
    return make_conversation(
        messages,
        assignee_id=7,
        assignee="Marta Gil",
        waiting_since=NOW - minutes(48),
        tags=("vip", "cobrança"),
        linked=(4190,),
        joined_numbers=(4214,),
    )


class Places(Screen):
    """Conversation and context at their places in a window, without what stands around them."""

    CSS = "Places { overflow: hidden; } #panes { height: 1fr; }"

    def compose(self):
        with Horizontal(id="panes"):
            yield self.app.conversation
            yield self.app.wall
            yield self.app.context

    def on_mount(self):
        self.share_out()

    def on_resize(self):
        self.share_out()

    def share_out(self):
        places = arranged(self.app.size.width)
        self.app.conversation.styles.width = places.conversation
        self.app.context.styles.width = places.context
        self.app.wall.display = self.app.context.display = places.context > 0


class Reading(App):
    """A window with nothing but the conversation and what stands beside it."""

    def __init__(self, look: Look, **choices):
        super().__init__(**choices)
        self.conversation = ConversationPane(look, agent_id=7)
        self.wall = Wall(look)
        self.context = ContextPane(look, agent_id=7)

    def get_default_screen(self):
        return Places()

    @property
    def columns(self) -> int:
        """The cells of a row, those of the queue apart."""
        places = arranged(self.size.width)
        return places.conversation + bool(places.context) + places.context

    def show(self, view, context):
        self.conversation.show(view, NOW, context=context)
        self.context.show(view, context, NOW)

    def grid(self) -> list[str]:
        panes = [pane for pane in (self.conversation, self.wall, self.context) if pane.display]
        return ["".join(pane.render_line(y).text for pane in panes) for y in range(panes[0].size.height)]


async def resized(pilot, width: int, height: int) -> None:
    """Give the window another size, and wait until every pane has its own."""
    await pilot.resize_terminal(width, height)
    app, places = pilot.app, arranged(width)
    for _ in range(100):
        await pilot.pause()
        context = app.context.size.width if app.context.display else 0
        if (app.conversation.size, context) == (Size(places.conversation, height), places.context):
            return
    pytest.fail(f"no pane took its place in {width}x{height}: {app.conversation.size}, {app.context.size}")


def same_grid(name: str, rows: list[str]) -> None:
    """Hold rows against what is kept under `name`, sign by sign."""
    text = "".join(row.rstrip() + "\n" for row in rows)
    path = GRIDS / f"{name}.txt"
    if REDRAWN:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name}: see it drawn anew with PLANTAO_REDRAW_GRIDS=1"


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (160, 45)], ids=lambda size: "{}x{}".format(*size))
async def test_conversation_and_context_are_drawn_as_they_are_kept(size, told, make_context):
    app = Reading(Look("dark"))
    async with app.run_test(size=size) as pilot:
        app.show(told, make_context())
        await pilot.pause()
        same_grid("reading-{}x{}".format(*size), app.grid())


KNOWN = {
    "fields": {"role": "Gerente de compras", "touch": "high", "lifecycle": "loyal"},
    "pinned": ("Liga antes do meio-dia. Nunca falar de preço com o Davi.", "Paga tarde."),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_is_known_of_the_customer_stands_beside(size, told, make_context):
    app = Reading(Look("dark"))
    async with app.run_test(size=size) as pilot:
        app.show(told, make_context(**KNOWN))
        await pilot.pause()
        shown = "\n".join(app.grid())
        same_grid(f"known-{size[0]}x{size[1]}", app.grid())
    for words in ("ACME Logística", "Gerente de compras", "Liga antes do"):
        assert words in shown
    if size[0] == 120:
        for words in ("touch    high", "cycle    loyal", "Paga tarde."):
            assert words in shown


async def test_who_wrote_last_is_never_cut_for_when(told, make_context):
    """Beside a conversation of last week stood `the…  Wed 14:52`."""
    app = Reading(Look("dark"))
    async with app.run_test(size=(120, 36)) as pilot:
        for ago in (minutes(48), timedelta(days=3), timedelta(days=90), timedelta(days=500)):
            app.show(told, make_context(last_at=NOW - ago))
            await pilot.pause()
            (row,) = [row for row in app.grid() if " last " in row]
            assert " theirs " in row
            assert row.rstrip().endswith("theirs") == (ago.days > 365)  # July of last year has no room


async def test_the_strip_shrinks_in_a_low_window_and_leaves_before_the_text_does(told, make_context):
    app = Reading(Look("dark"))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(told, make_context())
        for height, rows in ((24, 6), (23, 3), (12, 3), (9, 1), (6, 1), (5, 0), (2, 0), (24, 6)):
            await resized(pilot, 80, height)
            shown = app.grid()
            assert next(y for y, row in enumerate(shown) if row.strip()) == 0
            text = [y for y, row in enumerate(shown) if "──────" in row]
            assert text == ([rows - 1] if rows > 1 else []), height
            assert ("Ana Souza  ACME" in shown[0]) == (rows > 0), height
            assert sum("waits 48m" in row for row in shown) == (rows > 1), height
            assert sum(row.startswith(" before ") for row in shown) == (rows == 6), height


async def test_twenty_columns_and_five_rows_and_back(told, make_context):
    app = Reading(Look("dark"))
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(told, make_context())
        await pilot.pause()
        before = app.grid()
        for width, height in ((20, 5), (1, 1), (20, 5), (300, 60), (20, 36), (120, 36)):
            await resized(pilot, width, height)
            shown = app.grid()
            assert {cell_len(row) for row in shown} == {app.columns}
            assert len(shown) == height
            if (width, height) == (20, 5):
                assert shown[0].startswith(" ● Ana Souza"), "what waits stays readable"
        assert shown == before


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
@pytest.mark.parametrize("name", ["dark", "terminal", "none"])
async def test_signs_of_ours_are_ascii_where_unicode_lacks_and_letters_of_mail_stay(name, size, told, make_context):
    plain, full = Reading(Look(name, ascii=True)), Reading(Look(name))
    grids = []
    for app in (plain, full):
        async with app.run_test(size=size) as pilot:
            app.show(told, make_context(parts=(PartView("– Rui ›", 1, stranger=False),), part_count=1))
            await pilot.pause()
            grids.append(app.grid())
    ascii_rows, rows = ("\n".join(grid) for grid in grids)
    assert "– Rui ›" in rows
    assert "– Rui ›" in ascii_rows
    letters = ascii_rows.replace("– Rui ›", "")
    assert not [sign for sign in letters if not (sign.isascii() or sign.isalpha() or sign == "\u00a0")]
    assert "cobrança" in letters
    assert [len(row) for row in grids[0]] == [len(row) for row in grids[1]]


async def test_no_color_has_none_and_says_all_the_same(told, make_context):
    plain, full = Reading(Look("none")), Reading(Look("dark"))
    grids = []
    for app in (plain, full):
        async with app.run_test(size=(120, 36)) as pilot:
            app.show(told, make_context())
            await pilot.pause()
            grids.append(app.grid())
            if app is plain:
                segments = [segment for y in range(36) for segment in app.context.render_line(y)]
                assert all(not segment.style.color and not segment.style.bgcolor for segment in segments)
                heads = [segment.text.strip() for segment in segments if segment.style.bold]
                assert "before" in heads, "weight tells a heading"
    assert grids[0] == grids[1]


@pytest.mark.parametrize("width", [20, 53, 80, 110, 120, 160, 240])
async def test_wide_signs_emoji_and_combining_marks_keep_their_columns(
    width, make_message, make_conversation, make_context
):
    others = tuple(OtherView(n, WIDE * 3, Status.RESOLVED, NOW, None) for n in range(1, 9))
    context = make_context(
        organization=WIDE,
        addresses=(WIDE,),
        beside=tuple(OtherView(n, WIDE * n, Status.OPEN, NOW, NOW) for n in range(1, 9)),
        beside_count=8,
        before=others,
        before_count=8,
        parts=tuple(PartView(WIDE, n, stranger=n == 2) for n in range(4)),
        part_count=4,
        languages=(WIDE,),
    )
    view = make_conversation([make_message(1, text=WIDE)], customer=WIDE, mailbox=WIDE, tags=(WIDE,), subject=WIDE)
    app = Reading(Look("dark"))
    async with app.run_test(size=(width, 60)) as pilot:
        app.show(view, context)
        await pilot.pause()
        shown = app.grid()
        assert {cell_len(row) for row in shown} == {app.columns}
        assert "\u200d👨" not in "".join(shown), "terminals do not agree about joined emoji"
        if app.context.display:
            rows = [app.context.render_line(y).text for y in range(60)]
            assert all(row.startswith(" ") and row.endswith(" ") for row in rows), "a column of air on both sides"
            listed = [row for row in rows if row.lstrip().startswith("#")]
            assert len(listed) == 16
            assert all(row[1] == "#" for row in listed)


@pytest.mark.parametrize("width", [36, 45, 80, 100])
def test_the_columns_of_the_queue_stand_still_for_wide_names_and_subjects(width, make_row):
    manner = RowManner(cursor=False, focused=True, agent_id=7)
    plain = make_row(1, customer="Ana", organization="ACME", subject="s" * 200, assignee="Rui", assignee_id=3)
    wide = make_row(1, customer=WIDE, organization=WIDE, subject=WIDE * 9, assignee=WIDE, assignee_id=3)
    columns = Columns.within(width)

    def at(row: QueueRow) -> list[str]:
        """What stands in the gaps between the columns."""
        strip = draw_row(row, Look("dark"), width, manner, NOW)
        assert cell_len(strip.text) == width
        ends = [14, 14 + columns.name + 1]
        if columns.organization:
            ends.append(ends[-1] + columns.organization + 1)
        return [strip.crop(end, end + 1).text for end in ends]

    assert at(plain) == at(wide) == [" "] * (3 if columns.organization else 2)


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 36), (160, 45)])
async def test_hostile_words_fit_and_command_nothing(
    size, make_message, make_conversation, make_context, hostile, barred
):
    context = make_context(
        organization=hostile,
        addresses=(hostile,),
        customer=hostile,
        beside=(OtherView(1, hostile, Status.OPEN, NOW, NOW),),
        before=(OtherView(2, hostile, Status.SPAM, NOW, None),),
        parts=tuple(PartView(hostile, 1, stranger=True) for _ in range(12)),
        part_count=300,
        languages=(hostile,),
    )
    view = make_conversation([make_message(1, text=hostile)], customer=hostile, tags=(hostile,) * 40, mailbox=hostile)
    app = Reading(Look("dark"))
    async with app.run_test(size=size) as pilot:
        app.show(view, context)
        await pilot.pause()
        shown = app.grid()
        assert {cell_len(row) for row in shown} == {app.columns}
        assert not [row for row in shown if barred.search(row)]


async def test_what_is_not_known_is_said_or_left_out(make_conversation, make_context):
    nothing = make_context(
        organization="",
        addresses=(),
        address_count=0,
        known=False,
        kind=None,
        customer="",
        since=None,
        wrote=0,
        wrote_here=0,
        wrote_at=None,
        asked_at=None,
        answered_at=None,
        answers=0,
        last_at=None,
        ours_last=None,
        languages=(),
        beside=(),
        beside_count=0,
        before=(),
        before_count=0,
        parts=(),
        part_count=0,
    )
    view = make_conversation(customer="", customer_address="", waiting_since=None)
    app = Reading(Look("dark"))
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(view, nothing)
        await pilot.pause()
        rows = [app.context.render_line(y).text.rstrip() for y in range(36)]
        assert "\n".join(rows).strip().split() == [
            "Nobody",
            "but",
            "us",
            "wrote",
            "here,",
            "or",
            "was",
            "written",
            "to.",
            "nobody",
            "owns",
            "it",
            "clocks",
            "─────────────────",
            "waits",
            "nothing",
            "filed",
            "──────────────────",
            "mailbox",
            "suporte",
        ]
        assert context_title(view, nothing) == ("unknown", "")
        await resized(pilot, 80, 24)
        assert [row.rstrip() for row in app.grid()[:5]] == [
            " unknown" + " " * 65 + "N1 › –",
            " wrote    never",
            " before   nothing: it is their first",
            " clocks   nothing waits" + " " * 39 + "open   0 messages",
            " beside   nothing else is open" + " " * 42 + "suporte",
        ]
        app.show(view, make_context(erased=True, addresses=(), customer="", organization=""))
        assert "erased" in app.grid()[0]
        await resized(pilot, 120, 36)
        assert "Name and addresses were" in app.context.render_line(0).text
        app.show(None, None)
        assert not "".join(app.grid()).replace("│", "").strip()
        app.show(view, None)
        assert not any(app.context.render_line(y).text.strip() for y in range(36)), "it is not read yet"


async def test_a_pane_too_low_for_all_says_that_there_is_more(told, make_context):
    app = Reading(Look("dark"))
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(told, make_context())
        await pilot.pause()
        for height in (36, 31, 20, 10, 3, 1):
            await resized(pilot, 120, height)
            rows = [app.context.render_line(y).text.strip() for y in range(height)]
            assert ("…" in rows) == (height <= 31)
            assert height > 31 or rows[-1] == "…"


async def test_a_later_minute_sends_the_rows_of_its_clocks_and_no_others(told, make_context, monkeypatch):
    app = Reading(Look("dark"))
    async with app.run_test(size=(120, 36)) as pilot:
        app.show(told, make_context())
        await pilot.pause()
        app.grid()
        sent = []
        for name in ("context", "conversation"):
            pane = getattr(app, name)
            monkeypatch.setattr(pane, "refresh", lambda region, name=name: sent.append((name, region.y)))
        app.context.tick(NOW + timedelta(seconds=30))
        app.conversation.tick(NOW + timedelta(seconds=30))
        assert sent == []
        app.context.tick(NOW + minutes(1))
        app.conversation.tick(NOW + minutes(1))
        assert sent == [("context", 5), ("context", 10), ("context", 24), ("conversation", 0)]


def test_labels_have_room_in_their_column_in_every_language(make_context, make_conversation, monkeypatch):
    from babel.messages.pofile import read_po

    root = Path(__file__).parent.parent.parent / "widgets" / "locale"
    labels = ("wrote", "before", "clocks", "beside", "waits", "first", "last", "since", "here", "in")
    labels += ("mailbox", "tags", "related", "joined")
    for path in root.glob("*/LC_MESSAGES/plantao.po"):
        with path.open("rb") as opened:
            catalog = read_po(opened)
        long = {word: catalog[word].string for word in labels if cell_len(catalog[word].string) >= LABEL}
        assert long == {}, path


@pytest.mark.parametrize(
    ("status", "snoozed", "said"),
    [
        (Status.OPEN, None, "waits 48m"),
        (Status.OPEN, NOW + timedelta(days=1), "snoozed until Tue 09:32"),
        (Status.OPEN, NOW - timedelta(days=1), "waits 48m"),
        (Status.CLOSED, None, "nothing waits"),  # its last word was thanks
        (Status.RESOLVED, None, "nothing waits"),
        (Status.SPAM, None, "nothing waits"),
    ],
)
def test_the_clocks_say_what_stands(status, snoozed, said, make_conversation, make_context):
    view = make_conversation(status=status, snoozed_until=snoozed, waiting_since=NOW - minutes(48))
    left, _right = five_rows(view, make_context(), NOW, 7, room=78)[3]
    assert said in "".join(text for text, _role in left)


def test_clocks_are_said_whole_or_not_at_all_and_once_is_once(make_context, make_conversation):
    """At 80 columns stood `last ours…`, and `1 time since 09:30   last 09:30`."""
    view = make_conversation([])
    asked, answered = NOW - minutes(500), NOW - minutes(60)
    context = make_context(wrote=1, since=asked, wrote_at=asked, asked_at=asked, answered_at=answered, ours_last=True)
    for room in range(40, 110):
        _who, wrote, _before, (left, right), _beside = five_rows(view, context, NOW, 7, room=room)
        said = "".join(text for text, _role in left)
        assert cell_len(said) + sum(cell_len(text) for text, _role in right) + 2 <= room or "first" not in said
        assert ("last ours 08:44" in said) == ("last" in said)
        assert "once 01:12   " in "".join(text for text, _role in wrote[0])


def test_what_is_promised_says_when_it_is_due_or_that_it_is_broken_in_words(make_context):
    promised = (
        PromiseView(1, "call back", NOW - minutes(65), "Ana", 4213, kept=False),
        PromiseView(2, "the invoice", NOW + timedelta(days=1), "", None, kept=False),
    )
    assert [due_words(one, NOW) for one in promised] == ["broken 1h05 ago", "by Tue 09:32"]
    assert [due_role(one, NOW) for one in promised] == ["late", "text"]
    context = make_context(promised=promised, pinned=("Pays late.",))
    words = "".join(text for text, _role in promised_spans(context.promised, NOW))
    assert words == "broken 1h05 ago  call back"


CARD = Persona(
    "Chief",
    pains=("month end",),
    tone="terse",
    channel="email",
    do=("give a time", "say who"),
    dont=("apologise",),
    roles=("CTO",),
    notes="**Short.**",
    former=("Boss",),
)


def test_how_a_customer_is_written_to_takes_the_rows_there_are(make_context):
    context = make_context(persona=PersonaView(CARD), fields={"tone": "warm"})
    one, two, three = (manner(context, rows=rows) for rows in (1, 2, 3))
    assert [len(rows) for rows in (one, two, three)] == [1, 2, 3]
    assert "".join(text for text, _role in one[0][0]) == (
        "write    terse; e-mail   do give a time; say who   don't apologise"
    )
    assert "".join(text for text, _role in three[1][0]) == "do        give a time; say who"
    (known,) = manner(make_context(fields={"tone": "warm"}), rows=3)
    assert "warm" in known[0][1][0]
    maybe = make_context(persona=PersonaView(suggested=Suggested(1, CARD, "role", "CTO")))
    assert manner(maybe, rows=2)[0][1] == (("Chief? ", "soon"), ("role: CTO", "muted"))
    assert manner(make_context(persona=NO_PERSONA), rows=2) == ()
    assert manner(None, rows=2) == ()

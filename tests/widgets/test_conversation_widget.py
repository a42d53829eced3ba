"""A conversation is read as plain lines, whatever its size, and starts at what waits."""

import time

import pytest
from rich.cells import cell_len
from textual.app import App

from storage.kinds import Automatic, Channel, Direction, Evidence, Hold, Special, Status
from storage.kinds import Delivery as SendingState
from storage.kinds.mail import Attachment, Correspondent, Original
from storage.kinds.outbox import DeliveryView
from widgets.conversation import ConversationPane
from widgets.look import LOOK_NAMES, Look
from widgets.timeline import Anchor, Timeline

FACTS = 6  # rows above the timeline in a window of 80x24


class Reading(App):
    """A conversation alone."""

    def __init__(self, look=None, **choices):
        super().__init__(**choices)
        self.pane = ConversationPane(look or Look("dark"), agent_id=7)

    def compose(self):
        yield self.pane


def lines(pane: ConversationPane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


def everything(view, now, width=78, **choices) -> list[str]:
    timeline = Timeline(view, now, **choices)
    return ["".join(text for text, _ in drawn.spans) for _, drawn in timeline.forward(Anchor(), width)]


QUOTING = "Obrigada.\n\nEm 22/11 a Ana escreveu:\n> linha um\n> linha dois\n> linha três"


async def test_quotes_are_folded_and_z_unfolds_them(make_message, make_conversation, now):
    app = Reading()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation([make_message(1, text=QUOTING, reply_text="Obrigada.")]), now)
        await pilot.pause()
        assert any("› 4 quoted lines" in line for line in lines(app.pane))
        assert not any("linha dois" in line for line in lines(app.pane))
        app.pane.action_fold()
        assert any("> linha dois" in line for line in lines(app.pane))
        assert not any("quoted" in line for line in lines(app.pane))
        app.pane.action_fold()
        assert any("› 4 quoted lines" in line for line in lines(app.pane))


async def test_a_notice_of_secrecy_is_folded_with_the_quotes(make_message, make_conversation, now):
    notice = "Esta mensagem é confidencial e de uso exclusivo do destinatário.\nSe a recebeu por engano, apague-a e avise quem a enviou."
    view = make_conversation([make_message(1, text=f"Obrigada.\n\n{notice}", reply_text=f"Obrigada.\n\n{notice}")])
    said = everything(view, now)
    assert not any("destinatário" in line for line in said)
    assert any("› 2 lines more" in line for line in said)
    assert any("destinatário" in line for line in everything(view, now, unfolded=True))


async def test_it_starts_at_the_first_message_that_waits(make_message, make_conversation, now):
    app = Reading()
    messages = [make_message(number, handled=number < 38) for number in range(1, 39)]
    messages += [make_message(number, direction=Direction.OUTGOING, automatic=Automatic.REPLY) for number in (39, 40)]
    later = [make_message(number, handled=True, text="a\n" * 30) for number in (41, 42)]
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation([*messages, *later]), now)
        await pilot.pause()
        shown = lines(app.pane)
        assert "● Ana Souza" in shown[FACTS]
        assert "Mensagem 38." in shown[FACTS + 1]


async def test_the_newest_that_waits_is_whole_and_what_precedes_fills_the_page(make_message, make_conversation, now):
    app = Reading()
    long = [make_message(number, handled=False, text=f"{number}\n" + "a\n" * 11 + "end") for number in range(1, 6)]
    later = make_message(9, handled=True, text="b\n" * 30)
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation([*long, later]), now)
        await pilot.pause()
        shown = lines(app.pane)
        assert shown[-1].strip() == "end", "the newest that waits ends at the last row"
        assert shown[-14].strip().startswith("● Ana Souza")
        assert shown[-13].strip() == "5"
        app.pane.show(
            make_conversation([*long[:2], make_message(3, handled=False, text="c\n" * 40)], conversation_id=2), now
        )
        assert "● Ana Souza" in lines(app.pane)[FACTS], "one longer than the page begins it"


@pytest.mark.parametrize("state", [SendingState.FAILED, SendingState.UNCERTAIN, SendingState.QUEUED])
async def test_an_answer_that_stands_is_in_sight_below_what_waits(make_message, make_conversation, now, state):
    app = Reading()
    hold = Hold.NEWS if state is SendingState.QUEUED else None
    delivery = DeliveryView(9, state, hold, 7, "Ana", now, now, ())
    messages = [make_message(number, handled=number < 3, text="a\n" * 6) for number in range(1, 8)]
    ours = make_message(9, direction=Direction.OUTGOING, text="Our answer.", delivery=delivery)
    later = [make_message(number, handled=True, text="b\n" * 30) for number in (10, 11)]
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation([*messages, ours, *later]), now)
        await pilot.pause()
        assert any("Our answer." in line for line in lines(app.pane))


async def test_no_row_stays_empty_while_there_is_something_above(make_message, make_conversation, now):
    app = Reading()
    view = make_conversation([make_message(n, text=QUOTING, reply_text="Obrigada.") for n in range(1, 41)])
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(view, now, at=40)
        await pilot.pause()
        assert "› 4 quoted lines" in lines(app.pane)[-1]
        app.pane.action_fold()
        app.pane.action_bottom()
        app.pane.action_fold()
        assert "› 4 quoted lines" in lines(app.pane)[-1], "folding makes the end come nearer"


def test_what_was_answered_waits_no_more_though_nobody_marked_it(make_message, make_conversation, now):
    answered = [make_message(1, handled=False), make_message(2, direction=Direction.OUTGOING)]
    notice = make_message(4, handled=False, automatic=Automatic.REPLY)
    timeline = Timeline(make_conversation([*answered, make_message(3, handled=False), notice]), now)
    assert timeline.waiting == [2]


async def test_the_newest_is_in_sight_when_nothing_waits_or_all_of_it_has_room(make_message, make_conversation, now):
    app = Reading()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation([make_message(number) for number in range(1, 41)]), now)
        await pilot.pause()
        assert "Mensagem 40." in lines(app.pane)[-1]
        app.pane.show(
            make_conversation([make_message(n, handled=n < 40) for n in range(1, 41)], conversation_id=2), now
        )
        assert "Mensagem 40." in lines(app.pane)[-1]
        app.pane.show(make_conversation([make_message(1)], conversation_id=3), now)
        assert "Ana Souza" in lines(app.pane)[FACTS]


async def test_scrolling_walks_every_line_there_and_back(make_message, make_event, make_conversation, now):
    app = Reading()
    view = make_conversation([make_message(n, text="a\n" * 7) for n in range(1, 30)], [make_event(n) for n in range(3)])
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(view, now)
        await pilot.pause()
        app.pane.action_top()
        first = lines(app.pane)
        for _ in range(40):
            app.pane.action_half_down()
        last = lines(app.pane)
        app.pane.action_bottom()
        assert lines(app.pane) == last
        app.pane.action_down()
        assert lines(app.pane) == last
        assert "resolved" in last[-1]
        for _ in range(40):
            app.pane.action_half_up()
        assert lines(app.pane) == first
        app.pane.action_down()
        assert lines(app.pane)[FACTS:-1] == first[FACTS + 1 :]
        app.pane.action_up()
        app.pane.action_up()
        assert lines(app.pane) == first


async def test_reading_it_again_keeps_the_place(make_message, make_conversation, now):
    app = Reading()
    messages = [make_message(number) for number in range(1, 41)]
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation(messages[:40]), now)
        await pilot.pause()
        for _ in range(13):
            app.pane.action_up()
        before = lines(app.pane)[FACTS:]
        app.pane.show(make_conversation([make_message(0), *messages, make_message(41, handled=False)]), now)
        assert lines(app.pane)[FACTS:] == before


async def test_resizing_wraps_anew_and_keeps_the_message_at_the_top(make_message, make_conversation, now):
    app = Reading()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation([make_message(n, text=f"{n}! " + "palavra " * 60) for n in range(1, 41)]), now)
        await pilot.pause()
        app.pane.action_top()
        for _ in range(17):
            app.pane.action_down()
        assert "Ana Souza" in lines(app.pane)[FACTS + 1]
        for width, height in ((50, 20), (120, 40), (30, 10)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            text = lines(app.pane)
            assert all(cell_len(line) <= width for line in text)
            assert not any("…" in line for line in text[3:])
            assert any("3!" in line for line in text[:6])
        await pilot.resize_terminal(80, 24)
        app.pane.action_bottom()
        await pilot.resize_terminal(80, 60)
        await pilot.pause()
        assert lines(app.pane)[-1].strip(), "no row below the newest is wasted"


def test_events_stand_between_the_messages_in_the_order_of_time(make_message, make_event, make_conversation, now):
    view = make_conversation([make_message(1), make_message(4000)], [make_event(1), make_event(2, undone=True)])
    text = "\n".join(everything(view, now))
    assert text.index("Mensagem 1.") < text.index("Mensagem 4000.") < text.index("Bruno Reis · resolved")
    received = make_event(3, "received", values={})
    assert "received" not in "\n".join(everything(make_conversation([], [received]), now))


def test_an_answer_that_was_taken_back_is_one_line_until_it_is_unfolded(
    make_message, make_event, make_conversation, now
):
    def gone(number: int, kind: str, **choices):
        return make_event(number, kind, **({"action_id": 5, "undone": True} | choices))

    waits = {"before": "open", "after": "waiting", "because": "agent"}
    opens = {"before": "waiting", "after": "open", "because": "agent"}
    events = [
        gone(2, "status_changed", values=waits),
        gone(3, "tagged", values={"added": ["fatura"]}),
        gone(4, "status_changed", values=opens, action_id=8, undone=False, undoes=5),
        gone(5, "tagged", values={"removed": ["fatura"]}, action_id=8, undone=False, undoes=5),
        gone(6, "cancelled", values={}, action_id=8, undone=False, undoes=5),
        make_event(7, values={"before": "open", "after": "resolved", "because": "agent"}),
    ]
    view = make_conversation([make_message(1)], events)
    told = [line for line in everything(view, now) if "Bruno Reis · " in line]
    assert ["answer queued and taken back" in line for line in told] == [True, False]
    assert "resolved" in told[1]
    whole = [line for line in everything(view, now, unfolded=True) if "Bruno Reis · " in line]
    assert len(whole) == 6
    dropped = [gone(2, "status_changed", values=waits, undone=False), gone(3, "cancelled", values={}, undone=False)]
    told = [line for line in everything(make_conversation([make_message(1)], dropped), now) if "Bruno Reis · " in line]
    assert len(told) == 2  # given up in the outbox: what it had changed stays


def test_an_undo_and_a_redo_stand_in_what_they_are_about_until_it_is_unfolded(
    make_message, make_event, make_conversation, now
):
    def deed(number: int, before: str, after: str, *, undone: bool, undoes: int | None = None):
        values = {"before": before, "after": after, "because": "agent"}
        return make_event(number, values=values, action_id=number, undone=undone, undoes=undoes)

    once = [deed(1, "open", "resolved", undone=True), deed(2, "resolved", "open", undone=False, undoes=1)]
    again = [
        deed(1, "open", "resolved", undone=False),
        deed(2, "resolved", "open", undone=True, undoes=1),
        deed(3, "open", "resolved", undone=False, undoes=2),
    ]
    for events in (once, again):
        view = make_conversation([make_message(1)], events)
        told = [line for line in everything(view, now) if "Bruno Reis · " in line]
        assert ["resolved" in line for line in told] == [True]
        assert sum("Bruno Reis · " in line for line in everything(view, now, unfolded=True)) == len(events)
    alone = make_conversation([make_message(1)], once[1:])  # what it took back stands in another conversation
    assert any("Bruno Reis · " in line for line in everything(alone, now))


def test_what_a_report_says_of_an_answer_that_a_server_had_taken_is_told_as_not_proven(
    make_event, make_conversation, now
):
    values = {"before": ["filed"], "after": ["failed"], "codes": [None], "places": [0]}
    text = "\n".join(everything(make_conversation([], [make_event(1, "delivery_changed", values=values)]), now))
    assert "not sent, says a report that nothing proves" in text
    values = {"before": ["sending"], "after": ["failed"], "codes": [550], "places": [0]}
    assert "not sent" not in "\n".join(
        everything(make_conversation([], [make_event(1, "delivery_changed", values=values)]), now)
    )


def test_what_is_odd_about_a_message_is_named(make_message, make_conversation, now):
    message = make_message(
        1,
        author=Correspondent("Ana Souza", "ana@elsewhere.example"),
        marked=True,
        evidence=Evidence.QUOTED,
        automatic=Automatic.BOUNCE,
        specials=frozenset({Special.ENCRYPTED, Special.TNEF}),
        attachments=(
            Attachment("fatura-agosto.pdf", "application/pdf", 182_400, "2"),
            Attachment("", "image/png", 10, "3", inline=True),
        ),
        links=("https://acme.example/a",),
        original=Original(Correspondent("Marek Dvořák", "marek@brno.example"), "Export", "Dobrý den"),
    )
    text = "\n".join(everything(make_conversation([message]), now))
    for words in (
        "ana@elsewhere.example",
        "took no part before; it quotes a message",
        "× delivery report",
        "encrypted",
        "winmail.dat",
        "file  fatura-agosto.pdf  182\u00a0kB",
        "inline  image/png",
        "[1]  https://acme.example/a",
        "forwarded from Marek Dvořák marek@brno.example  Export",
        "Dobrý den",
    ):
        assert words in text, words


def test_a_known_customers_address_is_not_repeated_and_our_own_answers_say_sent(make_message, make_conversation, now):
    outgoing = make_message(
        2,
        direction=Direction.OUTGOING,
        author=Correspondent("Lumen", "suporte@lumen.example"),
        to=(Correspondent("Ana", "ana@acme.example"),),
    )
    timeline = Timeline(make_conversation([make_message(1), outgoing]), now)
    drawn = [line for _, line in timeline.forward(Anchor(), 78)]
    heads = [
        ("".join(t for t, _ in line.spans), "".join(t for t, _ in line.aside)) for line in drawn if line.indent == 0
    ]
    assert heads == [("Ana Souza", "Sun 09:32"), ("Lumen → Ana", "sent  Sun 09:32")]


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "palavra " * 250_000, "linha curta\n" * 180_000, "é日" * 400_000, "> citada\n" * 200_000],
    ids=["one word", "one line", "many lines", "wide", "quotes"],
)
async def test_a_text_of_megabytes_is_shown_scrolled_and_unfolded_at_once(make_message, make_conversation, now, text):
    app = Reading()
    async with app.run_test(size=(80, 24)) as pilot:
        started = time.process_time()
        app.pane.show(make_conversation([make_message(1, text=text, reply_text="Olá")]), now)
        await pilot.pause()
        for action in ("fold", "bottom", "page_up", "top", "half_down", "down", "up", "fold"):
            getattr(app.pane, f"action_{action}")()
            assert all(cell_len(line) <= 80 for line in lines(app.pane))
        assert time.process_time() - started < 2.5


async def test_two_thousand_messages_are_shown_at_once(make_message, make_conversation, now):
    app = Reading()
    view = make_conversation([make_message(n, text=QUOTING * 5, reply_text="Obrigada.") for n in range(2000)])
    async with app.run_test(size=(80, 24)) as pilot:
        started = time.process_time()
        app.pane.show(view, now)
        await pilot.pause()
        for action in ("top", "bottom", "page_up", "fold", "bottom", "top"):
            getattr(app.pane, f"action_{action}")()
            lines(app.pane)
        assert time.process_time() - started < 2.0


@pytest.mark.parametrize("width", [30, 45, 80, 120])
async def test_hostile_and_empty_conversations_fit_their_width(
    make_message, make_event, make_conversation, now, hostile, barred, width
):
    app = Reading()
    bad = Correspondent(hostile, hostile)
    message = make_message(
        1,
        text=hostile * 30,
        reply_text=hostile,
        author=bad,
        to=(bad,) * 30,
        subject=hostile,
        links=(hostile,),
        marked=True,
    )
    view = make_conversation(
        [message],
        [make_event(1, "tagged", agent=hostile, values={"added": [hostile]})],
        customer=hostile,
        tags=(hostile,) * 9,
    )
    async with app.run_test(size=(width, 24)) as pilot:
        for shown in (view, make_conversation(customer="", customer_address="", waiting_since=None), None):
            app.pane.show(shown, now)
            await pilot.pause()
            app.pane.action_fold()
            for y in range(24):
                strip = app.pane.render_line(y)
                assert cell_len(strip.text) == width
                assert not barred.search(strip.text)


@pytest.mark.parametrize("look", [*(Look(name) for name in LOOK_NAMES), Look("none", ascii=True)])
async def test_a_note_lies_on_paper_of_its_own_and_says_that_it_is_never_sent(
    make_message, make_conversation, now, look
):
    note = make_message(
        2,
        direction=Direction.INTERNAL,
        author=Correspondent("Bruno Reis", ""),
        to=(),
        text="Captura dupla.\n\n> tal qual",
        reply_text="Captura dupla.\n\n> tal qual",
    )
    messages = [make_message(1, text="Bom dia."), note, make_message(3, text="E agora?")]
    app = Reading(look)
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(make_conversation(messages), now)
        await pilot.pause()
        shown = lines(app.pane)
        head = next(index for index, line in enumerate(shown) if "never sent" in line)
        mark = look.sign("▌")
        assert shown[head].startswith(f"{mark}note  Bruno Reis")
        assert [line.rstrip() for line in shown[head + 1 : head + 4]] == [
            f"{mark}  Captura dupla.",
            mark,
            f"{mark}  > tal qual",
        ]
        assert [line.startswith(mark) for line in shown[head - 1 : head + 5]] == [False, *(True,) * 4, False]
        if look.full:
            grounds = {
                segment.style.bgcolor
                for y in range(head, head + 4)
                for segment in app.pane.render_line(y)
                if segment.style
            }
            assert grounds == {look.style("note", "notebg").bgcolor}


def test_a_note_neither_waits_nor_answers(make_message, make_conversation, now):
    note = make_message(2, direction=Direction.INTERNAL, author=Correspondent("Rui", ""), handled=False)
    view = make_conversation([make_message(1, handled=False), note])
    assert Timeline(view, now).waiting == [0]


@pytest.mark.parametrize(
    ("direction", "head"),
    [(Direction.INCOMING, "Zé  call, 12 min, in"), (Direction.OUTGOING, "Zé → Ana  call, 12 min, out")],
)
def test_a_call_says_with_whom_how_long_and_who_rang_and_answers_what_waited(
    make_message, make_conversation, now, direction, head
):
    call = make_message(
        2,
        direction=direction,
        channel=Channel.PHONE,
        minutes=12,
        author=Correspondent("Zé", ""),
        to=(Correspondent("Ana", ""),),
        text="She asked again.",
        reply_text="She asked again.",
    )
    view = make_conversation([make_message(1, handled=False), call])
    assert Timeline(view, now).waiting == []
    told = everything(view, now)
    assert head in told
    assert "She asked again." in told


def test_of_old_mail_only_how_it_was_found_is_told_and_nothing_settled_waits(
    make_message, make_event, make_conversation, now
):
    """Each conversation that came with a mailbox said twice how it stood, and one that ended with thanks waited on."""
    found = [
        make_event(number, values={"before": "new", "after": after, "because": "history"}, agent="")
        for number, after in enumerate(("open", "closed"), 1)
    ]
    view = make_conversation([make_message(1, handled=False)], found, status=Status.CLOSED)
    told = [line for line in everything(view, now) if "as it stood when the mailbox was added" in line]
    assert len(told) == 1
    assert "closed" in told[0]
    assert not Timeline(view, now).waits(view.messages[0])
    assert Timeline(make_conversation(view.messages), now).waits(view.messages[0])
    waiting = make_event(1, values={"before": "closed", "after": "new", "because": "history"}, agent="")
    assert not any("as it stood" in line for line in everything(make_conversation(view.messages, [waiting]), now))


def test_what_you_did_is_yours(make_message, make_event, make_conversation, now):
    took = make_event(1, "assigned", agent="Ana", values={"before": None, "after": 7})
    view = make_conversation([make_message(1)], [took])
    told = Timeline(view, now, names={7: "Ana"}, you=7)
    lines = [drawn.spans[0][0] for _place, drawn in told.forward(Anchor(), 60) if drawn.spans]
    assert any(line.endswith("you · took it") for line in lines)

"""What the console calls an agent for: mail of one's own, a conversation given, an answer that failed; and silence."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from console.config.noticing import Notices
from console.desk import Desk
from console.mail.parse import parse
from storage.commands import triage
from storage.commands.outbox.items import Result
from storage.commands.outbox.queueing import Outgoing, queue
from storage.commands.outbox.sending import claim
from storage.commands.outbox.steps import Told, proceed
from storage.kinds import Delivery

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "hour", "silent"),
    [
        (None, 3, False),
        ("22:00-07:00", 23, True),
        ("22:00-07:00", 3, True),
        ("22:00-07:00", 7, False),
        ("22:00-07:00", 12, False),
        ("12:00-14:00", 13, True),
        ("12:00-14:00", 14, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(quiet, hour, silent):
    assert Notices(bell=True, quiet=quiet).silent(NOON.replace(hour=hour)) is silent


@pytest.mark.parametrize("wrong", ["22", "22:00", "25:00-07:00", "a-b", ""])
def test_hours_that_are_none(wrong):
    with pytest.raises(ValidationError):
        Notices(quiet=wrong)


def test_nothing_calls_unless_it_is_asked_for():
    assert not Notices().wanted
    assert Notices(bell=True).wanted
    assert not Notices(bell=True, about=()).wanted


@pytest.fixture
def bruno(store):
    return Desk(store, agent="Bruno", console="there")


async def calls(console, until, notices, happen, *, wait=True):
    """Return what is written to the terminal beside frames while things happen."""
    written: list[str] = []

    app = console(notices=notices)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows and (not notices.wanted or app._caller._cursor is not None))
        app._driver.write = written.append
        before = app._caller._cursor
        happen()
        await until(lambda: not wait or app._caller._cursor != before)
        await pilot.pause()
    return [one for one in written if "\x07" in one]


async def test_new_mail_in_my_conversation_calls_and_anothers_does_not(deliver, desk, console, until):
    mine = deliver({"id": "first", "subject": "Fatura"})
    deliver({"id": "other", "subject": "Other", "address": "x@y.example"})
    desk.tell_now(triage.take, [mine], actor=desk.actor, now=NOON)
    notices = Notices(bell=True, desktop="osc777")

    def mail(to):
        return lambda: deliver({"name": "Ana", "answers": to, "subject": "Re: Fatura", "text": "E?", "ago": 1})

    assert await calls(console, until, notices, mail("first")) == [
        f"\x1b]777;notify;#{mine} Ana wrote;Re: Fatura\x07\x07"
    ]
    assert await calls(console, until, notices, mail("other")) == []


async def test_being_given_a_conversation_calls_and_taking_one_does_not(deliver, desk, bruno, console, until):
    number = deliver({"subject": "Fatura"})
    notices = Notices(desktop="osc9")
    now = NOON
    given = await calls(
        console,
        until,
        notices,
        lambda: bruno.tell_now(triage.assign, [number], to=desk.agent_id, actor=bruno.actor, now=now),
    )
    assert given == [f"\x1b]9;#{number} Bruno gave you this: Fatura\x07"]
    desk.tell_now(triage.assign, [number], to=None, actor=desk.actor, now=now)
    taken = lambda: desk.tell_now(triage.take, [number], actor=desk.actor, now=now)  # noqa: E731
    assert await calls(console, until, notices, taken) == []


@pytest.mark.parametrize(
    "notices", [Notices(), Notices(bell=True, about=("assigned",)), Notices(bell=True, quiet="00:00-23:59")]
)
async def test_nothing_is_said_when_it_is_off_not_asked_for_or_quiet(deliver, desk, console, until, notices):
    number = deliver({"id": "first", "subject": "Fatura"})
    desk.tell_now(triage.take, [number], actor=desk.actor, now=NOON)
    assert (
        await calls(
            console, until, notices, lambda: deliver({"answers": "first", "text": "E?", "ago": 1}), wait=notices.wanted
        )
        == []
    )


async def test_several_at_once_are_one_call(deliver, desk, console, until):
    numbers = [deliver({"id": f"c{n}", "subject": f"S{n}", "address": f"a{n}@x.example"}) for n in range(3)]
    desk.tell_now(triage.take, numbers, actor=desk.actor, now=NOON)
    mails = [{"answers": f"c{n}", "address": f"a{n}@x.example", "text": f"E {n}?", "ago": 1} for n in range(3)]
    assert await calls(console, until, Notices(desktop="osc9"), lambda: deliver(*mails)) == [
        "\x1b]9;Plantão: 3 things new\x07"
    ]


def test_history_calls_nobody(deliver, desk, store):
    from storage.queries import noticing

    number = deliver({"id": "first"})
    desk.tell_now(triage.take, [number], actor=desk.actor, now=NOON)
    cursor, _ = desk.ask_now(noticing.news, 0, agent_id=desk.agent_id, calls={"mine"})
    deliver({"answers": "first", "ago": int(timedelta(days=200).total_seconds() / 60)})
    later, found = desk.ask_now(noticing.news, cursor, agent_id=desk.agent_id, calls={"mine"})
    assert later > cursor
    assert found == ()


async def test_my_answer_that_did_not_leave_calls_and_a_colleagues_does_not(deliver, desk, bruno, console, until):
    number = deliver({"id": "first", "subject": "Fatura"})
    notices = Notices(bell=True, desktop="osc777", about=("failed",))
    for who, called in ((desk, [f"\x1b]777;notify;#{number} not sent;Re: Fatura\x07\x07"]), (bruno, [])):
        message = queued(who, number)
        assert await calls(console, until, notices, lambda message=message, who=who: refuse(who, message)) == called


def queued(who, number):
    raw = f"p{who.agent_id}".encode()
    parsed = parse(
        b"From: suporte@lumen.example\r\nTo: ana@acme.example\r\nSubject: Re: Fatura\r\n"
        b"Message-ID: <" + raw + b"@lumen.example>\r\n\r\nOi"
    )
    outgoing = Outgoing(1, parsed, raw.ljust(32, b"0"), 9, "suporte@lumen.example", ("ana@acme.example",), number)
    choices = {"actor": who.actor, "now": NOON, "undo_window": timedelta()}
    return who.tell_now(queue, outgoing, **choices).message_id


def refuse(who, message):
    with who.store.writing() as session:
        items = [one for one in claim(session, 1, holder="x:1:1", now=NOON) if one.message_id == message]
        assert proceed(session, begin=[items[0]], holder="x:1:1", now=NOON)
        proceed(session, told=[Told(items[0], {0: Result(Delivery.FAILED, 550, "no")})], holder="x:1:1", now=NOON)

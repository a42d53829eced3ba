"""Invitations, delivery reports and receipts as rows: in the reader's zone, in words, and harmless."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from storage.kinds import Special
from storage.kinds.mail import Correspondent
from storage.kinds.notices import Attendee, Delivery, Invitation, Receipt
from widgets.notice_rows import special_lines
from widgets.notices import part_words, when_words
from widgets.timeline import Timeline

HERE = datetime(2026, 11, 23, 9, 32, tzinfo=ZoneInfo("America/Sao_Paulo"))
AT = datetime(2026, 11, 24, 13, tzinfo=UTC)
FLOATING = datetime(2026, 11, 24, 10)  # noqa: DTZ001 - of a clock in a zone that nobody knows


def meeting(**choices) -> Invitation:
    values = {
        "method": "request",
        "summary": "Revisão da fatura",
        "location": "Sala 3",
        "starts": AT,
        "ends": AT + timedelta(hours=1),
        "zone": "Europe/Lisbon",
        "organizer": Correspondent("Ana Souza", "ana@acme.example"),
        "attendees": (),
        "repeats": "",
        "cancelled": False,
    }
    return Invitation(**(values | choices))


def text(rows) -> str:
    return "\n".join("".join(words for words, _ in row).rstrip() for row in rows)


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (AT, AT + timedelta(hours=1), "Tue 24\u00a0Nov 10:00-11:00"),
        (AT, None, "Tue 24\u00a0Nov 10:00"),
        (AT, AT + timedelta(days=1), "Tue 24\u00a0Nov 10:00 - Wed 25\u00a0Nov 10:00"),
        (datetime(2027, 1, 1, 1, tzinfo=UTC), None, "Thu 31\u00a0Dec 22:00"),
        (date(2026, 12, 24), None, "Thu 24\u00a0Dec"),
        (date(2026, 12, 24), date(2027, 1, 2), "Thu 24\u00a0Dec - Sat 2\u00a0Jan\u00a02027"),
        (
            FLOATING,
            FLOATING + timedelta(hours=2),
            "Tue 24\u00a0Nov 10:00-12:00 (in a time zone that is not known here)",
        ),
        (None, None, ""),
        (datetime(1, 1, 1, tzinfo=UTC), None, "Mon 1\u00a0Jan\u00a01 00:00"),
    ],
)
def test_when_is_said_in_the_readers_zone(starts, ends, words):
    assert when_words(starts, ends, HERE) == words


def test_an_invitation_says_what_when_where_and_who(make_message):
    rows = special_lines(make_message(notices=(meeting(repeats="weekly"),)), HERE, 70)
    assert text(rows) == (
        "meeting   Revisão da fatura\n"
        "when      Tue 24\u00a0Nov 10:00-11:00, each week\n"
        "where     Sala 3\n"
        "asked by  Ana Souza  ana@acme.example"
    )


def test_a_meeting_that_is_off_says_so_first(make_message):
    (first, *_) = special_lines(make_message(notices=(meeting(cancelled=True),)), HERE, 70)
    assert first == (("cancelled ", "muted"), ("Revisão da fatura", "late"))


def test_an_answer_says_who_comes(make_message):
    answer = meeting(method="reply", attendees=(Attendee("Li", "li@x.example", "declined"),), location="", starts=None)
    assert text(special_lines(make_message(notices=(answer,)), HERE, 70)) == (
        "answer    Revisão da fatura\nfrom      Li  does not come"
    )


def test_a_report_says_whether_it_is_for_good(make_message):
    failed = Delivery("ana@acme.example", "failed", "5.1.1", "550 no such user", "mx", None)
    late = Delivery("li@kumo.example", "delayed", "4.4.1", "", "", datetime(2026, 11, 25, 12, tzinfo=UTC))
    rows = special_lines(make_message(notices=(failed, late)), HERE, 100)
    assert text(rows) == (
        "for       ana@acme.example\n"
        "          not delivered, for good: there is no such mailbox\n"
        "it said   550 no such user\n"
        "for       li@kumo.example\n"
        "          not delivered yet, tried until Wed 25\u00a0Nov 09:00: the server does not answer"
    )
    assert rows[1][1][1] == "late"


def test_a_receipt_says_what_was_done(make_message):
    by_hand, by_itself = Receipt("ana@x", "displayed", True), Receipt("li@x", "deleted", False)
    assert text(special_lines(make_message(notices=(by_hand, by_itself)), HERE, 70)) == (
        "receipt   ana@x: the mail was shown\nreceipt   li@x: the mail was deleted, says a program by itself"
    )


def test_many_are_counted_and_long_values_wrap_in_their_column(make_message):
    many = tuple(Receipt(f"{n}@x", "displayed", True) for n in range(9))
    assert text(special_lines(make_message(notices=many), HERE, 70)).endswith("\nand 4 more")
    said = Delivery("a@x", "failed", "5.0.0", "the quick brown fox " * 40, "", None)
    rows = special_lines(make_message(notices=(said,)), HERE, 40)
    assert len(rows) > 10
    assert all(cell_len("".join(words for words, _ in row)) <= 40 for row in rows)
    assert all(row[0][0] == " " * 10 for row in rows[3:])


def test_the_timeline_shows_them_in_the_place_of_the_parts_name(make_message, make_conversation):
    shown = make_message(specials=frozenset({Special.INVITATION, Special.SIGNED}), notices=(meeting(),))
    unread = make_message(2, specials=frozenset({Special.INVITATION, Special.DELIVERY_REPORT}))
    timeline = Timeline(make_conversation(messages=(shown, unread)), HERE)
    lines = [
        "".join(words for words, _ in line.spans)
        for item in range(2)
        for piece in range(len(timeline.pieces(item)))
        for line in timeline.laid(item, piece, 78)
    ]
    assert [line for line in lines if line.startswith(("part", "meeting"))] == [
        "part  signed, the signature is not checked",
        "meeting   Revisão da fatura",
        "part  delivery report",
        "part  calendar invitation",
    ]


def test_nothing_that_acts_reaches_a_row(make_message):
    evil = "\x1b]0;x\x07\u202eevil\x9b31m\nnext"
    notices = (
        meeting(summary=evil, location=evil, organizer=Correspondent(evil, evil), zone=evil),
        meeting(method="reply", attendees=(Attendee(evil, evil, evil),)),
        Delivery(evil, "failed", evil, evil, evil, None),
        Receipt(evil, evil, False),
    )
    for zone in (HERE.tzinfo, timezone.utc):  # noqa: UP017 - a zone of the other sort
        for row in special_lines(make_message(notices=notices), HERE.astimezone(zone), 60):
            for words, _ in row:
                assert words.replace("\u00a0", " ").isprintable(), words


def test_every_sort_of_part_has_words():
    from typing import get_args

    from console.mail.parse.inside import What

    assert len({part_words(what) for what in get_args(What)}) == len(get_args(What)) > 10

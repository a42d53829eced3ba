"""Invitations: what, when, where, who asks; in every sort of zone; and whatever hostile calendars hold."""

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.mail.parse import parse
from console.mail.parse.invitation import read
from storage.kinds import Special
from storage.kinds.clean import clean_line
from storage.kinds.mail import Correspondent
from storage.kinds.notices import Attendee, kept, read_kept


def calendar(*lines: str, method: str = "REQUEST", zone: str = "") -> bytes:
    inside = "\r\n".join(lines)
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nMETHOD:{method}\r\n{zone}"
        f"BEGIN:VEVENT\r\nUID:1@x\r\nDTSTAMP:20261120T000000Z\r\n{inside}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


# Written after the shape in RFC 5545 §3.6.5, with a zone's name of Windows' sort.
OUTLOOK = (
    "BEGIN:VTIMEZONE\r\nTZID:Romance Standard Time\r\n"
    "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


NOON = datetime(2026, 7, 4, 12)  # noqa: DTZ001 - of a clock in a zone that nobody knows


def test_an_invitation_is_read_whole():
    (meeting,) = read(
        calendar(
            "SUMMARY:Revisão da fatura\\, parte 2",
            "LOCATION:Sala 3\\nBloco B",
            "DTSTART;TZID=America/Sao_Paulo:20261124T100000",
            "DTEND;TZID=America/Sao_Paulo:20261124T110000",
            'ORGANIZER;CN="Souza, Ana":MAILTO:Ana@Acme.example',
            "ATTENDEE;CN=Suporte;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:suporte@lumen.example",
            "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=TU",
            "DESCRIPTION:uma linha muito",
            "  longa",
        )
    )
    assert meeting.method == "request"
    assert meeting.summary == "Revisão da fatura, parte 2"
    assert meeting.location == "Sala 3 Bloco B"
    assert meeting.starts == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert meeting.ends == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert meeting.zone == "America/Sao_Paulo"
    assert meeting.organizer == Correspondent("Souza, Ana", "ana@acme.example")
    assert meeting.attendees == (Attendee("Suporte", "suporte@lumen.example", "needs-action"),)
    assert meeting.repeats == "weekly"
    assert not meeting.cancelled


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ("DTSTART:20260704T120000Z", datetime(2026, 7, 4, 12, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20260704T120000", datetime(2026, 7, 4, 10, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20260104T120000", datetime(2026, 1, 4, 11, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20260328T120000", datetime(2026, 3, 28, 11, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20260329T120000", datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20261025T120000", datetime(2026, 10, 25, 11, tzinfo=UTC)),
        ("DTSTART;TZID=/mozilla.org/20070129_1/Europe/Lisbon:20260704T120000", datetime(2026, 7, 4, 11, tzinfo=UTC)),
        ("DTSTART;TZID=Nowhere/At All:20260704T120000", NOON),
        ("DTSTART;TZID=../../etc/passwd:20260704T120000", NOON),
        ("DTSTART:20260704T120000", NOON),
        ("DTSTART;VALUE=DATE:20260704", date(2026, 7, 4)),
        ("DTSTART:20260231T120000Z", None),
        ("DTSTART:99999999T999999Z", None),
        ("DTSTART:nonsense", None),
        ("DTSTART;TZID=Romance Standard Time:00010101T000000", None),
        ("X-NOTHING:1", None),
    ],
)
def test_moments_in_every_sort_of_zone(start, at):
    (meeting,) = read(calendar("SUMMARY:x", start, zone=OUTLOOK))
    assert meeting.starts == at
    assert type(meeting.starts) is type(at)


def test_zones_described_agree_with_the_zones_that_everybody_knows():
    for day in range(1, 28, 3):
        for month in range(1, 13):
            given = f"2026{month:02}{day:02}T120000"
            (described,) = read(calendar(f"DTSTART;TZID=Romance Standard Time:{given}", zone=OUTLOOK))
            (known,) = read(calendar(f"DTSTART;TZID=Europe/Paris:{given}"))
            assert described.starts == known.starts


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ("DURATION:PT1H30M", datetime(2026, 7, 4, 13, 30, tzinfo=UTC)),
        ("DURATION:P1W", datetime(2026, 7, 11, 12, tzinfo=UTC)),
        ("DURATION:P99999DT99999H", datetime(2311, 9, 15, 3, tzinfo=UTC)),
        ("DURATION:-PT1H", None),
        ("DTEND:20260704T110000Z", None),
        ("DTEND:20260704T130000", None),
        ("DTEND;VALUE=DATE:20260705", None),
    ],
)
def test_an_end_is_said_or_counted(more, ends):
    (meeting,) = read(calendar("DTSTART:20260704T120000Z", more))
    assert meeting.ends == ends


def test_whole_days_end_on_their_last_day():
    (one,) = read(calendar("DTSTART;VALUE=DATE:20260704", "DTEND;VALUE=DATE:20260705"))
    (three,) = read(calendar("DTSTART;VALUE=DATE:20260704", "DTEND;VALUE=DATE:20260707"))
    assert (one.ends, three.ends) == (None, date(2026, 7, 6))


def test_called_off_and_answered():
    (off,) = read(calendar("SUMMARY:x", "STATUS:CANCELLED"))
    (also,) = read(calendar("SUMMARY:x", method="CANCEL"))
    (answer,) = read(calendar("ATTENDEE;PARTSTAT=DECLINED;CN=Ana:mailto:ana@acme.example", method="REPLY"))
    assert off.cancelled
    assert also.cancelled
    assert answer.method == "reply"
    assert answer.attendees == (Attendee("Ana", "ana@acme.example", "declined"),)


def test_a_mail_with_an_invitation_twice_says_it_once():
    inside = calendar("SUMMARY:Reunião", "DTSTART:20260704T120000Z").decode()
    raw = (
        "From: ana@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
        "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nVamos falar.\r\n"
        f"--a\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n{inside}\r\n--a--\r\n"
        f"--m\r\nContent-Type: application/ics; name=invite.ics\r\n\r\n{inside}\r\n--m--\r\n"
    ).encode()
    parsed = parse(raw)
    assert [notice.summary for notice in parsed.notices] == ["Reunião"]
    assert Special.INVITATION in parsed.specials
    assert parsed.text == "Vamos falar."


def test_nothing_that_acts_comes_out():
    evil = "\x1b]0;x\x07\u202eevil\x9b31m\u2066"
    (meeting,) = read(
        calendar(
            f"SUMMARY:{evil}",
            f"LOCATION:{evil}\\n{evil}",
            f'DTSTART;TZID="{evil}":20260704T120000',
            f'ORGANIZER;CN="{evil}":mailto:{evil}@x.example',
            f'ATTENDEE;PARTSTAT="{evil}";CN="{evil}":mailto:{evil}@x.example',
        )
    )
    organizer, (attendee,) = meeting.organizer, meeting.attendees
    for text in (
        meeting.summary,
        meeting.location,
        meeting.zone,
        organizer.name,
        organizer.address,
        attendee.name,
        attendee.address,
        attendee.answer,
    ):
        assert text == clean_line(text)


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCALENDAR\r\n" * 100_000,
        b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * 30_000,
        b"BEGIN:VEVENT\n" + b"ATTENDEE:mailto:a@x.example\n" * 30_000,
        b"BEGIN:VEVENT\nSUMMARY" + b";A=" * 200_000 + b":x",
        b"BEGIN:VEVENT\nSUMMARY" + b';A="' * 200_000 + b":x",
        b"BEGIN:VEVENT\nSUMMARY" + b';A="b"c' * 80_000,
        b"BEGIN:VEVENT\nSUMMARY:" + b"\n " * 300_000 + b"x",
        b"BEGIN:VEVENT\nSUMMARY:" + b"\\" * 900_000,
        b"BEGIN:VTIMEZONE\nTZID:a\n"
        + b"BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1SU\nEND:STANDARD\n"
        * 5_000
        + b"END:VTIMEZONE\n"
        + b"BEGIN:VEVENT\nDTSTART;TZID=a:20260101T000000\nEND:VEVENT\n" * 100,
        b"\xff\xfe" * 300_000,
    ],
    ids=range(10),
)
def test_hostile_calendars_are_bounded(data):
    began = time.process_time()
    meetings = read(data)
    assert time.process_time() - began < 2
    assert len(meetings) <= 20
    assert all(len(one.attendees) <= 100 and len(one.summary) <= 500 for one in meetings)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "BEGIN:VEVENT",
                "END:VEVENT",
                "BEGIN:VTIMEZONE",
                "END:VTIMEZONE",
                "TZID:a",
                "BEGIN:STANDARD",
                "END:STANDARD",
                "DTSTART;TZID=a:20260704T120000",
                "DTSTART:16010101T020000",
                "TZOFFSETTO:+9959",
                "TZOFFSETFROM:-9959",
                "DTSTART:00010101T000000",
                "DTEND:99991231T235959Z",
                "DURATION:P99999D",
                "DTSTART;VALUE=DATE:99991231",
                "RRULE:FREQ=YEARLY;BYDAY=5SU;BYMONTH=2",
                "RRULE:FREQ=YEARLY;BYDAY=-5MO;BYMONTH=12",
                "BEGIN:VCALENDAR",
                "RRULE:;;=;FREQ",
                "ORGANIZER;CN=:",
                "ATTENDEE",
                "DTEND;VALUE=DATE:00010101",
                "STATUS:CANCELLED",
                "END:",
            ]
        ),
        max_size=40,
    )
)
def test_no_order_of_lines_breaks_the_reader(lines):
    for meeting in read("\r\n".join(lines).encode()):
        assert read_kept(kept(meeting)) == meeting


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    read(b"BEGIN:VEVENT\n" + data)

"""When a message may be answered by itself, to whom, how often, and when a desk is open (RFC 3834)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.kinds import Automatic, Special
from storage.rules.acknowledging import (
    CEILING,
    Earlier,
    Letter,
    destination,
    enough,
    key_of,
    refusal,
    since,
    subject_for,
    unfit,
)
from storage.rules.opening import Hours

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OURS = ("desk@plantao.example", "ajuda@plantao.example")


def letter(*fields: str, author="ana@acme.example", path: str | None = "ana@acme.example", named=OURS[:1], **more):
    header: dict[str, list[str]] = {}
    for one in fields:
        name, _colon, value = one.partition(": ")
        header.setdefault(name.lower(), []).append(value)
    return Letter(author=author, return_path=path, named=named, header=header, **more)


def refused(*fields: str, **given):
    return refusal(letter(*fields, **given), own=(*OURS, "vendas@plantao.example", "outra@tenant.example"), ours=OURS)


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Auto-Submitted: no",),
        ("Auto-Submitted: No (a person wrote this)",),
        ("Auto-Submitted: no; owner-email=x",),
        ("Precedence: normal",),
        ("Precedence: first-class",),
        ("X-Auto-Response-Suppress: None",),
        ("X-Auto-Response-Suppress: RN, NRN",),
        ("Content-Type: text/plain; charset=utf-8",),
        ("Listing: 1",),
        ("X-Spam-Status: No, score=-1.0", "X-Spam-Flag: NO"),
    ],
)
def test_a_person_is_answered(fields: tuple[str, ...]) -> None:
    assert refused(*fields) is None


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: auto-generated", "auto_submitted"),
        ("Auto-Submitted: Auto-Notified; owner-email=x@y.example", "auto_submitted"),
        ("Auto-Submitted: (no) auto-replied", "auto_submitted"),
        ("Auto-Submitted: x-whatever", "auto_submitted"),
        ("Auto-Submitted: ", "auto_submitted"),
        ("X-Auto-Response-Suppress: All", "suppressed"),
        ("X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply", "suppressed"),
        ("X-Auto-Response-Suppress: oof", "suppressed"),
        ("X-Auto-Response-Suppress: RN,autoreply", "suppressed"),
        ("X-Auto-Response-Suppress: DR", "suppressed"),
        ("X-Spam-Flag: YES", "spam"),
        ("X-Spam-Status: Yes, score=7.1", "spam"),
        ("X-Autoreply: yes", "machine"),
        ("X-Autorespond: Re: x", "machine"),
        ("X-Autoresponder: 1", "machine"),
        ("X-Mail-Autoreply: 1", "machine"),
        ("X-Auto-Reply-From: a@b.example", "machine"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: JUNK", "precedence"),
        ("Precedence: list", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("List-Id: <x.example>", "list"),
        ("List-Unsubscribe: <mailto:x@y.example>", "list"),
        ("List-Whatever: 1", "list"),
        ("Mailing-List: x", "list"),
        ("X-Failed-Recipients: a@b.example", "report"),
        ('Content-Type: multipart/report; report-type="delivery-status"', "report"),
    ],
)
def test_a_field_that_bars_an_answer(field: str, reason: str) -> None:
    assert refused(field) == reason
    # However many fields say that it may be, one that says it may not is enough.
    assert refused("Auto-Submitted: no", "Precedence: normal", field) == reason


@pytest.mark.parametrize(
    "address",
    [
        "mailer-daemon@acme.example",
        "MAILER-DAEMON@acme.example",
        "postmaster@acme.example",
        "owner-users@acme.example",
        "users-request@acme.example",
        "users-owner@acme.example",
        "users-bounces@acme.example",
        "bounces+17=ana@acme.example",
        "bounce-17@acme.example",
        "no-reply@acme.example",
        "noreply@acme.example",
        "do_not_reply@acme.example",
        "nao-responda@acme.example",
        "majordomo@acme.example",
    ],
)
def test_addresses_behind_which_no_person_reads(address: str) -> None:
    assert refused(path=address) == "machine"
    assert refused(author=address) == "machine"
    assert refused(author=address, path=None) == "machine"


@pytest.mark.parametrize(
    "address",
    [
        "norma@acme.example",
        "ownership@acme.example",
        "requests@acme.example",
        "ana-bounced@acme.example",
        "nora.eply@x.y",
    ],
)
def test_addresses_that_only_look_alike(address: str) -> None:
    assert refused(path=address, author=address) is None


def test_the_return_path_says_where_to_else_from_and_never_reply_to() -> None:
    assert destination(letter(path="bounce@acme.example")) == "bounce@acme.example"
    assert destination(letter("Reply-To: eva@x.example", path=None)) == "ana@acme.example"
    assert refused(path="") == "nobody"  # <>
    assert refused(author="") == "nobody"
    assert refused(author="nobody", path=None) == "nobody"


@pytest.mark.parametrize(
    "address",
    [
        "desk@plantao.example",
        "Ajuda@Plantao.example",
        "desk+x@plantao.example",
        "vendas@plantao.example",
        "outra@tenant.example",
    ],
)
def test_our_own_mailboxes_never_answer_each_other_whatever_their_group(address: str) -> None:
    assert refused(author=address) == "own"
    assert refused(path=address) == "own"


def test_one_of_our_addresses_must_be_named() -> None:
    assert refused(named=()) == "not_addressed"  # a blind copy, or a list that hides itself
    assert refused(named=("users@lists.example", "ana@acme.example")) == "not_addressed"
    assert refused(named=("vendas@plantao.example",)) == "not_addressed"  # another mailbox answers for that
    assert refused(named=("users@lists.example", "ajuda+17@plantao.example")) is None


@pytest.mark.parametrize("kind", [one for one in Automatic if one is not Automatic.NO])
def test_what_the_parser_takes_for_a_machines_is_never_answered(kind: Automatic) -> None:
    assert refused(automatic=kind) in {"machine", "report"}
    assert refused(specials={Special.DELIVERY_REPORT}) == "report"


def test_what_the_record_bars() -> None:
    fine = {"history": False, "imported": False, "handled": False, "put_away": False}
    assert unfit(**fine, arrived_at=NOW - DAY, now=NOW) is None
    assert unfit(**fine, arrived_at=NOW - DAY - HOUR, now=NOW) == "late"
    for name in fine:
        assert unfit(**(fine | {name: True}), arrived_at=NOW, now=NOW) == name


def test_one_subject_is_answered_once_in_the_set_time() -> None:
    got = [Earlier(NOW - 23 * HOUR, "Auto: Fatura")]
    for subject in ("Fatura", "Re: Fatura", "RE: Auto: Fatura", "fatura ", "Auto: Re: Auto: FATURA", "Enc: Fatura"):
        assert enough(subject, got, arrived_at=NOW, every=DAY) == "subject"
    assert enough("Outra", got, arrived_at=NOW, every=DAY) is None
    assert enough("Fatura", got, arrived_at=NOW + HOUR, every=DAY) is None
    assert enough("Fatura", got, arrived_at=NOW + HOUR, every=7 * DAY) == "subject"
    # Looked at again later it is told from its arrival: what was refused stays refused.
    assert enough("", [Earlier(NOW + DAY, "Auto: ")], arrived_at=NOW, every=DAY) == "subject"


def test_one_customer_gets_so_many_a_day_whatever_the_subjects() -> None:
    got = [Earlier(NOW - place * HOUR, f"Auto: {place}") for place in range(CEILING)]
    assert enough("neu", got[1:], arrived_at=NOW, every=HOUR) is None
    assert enough("neu", got, arrived_at=NOW, every=HOUR) == "ceiling"
    assert enough("neu", got, arrived_at=NOW + 22 * HOUR, every=HOUR) is None
    assert since(NOW, every=HOUR) == NOW - DAY
    assert since(NOW, every=7 * DAY) == NOW - 7 * DAY


def test_the_subject_says_that_nobody_wrote_it_and_grows_no_longer() -> None:
    assert subject_for("Fatura de março") == "Auto: Fatura de março"
    assert subject_for("auto: AUTO:  Re: x") == "Auto: Re: x"
    assert key_of("Automóvel: x") != key_of("x")


@pytest.mark.parametrize(
    ("words", "moment", "is_open"),
    [
        ("mon-fri 09:00-18:00", "2026-03-02 09:00", True),  # a Monday
        ("mon-fri 09:00-18:00", "2026-03-02 08:59", False),
        ("mon-fri 09:00-18:00", "2026-03-02 18:00", False),
        ("mon-fri 09:00-18:00", "2026-03-07 12:00", False),
        ("mon-fri 9:00-12:00, Sat 09:00 - 12:30", "2026-03-07 12:29", True),
        ("mon 09:00-12:00, mon 13:00-18:00", "2026-03-02 12:30", False),
        ("sat-mon 00:00-24:00", "2026-03-01 23:59", True),
        ("sat-mon 00:00-24:00", "2026-03-03 00:00", False),
    ],
)
def test_hours_of_a_week(words: str, moment: str, is_open: object) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    there = datetime.fromisoformat(moment).replace(tzinfo=zone)
    assert Hours.read(words).open_at(there.astimezone(UTC), zone) is is_open
    assert str(Hours.read(words)) == words


@pytest.mark.parametrize(
    "words",
    [
        "",
        "9-18",
        "mon-fri",
        "seg-sex 09:00-18:00",
        "mon 18:00-09:00",
        "mon 09:00-25:00",
        "mon 09:60-10:00",
        "mon 09:00-18:00,",
    ],
)
def test_hours_that_are_none(words: str) -> None:
    with pytest.raises(ValueError):
        Hours.read(words)


def test_hours_follow_the_clock_of_the_zone() -> None:
    hours, zone = Hours.read("mon-sun 09:00-18:00"), ZoneInfo("Europe/Lisbon")
    assert hours.open_at(datetime(2026, 1, 5, 9, 30, tzinfo=UTC), zone)
    assert hours.open_at(datetime(2026, 7, 6, 8, 30, tzinfo=UTC), zone)  # summer time
    assert not hours.open_at(datetime(2026, 1, 5, 8, 30, tzinfo=UTC), zone)

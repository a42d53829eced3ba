"""The demo's weeks of mail: what is in it, that it is as intended, and that it is the same for a seed."""

import io
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

import pytest
from tnefparse import TNEF

from console.demo.company import history, mailboxes
from console.demo.shapes import DemoMail
from console.demo.story import stories
from console.demo.timing import ZONES

NOW = datetime(2026, 9, 7, 12, 34, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def mails() -> Sequence[DemoMail]:
    return list(history(NOW, 1))


def read(mail: DemoMail) -> EmailMessage:
    parsed = message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def identifiers(mail: DemoMail, *names: str) -> list[str]:
    raw = message_from_bytes(mail.raw, policy=policy.compat32)
    return [one for name in names for one in str(raw.get(name, "")).split()]


def of_kind(mails: Sequence[DemoMail], kind: str) -> Iterator[EmailMessage]:
    yield from (read(mail) for mail in mails if kind in mail.kinds)


def by_references(mails: Sequence[DemoMail]) -> int:
    """Count the groups that Message-ID, In-Reply-To and References connect."""
    parents: dict[str, str] = {}

    def root(one: str) -> str:
        while parents.setdefault(one, one) != one:
            one = parents[one]
        return one

    roots = set()
    for number, mail in enumerate(mails):
        own = (identifiers(mail, "Message-ID") or [f"none {number}"])[0]
        for other in identifiers(mail, "In-Reply-To", "References"):
            parents[root(other)] = root(own)
        roots.add(own)
    return len({root(one) for one in roots})


def test_the_same_for_a_seed_and_another_for_another(mails: Sequence[DemoMail]) -> None:
    assert list(history(NOW, 1)) == mails
    assert [mail.raw for mail in history(NOW, 2)] != [mail.raw for mail in mails]


def test_three_mailboxes_of_one_group_hold_about_as_much_each(mails: Sequence[DemoMail]) -> None:
    accounts = mailboxes(NOW, 1)
    assert [account.language for account in accounts] == ["pt", "es", "en"]
    assert len({account.group for account in accounts}) == 1
    told = defaultdict(set)
    for mail in mails:
        told[mail.account].add(mail.conversation)
    assert {name: len(keys) >= 50 for name, keys in told.items()} == {account.name: True for account in accounts}


def test_more_than_150_conversations_however_counted(mails: Sequence[DemoMail]) -> None:
    assert len({mail.conversation for mail in mails}) >= 170
    assert by_references(mails) >= 170


def test_about_40_are_open_and_unanswered(mails: Sequence[DemoMail]) -> None:
    last = {mail.conversation: mail for mail in mails}  # oldest first, so the last stays
    machines = {"auto", "bulk", "spam", "bounce", "hostile"}
    waiting = [
        mail
        for mail in last.values()
        if mail.folder == "INBOX" and NOW - mail.arrived_at < 7 * DAY and not mail.kinds & machines
    ]
    assert 35 <= len(waiting) <= 50
    assert not any(mail.answered for mail in waiting)


def test_threads_have_one_to_nine_messages(mails: Sequence[DemoMail]) -> None:
    lengths = Counter(Counter(mail.conversation for mail in mails).values())
    assert min(lengths) == 1
    assert max(lengths) == 9
    assert len(lengths) >= 6


@pytest.mark.parametrize(
    "kind",
    [
        *("plain", "bottom", "gmail", "apple", "outlook", "htmlonly", "desk", "attachment", "inline image", "forward"),
        *("auto", "bounce", "invitation", "bulk", "tnef", "signed", "angry", "thanks", "noref", "bare", "subj", "cc"),
        *("two mailboxes", "spam", "hostile", "broken-8bit", "broken-charset", "broken-boundary", "broken-truncated"),
        *("broken-noid", "longlog", "table"),
    ],
)
def test_every_kind_is_present(mails: Sequence[DemoMail], kind: str) -> None:
    assert any(kind in mail.kinds for mail in mails)


def test_what_is_not_broken_is_well_formed(mails: Sequence[DemoMail]) -> None:
    for mail in mails:
        if mail.kinds & {"broken", "hostile"}:
            continue
        parsed = read(mail)
        for part in parsed.walk():
            assert part.defects == [], mail.conversation
            if part.get_content_maintype() == "text":
                assert isinstance(part.get_content(), str)
        assert all(not value.defects for value in parsed.values()), mail.conversation
        assert parsed["Message-ID"]
        assert b"\n" not in mail.raw.replace(b"\r\n", b"")
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998  # RFC 5322, section 2.1.1


def test_answers_refer_to_mail_that_exists_and_subjects_go_on(mails: Sequence[DemoMail]) -> None:
    known = {one for mail in mails for one in identifiers(mail, "Message-ID")}
    answers = [mail for mail in mails if "answer" in mail.kinds]
    assert len(answers) > 200
    for mail in answers:
        cited = identifiers(mail, "In-Reply-To", "References")
        if mail.kinds & {"bare", "noref"}:
            assert not cited
        elif "broken-noid" not in mail.kinds:
            assert cited
            assert set(cited) <= known, mail.conversation
            assert cited[0] == cited[-1]  # In-Reply-To is the last of the references


def test_answers_quote_unless_they_are_bare(mails: Sequence[DemoMail]) -> None:
    said: dict[str, str] = {}
    compared = 0
    for mail in mails:
        if "answer" in mail.kinds and not mail.kinds & {"broken", "two mailboxes"}:
            body = read(mail).get_body(("plain",))
            assert body is not None
            lines = [line.strip("> ") for line in body.get_content().splitlines()]
            first = next((line.strip("> ") for line in said[mail.conversation].splitlines() if line.strip()), None)
            if first is not None:
                assert (first in lines) != ("bare" in mail.kinds), mail.conversation
                compared += 1
        written = read(mail).get_body(("plain", "html"))
        is_readable = written is not None and "broken" not in mail.kinds
        said[mail.conversation] = str(written.get_content()) if is_readable else ""
    assert compared > 250


def test_moments_rise_and_lie_mostly_in_business_hours(mails: Sequence[DemoMail]) -> None:
    languages = {account.name: account.language for account in mailboxes(NOW, 1)}
    last: dict[str, datetime] = {}
    inside = []
    for mail in mails:
        assert mail.arrived_at <= NOW
        assert mail.arrived_at.tzinfo is not None
        assert NOW - mail.arrived_at < 70 * DAY
        dated = parsedate_to_datetime(str(message_from_bytes(mail.raw, policy=policy.compat32)["Date"]))
        assert abs(mail.arrived_at - dated) <= timedelta(seconds=6)
        assert last.get(mail.conversation, dated) <= dated
        last[mail.conversation] = dated
        there = dated.astimezone(ZONES[languages[mail.account]])
        if NOW - mail.arrived_at > DAY:
            inside.append(there.weekday() < 5 and 8 <= there.hour < 20)
    assert sum(inside) / len(inside) > 0.9
    assert not all(inside)


def test_all_addresses_are_of_reserved_names(mails: Sequence[DemoMail]) -> None:
    for mail in mails:
        parsed = message_from_bytes(mail.raw, policy=policy.compat32)
        fields = [str(parsed.get(name, "")) for name in ("From", "To", "Cc", "Return-Path")]
        for _, address in getaddresses(fields):
            assert not address or address.endswith(".example"), address


def test_every_message_has_a_text_of_its_own() -> None:
    texts = Counter(
        turn.text for language in ("pt", "es", "en") for story in stories(language) for turn in story.turns if turn.text
    )
    assert {text for text, times in texts.items() if times > 1} == set()
    assert len(texts) > 450


def test_one_mail_lies_in_two_mailboxes(mails: Sequence[DemoMail]) -> None:
    twins = [mail for mail in mails if "two mailboxes" in mail.kinds]
    assert len({mail.raw for mail in twins}) == 1
    assert len({mail.account for mail in twins}) == 2


def test_bounces_are_delivery_reports_that_carry_what_was_sent(mails: Sequence[DemoMail]) -> None:
    reports = [one for one in of_kind(mails, "bounce") if one.get_content_type() == "multipart/report"]
    assert len(reports) == 3
    for report in reports:
        assert report.get_param("report-type") == "delivery-status"
        status, original = report.get_payload(1), report.get_payload(2)
        assert status.get_payload(1)["Action"] == "failed"
        assert original.get_payload(0)["Message-ID"] in {
            one for mail in mails for one in identifiers(mail, "Message-ID")
        }


def test_machines_say_that_they_are(mails: Sequence[DemoMail]) -> None:
    assert all(one["Auto-Submitted"] in {"auto-replied", "auto-generated"} for one in of_kind(mails, "auto"))
    assert all(one["List-Id"] and one["List-Unsubscribe"] for one in of_kind(mails, "bulk"))


def test_an_invitation_is_a_calendar_request(mails: Sequence[DemoMail]) -> None:
    for one in of_kind(mails, "invitation"):
        event = next((part for part in one.walk() if part.get_content_type() == "text/calendar"), None)
        assert event is not None
        assert event.get_param("method") == "REQUEST"
        assert "BEGIN:VEVENT" in event.get_content()


def test_winmail_holds_a_pdf(mails: Sequence[DemoMail]) -> None:
    (one,) = of_kind(mails, "tnef")
    (part,) = [part for part in one.iter_attachments() if part.get_filename() == "winmail.dat"]
    opened = TNEF(part.get_payload(decode=True))
    assert [(file.long_filename() or file.name, file.data[:5]) for file in opened.attachments] == [
        ("cadastro.pdf", b"%PDF-")
    ]


def test_attached_files_are_what_their_names_say(mails: Sequence[DemoMail]) -> None:
    seen = Counter[str]()
    for mail in mails:
        if mail.kinds & {"broken", "hostile"}:
            continue
        for part in read(mail).walk():
            name = part.get_filename() or ""
            data = part.get_payload(decode=True)
            if name.endswith(".pdf"):
                start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
                assert data[start : start + 4] == b"xref"
            elif name.endswith(".png"):
                inside = data[data.index(b"IDAT") + 4 :]
                assert len(zlib.decompressobj().decompress(inside)) == 96 * (160 * 3 + 1)
            elif name.endswith(".csv"):
                assert len(io.StringIO(data.decode()).readlines()) > 10
            seen[name.rpartition(".")[2]] += 1
    assert {"pdf", "png", "csv", "log", "ics", "dat", "asc"} <= set(seen)


def test_forwards_carry_who_really_wrote(mails: Sequence[DemoMail]) -> None:
    forwards = [
        read(mail)
        for mail in mails
        if "forward" in mail.kinds and mail.folder == "INBOX" and "answer" not in mail.kinds
    ]
    attached = [one for one in forwards if any(part.get_content_type() == "message/rfc822" for part in one.walk())]
    assert len(forwards) == 4
    assert [str(next(one.iter_attachments()).get_content()["From"]) for one in attached] == [
        '"Dr. Ernesto Vidal" <evidal@laboratoriovidal.example>'
    ]
    for one in forwards:
        body = one.get_body(("plain",))
        assert body is not None
        assert one in attached or ".example" in body.get_content()


def test_hostile_mail_carries_what_terminals_obey(mails: Sequence[DemoMail]) -> None:
    hostile = list(of_kind(mails, "hostile"))
    assert len(hostile) == 2
    assert any("\x1b" in str(one["Subject"]) for one in hostile)
    assert any("\u202e" in str(one["From"]) for one in hostile)
    files = [part.get_filename() for one in hostile for part in one.iter_attachments()]
    assert set(files) == {"../../etc/passwd", "fatura-\u202efdp.exe"}
    for one in hostile:
        body = one.get_body(("plain", "html"))
        assert body is not None
        assert "\x1b]52" in body.get_content() or "\x1b]0;" in body.get_content()


def test_broken_mail_is_broken_as_intended(mails: Sequence[DemoMail]) -> None:
    broken = {kind: mail for mail in mails for kind in mail.kinds if kind.startswith("broken-")}
    assert not broken["broken-8bit"].raw.isascii()
    with pytest.raises(UnicodeDecodeError):
        broken["broken-8bit"].raw.decode()
    assert b"x-ibm-unheard-of" in broken["broken-charset"].raw
    assert read(broken["broken-boundary"]).defects
    assert not broken["broken-truncated"].raw.rstrip().endswith(b"--")
    assert not identifiers(broken["broken-noid"], "Message-ID")


def test_names_hold_emoji_and_wide_characters(mails: Sequence[DemoMail]) -> None:
    names = {str(read(mail)["From"]) for mail in mails if not mail.kinds & {"broken", "hostile"}}
    assert any("李文" in name for name in names)
    texts = "".join(turn.text for language in ("pt", "es", "en") for story in stories(language) for turn in story.turns)
    assert "🌻" in texts
    assert "🇨🇱" in texts


def test_a_long_log_is_pasted(mails: Sequence[DemoMail]) -> None:
    (one,) = of_kind(mails, "longlog")
    body = one.get_body(("plain",))
    assert body is not None
    assert len(body.get_content().splitlines()) > 1000


@pytest.mark.parametrize("now", [datetime(2026, 1, 1, 0, 5, tzinfo=UTC), datetime(2024, 3, 31, 1, 30, tzinfo=UTC)])
def test_any_moment_will_do(now: datetime) -> None:
    found = list(history(now, 3))
    assert len(found) > 400
    assert all(mail.arrived_at <= now for mail in found)

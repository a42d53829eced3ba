"""Delivery reports and receipts: for whom, what the server said, whether for good; and broken ones."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.mail.parse import parse, reports
from console.mail.parse.reports import read
from storage.kinds import Automatic, Special
from storage.kinds.clean import clean_line
from storage.kinds.notices import Delivery, Receipt, kept, read_kept

STATUS = "message/delivery-status"
RECEIPT = "message/disposition-notification"

# In the shape of RFC 3464 §5.
REPORT = b"""Reporting-MTA: dns; mx.lumen.example
Arrival-Date: Mon, 23 Nov 2026 09:00:00 -0300

Original-Recipient: rfc822;Ana@Acme.example
Final-Recipient: rfc822; ana.souza@acme.example
Action: failed
Status: 5.1.1 (bad mailbox)
Remote-MTA: dns; mail.acme.example
Diagnostic-Code: smtp; 550 5.1.1 <ana.souza@acme.example>: no such user
    here

Final-Recipient: rfc822; li@kumo.example
Action: delayed
Status: 4.4.1
Will-Retry-Until: Wed, 25 Nov 2026 09:00:00 -0300
Diagnostic-Code: smtp; 451 try later
"""


def test_each_recipient_of_a_report_is_read():
    assert read(REPORT, STATUS) == (
        Delivery(
            "ana@acme.example",
            "failed",
            "5.1.1",
            "550 5.1.1 <ana.souza@acme.example>: no such user here",
            "mail.acme.example",
            None,
        ),
        Delivery("li@kumo.example", "delayed", "4.4.1", "451 try later", "", datetime(2026, 11, 25, 12, tzinfo=UTC)),
    )
    assert [one.for_good for one in read(REPORT, STATUS)] == [True, False]


def test_a_whole_mail_brings_its_report():
    raw = (
        b"From: MAILER-DAEMON@lumen.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
        + REPORT
        + b"\n--b--\n"
    )
    parsed = parse(raw)
    assert parsed.automatic is Automatic.BOUNCE
    assert Special.DELIVERY_REPORT in parsed.specials
    assert [notice.recipient for notice in parsed.notices] == ["ana@acme.example", "li@kumo.example"]


@pytest.mark.parametrize(
    ("disposition", "did", "by_hand"),
    [
        ("manual-action/MDN-sent-manually; displayed", "displayed", True),
        ("automatic-action/MDN-sent-automatically; deleted", "deleted", False),
        ("automatic-action/MDN-sent-automatically;processed/error", "processed", False),
        ("MANUAL-ACTION/mdn-sent-manually; Displayed", "displayed", True),
        ("displayed", "", False),
    ],
)
def test_a_receipt_says_what_was_done(disposition, did, by_hand):
    data = f"Reporting-UA: x; y\nFinal-Recipient: rfc822;Ana@acme.example\nDisposition: {disposition}\n".encode()
    assert read(data, RECEIPT) == (Receipt("ana@acme.example", did, by_hand),)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n\n", b"nothing here", b"Reporting-MTA: dns; x\n", b"\xff\x00\xfe", b": x\n: y\n"]
)
def test_what_is_no_report_says_nothing(data):
    assert read(data, STATUS) == ()
    assert read(data, RECEIPT) == ()


def test_nothing_that_acts_comes_out():
    evil = "\x1b]0;x\x07\u202eevil\x9b31m"
    data = (
        f"Final-Recipient: rfc822;{evil}@x\nAction: {evil}\nStatus: {evil}\nDiagnostic-Code: {evil}; {evil}\n"
        f"Remote-MTA: dns; {evil}\nDisposition: {evil}; {evil}\n"
    ).encode()
    (delivery,) = read(data, STATUS)
    (receipt,) = read(data, RECEIPT)
    for text in (delivery.recipient, delivery.action, delivery.status, delivery.said, delivery.server):
        assert text == clean_line(text)
    assert receipt.did == clean_line(receipt.did)


@pytest.mark.parametrize(
    "data",
    [
        b"Final-Recipient: rfc822; a@x\n\n" * 100_000,
        b"x\n" * 500_000,
        b"Final-Recipient: rfc822; a@x\nDiagnostic-Code: " + b"y" * 2_000_000,
        b"Final-Recipient: rfc822; a@x\nDiagnostic-Code: x\n" + b" y\n" * 500_000,
        b"Final-Recipient:" + b";" * 900_000,
        b"A:" * 500_000,
        b"A:\n\n" * 250_000,
        b"A:\nx\n" * 200_000,
        b"x" * 1_000_000,
        b"\r" * 1_000_000,
        b"\r\n" * 500_000,
    ],
    ids=range(11),
)
def test_hostile_reports_are_bounded(data):
    began = time.process_time()
    found = read(data, STATUS)
    assert time.process_time() - began < 2
    assert len(found) <= 100
    assert all(len(one.said) <= 1000 and len(one.recipient) <= 320 for one in found)


def test_what_is_no_field_is_passed_over_at_once(monkeypatch):
    """Counted, since a busy machine makes seconds of nothing: one group of fields is read, not half a million lines."""
    asked = []
    whole = reports.fields.read
    monkeypatch.setattr(reports.fields, "read", lambda *given: asked.append(given) or whole(*given))
    [one] = read(b"x\n" * 400_000 + b"\rFinal-Recipient: rfc822; a@x.example\nAction: failed\n\n", STATUS)
    assert (one.recipient, one.action) == ("a@x.example", "failed")
    assert len(asked) == 1
    asked.clear()
    assert read(b"A:\nx\n" * 160_000, STATUS) == ()
    assert len(asked) == 1000


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([STATUS, RECEIPT]))
def test_no_bytes_break_the_reader(data, media_type):
    for notice in read(b"Final-Recipient: a\nDisposition: b\n" + data, media_type):
        assert read_kept(kept(notice)) == notice

"""The export's fields, in the order of ids and at any length; the mailboxes and the quarantine."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from made.desk import START, MadeDesk, parsed

from storage.commands import joining
from storage.events import Actor, Quarantined
from storage.kinds import Evidence, QuarantineReason, Special
from storage.kinds.mail import Attachment, Correspondent, Original
from storage.models import Folder, MailboxState
from storage.models.details import details_of, read_details
from storage.queries import export, mailboxes


def test_details_are_read_as_they_were_written():
    ana, rui = Correspondent("Ana", "ana@x.example"), Correspondent("", "rui@x.example")
    message = parsed(
        to=(ana, rui),
        cc=(rui,),
        reply_to=(ana,),
        attachments=(Attachment("a.png", "image/png", 7, "1.2", inline=True), Attachment("", "text/plain", 0, "2")),
        original=Original(rui, "Re: x", "texto\n"),
        specials=frozenset({Special.TNEF, Special.SIGNED}),
        links=("https://a.example/",),
        in_reply_to=("1@x",),
        references=("0@x", "1@x"),
        list_id="news.x.example",
    )
    kept = details_of(message)
    read = read_details(json.loads(json.dumps(kept)))
    for name in (
        "to",
        "cc",
        "reply_to",
        "attachments",
        "original",
        "specials",
        "links",
        "in_reply_to",
        "references",
        "list_id",
    ):
        assert getattr(read, name) == getattr(message, name), name
    assert set(kept) == {*read.__slots__}
    assert read_details({}) == read_details(details_of(parsed()))
    assert read_details({}).original is None


def test_the_export_has_the_promised_fields(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message(
            "Bom dia",
            subject="Fatura",
            source="inbox/1.eml",
            dated_at=datetime(2026, 8, 1, 9, 30, tzinfo=UTC),
            attachments=(Attachment("n.pdf", "application/pdf", 3, "2"),),
            original=Original(Correspondent("Rui", "rui@x.example"), "Nota", "texto"),
        )
        desk.message("Sem data", conversation=one, at=timedelta(minutes=1), evidence=Evidence.QUOTED, through=one)
        three = desk.message("c", at=timedelta(minutes=2))
        joining.join(session, [one, three], actor=Actor(desk.agent("Ana"), "one"), now=START)
        first, second, third = (asdict(each) for each in export.messages(session))
        assert json.loads(json.dumps(first)) == {
            "file": "inbox/1.eml",
            "message_id": f"{one}@example",
            "subject": "Fatura",
            "from_name": "Ana Souza",
            "from_addr": "ana@acme.example",
            "date_utc": "2026-08-01T09:30:00Z",
            "conversation_key": one,
            "joined_by": "new",
            "text": "Bom dia",
            "reply_text": "Bom dia",
            "attachments": [{"name": "n.pdf", "type": "application/pdf", "size": 3}],
            "original_from_addr": "rui@x.example",
            "original_subject": "Nota",
        }
        assert (second["file"], second["date_utc"], second["joined_by"]) == (None, None, "quoted")
        assert (second["original_from_addr"], second["original_subject"]) == (None, None)
        assert (third["conversation_key"], third["joined_by"]) == (one, "agent")


def test_the_export_goes_on_page_after_page(store, monkeypatch):
    monkeypatch.setattr(export, "_AT_ONCE", 3)
    with store.writing() as session:
        desk = MadeDesk(session)
        ids = [desk.message(f"m{n}", at=timedelta(minutes=-n)) for n in range(9)]
        assert [each.message_id for each in export.messages(session)] == [f"{number}@example" for number in ids]


def test_early_years_have_four_digits():
    assert export.written(datetime(33, 4, 3, 15, tzinfo=UTC)) == "0033-04-03T15:00:00Z"


def test_mailboxes_say_how_their_sync_stands(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        support, sales = desk.mailbox("support"), desk.mailbox("sales")
        for number, done in ((1, 20), (2, 5)):
            session.add(
                Folder(
                    id=number,
                    mailbox_id=support,
                    name=f"F{number}",
                    role="",
                    uidvalidity=None,
                    uidnext=None,
                    modseq=None,
                    backfill_below=None,
                    total=30,
                    done=done,
                )
            )
        trouble = {"kind": "SignInRefused", "words": "mail.example refused\x1b the sign-in.\n[no\u202e]"}
        session.add(MailboxState(mailbox_id=support, state="stopped", trouble=trouble, since=START, synced_at=START))
        session.flush()
        first, second = mailboxes.states(session)
        assert (first.mailbox_id, first.name, first.state, first.done, first.total) == (sales, "sales", "never", 0, 0)
        assert (first.trouble, first.words, first.live_since) == ("", "", START)
        assert (second.mailbox_id, second.state, second.trouble) == (support, "stopped", "SignInRefused")
        assert second.words == "mail.example refused the sign-in. [no]"
        assert (second.done, second.total, second.since, second.synced_at) == (25, 60, START, START)
        assert (second.address, second.group) == ("support@plantao.example", "desk")


def test_what_is_quarantined_is_listed_newest_first(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        mailbox_id = desk.mailbox()
        for number in (1, 2):
            desk.record(
                Quarantined(
                    raw_id=number,
                    raw_digest=bytes([number] * 32).hex(),
                    size=10 * number,
                    mailbox_id=mailbox_id,
                    reason=QuarantineReason.TOO_DEEP,
                    happened_at=START + timedelta(minutes=number),
                )
            )
        newest, oldest = mailboxes.quarantined(session)
        assert (newest.raw_id, newest.size, newest.reason) == (2, 20, QuarantineReason.TOO_DEEP)
        assert (oldest.raw_id, oldest.mailbox) == (1, "support")

"""First sync, news, flags, expunges, moves, renumbering: afterwards the desk has what the server has."""

import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from servers.boxes import Box, assert_in_step, bring, letter, mailbox_number, placements, quiet
from servers.grounds import until_true
from servers.proxy import Faults, Proxy
from sqlalchemy import func, select
from sqlmodel import Session

from console.config.secrets import password
from console.mail.glance import server_of
from console.mail.imap.opening import open_session
from console.mail.sync import SyncElsewhere, sync_once, watch
from console.mail.sync.changing import Changes
from console.mail.sync.running import add_mailboxes
from storage.apply.base import table
from storage.commands import errands, leasing, syncing, triage
from storage.commands.intake import Delivery, TakenIn, take_in
from storage.commands.undoing import undo
from storage.events import Actor
from storage.kinds import Status
from storage.kinds.errors import StoreFull
from storage.models import Conversation, Event, Message, MessageText, Placement, Wanted
from storage.queries.mailboxes import states
from storage.store import Store

pytestmark = pytest.mark.server


def count(store: Store, model: type) -> int:
    with store.reading() as session:
        return session.connection().execute(select(func.count()).select_from(table(model))).scalar_one()


def conversations(store: Store) -> list[tuple[int, Status, int]]:
    rows = table(Conversation)
    with store.reading() as session:
        found = select(rows.c.id, rows.c.status, rows.c.message_count).order_by(rows.c.id)
        return [tuple(row) for row in session.connection().execute(found)]


def agent(store: Store) -> Actor:
    from storage.commands.desk import agent_named

    with store.writing() as session:
        return Actor(agent_named(session, "inês", now=datetime.now(UTC)), "test")


def resolve(store: Store, header_id: str) -> None:
    """Resolve the conversation of a message, which then moves to the archive."""
    texts, messages = table(MessageText), table(Message)
    with store.reading() as session:
        chosen = select(messages.c.conversation_id).join(texts, texts.c.message_id == messages.c.id)
        number = session.connection().execute(chosen.where(texts.c.header_id == header_id)).scalar_one()
    who = agent(store)
    with store.writing() as session:
        triage.set_status(session, [number], to=Status.RESOLVED, actor=who, now=datetime.now(UTC))


def test_first_sync_takes_everything_newest_first(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(120)])
    mail.server.append(mail.user, [letter(500, sender="support@example.org", to="ana@example.com", answers=7)], "Sent")
    seen: list[int] = []
    outcome = sync_once(sync_store, [mail.account], report=lambda _account, step: seen.append(step.counts.fetched))
    assert outcome.step.counts.fetched == 121
    assert outcome.step.counts.adds_up
    assert seen[0] == 50  # the newest of INBOX come before anything older
    assert_in_step(sync_store, mail)
    assert_in_step(sync_store, mail, "Sent")
    assert count(sync_store, Message) == 121
    texts = table(MessageText)
    with sync_store.reading() as session:
        subjects = session.connection().execute(select(texts.c.subject).order_by(texts.c.message_id).limit(50))
        assert set(subjects.scalars()) == {f"Pedido {number}" for number in range(70, 120)}


def test_a_second_sync_with_no_news_writes_no_fact(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(30)])
    bring(sync_store, mail)
    before = count(sync_store, Event)
    bring(sync_store, mail)
    assert count(sync_store, Event) == before


def test_flags_and_expunges_of_another_client(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    uids = mail.server.append(mail.user, [letter(number) for number in range(20)])
    bring(sync_store, mail)
    mail.server.flag(mail.user, uids[:3], r"+FLAGS (\Seen \Flagged)")
    mail.server.flag(mail.user, uids[5:6], r"+FLAGS (\Answered $Work)")
    mail.server.expunge(mail.user, uids[10:15])
    new = mail.server.append(mail.user, [letter(100)])
    bring(sync_store, mail)
    assert_in_step(sync_store, mail)
    assert new[0] in placements(sync_store, mail)
    assert count(sync_store, Message) == 21  # an expunge removes a placement, never a message


def test_inbox_and_sent_are_read_and_others_where_the_configuration_says_so(
    sync_store: Store, box: Callable[..., Box]
) -> None:
    mail = box()
    with mail.server.other_client(mail.user, None) as client:
        client.create("Faturas")
    for number, folder in enumerate(("INBOX", "Sent", "Faturas"), 1):
        mail.server.append(mail.user, [letter(number)], folder)
    bring(sync_store, mail)
    assert count(sync_store, Message) == 2
    more = Box(mail.server, mail.user, mail.account.model_copy(update={"folders": ("Faturas",)}))
    bring(sync_store, more)
    assert count(sync_store, Message) == 3
    for folder in ("INBOX", "Sent", "Faturas"):
        assert_in_step(sync_store, more, folder)


def test_reading_marks_nothing_on_the_server(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy]
) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(60)])
    wire = proxy(mail.server.port)
    by_wire = mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)})
    assert sync_once(sync_store, [by_wire], report=quiet).troubles == []
    assert set(mail.server.flags(mail.user).values()) == {frozenset()}
    assert b"BODY.PEEK[]" in wire.said
    assert b"BODY[]" not in wire.said
    assert b"UID STORE" not in wire.said


@pytest.mark.parametrize("hidden", [(b"CONDSTORE", b"QRESYNC"), (b"QRESYNC",), (b"ESEARCH", b"CONDSTORE", b"QRESYNC")])
def test_a_server_that_counts_no_changes_is_compared_whole(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy], hidden: tuple[bytes, ...]
) -> None:
    def less(line: bytes) -> bytes:
        if b"CAPABILITY" not in line:
            return line
        return b" ".join(word for word in line.split(b" ") if word.strip(b"]\r\n") not in hidden or word[-1:] == b"\n")

    mail = box()
    uids = mail.server.append(mail.user, [letter(number) for number in range(70)])
    wire = proxy(mail.server.port, Faults(rewrite=less))
    plain = Box(
        mail.server,
        mail.user,
        mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)}),
    )
    bring(sync_store, plain)
    assert_in_step(sync_store, plain)
    mail.server.flag(mail.user, uids[5:9], r"+FLAGS (\Answered \Flagged)")
    mail.server.flag(mail.user, uids[20:22], r"+FLAGS (\Seen)")
    mail.server.expunge(mail.user, [uids[0], uids[33], uids[-1]])
    mail.server.append(mail.user, [letter(number) for number in range(100, 103)])
    bring(sync_store, plain)
    assert_in_step(sync_store, plain)
    assert len(placements(sync_store, plain)) == 70
    assert count(sync_store, Message) == 73  # an expunge removes a placement, never a message
    assert (b"CHANGEDSINCE" in wire.said) == (b"CONDSTORE" not in hidden)


def test_a_starred_message_is_tagged_and_an_untagged_one_loses_its_star(
    sync_store: Store, box: Callable[..., Box]
) -> None:
    mail = box()
    uids = mail.server.append(mail.user, [letter(1), letter(2)])
    bring(sync_store, mail)
    mail.server.flag(mail.user, uids[:1], r"+FLAGS (\Flagged)")
    bring(sync_store, mail)
    from storage.models import Tag

    tags = table(Tag)
    with sync_store.reading() as session:
        (tagged,) = (
            session.connection().execute(select(tags.c.conversation_id).where(tags.c.tag == "flagged")).scalars()
        )
    with sync_store.writing() as session:
        triage.tag(session, [tagged], remove=["flagged"], actor=agent_of(session), now=datetime.now(UTC))
    bring(sync_store, mail)
    assert mail.server.flags(mail.user)[uids[0]] == frozenset()
    assert_in_step(sync_store, mail)


def agent_of(session: object) -> Actor:
    from storage.commands.desk import agent_named

    return Actor(agent_named(session, "inês", now=datetime.now(UTC)), "test")  # type: ignore[arg-type]


def test_what_is_handled_is_seen_and_what_is_taken_back_is_not(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    uids = mail.server.append(mail.user, [letter(1), letter(2)])
    bring(sync_store, mail)
    who = agent(sync_store)
    (first, *_), *_ = conversations(sync_store)
    with sync_store.writing() as session:
        triage.set_status(session, [first], to=Status.RESOLVED, actor=who, now=datetime.now(UTC))
    bring(sync_store, mail)
    assert sorted(map(len, mail.server.flags(mail.user).values())) == [0, 1]
    assert_in_step(sync_store, mail)
    with sync_store.writing() as session:
        undo(session, actor=who, now=datetime.now(UTC))
    bring(sync_store, mail)
    assert mail.server.flags(mail.user) == {uid: frozenset() for uid in uids}
    assert_in_step(sync_store, mail)
    assert count(sync_store, Wanted) == 0


def test_resolved_mail_moves_to_the_archive_and_back_when_that_is_undone(
    sync_store: Store, box: Callable[..., Box]
) -> None:
    mail = box(archive="Archive")
    mail.server.append(mail.user, [letter(1), letter(2), letter(3, answers=1)])
    bring(sync_store, mail)
    who = agent(sync_store)
    both = next(number for number, _, messages in conversations(sync_store) if messages == 2)
    with sync_store.writing() as session:
        triage.set_status(session, [both], to=Status.RESOLVED, actor=who, now=datetime.now(UTC))
    bring(sync_store, mail)
    bring(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 1
    assert len(mail.server.uids(mail.user, "Archive")) == 2
    assert_in_step(sync_store, mail)
    assert_in_step(sync_store, mail, "Archive")
    with sync_store.writing() as session:
        undo(session, actor=who, now=datetime.now(UTC))
    bring(sync_store, mail)
    bring(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 3
    assert mail.server.uids(mail.user, "Archive") == []
    assert_in_step(sync_store, mail)
    assert count(sync_store, Message) == 3


def test_new_uids_after_a_restore_are_met_without_a_message_twice(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(25)])
    bring(sync_store, mail)
    mail.server.renumber(mail.user)
    mail.server.append(mail.user, [letter(99)])
    bring(sync_store, mail)
    assert_in_step(sync_store, mail)
    assert count(sync_store, Message) == 26


def test_a_change_is_not_made_to_other_mail_that_has_the_uid_by_now(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box(archive="Archive")
    with mail.server.other_client(mail.user, None) as client:
        client.create("Archive")
    first, *_ = mail.server.append(mail.user, [letter(number) for number in range(3)])
    bring(sync_store, mail)
    resolve(sync_store, "m0@example.com")
    mail.server.expunge(mail.user, [first])
    mail.server.renumber(mail.user)  # since INBOX was looked at
    number = mailbox_number(sync_store, mail)
    with sync_store.reading() as session:
        folders = {one.role: (one.folder_id, one.name) for one in syncing.cursors(session, number).values()}
    with open_session(server_of(mail.account, password(mail.account))) as session:
        Changes(session, sync_store, number, folders).make()
    assert len(mail.server.uids(mail.user)) == 2
    assert mail.server.uids(mail.user, "Archive") == []
    bring(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 2
    assert_in_step(sync_store, mail)
    assert count(sync_store, Wanted) == 0


def test_a_change_waits_for_mail_that_is_met_anew_after_a_restore(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box(archive="Archive")
    mail.server.append(mail.user, [letter(number) for number in range(70)])
    bring(sync_store, mail)
    resolve(sync_store, "m0@example.com")  # older than what is read first
    mail.server.renumber(mail.user)
    bring(sync_store, mail)
    bring(sync_store, mail)
    assert len(mail.server.uids(mail.user, "Archive")) == 1
    assert len(mail.server.uids(mail.user)) == 69
    assert_in_step(sync_store, mail)
    assert_in_step(sync_store, mail, "Archive")
    assert count(sync_store, Wanted) == 0


def test_drafts_are_ignored_by_rule_until_they_are_none(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    (draft,) = mail.server.append(mail.user, [letter(1)], flags=r"\Draft")
    mail.server.append(mail.user, [letter(2)])
    outcome = sync_once(sync_store, [mail.account], report=quiet)
    assert (outcome.step.counts.ignored, outcome.step.counts.new) == (1, 1)
    mail.server.flag(mail.user, [draft], r"-FLAGS (\Draft)")
    bring(sync_store, mail)
    assert count(sync_store, Message) == 2
    assert_in_step(sync_store, mail)


def test_where_a_move_is_a_copy_and_breaks_off_no_second_copy_is_made(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "RETRY_AFTER", timedelta(0))
    mail = box(archive="Archive")
    mail.server.append(mail.user, [letter(1), letter(2)])
    wire = proxy(
        mail.server.port,
        Faults(
            rewrite=lambda line: line.replace(b" MOVE ", b" "),
            says=lambda line: line.replace(rb"+FLAGS.SILENT (\Deleted)", rb"+NOTHING (\Deleted)"),
        ),
    )
    by_wire = mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)})
    bring(sync_store, mail)
    resolve(sync_store, "m1@example.com")
    for _ in range(3):
        assert sync_once(sync_store, [by_wire], report=quiet).troubles == []
    assert (len(mail.server.uids(mail.user)), len(mail.server.uids(mail.user, "Archive"))) == (2, 1)
    wire.faults.says = None
    assert sync_once(sync_store, [by_wire], report=quiet).troubles == []
    bring(sync_store, mail)
    assert (len(mail.server.uids(mail.user)), len(mail.server.uids(mail.user, "Archive"))) == (1, 1)
    assert_in_step(sync_store, mail)
    assert_in_step(sync_store, mail, "Archive")


@pytest.mark.parametrize("seed", range(6))
def test_a_connection_cut_inside_a_fetch_loses_nothing(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy], seed: int
) -> None:
    import random

    where = random.Random(seed).randrange(2_000, 60_000)
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(150)])
    wire = proxy(mail.server.port, Faults(cut_after=where))
    broken = mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)})
    outcome = sync_once(sync_store, [broken], report=quiet)
    assert len(outcome.troubles) == 1
    bring(sync_store, mail)
    assert_in_step(sync_store, mail)
    assert count(sync_store, Message) == 150


def test_a_message_with_a_false_literal_is_quarantined_and_all_others_come(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy]
) -> None:
    def lie(line: bytes) -> bytes:
        head, body, _ = line.partition(b"BODY[] {")
        return head + b"BODY[] {4294967295}\r\n" if body and b"UID 30 " in head else line

    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(1, 70)])
    wire = proxy(mail.server.port, Faults(rewrite=lie))
    lying = Box(
        mail.server,
        mail.user,
        mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)}),
    )
    outcome = sync_once(sync_store, [lying.account], report=quiet)
    assert outcome.troubles == []
    assert (outcome.step.counts.fetched, outcome.step.counts.quarantined) == (69, 1)
    assert outcome.step.counts.adds_up
    assert count(sync_store, Message) == 68
    assert placements(sync_store, mail) == mail.server.flags(mail.user)
    mail.server.append(mail.user, [letter(70)])
    before = wire.connections
    bring(sync_store, lying)
    assert (count(sync_store, Message), wire.connections) == (69, before + 1)  # it is not asked for again and again


def test_a_message_that_the_server_does_not_give_is_not_forgotten_though_the_figures_are_right(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy]
) -> None:
    """Where one goes while another is withheld the server has as many as the desk; without QRESYNC nothing tells."""

    def withhold(line: bytes) -> bytes:
        return b"" if b"(UID 4 RFC822.SIZE" in line else line.replace(b" QRESYNC", b"")

    mail = box()
    uids = mail.server.append(mail.user, [letter(number) for number in range(1, 4)])
    wire = proxy(mail.server.port, Faults(rewrite=withhold))
    short = Box(
        mail.server,
        mail.user,
        mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)}),
    )
    bring(sync_store, short)
    assert mail.server.append(mail.user, [letter(4)]) == [4]
    mail.server.expunge(mail.user, [uids[0]])
    outcome = sync_once(sync_store, [short.account], report=quiet)
    assert outcome.step.counts.quarantined == 1  # named by `doctor`
    assert placements(sync_store, mail).keys() == {2, 3, 4}


def test_history_that_the_server_does_not_give_is_named_at_once(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy]
) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(1, 71)])
    wire = proxy(mail.server.port, Faults(rewrite=lambda line: b"" if b"(UID 4 RFC822.SIZE" in line else line))
    account = mail.account.model_copy(update={"imap": type(mail.account.imap)("127.0.0.1", wire.port)})
    counts = sync_once(sync_store, [account], report=quiet).step.counts
    assert (counts.fetched, counts.quarantined) == (70, 1)


def test_news_come_by_idle_and_changes_go_out_while_it_waits(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box(poll_seconds=3600)
    uids = mail.server.append(mail.user, [letter(1)])
    stop, steps = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            watch(sync_store, [mail.account], report=lambda *_: steps.set(), stop=stop)
        except BaseException as error:  # noqa: BLE001 - shown after the join
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until_true(lambda: count(sync_store, Message) == 1, "the first message")
        mail.server.append(mail.user, [letter(2)])
        until_true(lambda: count(sync_store, Message) == 2, "news by IDLE")
        who = agent(sync_store)
        (first, *_), *_ = conversations(sync_store)
        with sync_store.writing() as session:
            triage.handle(session, [first], handled=True, actor=who, now=datetime.now(UTC))
        until_true(lambda: r"\Seen" in mail.server.flags(mail.user)[uids[0]], "the flag on the server")
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert failed == []


def test_a_mailbox_that_stalls_does_not_hold_the_others(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy]
) -> None:
    one, two, three = box("one"), box("two"), box("three")
    for mail in (one, two, three):
        mail.server.append(mail.user, [letter(number, marker=mail.account.name) for number in range(40)])
    wire = proxy(two.server.port, Faults(stall_after=4_000))
    stalled = two.account.model_copy(update={"imap": type(two.account.imap)("127.0.0.1", wire.port)})
    stop = threading.Event()
    thread = threading.Thread(
        target=watch, args=(sync_store, [one.account, stalled, three.account]), kwargs={"report": quiet, "stop": stop}
    )
    thread.start()
    try:
        until_true(wire.stalled.is_set, "the stall")
        until_true(lambda: len(placements(sync_store, one)) == len(placements(sync_store, three)) == 40, "the others")
    finally:
        stop.set()
        wire.cut()
        thread.join(20)
    assert_in_step(sync_store, one)
    assert_in_step(sync_store, three)


def test_a_wrong_password_is_tried_once_and_stops_that_mailbox_alone(
    sync_store: Store, box: Callable[..., Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = box("good"), box("bad")
    good.server.append(good.user, [letter(1)])
    monkeypatch.setenv("PLANTAO_PASSWORD_BAD", "not it")
    outcome = sync_once(sync_store, [good.account, bad.account], report=quiet)
    assert [trouble.account.name for trouble in outcome.troubles] == ["bad"]
    with sync_store.reading() as session:
        assert leasing.state_of(session, mailbox_number(sync_store, bad)) == "stopped"
    assert_in_step(sync_store, good)


def test_a_full_disk_is_a_sentence_and_the_mailbox_goes_on_once_there_is_room(
    sync_store: Store, box: Callable[..., Box], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(1)])
    number = add_mailboxes(sync_store, [mail.account])[mail.account.name]
    full = threading.Event()
    full.set()
    real = Store.giving_way

    def writing(store: Store, work: Callable[[Session], object]) -> object:
        if full.is_set():
            raise StoreFull("desk.db")
        return real(store, work)

    monkeypatch.setattr(Store, "giving_way", writing)
    monkeypatch.setattr("console.mail.sync.mailbox.Backoff.next", lambda _self: 0.05)

    def words() -> str:
        with sync_store.reading() as session:
            return next(one.words for one in states(session) if one.mailbox_id == number)

    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(sync_store, [mail.account]), kwargs={"report": quiet, "stop": stop})
    thread.start()
    try:
        until_true(lambda: bool(words()), "the trouble")
        assert words() == "The disk under desk.db is full. Nothing was changed; make room and try again."
        full.clear()
        until_true(lambda: count(sync_store, Message) == 1, "the mail, once there was room")
    finally:
        stop.set()
        thread.join(20)
    said = capsys.readouterr().err
    assert "plantao: support: The disk under desk.db is full." in said
    assert "File " not in said


def test_a_mailbox_that_was_refused_stays_stopped_until_somebody_mends_it(
    sync_store: Store, box: Callable[..., Box], proxy: Callable[..., Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.mail.sync.mailbox.SETTLE_SECONDS", 0.01)
    good, bad = box("good", poll_seconds=3600), box("bad")
    secret = os.environ["PLANTAO_PASSWORD_BAD"]
    bad.server.append(bad.user, [letter(1, marker="bad")])
    wire = proxy(bad.server.port)
    by_wire = bad.account.model_copy(update={"imap": type(bad.account.imap)("127.0.0.1", wire.port)})
    monkeypatch.setenv("PLANTAO_PASSWORD_BAD", "not it")
    add_mailboxes(sync_store, [good.account, by_wire])
    stop = threading.Event()
    thread = threading.Thread(
        target=watch, args=(sync_store, [good.account, by_wire]), kwargs={"report": quiet, "stop": stop}
    )
    thread.start()

    def state() -> str:
        with sync_store.reading() as session:
            return leasing.state_of(session, mailbox_number(sync_store, bad))

    try:
        until_true(lambda: state() == "stopped", "the refusal")
        for number in range(1, 4):  # meanwhile the other goes on
            good.server.append(good.user, [letter(number)])
            until_true(lambda: count(sync_store, Message) == number, "news of the other")  # noqa: B023
        assert (wire.connections, state()) == (1, "stopped")
        monkeypatch.setenv("PLANTAO_PASSWORD_BAD", secret)
        with sync_store.writing() as session:
            leasing.set_state(session, mailbox_number(sync_store, bad), "never", now=datetime.now(UTC))
        until_true(lambda: count(sync_store, Message) == 4, "its own mail, once it was mended")
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_only_one_sync_at_a_time(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    now = datetime.now(UTC)
    from datetime import timedelta

    with sync_store.writing() as session:
        leasing.take_lease(session, "sync", "elsewhere:1:2", now=now, lasts=timedelta(seconds=60))
    with pytest.raises(SyncElsewhere):
        sync_once(sync_store, [mail.account], report=quiet)


def test_a_dead_holders_lease_is_free_at_once(sync_store: Store, box: Callable[..., Box]) -> None:
    import socket
    from datetime import timedelta

    mail = box()
    with sync_store.writing() as session:
        dead = f"{socket.gethostname()}:999999999:1"
        leasing.take_lease(session, "sync", dead, now=datetime.now(UTC), lasts=timedelta(seconds=60))
    bring(sync_store, mail)


def test_the_same_mail_in_two_mailboxes_is_one_message(sync_store: Store, box: Callable[..., Box]) -> None:
    one, two = box("one"), box("two")
    for mail in (one, two):
        mail.server.append(mail.user, [letter(1, to="one@example.org, two@example.org")])
    bring(sync_store, one, two)
    assert count(sync_store, Message) == 1
    assert count(sync_store, Placement) == 2
    assert sha256(one.server.raw(one.user, 1)).digest() == sha256(two.server.raw(two.user, 1)).digest()


def test_two_answers_in_one_batch_handle_what_came_before_once(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box(live_since="2020-01-01")
    mail.server.append(mail.user, [letter(1), letter(2, answers=1)])
    bring(sync_store, mail)
    ours = {"sender": "support@example.org", "to": "ana@example.com"}
    mail.server.append(mail.user, [letter(600, answers=1, **ours), letter(601, answers=2, **ours)], "Sent")
    bring(sync_store, mail)
    ((_, status, messages),) = conversations(sync_store)
    assert (status, messages) == (Status.WAITING, 4)
    rows = table(Message)
    with sync_store.reading() as session:
        handled = select(func.count()).where(rows.c.handled)
        assert session.connection().execute(handled).scalar_one() == 2


def test_an_older_answer_read_later_does_not_hide_who_waits(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box(live_since="2020-01-01")
    waits = '"08-Sep-2026 12:00:00 +0000"'
    answered = '"08-Sep-2026 11:00:00 +0000"'
    asked = '"08-Sep-2026 10:00:00 +0000"'
    mail.server.append(mail.user, [letter(1)], date=asked)
    mail.server.append(mail.user, [letter(2, answers=1)], date=waits)
    ours = letter(600, answers=1, sender="support@example.org", to="ana@example.com")
    mail.server.append(mail.user, [ours], "Sent", date=answered)
    bring(sync_store, mail)
    ((number, status, _),) = conversations(sync_store)
    assert status is Status.OPEN
    rows = table(Conversation)
    with sync_store.reading() as session:
        since = select(rows.c.oldest_unanswered_at).where(rows.c.id == number)
        assert session.connection().execute(since).scalar_one() == datetime(2026, 9, 8, 12, tzinfo=UTC)
    late = letter(3, answers=1)
    mail.server.append(mail.user, [letter(700, answers=2, sender="support@example.org", to="ana@example.com")], "Sent")
    bring(sync_store, mail)
    mail.server.append(mail.user, [late], date='"08-Sep-2026 10:30:00 +0000"')
    bring(sync_store, mail)
    ((_, status, _),) = conversations(sync_store)
    assert status is Status.WAITING  # what was answered before it was seen asks for nothing


def test_news_are_taken_in_few_transactions_and_large_folders_are_counted_once(
    sync_store: Store, box: Callable[..., Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = box()
    mail.server.append(mail.user, [letter(number) for number in range(20)])
    bring(sync_store, mail)
    mail.server.append(mail.user, [letter(number) for number in range(100, 196)])
    mail.server.flag(mail.user, [1, 2, 3], r"+FLAGS (\Flagged)")
    mail.server.expunge(mail.user, [4, 5])
    batches: list[int] = []
    counted: list[int] = []

    def taking_in(session: Session, batch: Sequence[Delivery], *, now: datetime) -> TakenIn:
        batches.append(len(batch))
        return take_in(session, batch, now=now)

    def counting(session: Session, folder_id: int) -> int:
        counted.append(folder_id)
        return count_placed(session, folder_id)

    count_placed = syncing.count_placed
    monkeypatch.setattr("console.mail.sync.taking.take_in", taking_in)
    monkeypatch.setattr(syncing, "count_placed", counting)
    bring(sync_store, mail)
    assert sum(batches) == 96
    assert 3 <= len(batches) <= 12  # three of 32 where the processor is what it was when this was written
    assert max(counted.count(one) for one in counted) == 1
    assert_in_step(sync_store, mail)

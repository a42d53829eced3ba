"""What a session does, against the real Dovecot."""

from array import array
from datetime import UTC, datetime

import pytest
from servers.proxy import Faults

from console.mail.imap.errors import FolderMissing, ServerRefused
from console.mail.imap.opening import open_session
from console.mail.imap.rows import TooLarge

pytestmark = pytest.mark.server

SEEN, FLAGGED, DELETED = r"\Seen", r"\Flagged", r"\Deleted"


def test_select_and_status_say_how_a_folder_stands(box) -> None:
    box.fill(3)
    session = box.session()
    state = session.select("INBOX")
    assert (state.exists, state.uidnext, state.readonly) == (3, 4, False)
    assert state.highestmodseq
    assert {SEEN, r"\*"} <= state.permanent_flags
    asked = session.status("INBOX")
    assert (asked.uidvalidity, asked.uidnext, asked.highestmodseq, asked.exists) == (
        state.uidvalidity,
        state.uidnext,
        state.highestmodseq,
        state.exists,
    )
    assert session.select("INBOX", readonly=True).readonly
    box.dovecot.renumber(box.user)
    assert box.session().select("INBOX").uidvalidity != state.uidvalidity


def test_a_missing_folder_is_named_and_the_session_goes_on(box) -> None:
    session = box.session()
    for ask in (session.select, session.status):
        with pytest.raises(FolderMissing, match="Nenhuma"):
            ask("Nenhuma")
    assert session.select("INBOX").exists == 0


@pytest.mark.parametrize(
    "name", ["Clientes/Ação", "日本語", "a & b", "R&D", "100%", "*", '"aspas"', "back\\slash", "x{5}", "(a)", "12"]
)
def test_folders_of_any_name_are_made_listed_selected_and_filled(box, name: str) -> None:
    session = box.session()
    session.create(name)
    assert name in [folder.name for folder in session.folders()]
    assert session.select(name).exists == 0
    session.append(name, b"Subject: x\r\n\r\ny\r\n")
    assert session.status(name).exists == 1


def test_special_folders_are_found_by_use(box) -> None:
    session = box.session()
    assert session.find_sent() == "Sent"
    assert session.find_archive() == "Archive"
    assert session.folders()[0].name == "INBOX"


@pytest.mark.parametrize("esearch", [True, False])
def test_uids_come_sorted_and_from_a_number_on(box, without, *, esearch: bool) -> None:
    box.fill(9)
    box.dovecot.expunge(box.user, [2, 5])
    _, server = box.through(Faults(rewrite=without() if esearch else without(b"ESEARCH")))
    with open_session(server) as session:
        session.select("INBOX")
        assert session.uids() == array("I", [1, 3, 4, 6, 7, 8, 9])
        assert session.uids(7) == array("I", [7, 8, 9])
        assert session.uids(10) == array("I")  # although 10:* matches the newest
        session.select("Drafts")
        assert session.uids() == array("I")


def test_bodies_come_byte_for_byte_in_the_order_of_batches_and_unseen(box) -> None:
    box.fill(450)
    box.dovecot.flag(box.user, [3], r"+FLAGS (\Flagged $Urgente)")
    session = box.inbox()
    given = list(session.bodies(reversed(session.uids())))
    assert [message.uid for message in given] == [*range(251, 451), *range(51, 251), *range(1, 51)]
    assert all(message.raw == b"From: ana%d@" % message.uid + message.raw.partition(b"@")[2] for message in given)
    by_uid = {message.uid: message for message in given}
    assert by_uid[3].raw == box.dovecot.raw(box.user, 3)
    assert by_uid[3].flags == {FLAGGED, "$Urgente"}
    assert all(message.size == len(message.raw) for message in given)
    assert all(message.modseq for message in given)
    assert all(message.internaldate and message.internaldate.tzinfo is UTC for message in given)
    assert all(SEEN not in flags for flags in box.dovecot.flags(box.user).values())


def test_the_internal_date_is_given_in_utc(box) -> None:
    box.dovecot.append(box.user, [b"Subject: x\r\n\r\n"], date='"17-Jul-1996 02:44:25 -0700"')
    (message,) = box.inbox().bodies([1])
    assert message.internaldate == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"Subject: x\r\n\r\n",
        b"a: b\r\n\r\n* 1 FETCH (UID 7 BODY[] {3}\r\nabc)\r\nP9 OK done\r\n",
        bytes(range(1, 256)) + b"\r\n",
    ],
)
def test_messages_that_look_like_answers_stay_messages(box, raw: bytes) -> None:
    session = box.inbox()
    uid = session.append("INBOX", raw)
    session.noop()
    assert uid is not None
    (message,) = session.bodies([uid])
    assert message.raw == box.dovecot.raw(box.user, uid)


def test_what_is_too_large_stays_on_the_server(box) -> None:
    big = b"Subject: grande\r\n\r\n" + b"x" * 200_000 + b"\r\n"
    box.dovecot.append(box.user, [b"Subject: 1\r\n\r\n", big, b"Subject: 3\r\n\r\n", big])
    proxy, server = box.through(Faults())
    with open_session(server) as session:
        session.select("INBOX")
        before = proxy.from_server
        given = list(session.bodies([4, 3, 2, 1], max_size=100_000))
        assert proxy.from_server - before < 5_000
    assert [(type(each) is TooLarge, each.uid) for each in given] == [(True, 4), (False, 3), (True, 2), (False, 1)]
    assert given[0].size == len(big)


def test_a_batch_ends_before_it_holds_too_many_bytes(box) -> None:
    big = b"Subject: grande\r\n\r\n" + b"x" * 3_000_000 + b"\r\n"
    box.dovecot.append(box.user, [big] * 5)
    session = box.inbox()
    assert [each.uid for each in session.bodies([5, 4, 3, 2, 1])] == [4, 5, 2, 3, 1]
    assert [each.uid for each in session.bodies([1, 2], known={1: len(big), 2: len(big)})] == [1, 2]


def test_messages_that_are_gone_do_not_appear(box) -> None:
    box.fill(5)
    session = box.inbox()
    box.dovecot.expunge(box.user, [2, 4])
    assert [each.uid for each in session.bodies(range(1, 8))] == [1, 3, 5]
    assert [each.uid for each in session.sizes([5, 2, 1])] == [5, 1]


def test_other_commands_may_come_between_two_messages(box) -> None:
    box.fill(600)
    session = box.inbox()
    given = []
    for message in session.bodies(range(1, 601)):
        given.append(message.uid)
        if message.uid % 150 == 0:
            session.add_flags([message.uid], [SEEN])
            assert len(session.uids()) == 600
    assert given == list(range(1, 601))
    assert sum(SEEN in flags for flags in box.dovecot.flags(box.user).values()) == 4
    for message in session.bodies(range(1, 601)):
        assert message.uid == 1
        break  # a batch is on its way still
    assert session.status("INBOX").exists == 600


def test_flags_both_ways_and_what_changed_since(box) -> None:
    box.fill(4)
    session = box.session()
    state = session.select("INBOX")
    session.add_flags([1, 2, 9], [SEEN, "$Resposta"])
    session.remove_flags([2], ["$Resposta"])
    assert {row.uid: row.flags for row in session.flags()} == box.dovecot.flags(box.user)
    assert {row.uid for row in session.flags(changed_since=state.highestmodseq)} == {1, 2}
    assert [row.uid for row in session.flags([4, 3])] == [3, 4]
    last = max(row.modseq for row in session.flags())
    assert list(session.flags(changed_since=last)) == []


def test_changes_tell_what_vanished(box) -> None:
    box.fill(6)
    session = box.session()
    before = session.select("INBOX").highestmodseq
    box.dovecot.expunge(box.user, [2, 3])
    box.dovecot.flag(box.user, [5], r"+FLAGS (\Answered)")
    changes = session.changes(before)
    assert [(row.uid, row.flags) for row in changes.rows] == [(5, {r"\Answered"})]
    assert changes.vanished is not None
    assert [uid for uid in range(1, 7) if uid in changes.vanished] == [2, 3]
    again = session.changes(before)
    assert again.vanished is not None
    assert 2 in again.vanished
    assert again.rows == changes.rows
    assert session.changes(changes.modseq).rows == []


def test_without_qresync_changes_say_that_they_cannot_tell(box, without) -> None:
    box.fill(2)
    _, server = box.through(Faults(rewrite=without(b"QRESYNC")))
    with open_session(server) as session:
        before = session.select("INBOX").highestmodseq
        box.dovecot.flag(box.user, [2], r"+FLAGS (\Seen)")
        box.dovecot.expunge(box.user, [1])
        changes = session.changes(before)
        assert changes.vanished is None
        assert [row.uid for row in changes.rows] == [2]


def test_without_condstore_all_flags_come(box, without) -> None:
    box.fill(2)
    _, server = box.through(Faults(rewrite=without(b"CONDSTORE", b"QRESYNC")))
    with open_session(server) as session:
        session.select("INBOX")
        assert [(row.uid, row.modseq) for row in session.flags(changed_since=99)] == [(1, None), (2, None)]
        with pytest.raises(ValueError):
            session.changes(1)


def test_a_folder_that_counts_no_changes_is_never_asked_for_them(box) -> None:
    box.fill(2)
    no_modseq = lambda line: b"* OK [NOMODSEQ] none\r\n" if b"[HIGHESTMODSEQ" in line else line  # noqa: E731
    proxy, server = box.through(Faults(rewrite=no_modseq))
    with open_session(server) as session:
        assert session.select("INBOX").highestmodseq is None
        assert [row.uid for row in session.flags(changed_since=99)] == [1, 2]
        assert [message.modseq for message in session.bodies([1, 2])] == [None, None]
        with pytest.raises(ValueError):
            session.changes(1)
    assert b"MODSEQ" not in proxy.said.partition(b"SELECT")[2]


HIDDEN = [(), (b"MOVE",), (b"MOVE", b"UIDPLUS")]


@pytest.mark.parametrize("hidden", HIDDEN, ids=["MOVE", "UIDPLUS", "neither"])
def test_move_by_whatever_the_server_has_and_never_a_bare_expunge(box, without, hidden: tuple[bytes, ...]) -> None:
    box.fill(5)
    box.dovecot.flag(box.user, [5], r"+FLAGS (\Deleted)")  # another client's, not ours to expunge
    said: list[bytes] = []
    _, server = box.through(Faults(rewrite=without(*hidden), says=lambda line: said.append(line) or line))
    with open_session(server) as session:
        session.select("INBOX")
        moved = session.move([1, 3], "Archive")
    assert moved == {1: 1, 3: 2}
    assert box.dovecot.raw(box.user, 2, "Archive").startswith(b"From: ana3@")
    left = [1, 2, 3, 4, 5] if b"UIDPLUS" in hidden else [2, 4, 5]
    assert box.dovecot.uids(box.user) == left
    if b"UIDPLUS" in hidden:
        assert [uid for uid, flags in box.dovecot.flags(box.user).items() if DELETED in flags] == [1, 3, 5]
    assert not any(line.split(b" ", 1)[1].startswith(b"EXPUNGE") for line in said if b" " in line)


def test_move_to_a_missing_folder_moves_nothing(box) -> None:
    box.fill(2)
    session = box.inbox()
    with pytest.raises(FolderMissing, match="Nenhuma"):
        session.move([1], "Nenhuma")
    assert box.dovecot.uids(box.user) == [1, 2]


def test_our_own_changes_are_no_news(box) -> None:
    box.fill(3)
    session = box.inbox()
    session.add_flags([1], [SEEN])
    session.move([2], "Archive")
    assert not session.noop()
    box.dovecot.flag(box.user, [1], r"-FLAGS (\Seen)")
    assert session.noop()
    assert not session.noop()


def test_a_message_is_found_by_its_message_id(box) -> None:
    box.fill(12)
    session = box.inbox()
    assert session.find("m7@example.org") == array("I", [7])
    assert session.find("m99@example.org") == array("I")
    session.append("INBOX", 'Message-ID: <a "b\\c ação@x>\r\n\r\n'.encode())
    session.noop()
    for odd in ('a "b\\c', "ação@x"):
        assert session.find(odd) == array("I", [13])
    for none in ("", "a\r\nX LOGOUT", "\0"):
        assert session.find(none) == array("I")


@pytest.mark.parametrize("hidden", [(), (b"LITERAL+",)], ids=["LITERAL+", "synchronising"])
def test_append_keeps_flags_and_date_and_gives_the_uid(box, without, hidden: tuple[bytes, ...]) -> None:
    _, server = box.through(Faults(rewrite=without(*hidden)))
    with open_session(server) as session:
        when = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
        uid = session.append("Sent", b"Subject: a\n\nfoo\nbar\n", [SEEN, "$Desk"], when)
        assert uid == 1
        session.select("Sent")
        (message,) = session.bodies([uid])
        assert (message.internaldate, message.flags) == (when, {SEEN, "$Desk"})
        assert message.raw == b"Subject: a\r\n\r\nfoo\r\nbar\r\n"
        with pytest.raises(FolderMissing):
            session.append("Nenhuma", b"x: y\r\n\r\n")
        with pytest.raises(ServerRefused):
            session.create("Sent")
        assert session.status("Sent").exists == 1


@pytest.mark.parametrize("flag", ["", "a b", "a)", "\\", 'a"', "é", "a\r\nX"])
def test_what_is_no_flag_is_never_sent(box, flag: str) -> None:
    session = box.inbox()
    with pytest.raises(ValueError, match="no flag"):
        session.add_flags([1], [flag])


def test_5000_small_messages_are_read_whole(box) -> None:
    box.fill(5000)
    session = box.inbox()
    given = {message.uid: message.raw for message in session.bodies(reversed(session.uids()))}
    assert sorted(given) == list(range(1, 5001))
    assert all(raw.startswith(b"From: ana%d@" % uid) for uid, raw in given.items())

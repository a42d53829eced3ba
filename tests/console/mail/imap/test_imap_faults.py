"""A server or a wire that fails or lies: nothing wrong is taken in, and the error says what happened."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from servers.proxy import Faults

from console.mail.imap.errors import MailboxLost, ServerRefused, ServerSpokeNonsense
from console.mail.imap.opening import open_session
from console.mail.imap.rows import Fetched, TooLarge
from console.mail.imap.server import Server, Tls
from console.mail.imap.session import Session

pytestmark = pytest.mark.server

Rewrite = Callable[[bytes], bytes]


@pytest.fixture(params=[False, True], ids=["by the library", "light"])
def light(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def when(start: bytes, change: Rewrite) -> Rewrite:
    """Change the lines that hold `start`."""
    return lambda line: change(line) if start in line else line


def read_all(
    box, rewrite: Rewrite | None = None, uids: list[int] | None = None, known: dict[int, int] | None = None
) -> list[Fetched]:
    _, server = box.through(Faults(rewrite=rewrite), timeout=2)
    with open_session(server) as session:
        session.select("INBOX")
        given = session.bodies(uids or session.uids(), known=known)
        return [each for each in given if not isinstance(each, TooLarge)]


def test_a_connection_cut_anywhere_gives_whole_messages_or_none(box) -> None:
    box.fill(40, text="palavra " * 40)
    whole = {each.uid: each.raw for each in read_all(box)}
    proxy, server = box.through(Faults())
    with open_session(server) as session:
        session.select("INBOX")
        list(session.bodies(session.uids()))
    length = proxy.from_server
    lost, attempted = 0, set()
    for cut in (20, 400, 800, *sorted(Random(2).sample(range(1, length - 1), 25))):  # most of it is mail
        proxy, server = box.through(Faults(cut_after=cut))
        given = []
        try:
            with open_session(server) as session:
                session.select("INBOX")
                for uid in range(0, 40, 8):
                    given += list(session.bodies(range(uid + 1, uid + 9)))
        except MailboxLost as error:
            lost += 1
            attempted.add(error.attempted)
        assert all(whole[each.uid] == each.raw for each in given)
    assert lost > 15
    assert "FETCH BODY" in attempted
    assert len(attempted) >= 3


def test_a_stalled_server_is_lost_after_the_timeout(box) -> None:
    box.fill(30, text="palavra " * 200)
    proxy, server = box.through(Faults(), timeout=0.5)
    with pytest.raises(MailboxLost, match="timed out"), open_session(server) as session:
        session.select("INBOX")
        proxy.faults.stall_after = proxy.from_server + 20_000
        began = time.monotonic()
        list(session.bodies(session.uids()))
    assert time.monotonic() - began < 5


def test_after_a_loss_every_command_says_so(box) -> None:
    proxy, server = box.through(Faults())
    with open_session(server) as session:
        session.select("INBOX")
        proxy.cut()
        for _ in range(2):
            with pytest.raises(MailboxLost):
                session.noop()


def test_a_stopped_server_is_lost_and_found_again(box) -> None:
    box.fill(2)
    session = box.inbox()
    box.dovecot.stop()
    try:
        with pytest.raises(MailboxLost):
            while True:
                session.noop()
        with pytest.raises(MailboxLost):
            box.session()
    finally:
        box.dovecot.start()
    assert len(box.inbox().uids()) == 2


def test_a_false_literal_of_4_gb_is_refused_before_room_is_made(box) -> None:
    box.fill(3)
    lie = when(b"BODY[] {", lambda line: line.split(b"BODY[] {")[0] + b"BODY[] {4294967295}\r\n")
    _, server = box.through(Faults(rewrite=lie))
    with pytest.raises(ServerSpokeNonsense, match="literal"), open_session(server) as session:
        session.select("INBOX")
        tracemalloc.start()
        try:
            list(session.bodies([1, 2, 3]))
        finally:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert most < 5_000_000


def test_the_message_with_a_false_literal_stays_on_the_server_and_the_others_come(box) -> None:
    box.fill(9)
    proxy, server = box.through(Faults(rewrite=lying(4)), timeout=5)
    with open_session(server) as session:
        session.select("INBOX")
        given = list(session.bodies([9, 8, 4, 1, 2]))
        assert {each.uid for each in given if isinstance(each, Fetched)} == {1, 2, 8, 9}
        assert [each.uid for each in given if isinstance(each, TooLarge)] == [4]
        assert {each.uid: each.raw for each in given if isinstance(each, Fetched)} == {
            each.uid: each.raw for each in box.inbox().bodies([1, 2, 8, 9])
        }
        assert proxy.connections == 3
        session.add_flags([1], [r"\Seen"])  # the folder is open, and to be written in
        assert r"\Seen" in {each.uid: each.flags for each in session.flags()}[1]


def test_a_false_literal_of_one_moment_costs_nothing(box) -> None:
    box.fill(5)
    proxy, server = box.through(Faults(rewrite=lying(4, times=1)), timeout=5)
    with open_session(server) as session:
        session.select("INBOX")
        assert sorted(each.uid for each in session.bodies([5, 4, 3])) == [3, 4, 5]
        assert all(isinstance(each, Fetched) for each in session.bodies([4]))
    assert proxy.connections == 2


def test_a_folder_whose_uids_changed_meanwhile_is_not_read_on(box) -> None:
    box.fill(5)
    lie = lying(4, times=1)

    def other_uids(line: bytes) -> bytes:
        line = lie(line)
        return line.replace(b"[UIDVALIDITY ", b"[UIDVALIDITY 1") if proxy.connections > 1 else line

    proxy, server = box.through(Faults(rewrite=other_uids), timeout=5)
    with pytest.raises(MailboxLost), open_session(server) as session:
        session.select("INBOX")
        list(session.bodies([5, 4, 3]))


def lying(uid: int, *, times: int | None = None) -> Rewrite:
    """A server that announces 4 GB for the body of one message."""
    said = 0

    def rewrite(line: bytes) -> bytes:
        nonlocal said
        head, body, _ = line.partition(b"BODY[] {")
        if not body or b"UID %d " % uid not in head or said == times:
            return line
        said += 1
        return head + body + b"4294967295}\r\n"

    return rewrite


@pytest.mark.parametrize("size", [b"4294967295", b"99999999999999999999", b"70000"])
def test_a_false_literal_in_a_small_answer_is_refused(box, size: bytes) -> None:
    box.fill(1)
    for start in (b"* LIST", b"* STATUS", b"FLAGS", b"* ESEARCH", b"* CAPABILITY"):
        lie = when(start, lambda line: line.rstrip() + b" {" + size + b"}\r\n" if line.startswith(b"* ") else line)
        faults = Faults()
        _, server = box.through(faults, timeout=0.5)
        with open_session(server) as session:
            session.select("INBOX")
            faults.rewrite = lie
            with pytest.raises(MailboxLost):
                _use(session)
                raise MailboxLost("-", "no CAPABILITY was said after the sign-in")


def _use(session: Session) -> None:
    session.folders()
    session.status("INBOX")
    list(session.flags())
    session.uids()


def test_rows_for_messages_never_asked_for_are_dropped(box) -> None:
    box.fill(4)
    given = read_all(box, when(b"UID 2 ", lambda line: line.replace(b"UID 2 ", b"UID 77 ")), uids=[1, 2, 3])
    assert [each.uid for each in given] == [1, 3]


def test_a_body_under_another_asked_uid_is_an_error(box) -> None:
    box.fill(4)
    with pytest.raises(ServerSpokeNonsense, match="two bodies"):
        read_all(box, when(b"BODY[]", lambda line: line.replace(b"UID 2 ", b"UID 3 ")))


def test_a_body_without_its_uid_is_an_error(box) -> None:
    box.fill(4)
    with pytest.raises(ServerSpokeNonsense, match="without its UID"):
        read_all(box, when(b"BODY[]", lambda line: line.replace(b"UID 2 ", b"")))


@pytest.mark.parametrize("uid", [b"0", b"-1", b"4294967296", b"x", b"1:2", b"1" * 5000, b"\xb2"])
def test_uids_that_are_none_are_an_error(box, uid: bytes) -> None:
    box.fill(2)
    with pytest.raises(MailboxLost):
        read_all(box, when(b"UID 2 ", lambda line: line.replace(b"UID 2 ", b"UID " + uid + b" ")))


def test_a_server_that_refuses_some_messages_gives_the_others(box) -> None:
    box.fill(3)
    some = lambda line: line.replace(b" OK Fetch", b" NO [EXPUNGEISSUED] Some are gone, fetch")  # noqa: E731
    assert [each.uid for each in read_all(box, some, uids=[1, 2, 3], known={1: 90, 2: 90, 3: 90})] == [1, 2, 3]
    with pytest.raises(ServerRefused) as refused:
        read_all(box, some, uids=[77], known={77: 9})
    assert refused.value.code == "EXPUNGEISSUED"


def test_bodies_with_the_uid_after_them_are_read(box) -> None:
    box.fill(3)
    whole = {each.uid: each.raw for each in read_all(box)}
    numbers = iter([1, 2, 3])

    def turn(line: bytes) -> bytes:
        if b"BODY[] {" in line:
            head, _, rest = line.partition(b"(UID ")
            return head + b"(" + rest.partition(b" ")[2]
        return b" UID %d)\r\n" % next(numbers) if line == b")\r\n" else line

    assert {each.uid: each.raw for each in read_all(box, turn)} == whole


def test_sizes_that_are_rough_do_no_harm(box) -> None:
    box.fill(3, text="x" * 30_000)
    for false in (b"0", b"1", b"9999"):
        given = read_all(box, when(b"RFC822.SIZE", lambda line: _resized(line, false)))  # noqa: B023
        assert [each.uid for each in given] == [1, 2, 3]


def _resized(line: bytes, size: bytes) -> bytes:
    before, _, after = line.partition(b"RFC822.SIZE ")
    return before + b"RFC822.SIZE " + size + after.lstrip(b"0123456789")


def test_a_message_that_is_much_longer_than_announced_is_left_on_the_server(box) -> None:
    box.fill(1, text="x" * 300_000)
    assert read_all(box, when(b"RFC822.SIZE", lambda line: _resized(line, b"10"))) == []


def test_an_absurd_size_is_a_message_left_on_the_server(box) -> None:
    box.fill(2)
    given = read_all(box, when(b"RFC822.SIZE", lambda line: _resized(line, b"9999999999999")))
    assert given == []


@pytest.mark.parametrize(
    "line",
    [
        b"* ESEARCH UID ALL 1:4294967295\r\n",
        b"* ESEARCH UID ALL 0\r\n",
        b"* ESEARCH UID ALL 5,x\r\n",
        b"* ESEARCH UID ALL\r\n",
        b"* ESEARCH ((((((((((((((((((((((((((((((((((\r\n",
        b'* ESEARCH "never closed\r\n',
        b"gibberish\r\n",
        b"P999 OK not yours\r\n",
        b"* BYE shutting down\r\n",
    ],
)
def test_answers_that_are_none_lose_the_mailbox_with_a_sentence(box, line: bytes) -> None:
    box.fill(2)
    _, server = box.through(Faults(rewrite=when(b"* ESEARCH", lambda _: line)))
    with open_session(server) as session:
        session.select("INBOX")
        with pytest.raises(MailboxLost) as lost:
            session.uids()
        assert str(lost.value).isprintable()
        assert lost.value.attempted == "SEARCH"
        with pytest.raises(MailboxLost):
            session.noop()


def test_escape_sequences_and_direction_marks_of_a_server_are_cleaned_away(box) -> None:
    box.fill(1)
    box.dovecot.flag(box.user, [1], "+FLAGS (palavra)")
    evil = "\x1b]0;ha\x07\x9b31m\u202e\u2066".encode() + b"\x85\x9b"
    faults = Faults()
    _, server = box.through(faults)
    with open_session(server) as session:
        session.create("Outra")
        session.select("INBOX")
        faults.rewrite = lambda line: line.replace(b"palavra", b"pal" + evil + b"avra").replace(
            b"Outra", b"Ou" + evil + b"tra"
        )
        (row,) = session.flags()
        (flag,) = row.flags
        names = [folder.name for folder in session.folders()]
        assert all(text.isprintable() for text in [flag, *names])
        assert len(names) == 5
        faults.rewrite = lambda line: line.replace(b" OK ", b" NO [ALERT] " + evil) if line[:1] == b"P" else line
        with pytest.raises(ServerRefused) as refused:
            session.create("Terceira")
        assert str(refused.value).isprintable()
        assert refused.value.code == "ALERT"
        faults.rewrite = lambda line: b"* BYE go " + evil + b"\r\n"
        with pytest.raises(MailboxLost, match="go") as lost:
            session.noop()
        assert str(lost.value).isprintable()


def test_a_folder_with_a_bad_name_costs_itself_only_and_can_be_selected(box) -> None:
    session = box.session()
    session.create("Boa")
    _, server = box.through(Faults(rewrite=_spoil, says=_mend))
    with open_session(server) as session:
        session.select("INBOX")
        names = {folder.name for folder in session.folders()}
        assert {"INBOX", "Boa", "Sent", "Drafts"} <= names
        assert "R&D" in names
        session.select("R&D")
    with open_session(server) as session:  # without having listed
        assert session.select("R&D").exists == 0


def _spoil(line: bytes) -> bytes:
    """A server that lists a raw ampersand, and an entry nobody can read."""
    if b"LIST" in line and line.endswith(b" Archive\r\n"):
        return line.replace(b"Archive", b'"R&D"') + b'* LIST (\\HasNoChildren "/" "never closed\r\n'
    if line.startswith(b"P") and b"R&-D" in line:
        return line
    return line


def _mend(line: bytes) -> bytes:
    return line.replace(b'"R&D"', b"Archive")


@pytest.mark.parametrize("tls", [Tls.NONE, Tls.IMPLICIT])
def test_a_broken_line_during_tls_or_not_is_never_a_hang(box, tls: Tls) -> None:
    box.fill(3)
    proxy = box._proxy(box.dovecot.tls_port if tls is Tls.IMPLICIT else box.dovecot.port, Faults(cut_after=5000))
    with pytest.raises(MailboxLost), open_session(_at(box, proxy.port, tls)) as session:
        session.select("INBOX")
        while True:
            list(session.bodies([1, 2, 3]))


def _at(box, port: int, tls: Tls) -> Server:
    return replace(box.server, port=port, tls=tls)

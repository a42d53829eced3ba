"""Waiting for news: IDLE, its renewal, its end from another thread, and polling where there is none."""

import threading
import time
from collections.abc import Callable

import pytest
from servers.proxy import Faults

from console.mail.imap import session as module
from console.mail.imap.errors import MailboxLost
from console.mail.imap.opening import open_session
from console.mail.imap.server import Tls
from console.mail.imap.session import Session

pytestmark = pytest.mark.server


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    """Run `work` in a thread; the returned function waits for it and gives its result or raises its error."""
    result: list[object] = []

    def run() -> None:
        try:
            result.append(work())
        except Exception as error:  # noqa: BLE001
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def finish() -> object:
        thread.join(30)
        assert not thread.is_alive()
        if isinstance(result[0], Exception):
            raise result[0]
        return result[0]

    return finish


class Ears:
    """What the client says, with a way to wait for it."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self._changed = threading.Condition()

    def __call__(self, line: bytes) -> bytes:
        with self._changed:
            self.said.append(line)
            self._changed.notify_all()
        return line

    def wait_for(self, word: bytes, times: int = 1) -> None:
        with self._changed:
            heard = self._changed.wait_for(lambda: sum(word in line for line in self.said) >= times, 20)
            assert heard, (word, self.said)


@pytest.mark.parametrize("tls", [Tls.NONE, Tls.IMPLICIT])
@pytest.mark.parametrize("what", ["mail", "flag", "expunge"])
def test_news_end_the_wait(box, tls: Tls, what: str) -> None:
    box.fill(2)
    session = box.inbox(tls=tls, port=box.dovecot.tls_port if tls is Tls.IMPLICIT else box.dovecot.port)
    waiting = in_thread(lambda: session.idle(threading.Event(), 20))
    match what:
        case "mail":
            box.fill(1)
        case "flag":
            box.dovecot.flag(box.user, [1], r"+FLAGS (\Seen)")
        case "expunge":
            box.dovecot.expunge(box.user, [1])
    assert waiting() is True
    assert len(session.uids()) == {"mail": 3, "flag": 2, "expunge": 1}[what]  # the session is as before


def test_without_news_the_wait_ends_in_time_and_uses_no_processor(box) -> None:
    session = box.inbox()
    began, used = time.monotonic(), time.thread_time()
    assert session.idle(threading.Event(), 0.6) is False
    assert 0.5 < time.monotonic() - began < 5
    assert time.thread_time() - used < 0.1
    assert session.idle(threading.Event(), 0.1) is False


def test_another_thread_ends_the_wait_at_once(box) -> None:
    ears = Ears()
    _, server = box.through(Faults(says=ears))
    with open_session(server) as session:
        session.select("INBOX")
        stop = threading.Event()
        waiting = in_thread(lambda: session.idle(stop, 60))
        ears.wait_for(b"IDLE")
        began = time.monotonic()
        stop.set()
        session.interrupt()
        assert waiting() is False
        assert time.monotonic() - began < 2
        assert not session.noop()  # still of use


def test_an_interruption_before_the_wait_is_not_lost(box) -> None:
    session = box.inbox()
    session.interrupt()
    began = time.monotonic()
    assert session.idle(threading.Event(), 30) is False
    assert time.monotonic() - began < 5
    stop = threading.Event()
    stop.set()
    assert session.idle(stop, 30) is False


def test_idle_is_said_anew_before_the_server_tires(box) -> None:
    ears = Ears()
    _, server = box.through(Faults(says=ears))
    with open_session(server) as session:
        session.select("INBOX")
        waiting = in_thread(lambda: session.idle(threading.Event(), 60, renew_after=0.2))
        ears.wait_for(b"IDLE", times=3)
        ears.wait_for(b"DONE", times=2)
        box.fill(1)
        assert waiting() is True
    assert module.RENEW_AFTER < 29 * 60


def test_news_that_came_with_another_answer_are_not_lost(box) -> None:
    box.fill(2)
    session = box.inbox()
    box.fill(1)
    list(session.flags([1]))  # Dovecot tells of the new message here
    assert session.idle(threading.Event(), 20) is True


def test_without_idle_the_server_is_asked_now_and_then(box, without, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_AFTER", 0.1)
    ears = Ears()
    _, server = box.through(Faults(rewrite=without(b"IDLE"), says=ears))
    with open_session(server) as session:
        session.select("INBOX")
        waiting = in_thread(lambda: session.idle(threading.Event(), 60))
        ears.wait_for(b"NOOP", times=2)
        box.fill(1)
        assert waiting() is True
        waiting = in_thread(lambda: session.idle(threading.Event(), 60))
        session.interrupt()
        assert waiting() is False
    assert not any(b"IDLE" in line for line in ears.said)


def test_where_idle_is_promised_and_refused_the_server_is_asked(box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_AFTER", 0.1)
    ears = Ears()
    refuse = lambda line: ears(line).replace(b" IDLE", b" IDLED")  # noqa: E731
    _, server = box.through(Faults(says=refuse))
    with open_session(server) as session:
        session.select("INBOX")
        waiting = in_thread(lambda: session.idle(threading.Event(), 60))
        ears.wait_for(b"NOOP", times=2)
        box.fill(1)
        assert waiting() is True


def test_a_cut_during_idle_is_a_lost_mailbox(box) -> None:
    ears = Ears()
    proxy, server = box.through(Faults(says=ears))
    session = box._stack.enter_context(open_session(server))
    session.select("INBOX")
    waiting = in_thread(lambda: session.idle(threading.Event(), 60))
    ears.wait_for(b"IDLE")
    proxy.cut()
    with pytest.raises(MailboxLost):
        waiting()


@pytest.mark.parametrize("tls", [Tls.NONE, Tls.IMPLICIT])
def test_abandoning_lets_a_stalled_command_fail_at_once(box, tls: Tls) -> None:
    proxy = box._proxy(box.dovecot.tls_port if tls is Tls.IMPLICIT else box.dovecot.port, Faults())
    session: Session = box.session(port=proxy.port, tls=tls, timeout=60)
    session.select("INBOX")
    proxy.faults.stall_after = 0
    waiting = in_thread(session.noop)
    assert proxy.stalled.wait(20)
    began = time.monotonic()
    session.abandon()
    with pytest.raises(MailboxLost):
        waiting()
    assert time.monotonic() - began < 5
    with pytest.raises(MailboxLost):
        session.noop()

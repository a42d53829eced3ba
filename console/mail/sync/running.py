"""The sync process: two threads for each mailbox, in and out, one that indexes, and one that keeps lease and clock."""

import gc
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

from sqlmodel import Session

from console.config.accounts import Account
from console.config.errors import ConsoleError
from console.config.secrets import password
from console.mail.clocks import bring_up, note_due
from console.mail.duties import Duties, begin_due
from console.mail.erasing import finish
from console.mail.glance import Door, settings_of
from console.mail.imap.errors import ImapError
from console.mail.imap.server import Server
from console.mail.milestones import Overdue, begin_overdue
from console.mail.outgoing import smtp_server_of
from console.mail.promising import Broken, note_broken
from console.mail.reading import Readers
from console.mail.sending import MailboxSender
from console.mail.sync.folders import Step
from console.mail.sync.listing import Listing
from console.mail.sync.mailbox import MailboxSync
from console.mail.sync.pace import Pace
from storage.commands import errands, leasing, tasks, transferring, triage
from storage.commands.desk import mailbox_as
from storage.commands.intake import Counts
from storage.commands.outbox import copies, sending
from storage.kinds.errors import DeskError
from storage.queries.history import last_event
from storage.search import Ready, in_pieces, index_more, outdated, reindex, tidy, waiting
from storage.store import Store

LEASE: Final = leasing.SYNC
LEASE_LASTS: Final = timedelta(seconds=30)

_RENEW_EVERY = 10.0  # seconds
_LOOK_EVERY = 0.25  # seconds between two looks for wanted changes and due moments
_ROUNDS = 10  # looks for what comes due in one sync, while others record more: the next one goes on
_LOOKS_FIRST = 30.0  # seconds that what was due before waits for a look at its mailbox
_LINGER = 90.0  # seconds that mail has to leave once the sync was told to stop
_INDEX_SECONDS = 0.05
_INDEX_MOST = 300
_INDEX_WAITS = 1.0  # seconds that fewer messages than one transaction takes wait for more, while more come
_TIDIED_PAGES = 200  # of 4 kB in one transaction: some 20 ms


class SyncElsewhere(ConsoleError):
    """Another process keeps this desk in step; there is only one at a time."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept one mailbox from being brought in step."""

    account: Account
    error: ImapError | ConsoleError


@dataclass(slots=True)
class Outcome:
    """What one sync of all mailboxes did."""

    step: Step = field(default_factory=lambda: Step(Counts()))
    troubles: list[Trouble] = field(default_factory=list)


Report = Callable[[Account, Step], None]


def sync_once(
    store: Store,
    accounts: Sequence[Account],
    *,
    report: Report,
    workers: int = 0,
    doors: Mapping[str, Door] | None = None,
) -> Outcome:
    """Bring every mailbox in step once and index what came; mailboxes do not wait for each other.

    Args:
        store: opened with ``durable=False``.
        accounts: the mailboxes.
        report: told of every step; called from several threads.
        workers: processes that parse; 0 parses in the threads.
        doors: sessions by account that a look for news has opened.

    Raises:
        SyncElsewhere: another process does it now.
    """
    outcome, guard = Outcome(), threading.Lock()
    broken: list[BaseException] = []
    with _leased(store) as stop, Readers(workers) as readers:
        indexing = Indexing(store)
        mailboxes = [_mailbox(store, account, readers, indexing, report, stop) for account in accounts]
        for one in mailboxes:
            one.door = (doors or {}).get(one.account.name)
        _recover(store, mailboxes)
        bring_up(store)

        def run(mailbox: MailboxSync) -> None:
            try:
                step = mailbox.once()
            except (ImapError, ConsoleError) as error:
                mailbox.put_down(error)
                with guard:
                    outcome.troubles.append(Trouble(mailbox.account, error))
            except BaseException as error:  # noqa: BLE001 - raised below, once the others are done
                broken.append(error)
            else:
                with guard:
                    outcome.step += step

        threads = [threading.Thread(target=run, args=(one,), name=one.account.name) for one in mailboxes]
        indexing.start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _send_due(store, mailboxes, stop)
        indexing.finish()
        _come_due(store, stop)
    if broken:
        raise broken[0]
    return outcome


def watch(store: Store, accounts: Sequence[Account], *, report: Report, stop: Event, workers: int = 0) -> None:
    """Keep every mailbox in step, and send what is due, until `stop` is set or the lease is lost.

    What leaves within the next minute when it is told to stop has still time to leave.

    Args:
        store: opened with ``durable=False``.
        accounts: the mailboxes.
        report: told of every step; called from several threads.
        stop: ends it; whatever is under way is ended at a safe place.
        workers: processes that parse.

    Raises:
        SyncElsewhere: another process does it now.
    """
    ended = Event()
    with _leased(store, ended) as over, Readers(workers) as readers, _durable(store) as outbox:
        indexing = Indexing(store)
        mailboxes = [_mailbox(store, account, readers, indexing, report, over) for account in accounts]
        _recover(store, mailboxes)
        bring_up(store)
        senders = [_sender(outbox, one, over) for one in mailboxes]
        threads = [threading.Thread(target=one.watch, name=one.account.name, daemon=True) for one in mailboxes]
        threads += [
            threading.Thread(target=_leaving, args=pair, name=f"send {pair[0].mailbox_id}", daemon=True)
            for pair in zip(senders, mailboxes, strict=True)
        ]
        indexing.start()
        for thread in threads:
            thread.start()
        patience, overdue, duties, promises = _Patience(store), Overdue(store), Duties(store), Broken(store)
        while not over.is_set() and not (stop.is_set() and patience.ends()):
            _ring(store, mailboxes, senders)
            duties.look(datetime.now(UTC))
            _wake_due(store)
            note_due(store)
            overdue.look()
            promises.look(datetime.now(UTC))
            (over if stop.is_set() else stop).wait(_LOOK_EVERY)
        over.set()
        for one in mailboxes:
            one.interrupt()
        for sender in senders:
            sender.ring()
        for thread in threads:
            thread.join(timeout=10)
        indexing.finish()


class _Patience:
    """How long what leaves soon is waited for, once the sync was told to stop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._until: float | None = None

    def ends(self) -> bool:
        """Say whether there is nothing more to wait for."""
        self._until = self._until or time.monotonic() + _LINGER
        if time.monotonic() > self._until:
            return True
        try:
            with self._store.reading() as session:
                return not sending.is_leaving(session, now=datetime.now(UTC))
        except DeskError:  # the desk is gone, as a demo's is that ends
            return True


@contextmanager
def _durable(store: Store) -> Iterator[Store]:
    """Open the store once more, for the senders: a step that is not on the disk is no step."""
    opened = Store(store.url, durable=True)
    try:
        yield opened
    finally:
        opened.close()


def add_mailboxes(store: Store, accounts: Sequence[Account]) -> dict[str, int]:
    """Put the mailboxes of the configuration down in the store; return their numbers by name."""
    now = datetime.now(UTC)
    numbers: dict[str, int] = {}
    for account in accounts:
        with store.writing() as session:
            numbers[account.name] = mailbox_as(
                session,
                name=account.name,
                **settings_of(account),
                group=account.group,
                live_since=account.live_since or now,
                now=now,
            )
    return numbers


def _mailbox(
    store: Store, account: Account, readers: Readers, indexing: "Indexing", report: Report, stop: Event
) -> MailboxSync:
    number = add_mailboxes(store, [account])[account.name]

    sync = MailboxSync(account, number, lambda: password(account), store, readers, indexing.ready, report, stop)
    sync.taken = indexing.ring
    return sync


def _sender(outbox: Store, mailbox: MailboxSync, stop: Event) -> MailboxSender:
    account = mailbox.account

    def server() -> Server:
        return smtp_server_of(account, mailbox.password() if account.smtp_user else "")

    return MailboxSender(mailbox.mailbox_id, server, outbox, stop, connections=account.smtp_connections)


def _leaving(sender: MailboxSender, mailbox: MailboxSync) -> None:
    """Send what is due from a mailbox, until told to stop.

    What was due before this sync began waits until the mailbox has been looked at: where a desk was restored, or
    copied, a copy among the sent mail says that it has left already.
    """
    ends = time.monotonic() + _LOOKS_FIRST
    while sender.is_due() and not (mailbox.looked.wait(_LOOK_EVERY) or sender.stop.is_set()):
        if time.monotonic() > ends:
            break
    sender.watch()


def _ring(store: Store, mailboxes: Sequence[MailboxSync], senders: Sequence[MailboxSender]) -> None:
    """Wake whoever has something to do: changes on a server, copies among the sent mail, mail that is due to leave."""
    now = datetime.now(UTC)
    with store.reading() as session:
        waiting = errands.mailboxes_with_errands(session, now=now) | copies.mailboxes_to_look_in(session, now=now)
        leaving = sending.mailboxes_with_mail(session, now=now)
    for one in mailboxes:
        if one.mailbox_id in waiting:
            one.interrupt()
    for sender in senders:
        if sender.mailbox_id in leaving:
            sender.ring()


def _recover(store: Store, mailboxes: Sequence[MailboxSync]) -> None:
    """Take up what a sender or an erasure that died had in hand, whether or not anything else is due.

    Before mail is read: what comes in tells of what may have been sent.
    """
    with suppress(DeskError):  # it is tried again next time; mail comes in meanwhile
        finish(store)
    with store.reading() as session:
        left = sending.mailboxes_under_way(session)
    for one in mailboxes:
        if one.mailbox_id in left:
            with store.writing() as session:
                sending.recover(session, one.mailbox_id, holder=leasing.holder_here(), now=datetime.now(UTC))


def _send_due(store: Store, mailboxes: Sequence[MailboxSync], stop: Event) -> None:
    """Send what is due now, once: mailboxes whose server does not answer keep it for the next time."""
    with store.reading() as session:
        waiting = sending.mailboxes_with_mail(session, now=datetime.now(UTC))
    if not waiting:
        return
    with _durable(store) as outbox:
        for one in mailboxes:
            if one.mailbox_id in waiting and not stop.is_set():
                _sender(outbox, one, stop).once()


def _come_due(store: Store, stop: Event) -> None:
    """Turn every moment that has come into what is recorded of it, until nothing more is."""
    for _ in range(_ROUNDS):
        now = datetime.now().astimezone()
        with store.reading() as session:
            before = last_event(session)
        begin_due(store, now.astimezone(UTC))
        for turned in (_wake_due, note_due):
            while not stop.is_set() and turned(store):
                pass
        begin_overdue(store, now=now)
        note_broken(store, now=now.astimezone(UTC))
        if stop.is_set():
            return
        with store.reading() as session:
            done = last_event(session) == before
            noted = tasks.looked(session, before, now.date())
        if done:
            if not noted:
                with store.writing() as session:
                    tasks.note_looked(session, before, now.date())
            return


def _wake_due(store: Store) -> int:
    now = datetime.now(UTC)
    with store.reading() as session:
        due, late = triage.any_due(session, now=now), transferring.any_overdue(session, now=now)
        lapsed = transferring.any_lapsed(session, now=now)
    if lapsed:
        with store.writing() as session:
            transferring.note_lapsed(session, now=now)
    if late:
        with store.writing() as session:
            transferring.escalate_due(session, now=now)
    if not due:
        return 0
    with store.writing() as session:
        return triage.wake_due(session, now=now)


class Indexing:
    """The search index follows the mail in batches of its own.

    Each takes some 50 ms of the processor, however long it waits for it, and more while no agent sits at a console: for
    one who waits it is ended where it is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done = Event()
        self._came = Event()
        self._pace = Pace(_INDEX_SECONDS, most=_INDEX_MOST)
        self._followed = float("-inf")
        self._listing = Listing(store)
        self.ready = Ready()
        """Messages as the readers left them; what is missing is read back here."""
        self._thread = threading.Thread(target=self._run, name="index", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def ring(self) -> None:
        """Say that there is something to index, and nothing follows at once: it need not be found by looking."""
        self._came.set()

    def finish(self) -> None:
        """Index what is left, and end."""
        self._done.set()
        self._came.set()
        self._thread.join()

    def _run(self) -> None:
        with self._store.reading() as session:
            anew = outdated(session)
            untidy = in_pieces(session)  # as an import leaves it, or a sync that was ended
        if anew:  # by another stemmer, or by a SQLite that this one cannot follow
            with self._store.writing() as session:
                reindex(session)
        while not self._done.is_set():
            rung = self._came.wait(_LOOK_EVERY)
            self._came.clear()
            busy = not rung and time.monotonic() - self._followed < _INDEX_WAITS  # who rings has no more for now
            if self._follow(least=self._size() if busy else 1):
                untidy = True
            elif untidy and not (rung or busy):  # what many small batches left is merged, a little at a time
                with self._store.writing() as session:
                    untidy = tidy(session, pages=_TIDIED_PAGES)
            elif not (rung or busy):
                self._listing.go_on()
        self._follow()

    def _follow(self, *, least: int = 1) -> bool:
        """Index what waits; say whether anything did.

        Args:
            least: of fewer messages nothing is done. What follows others at once is indexed in whole transactions:
                each writes a piece of the index, which is merged with others again and again.
        """
        more = waited = self._backlog(least)
        while more:
            size = 2 * self._size()
            began = worked = 0.0

            def work(session: Session) -> int:
                nonlocal began, worked, size
                # Each time that it was given up for an agent half of it: the last one is brought to its end.
                size = max(1, size // 2)
                began, worked = time.monotonic(), time.thread_time()
                return index_more(session, limit=size, ready=self.ready)

            indexed = self._store.giving_way(work)
            self.ready.settle()
            if indexed:
                self._pace.note(indexed, time.monotonic() - began, worked=time.thread_time() - worked)
            self._followed = time.monotonic()
            more = indexed == size and (least == 1 or self._backlog(self._size()))
        return waited

    def _size(self) -> int:
        return self._pace.worked_size(alone=not self._store.turns.attended())

    def _backlog(self, least: int) -> bool:
        with self._store.reading() as session:
            return waiting(session, most=least) >= least


@contextmanager
def _leased(store: Store, stop: Event | None = None) -> Iterator[Event]:
    """Hold the sync's lease for the block, renewed by a thread; yield what is set when it is lost."""
    stop = stop or Event()
    holder, ended = leasing.holder_here(), Event()

    def renew() -> str | None:
        with store.writing() as session:
            return leasing.take_lease(session, LEASE, holder, now=datetime.now(UTC), lasts=LEASE_LASTS)

    if (other := renew()) is not None:
        raise SyncElsewhere(other)

    def keep() -> None:
        while not ended.wait(_RENEW_EVERY):
            if renew() is not None:
                stop.set()

    # What was imported stays. To look it through for garbage takes 60 ms, mostly while the store's lock is held.
    gc.freeze()
    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield stop
    finally:
        ended.set()
        keeper.join()
        with store.writing() as session:
            leasing.leave_lease(session, LEASE, holder)


def stop_on_signals() -> Event:
    """Return an event that SIGINT and SIGTERM set, so that the sync ends at a safe place."""
    stop = Event()

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)  # a second one does not wait for mail that leaves

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop

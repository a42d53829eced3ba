"""Keeping one mailbox in step: connect, bring every folder up, make what the desk wants, wait for news, again."""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from console.config.accounts import Account
from console.config.errors import ConsoleError
from console.mail.acknowledging import Acknowledging
from console.mail.backoff import Backoff
from console.mail.glance import Door, is_read, roles_of, server_of
from console.mail.imap.errors import FolderMissing, MailboxLost, NeedsAgent, SignInNotRepeated, SignInRefused
from console.mail.imap.opening import open_session
from console.mail.imap.session import Session
from console.mail.imap.state import FolderState
from console.mail.outgoing import server_keeps_copy
from console.mail.reading import Readers
from console.mail.refused import TRIED, is_marked, marked
from console.mail.sync.changing import Changes
from console.mail.sync.copies import Copies
from console.mail.sync.folders import FolderSync, Step
from console.mail.sync.taking import Taker
from storage.commands import errands, leasing, syncing
from storage.commands.intake import Counts
from storage.commands.outbox import copies
from storage.kinds.errors import DeskError
from storage.search import Ready
from storage.store import Store
from widgets.language import _

SETTLE_SECONDS = 2.0
"""How long the answer to a stopped mailbox is waited for between two looks."""


@dataclass(slots=True)
class MailboxSync:
    """One mailbox and the thread that keeps it in step.

    Attributes:
        account: from the configuration.
        mailbox_id: its number in the store.
        password: asked for at each sign-in; raises a sentence when there is none.
        ready: messages that wait to be indexed, as they were read.
        report: told of every step.
        stop: set to end the thread; then `interrupt` is called.
        door: a session that is open already, used first.
        taken: told when there is something to index.
        looked: set once the mailbox has been brought in step, or could not be.
    """

    account: Account
    mailbox_id: int
    password: Callable[[], str]
    store: Store
    readers: Readers
    ready: Ready
    report: Callable[[Account, Step], None]
    stop: Event = field(default_factory=Event)
    door: Door | None = None
    taken: Callable[[], None] = lambda: None
    looked: Event = field(default_factory=Event)
    _session: Session | None = None
    _secret: str = field(default="", repr=False)
    _taker: Taker | None = None
    _said: set[str] = field(default_factory=set)

    def once(self) -> Step:
        """Bring the mailbox in step and return what that did.

        Raises:
            NeedsAgent, MailboxLost: as `open_session`.
        """
        self._expect()
        with self._opened() as session:
            return self._in_step(session)

    def _expect(self) -> None:
        """Let a reader start while the session signs in, where all of the mail is still to come."""
        with self.store.reading() as session:
            if not syncing.cursors(session, self.mailbox_id):
                self.readers.expect()

    def watch(self) -> None:
        """Keep the mailbox in step until told to stop: what is lost is tried again, a refusal waits for the agent."""
        pauses = Backoff()
        self._expect()
        while not self.stop.is_set():
            try:
                with self._opened() as session:
                    self._follow(session, pauses)
            except NeedsAgent as refused:
                self._stopped(refused)
            except MailboxLost as lost:
                self.put_down(lost)
                self.stop.wait(pauses.next())
            except ConsoleError as trouble:  # no password, or a command that gives none
                self._stopped(trouble)
            except DeskError as trouble:  # such as a full disk: what was not written is fetched again
                self._kept_out(trouble)
                self.stop.wait(pauses.next())
            except Exception as unforeseen:  # noqa: BLE001 - a thread that ends unseen would leave its mailbox behind
                self._fell(unforeseen)
                self.stop.wait(pauses.next())

    def _kept_out(self, trouble: DeskError) -> None:
        """Say why the desk could not be written to; where that cannot be put down either, the log has it."""
        from widgets.troubles import trouble_words  # late: nearly every sync does without

        words = trouble_words(trouble)
        sys.stderr.write(f"plantao: {self.account.name}: {words}\n")
        with suppress(DeskError):
            self._set_state("lost", {"kind": type(trouble).__name__, "words": words})

    def _fell(self, unforeseen: Exception) -> None:
        """Say what nobody foresaw, and go on later: what was not written is fetched again.

        The log gets where it happened, not the error's own words, which may hold a customer's.
        """
        kind = type(unforeseen).__name__
        sys.stderr.write("".join(traceback.format_tb(unforeseen.__traceback__)) + f"{self.account.name}: {kind}\n")
        words = _("This mailbox stumbled over {kind}. It will be tried again; sync.log says where.").format(kind=kind)
        with suppress(DeskError):
            self._set_state("lost", {"kind": kind, "words": words})

    def interrupt(self) -> None:
        """Wake the thread: to make a change on the server, or to stop."""
        session = self._session
        if session is not None:
            session.interrupt()

    @contextmanager
    def _opened(self) -> Iterator[Session]:
        door, self.door = self.door, None
        self._secret = door.secret if door is not None else self._untried()
        with door or open_session(server_of(self.account, self._secret)) as session:
            self._session = session
            try:
                yield session
            finally:
                self._session = None

    def _untried(self) -> str:
        """Return the password.

        Raises:
            SignInNotRepeated: it is the one that the server refused before, and nobody asked to try it again.
        """
        secret = self.password()
        with self.store.reading() as session:
            mark = leasing.trouble_that_stops(session, self.mailbox_id).get(TRIED, "")
        if is_marked(mark, self.account, secret):
            raise SignInNotRepeated(self.account.imap.host, "sign-in")
        return secret

    def put_down(self, error: Exception) -> None:
        """Put down what keeps the mailbox from being in step; what stands already of a refused password stands."""
        if isinstance(error, SignInNotRepeated):
            return
        state = "stopped" if isinstance(error, NeedsAgent | ConsoleError) else "lost"
        trouble = {"kind": type(error).__name__, "words": str(error)}
        if isinstance(error, SignInRefused):
            trouble[TRIED] = marked(self.account, self._secret)
        self._set_state(state, trouble)

    def _follow(self, session: Session, pauses: Backoff) -> None:
        while not self.stop.is_set():
            self._in_step(session)
            pauses.reset()
            if self.stop.is_set() or self._has_errands():
                continue
            self.readers.expect()  # news that come are not kept waiting for a reader to start
            if not self._came_meanwhile(session.select("INBOX")):
                session.idle(self.stop, timeout=self.account.poll_seconds)

    def _came_meanwhile(self, inbox: FolderState) -> bool:
        """Say whether INBOX went on since it was brought in step: IDLE tells only what comes after it was opened."""
        with self.store.reading() as session:
            cursor = syncing.cursors(session, self.mailbox_id)["INBOX"]
        return inbox.uidnext > (cursor.uidnext or 0) or (inbox.highestmodseq or 0) > (cursor.modseq or 0)

    def _has_errands(self) -> bool:
        now = datetime.now(UTC)
        with self.store.reading() as session:
            if self.mailbox_id in errands.mailboxes_with_errands(session, now=now):
                return True
            return self.mailbox_id in copies.mailboxes_to_look_in(session, now=now)

    def _in_step(self, session: Session) -> Step:
        names = self._folders(session)
        self._file_copies(session)
        acknowledging = Acknowledging(self.account, self.mailbox_id, self.store, self._said)
        acknowledging.begin()
        total = Step(Counts())
        folders = []
        # It knows by now what a batch costs.
        self._taker = self._taker or Taker(self.store, self.readers, self.ready, self.taken)
        for name in names:
            folder = FolderSync(session, self.store, self._taker, self.mailbox_id, name, self.stop.is_set)
            try:
                total += self._told(folder.begin())
            except FolderMissing:
                continue  # an archive is made when the first message moves there; others may come later
            folders.append(folder)
        acknowledging.make()  # before history comes in
        by_role = self._by_role()
        changes = Changes(session, self.store, self.mailbox_id, by_role)
        for folder in folders:
            made = changes.make(complete=False)
            total += self._told(folder.finish(as_begun=not (made or total.counts.fetched)))
        changes.make(complete=not self.stop.is_set())
        acknowledging.make()
        self._set_state("ok")
        return total

    def _file_copies(self, session: Session) -> None:
        """See to the copies of what left, before the folders are read: what is laid now comes in with them."""
        with self.store.reading() as reading:
            if self.mailbox_id not in copies.mailboxes_to_look_in(reading, now=datetime.now(UTC)):
                return
        sent = self._by_role().get("sent", (0, None))[1]
        kept = server_keeps_copy(self.account, session.capabilities)
        Copies(session, self.store, self.mailbox_id, sent, kept_by_server=kept).make()

    def _told(self, step: Step) -> Step:
        if step.counts.fetched or step.gone or step.flagged:
            self.report(self.account, step)
        return step

    def _folders(self, session: Session) -> list[str]:
        """Put down which folders there are to the desk, and return those kept in step: INBOX, Sent, archive, others."""
        with self.store.reading() as reading:
            kept = syncing.cursors(reading, self.mailbox_id)
        roles = roles_of(self.account, session, kept)
        if {one.name: one.role for one in kept.values()} != roles:
            with self.store.writing() as writing:
                syncing.keep_folders(writing, self.mailbox_id, roles)
        return [name for name, role in roles.items() if is_read(self.account, name, role)]

    def _by_role(self) -> dict[str, tuple[int, str]]:
        with self.store.reading() as session:
            kept = syncing.cursors(session, self.mailbox_id).values()
        return {one.role: (one.folder_id, one.name) for one in kept if one.role}

    def _set_state(self, state: str, trouble: dict[str, str] | None = None) -> None:
        self.looked.set()
        with self.store.writing() as session:
            leasing.set_state(session, self.mailbox_id, state, now=datetime.now(UTC), trouble=trouble)

    def _stopped(self, error: Exception) -> None:
        """Stop until somebody mends it: whoever checks the account sets the state back."""
        self.put_down(error)
        while not self.stop.wait(SETTLE_SECONDS):
            with self.store.reading() as session:
                if leasing.state_of(session, self.mailbox_id) != "stopped":
                    return

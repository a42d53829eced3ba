"""A session with one mailbox: everything the desk asks of an IMAP server, and nothing else."""

import re
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from threading import Event

from console.mail.imap import fetching, insisting
from console.mail.imap.answers import AnswerBroken, Continuation, Data, Status
from console.mail.imap.dialogue import Ended, Literal, Part, Take, folder_part, quoted
from console.mail.imap.rows import Fetched, FlagRow, Sized, TooLarge, read_row, written_date
from console.mail.imap.standing import Standing
from console.mail.imap.state import Changes, FolderState, read_selected
from console.mail.imap.uids import UIDS_MOST, UidRanges, UidsBroken, in_order, sets, uid

RENEW_AFTER = 28 * 60.0
"""Seconds after which IDLE is said anew; servers may sign off after 30 minutes (RFC 2177)."""
POLL_AFTER = 60.0
"""Seconds between two questions for news where a server has no IDLE."""
_FLAG = re.compile(r"\\?[!#$&'+-\[^-z|}~]+\Z")  # no white space, nothing of (){%*"\] and nothing beyond ASCII
_BARE = re.compile(rb"\r\n|\r|\n")


class Session(Standing):
    """One signed-in connection; made by `open_session`, used by one thread, rung and cut by any.

    Every method raises `MailboxLost` when the connection is gone, which it stays, and `ServerRefused` when the server
    says no, after which the session goes on.
    """

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing._dialogue, standing._stream)  # noqa: SLF001 - of the same class
        self._odd_names = standing._odd_names  # noqa: SLF001
        self._idles = True
        self._selected: tuple[str, bool, int] | None = None

    # Folders

    def select(self, folder: str, *, readonly: bool = False) -> FolderState:
        """Open a folder; what follows is about it.

        Args:
            folder: its name, as `folders` gives it.
            readonly: change nothing (EXAMINE).

        Raises:
            FolderMissing: it is not there.
        """
        return self._at(folder, lambda: self._select(folder, readonly=readonly))

    def _select(self, folder: str, *, readonly: bool) -> FolderState:
        word = "EXAMINE" if readonly else "SELECT"
        parts: list[Part] = [word, self._name(folder)]
        if "CONDSTORE" in self.capabilities:
            parts.append("(CONDSTORE)")
        self._dialogue.exists = 0
        ended = self._dialogue.run(f"{word} {folder}", *parts)
        self._dialogue.news = False
        with self._dialogue.whole(f"{word} {folder}"):
            state = read_selected(folder, ended, self._dialogue.exists)
        self._dialogue.modseqs = state.highestmodseq is not None
        self._selected = folder, readonly, state.uidvalidity
        # It may be left out of SELECT, never out of STATUS.
        return state if state.uidnext else state.with_uidnext(self.status(folder).uidnext)

    def create(self, folder: str) -> None:
        """Make a folder."""
        self._dialogue.run(f"CREATE {folder}", "CREATE", folder_part(folder))

    # Messages of the selected folder

    def uids(self, since_uid: int | None = None) -> "array[int]":
        """Return the UIDs of all messages, ascending.

        Args:
            since_uid: none below this one.
        """
        criteria = "ALL" if since_uid is None else f"UID {max(1, since_uid)}:*"
        found = self._search(criteria)
        if since_uid is None:
            return found
        return array("I", (each for each in found if each >= since_uid))  # n:* always matches the newest

    def find(self, header_id: str) -> "array[int]":
        """Return the UIDs of messages whose Message-ID contains `header_id`; the server may match loosely.

        Args:
            header_id: the Message-ID without its brackets.
        """
        if not header_id.strip() or any(sign in header_id for sign in "\0\r\n"):
            return array("I")
        said = header_id.encode("utf-8", "replace")
        charset = ("CHARSET UTF-8",) if not header_id.isascii() else ()
        return self._search(*charset, "HEADER Message-ID", quoted(said))

    def _search(self, *criteria: Part) -> "array[int]":
        extended = "ESEARCH" in self.capabilities  # 1:100000 instead of half a million bytes
        found = array("I")

        def take(data: Data) -> bool:
            try:
                if data.name == "SEARCH" and not extended:
                    found.extend(uid(word) for word in data.pieces[0].partition(b"(")[0].split())
                elif data.name == "ESEARCH":
                    words = data.tokens()
                    at = next((at for at, word in enumerate(words) if str(word).upper() == "ALL"), None)
                    if at is not None:
                        found.extend(UidRanges.read(str(words[at + 1])).written_out())
                else:
                    return False
            except (UidsBroken, IndexError) as broken:
                raise AnswerBroken(str(broken)) from None
            if len(found) > UIDS_MOST:
                raise AnswerBroken("more UIDs than any folder has")
            return True

        self._dialogue.run("SEARCH", "UID SEARCH" + (" RETURN (ALL)" if extended else ""), *criteria, take=take)
        if any(found[at] >= found[at + 1] for at in range(len(found) - 1)):
            return array("I", sorted(set(found)))
        return found

    def flags(self, uids: Iterable[int] | None = None, *, changed_since: int | None = None) -> Iterator[FlagRow]:
        """Give the flags of messages.

        Args:
            uids: of which messages; `None` for all.
            changed_since: only those changed after this modification sequence, of all messages; where the folder
                has none (`FolderState.highestmodseq`) all come.
        """
        if changed_since is not None and self._dialogue.modseqs and uids is None:
            return iter(self.changes(changed_since).rows)
        return fetching.flags(self._dialogue, uids)

    def changes(self, since: int) -> Changes:
        """Return what changed after the modification sequence `since`, and what vanished if the server can tell.

        New messages are among the rows.

        Raises:
            ValueError: the folder has no modification sequences (`FolderState.highestmodseq`).
        """
        if not self._dialogue.modseqs:
            raise ValueError("without modification sequences all flags must be read")
        qresync = {"QRESYNC", "ENABLE"} <= self.capabilities
        heard = fetching.FlagsHeard(None)
        # FETCH answers from the folder as this session last heard of it; NOOP brings that up to date.
        self._dialogue.run("NOOP", "NOOP")
        modifiers = f"(CHANGEDSINCE {since}{' VANISHED' if qresync else ''})"
        self._dialogue.run("FETCH FLAGS", "UID FETCH 1:* (UID FLAGS MODSEQ)", modifiers, take=heard.take)
        rows = list(heard.rows())
        modseq = max([since, *(row.modseq for row in rows if row.modseq)])
        return Changes(rows, heard.vanished if qresync else None, modseq)

    def sizes(self, uids: Iterable[int]) -> Iterator[Sized]:
        """Give size, date and flags of messages, in the order asked for; those that are gone do not appear."""
        return fetching.sizes(self._dialogue, uids)

    def bodies(
        self, uids: Iterable[int], max_size: int = fetching.MESSAGE_MOST, *, known: Mapping[int, int] | None = None
    ) -> Iterator[Fetched | TooLarge]:
        r"""Give whole messages, without marking them ``\Seen``.

        They come in batches of at most 200 messages or 8 MB, the batches in the order of `uids`, a batch ascending.
        Each batch is heard to its end before its first message is given, and checked: a row for a UID that was not
        asked for is dropped, and a body without a UID, or a second one for it, ends the session. Messages that are
        gone, or that the server refuses while it gives others, do not appear. A message of a body that is announced
        with more bytes than it may have, twice, is left on the server as well; the others are read over a new
        connection. Other methods may be called while the iteration stands still.

        Args:
            uids: of which messages, the most wanted first.
            max_size: bytes above which a message is left on the server and given as `TooLarge`.
            known: sizes by UID, as `sizes` gave them before, to spare the question.
        """
        return insisting.bodies(self._dialogue, uids, self._reopen, max_size=max_size, known=known or {})

    def _reopen(self) -> None:
        """Connect anew and open the folder that was open, if it is still the same.

        Raises:
            MailboxLost: its UIDs are others by now.
        """
        from console.mail.imap.opening import reopen  # late: it makes sessions

        assert self._selected is not None
        folder, readonly, uidvalidity = self._selected
        self._stream = reopen(self._dialogue)
        if self.select(folder, readonly=readonly).uidvalidity != uidvalidity:
            raise self._dialogue.lost(f"SELECT {folder}", "its UIDs are others by now")

    # Changes

    def add_flags(self, uids: Iterable[int], flags: Iterable[str]) -> None:
        """Set flags; a message that is gone is no error."""
        self._store("+FLAGS.SILENT", uids, flags)

    def remove_flags(self, uids: Iterable[int], flags: Iterable[str]) -> None:
        """Take flags away; a message that is gone is no error."""
        self._store("-FLAGS.SILENT", uids, flags)

    def _store(self, item: str, uids: Iterable[int], flags: Iterable[str]) -> None:
        words = _written_flags(flags)
        for text, members in sets(uids):
            own = frozenset(members)
            self._dialogue.run("STORE", "UID STORE", text, item, words, take=_of(own))

    def move(self, uids: Iterable[int], folder: str) -> dict[int, int]:
        r"""Move messages to another folder.

        Without MOVE they are copied, marked ``\Deleted`` and expunged by UID; without UIDPLUS they stay, so marked:
        a bare EXPUNGE would take away what another client marked.

        Returns:
            Their new UIDs by their old ones; empty where the server does not tell (UIDPLUS).

        Raises:
            FolderMissing: there is no such folder.
        """
        moved: dict[int, int] = {}
        for text, members in sets(uids):
            if self.can_move:
                ended = self._dialogue.run(f"MOVE {folder}", "UID MOVE", text, self._name(folder), take=_expunged)
                moved |= _copied(ended, members)
                continue
            ended = self._dialogue.run(f"COPY {folder}", "UID COPY", text, self._name(folder))
            moved |= _copied(ended, members)
            self.take_away(members)
        return moved

    @property
    def can_move(self) -> bool:
        """Whether a move is one step: without MOVE it can break off after its copy was made."""
        return "MOVE" in self.capabilities

    def take_away(self, uids: Iterable[int]) -> None:
        r"""Mark messages ``\Deleted`` and expunge them by UID; without UIDPLUS they stay, so marked."""
        for text, members in sets(uids):
            self.add_flags(members, [r"\Deleted"])
            if "UIDPLUS" in self.capabilities:
                self._dialogue.run("EXPUNGE", "UID EXPUNGE", text, take=_expunged)

    def append(self, folder: str, raw: bytes, flags: Iterable[str] = (), date: datetime | None = None) -> int | None:
        """Put a message into a folder, its line ends made CRLF.

        Args:
            folder: where to.
            raw: the message.
            flags: to set.
            date: aware; its INTERNALDATE.

        Returns:
            Its UID, `None` where the server does not tell (UIDPLUS).

        Raises:
            FolderMissing: there is no such folder.
        """
        parts: list[Part] = ["APPEND", self._name(folder), _written_flags(flags)]
        if date is not None:
            parts.append(f'"{written_date(date)}"')
        ended = self._dialogue.run(f"APPEND {folder}", *parts, Literal(_BARE.sub(b"\r\n", raw)))
        said = (ended.argument("APPENDUID") or "").split()
        try:
            return uid(said[1]) if len(said) == 2 else None
        except UidsBroken:
            return None

    # News

    def noop(self) -> bool:
        """Ask for news; say whether the folder changed since it was selected or last asked about."""
        self._dialogue.run("NOOP", "NOOP")
        return self._news()

    def idle(self, stop: Event, timeout: float | None = None, *, renew_after: float = RENEW_AFTER) -> bool:
        """Wait until the selected folder changes, by IDLE, or by asking now and then where the server has none.

        Args:
            stop: do not begin to wait when set; whoever sets it calls `interrupt` as well.
            timeout: seconds to wait at most.
            renew_after: seconds after which IDLE is said anew.

        Returns:
            Whether there is news; false after `interrupt`, `stop` or `timeout`.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while not self._dialogue.news:
            left = renew_after if end is None else end - time.monotonic()
            if stop.is_set() or self._stream.rung() or left <= 0:
                return False
            if self._idles and "IDLE" in self.capabilities:
                self._idle_once(min(left, renew_after))
            else:
                self._wait(min(left, POLL_AFTER), only_for_bell=True)
                if stop.is_set() or self._stream.rung():
                    return False
                self._dialogue.run("NOOP", "NOOP")
        return self._news()

    def interrupt(self) -> None:
        """End `idle` at once, or the next one before it begins; from any thread."""
        self._stream.ring()

    def abandon(self) -> None:
        """Let whatever this session does fail at once with `MailboxLost`; from any thread, for leaving in a hurry."""
        self._stream.cut()

    def _idle_once(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        sent = self._dialogue.say("IDLE", "IDLE")
        while not isinstance(answer := self._dialogue.hear_one("IDLE"), Continuation):
            if isinstance(answer, Status) and answer.tag:
                self._idles = False  # promised and refused: ask now and then instead
                return
        while not self._dialogue.news and (left := end - time.monotonic()) > 0:
            if self._wait(left):
                self._dialogue.hear_one("IDLE")
            elif self._stream.rung():
                self.interrupt()  # left for the caller's loop to see
                break
        self._dialogue.say_line(b"DONE", "IDLE")
        self._dialogue.hear(sent)

    def _wait(self, seconds: float, *, only_for_bell: bool = False) -> bool:
        with self._dialogue.whole("IDLE"):
            return self._stream.wait(seconds, only_for_bell=only_for_bell)

    def _news(self) -> bool:
        news, self._dialogue.news = self._dialogue.news, False
        return news


def _written_flags(flags: Iterable[str]) -> str:
    words = list(flags)
    for word in words:
        if not _FLAG.match(word):
            raise ValueError(f"{word!r} is no flag")
    return f"({' '.join(words)})"


def _of(members: frozenset[int]) -> Take:
    """Take the answers that our own STORE causes, so that they are no news."""

    def take(data: Data) -> bool:
        return data.name == "FETCH" and read_row(data).uid in members

    return take


def _expunged(data: Data) -> bool:
    return data.name in {"EXPUNGE", "VANISHED"}


def _copied(ended: Ended, members: list[int]) -> dict[int, int]:
    """Read COPYUID (RFC 4315 §3): the new UIDs by the old ones; empty when it is missing or cannot be true."""
    said = (ended.argument("COPYUID") or "").split()
    try:
        old, new = (in_order(text, len(members)) for text in said[1:3])
    except ValueError:  # two sets are needed, and each must be one
        return {}
    return dict(zip(old, new, strict=True)) if len(old) == len(new) and set(old) <= set(members) else {}

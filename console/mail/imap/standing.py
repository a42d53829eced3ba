"""How the folders of a mailbox stand, asked without opening any: all that a look for news needs of a session."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.mail.imap.answers import Data
from console.mail.imap.dialogue import Dialogue, Part, folder_part, quoted
from console.mail.imap.errors import FolderMissing, ServerRefused
from console.mail.imap.state import FolderState, read_status
from console.mail.imap.stream import Stream

if TYPE_CHECKING:
    from console.mail.imap.folders import Folder


class Standing:
    """One signed-in connection, as far as it is asked about folders; made by `open_standing`, used by one thread.

    Every method raises `MailboxLost` when the connection is gone, which it stays, and `ServerRefused` when the server
    says no, after which the connection goes on.
    """

    def __init__(self, dialogue: Dialogue, stream: Stream) -> None:
        self._dialogue = dialogue
        self._stream = stream
        self._odd_names: dict[str, bytes] = {}

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server can do, in capitals."""
        return self._dialogue.capabilities

    def status(self, folder: str) -> FolderState:
        """Ask how a folder stands without opening it.

        Raises:
            FolderMissing: it is not there.
        """
        return self._at(folder, lambda: self._status(folder))

    def _status(self, folder: str) -> FolderState:
        answers: list[Data] = []

        def take(data: Data) -> bool:
            if data.name == "STATUS":
                answers[:] = [data]
            return data.name == "STATUS"

        modseq = " HIGHESTMODSEQ" if "CONDSTORE" in self.capabilities else ""
        asked = f"(MESSAGES UIDNEXT UIDVALIDITY{modseq})"
        self._dialogue.run(f"STATUS {folder}", "STATUS", self._name(folder), asked, take=take)
        with self._dialogue.whole(f"STATUS {folder}"):
            return read_status(folder, answers[0].tokens() if answers else [])

    def folders(self) -> "list[Folder]":
        """List all folders, INBOX first; one with an unreadable entry is left out, the others stay."""
        from console.mail.imap.folders import read_folders  # late, as below: mostly it is known where sent mail lies

        answers: list[Data] = []

        def take(data: Data) -> bool:
            if data.name == "LIST" and len(answers) < 100_000:
                answers.append(data)
            return data.name == "LIST"

        extended = {"SPECIAL-USE", "LIST-EXTENDED"} <= self.capabilities
        self._dialogue.run("LIST", 'LIST "" "*"' + (" RETURN (SPECIAL-USE)" if extended else ""), take=take)
        found, self._odd_names = read_folders(answers)
        return found

    def find_sent(self) -> str | None:
        """Find the folder of sent mail, by special use or usual name."""
        from console.mail.imap.folders import NAMES_SENT, find_folder

        return find_folder(self.folders(), ["sent"], NAMES_SENT)

    def find_archive(self) -> str | None:
        """Find the folder that settled mail is moved to; where there is only one for all mail, as at Gmail, that."""
        from console.mail.imap.folders import NAMES_ARCHIVE, find_folder

        return find_folder(self.folders(), ["archive", "all"], NAMES_ARCHIVE)

    def find_trash(self) -> str | None:
        """Find the folder of what was thrown away, by special use or usual name."""
        from console.mail.imap.folders import NAMES_TRASH, find_folder

        return find_folder(self.folders(), ["trash"], NAMES_TRASH)

    def _at(self, folder: str, ask: Callable[[], FolderState]) -> FolderState:
        """Ask about a folder; if the server says no, ask again by its name on the wire, or find that it is missing."""
        wire = self._odd_names.get(folder)
        try:
            return ask()
        except ServerRefused as refused:
            # Few servers say NONEXISTENT; and a name that is no modified UTF-7 is known from the server's list alone.
            if folder in {each.name for each in self.folders()}:
                if self._odd_names.get(folder) != wire:
                    return ask()
                raise
            raise FolderMissing(refused.host, refused.attempted, refused.words, code=refused.code) from None

    def _name(self, folder: str) -> Part:
        raw = self._odd_names.get(folder)
        return folder_part(folder) if raw is None else quoted(raw)

    def sign_out(self) -> None:
        """Say LOGOUT and close; done by `open_session`."""
        if self._dialogue.stream is not None and self._dialogue.settle is None:
            self._dialogue.say("LOGOUT", "LOGOUT")
        self._dialogue.close()

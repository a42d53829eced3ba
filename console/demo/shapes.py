"""What the demo is made of: an account, a mail as it lies on a server, and what can go wrong with the servers."""

from dataclasses import dataclass
from datetime import datetime

from widgets.language import _


class DemoNeedsExtra(Exception):
    """The libraries of the extra `demo` are not installed.

    Attributes:
        missing: the distributions to install, such as ``("pymap",)``.
    """

    def __init__(self, missing: tuple[str, ...]) -> None:
        says = _("the demo needs {names}: install them with  pip install 'plantao[demo]'")
        super().__init__(says.format(names=", ".join(missing)))
        self.missing = missing


class DemoServersFailed(Exception):
    """The demo's servers did not start, or ended while they were wanted.

    Attributes:
        detail: the last lines that the server process wrote, empty when it wrote none.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail or _("the demo's servers ended without a word"))
        self.detail = detail


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One mailbox of the company, and how to sign in to it.

    Attributes:
        name: what the desk calls it.
        address: where customers write to.
        user, password: for IMAP and SMTP alike.
        language: of its customers and agents: ``pt``, ``es`` or ``en``.
        group: the mailbox group; conversations cross mailboxes of one group only.
    """

    name: str
    address: str
    user: str
    password: str
    language: str
    group: str


@dataclass(frozen=True, slots=True)
class DemoMail:
    """One mail as it lies on the server.

    Attributes:
        account: the name of its account.
        folder: ``INBOX`` or ``Sent``.
        raw: the bytes, lines ended by CRLF (a broken mail may break that too).
        arrived_at: what the server gives as INTERNALDATE, aware.
        seen, answered, flagged: its flags.
        kinds: what it is an example of, such as ``bounce``; for tests and pictures, never sent.
        conversation: the key of the conversation that its author had in mind.
    """

    account: str
    folder: str
    raw: bytes
    arrived_at: datetime
    seen: bool
    answered: bool
    flagged: bool = False
    kinds: frozenset[str] = frozenset()
    conversation: str = ""

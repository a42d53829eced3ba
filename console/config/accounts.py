"""One account: a mailbox of the desk as the configuration describes it, every value checked."""

import re
import shlex
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from console.config.leaving import (
    OpenHours,
    OutOfHours,
    SenderName,
    SentCopy,
    Shortcode,
    Signature,
    SignInName,
    Span,
    Zone,
    filled,
)
from console.config.servers import (
    IMPLICIT_PORT,
    SUBMISSIONS_PORT,
    Server,
    Tls,
    default_tls,
    variable_of,
)
from console.config.values import Language, Line, checked_line, refuse
from storage.kinds.clean import clean_line, folded
from storage.kinds.mail import Correspondent
from widgets.language import _

POLL_LEAST, POLL_MOST = 5, 86_400
CONNECTIONS, CONNECTIONS_MOST = 8, 10  # to a server that mail is sent through, at a time

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(folded(text)):
        raise refuse(_("A name has letters, digits, dots, - and _ only, 64 at most. Choose a shorter or plainer one."))
    return text


def _address(text: str) -> str:
    if clean_line(text) != text or not _ADDRESS.fullmatch(text):
        raise refuse(_("This is no mail address: write the address alone, as in support@example.org."))
    return text.lower()


def _server(port: int) -> BeforeValidator:
    def read(value: object) -> Server | None:
        if value is None or isinstance(value, Server):
            return value  # whether there may be none is for the field's type to say
        try:
            return Server.read(value if isinstance(value, str) else "", port=port)
        except ValueError:
            raise refuse(_("This is no server: write HOST:PORT, as in imap.example.org:993.")) from None

    return BeforeValidator(read)


def _tls(value: object) -> Tls:
    try:
        return Tls(value)  # type: ignore[arg-type]  # whatever the file holds
    except ValueError:
        raise refuse(_("Write one of {words}.").format(words=", ".join(Tls))) from None


def _command(text: str) -> str:
    try:
        words = shlex.split(checked_line(text))
    except ValueError:
        raise refuse(_("A quotation mark in this command is never closed. Close it.")) from None
    if not words or not words[0]:
        raise refuse(_("This command is empty. Name a program that prints the password, or remove the line."))
    return text


def _moment(value: object) -> datetime | None:
    if value is None or value == "now":
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(moment, datetime):
            return moment.astimezone(UTC)  # one without a zone is meant in the zone of this machine
        if isinstance(moment, date):
            return datetime.combine(moment, time()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise refuse(_('This is no date: write one as in 2026-01-31, or "now".'))


def _group(text: str) -> str:
    return _name(text) if text else text


def _poll(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and POLL_LEAST <= value <= POLL_MOST:
        return value
    raise refuse(_("Write a whole number of seconds from {least} to {most}.").format(least=POLL_LEAST, most=POLL_MOST))


_MOST_MOST: Final = 10_000


def _most(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_MOST:
        return value
    raise refuse(_("Write a whole number from {least} to {most}.").format(least=1, most=f"{_MOST_MOST:,}"))


def _connections(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= CONNECTIONS_MOST:
        return value
    raise refuse(_("Write a whole number from {least} to {most}.").format(least=1, most=CONNECTIONS_MOST))


Name = Annotated[str, AfterValidator(_name)]
Address = Annotated[str, AfterValidator(_address)]
_AsText = PlainSerializer(str, return_type=str)


class Account(BaseModel):
    r"""One mailbox and how to reach it; a frozen value without its password.

    Attributes:
        name: what the desk calls it.
        address: to which customers write, in lower case.
        aliases: other addresses that arrive in the same mailbox, in lower case.
        imap: the server that mail is read from; port 993 unless given.
        smtp: the server that mail is sent through; port 465 unless given.
        user: what the servers know the mailbox by; the address unless given.
        smtp_user: the same for the SMTP server alone; empty where it wants no sign-in.
        tls: how the IMAP connection is protected; chosen by the port unless given. In plain only when the server
            is this machine, or when the configuration says ``none`` in so many words.
        smtp_tls: the same for the SMTP connection.
        smtp_connections: to the SMTP server at a time, at most; there is one while little waits.
        password_command: a program and its arguments whose first line of output is the password; run without a shell.
        folders: further folders to keep in step, beside INBOX and Sent.
        sent: the folder of sent mail; `None` to ask the server.
        archive: the folder that a resolved conversation moves to; `None` to leave it where it is.
        trash: the same for a conversation that was thrown away; ``\Trash`` for the server's own folder for it.
        group: the tenant: threading never crosses groups.
        live_since: in UTC, the moment from which mail is work and not history; `None` for when the desk first sees
            the mailbox.
        poll_seconds: how long to wait between two looks at a server without IDLE.
        sender_name: what stands beside the address in From; see `sender`.
        signature: what stands below every text; see `signed_by`.
        html: whether an HTML part, made from the text as Markdown, goes out beside the plain text.
        sent_copy: who puts the copy into the folder of sent mail.
        acknowledge: the shortcode of the canned response that acknowledges new mail by itself; `None` for none.
        acknowledge_every: how long one customer gets no second acknowledgement of one subject.
        acknowledge_most: how many automatic answers it gives in an hour, whoever asks.
        hours: when somebody answers; `None` for always.
        zone: in which the hours are meant; `None` for this machine's.
        out_of_hours: the shortcode of what goes out in place of `acknowledge` for mail that came outside them.
        language: of automatic answers to whoever writes in one that they do not speak; `None` for the desk's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    address: Address
    aliases: tuple[Address, ...] = ()
    imap: Annotated[Server, _server(IMPLICIT_PORT), _AsText]
    smtp: Annotated[Server | None, _server(SUBMISSIONS_PORT), _AsText] = None
    user: Line = Field(default_factory=lambda known: known.get("address", ""))
    tls: Annotated[Tls, BeforeValidator(_tls)] = Field(
        default_factory=lambda known: default_tls(known["imap"]) if "imap" in known else Tls.IMPLICIT
    )
    smtp_user: SignInName = Field(default_factory=lambda known: known.get("user", ""))
    smtp_tls: Annotated[Tls, BeforeValidator(_tls)] = Field(
        default_factory=lambda known: default_tls(known["smtp"]) if known.get("smtp") else Tls.IMPLICIT
    )
    smtp_connections: Annotated[int, BeforeValidator(_connections)] = CONNECTIONS
    # Out of repr: its arguments may be a secret, whatever the guide says.
    password_command: Annotated[str, AfterValidator(_command)] | None = Field(default=None, repr=False)
    folders: tuple[Line, ...] = ()
    sent: Line | None = None
    archive: Line | None = None
    trash: Line | None = None
    group: Annotated[str, AfterValidator(_group)] = ""
    live_since: Annotated[datetime | None, BeforeValidator(_moment)] = None
    poll_seconds: Annotated[int, BeforeValidator(_poll)] = 60
    sender_name: SenderName | None = None
    signature: Signature = ""
    html: bool = False
    sent_copy: SentCopy = "auto"
    acknowledge: Shortcode | None = None
    acknowledge_every: Span = timedelta(hours=24)
    acknowledge_most: Annotated[int, BeforeValidator(_most)] = 60
    hours: OpenHours | None = None
    zone: Zone | None = None
    out_of_hours: OutOfHours | None = None
    language: Language | None = None

    @property
    def addresses(self) -> frozenset[str]:
        """Return every address that arrives here."""
        return frozenset({self.address, *self.aliases})

    def sender(self, agent: str, *, address: str = "") -> Correspondent:
        """Return who stands in From: customers learn the agent's name only where the configuration puts it there.

        Args:
            agent: the name of who writes.
            address: to which the customer wrote; the account's own unless it is one of its aliases.
        """
        written_to = address.lower() if address.lower() in self.aliases else self.address
        return Correspondent(filled(self.sender_name or "", agent), written_to)

    def signed_by(self, agent: str) -> str:
        """Return the lines below a text of an agent; empty when there are none."""
        return filled(self.signature, agent)

    def acknowledges_with(self, arrived_at: datetime) -> str | None:
        """Return the shortcode of what answers mail that arrived then by itself; `None` when nothing does."""
        if self.out_of_hours is None or self.is_open(arrived_at):
            return self.acknowledge
        return self.out_of_hours

    def is_open(self, moment: datetime) -> bool:
        """Say whether a moment lies in the hours."""
        return self.hours is None or self.hours.open_at(moment, ZoneInfo(self.zone) if self.zone else None)

    @property
    def automatic_sender(self) -> str:
        """The name beside the address where no person writes: the account's, unless it wants an agent's in it."""
        return "" if "{agent}" in (self.sender_name or "") else self.sender_name or ""

    @property
    def variable_name(self) -> str:
        """Return the account's name as the end of an environment variable: A to Z, digits and _ only."""
        return variable_of(self.name)

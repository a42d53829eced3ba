"""How mail of an account leaves: the server it goes to, and who keeps its copy among the sent mail."""

from collections.abc import Collection, Iterable
from typing import Final

from console.config.accounts import Account
from console.config.errors import ConsoleError
from console.mail.imap.server import Server, Tls
from storage.kinds.clean import clean_line
from widgets.language import _

# Whoever sends by these finds a copy among the sent mail of the mailbox signed in to. Google's relay keeps none, nor
# does Microsoft's way for mail that is delivered to it (mail.protection.outlook.com).
_KEEPERS: Final = frozenset(
    {
        "smtp.gmail.com",
        "smtp.googlemail.com",
        "smtp.office365.com",
        "outlook.office365.com",
        "smtp-mail.outlook.com",
        "smtp.outlook.com",
    }
)
_GMAIL: Final = "X-GM-EXT-1"


class NoWayOut(ConsoleError):
    """The account has no SMTP server, so nothing can leave from it.

    Attributes:
        account: its name.
    """

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.account = clean_line(account)

    def __str__(self) -> str:
        """Say what to add, and where."""
        return _('The account {name} has no SMTP server: add smtp = "HOST:PORT" to it in the configuration.').format(
            name=self.account
        )


class NoAccount(NoWayOut):
    """Nothing in the configuration tells how mail of a mailbox leaves, as when it was imported."""

    def __str__(self) -> str:
        """Say what to add, or what to choose instead."""
        return _(
            "The mailbox {name} has no account here, so nothing leaves from it: add one with plantao account add, or"
            " send from another mailbox."
        ).format(name=self.account)


def account_of(accounts: Iterable[Account], mailbox: str, address: str = "") -> Account:
    """Return the account by which mail of a mailbox leaves.

    Args:
        accounts: of the configuration.
        mailbox: its name.
        address: its own, or an alias of it.

    Raises:
        NoAccount: there is none of that name or address.
        NoWayOut: it has no SMTP server.
    """
    known = list(accounts)
    found = next((one for one in known if one.name.casefold() == mailbox.casefold()), None)
    found = found or next((one for one in known if address and address.lower() in one.addresses), None)
    if found is None:
        raise NoAccount(mailbox)
    if found.smtp is None:
        raise NoWayOut(found.name)
    return found


def smtp_server_of(account: Account, secret: str) -> Server:
    """Return where and as whom to sign in to send; without a user nobody signs in.

    Raises:
        NoWayOut: the account has no SMTP server.
    """
    if account.smtp is None:
        raise NoWayOut(account.name)
    return Server(
        host=account.smtp.host,
        port=account.smtp.port,
        tls=account.smtp_tls,
        user=account.smtp_user,
        password=secret if account.smtp_user else "",
        plain_by_name=account.smtp_tls is Tls.NONE,
    )


def server_keeps_copy(account: Account, capabilities: Collection[str] = ()) -> bool:
    """Say whether what is sent comes to stand in the folder of sent mail by itself, so that no copy is put there.

    Where it is doubtful the answer is no: a second copy is a nuisance, a missing one is a loss.

    Args:
        account: its `sent_copy` decides, unless that is ``auto``.
        capabilities: of its IMAP server, in capitals: Gmail under another name is known by them, when mail leaves by
            the same host.
    """
    if account.sent_copy != "auto":
        return account.sent_copy == "server"
    if account.smtp is None:
        return False
    return account.smtp.host in _KEEPERS or (_GMAIL in capabilities and account.smtp.host == account.imap.host)

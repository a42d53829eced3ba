"""Signing in to an account's servers once, to read and to send, and what came of it; nothing is fetched or sent."""

from dataclasses import dataclass

from console.config.accounts import Account
from console.config.errors import ConsoleError
from console.config.secrets import password
from console.mail.glance import server_of
from console.mail.imap.errors import ImapError, SignInRefused
from console.mail.imap.opening import open_session
from console.mail.outgoing import smtp_server_of
from console.mail.smtp import SmtpError, open_transport


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of signing in to an account.

    Attributes:
        folders: that its IMAP server has.
        unread: why mail cannot be read; `None` when it can.
        unsent: why mail cannot be sent; `None` when it can, or when that was not tried.
        tried: whether the SMTP server was asked.
    """

    folders: list[str]
    unread: ConsoleError | ImapError | None = None
    unsent: SmtpError | None = None
    tried: bool = False


def check(account: Account, secret: str | None = None) -> Checked:
    """Sign in to both servers of an account.

    Args:
        account: whose servers.
        secret: its password; `None` to ask where passwords come from.
    """
    folders: list[str] = []
    unread: ImapError | None = None
    try:
        if secret is None:
            secret = password(account)
        folders = sign_in(account, secret)
    except ConsoleError as error:
        return Checked([], error)
    except ImapError as error:
        unread = error
    assert secret is not None
    # A password that was refused is not tried again: some servers shut the mailbox after a few.
    if account.smtp is None or (isinstance(unread, SignInRefused) and account.smtp_user == account.user):
        return Checked(folders, unread)
    try:
        sign_in_to_send(account, secret)
    except SmtpError as error:
        return Checked(folders, unread, error, tried=True)
    return Checked(folders, unread, tried=True)


def sign_in(account: Account, secret: str) -> list[str]:
    """Sign in once and return the folders that the server has.

    Raises:
        ImapError: it did not let us in, or could not be reached.
    """
    with open_session(server_of(account, secret)) as session:
        return [folder.name for folder in session.folders()]


def sign_in_to_send(account: Account, secret: str) -> None:
    """Sign in to the SMTP server once, and send nothing.

    Raises:
        SmtpError: it did not let us in, or could not be reached.
    """
    with open_transport(smtp_server_of(account, secret)):
        pass

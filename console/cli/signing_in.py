"""`account check`: signing in to mailboxes once, to read and to send, and what came of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.cli.errors import DONE, FAILED, sentence_of, status_of
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.config.accounts import Account


def run_check(call: "Call") -> int:
    """Sign in to accounts, to read and to send, and tell of each what came of it."""
    from console.config.errors import AccountUnknown

    accounts = []
    for name in call.options.name:
        account = call.settings.account(name)
        if account is None:
            raise AccountUnknown(name)
        accounts.append(account)
    status = DONE
    for account in accounts or call.settings.accounts:
        checked = _check(account)
        for error in (checked.unread, checked.unsent):
            if error is not None:
                status = status_of(error) if status in {DONE, status_of(error)} else FAILED
        if checked.unread is None:
            _let_go_on(call, account.name)
        _tell_checked(call, account, checked)
    return status


@dataclass(frozen=True, slots=True)
class _Checked:
    """What came of signing in to an account.

    Attributes:
        folders: that its IMAP server has.
        unread: why mail cannot be read; `None` when it can.
        unsent: why mail cannot be sent; `None` when it can, or when that was not tried.
        tried: whether the SMTP server was asked.
    """

    folders: list[str]
    unread: Exception | None = None
    unsent: Exception | None = None
    tried: bool = False


def _check(account: "Account") -> _Checked:
    from console.config.errors import ConsoleError
    from console.config.secrets import password
    from console.mail.imap import ImapError, SignInRefused
    from console.mail.smtp import SmtpError

    folders: list[str] = []
    unread: Exception | None = None
    try:
        secret = password(account)
        folders = sign_in(account, secret)
    except ConsoleError as error:
        return _Checked([], error)
    except ImapError as error:
        unread = error
    # A password that was refused is not tried again: some servers shut the mailbox after a few.
    if account.smtp is None or (isinstance(unread, SignInRefused) and account.smtp_user == account.user):
        return _Checked(folders, unread)
    try:
        sign_in_to_send(account, secret)
    except SmtpError as error:
        return _Checked(folders, unread, error, tried=True)
    return _Checked(folders, unread, tried=True)


def _tell_checked(call: "Call", account: "Account", checked: _Checked) -> None:
    troubles = [error for error in (checked.unread, checked.unsent) if error is not None]
    sentences = [sentence_of(error) or type(error).__name__ for error in troubles]
    if call.out.json_lines:
        sent = sentences[-1] if checked.unsent else "" if checked.tried else _("not tried")
        smtp = {"server": str(account.smtp), "ok": checked.tried and not checked.unsent, "trouble": sent}
        call.out.object(
            {
                "name": account.name,
                "ok": not troubles,
                "trouble": sentences[0] if troubles else "",
                "folders": checked.folders,
                "smtp": smtp if account.smtp else None,
            }
        )
        return
    if checked.unread is None:
        call.out.line(f"{account.name}: {folder_words(checked.folders)}")
    for sentence in sentences:
        call.out.error(f"plantao: {account.name}: {sentence}")
    if account.smtp is None:
        words = _('nothing can be sent: add smtp = "HOST:PORT" to it in the configuration')
    elif not checked.tried:
        words = _("{server} was not tried: mend that first").format(server=account.smtp)
    elif checked.unsent is None:
        words = _("mail leaves by {server}").format(server=account.smtp)
    else:
        return
    call.out.line(f"{account.name}: {words}")


def _let_go_on(call: "Call", name: str) -> None:
    """Tell a sync that waits for this account to be mended that it is."""
    from storage.commands import leasing
    from storage.queries import mailboxes

    held = next((mailbox for mailbox in call.ask(mailboxes.states) if mailbox.name == name), None)
    if held is not None and held.state == "stopped":
        call.desk.tell_now(leasing.try_again, held.mailbox_id, now=call.now)


def sign_in(account: "Account", secret: str) -> list[str]:
    """Sign in once and return the folders that the server has."""
    from console.mail.glance import server_of
    from console.mail.imap import open_session

    with open_session(server_of(account, secret)) as session:
        return [folder.name for folder in session.folders()]


def sign_in_to_send(account: "Account", secret: str) -> None:
    """Sign in to the SMTP server once, and send nothing."""
    from console.mail.outgoing import smtp_server_of
    from console.mail.smtp import open_transport

    with open_transport(smtp_server_of(account, secret)):
        pass


def folder_words(folders: list[str]) -> str:
    """Return how many folders there are, and the names of the first."""
    count = len(folders)
    shown = ", ".join(folders[:12]) + (", …" if count > 12 else "")
    return ngettext("{count} folder ({names})", "{count} folders ({names})", count).format(count=count, names=shown)

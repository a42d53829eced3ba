"""`account check`: signing in to mailboxes once, to read and to send, and what came of it."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE, FAILED, sentence_of, status_of
from widgets.language import _, drawn, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.config.accounts import Account
    from console.mail.signing_in import Checked


def run_check(call: "Call") -> int:
    """Sign in to accounts, to read and to send, and tell of each what came of it."""
    from console.config.errors import AccountUnknown
    from console.mail.signing_in import check

    accounts = []
    for name in call.options.name:
        account = call.settings.account(name)
        if account is None:
            raise AccountUnknown(name)
        accounts.append(account)
    status = DONE
    for account in accounts or call.settings.accounts:
        checked = check(account)
        for error in (checked.unread, checked.unsent):
            if error is not None:
                status = status_of(error) if status in {DONE, status_of(error)} else FAILED
        if checked.unread is None:
            _let_go_on(call, account.name)
        _tell_checked(call, account, checked)
    return status


def _tell_checked(call: "Call", account: "Account", checked: "Checked") -> None:
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


def folder_words(folders: list[str]) -> str:
    """Return how many folders there are, and the names of the first."""
    count = len(folders)
    shown = ", ".join(folders[:12]) + (drawn(", …") if count > 12 else "")
    return ngettext("{count} folder ({names})", "{count} folders ({names})", count).format(count=count, names=shown)

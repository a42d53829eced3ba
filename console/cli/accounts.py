"""`account`: the mailboxes of the configuration are added, listed, checked and removed."""

import sys
from typing import TYPE_CHECKING

from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group
from console.cli.signing_in import folder_words, run_check
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.config.accounts import Account


def add(group: Group) -> None:
    """Add the commands."""
    group = group.under(group.command("account", None, words=_("the mailboxes: add, list, check, remove")))
    parser = group.command(
        "add",
        run_add,
        words=_("add a mailbox to the configuration"),
        more=_(
            "Asks for the password, tries it once against the server, and puts it into the system's keyring.\n"
            "With --password-command nothing is asked and nothing is stored."
        ),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--address", required=True, metavar="A", help=_("to which customers write"))
    parser.add_argument(
        "--imap", required=True, metavar="HOST:PORT", help=_("where mail is read; port 993 unless given")
    )
    parser.add_argument("--smtp", metavar="HOST:PORT", help=_("where mail is sent; port 465 unless given"))
    parser.add_argument("--user", metavar="U", help=_("what the servers know it by; the address unless given"))
    parser.add_argument("--smtp-user", metavar="U", help=_("the same for the SMTP server alone; '' for no sign-in"))
    parser.add_argument("--tls", choices=("implicit", "starttls", "none"), help=_("how the connection is protected"))
    parser.add_argument("--smtp-tls", choices=("implicit", "starttls", "none"), help=_("the same for the SMTP server"))
    parser.add_argument(
        "--password-command", metavar="CMD", help=_("a program whose first line of output is the password")
    )
    parser.add_argument(
        "--alias", action="append", metavar="A", help=_("another address that arrives there; may be repeated")
    )
    parser.add_argument("--folder", action="append", metavar="F", help=_("a further folder to read; may be repeated"))
    parser.add_argument("--sent", metavar="F", help=_("the folder of sent mail; asked of the server unless given"))
    parser.add_argument("--archive", metavar="F", help=_("where resolved mail is moved; it stays unless given"))
    parser.add_argument(
        "--trash",
        metavar="F",
        help=_("where trashed mail is moved, or \\Trash for the server's own; it stays unless given"),
    )
    parser.add_argument("--sender-name", metavar="N", help=_("what stands beside the address; {agent} is who writes"))
    parser.add_argument("--signature", metavar="TEXT", help=_("what stands below every text; {agent} is who writes"))
    parser.add_argument(
        "--html", action="store_true", default=None, help=_("send HTML, made from the text as Markdown, beside it")
    )
    parser.add_argument(
        "--sent-copy",
        choices=("auto", "append", "server"),
        help=_("who keeps the copy of what was sent; chosen by the server unless given"),
    )
    parser.add_argument("--group", metavar="G", help=_("the tenant: threading never crosses groups"))
    parser.add_argument("--live-since", metavar="DATE", help=_("older mail is history; now unless given"))
    parser.add_argument("--no-check", action="store_true", help=_("do not try to sign in"))
    group.command("list", run_list, words=_("the mailboxes, and how they stand"))
    parser = group.command("check", run_check, words=_("sign in to mailboxes, and name their folders"))
    parser.add_argument("name", nargs="*", metavar="NAME", help=_("all unless given"))
    parser = group.command("remove", run_remove, words=_("take a mailbox out of the configuration; its mail stays"))
    parser.add_argument("name", metavar="NAME")


def run_add(call: "Call") -> int:
    """Add an account, if its server lets us in."""
    from console.config.editing import enrol, refuse_taken
    from console.config.settings import read_account

    account = read_account(_said(call))
    refuse_taken(call.settings.accounts, account)  # before a password is asked for
    secret = None if account.password_command else _ask_password(account)
    folders: list[str] = []
    if not call.options.no_check:
        from console.config.secrets import password
        from console.mail.signing_in import sign_in, sign_in_to_send

        known = secret if secret is not None else password(account)
        folders = sign_in(account, known)
        call.out.sentence(
            _("{host} let {user} in: {folders}.").format(
                host=account.imap.host, user=account.user, folders=folder_words(folders)
            ),
        )
        if account.smtp is not None:
            sign_in_to_send(account, known)
            call.out.sentence(_("Mail leaves by {server}.").format(server=account.smtp))
    enrol(call.configuration_file, account, secret, now=call.now)
    call.out.sentence(
        _("{name} was added to {file}. `plantao sync` brings its mail.").format(
            name=account.name, file=call.configuration_file
        ),
    )
    if call.out.json_lines:
        call.out.object(
            {"name": account.name, "folders": folders, "file": str(call.configuration_file), "done": "added"}
        )
    return DONE


def run_list(call: "Call") -> int:
    """Print the accounts of the configuration and the mailboxes of the store."""
    from storage.queries.mailboxes import states

    known = {one.name: one for one in call.ask(states)}
    accounts = {account.name: account for account in call.settings.accounts}
    for name in [*accounts, *(name for name in known if name not in accounts)]:
        account, held = accounts.get(name), known.get(name)
        address = account.address if account else held.address if held else ""
        state = held.state if held else "never"
        if call.out.json_lines:
            call.out.object(
                {
                    "name": name,
                    "address": address,
                    "configured": account is not None,
                    "imap": str(account.imap) if account else None,
                    "user": account.user if account else None,
                    "tls": account.tls if account else None,
                    "smtp": str(account.smtp) if account and account.smtp else None,
                    "state": state,
                    "trouble": held.trouble if held else "",
                    "words": held.words if held else "",
                    "since": held.since if held else None,
                    "synced_at": held.synced_at if held else None,
                    "live_since": held.live_since if held else None,
                    "done": held.done if held else 0,
                    "total": held.total if held else 0,
                }
            )
            continue
        words = state_words(state) if account else _("not in the configuration")
        server = str(account.imap) if account else ""
        cells = [(name, 14), (address, 30), (server, 26)]
        call.out.line(columns(cells, last=words, width=call.out.width))
        if account is not None and held is not None and held.words:
            call.out.line(f"  {held.words}")
    if not accounts and not call.out.json_lines:
        call.out.line(
            _("There is no account yet: `plantao account add` makes one, `plantao demo` shows a made-up desk.")
        )
    return DONE


def run_remove(call: "Call") -> int:
    """Take an account out of the configuration, and its password out of the keyring."""
    from console.config.editing import remove_account
    from console.config.secrets import forget_password

    account = call.settings.account(call.options.name)
    remove_account(call.configuration_file, account.name if account else call.options.name)
    call.out.sentence(_("{name} was removed. Its mail stays in the store.").format(name=call.options.name))
    if account is not None and not account.password_command and forget_password(account):
        call.out.sentence(_("Its password was taken out of the keyring."))
    if call.out.json_lines:
        call.out.object({"name": call.options.name, "file": str(call.configuration_file), "done": "removed"})
    return DONE


def _said(call: "Call") -> dict[str, object]:
    given = call.options
    return {
        "name": given.name,
        "address": given.address,
        "imap": given.imap,
        "smtp": given.smtp,
        "user": given.user,
        "smtp_user": given.smtp_user,
        "tls": given.tls,
        "smtp_tls": given.smtp_tls,
        "password_command": given.password_command,
        "aliases": given.alias,
        "folders": given.folder,
        "sent": given.sent,
        "archive": given.archive,
        "trash": given.trash,
        "sender_name": given.sender_name,
        "signature": given.signature,
        "html": given.html,
        "sent_copy": given.sent_copy,
        "group": given.group,
        "live_since": given.live_since,
    }


def _ask_password(account: "Account") -> str:
    """Ask on the terminal, unseen; from a pipe its first line is taken."""
    if not sys.stdin.isatty():
        secret = sys.stdin.readline().rstrip("\r\n")
    else:
        from getpass import getpass

        secret = getpass(_("Password of {user} at {host}: ").format(user=account.user, host=account.imap.host))
    if not secret:
        raise Usage(_("No password was given. Type it, pipe it in, or name a program with --password-command."))
    return secret


def state_words(state: str) -> str:
    """Return how the sync of a mailbox stands."""
    return {
        "ok": _("in step"),
        "syncing": _("being read"),
        "lost": _("lost, will be tried again"),
        "stopped": _("stopped: see plantao account check"),
        "never": _("never read"),
    }.get(state, state)

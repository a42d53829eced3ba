"""What came of trying a new account against its servers: an error that stands for each, and the field to look at."""

from console.config.accounts import Account
from console.mail import smtp
from console.mail.imap import errors as imap
from console.mail.signing_in import Checked
from widgets.bars import Trouble
from widgets.language import _
from widgets.line import one_line


def trial_troubles(account: Account, came: Checked) -> list[tuple[Trouble, str]]:
    """Return what keeps mail from being read or sent, each with the field that is likely to be wrong.

    Args:
        account: that was tried.
        came: of trying it.
    """
    found = []
    if came.unread is not None:
        found.append(_told(_("cannot read"), came.unread, account, sending=False))
    if came.unsent is not None:
        found.append(_told(_("cannot send"), came.unsent, account, sending=True))
    return found


def _told(what: str, error: Exception, account: Account, *, sending: bool) -> tuple[Trouble, str]:
    server = account.smtp if sending else account.imap
    place, way = ("smtp", "smtp_tls") if sending else ("imap", "tls")
    secret = "password_command" if account.password_command else "password"
    match error:
        case imap.SignInRefused() | smtp.SignInRefused():
            sentence = _(
                "{host} refused user and password. Type them anew; some providers want a password made for programs."
            )
            field = secret
        case imap.ServerSpokeNonsense() | smtp.ServerSpokeNonsense():
            sentence, field = str(error), way
        case imap.MailboxLost() | smtp.ServerLost():
            sentence, field = (
                _("{server} cannot be reached. Look at its name, its port and how it is protected."),
                place,
            )
        case imap.StarttlsWithheld() | smtp.StarttlsWithheld() | imap.PlainRefused() | smtp.PlainRefused():
            sentence, field = str(error), way
        case imap.ImapError() | smtp.SmtpError():
            sentence, field = str(error), place
        case _:
            sentence, field = str(error), secret
    words = str(getattr(error, "words", ""))
    if sentence != str(error):
        sentence = sentence.format(host=server.host if server else "", server=server)
        sentence += f" [{words}]" if words else ""
    return Trouble(what, one_line(sentence), _("Nothing was written."), "^s", _("tries again")), field

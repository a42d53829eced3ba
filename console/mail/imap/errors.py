"""What can go wrong with a mailbox, sorted by what is to be done: try again, ask the agent, or leave this one thing."""

from storage.kinds.clean import clean_line
from widgets.language import _

WORDS_MOST = 300
CONNECT = "connect"
"""What is attempted first, before the server has said anything."""


class ImapError(Exception):
    """Something about one mailbox; its text is a clean sentence that says what to do.

    Attributes:
        host: the server.
        attempted: the step or command that failed, such as ``SELECT INBOX``; never with a secret in it.
        words: what the server or the system said, cleaned and cut to 300 characters.
    """

    def __init__(self, host: str, attempted: str, words: str = "") -> None:
        self.host = clean_line(host)
        self.attempted = clean_line(attempted)
        self.words = clean_line(words)[:WORDS_MOST]
        super().__init__(self.host, self.attempted, self.words)

    def __str__(self) -> str:
        sentence = self._sentence().format(host=self.host, attempted=self.attempted)
        return f"{sentence} [{self.words}]" if self.words else sentence

    def _sentence(self) -> str:
        return _("{host} failed at {attempted}.")


class MailboxLost(ImapError):
    """The connection is gone or cannot be trusted any more; a new one, after a pause, may do."""

    def _sentence(self) -> str:
        if self.attempted == CONNECT:
            return _(
                "{host} cannot be reached. Check name, port and TLS of the account, and the network; "
                "a sync tries again."
            )
        return _("The connection to {host} was lost at {attempted}. It will be tried again.")


class ServerSpokeNonsense(MailboxLost):
    """The server said what no IMAP server may say, such as a false literal; nothing of it was kept."""

    def _sentence(self) -> str:
        return _("{host} answered {attempted} with what is no IMAP. The connection was closed; it will be tried again.")


class LiteralTooLong(ServerSpokeNonsense):
    """The server announced a body longer than this message may have; the connection is gone, others can be asked for.

    Attributes:
        uid: of which message.
    """

    def __init__(self, nonsense: ServerSpokeNonsense, *, uid: int) -> None:
        super().__init__(nonsense.host, nonsense.attempted, nonsense.words)
        self.uid = uid


class ServerRefused(ImapError):
    """The server said no to one command; the session goes on.

    Attributes:
        code: the response code in capitals (RFC 5530), such as ``OVERQUOTA``; ``BAD`` for a command that the server
            does not understand; empty when it gave none.
    """

    def __init__(self, host: str, attempted: str, words: str = "", *, code: str = "") -> None:
        super().__init__(host, attempted, words)
        self.code = clean_line(code)

    def _sentence(self) -> str:
        return _("{host} refused {attempted}.")


class FolderMissing(ServerRefused):
    """The folder is not there."""

    def _sentence(self) -> str:
        return _("{host} has no such folder: {attempted}. Check the folder names of the account.")


class NeedsAgent(ImapError):
    """Trying again does not help: the mailbox stops until somebody mends it."""


class SignInRefused(NeedsAgent):
    """User and password were not accepted; they were tried once."""

    def _sentence(self) -> str:
        return _("{host} refused the sign-in. Check user and password of the account, then check it again.")


class SignInNotRepeated(SignInRefused):
    """User and password were refused before, and are the same now: nothing was sent."""

    def _sentence(self) -> str:
        return _(
            "{host} refused this password before, so it was not tried again. Another password is tried by itself, "
            "this one by `plantao account check`."
        )


class CertificateRefused(NeedsAgent):
    """The certificate cannot be trusted: out of date, for another host, or signed by nobody we know."""

    def _sentence(self) -> str:
        return _(
            "The certificate of {host} cannot be trusted, so nothing was sent. Check the host name of the account, "
            "or let this machine trust who signed it: SSL_CERT_FILE names a file of such certificates."
        )


class StarttlsWithheld(NeedsAgent):
    """The server does not offer the encryption that the account asks for; the password was not sent."""

    def _sentence(self) -> str:
        return _(
            "{host} offers no STARTTLS, so the password was not sent. Use implicit TLS (port 993), or ask who runs "
            "the server."
        )


class PlainRefused(NeedsAgent):
    """Without TLS only this machine is spoken to, unless the account asks for it by name; nothing was sent."""

    def _sentence(self) -> str:
        return _("{host} is not this machine, so it is not spoken to without TLS. Set tls to implicit or starttls.")

"""What can go wrong while mail leaves, by what is to be done: try again, ask the agent, never again by itself."""

from storage.kinds.clean import clean_line
from widgets.language import _

WORDS_MOST = 300
CONNECT = "connect"
"""The step at which nobody answered."""


class SmtpError(Exception):
    """Something about one server or message; its text is a clean sentence that says what to do.

    Attributes:
        host: the server.
        attempted: the step that failed, such as ``MAIL FROM``; never with a secret in it.
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


class ServerLost(SmtpError):
    """The connection is gone, or the server asks for another time; nothing of this message was taken."""

    def _sentence(self) -> str:
        if self.attempted == CONNECT:
            return _(
                "{host} cannot be reached. Check name, port and TLS of its SMTP server, and the network; "
                "it will be tried again."
            )
        return _("The connection to {host} was lost at {attempted}. It will be tried again.")


class ServerSpokeNonsense(ServerLost):
    """The server said what no SMTP server may say, before the final dot."""

    def _sentence(self) -> str:
        return _("{host} answered {attempted} with what is no SMTP. The connection was closed; it will be tried again.")


class TryLater(SmtpError):
    """The server takes no mail from this address just now (4xx at MAIL FROM); nothing was sent, the next one may go."""

    def _sentence(self) -> str:
        return _("{host} takes no mail from this address just now. It will be tried again.")


class OutcomeUnknown(SmtpError):
    """The final dot went out and no readable answer came: it may have been taken, and is never sent again by itself."""

    def _sentence(self) -> str:
        return _("{host} did not say whether it took the message: it may have been sent.")


class SenderRefused(SmtpError):
    """The server will not take mail from this address."""

    def _sentence(self) -> str:
        return _("{host} takes no mail from this address. Check address and user of the account.")


class MessageTooLarge(SmtpError):
    """The message is larger than the server takes; nothing of it was sent."""

    def _sentence(self) -> str:
        return _("The message is larger than {host} takes, so it was not sent. Remove or shrink an attachment.")


class MessageUnfit(SmtpError):
    """The server lacks an extension that this message or an address of it needs; nothing of it was sent."""

    def _sentence(self) -> str:
        return _("{host} has no {attempted}, which this message needs, so it was not sent.")


class NeedsAgent(SmtpError):
    """Trying again does not help: sending stops until somebody mends it."""


class SignInRefused(NeedsAgent):
    """User and password were not accepted; they were tried once."""

    def _sentence(self) -> str:
        return _("{host} refused the sign-in. Check user and password of the account, then check it again.")


class CertificateRefused(NeedsAgent):
    """The certificate cannot be trusted; no password was sent."""

    def _sentence(self) -> str:
        return _(
            "The certificate of {host} cannot be trusted, so nothing was sent. Check the host name of the account, "
            "or let this machine trust who signed it: SSL_CERT_FILE names a file of such certificates."
        )


class StarttlsWithheld(NeedsAgent):
    """The server does not offer the encryption that the account asks for; the password was not sent."""

    def _sentence(self) -> str:
        return _(
            "{host} offers no STARTTLS, so the password was not sent. Use implicit TLS (port 465), or ask who runs "
            "the server."
        )


class PlainRefused(NeedsAgent):
    """Without TLS only this machine is spoken to, unless the account asks for it by name; nothing was sent."""

    def _sentence(self) -> str:
        return _("{host} is not this machine, so it is not spoken to without TLS. Set tls to implicit or starttls.")

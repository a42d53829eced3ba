"""One connection to an SMTP server: sign in once, then message after message, each recipient with its own answer."""

import base64
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from console.mail.imap.server import Server, Tls
from console.mail.smtp.errors import (
    CONNECT,
    WORDS_MOST,
    CertificateRefused,
    MessageTooLarge,
    MessageUnfit,
    OutcomeUnknown,
    PlainRefused,
    SenderRefused,
    ServerLost,
    ServerSpokeNonsense,
    SignInRefused,
    StarttlsWithheld,
    TryLater,
)
from console.mail.smtp.patience import Limits, Patient, PatientTls
from storage.kinds.clean import clean_line
from widgets.language import _

_UNSAFE = re.compile(r"[\x00-\x20\x7f<>]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")
_CLOSING, _GO_ON, _SIGN_IN_FIRST, _TOO_LARGE, _NO_SUCH_LETTERS = 421, 354, 530, 552, 553
_SAY_MORE = ("DATA", "sign-in")  # the steps at which a server may ask for more before it says yes or no
_AT_ONCE = 50  # recipients whose answers are left unread: a few kilobytes
_GOODBYE = 10.0  # seconds in which QUIT may be answered; nothing depends on it


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is sent, from whom, to whom; `sender` is empty for automatic mail, which nobody may answer."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said of one recipient, or we in its stead."""

    code: int
    words: str

    @property
    def accepted(self) -> bool:
        """Say whether the server answers for it from now on."""
        return 200 <= self.code < 300

    @property
    def passing(self) -> bool:
        """Say whether another try later may do."""
        return 400 <= self.code < 500


_Envelope = tuple[Reply, dict[str, Reply], Reply | None]
"""What was said of the sender, of each recipient, and of DATA; `None` when that was not asked."""

BeforeDot = Callable[[Mapping[str, Reply]], None]
"""What is told before the final dot: the answers for the recipients."""


def on_the_wire(content: bytes) -> bytes:
    """Return a message as DATA carries it: every line end CR LF, leading dots doubled, without the final dot.

    smtplib doubles no dot after a bare CR, and a server that takes one for a line end would see a second message.
    """
    lines = _LINE_END.sub(b"\r\n", content)
    return _DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


@contextmanager
def open_transport(server: Server, limits: Limits = Limits()) -> Iterator["Transport"]:  # noqa: B008 - it is frozen
    """Connect, be under TLS, sign in once if there is a user; say goodbye and close at the end of the block.

    Args:
        server: where to; its `timeout` is for silence, but for that after the final dot.
        limits: how long each part may take, whatever is said meanwhile.

    Raises:
        NeedsAgent: trying again does not help.
        ServerLost: the server could not be reached, or broke off; another try after a pause may do.
    """
    if server.tls is Tls.NONE and not server.plain_allowed:
        raise PlainRefused(server.host, "connection")
    smtp = _connect(server, limits)
    try:
        transport = Transport(server, smtp, limits)
        transport.greet()
        yield transport
        smtp.allow(_GOODBYE, silence=server.timeout)
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def _context(server: Server) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
    except OSError as missing:
        raise CertificateRefused(server.host, "trusted certificates", str(missing)) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _connect(server: Server, limits: Limits) -> Patient:
    # A literal: the name of this machine is nobody's business, and looking it up may stall.
    here = "[127.0.0.1]"
    try:
        if server.tls is Tls.IMPLICIT:
            context = _context(server)
            return PatientTls(server.host, server.port, here, limits=limits, silence=server.timeout, context=context)
        return Patient(server.host, server.port, here, limits=limits, silence=server.timeout)
    except ssl.SSLCertVerificationError as refused:
        raise CertificateRefused(server.host, "connection", refused.verify_message) from None
    except smtplib.SMTPResponseException as refused:
        kind = ServerLost if 400 <= refused.smtp_code < 600 else ServerSpokeNonsense
        raise kind(server.host, "connection", _words(refused.smtp_error)) from None
    except smtplib.SMTPException as lost:
        raise ServerLost(server.host, "connection", str(lost)) from None
    except OSError as lost:
        raise ServerLost(server.host, CONNECT, lost.strerror or str(lost)) from None


def _words(said: bytes | str) -> str:
    """Return what a server said as it may be shown and kept: anything may stand in it, and any amount."""
    return clean_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:WORDS_MOST]


class Transport:
    """A signed-in connection; after any `ServerLost` or `OutcomeUnknown` it is closed and of no more use."""

    def __init__(self, server: Server, smtp: Patient, limits: Limits) -> None:
        self._server = server
        self._smtp = smtp
        self._limits = limits

    @property
    def host(self) -> str:
        """The server's name."""
        return self._server.host

    def greet(self) -> None:
        """Say EHLO, be under TLS where the account asks for it, and sign in."""
        host = self._server.host
        self._hello()
        if self._server.tls is Tls.STARTTLS:
            if not self._smtp.has_extn("starttls"):
                raise StarttlsWithheld(host, "STARTTLS")
            try:
                self._smtp.starttls(context=_context(self._server))
            except ssl.SSLCertVerificationError as refused:
                raise CertificateRefused(host, "STARTTLS", refused.verify_message) from None
            except (smtplib.SMTPException, OSError) as lost:
                raise ServerLost(host, "STARTTLS", str(lost)) from None
            self._hello()
        if self._server.user:
            self._sign_in()

    def send(self, envelope: Envelope, before_dot: BeforeDot) -> dict[str, Reply]:
        """Send one message.

        Args:
            envelope: the message; its recipients are asked for one by one.
            before_dot: called with what was said of each recipient when everything but the final dot has gone out,
                and only then; what it raises closes the connection without the dot, so that the server drops it.

        Returns:
            What was said of each recipient. Where none is accepted nothing of the message was sent. An address beyond
            ASCII is not asked for where the server has no SMTPUTF8: its reply is 553 and our words, and the others go.

        Raises:
            MessageTooLarge, MessageUnfit, SenderRefused, TryLater: nothing was sent; the connection can go on.
            SignInRefused: the server takes mail only from who signs in; trying again does not help.
            ServerLost: before the dot; it may be tried again.
            OutcomeUnknown: after the dot; it must not be tried again without asking.
        """
        self._smtp.allow(self._limits.envelope, silence=self._server.timeout)
        body = on_the_wire(envelope.content)
        unspeakable = self._unspeakable(envelope)
        asked = [address for address in envelope.recipients if address not in unspeakable]
        options = self._options(envelope.sender, asked, body)
        if not asked:
            return unspeakable
        together = self._pipelined if self._smtp.has_extn("pipelining") else self._one_by_one
        mail, said, begun = together(f"MAIL FROM:<{envelope.sender}>{options}", asked)
        if not mail.accepted:
            self._leave(begun, said)
            for_good = {_TOO_LARGE: MessageTooLarge, _SIGN_IN_FIRST: SignInRefused}.get(mail.code, SenderRefused)
            kind = TryLater if mail.passing else for_good
            raise kind(self._server.host, "MAIL FROM", f"{mail.code} {mail.words}")
        replies = {address: unspeakable.get(address) or said[address] for address in envelope.recipients}
        taken = [address for address, reply in replies.items() if reply.accepted]
        if begun is None or not taken:
            self._leave(begun, said)
            return replies
        if begun.code != _GO_ON:
            if begun.code < 400:
                self._smtp.close()
                raise ServerSpokeNonsense(self._server.host, "DATA", f"{begun.code} {begun.words}")
            self._reset()
            return replies | dict.fromkeys(taken, begun)
        return replies | dict.fromkeys(taken, self._data(body, lambda: before_dot(replies)))

    def _one_by_one(self, mail: str, recipients: Sequence[str]) -> _Envelope:
        """Say the envelope and DATA, each word once the one before is answered; DATA if a recipient is accepted."""
        answer = self._ask("MAIL FROM", mail)
        if not answer.accepted:
            return answer, {}, None
        said = {address: self._ask("RCPT TO", f"RCPT TO:<{address}>") for address in recipients}
        return answer, said, self._ask("DATA", "DATA") if any(one.accepted for one in said.values()) else None

    def _pipelined(self, mail: str, recipients: Sequence[str]) -> _Envelope:
        """Say the envelope and DATA in one go, and read the answers in their order (RFC 2920, section 3.1).

        Nothing of the message follows before DATA is answered. Many recipients go by the piece: their answers must
        find room in the buffers while nobody reads them.
        """
        pieces = [recipients[start : start + _AT_ONCE] for start in range(0, len(recipients), _AT_ONCE)]
        said: dict[str, Reply] = {}
        answer: Reply | None = None
        for piece in pieces:
            last = piece is pieces[-1]
            first = [mail] if answer is None else []
            self._say("MAIL FROM", [*first, *(f"RCPT TO:<{address}>" for address in piece), *["DATA"] * last])
            if answer is None:
                answer = self._answer("MAIL FROM")
            said |= {address: self._answer("RCPT TO") for address in piece}
            if last:
                return answer, said, self._answer("DATA")
            if not answer.accepted:
                break
        assert answer is not None
        return answer, said, None

    def _leave(self, begun: Reply | None, said: Mapping[str, Reply]) -> None:
        """Go back to where the next message can begin, with nobody to send this one to.

        A server may answer 354 although it accepted nobody: then the dot alone ends what it waits for, and it says
        that there is no recipient (RFC 2920, section 3.1). It is never sent where somebody was accepted.
        """
        if begun is not None and begun.code < 400:
            if begun.code != _GO_ON or any(reply.accepted for reply in said.values()):
                self._smtp.close()
                raise ServerSpokeNonsense(self._server.host, "DATA", f"{begun.code} {begun.words}")
            self._ask("DATA", ".")
        self._reset()

    def _data(self, body: bytes, before_dot: Callable[[], None]) -> Reply:
        host = self._server.host
        self._smtp.allow(self._limits.body, silence=self._server.timeout)
        try:
            self._smtp.send(body)
        except (smtplib.SMTPException, OSError) as lost:
            self._smtp.close()
            raise ServerLost(host, "DATA", str(lost)) from None
        try:
            before_dot()
        except BaseException:
            self._smtp.close()
            raise
        self._smtp.allow(self._limits.answer, silence=self._limits.answer)
        try:
            self._smtp.send(b".\r\n")
            code, said = self._smtp.getreply()
        except (smtplib.SMTPException, OSError) as lost:
            self._smtp.close()
            raise OutcomeUnknown(host, "DATA", str(lost)) from None
        reply = Reply(code, _words(said))
        if not (reply.accepted or 400 <= code < 600):
            self._smtp.close()
            raise OutcomeUnknown(host, "DATA", reply.words)
        return reply

    def _unspeakable(self, envelope: Envelope) -> dict[str, Reply]:
        """Answer for recipients whose address cannot be said to this server (553 5.6.7 of RFC 6531, section 3.5)."""
        for address in (envelope.sender, *envelope.recipients):
            if _UNSAFE.search(address):
                raise ValueError(address)
        if self._smtp.has_extn("smtputf8"):
            return {}
        words = "5.6.7 " + _("{host} has no SMTPUTF8, which this address needs").format(host=self._server.host)
        return {address: Reply(_NO_SUCH_LETTERS, words) for address in envelope.recipients if not address.isascii()}

    def _options(self, sender: str, recipients: Sequence[str], body: bytes) -> str:
        """Return what MAIL FROM says beside the address, after a look at what the server can take."""
        host = self._server.host
        options = ""
        if self._smtp.has_extn("size"):
            most = self._smtp.esmtp_features["size"].strip()
            if most.isdecimal() and 0 < int(most) < len(body):
                raise MessageTooLarge(host, "SIZE", f"{len(body)} > {most}")
            options += f" SIZE={len(body)}"
        if not body.isascii():
            if not self._smtp.has_extn("8bitmime"):
                raise MessageUnfit(host, "8BITMIME")
            options += " BODY=8BITMIME"
        beyond = not all(address.isascii() for address in (sender, *recipients))
        if beyond and not self._smtp.has_extn("smtputf8"):
            raise MessageUnfit(host, "SMTPUTF8")
        # Addresses of others may stand in its head (RFC 6531, section 3.4); where it cannot be said it goes without.
        if beyond or (self._smtp.has_extn("smtputf8") and not body.partition(b"\r\n\r\n")[0].isascii()):
            self._smtp.command_encoding = "utf-8"
            options += " SMTPUTF8"
        return options

    def _hello(self) -> None:
        try:
            code, said = self._smtp.ehlo()
        except (smtplib.SMTPException, OSError) as lost:
            raise ServerLost(self._server.host, "EHLO", str(lost)) from None
        if not 200 <= code < 300:
            kind = ServerLost if 400 <= code < 600 else ServerSpokeNonsense
            raise kind(self._server.host, "EHLO", _words(said))

    def _sign_in(self) -> None:
        """Sign in by PLAIN or LOGIN, in UTF-8 (smtplib's own takes ASCII only and tries a password several times)."""
        user, password = self._server.user.encode(), self._server.password.encode()
        ways = self._smtp.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways and b"\0" not in user + password:
            said = self._ask("sign-in", "AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password).decode())
        elif "LOGIN" in ways:
            said = self._ask("sign-in", "AUTH LOGIN")
            for secret in (user, password):
                if said.code == 334:
                    said = self._ask("sign-in", base64.b64encode(secret).decode())
        else:
            raise SignInRefused(self._server.host, "sign-in", "AUTH " + " ".join(ways))
        if not said.accepted:
            kind = ServerLost if said.passing else SignInRefused
            raise kind(self._server.host, "sign-in", f"{said.code} {said.words}")

    def _ask(self, step: str, command: str) -> Reply:
        self._say(step, [command])
        return self._answer(step)

    def _say(self, step: str, commands: Sequence[str]) -> None:
        if any("\r" in command or "\n" in command for command in commands):
            raise ValueError(step)  # as smtplib has it: nothing may add a command of its own
        try:
            self._smtp.send("".join(f"{command}\r\n" for command in commands))
        except (smtplib.SMTPException, OSError) as lost:
            self._smtp.close()
            raise ServerLost(self._server.host, step, str(lost)) from None

    def _answer(self, step: str) -> Reply:
        try:
            code, said = self._smtp.getreply()
        except (smtplib.SMTPException, OSError) as lost:
            self._smtp.close()
            raise ServerLost(self._server.host, step, str(lost)) from None
        wants_more = 300 <= code < 400
        if not 200 <= code < 600 or code == _CLOSING or (wants_more and step not in _SAY_MORE):
            self._smtp.close()
            kind = ServerLost if code == _CLOSING else ServerSpokeNonsense
            raise kind(self._server.host, step, _words(said))
        return Reply(code, _words(said))

    def _reset(self) -> None:
        self._ask("RSET", "RSET")

"""Opens a session: connect, be under TLS, sign in once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from console.mail.imap.answers import Continuation, Status
from console.mail.imap.dialogue import Dialogue, Ended, capabilities
from console.mail.imap.errors import ImapError, MailboxLost, ServerRefused, SignInRefused
from console.mail.imap.server import Server
from console.mail.imap.standing import Standing
from console.mail.imap.stream import Stream

if TYPE_CHECKING:
    from console.mail.imap.session import Session

_PASSING = frozenset({"UNAVAILABLE", "SERVERBUG", "INUSE", "LIMIT", "EXPUNGEISSUED"})
"""Response codes (RFC 5530) that speak of the server's state, not of user and password."""
_CROWDED = re.compile(r"too many (simultaneous |concurrent )?(connections|sessions)|temporar", re.IGNORECASE)
_PRINTABLE = re.compile(r"[\x20-\x7e]*\Z")


@contextmanager
def open_session(server: Server) -> Iterator["Session"]:
    """Connect and sign in; sign out and close at the end of the block.

    User and password are tried once.

    Args:
        server: where and as whom.

    Raises:
        NeedsAgent: trying again does not help: `SignInRefused`, `CertificateRefused`, `StarttlsWithheld`,
            `PlainRefused`.
        MailboxLost: the server could not be reached, or broke off; another try after a pause may do.
    """
    with open_standing(server) as standing:
        from console.mail.imap.session import Session  # late: a look for news opens none

        yield Session(standing)


@contextmanager
def open_standing(server: Server) -> Iterator[Standing]:
    """Do the same for a connection that is only asked how folders stand; a session can be made of it."""
    dialogue = Dialogue(server, stream := Stream(server))
    try:
        _begin(dialogue, stream)
        standing = Standing(dialogue, stream)
        yield standing
        with suppress(ImapError):
            standing.sign_out()
    finally:
        dialogue.close()


def reopen(dialogue: Dialogue) -> Stream:
    """Connect and sign in anew, where a connection cannot be heard any more; errors are those of `open_session`."""
    dialogue.go_on(stream := Stream(dialogue.server))
    _begin(dialogue, stream)
    return stream


def _begin(dialogue: Dialogue, stream: Stream) -> None:
    if not stream.preauthenticated:
        _sign_in(dialogue)
    if "ENABLE" in dialogue.capabilities and "QRESYNC" in dialogue.capabilities:
        dialogue.run("ENABLE", "ENABLE QRESYNC")  # so that CHANGEDSINCE tells what vanished (RFC 7162)


def _sign_in(dialogue: Dialogue) -> None:
    server = dialogue.server
    login = _PRINTABLE.match(server.user) and _PRINTABLE.match(server.password)
    can_login = bool(login) and "LOGINDISABLED" not in dialogue.capabilities
    try:
        if can_login:
            ended = dialogue.run("sign-in", "LOGIN", _quoted(server.user), _quoted(server.password))
        elif "AUTH=PLAIN" in dialogue.capabilities and "\0" not in server.user + server.password:
            ended = _authenticate(dialogue)
        else:
            raise SignInRefused(server.host, "sign-in", "no way to sign in that this user and password can go")
    except ServerRefused as refused:
        words = f"{refused.code}: {refused.words}" if refused.code else refused.words
        if refused.code in _PASSING or _CROWDED.search(refused.words):
            raise MailboxLost(server.host, "sign-in", words) from None
        raise SignInRefused(server.host, "sign-in", words) from None
    said = ended.argument("CAPABILITY")
    if said is not None:
        dialogue.capabilities = capabilities(said)
    else:
        dialogue.run("CAPABILITY", "CAPABILITY")  # heard unasked as well, and noted the same way


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _authenticate(dialogue: Dialogue) -> Ended:
    """Sign in by SASL PLAIN (RFC 4616), which takes any character."""
    import base64  # late: few have such a password

    server = dialogue.server
    said = base64.b64encode(f"\0{server.user}\0{server.password}".encode())
    if "SASL-IR" in dialogue.capabilities:
        return dialogue.run("sign-in", "AUTHENTICATE PLAIN", said.decode())
    sent = dialogue.say("sign-in", "AUTHENTICATE PLAIN")
    while True:
        match dialogue.hear_one("sign-in"):
            case Continuation():
                dialogue.say_line(said, "sign-in")
                return dialogue.hear(sent)
            case Status(tag=tag, text=text, code=code) if tag:
                raise ServerRefused(server.host, "sign-in", text, code=code)

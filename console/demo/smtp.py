"""The demo's SMTP server: it delivers the company's own mail into INBOX, and takes other mail as if it had left."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from console.demo.shapes import DemoAccount

LOOPBACK = "127.0.0.1"
LARGEST = 50_000_000  # bytes of one mail


class Courier:
    """Says what is accepted, and where it goes (the handler of aiosmtpd).

    Args:
        accounts: the company's mailboxes; mail to them needs no sign-in, as anywhere.
        deliver: is given the account's name and the bytes for each own recipient.
        outside: is given the bytes and the outside recipients of an accepted mail, after it is kept.
        kept: the folder in which mail for outside recipients is kept, so that a person can look at what left.
    """

    def __init__(
        self,
        accounts: Iterable[DemoAccount],
        *,
        deliver: Callable[[str, bytes], "asyncio.Future[None] | asyncio.Task[None]"],
        outside: Callable[[bytes, tuple[str, ...]], None],
        kept: Path,
    ) -> None:
        self._by_address = {account.address.lower(): account for account in accounts}
        self._by_user = {account.user: account for account in accounts}
        self._deliver, self._outside, self._kept = deliver, outside, kept

    def sign_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth: object
    ) -> AuthResult:
        """Check user and password of a client."""
        if not isinstance(auth, LoginPassword):
            return AuthResult(success=False, handled=False)
        account = self._by_user.get(auth.login.decode("utf-8", "replace"))
        fits = account is not None and auth.password == account.password.encode()
        return AuthResult(success=fits, handled=False, auth_data=account)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept own addresses from anyone, others from who has signed in (RFC 4409, section 4.3)."""
        own = address.lower() in self._by_address
        if not own and address.lower().rpartition("@")[2] in {known.rpartition("@")[2] for known in self._by_address}:
            return "550 5.1.1 No such mailbox"
        if not own and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Deliver or keep the mail, then say that it is accepted."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        peer = session.peer[0] if session.peer else "unknown"
        traced = b"Return-Path: <%s>\r\nReceived: from %s by localhost with ESMTP\r\n" % (
            (envelope.mail_from or "").encode(),
            str(peer).encode(),
        )
        names = {account.name for address in envelope.rcpt_tos if (account := self._by_address.get(address.lower()))}
        for name in sorted(names):
            await self._deliver(name, traced + raw)
        outside = tuple(address for address in envelope.rcpt_tos if address.lower() not in self._by_address)
        if outside:
            number = sum(1 for _ in self._kept.glob("*.eml")) + 1
            await asyncio.to_thread((self._kept / f"{number:04}.eml").write_bytes, raw)
            self._outside(raw, outside)
        return "250 2.0.0 OK, accepted"


async def serve(courier: Courier) -> asyncio.Server:
    """Listen on a free loopback port."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            courier,
            hostname="localhost",
            ident="Lumen demo",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST,
            auth_require_tls=False,  # loopback only
            authenticator=courier.sign_in,
            loop=loop,
        ),
        LOOPBACK,
        0,
    )

"""Lumen, the made-up company: its three mailboxes, their weeks of mail, and the mail that keeps coming."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from console.demo.shapes import DemoAccount, DemoMail


def mailboxes(_now: datetime, _seed: int) -> Sequence[DemoAccount]:
    """Return the company's three mailboxes: one group, three languages."""
    return [
        DemoAccount("Suporte", "suporte@lumen.example", "suporte", "vaga-lume-7", "pt", "lumen"),
        DemoAccount("Soporte", "soporte@lumen.example", "soporte", "luciernaga-7", "es", "lumen"),
        DemoAccount("Support", "support@lumen.example", "support", "firefly-7", "en", "lumen"),
    ]


def history(now: datetime, seed: int) -> Iterator[DemoMail]:
    for account in mailboxes(now, seed):
        for number in range(200):
            raw = (
                f"From: A <a{number}@acme.example>\r\nTo: <{account.address}>\r\nSubject: x {number}\r\n"
                f"Message-ID: <{number}@acme.example>\r\n\r\nhello\r\n"
            ).encode()
            yield DemoMail(account.name, "INBOX", raw, now, False, False)


def news(now: datetime, seed: int, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[DemoMail]:
    n = 0
    while True:
        n += 1
        raw = (
            f"From: A <a{n}@acme.example>\r\nTo: <suporte@lumen.example>\r\nSubject: n {n}\r\n"
            f"Message-ID: <n{n}@acme.example>\r\n\r\nhello\r\n"
        ).encode()
        yield DemoMail("Suporte", "INBOX", raw, clock(), False, False)


def answer(sent: bytes, recipients: tuple[str, ...], moment: datetime, seed: int) -> DemoMail | None:
    return None

"""The demo's mail that keeps coming: new customers, and customers who write again in the right conversation."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import islice

import pytest

from console.demo.company import answer, history, news
from console.demo.shapes import DemoMail

NOW = datetime(2026, 9, 7, 12, 34, tzinfo=UTC)


class Clock:
    """Gives a moment half a minute later each time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=30)
        return self.now


def some(seed: int, count: int) -> list[DemoMail]:
    return list(islice(news(NOW, seed, clock=Clock()), count))


def test_it_is_the_same_for_a_seed_and_does_not_end() -> None:
    first = some(1, 200)
    assert first == some(1, 200)
    assert [mail.raw for mail in first] != [mail.raw for mail in some(2, 200)]
    identities = [message_from_bytes(mail.raw)["Message-ID"] for mail in first]
    assert len(set(identities)) == 200
    assert [mail.arrived_at for mail in first] == sorted(mail.arrived_at for mail in first)


def test_new_customers_come_and_old_ones_write_again() -> None:
    known = {str(message_from_bytes(mail.raw)["Message-ID"]): mail.conversation for mail in history(NOW, 1)}
    fresh = again = 0
    for mail in some(1, 90):
        raw = message_from_bytes(mail.raw, policy=policy.compat32)
        parent = str(raw["In-Reply-To"] or "").strip()
        if parent:
            assert known[parent] == mail.conversation
            again += 1
        else:
            assert mail.conversation not in known.values()
            fresh += 1
        known[str(raw["Message-ID"])] = mail.conversation
        assert not mail.seen
        assert mail.folder == "INBOX"
    assert fresh >= 20
    assert again >= 40


def sent(**changed: str) -> bytes:
    headers = {
        "From": "Rafael Lima <suporte@lumen.example>",
        "To": "Ana Souza <ana.souza@acme.example>",
        "Subject": "Re: Fatura",
        "Message-ID": "<one@lumen.example>",
        "References": "<zero@acme.example>",
    } | changed
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    return ("\r\n".join([*lines, "", "O valor volta hoje.", ""])).encode()


def test_a_customer_writes_back_to_an_agent() -> None:
    back = answer(sent(), ["ana.souza@acme.example"], NOW, 1)
    assert back is not None
    read = message_from_bytes(back.raw, policy=policy.default)
    assert back.account == "Suporte"
    assert str(read["From"]) == "Ana Souza <ana.souza@acme.example>"
    assert str(read["In-Reply-To"]) == "<one@lumen.example>"
    assert str(read["References"]).split() == ["<zero@acme.example>", "<one@lumen.example>"]
    assert "> O valor volta hoje." in read.get_content()


@pytest.mark.parametrize("changed", [{"From": "x@elsewhere.example"}, {"To": "b@acme.example"}, {"Message-ID": ""}])
def test_nobody_writes_back_where_nobody_would(changed: dict[str, str]) -> None:
    assert answer(sent(**changed), ["ana.souza@acme.example"], NOW, 1) is None

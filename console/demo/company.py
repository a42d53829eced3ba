"""Lumen, the made-up company: its three mailboxes, their weeks of mail, and the mail that keeps coming."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr
from itertools import count
from random import Random

from console.demo.letters import Letter
from console.demo.shapes import DemoAccount, DemoMail
from console.demo.staff import TONGUES
from console.demo.story import Story, Turn, stories
from console.demo.threads import letter, letters
from console.demo.timing import ZONES, chance_of

_ACCOUNTS = (
    DemoAccount("Suporte", "suporte@lumen.example", "suporte", "vaga-lume-7", "pt", "lumen"),
    DemoAccount("Soporte", "soporte@lumen.example", "soporte", "luciernaga-7", "es", "lumen"),
    DemoAccount("Support", "support@lumen.example", "support", "firefly-7", "en", "lumen"),
)
_OLD = timedelta(days=7)  # older mail has been seen, answered or not
_PATIENCE = timedelta(minutes=10)  # nobody asks for news sooner
_SILENT = frozenset({"auto", "bulk", "spam", "hostile"})  # nobody nudges after these


def mailboxes(_now: datetime, _seed: int) -> Sequence[DemoAccount]:
    """Return the company's three mailboxes: one group, three languages; the same for every moment and seed."""
    return _ACCOUNTS


def history(now: datetime, seed: int) -> Iterator[DemoMail]:
    """Give the mail of the last weeks, oldest first.

    Args:
        now: aware; nothing is younger.
        seed: of all that varies: the moments and the Message-IDs.
    """
    found = [
        one for account in _ACCOUNTS for story in stories(account.language) for one in _lain(story, account, now, seed)
    ]
    yield from sorted(found, key=lambda one: one.arrived_at)


def news(now: datetime, seed: int, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[DemoMail]:
    """Give new mail without end: new customers, and customers who write again in a conversation of the history.

    A mail is written when it is asked for, at the moment that `clock` says then.

    Args:
        now, seed: those of the history.
        clock: gives an aware moment.
    """
    chance = chance_of(seed, "news")
    fresh = [(story, account) for account in _ACCOUNTS for story in stories(f"news-{account.language}")]
    chance.shuffle(fresh)
    known = {
        story.key: (story, account, letters(story, account, now, seed))
        for account in _ACCOUNTS
        for story in stories(account.language)
        if _goes_on(story)
    }
    for number in count():
        story, account = fresh.pop() if fresh and number % 2 == 0 else (None, _ACCOUNTS[0])
        if story is not None and "follows" not in story.options:
            written = letter(story, 0, _there(clock(), account), [], account, seed)
            known[story.key] = (story, account, [written])
            yield _incoming(written, account, story.key)
            continue
        key = story.options["follows"] if story else _next_to_write(known, chance, clock())
        earlier, account, before = known[key]
        text = story.turns[0].text if story else chance.choice(_stock(before[-1], account))
        written = _again(earlier, text, before, account, clock(), seed)
        before.append(written)
        yield _incoming(written, account, key)


def answer(sent: bytes, recipients: Sequence[str], moment: datetime, seed: int) -> DemoMail | None:
    """Let the customer whom an agent has just written to write back.

    Args:
        sent: the agent's mail.
        recipients: the outside addresses that it went to.
        moment: when the customer writes, aware.
        seed: chooses the words.

    Returns:
        `None` when nobody would write back: no recipient in To, no Message-ID, or not from a mailbox of the company.
    """
    read = message_from_bytes(sent, policy=policy.compat32)
    own = parseaddr(str(read.get("From", "")))[1].lower()
    account = next((one for one in _ACCOUNTS if one.address == own), None)
    to = next((one for one in str(read.get("To", "")).split(",") if parseaddr(one)[1] in recipients), None)
    identity = str(read.get("Message-ID", "")).strip()
    if account is None or to is None or not identity:
        return None
    subject, text = _read(sent)
    parent = Letter(
        message_id=identity,
        references=tuple(str(read.get("References", "")).split()),
        author=f"{TONGUES[account.language].desk} <{own}>",
        to=to.strip(),
        cc="",
        subject=subject,
        written_at=_there(moment, account),
        plain=text,
        html="",
    )
    words = chance_of(seed, "answer", identity).choice(TONGUES[account.language].reactions)
    turn = Turn(author="", is_answer=False, text=words, after=None, options={})
    story = Story(f"answer {identity}", to.strip(), subject, None, {"style": "plain"}, (turn,))
    return _incoming(letter(story, 0, _there(moment, account), [parent], account, seed), account, story.key)


def _lain(story: Story, account: DemoAccount, now: datetime, seed: int) -> Iterator[DemoMail]:
    """Give the mails of one story as they lie on the server."""
    written = letters(story, account, now, seed)
    for number, (turn, one) in enumerate(zip(story.turns, written, strict=True)):
        is_answered = any(later.is_answer for later in story.turns[number + 1 : number + 2])
        is_seen = turn.is_answer or any(later.is_answer for later in story.turns[number + 1 :])
        arrived = min(now, one.written_at + timedelta(seconds=0 if turn.is_answer else 4)).astimezone(UTC)
        laid = DemoMail(
            account=account.name,
            folder="Sent" if turn.is_answer else "INBOX",
            raw=one.raw,
            arrived_at=arrived,
            seen=is_seen or now - arrived > _OLD,
            answered=is_answered and not turn.is_answer,
            flagged="angry" in one.kinds and number == 0,
            kinds=one.kinds,
            conversation=story.key,
        )
        yield laid
        if "both" in turn.options:
            yield replace(
                laid, account=turn.options["both"], arrived_at=min(now.astimezone(UTC), arrived + timedelta(seconds=2))
            )


def _next_to_write(
    known: Mapping[str, tuple[Story, DemoAccount, list[Letter]]], chance: Random, moment: datetime
) -> str:
    """Choose the conversation in which a customer writes again: one that has been silent for a while, if any is."""
    silent = [key for key, (_, _, before) in known.items() if moment - before[-1].written_at > _PATIENCE]
    return chance.choice(sorted(silent or known))


def _stock(last: Letter, account: DemoAccount) -> Sequence[str]:
    """Return what a customer may say after a letter: something about the answer, or that there is none."""
    tongue = TONGUES[account.language]
    return tongue.reactions if parseaddr(last.author)[1] == account.address else tongue.nudges


def _goes_on(story: Story) -> bool:
    """Say whether a customer may still write in a story of the history: it is recent, and no machine's."""
    machine = any("bounce" in turn.options for turn in story.turns) or not _SILENT.isdisjoint(story.options)
    return story.last is not None and story.last < _OLD and not machine


def _again(
    story: Story, text: str, before: Sequence[Letter], account: DemoAccount, moment: datetime, seed: int
) -> Letter:
    """Write what the customer of a story adds to it."""
    turn = Turn(author="", is_answer=False, text=text, after=None, options={})
    turns = (*story.turns[: len(before)], *[turn] * (len(before) + 1 - len(story.turns)))
    return letter(replace(story, turns=turns), len(before), _there(moment, account), before, account, seed)


def _incoming(written: Letter, account: DemoAccount, key: str) -> DemoMail:
    """Return a new mail as it arrives."""
    arrived = written.written_at.astimezone(UTC)
    return DemoMail(
        account=account.name,
        folder="INBOX",
        raw=written.raw,
        arrived_at=arrived,
        seen=False,
        answered=False,
        kinds=written.kinds,
        conversation=key,
    )


def _there(moment: datetime, account: DemoAccount) -> datetime:
    """Return a moment in the time zone of a mailbox's customers, to the second."""
    return moment.astimezone(ZONES[account.language]).replace(microsecond=0)


def _read(raw: bytes) -> tuple[str, str]:
    """Return the subject and the plain text of a mail that the desk has sent."""
    read = message_from_bytes(raw, policy=policy.default)
    body = read.get_body(("plain", "html"))
    text = b"" if body is None else body.get_payload(decode=True)
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else ""
    return str(read.get("Subject", "")), plain.replace("\r\n", "\n").rstrip("\n")

"""Whether a rule that agents laid down meets a message: words, addresses, sizes, and nothing of the database."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from storage.kinds.clean import folded
from storage.kinds.filing import Conditions, Deeds
from storage.kinds.mail import Correspondent
from storage.rules.word import WORD

LONGEST_NAME: Final = 60
"""Letters of a rule's name, and of a tag."""

_ADDRESS: Final = re.compile(r"[^\s@<>,;:()\[\]\"]*@[^\s@<>,;:()\[\]\"]+")


class Letter:
    """What a message shows to rules, each part made ready when a rule first asks for it.

    Args:
        author: who wrote.
        recipients: of To and Cc.
        subject: as it came.
        list_id: of List-Id (RFC 2919), empty when it has none.
        size: of the delivery in bytes.
    """

    def __init__(
        self, *, author: Correspondent, recipients: Sequence[Correspondent], subject: str, list_id: str, size: int
    ) -> None:
        self._author = author
        self._recipients = recipients
        self._subject = subject
        self._list_id = list_id
        self.size = size

    @cached_property
    def sender(self) -> tuple["_Person", ...]:
        """Who wrote."""
        return (_Person(self._author),)

    @cached_property
    def recipients(self) -> tuple["_Person", ...]:
        """To whom it went."""
        return tuple(_Person(one) for one in self._recipients)

    @cached_property
    def subject(self) -> str:
        """The subject's words."""
        return words(self._subject)

    @cached_property
    def list_id(self) -> str:
        """The words of the mailing list's name."""
        return words(self._list_id)


class _Person:
    """A name and an address, made ready to be met."""

    def __init__(self, one: Correspondent) -> None:
        self.address = folded(one.address)
        self.words = words(f"{one.name} {one.address}")


class Test:
    """The conditions of one rule, made ready once for many messages."""

    __test__ = False  # no test of pytest's

    def __init__(self, conditions: Conditions) -> None:
        self._sender = conditions.sender and _Whom(conditions.sender)
        self._recipient = conditions.recipient and _Whom(conditions.recipient)
        self._subject = words(conditions.subject) if conditions.subject else ""
        self._list_id = words(conditions.list_id) if conditions.list_id else ""
        self._over, self._under = conditions.over, conditions.under
        self._asks = bool(conditions.written())  # one whose conditions were erased meets nothing

    def meets(self, letter: Letter) -> bool:
        """Say whether all that the rule asks for holds of a message."""
        return (
            self._asks
            and (self._over is None or letter.size >= self._over)
            and (self._under is None or letter.size < self._under)
            and (not self._sender or self._sender.among(letter.sender))
            and (not self._subject or self._subject in letter.subject)
            and (not self._list_id or self._list_id in letter.list_id)
            and (not self._recipient or self._recipient.among(letter.recipients))
        )


class _Whom:
    """A person as a rule names them: by address, by domain, or by words of name and address."""

    def __init__(self, named: str) -> None:
        self._address = address_in(named)
        self._words = words(named)

    def among(self, people: Sequence[_Person]) -> bool:
        """Say whether one of these is meant."""
        if not self._address:
            return any(self._words in one.words for one in people)
        if not self._address.startswith("@"):
            return any(one.address == self._address for one in people)
        under = f".{self._address[1:]}"
        return any(one.address.endswith((self._address, under)) for one in people)


def words(text: str) -> str:
    """Return the words of a text, folded, each between blanks, so that a run of them is found as a whole."""
    return f" {' '.join(WORD.findall(folded(text)))} "


def address_in(named: str) -> str:
    """Return the address, or the domain after an @, that a condition names; empty when it names words."""
    named = folded(named).strip()
    return named if _ADDRESS.fullmatch(named) else ""


def fault(conditions: Conditions, deeds: Deeds) -> str:
    """Return the word of what is wrong with a rule, empty when nothing is: it must ask for something, and do something.

    ``rule_without_condition``, ``rule_without_deed`` or ``rule_spam_and_ignore``.
    """
    texts = (conditions.sender, conditions.recipient, conditions.subject, conditions.list_id)
    sized = conditions.over is not None or conditions.under is not None
    if any(text and not words(text).strip() for text in texts) or not (any(texts) or sized):
        return "rule_without_condition"
    if not (deeds.tags or deeds.assignee_id is not None or deeds.spam or deeds.ignores):
        return "rule_without_deed"
    return "rule_spam_and_ignore" if deeds.spam and deeds.ignores else ""

"""What a canned response is: its words, attachments and actions; and how queries show it and what became of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from storage.kinds.words import Status, Tier

SHORTCODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
"""What is typed to find a response: lower-case letters and digits without accents, dots, dashes."""

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?")
"""A language as gettext writes it: ``pt_BR``, ``es``, ``en``."""

ANYBODY: Final = "anybody"
"""In place of an agent: whoever of the tier."""

LONGEST_TITLE: Final = 80
LONGEST_BODY: Final = 64_000
"""Letters of a title, and of a template."""

MOST_TAGS: Final = 20
MOST_ATTACHMENTS: Final = 20

_DURATION: Final = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_HOURS: Final = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a response: its name, and by which digest its bytes are kept."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class HandsOn:
    """That a response hands the conversation to another tier, with the answer.

    Attributes:
        asked, reason: templates in Liquid; in an answer as they came out for its customer.
        agent: who is asked to accept it, by name; ``anybody``; empty for whoever is on call.
        team: the destination; a rota or its topic decides who is on call.
    """

    to: Tier
    asked: str
    reason: str = ""
    agent: str = ""
    team: str = ""

    def written(self) -> dict[str, str]:
        """Return it as facts and files keep it: what says nothing is left out."""
        said = {"to": str(self.to), "asked": self.asked, "reason": self.reason, "agent": self.agent, "team": self.team}
        return {name: value for name, value in said.items() if value}

    @classmethod
    def read(cls, kept: Mapping[str, str]) -> "HandsOn":
        """Return what `written` gave."""
        return cls(
            Tier(kept["to"]), kept.get("asked", ""), *(kept.get(name, "") for name in ("reason", "agent", "team"))
        )


@dataclass(frozen=True, slots=True)
class Actions:
    """What a response does beside answering; nothing for most.

    Attributes:
        status: where the conversation goes; `None` where it stays.
        assign: ``me``, ``none``, or an agent's name; empty when nobody is meant.
        add, remove: tags put on and taken off.
        snooze: for how long it is out of sight, as ``4h``, ``3d`` or ``2w``; empty when it is not.
        transfer: to which tier it is handed on; `None` when it is not.
    """

    status: Status | None = None
    assign: str = ""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    snooze: str = ""
    transfer: HandsOn | None = None

    def __bool__(self) -> bool:
        """Say whether there is anything to do."""
        return bool(self.status or self.assign or self.add or self.remove or self.snooze or self.transfer)


@dataclass(frozen=True, slots=True)
class Canned:
    """A canned response in one language, as agents write it and files keep it.

    Attributes:
        shortcode: what is typed to find it; the same in every language.
        body: a template in Liquid, of plain text with a little Markdown.
        tags: words to find it by; they are not put on conversations.
    """

    shortcode: str
    language: str
    title: str
    body: str
    tags: tuple[str, ...] = ()
    attachments: tuple[Attached, ...] = ()
    actions: Actions = Actions()

    def written(self) -> dict[str, Any]:
        """Return it as facts keep it."""
        return {
            "shortcode": self.shortcode,
            "language": self.language,
            "title": self.title,
            "body": self.body,
            "tags": list(self.tags),
            "attachments": [[one.name, one.digest, one.size] for one in self.attachments],
            "actions": written_actions(self.actions),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Canned":
        """Return what `written` gave."""
        return cls(
            shortcode=kept["shortcode"],
            language=kept["language"],
            title=kept["title"],
            body=kept["body"],
            tags=tuple(kept["tags"]),
            attachments=tuple(Attached(*one) for one in kept["attachments"]),
            actions=read_actions(kept["actions"]),
        )


def written_actions(actions: Actions) -> dict[str, Any]:
    """Return what is done, by its word; what is not done is left out."""
    said = {
        "status": actions.status and actions.status.value,
        "assign": actions.assign,
        "add": list(actions.add),
        "remove": list(actions.remove),
        "snooze": actions.snooze,
        "transfer": actions.transfer and actions.transfer.written(),
    }
    return {word: value for word, value in said.items() if value}


def read_actions(kept: Mapping[str, Any]) -> Actions:
    """Return what `written_actions` gave."""
    status = kept.get("status")
    return Actions(
        status=Status(status) if status else None,
        assign=kept.get("assign", ""),
        add=tuple(kept.get("add", ())),
        remove=tuple(kept.get("remove", ())),
        snooze=kept.get("snooze", ""),
        transfer=HandsOn.read(kept["transfer"]) if kept.get("transfer") else None,
    )


def duration(words: str) -> timedelta | None:
    """Return how long ``4h``, ``3d`` or ``2w`` is; `None` when that is no duration."""
    said = _DURATION.fullmatch(words)
    return timedelta(hours=int(said[1]) * _HOURS[said[2]]) if said else None


@dataclass(frozen=True, slots=True)
class ResponseView:
    """A canned response in one language.

    Attributes:
        owner: the agent's name whose it is; empty when it is the team's, `shared`.
    """

    response_id: int
    canned: Canned
    owner: str
    shared: bool


@dataclass(frozen=True, slots=True)
class UsageView:
    """What became of the answers that were made with a canned response.

    Attributes:
        sent: answers; `edited` those of them whose words were changed before they were sent.
        reopened: answers, the last of ours in their conversation, after which the customer had it opened again.
        last_at: when it was last used; `None` when it never was.
    """

    sent: int = 0
    edited: int = 0
    reopened: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ValuesView:
    """What is known for the placeholders of a canned response in one conversation; empty where nothing is.

    Attributes:
        conversation_id: 0 for one that is to be begun.
        language: in which the customer wrote last: ``pt``, ``es``, ``en`` or empty.
        prefers: the language that the customer's profile says, as two letters; it goes before that.
        told: what the profiles of the customer and of their organization say, by the words that templates have
            (`storage.queries.told`).
    """

    conversation_id: int
    subject: str
    customer: str
    customer_address: str
    organization: str
    agent: str
    mailbox: str
    mailbox_address: str
    language: str
    prefers: str = ""
    told: Mapping[str, str] = field(default_factory=dict)

    def languages(self) -> tuple[str, ...]:
        """Return in which languages the customer is written to, the best first; none when none is known."""
        return tuple(dict.fromkeys(one for one in (self.prefers, self.language) if one))

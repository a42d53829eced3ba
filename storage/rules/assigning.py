"""Whose turn can it be: agents who work for a tier, write the language, are at work and have room; pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.kinds import Cause, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.clean import folded

_WORD = re.compile(r"\w+")
_LOOKED = 20_000  # letters of a mail that are looked through for what it is about


@dataclass(frozen=True, slots=True)
class Asks:
    """What a conversation asks of whoever gets it.

    Attributes:
        tier: at which it stands.
        language: of its mail, empty where nobody knows.
        tags: those that it has.
        words: its subject and its mail.
    """

    tier: Tier
    language: str = ""
    tags: Collection[str] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """An agent to whom work may go.

    Attributes:
        card: what is laid down of them.
        is_open: whether they are at work.
        has: how many conversations they have in work.
    """

    card: AgentCard
    is_open: bool = True
    has: int = 0

    @property
    def has_room(self) -> bool:
        """Whether they may have one more."""
        return self.card.limit is None or self.has < self.card.limit

    def serves(self, tier: Tier, at: datetime) -> bool:
        """Say whether they work here, and for a tier."""
        return not self.card.is_retired(at) and (not self.card.tiers or tier in self.card.tiers)

    def may_have(self, asks: Asks, at: datetime) -> bool:
        """Say whether they can be given such a conversation; what they write is asked apart."""
        return self.has_room and self.is_open and self.serves(asks.tier, at)


def fitting(asks: Asks, ready: Iterable[Ready], at: datetime) -> tuple[frozenset[int], Cause]:
    """Return to whom a conversation may go, and by what they were chosen from among those who are here.

    Whoever says in which languages they write gets nothing in another. Where anybody knows what it is about, by a tag
    or a word of it, only those who do are left.

    Args:
        asks: what the conversation asks.
        ready: the agents who are here.
        at: the moment.
    """
    able = [one for one in ready if one.may_have(asks, at)]
    because = Cause.TURN
    if asks.language:
        language = asks.language.casefold().partition("-")[0]
        speak = [one for one in able if not one.card.languages or language in _bare(one.card.languages)]
        if len(speak) < len(able):
            because = Cause.LANGUAGE
        able = speak
    if known := knows(asks, {one.card.agent_id: one.card.skills for one in able if one.card.skills}):
        return frozenset(known), Cause.SKILL
    return frozenset(one.card.agent_id for one in able), because


def returns_to(
    owner: Ready | None, backup: Ready | None, *, has: int | None, tier: Tier, must: bool, at: datetime
) -> tuple[int | None, Cause]:
    """Return to whom goes what a customer with an owner writes, and why; `None` where it stays where it is.

    What the owner has stays theirs, whatever the hour; what somebody has at a tier for which the owner does not work
    was handed there, and stays where it is. Else it goes to the owner who is at work and has room, else to the backup
    who is and has. Where neither is, and a model says that it must return, or the owner is not here at all, it waits
    for the first of the two who has room.

    Args:
        owner, backup: `None` where there is none, or they are away.
        has: who has the conversation.
        tier: where it stands: whoever does not work for it gets nothing.
        must: whether a model says that it returns to the owner.
        at: the moment.
    """
    if owner is not None and has is not None and not owner.card.is_retired(at) and not owner.serves(tier, at):
        return None, Cause.OWNER
    both = [(one, why) for one, why in ((owner, Cause.OWNER), (backup, Cause.BACKUP)) if one and one.serves(tier, at)]
    if owner is not None and has == owner.card.agent_id and both and both[0][0] is owner:
        return has, Cause.OWNER
    able = [(one, why) for one, why in both if one.has_room]
    ready = [(one, why) for one, why in able if one.is_open]
    waits = able if must or owner is None else []
    for one, why in (*ready, *waits):
        return one.card.agent_id, why
    return None, Cause.OWNER


def knows(asks: Asks, skills: Mapping[int, Collection[str]]) -> set[int]:
    """Return who has a skill that is a tag of a conversation, or stands in its words."""
    if not skills:
        return set()
    tags = {folded(one) for one in asks.tags}
    text = f" {' '.join(_WORD.findall(folded(asks.words[:_LOOKED])))} "
    return {
        agent_id
        for agent_id, some in skills.items()
        if any(folded(one) in tags or f" {' '.join(_WORD.findall(folded(one)))} " in text for one in some)
    }


def _bare(languages: Iterable[str]) -> set[str]:
    return {one.casefold().partition("-")[0] for one in languages}

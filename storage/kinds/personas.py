"""Personas: how a sort of customer is approached, and by what one is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from storage.kinds.words import EntryKind

_LISTS: Final = ("pains", "do", "dont", "roles", "signature", "former")
_LINES: Final = ("tone", "channel", "notes")


@dataclass(frozen=True, slots=True)
class Persona:
    """A card that says how a sort of customer is approached.

    Attributes:
        name: by which profiles, queries and templates have it.
        pains: what troubles them, a line each.
        tone: how they are written to.
        channel: by what they like to be reached, a word of `AddressKind`; empty where it does not matter.
        do, dont: what helps with them, and what does not, a line each.
        roles: words of a role by which one is known.
        signature: words below a letter by which one is known.
        notes: Markdown.
        former: names that it had, the first one first. Profiles that say one of them mean this persona.
    """

    name: str
    pains: tuple[str, ...] = ()
    tone: str = ""
    channel: str = ""
    do: tuple[str, ...] = ()
    dont: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    notes: str = ""
    former: tuple[str, ...] = ()

    kind = EntryKind.PERSONA

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        lines = {word: getattr(self, word) for word in _LINES}
        lists = {word: list(getattr(self, word)) for word in _LISTS}
        return {"name": self.name, **{word: value for word, value in (*lines.items(), *lists.items()) if value}}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Persona":
        """Return what `written` gave."""
        given: dict[str, Any] = {word: str(kept.get(word, "")) for word in _LINES}
        given |= {word: tuple(kept.get(word, ())) for word in _LISTS}
        return cls(kept["name"], **given)

    @property
    def key(self) -> str:
        """What a profile is given to say: the first name, so that whoever takes a renaming back loses nobody."""
        return self.former[0] if self.former else self.name

    @property
    def names(self) -> tuple[str, ...]:
        """All that profiles may say and mean this persona: the name first."""
        return tuple(dict.fromkeys((self.name, *self.former)))


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A persona that was suggested for somebody, whom an agent knows better.

    Attributes:
        persona: its entry's number.
    """

    persona: int

    kind = EntryKind.DISMISSED

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"persona": self.persona}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Dismissed":
        """Return what `written` gave."""
        return cls(kept["persona"])


@dataclass(frozen=True, slots=True)
class Suggested:
    """A persona that somebody may be.

    Attributes:
        entry_id: the persona's number.
        by: what says so: ``role`` or ``signature``.
        said: the words there that say it.
    """

    entry_id: int
    persona: Persona
    by: str
    said: str


@dataclass(frozen=True, slots=True)
class PersonaView:
    """What stands beside a customer of their persona.

    Attributes:
        card: the persona that their profile says; `None` when it says none, or one of which there is no card.
        suggested: who they may be, where their profile says none.
    """

    card: Persona | None = None
    suggested: Suggested | None = None


NO_PERSONA: Final = PersonaView()
"""What stands beside nobody."""

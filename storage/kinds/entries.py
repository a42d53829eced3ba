"""What is written down about a customer or an organization: notes, assets; and fields of the desk's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from storage.kinds.agents import AgentCard
from storage.kinds.assessing import Assessment
from storage.kinds.handover import Handover
from storage.kinds.hours import KeptCalendar
from storage.kinds.ideals import Icp
from storage.kinds.journey import Engagement, Milestone, Setting, Stay, Usage
from storage.kinds.personas import Dismissed, Persona
from storage.kinds.playbooks import Away, Playbook, Plays
from storage.kinds.policies import KeptPolicy
from storage.kinds.promises import Promise
from storage.kinds.retention import Retention
from storage.kinds.rotas import KeptRota
from storage.kinds.words import EntryKind

LONGEST_NOTE: Final = 20_000
"""Letters of a note."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note, in Markdown.

    Attributes:
        pinned: whether it stands above the others, and beside each conversation.
    """

    text: str
    pinned: bool = False

    kind = EntryKind.NOTE

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"text": self.text, **({"pinned": True} if self.pinned else {})}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Note":
        """Return what `written` gave."""
        return cls(kept["text"], bool(kept.get("pinned", False)))


@dataclass(frozen=True, slots=True)
class Asset:
    """A machine or a device of a customer's.

    Attributes:
        name: what they call it.
        sort: what it is, such as ``printer``.
        serial: its maker's number, empty when not known.
        place: where it stands.
    """

    name: str
    sort: str = ""
    serial: str = ""
    place: str = ""

    kind = EntryKind.ASSET

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        given = {"name": self.name, "sort": self.sort, "serial": self.serial, "place": self.place}
        return {word: value for word, value in given.items() if value}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Asset":
        """Return what `written` gave."""
        return cls(kept["name"], kept.get("sort", ""), kept.get("serial", ""), kept.get("place", ""))


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of profiles that the desk made itself; `storage.rules.profile.Field` says what its parts are."""

    name: str
    subject: str
    block: str
    sort: str
    choices: tuple[str, ...] = ()
    label: str = ""

    kind = EntryKind.FIELD

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        given = {"name": self.name, "subject": self.subject, "block": self.block, "sort": self.sort}
        return {
            **given,
            **({"choices": list(self.choices)} if self.choices else {}),
            **({"label": self.label} if self.label else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "OwnField":
        """Return what `written` gave."""
        return cls(
            kept["name"],
            kept["subject"],
            kept["block"],
            kept["sort"],
            tuple(kept.get("choices", ())),
            kept.get("label", ""),
        )


Value = (
    Note
    | Asset
    | OwnField
    | Icp
    | Persona
    | Dismissed
    | (Promise | Assessment)
    | (Playbook | Plays | Away | Retention)
    | (KeptCalendar | KeptPolicy | KeptRota | AgentCard | Handover)
    | (Usage | Milestone | Stay | Engagement | Setting)  # of journeys
)
VALUES: Final[Mapping[EntryKind, type[Value]]] = {
    one.kind: one
    for one in (
        *(Note, Asset, OwnField, Icp, Persona, Dismissed, Promise, Assessment),
        *(Playbook, Plays, Away, Retention),
        *(KeptCalendar, KeptPolicy, KeptRota, AgentCard, Handover),
        *(Usage, Milestone, Stay, Engagement, Setting),
    )
}
"""What an entry of each kind holds."""

Named = Icp | Persona
"""What a desk has laid down for itself by name, and exchanges as files."""

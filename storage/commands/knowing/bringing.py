"""What a desk has laid down for itself, brought in from files: all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from storage.commands.knowing.entries import checked
from storage.commands.knowing.facts import entry_kept
from storage.events import Actor, Fact
from storage.kinds import EntryKind
from storage.kinds.clean import folded
from storage.kinds.entries import Named
from storage.kinds.errors import Refused
from storage.models import Entry
from storage.queries import knowing
from storage.record import next_id, record


@dataclass(frozen=True, slots=True)
class BroughtEntries:
    """What bringing entries in did, or would do.

    Attributes:
        action_id: `None` when nothing was changed.
        added, changed, same, dropped: their names, in their order; `dropped` those that no file speaks of any more.
    """

    action_id: int | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    dropped: tuple[str, ...]


def bring_entries(
    session: Session,
    kind: EntryKind,
    values: Sequence[Named],
    *,
    prune: bool = False,
    preview: bool = False,
    actor: Actor,
    now: datetime,
) -> BroughtEntries:
    """Bring in the desk's entries of one kind by their names, as one action.

    Args:
        session: of a writing transaction; of any, for a preview.
        kind: of all of them.
        values: each of another name.
        prune: take away those that are not among them.
        preview: say what would be done, and do nothing.
        actor: the agent.
        now: the moment.

    Raises:
        BadField: something of one is none (as `keep_entry`).
        Refused: two have one name, or one has a name that another had (rule ``name_taken``).
    """
    stands = knowing.entries(session, None, None, kind)
    number = next_id(session, Entry)
    facts: list[Fact] = []
    sorted_out: dict[str, list[str]] = {"added": [], "changed": [], "same": []}
    met: set[int] = set()
    taken: set[str] = set()
    for given in values:
        before = next((one for name in given.names for one in stands if _named(one.value, name)), None)
        after = checked(session, given, before.entry_id if before else None)
        name = getattr(after, "name", "")
        if (before is not None and before.entry_id in met) or folded(name) in taken:
            raise Refused("name_taken")
        taken.add(folded(name))
        if before is not None:
            met.add(before.entry_id)
        if before is not None and before.value == after:
            sorted_out["same"].append(name)
            continue
        sorted_out["changed" if before else "added"].append(name)
        facts.append(
            entry_kept(before.entry_id if before else number, None, None, before.value if before else None, after, now)
        )
        number += before is None
    gone = [one for one in stands if one.entry_id not in met] if prune else []
    facts += [entry_kept(one.entry_id, None, None, one.value, None, now) for one in gone]
    action_id = record(session, facts, actor=actor, now=now) if facts and not preview else None
    dropped = tuple(str(getattr(one.value, "name", "")) for one in gone)
    return BroughtEntries(action_id, dropped=dropped, **{word: tuple(some) for word, some in sorted_out.items()})


def _named(value: object, name: str) -> bool:
    return folded(str(getattr(value, "name", ""))) == folded(name)

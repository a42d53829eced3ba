"""What is written down about customers and organizations, and the fields that a desk makes itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from storage.commands.knowing.facts import entry_kept
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.agents import AgentCard
from storage.kinds.assessing import Assessment
from storage.kinds.clean import clean, clean_line, folded
from storage.kinds.entries import LONGEST_NOTE, Asset, Note, OwnField, Value
from storage.kinds.errors import BadField, Refused
from storage.kinds.handover import Handover
from storage.kinds.hours import KeptCalendar
from storage.kinds.ideals import Icp
from storage.kinds.journey import Engagement, Milestone, Setting, Stay, Usage
from storage.kinds.personas import Dismissed, Persona
from storage.kinds.playbooks import Away, Playbook, Plays
from storage.kinds.policies import KeptPolicy
from storage.kinds.profiles import Block, Sort
from storage.kinds.promises import Promise
from storage.kinds.retention import Retention
from storage.kinds.rotas import KeptRota
from storage.models import Entry
from storage.queries import knowing
from storage.queries.ideals import ideals
from storage.queries.personas import personas
from storage.record import next_id, record
from storage.rules import ideal, journey, persona, profile


def keep_entry(
    session: Session,
    value: Value,
    *,
    subject: Subject | None = None,
    subject_id: int | None = None,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> tuple[int, int]:
    """Write something down about somebody, or lay a field down for the desk; return its number, and the action's id.

    Args:
        session: of a writing transaction.
        value: a note, an asset, or what the desk lays down for itself: a field, an ICP, a persona.
        subject, subject_id: about whom; nobody for what is the desk's.
        actor: the agent.
        now: the moment.
        action_id: the action that this is a part of.

    Raises:
        NoSuch: there is nobody of that number.
        BadField: something of it is empty, too long, or none of its sort.
        Refused: there is a field (rule ``field_taken``), an ICP or a persona (``name_taken``), of that name.
    """
    if subject is not None and subject_id is not None:
        knowing.membership(session, subject, subject_id)
    value = checked(session, value)
    number = next_id(session, Entry)
    fact = entry_kept(number, subject, subject_id, None, value, now)
    return number, record(session, [fact], actor=actor, now=now, action_id=action_id)


def change_entry(
    session: Session,
    entry_id: int,
    value: Value | None,
    *,
    kind: EntryKind,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Let an entry say something else, or take it away; return the action's id.

    Raises:
        NoSuch: there is no such entry of that kind.
        BadField: as `keep_entry`.
        Refused: it says so already (rule ``already``).
    """
    held = knowing.entry(session, entry_id, kind)
    if value is not None:
        value = checked(session, value, entry_id)
        if value == held.value:
            raise Refused("already")
    fact = entry_kept(entry_id, held.subject, held.subject_id, held.value, value, now)
    return record(session, [fact], actor=actor, now=now, action_id=action_id)


def checked(session: Session, value: Value, entry_id: int | None = None) -> Value:  # noqa: C901 - a case a kind
    """Return an entry as it is kept.

    Args:
        session: of any transaction.
        value: as it is given.
        entry_id: which one shall say it; `None` for a new one.

    Raises:
        BadField, Refused: as `keep_entry`.
    """
    match value:
        case Note():
            text = clean(value.text).strip()
            if not text or len(text) > LONGEST_NOTE:
                raise BadField("note", text[:40], "long" if text else "empty")
            return Note(text, value.pinned)
        case Asset():
            parts = [clean_line(part) for part in (value.name, value.sort, value.serial, value.place)]
            _must_have_room("asset", parts)
            return Asset(*parts)
        case Promise():
            text = clean_line(value.text)
            _must_have_room("promise", [text])
            return replace(value, text=text)
        case OwnField():
            return _own_field(session, value, entry_id)
        case Icp():
            return _icp(session, value, entry_id)
        case Persona():
            return _persona(session, value, entry_id)
        case Assessment() | Dismissed() | Playbook() | Plays() | Away() | Retention():
            return value  # their own commands see to them
        case KeptCalendar() | KeptPolicy() | KeptRota() | AgentCard() | Handover():
            return value  # so do theirs
        case Setting():
            return Setting(*journey.setting(value.name, value.value))
        case Usage() | Milestone() | Stay() | Engagement():
            name = clean_line(value.name)
            _must_have_room(str(value.kind), [name])
            return replace(value, name=name)


def _must_have_room(word: str, parts: Sequence[str]) -> None:
    if not parts[0]:
        raise BadField(word, "", "empty")
    for part in parts:
        if len(part) > profile.LONGEST_VALUE:
            raise BadField(word, part, "long")


def _own_field(session: Session, value: OwnField, entry_id: int | None) -> OwnField:
    choices = tuple(dict.fromkeys(one for one in map(clean_line, value.choices) if one))
    label = clean_line(value.label)
    _must_have_room("field", [value.name, label, *choices])
    if not profile.NAME.fullmatch(value.name):
        raise BadField("field", value.name, "name")
    for word, kind, given in (
        ("subject", Subject, value.subject),
        ("block", Block, value.block),
        ("sort", Sort, value.sort),
    ):
        words = tuple(str(one) for one in kind)
        if given not in words:
            raise BadField(word, given, "choice", words)
    if (value.sort == Sort.CHOICE) != bool(choices):
        raise BadField("choices", ", ".join(choices), "choices")
    fields = knowing.fields(session, without=entry_id)
    if any((field.subject, field.name) == (value.subject, value.name) for field in fields):
        raise Refused("field_taken")
    return OwnField(value.name, value.subject, value.block, value.sort, choices, label)


def _icp(session: Session, value: Icp, entry_id: int | None) -> Icp:
    tidy = ideal.tidied(value, ideal.fields_of(knowing.fields(session)))
    if any(number != entry_id and folded(one.name) == folded(tidy.name) for number, one in ideals(session)):
        raise Refused("name_taken")
    return tidy


def _persona(session: Session, value: Persona, entry_id: int | None) -> Persona:
    tidy = persona.tidied(value)
    known = {number: card for number, card in personas(session) if number != entry_id}
    before = knowing.entry(session, entry_id, EntryKind.PERSONA).value if entry_id is not None else None
    kept = persona.renamed(before, tidy) if isinstance(before, Persona) else tidy
    if any(persona.meant(known.items(), name) is not None for name in kept.names):
        raise Refused("name_taken")
    return kept

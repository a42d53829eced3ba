"""A customer's journey: stages entered, milestones, what they make of features, and what the desk lays down for all."""

from datetime import date, datetime

from sqlmodel import Session

from storage.commands.knowing.entries import change_entry, keep_entry
from storage.commands.knowing.facts import changed
from storage.commands.knowing.stays import STAGE, with_stays
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.clean import folded
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.journey import Engaged, Engagement, Setting
from storage.queries import knowing
from storage.record import record
from storage.rules import journey, profile


def enter_stage(
    session: Session,
    subject: Subject,
    subject_id: int,
    stage: str | None,
    *,
    on: date | None = None,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Let somebody be in a stage of the journey from a day on, or in none; return the action's id.

    Args:
        session: of a writing transaction.
        subject, subject_id: who.
        stage: one of those laid down, whatever its case, or any other.
        on: the day; `None` for today.
        actor: the agent.
        now: the moment, in the agent's zone.
        action_id: the action that this is a part of.

    Raises:
        NoSuch: there is nobody of that number.
        BadField: it is too long, or empty; the day is yet to come (reason ``future``).
        Refused: they are there already (rule ``already``).
    """
    if on is not None and on > now.date():
        raise BadField("on", on.isoformat(), "future")
    before = knowing.values(session, subject, subject_id).get(STAGE)
    after = None
    if stage is not None:
        after = profile.read(profile.find(profile.FIELDS, subject, STAGE), stage)
        laid = knowing.settings(session).stages
        after = next((one for one in laid if folded(one) == folded(after)), after)
    if before == after:
        raise Refused("already")
    facts = with_stays(session, [changed(subject, subject_id, STAGE, before, after, now)], now, on=on)
    return record(session, facts, actor=actor, now=now, action_id=action_id)


def set_engagement(
    session: Session,
    subject: Subject,
    subject_id: int,
    feature: str,
    state: Engaged | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Say what somebody makes of a feature, or leave it to what is computed; return the action's id.

    Raises:
        NoSuch: there is nobody of that number.
        BadField: the feature has no name, or too long a one.
        Refused: it is said so already, or nothing was said (rule ``already``).
    """
    known = knowing.features(session)
    feature = next((one for one in known if folded(one) == folded(feature)), feature)
    for one in knowing.entries(session, subject, subject_id, EntryKind.ENGAGEMENT):
        if isinstance(one.value, Engagement) and folded(one.value.name) == folded(feature):
            value = None if state is None else Engagement(one.value.name, state)
            return change_entry(session, one.entry_id, value, kind=EntryKind.ENGAGEMENT, actor=actor, now=now)
    if state is None:
        raise Refused("already")
    said = Engagement(feature, state)
    return keep_entry(session, said, subject=subject, subject_id=subject_id, actor=actor, now=now)[1]


def lay_down(session: Session, name: str, text: str | None, *, actor: Actor, now: datetime) -> int:
    """Let the desk say something else than what is shipped, or what is shipped where that is `None`.

    Returns:
        The action's id.

    Raises:
        BadField: there is no such setting, or it cannot take that.
        NoSuch: what is shipped holds already.
        Refused: it says so already (rule ``already``).
    """
    found = knowing.entries(session, None, None, EntryKind.SETTING)
    held = {one.value.name: one for one in found if isinstance(one.value, Setting)}
    if text is None:
        said = next((one for one in held if folded(one) == folded(name.strip())), None)
        if said is None:
            raise NoSuch("setting", name)
        return change_entry(session, held[said].entry_id, None, kind=EntryKind.SETTING, actor=actor, now=now)
    name, value = journey.setting(name, text)
    said = next((one for one in held if folded(one) == folded(name)), None)
    if said is None:
        return keep_entry(session, Setting(name, value), actor=actor, now=now)[1]
    after = Setting(said, value)
    return change_entry(session, held[said].entry_id, after, kind=EntryKind.SETTING, actor=actor, now=now)

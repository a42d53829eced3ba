"""Calendars and policies laid down, changed from a moment on, and ended: entries of the desk that keep their past."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlmodel import Session

from storage.commands.knowing.entries import change_entry, keep_entry
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.hours import ALWAYS_NAME, Calendar, KeptCalendar, OwnDay
from storage.kinds.policies import KeptPolicy, Policy
from storage.queries.customers import named
from storage.queries.hours import Terms, terms
from storage.queries.mailboxes import mailbox_called
from storage.queries.on_call import roster
from storage.rules import terms as rules
from storage.rules.policies import replaced

_NEW = Calendar("", "", ())


def calendar_drafted(
    session: Session,
    name: str,
    knobs: Mapping[str, str],
    *,
    days: Sequence[OwnDay] = (),
    without: Sequence[date] = (),
    since: datetime | None = None,
    now: datetime,
) -> KeptCalendar:
    """Return a calendar as it would be with knobs as they are typed, and days of its own more or fewer.

    Args:
        session: of any transaction.
        name: of one that there is, or of a new one.
        knobs: by name, as `storage.rules.terms.CALENDAR_KNOBS` lists them.
        days, without: own days to say, and dates to say nothing of any more.
        since: from when on it holds, now by default; what was to hold later falls away.
        now: the moment.

    Raises:
        BadField: the name is none, a knob takes no such value, or it would never be open.
        Refused: `since` has passed (rule ``past``), or it says so already (``already``).
    """
    name = rules.name_of("calendar", name)
    if name == ALWAYS_NAME:
        raise BadField("calendar", name, "always")
    at = _from(since, now)
    held = terms(session).calendars.get(name)
    before = replace(_NEW, name=name) if held is None else held.at(at)
    after = rules.with_days(rules.calendar_changed(before, knobs), days, without)
    if held is not None and after == before:
        raise Refused("already")
    return KeptCalendar(name, rules.calendar_versions(held.versions if held else (), after, at=at))


def policy_drafted(
    session: Session,
    name: str,
    knobs: Mapping[str, str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> KeptPolicy:
    """Return a policy as it would be with knobs as they are typed.

    Args:
        session: of any transaction.
        name: of one that there is, or of a new one.
        knobs: by name, as `storage.rules.terms.POLICY_KNOBS` lists them; organizations by name, number or domain.
        since: from when on it holds, now by default; what was to hold later falls away.
        until: when it ends; never by default.
        now: the moment.

    Raises:
        BadField: the name is none, or a knob takes no such value.
        NoSuch: there is no calendar, mailbox or organization of a name.
        Ambiguous: several organizations are meant.
        Refused: `since` has passed (rule ``past``), or it says so already (``already``).
    """
    name = rules.name_of("policy", name)
    at = _from(since, now)
    if until is not None and until <= at:
        raise Refused("past")
    here = terms(session)
    held = here.policies.get(name)
    holds = held.at(at) if held is not None else None
    before = holds or (held.versions[-1] if held is not None else Policy(name, {}))
    after = replace(rules.policy_changed(before, _found(session, knobs)), valid_until=until)
    if after == holds:
        raise Refused("already")
    _must_be_there(session, here, after)
    return KeptPolicy(name, replaced(held.versions if held else (), after, at=at))


def keep(session: Session, value: KeptCalendar | KeptPolicy, *, actor: Actor, now: datetime) -> int:
    """Lay down what was drafted; return the action's id."""
    number = terms(session).entries.get((value.kind, value.name))
    if number is None:
        return keep_entry(session, value, actor=actor, now=now)[1]
    return change_entry(session, number, value, kind=value.kind, actor=actor, now=now)


def set_calendar(
    session: Session,
    name: str,
    knobs: Mapping[str, str],
    *,
    days: Sequence[OwnDay] = (),
    without: Sequence[date] = (),
    since: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Let a calendar say what is typed from a moment on; return the action's id. Raises as `calendar_drafted`."""
    value = calendar_drafted(session, name, knobs, days=days, without=without, since=since, now=now)
    return keep(session, value, actor=actor, now=now)


def set_policy(
    session: Session,
    name: str,
    knobs: Mapping[str, str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Let a policy say what is typed from a moment on; return the action's id. Raises as `policy_drafted`."""
    value = policy_drafted(session, name, knobs, since=since, until=until, now=now)
    return keep(session, value, actor=actor, now=now)


def remove_calendar(session: Session, name: str, *, actor: Actor, now: datetime) -> int:
    """Take a calendar away by which nothing runs, or ever ran; return the action's id.

    Raises:
        NoSuch: there is none of that name.
        BadField: policies (reason ``calendar_used``), rotas, or the cards of agents who work here (``calendar_worked``)
            name it, and which; rotas as they ever were, as who was on call is told by them.
    """
    here = terms(session)
    number = here.entries.get((EntryKind.CALENDAR, name))
    if number is None:
        raise NoSuch("calendar", name)
    users = tuple(dict.fromkeys(one.name for one in here.versions() if one.calendar == name))
    if users:
        raise BadField("calendar", name, "calendar_used", users)
    on = roster(session)
    users = tuple(kept.name for kept in on.rotas.values() if any(one.calendar == name for one in kept.versions))
    users += tuple(
        on.names[number]
        for number, card in sorted(on.cards.items())
        if card.hours == name and number in on.names and not card.is_retired(now)
    )
    if users:
        raise BadField("calendar", name, "calendar_worked", users)
    return change_entry(session, number, None, kind=EntryKind.CALENDAR, actor=actor, now=now)


def policy_ended(session: Session, name: str, *, now: datetime) -> KeptPolicy:
    """Return a policy as it would be if it held no more from now on.

    Raises:
        NoSuch: there is none of that name.
        Refused: it holds no more already (rule ``already``).
    """
    held = terms(session).policies.get(name)
    if held is None:
        raise NoSuch("policy", name)
    now = now.astimezone(UTC)
    kept = tuple(
        one if one.valid_until is not None and one.valid_until <= now else replace(one, valid_until=now)
        for one in held.versions
        if one.valid_from is None or one.valid_from < now
    )
    if kept == held.versions:
        raise Refused("already")
    return KeptPolicy(name, kept)


def remove_policy(session: Session, name: str, *, actor: Actor, now: datetime) -> int:
    """Let a policy hold no more from now on; what ran by it stays counted by it. Return the action's id.

    Raises:
        NoSuch, Refused: as `policy_ended`.
    """
    ended = policy_ended(session, name, now=now)
    number = terms(session).entries.get((EntryKind.POLICY, name))
    if number is not None and not ended.versions:  # it never held
        return change_entry(session, number, None, kind=EntryKind.POLICY, actor=actor, now=now)
    return keep(session, ended, actor=actor, now=now)


def _from(since: datetime | None, now: datetime) -> datetime:
    if since is not None and since < now:
        raise Refused("past")
    return (since or now).astimezone(UTC)


def _found(session: Session, knobs: Mapping[str, str]) -> dict[str, str]:
    found = dict(knobs)
    for knob, text in knobs.items():
        if knob.casefold() == "organization":
            words = filter(None, (part.strip() for part in text.split(",")))
            found[knob] = ",".join(str(named(session, Subject.ORGANIZATION, word)) for word in words)
    return found


def _must_be_there(session: Session, here: Terms, policy: Policy) -> None:
    if not here.has_calendar(policy.calendar):
        raise NoSuch("calendar", policy.calendar)
    for mailbox in policy.when.mailbox:
        if mailbox_called(session, mailbox) is None:
            raise NoSuch("mailbox", mailbox)

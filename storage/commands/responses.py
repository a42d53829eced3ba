"""Canned responses: kept, changed, taken away, brought from files; and the answers that were made with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands import triage
from storage.events import Actor, ResponseKept, ResponseUsed
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.responses import ANYBODY, Actions, Canned, duration
from storage.models import Agent, Message, Response
from storage.queries.responses import Held, held, held_as
from storage.record import next_id, record
from storage.rules.responses import fault, tidied


@dataclass(frozen=True, slots=True)
class Entry:
    """A response as a file gives it.

    Attributes:
        owner: an agent's name; empty for the team's.
    """

    canned: Canned
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """What bringing entries in did, or would do.

    Attributes:
        action_id: `None` when nothing was changed.
        added, changed, same, dropped: the entries, in their order; `dropped` those that no entry speaks of any more.
    """

    action_id: int | None
    added: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    same: tuple[Entry, ...]
    dropped: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A response that went into an answer."""

    response_id: int
    edited: bool


def keep(session: Session, canned: Canned, *, shared: bool = False, actor: Actor, now: datetime) -> int:
    """Keep a canned response.

    Args:
        session: of a writing transaction.
        canned: that its template can be read is for whoever knows Liquid to see to (`console.library`).
        shared: for the team, else the agent's own.
        actor: the agent.
        now: the moment.

    Returns:
        The response's number.

    Raises:
        Refused: shortcode, language, title, text, tag, attachments or actions are none (rules ``bad_shortcode``,
            ``bad_response_language``, ``bad_title``, ``bad_body``, ``bad_response_tag``, ``many_attachments``,
            ``bad_macro_status``, ``bad_tag``, ``bad_snooze``, ``bad_macro_transfer``), or there is one of that
            shortcode and language with that owner (``response_taken``).
        NoSuch: nobody bears the name that it assigns to.
    """
    canned = checked(session, canned)
    owner = None if shared else actor.agent_id
    _must_be_free(session, canned, owner)
    number = next_id(session, Response)
    record(session, [_kept(number, None, Held(number, owner, canned), now)], actor=actor, now=now)
    return number


def change(
    session: Session, response_id: int, canned: Canned, *, shared: bool | None = None, actor: Actor, now: datetime
) -> int:
    """Let a response say something else, or be the team's or one's own; return the action's id.

    Raises:
        NoSuch: the agent has no such response.
        Refused: as `keep`, or it stands so already (rule ``already``).
    """
    before = _own(session, response_id, actor)
    owner = before.agent_id if shared is None else None if shared else actor.agent_id
    after = Held(response_id, owner, checked(session, canned))
    if after == before:
        raise Refused("already")
    if _key(after) != _key(before):
        _must_be_free(session, after.canned, owner)
    return record(session, [_kept(response_id, before, after, now)], actor=actor, now=now)


def drop(session: Session, response_ids: Sequence[int], *, actor: Actor, now: datetime) -> int:
    """Take responses away; return the action's id.

    Raises:
        NoSuch: the agent has no such response.
    """
    facts = [_kept(number, _own(session, number, actor), None, now) for number in dict.fromkeys(response_ids)]
    return record(session, facts, actor=actor, now=now)


def bring(
    session: Session,
    entries: Sequence[Entry],
    *,
    prune: bool = False,
    preview: bool = False,
    actor: Actor,
    now: datetime,
) -> Brought:
    """Bring in responses from files: all of them or none, as one action.

    Args:
        session: of a writing transaction; of any, for a preview.
        entries: each of another owner, shortcode or language.
        prune: take away the team's and the agent's own that no entry speaks of.
        preview: say what would be done, and do nothing.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch, Refused: as `keep`; an owner must be an agent of this desk.
    """
    stands = {_key(one): one for one in held(session)}
    owners = {"": None, **_agents(session)}
    numbers = next_id(session, Response)
    facts: list[ResponseKept] = []
    sorted_out: dict[str, list[Entry]] = {"added": [], "changed": [], "same": []}
    spoken_of = set()
    for entry in entries:
        if entry.owner not in owners:
            raise NoSuch("agent", entry.owner)
        after = Held(0, owners[entry.owner], checked(session, entry.canned))
        before = stands.get(_key(after))
        if _key(after) in spoken_of:
            raise Refused("response_taken")
        spoken_of.add(_key(after))
        after = replace(after, response_id=before.response_id if before else numbers)
        numbers += before is None
        sorted_out["same" if before == after else "changed" if before else "added"].append(entry)
        if before != after:
            facts.append(_kept(after.response_id, before, after, now))
    gone = [one for key, one in stands.items() if key not in spoken_of and one.agent_id in {None, actor.agent_id}]
    gone = gone if prune else []
    facts += [_kept(one.response_id, one, None, now) for one in gone]
    action_id = record(session, facts, actor=actor, now=now) if facts and not preview else None
    names = {number: name for name, number in owners.items()}
    return Brought(
        action_id,
        dropped=tuple(Entry(one.canned, names[one.agent_id]) for one in gone),
        **{word: tuple(some) for word, some in sorted_out.items()},
    )


def note_used(
    session: Session,
    message_id: int,
    uses: Iterable[Use],
    *,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int | None:
    """Record which responses went into an answer, as a part of the action that sends it; return the action's id.

    A response that was taken away meanwhile is left out: the answer was made all the same.

    Raises:
        NoSuch: there is no such message.
    """
    messages = table(Message)
    chosen = select(messages.c.conversation_id).where(messages.c.id == message_id)
    row = session.connection().execute(chosen).first()
    if row is None or row.conversation_id is None:
        raise NoSuch("message", message_id)
    edited: dict[int, bool] = {}
    for use in uses:
        edited[use.response_id] = edited.get(use.response_id, False) or use.edited
    stands = {one.response_id: one for one in held(session, tuple(edited))}
    facts = [
        ResponseUsed(
            conversation_id=row.conversation_id,
            message_id=message_id,
            response_id=number,
            edited=edited[number],
            shortcode=stands[number].canned.shortcode or None,
            happened_at=now,
        )
        for number in edited
        if number in stands
    ]
    return record(session, facts, actor=actor, now=now, action_id=action_id) if facts else action_id


def act(
    session: Session, number: int, actions: Actions, *, actor: Actor, now: datetime, action_id: int | None = None
) -> int | None:
    """Do what a macro does to a conversation; what stands so already is left alone.

    Returns:
        The action's id; `None` when nothing was to be changed.

    Raises:
        NoSuch: there is no such conversation, or nobody bears the name that it assigns to.
    """
    deeds: list[tuple[object, dict[str, object]]] = []
    if actions.assign:
        deeds.append((triage.assign, {"to": _assignee(session, actions.assign, actor)}))
    if actions.add or actions.remove:
        deeds.append((triage.tag, {"add": actions.add, "remove": actions.remove}))
    if actions.status is not None:
        deeds.append((triage.set_status, {"to": actions.status}))
    if actions.snooze:
        long = duration(actions.snooze)
        deeds.append((triage.snooze, {"until": now + long if long else None}))
    for command, choices in deeds:
        try:
            action_id = command(session, [number], actor=actor, now=now, action_id=action_id, **choices)  # type: ignore[operator]
        except Refused as refused:
            if refused.rule != "already":
                raise
    return action_id


def checked(session: Session, canned: Canned) -> Canned:
    """Return a response as it is kept: cleaned, its tags each once.

    Raises:
        NoSuch, Refused: as `keep`.
    """
    tidy = tidied(canned)
    if rule := fault(tidy):
        raise Refused(rule)
    if tidy.actions.assign not in {"", "me", "none", *_agents(session)}:
        raise NoSuch("agent", tidy.actions.assign)
    transfer = tidy.actions.transfer
    if transfer is not None and transfer.agent not in {"", ANYBODY, *_agents(session)}:
        raise NoSuch("agent", transfer.agent)
    return tidy


def _assignee(session: Session, word: str, actor: Actor) -> int | None:
    if word in {"me", "none"}:
        return actor.agent_id if word == "me" else None
    agents = _agents(session)
    if word not in agents:
        raise NoSuch("agent", word)
    return agents[word]


def _agents(session: Session) -> dict[str, int | None]:
    rows = table(Agent)
    return {row.name: row.id for row in session.connection().execute(select(rows.c.id, rows.c.name)) if row.name}


def _must_be_free(session: Session, canned: Canned, owner: int | None) -> None:
    if held_as(session, canned.shortcode, canned.language, owner) is not None:
        raise Refused("response_taken")


def _own(session: Session, response_id: int, actor: Actor) -> Held:
    for one in held(session, (response_id,)):
        if one.agent_id in {None, actor.agent_id}:
            return one
    raise NoSuch("response", response_id)


def _key(one: Held) -> tuple[int | None, str, str]:
    return one.agent_id, one.canned.shortcode, one.canned.language


def _kept(number: int, before: Held | None, after: Held | None, now: datetime) -> ResponseKept:
    return ResponseKept(
        response_id=number,
        agent_before=before.agent_id if before else None,
        agent=after.agent_id if after else None,
        stood=before is not None,
        stands=after is not None,
        before=before.canned.written() if before and before.canned.body else None,
        after=after.canned.written() if after else None,
        happened_at=now,
    )

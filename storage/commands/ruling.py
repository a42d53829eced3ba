"""Rules of the desk: laid down and dropped, and senders blocked by one of them; each is undone like any decision."""

from datetime import datetime

from sqlmodel import Session

from storage.commands import views
from storage.events import Actor, RuleKept
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.filing import Conditions, Deeds
from storage.models import Agent, Rule
from storage.queries.ruling import rules
from storage.queries.views import view_called
from storage.record import next_id, record
from storage.rules.filing import LONGEST_NAME, address_in, fault
from storage.rules.query import And, Field, Node
from storage.rules.query_reader import parse
from storage.rules.word import WORD
from storage.views import RuleView


def lay_down(
    session: Session,
    name: str,
    conditions: Conditions,
    deeds: Deeds,
    *,
    view: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Let a rule stand from now on: it acts on mail that arrives, after those that stood before it.

    Args:
        session: of a writing transaction.
        name: one line of at most `LONGEST_NAME` letters, another than the standing rules have.
        conditions: what mail must be.
        deeds: what is done with it.
        view: a shared view, kept if need be, that shows what the rule meets: it asks for a tag, which the rule puts on.
        actor: the agent.
        now: the moment, in the agent's own time zone.

    Returns:
        The rule's number.

    Raises:
        NoSuch: there is no agent of that number.
        Refused: the name is none (rule ``bad_rule_name``) or taken (``rule_name_taken``); it asks for nothing
            (``rule_without_condition``), does nothing (``rule_without_deed``) or two things that bar each other
            (``rule_spam_and_ignore``); a tag is none (``bad_tag``); the view asks for no tag (``view_without_tag``).
    """
    name = clean_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise Refused("bad_rule_name")
    if any(folded(one.name) == folded(name) for one in rules(session)):
        raise Refused("rule_name_taken")
    if deeds.assignee_id is not None and session.get(Agent, deeds.assignee_id) is None:
        raise NoSuch("agent", deeds.assignee_id)
    tag, is_kept = _tag_of(session, view, actor, now) if view else ("", True)
    tags = tuple(dict.fromkeys(one.strip().lower() for one in (*deeds.tags, *([tag] if tag else []))))
    if any(not one or len(one) > LONGEST_NAME or any(sign.isspace() for sign in one) for one in tags):
        raise Refused("bad_tag")
    conditions = Conditions.read(
        {word: clean_line(value) if isinstance(value, str) else value for word, value in conditions.written().items()}
    )
    wrong = fault(conditions, Deeds(tags, deeds.assignee_id, spam=deeds.spam, ignores=deeds.ignores))
    if wrong:
        raise Refused(wrong)
    rule_id = next_id(session, Rule)
    fact = RuleKept(
        rule_id=rule_id,
        before=False,
        after=True,
        tags=tags,
        assignee_id=deeds.assignee_id,
        spam=deeds.spam,
        ignores=deeds.ignores,
        valid_from=now,
        name=name,
        conditions=conditions.written(),
        happened_at=now,
    )
    action_id = record(session, [fact], actor=actor, now=now)
    if not is_kept:
        views.keep(session, view, f"tag:{tag}", shared=True, actor=actor, now=now, action_id=action_id)
    return rule_id


def drop(session: Session, rule_id: int, *, actor: Actor, now: datetime) -> int:
    """Let a rule act no more; it stays in the record, for what it did. Return the action's id.

    Raises:
        NoSuch: no such rule stands.
    """
    return record(session, [_ended(_standing(session, rule_id), now)], actor=actor, now=now)


def block(session: Session, who: str, *, actor: Actor, now: datetime) -> int:
    """Let mail from an address, or from a domain after an @ and all under it, be spam from now on.

    Returns:
        The number of the rule that does it.

    Raises:
        Refused: that is neither (rule ``bad_address``), or it is blocked already (``blocked``).
    """
    address = address_in(clean_line(who))
    if not address:
        raise Refused("bad_address")
    if _blocking(session, address):
        raise Refused("blocked")
    name = f"block {address}"
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 1]}…"
    return lay_down(session, name, Conditions(sender=address), Deeds(spam=True), actor=actor, now=now)


def unblock(session: Session, who: str, *, actor: Actor, now: datetime) -> int:
    """Drop the rules that block exactly this address or domain; return the action's id.

    Raises:
        NoSuch: it is not blocked.
    """
    blocking = _blocking(session, address_in(clean_line(who)))
    if not blocking:
        raise NoSuch("block", who)
    return record(session, [_ended(one, now) for one in blocking], actor=actor, now=now)


def _blocking(session: Session, address: str) -> list[RuleView]:
    wanted = Conditions(sender=address)
    return [one for one in rules(session) if one.conditions == wanted and one.deeds.spam]


def _standing(session: Session, rule_id: int) -> RuleView:
    for one in rules(session):
        if one.rule_id == rule_id:
            return one
    raise NoSuch("rule", rule_id)


def _ended(rule: RuleView, now: datetime) -> RuleKept:
    return RuleKept(
        rule_id=rule.rule_id,
        before=True,
        after=False,
        tags=rule.deeds.tags,
        assignee_id=rule.deeds.assignee_id,
        spam=rule.deeds.spam,
        ignores=rule.deeds.ignores,
        valid_from=rule.valid_from,
        name=rule.name or None,
        conditions=rule.conditions.written() or None,
        happened_at=now,
    )


def _tag_of(session: Session, view: str, actor: Actor, now: datetime) -> tuple[str, bool]:
    """Return the tag by which a view shows mail, and whether that view is kept already.

    Raises:
        Refused: the view is there and asks for no tag.
    """
    try:
        held = view_called(session, clean_line(view), agent_id=actor.agent_id)
    except NoSuch:
        return "-".join(WORD.findall(folded(view)))[:LONGEST_NAME], False
    where = parse(held.query, now=now).where
    parts: tuple[Node | None, ...] = where.parts if isinstance(where, And) else (where,)
    for part in parts:
        if isinstance(part, Field) and part.name == "tag":
            return part.value, True
    raise Refused("view_without_tag")

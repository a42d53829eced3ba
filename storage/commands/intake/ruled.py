"""Mail that arrives filed by the rules that agents laid down, each deed a fact; an agent's decision comes first."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ScalarSelect, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.intake.deliveries import Incoming
from storage.events import Assigned, Fact, Handled, Ruled, StatusChanged, Tagged
from storage.kinds import PUT_AWAY, Automatic, Cause, Direction, Status
from storage.kinds.filing import Conditions
from storage.models import Conversation, Event, Message, Rule, Tag
from storage.rules.filing import Letter, Test

_RULES, _TAGS, _EVENTS = table(Rule), table(Tag), table(Event)
_MESSAGES, _CONVERSATIONS = table(Message), table(Conversation)
_DECISIONS: Final = ("status_changed", "assigned", "tagged")


def rules_stand() -> ScalarSelect[bool]:
    """Return what tells, as a column of another question, whether any rule stands: a desk without pays for none."""
    return select(select(_RULES.c.id).where(_RULES.c.valid_until.is_(None)).exists()).scalar_subquery()


@dataclass(slots=True)
class Filed:
    """What rules did with a batch.

    Attributes:
        facts: to be recorded.
        ignored: the rule's name by the message that it ignores.
    """

    facts: list[Fact] = field(default_factory=list)
    ignored: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Home:
    """A conversation that rules met mail of, as it stands and as it will.

    Attributes:
        incoming: its messages that came in, this batch's among them.
        removed: tags that agents took off; `assigned` whether agents decided who has it.
        decided_at: when agents last decided where it stands; `None` when they never did.
        quiet: the messages that ask for nothing, and whether as spam.
    """

    number: int
    status: Status
    assignee_id: int | None
    tags: set[str] = field(default_factory=set)
    incoming: list[Any] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    assigned: bool = False
    decided_at: datetime | None = None
    quiet: dict[int, bool] = field(default_factory=dict)

    def decided_since(self, moment: datetime) -> bool:
        """Say whether an agent decided where it stands after a rule was laid down: that holds."""
        return self.decided_at is not None and self.decided_at >= moment

    def others_wait(self) -> bool:
        """Say whether somebody's mail in it is still to be answered that no rule met."""
        return any(
            one.automatic is Automatic.NO and not (one.handled or one.history or one.id in self.quiet)
            for one in self.incoming
        )


def filed_by_rules(session: Session, messages: Sequence[Incoming], begun: Mapping[int, int]) -> Filed:
    """Return what the standing rules do with the messages of a batch; those that ask for nothing are made `quiet`.

    Only live mail that came in is met. Tags add up; of what bars each other the first rule's word holds. A rule
    assigns what nobody has and no agent decided about, puts on no tag that an agent took off, and leaves a
    conversation where it stands if an agent put it there since the rule was laid down. It hides nobody else's mail:
    a conversation becomes spam only if all of it is from that sender, and is closed only if it begins here, and
    either only if nothing else in it waits; else the message alone asks for nothing.

    Args:
        session: of a writing transaction, the messages joined to their conversations.
        messages: of the batch, in the order of their arrival.
        begun: the conversations that begin with this batch, and their first messages.
    """
    live = [one for one in messages if one.direction is Direction.INCOMING and not one.history]
    if not live:
        return Filed()
    standing = select(_RULES).where(_RULES.c.valid_until.is_(None)).order_by(_RULES.c.id)
    rules = [(row, Test(Conditions.read(row.conditions or {}))) for row in session.connection().execute(standing)]
    letters = [(one, _letter(one)) for one in live]
    met = [(one, row) for one, letter in letters for row, test in rules if test.meets(letter)]
    if not met:
        return Filed()
    homes = _homes(session, {one.message_id for one, _ in met})
    filed, said = Filed(), []
    changes: defaultdict[int, list[Fact]] = defaultdict(list)
    for message, rule in met:
        home = homes[message.message_id]
        did = [*_tag(home, rule, message, changes), *_assign(home, rule, message, changes)]
        quiets = (rule.spam or rule.ignores) and message.message_id not in home.quiet
        if quiets and not home.decided_since(rule.valid_from):
            home.quiet[message.message_id] = rule.spam
            message.quiet = True
            did.append("spam" if rule.spam else "ignore")
            if rule.ignores:
                filed.ignored[message.message_id] = rule.name or ""
        said.append(
            Ruled(
                conversation_id=home.number,
                message_id=message.message_id,
                rule_id=rule.id,
                did=tuple(did),
                ignored="ignore" in did,
                name=rule.name,
                happened_at=message.arrived_at,
            )
        )
    arrived = {one.message_id: one.arrived_at for one in live}
    for home in {one.number: one for one in homes.values()}.values():
        changes[home.number] += _settled(home, arrived, begins=home.number in begun)
    filed.facts = [*said, *sorted((one for some in changes.values() for one in some), key=lambda fact: fact.kind)]
    return filed


def _letter(message: Incoming) -> Letter:
    parsed = message.parsed
    return Letter(
        author=parsed.author,
        recipients=(*parsed.to, *parsed.cc),
        subject=parsed.subject,
        list_id=parsed.list_id,
        size=message.delivery.size,
    )


def _tag(home: _Home, rule: Any, message: Incoming, changes: Mapping[int, list[Fact]]) -> list[str]:
    new = tuple(sorted(set(rule.tags) - home.tags - home.removed))
    if not new:
        return []
    home.tags.update(new)
    changes[home.number].append(
        Tagged(conversation_id=home.number, added=new, removed=(), happened_at=message.arrived_at)
    )
    return ["tag"]


def _assign(home: _Home, rule: Any, message: Incoming, changes: Mapping[int, list[Fact]]) -> list[str]:
    if rule.assignee_id is None or home.assignee_id is not None or home.assigned:
        return []
    home.assignee_id = rule.assignee_id
    changes[home.number].append(
        Assigned(conversation_id=home.number, before=None, after=rule.assignee_id, happened_at=message.arrived_at)
    )
    return ["assign"]


def _settled(home: _Home, arrived: Mapping[int, datetime], *, begins: bool) -> Iterable[Fact]:
    """Yield where a conversation stands now that some of its messages ask for nothing."""
    if not home.quiet:
        return
    authors = {one.author_id for one in home.incoming}
    is_spam = any(home.quiet.values()) and len(authors) == 1 and not home.others_wait()
    after = home.status
    if is_spam and home.status not in PUT_AWAY:
        after = Status.SPAM
    elif begins and home.status is Status.NEW and not home.others_wait():
        after = Status.CLOSED
    handled = tuple(number for number, spam in home.quiet.items() if not (spam and is_spam))
    last = max(arrived[number] for number in home.quiet)
    if handled:
        yield Handled(conversation_id=home.number, message_ids=handled, after=True, happened_at=last)
    if after is not home.status:
        yield StatusChanged(
            conversation_id=home.number, before=home.status, after=after, because=Cause.RULE, happened_at=last
        )


def _homes(session: Session, numbers: Iterable[int]) -> dict[int, _Home]:
    """Return the conversation of each message, with what agents decided of it."""
    connection = session.connection()
    homes: dict[int, _Home] = {}
    by_message: dict[int, _Home] = {}
    joined = _MESSAGES.join(_CONVERSATIONS, _CONVERSATIONS.c.id == _MESSAGES.c.conversation_id)
    for some in chunks(numbers):
        chosen = select(
            _MESSAGES.c.id.label("message_id"),
            _CONVERSATIONS.c.id,
            _CONVERSATIONS.c.status,
            _CONVERSATIONS.c.assignee_id,
        )
        for row in connection.execute(chosen.select_from(joined).where(_MESSAGES.c.id.in_(some))):
            home = homes.setdefault(row.id, _Home(row.id, row.status, row.assignee_id))
            by_message[row.message_id] = home
    for some in chunks(homes):
        tags = select(_TAGS).where(_TAGS.c.conversation_id.in_(some))
        for number, tag in connection.execute(tags):
            homes[number].tags.add(tag)
        incoming = select(
            _MESSAGES.c.conversation_id,
            _MESSAGES.c.id,
            _MESSAGES.c.author_id,
            _MESSAGES.c.automatic,
            _MESSAGES.c.handled,
            _MESSAGES.c.history,
        ).where(_MESSAGES.c.conversation_id.in_(some), _MESSAGES.c.direction == Direction.INCOMING)
        for message in connection.execute(incoming):
            homes[message.conversation_id].incoming.append(message)
        decisions = select(_EVENTS.c.conversation_id, _EVENTS.c.kind, _EVENTS.c.public, _EVENTS.c.recorded_at).where(
            _EVENTS.c.conversation_id.in_(some), _EVENTS.c.kind.in_(_DECISIONS), _EVENTS.c.agent_id.is_not(None)
        )
        for event in connection.execute(decisions.order_by(_EVENTS.c.id)):
            _note(homes[event.conversation_id], event.kind, json.loads(event.public)["fact"], event.recorded_at)
    return by_message


def _note(home: _Home, kind: str, values: Mapping[str, Any], recorded_at: datetime) -> None:
    """Note an agent's decision."""
    if kind == "tagged":
        home.removed.update(values["removed"])
    elif kind == "assigned":
        home.assigned = True
    elif values["because"] == Cause.AGENT:
        home.decided_at = recorded_at

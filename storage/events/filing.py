"""The facts of what agents lay down for the desk: views that are kept, rules that stand, and mail that a rule met."""

from datetime import datetime
from typing import Any, Literal

from storage.events.base import Fact, Personal


class ViewKept(Fact):
    """A view is kept from now on, is another from now on, or was taken away.

    Attributes:
        agent_id: whose it is; `None` when it is everybody's.
        place_before, place: where it stood and where it stands; `None` when there was none, or is none any more.
    """

    kind: Literal["view_kept"] = "view_kept"
    view_id: int
    agent_id: int | None
    place_before: int | None
    place: int | None
    name_before: Personal[str | None] = None
    name: Personal[str | None] = None
    query_before: Personal[str | None] = None
    query: Personal[str | None] = None


class RuleKept(Fact):
    """A rule stands from now on, or does not any more; what it says never changes.

    Attributes:
        before, after: whether it stood, and stands.
        conditions: as `storage.rules.filing.Conditions` writes them.
        tags, assignee_id, spam, ignores: what it does.
        valid_from: since when it acts, the first time that it stood.
    """

    kind: Literal["rule_kept"] = "rule_kept"
    rule_id: int
    before: bool
    after: bool
    tags: tuple[str, ...]
    assignee_id: int | None
    spam: bool
    ignores: bool
    valid_from: datetime
    name: Personal[str | None] = None
    conditions: Personal[dict[str, Any] | None] = None


class Ruled(Fact):
    """A rule met a message that arrived; the facts of what it did stand after this one, by the same action.

    Attributes:
        name: of the rule, as it was then.
        did: which of its deeds it did: ``tag``, ``assign``, ``spam``, ``ignore``; what it left out was decided by an
            agent, by a rule before it, or would have hidden somebody else's mail.
        ignored: the message asks for nothing: it counts as ignored.
    """

    kind: Literal["ruled"] = "ruled"
    conversation_id: int
    message_id: int
    rule_id: int
    did: tuple[str, ...]
    ignored: bool
    name: Personal[str | None] = None

"""A query's fields as conditions of SQL, for the queue and for the search alike."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy import Text as TextType
from sqlmodel import Session

from storage.kinds import TASKS, Channel, ConversationKind, Priority, Status
from storage.kinds.clean import folded
from storage.kinds.clocks import ClockState
from storage.models import PRIORITIZED, SHOWN_BELOW, SPOKEN, TASKED
from storage.queries.several import listed
from storage.queries.tables import AGENT, CLOCK, CONVERSATION, MAILBOX, MESSAGE, READ_MARK, TAG
from storage.rules.query import (
    COMPUTED,
    CONSULT,
    FIGURE,
    PROMISE,
    TIMELY,
    BadQuery,
    Field,
    Moment,
    Node,
    Not,
    Or,
    Sla,
    State,
    Text,
    Trouble,
    of_customer,
)
from storage.rules.query import And as Both
from storage.rules.query_asked import due_asked, sla_asked
from storage.search.matching import matching, written

_C = CONVERSATION.c
_SNOOZED, _SETTLED, _TRASH, _GONE = 3, 5, 7, 9  # ranks of `storage.models.conversations.QUEUE_RANKS`

_RANKED = frozenset({State.OPEN, State.SETTLED, State.SNOOZED})
_FEW = 10_000  # conversations whose customers alone are computed
_COMMON = 20_000  # conversations with a tag that are never looked at one by one

_IN_ONE = MESSAGE.c.conversation_id.is_not(None)

Condition = ColumnElement[bool]


class Every(Container[Field]):
    """Every field there is: where rows are given, and nothing is started from a field."""

    def __contains__(self, field: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Ground:
    """What a query is asked of: how words and moments become conditions there.

    Attributes:
        found: takes a selection of the index's numbers, gives the condition that a row is among them.
        moment: the condition of ``before:`` and ``after:``.
        freely: say ranks so that no index serves them, where the order or a place has a better one.
        timely: say statuses so, too.
        probed: tags, and what is told of customers, that are looked up for each row; the rows of all others are taken
            from there. See `walked_past`.
        among: the only customers whose rows can meet the query; `None` where that is not known. See `customers`.
    """

    session: Session
    agent_id: int | None
    found: Callable[[Any], Condition]
    moment: Callable[[Moment], Condition]
    freely: bool = False
    timely: bool = False
    probed: Container[Field] = frozenset()
    among: Sequence[int] | None = None

    @property
    def rank(self) -> ColumnElement[int]:
        """The rank in the queue."""
        return _C.queue_rank + 0 if self.freely else _C.queue_rank


def condition(ground: Ground, node: Node) -> Condition:
    """Return what a row must meet.

    Raises:
        BadQuery: an owner or a mailbox of that name is not there, or a prefix is too broad.
    """
    connection = ground.session.connection()
    expression = written(connection, node)
    if expression is not None:
        return ground.found(matching(connection, expression))
    match node:
        case Not(Field(name="tag") as tag):
            return not_(_tagged(tag, probed=True))
        case Not(Field(name=name) as told) if of_customer(name):
            return not_(_told(ground, told, probed=True))
        case Not(part):
            return not_(condition(ground, part))
        case Both(parts):
            return and_(*(condition(ground, part) for part in parts))
        case Or(parts):
            return or_(*(condition(ground, part) for part in parts))
        case Moment():
            return ground.moment(node)
        case Field():
            return _behind(ground, node) if node.name == FIGURE else _field(ground, node)
        case Text():
            raise AssertionError("the index answers words alone")


def only_conversation(node: Node) -> bool:
    """Say whether the conversation's own columns answer `node`: neither words nor moments are in it."""
    match node:
        case Field(name=name):
            return name not in {"has", FIGURE}
        case Not(part):
            return only_conversation(part)
        case Both(parts) | Or(parts):
            return all(only_conversation(part) for part in parts)
        case _:
            return False


def _field(ground: Ground, field: Field) -> Condition:
    match field.name:
        case "is":
            return _state(ground, State(field.value))
        case "owner":
            return _owner(ground, field)
        case "mailbox":
            return _C.mailbox_id == _named(ground.session, field, MAILBOX, partly=False)
        case "tag":
            return _tagged(field, probed=field in ground.probed)
        case name if of_customer(name):
            return _told(ground, field, probed=field in ground.probed)
        case name if name in _DUE:
            return _DUE[name](field)
        case "priority" if field.value != Priority.NORMAL:
            return and_(_C.priority == field.value, literal_column(PRIORITIZED))
        case "kind" if field.value in TASKS:  # of the one sort, or of both
            sorts = TASKS if field.value == ConversationKind.TASK else {ConversationKind.CHECK_IN}
            return and_(_C.kind.in_(sorted(sorts)), literal_column(TASKED))
        case "channel" if field.value == Channel.PHONE:  # no conversation begins with a call, but calls stand in it
            return _C.id.in_(select(MESSAGE.c.conversation_id).where(_IN_ONE, literal_column(SPOKEN)))
        case name:
            return _C[name] == field.value


def _sla(field: Field) -> Condition:
    """Return how the clock stands that is due first; of what has none nothing is late, also when this is negated."""
    asked = sla_asked(field)
    runs = _C.due_at.is_not(None)
    match asked.word:
        case Sla.LATE:
            return and_(runs, _C.due_at <= asked.at)
        case Sla.WARNED:
            return and_(runs, _C.due_at > asked.at, _C.warn_at.is_not(None), _C.warn_at <= asked.at)
        case Sla.PAUSED:
            return and_(_C.due_at.is_(None), _stands())
        case Sla.NONE:
            return and_(_C.due_at.is_(None), not_(_stands()))
        case _:
            return and_(runs, _C.due_at < asked.at if asked.before else _C.due_at > asked.at)


def _stands() -> Condition:
    """Return that a clock of the conversation stands, for the customer or for a third party."""
    paused = (CLOCK.c.conversation_id == _C.id, CLOCK.c.state.in_((ClockState.PAUSED, ClockState.ON_HOLD)))
    return exists(select(CLOCK.c.conversation_id).where(*paused).correlate(CONVERSATION))


def _tagged(field: Field, *, probed: bool) -> Condition:
    """Return that a row has a tag: looked up for the row, or else with the tag's rows as where to start from."""
    if not probed:
        return _C.id.in_(_having(field))
    return exists(_having(field).where(TAG.c.conversation_id == _C.id + 0).correlate(CONVERSATION))


def _having(field: Field) -> Select[Any]:
    words = {field.value, field.value.lower()}
    return select(TAG.c.conversation_id).where(TAG.c.tag.in_(sorted(words)))


def _told(ground: Ground, field: Field, *, probed: bool) -> Condition:
    from storage.queries.segments import served_to  # late: a desk's first frame asks nothing of customers

    return served_to(ground.session, field, probed=probed, among=ground.among)


def _behind(ground: Ground, field: Field) -> Condition:
    """Return that a conversation is behind a figure; each is read once in a transaction."""
    from storage.queries.dashboard import behind  # late, as above
    from storage.rules.dashboard import figure_asked

    assert field.now is not None
    asked = figure_asked(field)
    known = ground.session.info.setdefault(FIGURE, {})
    if asked not in known:
        known[asked] = behind(ground.session, asked, now=field.now)
    return _C.id.in_(listed(ground.session.connection(), known[asked]))


def _said(due: datetime | None = None) -> Condition:
    from storage.queries.promises import said_in  # late, as above

    return _C.id.in_(said_in(due=due))


def _consulting(due: datetime | None = None) -> Condition:
    from storage.queries.handoffs import consulting  # late, as above

    return and_(_C.id.in_(consulting(due=due)))


def _rows_of(session: Session, field: Field, among: Sequence[int] | None) -> Select[Any]:
    from storage.queries.segments import having  # late, as above

    return _having(field) if field.name == "tag" else having(session, field, among)


def customers(session: Session, node: Node | None, agent_id: int | None) -> Sequence[int] | None:
    """Return the only customers whose conversations can meet a query that asks for what is computed.

    `None` where it asks for nothing of that sort, or where they are many: all are computed then.
    """
    parts = node.parts if isinstance(node, Both) else ()
    rest = [part for part in parts if only_conversation(part) and not _computed(part)]
    if not rest or not any(_computed(part) for part in parts):
        return None
    ground = Ground(session, agent_id, lambda _: false(), lambda _: false())
    chosen = select(_C.customer_id).where(*(condition(ground, part) for part in rest)).limit(_FEW + 1)
    found = session.connection().execute(chosen).scalars().all()
    return sorted({number for number in found if number is not None}) if len(found) <= _FEW else None


def _computed(node: Node) -> bool:
    match node:
        case Field(name=name, value=value):
            return name in COMPUTED or (name == "persona" and value.casefold() == "suggested")
        case Not(part):
            return _computed(part)
        case Both(parts) | Or(parts):
            return any(_computed(part) for part in parts)
        case _:
            return False


def walked_past(
    session: Session, node: Node | None, agent_id: int | None, among: Sequence[int] | None = None
) -> frozenset[Field]:
    """Return the tags of a query, and what it asks of customers, on which it is not worth starting.

    Where a tag is rarer than all else that an index answers, its conversations are few, and each is looked at.
    Where it is common, the queue is walked in its order and every row's tag looked up: a window is full soon.

    Args:
        session: of any transaction.
        node: the query.
        agent_id: what ``me`` is.
        among: as `customers` gives them.
    """
    parts = node.parts if isinstance(node, Both) else (node,)
    fields = [part for part in parts if isinstance(part, Field)]
    tags = [part for part in fields if part.name == "tag" or of_customer(part.name)]
    if not tags:
        return frozenset()
    connection = session.connection()

    def counted(statement: Any, most: int) -> int:
        some = statement.limit(most).subquery()
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

    counts = {tag: counted(_rows_of(session, tag, among), _COMMON) for tag in tags}
    rarest = min(tags, key=lambda tag: counts[tag])
    least = counts[rarest]
    others = [part for part in fields if part not in tags and served(part)]
    if others and 0 < least < _COMMON:
        ground = Ground(session, agent_id, lambda _: false(), lambda _: false())
        rest = select(_C.id).where(*(condition(ground, part) for part in others))
        if counted(rest, least) < least:
            least = _COMMON
    return frozenset(tags) if least == _COMMON else frozenset(tags) - {rarest}


def served(node: Node) -> bool:
    """Say whether an index finds the rows that meet `node`."""
    match node:
        case Field(name="is", value=value):
            return value != State.UNREAD
        case Field(name="priority", value=value):
            return value != Priority.NORMAL
        case Field(name="kind", value=value):
            return value in TASKS
        case Field(name=name):
            return name in {"owner", "mailbox", "tier", "tag", *TIMELY} or of_customer(name)
        case _:
            return False


def _state(ground: Ground, state: State) -> Condition:
    match state:
        case State.OPEN:
            return ground.rank < SHOWN_BELOW
        case State.SETTLED:
            return ground.rank == _SETTLED
        case State.SNOOZED:
            return ground.rank == _SNOOZED
        case State.UNASSIGNED:
            return _C.assignee_id.is_(None)
        case State.MINE:
            return _assigned_to(ground.agent_id) if ground.agent_id is not None else false()
        case State.PROMISED | State.CONSULTING:
            return _said() if state is State.PROMISED else _consulting()
        case State.UNREAD:
            seen = (
                select(READ_MARK.c.message_id)
                .where(READ_MARK.c.agent_id == ground.agent_id, READ_MARK.c.conversation_id == _C.id)
                .correlate(CONVERSATION)
                .scalar_subquery()
            )
            return unread(seen)
        case State.OFFERED | State.BOUNCING:
            from storage.queries.handoffs import is_bouncing, is_offered  # late: a desk's first frame asks neither

            asked: Condition = is_offered(_C.id, to=ground.agent_id)
            return asked if state is State.OFFERED else and_(is_bouncing(_C.id))
        case _ if ground.timely:
            return cast(_C.status, TextType) == state.value
        case _:
            return _C.status == Status(state.value)


def unread(seen: Any) -> Condition:
    """Return whether the newest message is another than the one that was seen last, or nothing was seen."""
    return or_(seen.is_(None), seen != _C.last_message_id)


def standing(ground: Ground, *, trash: bool = True) -> Condition:
    """Return that a number stands for itself: it was joined to no other, nor lies in the trash unless it may."""
    return ground.rank < (_GONE if trash else _TRASH)


def asks_for_trash(node: Node | None) -> bool:
    """Say whether a query names the trash, which no other shows."""
    match node:
        case Field(name="is", value=State.TRASH):
            return True
        case Field(name="figure", value=value):
            return value.lower().startswith("left_out@")
        case Not(part):
            return asks_for_trash(part)
        case Both(parts) | Or(parts):
            return any(asks_for_trash(part) for part in parts)
        case _:
            return False


def stands(node: Node) -> bool:
    """Say whether `node` alone lets only such through, by the rank.

    Of two bounds of the rank SQLite takes one to walk the index by, and the wider one makes it walk on through all
    that is settled.
    """
    match node:
        case Field(name="is", value=value):
            return value in _RANKED
        case Both(parts):
            return any(stands(part) for part in parts)
        case _:
            return False


def _owner(ground: Ground, field: Field) -> Condition:
    match folded(field.value):
        case "none":
            return _C.assignee_id.is_(None)
        case "me":
            return _state(ground, State.MINE)
        case _:
            return _assigned_to(_named(ground.session, field, AGENT, partly=True, also=("me", "none")))


def _assigned_to(agent_id: int) -> Condition:
    """Return that a conversation is an agent's; what is nobody's is surely not, also when this is negated."""
    return and_(_C.assignee_id.is_not(None), _C.assignee_id == agent_id)


def _named(session: Session, field: Field, table: Any, *, partly: bool, also: tuple[str, ...] = ()) -> int:
    """Return the id of the row with the name that a field gives: the whole name, or the begin of one alone.

    Raises:
        BadQuery: nobody, or more than one, is called so.
    """
    rows = session.connection().execute(select(table.c.id, table.c.name).where(table.c.name.is_not(None))).all()
    wanted = folded(field.value)
    fitting = [row.id for row in rows if folded(row.name) == wanted]
    if not fitting and partly:
        fitting = [row.id for row in rows if any(word.startswith(wanted) for word in folded(row.name).split())]
    if len(fitting) != 1:
        names = tuple(sorted(row.name for row in rows))
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=(*also, *names))
    return int(fitting[0])


_DUE: Final[Mapping[str, Callable[[Field], Condition]]] = {
    "sla": _sla,
    PROMISE: lambda field: _said(due_asked(field)),
    CONSULT: lambda field: _consulting(due_asked(field)),
}
"""What asks for moments that are ahead, or over."""

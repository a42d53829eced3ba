"""What a period of the desk comes to, reckoned from what happened in each conversation.

Pure. The definitions, from DOMAIN §3 and its sources:

- *solved*: the share of the conversations that began in the period which are resolved or closed now.
- *contacts*: how many messages and calls of the customer it took to solve one, up to when it was resolved the last
  time; the mean over those that are solved.
- *first response*: from the customer's first message to the first public answer by a person after it. Notes, automatic
  answers, changes of status and answers that were taken back or failed never count. A call answers what was asked
  before it, whoever rang, and waits for no answer itself. All hours count: what business hours make of it, the clocks
  say.
- *any response*: the same from each contact of the customer that was the oldest unanswered one, to the answer: as often
  as a conversation was answered.
- *between contacts*: from each contact of a chat to the next, on either side. Mail and calls are no chat, and a desk
  has no other channel yet: they are left out, and counted.
- *first contact*: the share of those that are solved which took one contact of the customer, were never handed on and
  never reopened (first-contact resolution of N1 as solver, DOMAIN §2).
- *acceptance*: from a transfer to its acceptance.
- *misrouted*: the share of the handoffs that were answered, accepted or sent back, which were sent back without being
  accepted: who accepts one says that it is theirs, and what they hand back when it is done was sent to the right place.

A conversation begins with its first message. What a machine or the desk itself began, what is spam or trash, and what
is history unless it is asked for, is in no figure.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from storage.kinds import (
    PUT_AWAY,
    SETTLED,
    TASKS,
    Automatic,
    Channel,
    ConversationKind,
    Direction,
    HandoffState,
    Status,
)
from storage.kinds.moments import in_zone
from storage.kinds.reports import Border, Figure, LeftOut, Measure, Unit
from storage.kinds.words import Tier

_CHATLESS: Final = frozenset({Channel.EMAIL, Channel.PHONE})


DAYS: Final = 28
"""Days of a report that says none."""


def period(since: date | None, until: date | None, now: datetime) -> tuple[datetime, datetime]:
    """Return the begin of the first day, and the end of the last one, in a person's zone.

    Args:
        since: the first day; `None` for `DAYS` days in all.
        until: the last day; `None` for today.
        now: the present, in their zone.
    """
    last = until or now.date()
    first = since or last - timedelta(days=DAYS - 1)
    begin, end = (in_zone(datetime.combine(day, time()), now) for day in (first, last + timedelta(days=1)))
    return begin, end


@dataclass(frozen=True, slots=True)
class Contact:
    """A message or a call, in the order of arrival."""

    at: datetime
    direction: Direction
    automatic: Automatic
    channel: Channel
    history: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of status."""

    at: datetime
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Story:
    """What happened in one conversation.

    Attributes:
        contacts, turns: in their order.
        handed: whether it was ever handed on.
    """

    status: Status
    kind: ConversationKind
    contacts: Sequence[Contact]
    turns: Sequence[Turn] = ()
    handed: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """One handoff."""

    from_tier: Tier
    to_tier: Tier
    state: HandoffState
    at: datetime
    accepted_at: datetime | None
    escalations: int
    crossed: int


@dataclass
class Sums:
    """A mean with its percentiles: eight bytes for each value."""

    values: "array[float]" = field(default_factory=lambda: array("d"))

    def figure(self, measure: Measure, unit: Unit, left_out: Counter[LeftOut]) -> Figure:
        """Return the mean, and what half and nine tenths do not exceed (nearest rank)."""
        ordered = sorted(self.values)
        n = len(ordered)
        if not n:
            return Figure(measure, unit, 0, None, left_out=_told(left_out))
        half, most = (nearest(ordered, share) for share in (50, 90))
        return Figure(measure, unit, n, sum(ordered) / n, half, most, _told(left_out))


def nearest(ordered: Sequence[float], share: int) -> float:
    """Return what that share of them, in percent, does not exceed (nearest rank).

    Args:
        ordered: from the least; at least one.
        share: from 1 to 100.
    """
    return ordered[-(-len(ordered) * share // 100) - 1]


def _told(left_out: Counter[LeftOut]) -> tuple[tuple[LeftOut, int], ...]:
    return tuple((why, left_out[why]) for why in LeftOut if left_out[why])


class Tally:
    """Takes conversations one by one, and tells the figures.

    Args:
        history: whether what came before its mailbox was live is in them.

    Attributes:
        firsts: of each that was answered, when it began, and how many seconds the first response took.
    """

    def __init__(self, *, history: bool = False) -> None:
        self._history = history
        self.began = 0
        self.firsts: list[tuple[datetime, float]] = []
        self.left_out: Counter[LeftOut] = Counter()
        self._counted = self._solved = self._first_contact = self._chatless = 0
        self._unanswered: Counter[LeftOut] = Counter()
        self._contacts, self._any, self._between = Sums(), Sums(), Sums()

    def take(self, story: Story) -> None:
        """Take a conversation that began in the period."""
        self.began += 1
        if (why := left_out(story, history=self._history)) is not None:
            self.left_out[why] += 1
            return
        self._counted += 1
        answers = [(at, taken.total_seconds()) for at, taken in responses(story.contacts)]
        if not answers:
            self._unanswered[LeftOut.UNANSWERED if _asked(story.contacts) else LeftOut.CALL] += 1
        self.firsts.extend((story.contacts[0].at, taken) for _at, taken in answers[:1])
        self._any.values.extend(taken for _at, taken in answers)
        chat = [one.at for one in _by_people(story.contacts) if one.channel not in _CHATLESS]
        self._chatless += len(chat) < 2
        self._between.values.extend((later - earlier).total_seconds() for earlier, later in pairwise(chat))
        if story.status not in SETTLED:
            return
        self._solved += 1
        took = contacts_to_solve(story)
        self._contacts.values.append(took)
        self._first_contact += took == 1 and not story.handed and not _reopened(story.turns)

    def figures(self) -> tuple[Figure, ...]:
        """Return the figures of what was taken."""
        unsolved = Counter({LeftOut.UNSOLVED: self._counted - self._solved})
        share = self._solved / self._counted if self._counted else None
        at_once = self._first_contact / self._solved if self._solved else None
        chatless = Counter({LeftOut.NO_CHAT: self._chatless})
        response = Sums(array("d", (taken for _at, taken in self.firsts)))
        return (
            Figure(Measure.SOLVED, Unit.SHARE, self._counted, share),
            self._contacts.figure(Measure.CONTACTS, Unit.COUNT, unsolved),
            response.figure(Measure.FIRST_RESPONSE, Unit.SECONDS, self._unanswered),
            self._any.figure(Measure.ANY_RESPONSE, Unit.SECONDS, self._unanswered),
            self._between.figure(Measure.BETWEEN_CONTACTS, Unit.SECONDS, chatless),
            Figure(Measure.FIRST_CONTACT, Unit.SHARE, self._solved, at_once, left_out=_told(unsolved)),
        )


def left_out(story: Story, *, history: bool = False) -> LeftOut | None:
    """Return why a conversation is in no figure; `None` where it is in them.

    Args:
        story: what happened in it.
        history: whether what came before its mailbox was live is in them.
    """
    if story.kind in TASKS:
        return LeftOut.TASK
    if story.status in PUT_AWAY:
        return LeftOut.PUT_AWAY
    first = next((one for one in story.contacts if one.direction is not Direction.INTERNAL), None)
    if first is None or first.direction is Direction.OUTGOING:
        return LeftOut.OURS
    if first.automatic is not Automatic.NO:
        return LeftOut.AUTOMATIC
    return LeftOut.HISTORY if first.history and not history else None


def responses(contacts: Sequence[Contact]) -> Iterator[tuple[datetime, timedelta]]:
    """Yield when each contact that waited longest was made, and how long it took until a person answered in public."""
    asked = None
    for one in _by_people(contacts):
        if _asks(one):
            asked = asked or one.at
        elif asked is not None:
            yield asked, one.at - asked
            asked = None


def _by_people(contacts: Iterable[Contact]) -> Iterator[Contact]:
    return (one for one in contacts if one.automatic is Automatic.NO and one.direction is not Direction.INTERNAL)


def _asks(one: Contact) -> bool:
    """Say whether somebody waits for an answer to it, as the clocks do: not to a call."""
    return one.direction is Direction.INCOMING and one.channel is not Channel.PHONE


def _asked(contacts: Iterable[Contact]) -> bool:
    return any(map(_asks, _by_people(contacts)))


def contacts_to_solve(story: Story) -> int:
    """Return how often the customer got in touch until it was resolved the last time; once at least."""
    ends = [one.at for one in story.turns if one.after in SETTLED and one.before not in SETTLED]
    theirs = [one.at for one in story.contacts if one.direction is Direction.INCOMING and one.automatic is Automatic.NO]
    return max(1, sum(at <= ends[-1] for at in theirs) if ends else len(theirs))


def _reopened(turns: Sequence[Turn]) -> bool:
    return any(one.before in SETTLED and one.after not in SETTLED | PUT_AWAY for one in turns)


def borders(handoffs: Iterable[Handed]) -> tuple[tuple[Border, ...], Figure]:
    """Return what became of handoffs by the border that they crossed, and acceptance over all of them."""
    counts: dict[tuple[Tier, Tier], Counter[str]] = {}
    times: dict[tuple[Tier, Tier], Sums] = {}
    every, all_left = Sums(), Counter[LeftOut]()
    lefts: dict[tuple[Tier, Tier], Counter[LeftOut]] = {}
    for one in handoffs:
        border = one.from_tier, one.to_tier
        count, left = counts.setdefault(border, Counter()), lefts.setdefault(border, Counter())
        if one.state is HandoffState.TAKEN_BACK:
            left[LeftOut.TAKEN_BACK] += 1
            all_left[LeftOut.TAKEN_BACK] += 1
            continue
        count["transfers"] += 1
        count["escalated"] += one.escalations > 0
        count["bounces"] += one.crossed > 1
        if one.accepted_at is not None:
            taken = max((one.accepted_at - one.at).total_seconds(), 0.0)  # a clock may have been set back
            times.setdefault(border, Sums()).values.append(taken)
            every.values.append(taken)
        if one.accepted_at is not None:
            count["accepted"] += 1
            count["handed_back"] += one.state is HandoffState.RETURNED
        else:
            count["returned" if one.state is HandoffState.RETURNED else "open"] += 1
            why = LeftOut.RETURNED if one.state is HandoffState.RETURNED else LeftOut.OPEN
            left[why] += 1
            all_left[why] += 1
    found = tuple(
        Border(
            *border,
            count["transfers"],
            count["accepted"],
            count["handed_back"],
            count["returned"],
            count["open"],
            count["escalated"],
            count["bounces"],
            times.get(border, Sums()).figure(Measure.ACCEPTANCE, Unit.SECONDS, lefts[border]),
        )
        for border, count in sorted(counts.items())
        if count["transfers"]
    )
    return found, every.figure(Measure.ACCEPTANCE, Unit.SECONDS, all_left)

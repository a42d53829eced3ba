"""How customers fare: what the rules of `storage.rules.journey` go by, read for one account or for many at once.

An account is an organization with its people, or a person who belongs to none. What is written down of a person goes
before what their organization has, feature by feature.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, cast

from pydantic_core import from_json
from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, case, false, func, select, type_coerce
from sqlalchemy import cast as sql_cast
from sqlmodel import Session

from storage.apply.stories import said
from storage.kinds import TASKS, EntryKind, Subject
from storage.kinds.clean import folded
from storage.kinds.journey import (
    Engagement,
    Fares,
    Figure,
    JourneyView,
    Lifecycle,
    Milestone,
    MilestoneView,
    Stay,
    Usage,
)
from storage.kinds.moments import microseconds, moment
from storage.models import SHOWN_BELOW
from storage.queries import knowing
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, ENTRY, MESSAGE, PERSON, PROFILE, TAG
from storage.rules.journey import Known, Settings, features, health, phase

Account = tuple[Subject, int]

_P, _O = Subject.PERSON, Subject.ORGANIZATION
_FIELDS: Final = ("since", "lifecycle", "health")
_KINDS: Final = (EntryKind.USAGE, EntryKind.ENGAGEMENT, EntryKind.MILESTONE)
PIECES: Final = frozenset({"fields", "mails", *_KINDS, "opened", "tagged"})
"""What can be read of accounts: whoever asks for less reads less."""

FARING: Final = PIECES - {"tagged"}
"""What lifecycle and health follow from: tags say something of features alone."""

_WAITS: Final = 0  # a rank of `storage.models.conversations.QUEUE_RANKS`
_JSON: Final = sql_cast(ENTRY.c.value, Text)
_SUBJECTS: Final = {str(one): one for one in Subject}
_AT_ONCE: Final = 2_000  # rows
_FEW: Final = 100  # accounts, each of which is looked up
_MILESTONES, _STAYS = 200, 50  # as many of each are shown
_C = CONVERSATION.c


@dataclass(slots=True)
class _Gathered:
    """What is read of an account, piece by piece."""

    fields: dict[str, str] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None
    usages: dict[str, Usage] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)
    milestones: list[Milestone] = field(default_factory=list)
    tagged: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    late: int = 0

    def known(self, now: datetime) -> Known:
        """Return it as the rules take it."""
        return Known(
            since=_day(self.fields.get("since")),
            first=None if self.first is None else moment(self.first).astimezone(now.tzinfo).date(),
            last=None if self.last is None else moment(self.last).astimezone(now.tzinfo).date(),
            pinned=_pin(self.fields.get("lifecycle")),
            hand=_share(self.fields.get("health")),
            usages=tuple(self.usages.values()),
            engagements=tuple(self.engagements.values()),
            tagged=self.tagged,
            opened=self.opened,
            late=self.late,
            milestones=tuple(self.milestones),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _pin(text: str | None) -> Lifecycle | None:
    return Lifecycle(text) if text else None


def _share(text: str | None) -> int | None:
    return None if text is None else round(float(text))


def read(session: Session, person_id: int, *, now: datetime) -> JourneyView:
    """Read where a customer is, and how they fare.

    Args:
        session: of any transaction.
        person_id: of who stands for themselves.
        now: the moment, in the agent's zone.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: that person is another one's number since the two were merged (rule ``already_merged``).
    """
    return _view(session, _P, person_id, knowing.membership(session, _P, person_id), now)


def read_organization(session: Session, organization_id: int, *, now: datetime) -> JourneyView:
    """Read where an organization is, and how it fares, with its people; otherwise as `read`."""
    return _view(session, _O, organization_id, None, now)


def beside(session: Session, person_id: int, organization_id: int | None, *, now: datetime) -> Fares:
    """Read in short how a customer fares, for where they are only a part of what is shown.

    Args:
        session: of any transaction.
        person_id: of who stands for themselves.
        organization_id: theirs; `None` for none.
        now: the moment, in the agent's zone.
    """
    settings, today = knowing.settings(session), now.date()
    account: Account = (_P, person_id) if organization_id is None else (_O, organization_id)
    some = accounts(session, [account], settings=settings, now=now, pieces=FARING)
    known, milestones = some[account], list(some[account].milestones)
    if organization_id is not None:
        asked = _Asked(session, [(_P, person_id)])
        own = [kept for _, kept in asked.entries(_KINDS)]
        milestones += [one for one in own if isinstance(one, Milestone)]
        known = as_told(known, {name: value for _, name, value in asked.fields()}, own)
    lived, uses = phase(known, settings, today), features(known, settings, today)
    fares = health(known, settings, today, lived=lived, uses=uses)
    return Fares(lived, fares, sum(one.overdue(today) for one in milestones))


def both(
    session: Session, person_id: int, organization_id: int | None, *, now: datetime
) -> tuple[JourneyView, JourneyView | None]:
    """Read where a customer is, and where their organization is as a whole: in as many statements as one of them.

    Args:
        session: of any transaction.
        person_id: of who stands for themselves.
        organization_id: theirs; `None` for none.
        now: the moment, in the agent's zone.
    """
    laid = _Laid(knowing.settings(session), knowing.features(session), now.date())
    own = _Own.read(session, _P, person_id)
    if organization_id is None:
        return laid.pictured(accounts(session, [(_P, person_id)], settings=laid.settings, now=now), own), None
    theirs = _Own.read(session, _O, organization_id)
    known = accounts(session, [(_O, organization_id)], settings=laid.settings, now=now)
    return laid.pictured(known, own, theirs), laid.pictured(known, theirs)


def _view(session: Session, subject: Subject, number: int, organization: int | None, now: datetime) -> JourneyView:
    if subject is _P:
        return both(session, number, organization, now=now)[0]
    laid = _Laid(knowing.settings(session), knowing.features(session), now.date())
    known = accounts(session, [(subject, number)], settings=laid.settings, now=now)
    return laid.pictured(known, _Own.read(session, subject, number))


@dataclass(frozen=True, slots=True)
class _Own:
    """What is said and written down of one customer, or of one organization."""

    account: Account
    said: Mapping[str, str]
    written: Sequence[tuple[int, Any]]

    @classmethod
    def read(cls, session: Session, subject: Subject, number: int) -> "_Own":
        said = {name: value for name, value in knowing.values(session, subject, number).items() if value}
        found = knowing.entries(session, subject, number, kinds=(*_KINDS, EntryKind.STAY))
        return cls((subject, number), said, [(one.entry_id, one.value) for one in found])

    @property
    def stays(self) -> list[Stay]:
        return [one for _, one in self.written if isinstance(one, Stay)]

    def milestones(self, *, theirs: bool = False) -> list[MilestoneView]:
        return [MilestoneView(each, one, theirs=theirs) for each, one in self.written if isinstance(one, Milestone)]


@dataclass(frozen=True, slots=True)
class _Laid:
    """What the desk has laid down for journeys, on a day."""

    settings: Settings
    names: Sequence[str]
    today: date

    def pictured(self, found: Mapping[Account, Known], own: _Own, theirs: _Own | None = None) -> JourneyView:
        """Return where somebody is: a customer beside their organization, or who stands alone."""
        settings, today = self.settings, self.today
        known = found[own.account if theirs is None else theirs.account]
        stays, milestones = own.stays, own.milestones()
        stage = own.said.get("stage", "")
        if theirs is not None:
            milestones += theirs.milestones(theirs=True)
            if not stage:
                stays, stage = theirs.stays, theirs.said.get("stage", "")
            known = as_told(known, own.said, [one for _, one in own.written])
        lived = phase(known, settings, today)
        used = (one for one in self.names if known.usages or folded(one) in known.tagged)
        uses = features(known, settings, today, used)
        typology = own.said.get("typology", "")
        tips = {folded(name): tip for name, tip in settings.typologies.items()}
        return JourneyView(
            stage=stage,
            stages=settings.stages,
            stays=tuple(sorted(stays, key=lambda one: (one.until is None, one.since), reverse=True)[:_STAYS]),
            milestones=tuple(sorted(milestones, key=_urgency)[:_MILESTONES]),
            phase=lived,
            features=uses,
            health=health(known, settings, today, lived=lived, uses=uses),
            typology=typology,
            tip=tips.get(folded(typology), ""),
            approaches=settings.approaches,
        )


def _urgency(one: MilestoneView) -> tuple[bool, date, int]:
    return one.milestone.done is not None, one.milestone.due, one.entry_id


def as_told(known: Known, fields: Mapping[str, str], written: Iterable[object]) -> Known:
    """Return what is known of an account as it is for one of its people: what is said of themselves goes first.

    Args:
        known: of the account.
        fields: of their own profile.
        written: what is written down of themselves.
    """
    usages = {one.name: one for one in known.usages} | {one.name: one for one in written if isinstance(one, Usage)}
    engagements = {one.name: one for one in known.engagements}
    engagements |= {one.name: one for one in written if isinstance(one, Engagement)}
    return replace(
        known,
        pinned=_pin(fields.get("lifecycle")) or known.pinned,
        hand=known.hand if "health" not in fields else _share(fields["health"]),
        usages=tuple(usages.values()),
        engagements=tuple(engagements.values()),
    )


# ---------------------------------------------------------------------------------------------- many at once


def accounts(
    session: Session,
    some: Collection[Account] | None,
    *,
    settings: Settings,
    now: datetime,
    pieces: Collection[str] = PIECES,
) -> Mapping[Account, Known]:
    """Return what is known of accounts; the same few statements however many they are.

    Args:
        session: of any transaction.
        some: which; `None` for all of which anything is known.
        settings: what is laid down.
        now: the moment, in the agent's zone.
        pieces: which of `PIECES` are read.
    """
    found: dict[Account, _Gathered] = {one: _Gathered() for one in some or ()}
    asked = _Asked(session, some)

    def of(account: Account) -> _Gathered:
        return found.setdefault(account, _Gathered())

    for account, name, value in asked.fields() if "fields" in pieces else ():
        of(account).fields[name] = value
    for account, first, last in asked.mails() if "mails" in pieces else ():
        held = of(account)
        held.first, held.last = first, last
    for account, kept in asked.entries([kind for kind in _KINDS if kind in pieces]):
        _put(of(account), kept)
    late = microseconds(now - timedelta(hours=settings.number("health.late")))
    for account, opened, waiting in asked.opened(late) if "opened" in pieces else ():
        held = of(account)
        held.opened, held.late = opened, waiting
    for account, tag, count in asked.tagged() if "tagged" in pieces else ():
        tags = of(account).tagged
        tags[folded(tag)] = tags.get(folded(tag), 0) + count
    return {account: held.known(now) for account, held in found.items()}


def _put(held: _Gathered, value: object) -> None:
    match value:
        case Usage():
            before = held.usages.get(value.name)
            held.usages[value.name] = value if before is None else _both(before, value)
        case Engagement():
            held.engagements.setdefault(value.name, value)
        case Milestone():
            held.milestones.append(value)


def _both(one: Usage, other: Usage) -> Usage:
    """Return the figures of two people of an organization as those of both."""
    sums: dict[str, Figure] = dict(zip(one.days, one.figures, strict=True))
    for day, figure in zip(other.days, other.figures, strict=True):
        sums[day] = sums.get(day, 0) + figure
    both = Usage(one.name).told(sums)
    return replace(both, first=min(filter(None, (one.first, other.first, both.first)), default=""))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Asks for some accounts, or for all."""

    session: Session
    some: Collection[Account] | None

    def _numbers(self, subject: Subject) -> Any:
        numbers = sorted(number for whose, number in self.some or () if whose is subject)
        return listed(self.session.connection(), numbers) if numbers else None

    def _rows(self, chosen: Select[Any]) -> Iterable[Any]:
        return self.session.connection().execute(chosen)

    def _plain(self, chosen: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield rows as the driver gives them, of columns in which nothing is converted: to name them takes longer."""
        result = self.session.connection().execute(chosen)
        driver: Any = result.cursor
        while some := driver.fetchmany(_AT_ONCE):
            yield from some
        result.close()

    def _own(self, subject: Any, number: Any) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that a row is an account's own, one for each subject: each has an index to itself."""
        for whose in (_O, _P):
            condition = subject == whose
            if self.some is None:
                alone = select(PERSON.c.id).where(PERSON.c.organization_id.is_(None))
                yield condition if whose is _O else and_(condition, number.in_(alone))
            elif (numbers := self._numbers(whose)) is not None:
                yield and_(condition, number.in_(numbers))

    def _people(self) -> ColumnElement[bool]:
        """Return that a person belongs to one of the organizations."""
        if self.some is None:
            return PERSON.c.organization_id.is_not(None)
        numbers = self._numbers(_O)
        return false() if numbers is None else PERSON.c.organization_id.in_(numbers)

    def _counted(self) -> Iterator[tuple[Subject, Any, ColumnElement[bool]]]:
        """Yield for both sorts of account its number and the condition that a person counts for it."""
        alone = PERSON.c.organization_id.is_(None)
        if self.some is None:
            yield _O, PERSON.c.organization_id, PERSON.c.organization_id.is_not(None)
            yield _P, PERSON.c.id, alone
            return
        if (numbers := self._numbers(_O)) is not None:
            yield _O, PERSON.c.organization_id, PERSON.c.organization_id.in_(numbers)
        if (numbers := self._numbers(_P)) is not None:
            yield _P, PERSON.c.id, PERSON.c.id.in_(numbers)

    def fields(self) -> Iterator[tuple[Account, str, str]]:
        """Yield fields of profiles."""
        columns = (PROFILE.c.subject_id, PROFILE.c.field, PROFILE.c.value, PROFILE.c.subject)
        for own in self._own(PROFILE.c.subject, PROFILE.c.subject_id):
            chosen = select(*columns).where(own, PROFILE.c.field.in_(_FIELDS), PROFILE.c.value.is_not(None))
            for number, name, value, subject in self._rows(chosen):
                yield (subject, number), name, value

    def mails(self) -> Iterator[tuple[Account, int, int]]:
        """Yield the moments of the first and the last mail of accounts, in microseconds."""
        at = type_coerce(MESSAGE.c.arrived_at, BigInteger)
        for whose, number, condition in self._counted():
            if self.some is None:  # along the index of all authors, once
                each = select(MESSAGE.c.author_id.label("id"), func.min(at).label("first"), func.max(at).label("last"))
                those = each.where(MESSAGE.c.author_id.is_not(None)).group_by(MESSAGE.c.author_id).subquery("those")
                rows = those.join(PERSON, PERSON.c.id == those.c.id)
                chosen = select(number, func.min(those.c.first), func.max(those.c.last)).select_from(rows)
            else:  # a look at both ends of each one's run
                theirs = select(at).where(MESSAGE.c.author_id == PERSON.c.id).correlate(PERSON).limit(1)
                first = theirs.order_by(MESSAGE.c.arrived_at).scalar_subquery()
                last = theirs.order_by(MESSAGE.c.arrived_at.desc()).scalar_subquery()
                chosen = select(number, func.min(first), func.max(last)).select_from(PERSON)
            for each, begun, ended in self._rows(chosen.where(condition).group_by(number)):
                if begun is not None:
                    yield (whose, each), int(begun), int(ended)

    def entries(self, kinds: Sequence[EntryKind]) -> Iterator[tuple[Account, Usage | Engagement | Milestone]]:
        """Yield what is written down of accounts, and the figures of the people of organizations."""
        columns = (said(ENTRY.c.kind), _JSON, said(ENTRY.c.subject), ENTRY.c.subject_id)
        wanted = [ENTRY.c.kind.in_(kinds), ENTRY.c.value.is_not(None)]
        read = {str(kind): partial(knowing.value_of, kind) for kind in kinds}
        for own in self._own(ENTRY.c.subject, ENTRY.c.subject_id) if kinds else ():
            for kind, text, subject, number in self._plain(select(*columns).where(own, *wanted).order_by(ENTRY.c.id)):
                yield (_SUBJECTS[subject], number), read[kind](from_json(text))
        if EntryKind.USAGE not in kinds:
            return
        joined = PERSON.join(ENTRY, and_(ENTRY.c.subject_id == PERSON.c.id, ENTRY.c.subject == _P))
        theirs = select(_JSON, PERSON.c.organization_id).select_from(joined).where(self._people())
        for text, number in self._plain(theirs.where(ENTRY.c.kind == EntryKind.USAGE, ENTRY.c.value.is_not(None))):
            yield (_O, number), Usage.read(from_json(text))

    def opened(self, late: int) -> Iterator[tuple[Account, int, int]]:
        """Yield how many conversations of accounts are open, and in how many an answer is late."""
        at = type_coerce(_C.queue_at, BigInteger)
        waits = func.sum(case((and_(_C.queue_rank == _WAITS, at < late), 1), else_=0))
        are = (_C.queue_rank < SHOWN_BELOW, _C.kind.not_in(TASKS))
        rows = PERSON.join(CONVERSATION, _C.customer_id == PERSON.c.id)
        if self._most():
            found: dict[Account, tuple[int, int]] = {}
            each = select(PERSON.c.id, PERSON.c.organization_id, func.count(), waits).select_from(rows).where(*are)
            for person, home, count, waiting in self._rows(each.group_by(PERSON.c.id, PERSON.c.organization_id)):
                account = (_P, person) if home is None else (_O, home)
                before = found.get(account, (0, 0))
                found[account] = before[0] + count, before[1] + int(waiting)
            asked = found if self.some is None else found.keys() & set(self.some)
            yield from ((account, *found[account]) for account in asked)
            return
        for whose, number, condition in self._counted():
            chosen = select(number, func.count(), waits).select_from(rows)
            for one, count, waiting in self._rows(chosen.where(*are, condition).group_by(number)):
                yield (whose, one), count, int(waiting)

    def _most(self) -> bool:
        """Say whether most of whoever has anything open is asked for, so that all that is open is gone through."""
        if self.some is None:
            return True
        few = 2 * len(self.some)
        some = select(_C.id).where(_C.queue_rank < SHOWN_BELOW).limit(few + 1).subquery("some")
        (count,) = next(iter(self._rows(select(func.count()).select_from(some))))
        return len(self.some) > _FEW and int(count) <= few

    def tagged(self) -> Iterator[tuple[Account, str, int]]:
        """Yield the tags of open conversations of accounts, and how many bear each."""
        for whose, number, condition in self._counted():
            rows = PERSON.join(CONVERSATION, _C.customer_id == PERSON.c.id)
            rows = rows.join(TAG, TAG.c.conversation_id == _C.id)
            chosen = select(number, TAG.c.tag, func.count()).select_from(rows)
            chosen = chosen.where(_C.queue_rank < SHOWN_BELOW, condition).group_by(number, TAG.c.tag)
            for each, tag, count in self._rows(chosen):
                yield (whose, each), tag, count


# ---------------------------------------------------------------------------------------------- milestones


@dataclass(frozen=True, slots=True)
class Laid:
    """A milestone, and whose it is."""

    entry_id: int
    account: Account
    milestone: Milestone


def milestones(session: Session, *, whose: Account | None = None, overdue_at: date | None = None) -> Sequence[Laid]:
    """Return milestones: those open first, by the day they are due.

    Args:
        session: of any transaction.
        whose: only these; `None` for those of all.
        overdue_at: only those that are overdue on that day.
    """
    columns = (ENTRY.c.id, ENTRY.c.subject, ENTRY.c.subject_id, ENTRY.c.value)
    chosen = select(*columns).where(ENTRY.c.kind == EntryKind.MILESTONE, ENTRY.c.value.is_not(None))
    if whose is not None:
        chosen = chosen.where(ENTRY.c.subject == whose[0], ENTRY.c.subject_id == whose[1])
    if overdue_at is not None:
        chosen = chosen.where(overdue(overdue_at))
    found = [
        Laid(row.id, (row.subject, row.subject_id), Milestone.read(row.value))
        for row in session.connection().execute(chosen)
    ]
    return sorted(found, key=lambda one: (one.milestone.done is not None, one.milestone.due, one.entry_id))


def laid(session: Session, entry_id: int) -> Laid:
    """Return one milestone.

    Raises:
        NoSuch: there is no such milestone.
    """
    held = knowing.entry(session, entry_id, EntryKind.MILESTONE)
    assert held.subject is not None
    assert held.subject_id is not None
    assert isinstance(held.value, Milestone)
    return Laid(entry_id, (held.subject, held.subject_id), held.value)


def overdue(today: date) -> ColumnElement[bool]:
    """Return that an entry, which is a milestone, was not reached in time."""
    due, done = (cast("Any", ENTRY.c.value)[word].as_string() for word in ("due", "done"))
    return and_(done.is_(None), due < today.isoformat())

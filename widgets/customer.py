"""A customer in columns of rows: who they are, their organization, and everything they ever had."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from storage.kinds import PUT_AWAY, SETTLED, Channel, Status
from storage.kinds.customers import (
    ColleagueView,
    ConversationLine,
    CustomerView,
    Moment,
    NoteView,
    OrganizationPart,
    ProfileView,
    SpokenView,
)
from storage.kinds.entries import Asset
from storage.kinds.ideals import FitView
from storage.kinds.looking import News
from storage.kinds.playbooks import ModelsView
from storage.kinds.profiles import Block
from storage.kinds.promises import PromiseView
from widgets.ideal import fit_rows
from widgets.journey_rows import SHOWN, journey_rows
from widgets.known import day_words, field_words, times_words
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.marked import marked
from widgets.moments import count_words, moment_words, span_words
from widgets.news import news_words
from widgets.owed import due_words
from widgets.persona import persona_rows
from widgets.playbooks import away_words, model_words
from widgets.promised import due_role
from widgets.sheet import BLANK, SheetRow, Target
from widgets.text import call_words, language_words, status_words
from widgets.wrapping import wrap

_LABEL: Final = 10  # cells of the column that labels stand in (LOOK §4)
_METER: Final = 8  # cells
_DAY: Final = 9  # cells of a day and the gap after it
_STILL: Final = frozenset({Status.WAITING, Status.ON_HOLD, Status.SPAM, Status.TRASH})


def who_rows(view: CustomerView, width: int, now: datetime) -> list[SheetRow]:
    """Return who a customer is: addresses, profile, notes, assets."""
    rows: list[SheetRow] = []
    if view.erased:
        rows += _sentence(_("Name and addresses were erased."), width)
    rows += _new(view.news, width, now)
    rows += _promised(view.promised, width, now)
    rows += [
        SheetRow((_label(_("address") if not place else ""), (one_line(address), "text")))
        for place, (address, _kind) in enumerate(view.addresses)
    ]
    if view.since is not None:
        words = f"{times_words(view.wrote)}, " + _("since {day}").format(day=day_words(view.since, now))
        rows.append(SheetRow((_label(_("wrote")), (words, "text"))))
    else:
        rows.append(SheetRow((_label(_("wrote")), (_("never"), "muted"))))
    whole = view.organization.journey if view.organization is not None else None
    journey = journey_rows(view.journey, width, now.date(), whole) if view.journey is not None else []
    rows += _profile(view.profile, width, SHOWN if journey else frozenset())
    rows += persona_rows(view.persona, width)  # how they are approached is read while they are answered
    rows += journey
    rows += _models(view.models, now)
    rows += _notes(view.notes, width)
    rows += _assets(view.assets)
    return rows


def organization_rows(
    view: OrganizationPart | None, width: int, now: datetime, fits: Sequence[FitView] = ()
) -> list[SheetRow]:
    """Return what is known of an organization: where it is, how far it fits, its people, what else is open there."""
    if view is None:
        return _sentence(_("They belong to no organization that the desk knows."), width)
    rows = [
        SheetRow((_label(_("domains") if not place else ""), (one_line(domain), "text")))
        for place, domain in enumerate(view.domains)
    ]
    if view.parent:
        rows.append(SheetRow((_label(_("part of")), (one_line(view.parent), "text"))))
    rows += [
        SheetRow((_label(_("below") if not place else ""), (one_line(called), "text")))
        for place, called in enumerate(view.subsidiaries)
    ]
    journey = journey_rows(view.journey, width, now.date()) if view.journey is not None else []
    rows += _profile(view.profile, width, SHOWN if journey else frozenset())
    rows += journey
    rows += fit_rows(fits, width)
    rows += _notes(view.notes, width)
    if view.open:
        rows += _begun(_("also open there"), count_words(len(view.open)))
        rows += [_other(one, _widest(view.open), now) for one in view.open]
    if view.people_count:
        rows += _begun(_("people"), count_words(view.people_count))
        rows += [_colleague(one) for one in view.people]
        if (more := view.people_count - len(view.people)) > 0:
            rows.append(SheetRow(((_("and {count} more").format(count=count_words(more)), "muted"),)))
    rows += _assets(view.assets)
    return rows


def timeline_rows(moments: Sequence[Moment], now: datetime, *, goes_on: bool) -> list[SheetRow]:
    """Return what a customer had, the newest first."""
    wide = _widest(moments)
    rows = [_line(one, wide, now) if isinstance(one, ConversationLine) else _spoken(one, now) for one in moments]
    if not rows:
        rows.append(SheetRow(((_("Nothing yet."), "muted"),)))
    if goes_on:
        rows.append(SheetRow((("…", "muted"),)))
    return rows


def gaps_words(profile: ProfileView) -> str:
    """Return the fields that are empty, by what they are called."""
    return ", ".join(field_words(name) for name in profile.gaps)


# ---------------------------------------------------------------------------------------------- profiles


def _profile(profile: ProfileView, width: int, without: AbstractSet[str] = frozenset()) -> Iterator[SheetRow]:
    """Yield how complete a profile is, what is missing, and what it says, block by block."""
    for block in Block:
        told = [one for one in profile.fields if one.block is block and one.name not in without]
        if told and block is not Block.WHO:
            yield from _begun(_block_words(block))
        for one in told:
            words = one.label or field_words(one.name)
            said = one_line(one.value)
            if one.name == "language":
                said = language_words((one.value[:2],)) or said
            lines = wrap(said, width - 2 - _LABEL)
            for place, line in enumerate(lines):
                yield SheetRow((_label(one_line(words) if not place else ""), (line, "text")))
        if block is Block.WHO:
            yield from _completeness(profile, width)


def _models(models: ModelsView, now: datetime) -> Iterator[SheetRow]:
    """Yield what the profiles do not say themselves: what a mixture picked, and who stands in for the owner."""
    for name, model, pick in (
        (models.touch, models.touch_model, models.touch_pick),
        (models.service, models.service_model, models.service_pick),
    ):
        if pick is not None:
            yield SheetRow((_label(_("model")), (model_words(name, model, pick), "text")))
    if away := away_words(models, now):
        yield SheetRow((_label(_("care")), (one_line(models.owner), "text"), (f"  {away}", "soon")))


def _completeness(profile: ProfileView, width: int) -> Iterator[SheetRow]:
    share = profile.filled / profile.to_fill if profile.to_fill else 1.0
    done = round(share * _METER)
    words = _("{filled} of {count}").format(filled=profile.filled, count=profile.to_fill)
    meter: tuple[Span, ...] = (("━" * done, "ok"), ("─" * (_METER - done), "faint"))
    yield SheetRow((_label(_("profile")), (f"{share * 100:>3.0f}\u00a0% ", "text"), *meter), ((words, "muted"),))
    for place, line in enumerate(wrap(gaps_words(profile), width - 2 - _LABEL) if profile.gaps else []):
        yield SheetRow((_label(_("gaps") if not place else ""), (line, "muted")))


def _block_words(block: Block) -> str:
    return {
        Block.WHO: _("who they are"),
        Block.OPINION: _("what they think of us"),
        Block.JOURNEY: _("where they are"),
        Block.APPROACH: _("how they like to be approached"),
    }[block]


# ---------------------------------------------------------------------------------------------- what is written down


def _notes(notes: Sequence[NoteView], width: int) -> Iterator[SheetRow]:
    for pinned, heading in ((True, _("pinned")), (False, _("notes"))):
        some = [one for one in notes if one.pinned is pinned]
        if some:
            yield from _begun(heading, count_words(len(some)))
        for note in some:
            for place, line in enumerate(marked(note.text, width - 4)):
                lead: Span = ("▌ ", "note") if pinned else ("  " if place else "· ", "muted")
                yield SheetRow((lead, *line))


def _new(news: News | None, width: int, now: datetime) -> Iterator[SheetRow]:
    """Yield what is new since the agent last looked."""
    if not news:
        return
    since = _("since {moment}").format(moment=moment_words(news.since, now))
    yield SheetRow((_label(_("news")), (since, "muted")))
    for line in wrap(", ".join(news_words(news, None, now, None)), width - 2 - _LABEL):
        yield SheetRow((_label(""), (line, "bright")))


def _promised(promised: Sequence[PromiseView], width: int, now: datetime) -> Iterator[SheetRow]:
    """Yield what is owed, before who they are."""
    for place, one in enumerate(promised):
        target: Target | None = ("conversation", one.conversation_id) if one.conversation_id is not None else None
        aside: tuple[Span, ...] = ((one_line(one.agent), "muted"),) if one.agent else ()
        due: Span = (due_words(one, now), due_role(one, now))
        lead = _label(_("promised") if not place else "")
        yield SheetRow((lead, due), aside, target=target, key=("promise", one.entry_id))
        for line in wrap(one_line(one.text), width - 2 - _LABEL):
            yield SheetRow((_label(""), (line, "bright")))


def _assets(assets: Sequence[Asset]) -> Iterator[SheetRow]:
    if not assets:
        return
    yield from _begun(_("assets"), count_words(len(assets)))
    for one in assets:
        more = ", ".join(filter(None, map(one_line, (one.sort, one.serial))))
        left: tuple[Span, ...] = ((one_line(one.name), "text"), (f"  {more}" if more else "", "muted"))
        yield SheetRow(left, ((one_line(one.place), "muted"),) if one.place else ())


# ---------------------------------------------------------------------------------------------- people and their mail


def _colleague(one: ColleagueView) -> SheetRow:
    name: Span = (one_line(one.name), "bright" if one.open else "text") if one.name else (_("erased"), "muted")
    role: Span = (f"  {one_line(one.role)}" if one.role else "", "muted")
    opened = ngettext("{count} open", "{count} open", one.open).format(count=count_words(one.open))
    return SheetRow((name, role), ((opened, "text"),) if one.open else (), target=("person", one.person_id))


def _other(one: ConversationLine, wide: int, now: datetime) -> SheetRow:
    words, role = _stands(one, now)
    subject: Span = (one_line(one.subject) or _("(no subject)"), "text")
    who: Span = (f"{one_line(one.customer).split(' ')[0]}: " if one.customer else "", "muted")
    left: tuple[Span, ...] = ((f"{_number(one):<{wide}}", "muted"), who, subject)
    return SheetRow(left, ((words, role),), target=("conversation", one.conversation_id))


def _line(one: ConversationLine, wide: int, now: datetime) -> SheetRow:
    words, role = _stands(one, now)
    left: tuple[Span, ...] = (
        (f"{day_words(one.at, now):<{_DAY}}", "muted"),
        (f"{_number(one):<{wide}}", "muted"),
        (one_line(one.subject) or _("(no subject)"), "muted" if one.status in PUT_AWAY else "text"),
    )
    return SheetRow(left, ((words, role),), target=("conversation", one.conversation_id))


def _number(one: Moment) -> str:
    return f"#{one.conversation_id}"


def _widest(rows: Sequence[Moment]) -> int:
    """Return the cells of the column that these numbers stand in, with the gap after it."""
    return 1 + max((len(_number(one)) for one in rows), default=0)


def _stands(one: ConversationLine, now: datetime) -> tuple[str, Role]:
    """Return how a conversation stands: how long somebody waits, else its state."""
    if one.waits:
        return span_words(now - one.at), "bright"
    if one.status in SETTLED:
        return status_words(one.status), "muted"
    return status_words(one.status), "paused" if one.status in _STILL else "text"


def _spoken(one: SpokenView, now: datetime) -> SheetRow:
    day: Span = (f"{day_words(one.at, now):<{_DAY}}", "muted")
    gist: Span = (f"  {one_line(one.gist)}", "text")
    aside: tuple[Span, ...] = ((_number(one), "muted"),)
    what: Span = (_("note"), "note")
    if one.channel is Channel.PHONE:
        what = (call_words(one.direction, one.minutes), "text")
    return SheetRow((day, what, gist), aside, target=("conversation", one.conversation_id), key=one.message_id)


# ---------------------------------------------------------------------------------------------- rows


def _begun(words: str, aside: str = "") -> Iterator[SheetRow]:
    yield BLANK
    yield SheetRow(((words, "bright"),), ((aside, "muted"),) if aside else (), heading=True)


def _sentence(words: str, width: int) -> list[SheetRow]:
    return [SheetRow(((line, "muted"),)) for line in wrap(words, width - 2)]


def _label(word: str) -> Span:
    return f"{word:<{_LABEL}}", "muted"

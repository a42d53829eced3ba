"""Words for what is known beside a conversation, shared by the context pane and the strip: nothing is made up."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from storage.kinds import PUT_AWAY, SETTLED, PersonKind, Status
from storage.views import ContextView, ConversationView, OtherView
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.moments import count_words, moment_words, month_words, span_words, weekday_words
from widgets.queue_row import TIER_ROLES
from widgets.text import status_words, tier_words

NONE: Span = ("–", "muted")  # noqa: RUF001 - the sign for "none"
_STILL = frozenset({Status.WAITING, Status.ON_HOLD})


def name_span(view: ConversationView, context: ContextView | None) -> Span:
    """Return who the customer is: the name, else the address, else why there is neither."""
    name = one_line(view.customer) or one_line(view.customer_address)
    if name:
        return name, "bright"
    if context is not None and context.erased:
        return _("erased"), "muted"
    return _("unknown"), "muted"


def kind_words(kind: PersonKind | None) -> str:
    """Return what somebody is to the desk; empty for a customer, who is the rule."""
    return {
        PersonKind.AGENT: _("colleague"),
        PersonKind.VENDOR: _("vendor"),
        PersonKind.MACHINE: _("machine"),
    }.get(kind or PersonKind.CUSTOMER, "")


def field_words(name: str) -> str:
    """Return what a field of a profile is called beside its value; one of the desk's own as it is."""
    return {
        "role": _("role"),
        "language": _("language"),
        "zone": _("zone"),
        "owner": _("owner"),
        "backup": _("backup"),
        "opinion": _("opinion"),
        "typology": _("typology"),
        "health": _("health"),
        "since": _("since"),
        "industry": _("industry"),
        "size": _("size"),
        "country": _("country"),
        "site": _("site"),
        "plan": _("plan"),
        "touch": _("touch"),
        "service": _("service"),
        "persona": _("persona"),
        "lifecycle": _("cycle"),
        "stage": _("stage"),
        "tone": _("tone"),
        "channel": _("channel"),
    }.get(name, name)


def where_spans(view: ConversationView, context: ContextView | None) -> tuple[Span, ...]:
    """Return what stands behind the name: what sort of sender, the organization, the address."""
    words = [one_line(view.customer_address)] if view.customer else []
    if context is not None:
        words = [
            kind_words(context.kind),
            one_line(context.organization),
            _fit_words(context),
            one_line(context.fields.get("role", "")),
            _persona_words(context),
            *words,
        ]
    said = ", ".join(filter(None, words))
    return ((f"  {said}", "muted"),) if said else ()


def _fit_words(context: ContextView) -> str:
    percent = context.fit.fit.percent if context.fit is not None else None
    return "" if percent is None else _("fit {percent} %").format(percent=percent)


def _persona_words(context: ContextView) -> str:
    suggested = context.persona.suggested
    return f"{one_line(suggested.persona.name)}?" if suggested else one_line(context.fields.get("persona", ""))


def owner_span(view: ConversationView, agent_id: int | None) -> Span:
    """Return who has the conversation."""
    if view.assignee_id is None:
        return NONE
    if view.assignee_id == agent_id:
        return _("you"), "accent"
    return one_line(view.assignee) or f"#{view.assignee_id}", "text"


def hands_spans(view: ConversationView, agent_id: int | None) -> tuple[Span, ...]:
    """Return tier and owner, with the sign for "from and to" between them."""
    tier: Span = (tier_words(view.tier), TIER_ROLES[view.tier])
    return tier, (" › ", "muted"), owner_span(view, agent_id)  # noqa: RUF001 - the sign for from and to


def size_spans(view: ConversationView) -> tuple[Span, ...]:
    """Return the state and how many messages there are."""
    count = len(view.messages)
    words = ngettext("{count} message", "{count} messages", count).format(count=count)
    return (status_words(view.status), "text"), (f"   {words}", "text")


def waits_spans(view: ConversationView, now: datetime) -> tuple[Span, ...]:
    """Return how long the oldest unanswered message waits, or why nothing does."""
    if view.snoozed_until is not None and view.snoozed_until > now:
        until = moment_words(view.snoozed_until, now)
        return ((_("snoozed until {moment}").format(moment=until), "paused"),)
    since = waits_since(view)
    if since is None:
        return ((_("nothing waits"), "muted"),)
    return (_("waits") + " ", "muted"), (span_words(now - since), "text")


def waits_since(view: ConversationView) -> datetime | None:
    """Return since when the oldest unanswered message waits; nothing does in what is settled, such as a last thanks."""
    return None if view.status in SETTLED or view.status in PUT_AWAY else view.waiting_since


def answered_spans(context: ContextView) -> tuple[Span, ...]:
    """Return how soon somebody of the desk first answered, by the clock on the wall; empty when nobody asked."""
    if context.asked_at is None:
        return ()
    if context.answered_at is None:
        return ((_("not answered"), "text"),)
    return (_("answered") + " ", "ok"), (
        _("in {span}").format(span=span_words(context.answered_at - context.asked_at)),
        "text",
    )


def last_words(context: ContextView) -> str:
    """Return whose the last message of a person is."""
    return _("ours") if context.ours_last else _("theirs")


def times_words(count: int) -> str:
    """Return how often, exact up to 999."""
    if count == 1:
        return _("once")
    return ngettext("{count} time", "{count} times", count).format(count=count_words(count))


def day_words(at: datetime, now: datetime) -> str:
    """Return a day in at most eight cells: today by time, this week by weekday, this year by day, else by month."""
    there = at.astimezone(now.tzinfo)
    if there.date() == now.date():
        return f"{there:%H:%M}"
    if abs((there.date() - now.date()).days) < 7:
        return weekday_words(there)
    month = month_words(there)
    return f"{there.day}\u00a0{month}" if there.year == now.year else f"{month}\u00a0{there.year}"


def other_spans(other: OtherView) -> tuple[Span, ...]:
    """Return another conversation by its number and subject."""
    return (f"#{other.conversation_id} ", "muted"), (one_line(other.subject) or _("(no subject)"), "text")


def other_aside(other: OtherView, now: datetime) -> tuple[Span, ...]:
    """Return how another conversation stands: what waits, else its state; when a settled one was last written in."""
    if other.status in SETTLED:
        return ((day_words(other.last_message_at, now), "muted"),)
    if other.status in _STILL or other.status is Status.SPAM:
        return ((status_words(other.status), "paused"),)
    if other.waiting_since is None:
        return ((day_words(other.last_message_at, now), "muted"),)
    return ((span_words(now - other.waiting_since), "text"),)


def numbers_words(numbers: Sequence[int], shown: int = 4) -> str:
    """Return conversations by their numbers, the first few, and how many more."""
    more = len(numbers) - shown
    return " ".join(f"#{number}" for number in numbers[:shown]) + (f" +{more}" if more > 0 else "")


def parts_words(context: ContextView) -> str:
    """Return who else takes part: the first by name, and how many more."""
    name = next((one_line(part.name) or _("erased") for part in context.parts), "")
    more = context.part_count - 1
    return f"{name} +{count_words(more)}" if more > 0 else name


def strangers(context: ContextView) -> int:
    """Return how many wrote without having taken part."""
    return sum(part.stranger for part in context.parts)


def tag_words(tags: Sequence[str]) -> Iterator[str]:
    """Yield the tags as agents write them."""
    return (f"+{one_line(tag)}" for tag in tags)

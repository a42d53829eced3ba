"""Words for the facts of the log, as the timeline and the toasts say them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from storage.kinds import PUT_AWAY, Delivery, Hold, Status
from storage.views import EventView
from widgets import clock_facts, handing_facts, knowing_facts
from widgets.language import _, ngettext
from widgets.moments import moment_words
from widgets.text import cause_words, hold_words, ruled_words, state_words, status_words

Values = Mapping[str, object]
"""A fact's fields by name, as the log keeps them."""

# Facts that tell the timeline nothing the messages do not show themselves.
SILENT = frozenset(
    {
        "received",
        "redelivered",
        "met",
        "joined",
        "handled",
        "quarantined",
        "mailbox_added",
        "queued",
        "delivery_changed",
        "noted",
        "called",
        "task_begun",
    }
)


def _number(value: object) -> str:
    return f"#{value}"


def _words_of_status(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    after = Status(str(values.get("after")))
    if values.get("before") in PUT_AWAY and after not in PUT_AWAY:
        return _("brought back, {status}").format(status=status_words(after))
    return {
        Status.NEW: _("to be answered"),
        Status.OPEN: _("reopened") if values.get("before") in {"resolved", "closed"} else _("opened"),
        Status.WAITING: _("waits for the customer"),
        Status.ON_HOLD: _("put on hold"),
        Status.RESOLVED: _("resolved"),
        Status.CLOSED: _("closed"),
        Status.SPAM: _("marked as spam"),
        Status.TRASH: _("put into the trash"),
    }[after]


def _words_of_assigned(values: Values, name: Callable[[object], str], _now: datetime) -> str:
    after = values.get("after")
    return _("assigned to {name}").format(name=name(after)) if after is not None else _("assigned to nobody")


def _words_of_tagged(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    words = [f"+{tag}" for tag in _several(values.get("added"))]
    words += [f"-{tag}" for tag in _several(values.get("removed"))]
    return _("tagged {tags}").format(tags=" ".join(words))


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _words_of_snoozed(values: Values, _name: Callable[[object], str], now: datetime) -> str:
    after = values.get("after")
    if after is None:
        return _("in sight again")
    until = after if isinstance(after, datetime) else datetime.fromisoformat(str(after))
    return _("snoozed until {moment}").format(moment=moment_words(until, now))


def _words_of_merged(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("{other} was joined to this").format(other=_number(values.get("other_id")))


def _words_of_split(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    count = len(_several(values.get("message_ids")))
    return ngettext("{count} message split off to {other}", "{count} messages split off to {other}", count).format(
        count=count, other=_number(values.get("other_id"))
    )


def _words_of_moved(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    count = len(_several(values.get("message_ids")))
    if values.get("conversation_id") == values.get("other_id"):
        return ngettext(
            "{count} message stays by other evidence", "{count} messages stay by other evidence", count
        ).format(count=count)
    return ngettext(
        "{count} message moved to {other} by later mail", "{count} messages moved to {other} by later mail", count
    ).format(count=count, other=_number(values.get("other_id")))


def _words_of_linked(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    other = _number(values.get("other_id"))
    return (_("linked with {other}") if values.get("after") else _("link with {other} taken off")).format(other=other)


def _words_of_view(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    name = values.get("name") or values.get("name_before") or _("(erased)")
    if values.get("place_before") is None:
        return _("view {name} kept").format(name=name)
    if values.get("place") is None:
        return _("view {name} taken away").format(name=name)
    return _("view {name} changed").format(name=name)


def _words_of_rule(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    sentence = _("rule {name} laid down") if values.get("after") else _("rule {name} dropped")
    return sentence.format(name=values.get("name") or _("(erased)"))


def _words_of_ruled(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return ruled_words(str(values.get("name") or ""), [str(one) for one in _several(values.get("did"))])


def _words_of_response(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    said = values.get("after") or values.get("before")
    shortcode = said.get("shortcode") if isinstance(said, Mapping) else ""
    name = f";{shortcode}" if shortcode else _("(erased)")
    if not values.get("stood"):
        return _("response {name} kept").format(name=name)
    if not values.get("stands"):
        return _("response {name} taken away").format(name=name)
    return _("response {name} changed").format(name=name)


def _words_of_used(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    name = f";{values['shortcode']}" if values.get("shortcode") else _("(erased)")
    if not values.get("after"):
        return _("not answered with {name} any more").format(name=name)
    sentence = _("answered with {name}, edited") if values.get("edited") else _("answered with {name}")
    return sentence.format(name=name)


def _words_of_queued(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("answered") if values.get("agent_id") is not None else _("answered by itself")


def _words_of_cancelled(_values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("answer taken back before it left")


def _words_of_handled(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("needs no answer") if values.get("after") else _("needs an answer again")


def _words_of_noted(_values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("note kept")


def _words_of_called(_values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("call logged")


def _words_of_task(_values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("task begun")


def _words_of_erased(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    people = " ".join(_number(one) for one in _several(values.get("person_ids")))
    count = len(_several(values.get("message_ids")))
    words = ngettext("{count} message erased for ever", "{count} messages erased for ever", count).format(count=count)
    return _("customer {number}: {words}").format(number=people, words=words) if people else words


def _words_of_withdrawn(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    return _("note or call put back") if values.get("after") else _("note or call taken back")


def _words_of_held(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    after = values.get("after")
    return _("answer: {words}").format(words=hold_words(Hold(str(after)))) if after else _("answer may leave again")


_TAKEN: Final = frozenset({Delivery.ACCEPTED.value, Delivery.FILED.value})


def _came_back(values: Values) -> bool:
    """Say whether a report fails somebody for whom a server had taken an answer: who wrote it nobody knows."""
    before = {str(one) for one in _several(values.get("before"))}
    return bool(before) and before <= _TAKEN and Delivery.FAILED in {str(one) for one in _several(values.get("after"))}


def _words_of_delivery(values: Values, _name: Callable[[object], str], _now: datetime) -> str:
    states = [Delivery(str(one)) for one in _several(values.get("after"))]
    if _came_back(values):
        return _("answer: not sent, says a report that nothing proves")
    return _("answer: {words}").format(words=", ".join(dict.fromkeys(map(state_words, states))))


_WORDS: Mapping[str, Callable[[Values, Callable[[object], str], datetime], str]] = {
    "status_changed": _words_of_status,
    "handled": _words_of_handled,
    "assigned": _words_of_assigned,
    "tagged": _words_of_tagged,
    "snoozed": _words_of_snoozed,
    "merged": _words_of_merged,
    "split": _words_of_split,
    "moved": _words_of_moved,
    "linked": _words_of_linked,
    "view_kept": _words_of_view,
    "rule_kept": _words_of_rule,
    "ruled": _words_of_ruled,
    "response_kept": _words_of_response,
    "response_used": _words_of_used,
    "queued": _words_of_queued,
    "cancelled": _words_of_cancelled,
    "held": _words_of_held,
    "noted": _words_of_noted,
    "called": _words_of_called,
    "task_begun": _words_of_task,
    "withdrawn": _words_of_withdrawn,
    "erased": _words_of_erased,
    "delivery_changed": _words_of_delivery,
    **knowing_facts.WORDS,
    **clock_facts.WORDS,
    **handing_facts.WORDS,
}


def fact_words(kind: str, values: Values, now: datetime, names: Mapping[int, str] | None = None) -> str:
    """Return a fact in words.

    Args:
        kind: the fact's word.
        values: its fields by name.
        now: the present, in the reader's zone.
        names: agents' names by id; one that is not there is shown by its number.
    """

    def name(agent: object) -> str:
        return (names or {}).get(agent, _number(agent)) if isinstance(agent, int) else _number(agent)

    words_of = _WORDS.get(kind)
    words = words_of(values, name, now) if words_of else kind.replace("_", " ")
    cause = values.get("because")
    why = cause_words(str(cause)) if cause else ""
    return f"{words}, {why}" if why else words


def event_words(
    event: EventView, now: datetime, names: Mapping[int, str] | None = None, *, you: int | None = None
) -> str:
    """Return a fact as the timeline says it, empty when the messages say it already.

    Args:
        event, now, names: as of `fact_words`.
        you: who reads.
    """
    known, after = names or {}, event.values.get("after")
    if event.kind == "assigned" and isinstance(after, int) and event.agent and known.get(after) == event.agent:
        return _("took it")
    if you is not None:
        known = {**known, you: _("you")}
    is_silent = event.kind in SILENT and not (event.kind == "delivery_changed" and _came_back(event.values))
    return "" if is_silent else fact_words(event.kind, event.values, now, known)

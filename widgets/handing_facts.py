"""Words for the facts of handoffs, of colleagues who are asked, of kinds of work and of causes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from storage.kinds import ConversationKind, HandoffState, Tier
from widgets.language import _
from widgets.moments import moment_words
from widgets.text import kind_words, tier_words

Values = Mapping[str, object]
_Name = Callable[[object], str]


def _tier(value: object) -> str:
    return tier_words(Tier(str(value)))


def _words_of_transferred(values: Values, name: _Name, _now: datetime) -> str:
    before, after = _tier(values.get("before")), _tier(values.get("after"))
    if not values.get("stands"):
        return _("handoff taken back, {before} → {after}").format(before=before, after=after)
    words = _("handed on, {before} → {after}").format(before=before, after=after)
    if values.get("destination"):
        words = _("{words}, to {destination}").format(words=words, destination=values["destination"])
    if values.get("to_agent_id") is not None:
        asked = name(values["to_agent_id"])
        sentence = _("{words}, you are asked") if asked == _("you") else _("{words}, {name} is asked")
        words = sentence.format(words=words, name=asked)
    return words


def _words_of_accepted(values: Values, _name: _Name, _now: datetime) -> str:
    if values.get("after") != HandoffState.ACCEPTED:
        return _("handoff not accepted any more")
    if values.get("tier"):
        before, after = _tier(values.get("tier_before")), _tier(values.get("tier"))
        return _("handoff accepted, {before} → {after}").format(before=before, after=after)
    return _("handoff accepted")


def _words_of_returned(values: Values, _name: _Name, _now: datetime) -> str:
    before, after = _tier(values.get("before")), _tier(values.get("after"))
    if values.get("state") != HandoffState.RETURNED:
        return _("return taken back, {before} → {after}").format(before=before, after=after)
    words = _("returned, {before} → {after}").format(before=before, after=after)
    reason = values.get("reason")
    return _("{words}: {reason}").format(words=words, reason=" ".join(str(reason).split())) if reason else words


def _words_of_escalated(values: Values, name: _Name, _now: datetime) -> str:
    after = values.get("after")
    if after is None:
        return _("nobody accepted it in time: anybody of the tier is asked")
    if name(after) == _("you"):
        return _("nobody accepted it in time: you are asked")
    return _("nobody accepted it in time: {name} is asked").format(name=name(after))


def _words_of_consulted(values: Values, name: _Name, now: datetime) -> str:
    asked = name(values.get("agent_id"))
    if not values.get("stands"):
        sentence = _("you are not asked any more") if asked == _("you") else _("{name} is not asked any more")
        return sentence.format(name=asked)
    due = values.get("due_at")
    moment = due if isinstance(due, datetime) else datetime.fromisoformat(str(due))
    sentence = _("you are asked, until {moment}") if asked == _("you") else _("{name} is asked, until {moment}")
    return sentence.format(name=asked, moment=moment_words(moment, now))


def _words_of_consult_ended(values: Values, _name: _Name, _now: datetime) -> str:
    return _("the question is answered") if values.get("after") is not None else _("the question is open again")


def _words_of_lapsed(values: Values, name: _Name, _now: datetime) -> str:
    return _("{name} has not answered in time").format(name=name(values.get("agent_id")))


def _words_of_solved(values: Values, _name: _Name, _now: datetime) -> str:
    if not values.get("stands"):
        return _("cause and solution taken away")
    return _("cause and solution written down") if values.get("known") else _("cause unknown, and why")


def _words_of_kind(values: Values, _name: _Name, _now: datetime) -> str:
    return _("is {kind} now").format(kind=kind_words(ConversationKind(str(values.get("after")))))


WORDS: Final[Mapping[str, Callable[[Values, _Name, datetime], str]]] = {
    "transferred": _words_of_transferred,
    "accepted": _words_of_accepted,
    "returned": _words_of_returned,
    "escalated": _words_of_escalated,
    "consulted": _words_of_consulted,
    "consult_ended": _words_of_consult_ended,
    "consult_lapsed": _words_of_lapsed,
    "solved": _words_of_solved,
    "kind_changed": _words_of_kind,
}
"""How each of these facts is said."""

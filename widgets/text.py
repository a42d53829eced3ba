"""Words for what the record holds: enums, facts of the log, and errors, in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from storage.kinds import (
    Automatic,
    Cause,
    Evidence,
    Special,
    Status,
    Tier,
)
from storage.kinds.errors import (
    Changed,
    NoSuch,
    Refused,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
)
from storage.views import EventView
from widgets.language import _, ngettext
from widgets.moments import moment_words

# Facts that tell the timeline nothing the messages do not show themselves.
_SILENT = frozenset({"received", "redelivered", "met", "joined", "handled", "quarantined", "mailbox_added"})


def status_words(status: Status) -> str:
    """Return a conversation's state in words."""
    return {
        Status.NEW: _("new"),
        Status.OPEN: _("open"),
        Status.WAITING: _("waiting"),
        Status.ON_HOLD: _("on hold"),
        Status.RESOLVED: _("resolved"),
        Status.CLOSED: _("closed"),
        Status.SPAM: _("spam"),
    }[status]


def tier_words(tier: Tier) -> str:
    """Return a tier's name."""
    return {Tier.N1: _("N1"), Tier.N2: _("N2"), Tier.N3: _("N3")}[tier]


def automatic_words(automatic: Automatic) -> str:
    """Return what sort of machine wrote; empty when a person did."""
    return {
        Automatic.NO: "",
        Automatic.REPLY: _("automatic answer"),
        Automatic.BOUNCE: _("delivery report"),
        Automatic.LIST: _("mailing list"),
        Automatic.BULK: _("bulk mail"),
        Automatic.GENERATED: _("machine's notice"),
    }[automatic]


def special_words(special: Special) -> str:
    """Return the name of a part that is named rather than shown."""
    return {
        Special.INVITATION: _("calendar invitation"),
        Special.DELIVERY_REPORT: _("delivery report"),
        Special.TNEF: _("winmail.dat"),
        Special.SIGNED: _("signed, the signature is not checked"),
        Special.ENCRYPTED: _("encrypted, cannot be read here"),
    }[special]


def evidence_words(evidence: Evidence) -> str:
    """Return which rule of threading put a message where it is."""
    return {
        Evidence.SIGNED: _("it answers our own signed message"),
        Evidence.REFERENCE: _("it cites a message of this conversation"),
        Evidence.QUOTED: _("it quotes a message of this conversation"),
        Evidence.SUBJECT: _("same sender, subject and time"),
        Evidence.AGENT: _("an agent put it here"),
        Evidence.NEW: _("it begins this conversation"),
    }[evidence]


def cause_words(cause: str) -> str:
    """Return what made a change that no agent made; empty for an agent's own."""
    return {
        Cause.CUSTOMER_WROTE: _("the customer wrote"),
        Cause.ANSWERED_ELSEWHERE: _("answered from another program"),
        Cause.HISTORY: _("older than the mailbox's start"),
        Cause.DUE: _("its time came"),
        Cause.JOINED: _("two conversations became one"),
    }.get(Cause(cause), "")


def _number(value: object) -> str:
    return f"#{value}"


def _words_of_status(event: EventView, _name: Callable[[object], str], _now: datetime) -> str:
    after = Status(str(event.values.get("after")))
    return {
        Status.NEW: _("made new again"),
        Status.OPEN: _("reopened") if event.values.get("before") in {"resolved", "closed"} else _("opened"),
        Status.WAITING: _("waits for the customer"),
        Status.ON_HOLD: _("put on hold"),
        Status.RESOLVED: _("resolved"),
        Status.CLOSED: _("closed"),
        Status.SPAM: _("marked as spam"),
    }[after]


def _words_of_assigned(event: EventView, name: Callable[[object], str], _now: datetime) -> str:
    after = event.values.get("after")
    return _("assigned to {name}").format(name=name(after)) if after is not None else _("assigned to nobody")


def _words_of_tagged(event: EventView, _name: Callable[[object], str], _now: datetime) -> str:
    words = [f"+{tag}" for tag in _several(event.values.get("added"))]
    words += [f"-{tag}" for tag in _several(event.values.get("removed"))]
    return _("tagged {tags}").format(tags=" ".join(words))


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _words_of_snoozed(event: EventView, _name: Callable[[object], str], now: datetime) -> str:
    after = event.values.get("after")
    if after is None:
        return _("in sight again")
    until = after if isinstance(after, datetime) else datetime.fromisoformat(str(after))
    return _("snoozed until {moment}").format(moment=moment_words(until, now))


def _words_of_merged(event: EventView, _name: Callable[[object], str], _now: datetime) -> str:
    return _("{other} was joined to this").format(other=_number(event.values.get("other_id")))


def _words_of_split(event: EventView, _name: Callable[[object], str], _now: datetime) -> str:
    count = len(_several(event.values.get("message_ids")))
    return ngettext("{count} message split off to {other}", "{count} messages split off to {other}", count).format(
        count=count, other=_number(event.values.get("other_id"))
    )


def _words_of_linked(event: EventView, _name: Callable[[object], str], _now: datetime) -> str:
    other = _number(event.values.get("other_id"))
    return (_("linked with {other}") if event.values.get("after") else _("link with {other} taken off")).format(
        other=other
    )


_EVENT_WORDS: Mapping[str, Callable[[EventView, Callable[[object], str], datetime], str]] = {
    "status_changed": _words_of_status,
    "assigned": _words_of_assigned,
    "tagged": _words_of_tagged,
    "snoozed": _words_of_snoozed,
    "merged": _words_of_merged,
    "split": _words_of_split,
    "linked": _words_of_linked,
}


def event_words(event: EventView, now: datetime, names: Mapping[int, str] | None = None) -> str:
    """Return a fact as the timeline says it, empty when the messages say it already.

    Args:
        event: the fact.
        now: the present, in the reader's zone.
        names: agents' names by id; one that is not there is shown by its number.
    """
    if event.kind in _SILENT:
        return ""

    def name(agent: object) -> str:
        return (names or {}).get(agent, _number(agent)) if isinstance(agent, int) else _number(agent)

    words_of = _EVENT_WORDS.get(event.kind)
    words = words_of(event, name, now) if words_of else event.kind.replace("_", " ")
    cause = event.values.get("because")
    why = cause_words(str(cause)) if cause else ""
    return f"{words}, {why}" if why else words


def explain(error: BaseException) -> str:
    """Return an error of the desk in a sentence that says what happened, to what, and what to do."""
    match error:
        case StoreTooNew():
            return _(
                "{place} was written by version {version} of plantao, newer than this one: update plantao."
            ).format(place=error.place, version=error.version)
        case StoreMissing():
            return _("There is no desk at {place}: check the folder or --store.").format(place=error.place)
        case StoreLocked():
            return _("{place} is busy: another process holds it. Nothing was changed; try again.").format(
                place=error.place
            )
        case StoreReadOnly():
            return _("{place} cannot be written to. Nothing was changed; check who owns it.").format(place=error.place)
        case StoreFull():
            return _("The disk under {place} is full. Nothing was changed; make room and try again.").format(
                place=error.place
            )
        case StoreDamaged():
            return _("{place} is no desk, or is damaged: see plantao doctor, or restore a backup.").format(
                place=error.place
            )
        case NoSuch():
            return _("There is no {what} {name}.").format(what=error.what, name=error.name)
        case Changed():
            return _("Not done: it was changed meanwhile, by somebody else or by new mail.")
        case Refused():
            return refusal_words(error)
        case _:
            return _("Not done: {error}.").format(error=f"{type(error).__name__} {error}".strip())


def refusal_words(error: Refused) -> str:
    """Return why a rule of the desk forbids what was asked."""
    words = {
        "already": _("Nothing to change: it stands so already."),
        "same_conversation": _("Both are the same conversation."),
        "nothing_to_undo": _("There is nothing to take back."),
        "nothing_to_redo": _("There is nothing to do again."),
    }.get(error.rule)
    return words or _("Not done: {rule}.").format(rule=error.rule.replace("_", " "))

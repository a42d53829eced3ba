"""Every error of the desk as a sentence that says what happened, to what, and what to do."""

from collections.abc import Sequence

from storage.kinds.clean import clean_line
from storage.kinds.errors import Ambiguous, Changed, DeskError, NoSuch, Refused
from widgets.language import _, ngettext
from widgets.text import explain, query_words

_SHOWN = 5  # numbers named in a sentence


def trouble_words(error: DeskError) -> str:
    """Return an error of the record as a sentence, with the conversations and names it is about."""
    match error:
        case NoSuch() if error.what in _MISSING:
            return _missing(error)
        case Ambiguous():
            return _("{name} may be several: {candidates}. Name one by its number.").format(
                name=clean_line(error.name), candidates=", ".join(map(clean_line, error.candidates))
            )
        case Changed():
            return _(
                "Not done: {number} changed meanwhile, by somebody else or by new mail. Look again, then repeat it."
            ).format(number=numbers_words(error.ids))
        case Refused():
            return _refused(error)
    if hasattr(error, "trouble") and hasattr(error, "word"):  # a BadQuery, which this floor does not know by name
        words = query_words(str(error.trouble), str(error.word), getattr(error, "known", ()))
        place = getattr(error, "place", None)
        where = _("at character {place}").format(place=place + 1) if isinstance(place, int) else ""
        return _("The query cannot be read {where}: {words}").format(where=where, words=words).replace(" :", ":")
    return explain(error)


_MISSING = frozenset(
    {
        "conversation",
        "message",
        "agent",
        "view",
        "playbook",
        "calendar",
        "policy",
        "rule",
        "block",
        "response",
        "draft",
        "raw mail",
        "mailbox",
        "outgoing message",
        "person",
        "organization",
        "note",
        "asset",
        "field",
        "icp",
        "persona",
        "address",
        "domain",
        "rota",
        "override",
    }
)


def _missing(error: NoSuch) -> str:
    words = {
        "conversation": _("There is no conversation {number}: `plantao list` shows those there are."),
        "message": _("There is no message m{number}: `plantao show` gives the numbers of a conversation's."),
        "agent": _("Nobody here is called {name}."),
        "view": _("There is no view {name}: `plantao view list` shows those there are."),
        "rule": _("There is no rule {name}: `plantao rule list` shows those there are."),
        "block": _("{name} is not blocked: `plantao rule list` shows what is."),
        "response": _("There is no response {name}: `plantao response list` shows those there are."),
        "draft": _("There is no draft {name} of yours: `plantao draft list` shows those there are."),
        "mailbox": _("There is no mailbox {name}: `plantao account list` shows those there are."),
        "outgoing message": _(
            "There is no message {number} in the outbox: `plantao outbox list` shows those there are."
        ),
        "person": _("There is no customer {name}: `plantao customer list` shows those there are."),
        "organization": _("There is no organization {name}: `plantao organization list` shows those there are."),
        "note": _("There is no note {name} on a customer: `plantao customer show` gives the numbers."),
        "assessment": _("There is no assessment {name}: `plantao assess list` shows those there are."),
        "promise": _("There is no promise {name}: `plantao promise list` shows those there are."),
        "asset": _("There is no asset {name}: `plantao customer show` gives the numbers."),
        "field": _("There is no field {name} of the desk's own: `plantao field list` shows those there are."),
        "icp": _("There is no ICP {name}: `plantao icp list` shows those there are."),
        "persona": _("There is no persona {name}: `plantao persona list` shows those there are."),
        "playbook": _("There is no playbook {name}: `plantao playbook list` shows those there are."),
        "calendar": _("There is no calendar {name}: `plantao calendar list` shows those there are."),
        "policy": _("There is no policy {name}: `plantao policy list` shows those there are."),
        "address": _("{name} is none of their addresses: `plantao customer show` gives them."),
        "domain": _("{name} is none of its domains: `plantao organization show` gives them."),
        "rota": _("There is no rota {name}: `plantao rota list` shows those there are."),
        "override": _("There is no override {name}: `plantao rota show` counts them."),
        "raw mail": _("The raw mail of this message is not kept any more."),
    }[error.what]
    number = numbers_words([error.name]) if error.what == "conversation" else error.name
    return words.format(number=number, name=clean_line(str(error.name)))


def numbers_words(numbers: Sequence[object]) -> str:
    """Return conversations by their numbers, a few of them by name: ``#1, #2 and 5 more``."""
    named = ", ".join(f"#{number}" for number in numbers[:_SHOWN])
    rest = len(numbers) - _SHOWN
    return (
        ngettext("{named} and {count} more", "{named} and {count} more", rest).format(named=named, count=rest)
        if (rest > 0)
        else named
    )


def _refused(error: Refused) -> str:
    about = numbers_words(error.ids)
    words = {
        "already": _("Nothing to change: {about} stands so already."),
        "capacity": _("They own as many organizations as the touch model allows: say why one more, behind `because`."),
        "limit": _("{about} would be more than your model allows in work at once: say why you take it all the same."),
        "no_breach": _("No clock of {about} was late: `plantao breach list` shows what was."),
        "taken": _("{who} has {about}: a, then me, takes it over (plantao assign --to)."),
        "retired": _("They do not work here any more: `plantao agent retire --back` takes that back."),
        "agents_address": _("Another agent has that address: `plantao agent list` shows whose it is."),
        "past": _("That moment has passed: choose a later one."),
        "same_conversation": _("Joining needs two conversations, and {about} is one: name another."),
        "other_group": _("{about} belong to different groups of mailboxes, which are never joined."),
        "several_conversations": _("The messages belong to several conversations ({about}): split one at a time."),
        "whole_conversation": _("These are all messages of {about}: one has to stay. Nothing was changed."),
        "settled": _("{about} is settled: reopen it first."),
        "offered": _("{about} was handed on, and nobody has accepted it: accept it first, or return it."),
        "same_tier": _("{about} is at that tier already: assign it to somebody there."),
        "consult_first": _("Nobody is passed on here: consult a colleague about {about}, or say why it is handed on."),
        "no_destination": _("N1 directs here: name the team or the agent that {about} goes to."),
        "not_offered": _("Nothing of {about} waits to be accepted."),
        "not_handed": _("{about} was not handed to the tier where it is, so it cannot be returned."),
        "own_question": _("A colleague is asked, not yourself: name another agent for {about}."),
        "task_stays": _("{about} began at the desk as a task, and stays one."),
        "unsolved": _("{about} is support: it needs its cause and solution, or why the cause is unknown."),
        "director": _("N1 directs here: {about} goes on to a team, or is resolved all the same."),
        "accepted": _("Not taken back: {who} accepted {about}, which stays as it is."),
        "broken": _(
            "Its time passed, which is on record. Withdraw the promise (:withdraw, plantao promise drop) instead."
        ),
        "changed_since": _("Not taken back: {about} changed since, and stays as it is."),
        "not_put_away": _("Nothing to restore: {about} is neither in the trash nor marked as spam."),
    }.get(error.rule)
    if words is None:
        return explain(error)
    kept = getattr(error, "kept", ())
    who = ", ".join(dict.fromkeys(clean_line(one.agent) for one in kept if one.agent))
    return words.format(about=about or _("it"), who=who or clean_line(error.who) or _("somebody"))

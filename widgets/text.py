"""Words for the record's enums and errors, in the reader's language."""

from collections.abc import Sequence

from storage.kinds import (
    Automatic,
    Cause,
    ConversationKind,
    Delivery,
    Direction,
    DraftKind,
    Evidence,
    Hold,
    LinkReason,
    Special,
    Status,
    Tier,
)
from storage.kinds.clean import clean_line
from storage.kinds.errors import (
    BadField,
    Changed,
    NoSuch,
    Refused,
    StoreDamaged,
    StoreFailing,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
)
from widgets.language import _

_SHOWN = 40  # letters of a value that is told back


def draft_words(kind: DraftKind) -> str:
    """Return what a draft will be."""
    return {
        DraftKind.REPLY: _("reply all"),
        DraftKind.REPLY_SENDER: _("reply"),
        DraftKind.FORWARD: _("forward"),
        DraftKind.NEW: _("new message"),
        DraftKind.NOTE: _("note"),
        DraftKind.HANDOFF: _("handoff"),
    }[kind]


def language_words(codes: Sequence[str], room: int = 40) -> str:
    """Return languages by their names, or the first and how many more where all have no room."""
    known = {"pt": _("Portuguese"), "es": _("Spanish"), "en": _("English")}
    names = [known.get(code, clean_line(code)) for code in codes]
    words = ", ".join(names)
    from rich.cells import cell_len  # late: 30 ms, and most commands need none

    return words if cell_len(words) <= room else f"{names[0]} +{len(names) - 1}"


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
        Status.TRASH: _("trash"),
    }[status]


def tier_words(tier: Tier) -> str:
    """Return a tier's name."""
    return {Tier.N1: _("N1"), Tier.N2: _("N2"), Tier.N3: _("N3")}[tier]


def kind_words(kind: ConversationKind) -> str:
    """Return what sort of work a conversation is."""
    return {
        ConversationKind.CARE: _("care"),
        ConversationKind.SUPPORT: _("support"),
        ConversationKind.TASK: _("task"),
        ConversationKind.CHECK_IN: _("check-in"),
    }[kind]


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


def call_words(direction: Direction, minutes: int) -> str:
    """Return that it was a call, how long it took, and who rang."""
    words = _("call, {minutes} min, in") if direction is Direction.INCOMING else _("call, {minutes} min, out")
    return words.format(minutes=minutes)


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


def sure_words(evidence: Evidence | None, *, marked: bool = False) -> str:
    """Return how sure a rule of threading is; empty where there is nothing to doubt or nothing to say.

    Args:
        evidence: the rule.
        marked: whether the sender took no part before: anybody can cite what they saw.
    """
    if marked:
        return _("unsure")
    match evidence:
        case Evidence.SIGNED:
            return _("certain")
        case Evidence.REFERENCE:
            return _("sure")
        case Evidence.QUOTED | Evidence.SUBJECT:
            return _("likely")
        case _:
            return ""


def link_words(reason: str) -> str:
    """Return why two conversations belong together without being one."""
    return {
        LinkReason.LATE_ANSWER: _("a late answer"),
        LinkReason.STRANGER: _("a stranger with the same subject"),
        LinkReason.AGENT: _("by an agent"),
    }[LinkReason(reason)]


def cause_words(cause: str) -> str:
    """Return what made a change that no agent made; empty for an agent's own."""
    return {
        Cause.CUSTOMER_WROTE: _("the customer wrote"),
        Cause.ANSWERED_ELSEWHERE: _("answered from another program"),
        Cause.HISTORY: _("as it stood when the mailbox was added"),
        Cause.DUE: _("its time came"),
        Cause.JOINED: _("two conversations became one"),
        Cause.RULE: _("by a rule"),
        Cause.OWNER: _("who owns the customer"),
        Cause.BACKUP: _("the owner is away"),
        Cause.TURN: _("whose turn it was"),
        Cause.SKILL: _("whose turn it was among those who know of it"),
        Cause.LANGUAGE: _("whose turn it was among those who write its language"),
        Cause.NOT_DELIVERED: _("the answer reached nobody"),
    }.get(Cause(cause), "")


def state_words(state: Delivery) -> str:
    """Return how far a message is, in a word or four (LOOK §8)."""
    return {
        Delivery.QUEUED: _("queued"),
        Delivery.SENDING: _("leaving"),
        Delivery.DATA_SENT: _("leaving"),
        Delivery.ACCEPTED: _("sent"),
        Delivery.FILED: _("sent"),
        Delivery.FAILED: _("not sent"),
        Delivery.UNCERTAIN: _("may have been sent"),
        Delivery.CANCELLED: _("taken back"),
    }[state]


def hold_words(hold: Hold) -> str:
    """Return what keeps a message."""
    return {
        Hold.AGENT: _("held"),
        Hold.NEWS: _("held: somebody wrote since"),
        Hold.ACCOUNT: _("held: the server did not let us in"),
    }[hold]


def ruled_words(name: str, did: Sequence[str]) -> str:
    """Return what a rule did with mail that it met.

    Args:
        name: the rule's, empty when it was erased.
        did: its deeds, each by its word.
    """
    deeds = {"tag": _("tagged"), "assign": _("assigned"), "spam": _("marked as spam"), "ignore": _("ignored")}
    name = name or _("(erased)")
    if not did:
        return _("rule {name} met it and left all as it was").format(name=name)
    return _("rule {name}: {deeds}").format(name=name, deeds=", ".join(deeds.get(one, one) for one in did))


def explain(error: BaseException) -> str:  # noqa: C901 - a case an error reads well
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
        case StoreFailing():
            return _(
                "The disk under {place} could not be read or written. Nothing was changed; see the system's log, and "
                "whether there is room."
            ).format(place=error.place)
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
        case BadField():
            return field_trouble(error)
        case _:
            return _("Not done: {error}.").format(error=f"{type(error).__name__} {error}".strip())


def field_trouble(error: BadField) -> str:
    """Return why a field cannot take what was given, and what it takes."""
    from difflib import get_close_matches  # late: most commands meet no such error

    if error.reason == "no_such" and (near := get_close_matches(error.field, error.choices, 1)):
        return _("There is no field {field}; did you mean {name}?").format(field=error.field, name=near[0])
    words = {
        "no_such": _("There is no field {field}; there are {choices}."),
        "empty": _("{field} needs a value."),
        "long": _("{field}: at most 300 letters; what is longer is a note."),
        "number": _("{field}: {value} is no number; write one as 1200 or 12.5."),
        "date": _("{field}: {value} is no date; write one as 2026-11-23."),
        "share": _("{field}: {value} is no number from 0 to 100."),
        "future": _("{field}: {value} is yet to come."),
        "yes_no": _("{field}: write yes or no, not {value}."),
        "choice": _("{field}: {value} is none of {choices}."),
        "choices": _("{field}: a choice has words to choose from, and nothing else has."),
        "language": _("{field}: {value} is no language; write pt_BR, es or en."),
        "zone": _("{field}: {value} is no time zone; write one as America/Sao_Paulo."),
        "country": _("{field}: no holidays are known of {value}; write a country by its two letters, as BR or ES."),
        "region": _("{field}: {value} is none of that country's: {choices}."),
        "no_country": _("{field}: a region needs a country: say country=BR as well."),
        "hours": _("{field}: {value} are no hours; write them as {choices}."),
        "many_hours": _("{field}: a week has at most 200 windows."),
        "own_day": _("{field}: {value} is neither shut nor hours; write 09:00-12:00 or shut."),
        "never_open": _("The calendar {value} would never be open: give it hours of the week, or a day with hours."),
        "always": _("The calendar {value} is every desk's, round the clock: choose another name."),
        "calendar_used": _("The calendar {value} is named by policies: {choices}. What ran by it is counted by it."),
        "calendar_worked": _(
            "By the calendar {value} rotas run or agents work: {choices}. Give them other hours first."
        ),
        "target": _("{field}: {value} is no time longer than none; write 30m, 4h, 1h30m or 3d (days of 24 hours)."),
        "long_target": _("{field}: {value} is longer than a year."),
        "no_target": _("The policy {value} has no target: give it one of {choices}, as in first-response=4h."),
        "backwards": _("{field}: it ends before it begins."),
        "many": _("{field}: at most {choices} of them."),
        "turn_at": _("{field}: {value} is no time at which turns change; write mon 09:00, or 09:00."),
        "long_handover": _("{field}: at most 2,000 letters."),
        "clock": _("{field}: {value} is no time; write 22:00-07:00."),
        "no_round": _(
            "The events that come again without end (from {value} on) are no round of turns, one after another."
        ),
        "weight": _("{value} is no weight: write a whole number from 1 to 1000."),
        "operator": _("{field} cannot be compared by {value}; there are {choices}."),
        "no_value": _("{field}: nothing stands behind known."),
        "one_value": _("{field}: one value is wanted here; one_of and none_of take several, parted by commas."),
        "span": _("{value} is no span of time; write one as 90d, 18m or 2y."),
        "percent": _("{value} is no share; write a whole number from 1 to 100."),
        "many_criteria": _("An ICP has at most 50 criteria."),
        "long_name": _("{field}: at most 60 letters."),
        "long_line": _("{field}: a line has at most 300 letters; what is longer is a note."),
        "many_lines": _("{field}: at most 20 lines."),
        "long_notes": _("{field}: at most 20,000 letters."),
        "name": _("{field}: {value} is no name; write lower-case letters a to z, digits and _."),
        "address": _("{value} is no address of that kind."),
        "domain": _("{value} is no domain; write one as acme.com."),
        "long_text": _("{field}: at most 4,000 letters, and a line at most 200; what is longer is a note."),
        "no_visit": _("To N2 a visit goes along: a site or an asset, and from when until when."),
        "no_site": _("A visit needs a site or an asset."),
        "window": _("A visit ends after it begins, and within a month: {value}."),
        "within": _("An answer is waited for from a minute to a month: {value}."),
        "known_already": _("Either the cause is known or it is not: {value}."),
        "free_mail": _("Anybody may have an address at {value}: it tells no organization."),
    }.get(error.reason, _("{field}: {value} cannot be kept."))
    value = clean_line(error.value)
    return words.format(
        field=error.field,
        value=value if len(value) <= _SHOWN else value[:_SHOWN] + "…",
        choices=", ".join(error.choices),
    )


def refusal_words(error: Refused) -> str:
    """Return why a rule of the desk forbids what was asked."""
    words = {
        "already": _("Nothing to change: it stands so already."),
        "taken": _("A colleague has it: nothing was changed."),
        "past": _("That moment has passed."),
        "bad_tag": _("A tag is one word of at most 60 letters."),
        "same_conversation": _("Both are the same conversation."),
        "nothing_to_undo": _("There is nothing to take back."),
        "nothing_to_redo": _("There is nothing to do again."),
        "changed_since": _("Not taken back: it was changed since, and stays as it is."),
        "final": _("That cannot be taken back."),
        "bad_view_name": _("A view's name is one line of at most 40 letters."),
        "view_name_taken": _("There is a view of that name already: choose another, or take that one away."),
        "bad_place": _("There is no such place: write a number from 1 on."),
        "not_put_away": _("Nothing to restore: it is neither in the trash nor marked as spam."),
        "bad_rule_name": _("A rule's name is one line of at most 60 letters."),
        "rule_name_taken": _("There is a rule of that name already: choose another, or drop that one."),
        "rule_without_condition": _("A rule needs a condition with a word in it, or it would meet all mail."),
        "rule_without_deed": _("A rule needs something to do: tag, assign, view, spam or ignore."),
        "rule_spam_and_ignore": _("Mail is either spam or ignored: choose one."),
        "view_without_tag": _("That view asks for no tag, so a rule cannot put mail into it: choose another name."),
        "bad_address": _("Write a whole address, as in ana@example.org, or a domain, as in @example.org."),
        "blocked": _("It is blocked already."),
        "bad_shortcode": _("A shortcode is 1 to 40 lower-case letters a to z, digits, dots and dashes."),
        "bad_response_language": _("A language is written as pt_BR, es or en."),
        "bad_title": _("A title is one line of at most 80 letters."),
        "bad_body": _("The text of a response has 1 to 64,000 letters."),
        "bad_response_tag": _("A response has at most 20 tags, each of at most 60 letters."),
        "many_attachments": _("A response has at most 20 attachments."),
        "bad_macro_status": _("A response can open, resolve, hold or wait: other states are not for an answer."),
        "bad_snooze": _("A snooze is written as 4h, 3d or 2w."),
        "bad_macro_transfer": _(
            "A macro's transfer says to which tier and what is asked, in at most 4,000 letters, and stays open."
        ),
        "no_recipient": _("It goes to nobody: write an address to To."),
        "erased": _("What was erased does not come back."),
        "agents_stay": _("That is an agent of the desk: only customers are erased."),
        "in_outbox": _("An answer to them is on its way, or may have been sent: see `plantao outbox`."),
        "has_left": _("It has left, or may have: nothing was changed."),
        "not_uncertain": _("What became of it is known: nothing was changed."),
        "organization_taken": _("There is an organization of that name already."),
        "no_organization": _("They belong to no organization yet: plantao customer organization puts them into one."),
        "own_subsidiary": _("An organization cannot stand below itself."),
        "domain_taken": _("That domain belongs to another organization: take it away there first."),
        "address_taken": _("Somebody else has that address: merge the two if they are one."),
        "last_address": _("It is the only address they have: add another one first."),
        "same_customer": _("Both are the same customer."),
        "already_merged": _("One of them was merged into another: name that one."),
        "field_taken": _("There is a field of that name already."),
        "name_taken": _("That name is taken, or another one had it: choose a new one."),
        "no_suggestion": _("Nothing says who they may be, or their profile says it already."),
        "unsolved": _("Support is resolved with its cause and its solution, or with why the cause is unknown."),
        "director": _("N1 directs here and resolves nothing: hand it on, or resolve it all the same."),
        "not_offered": _("Nothing waits to be accepted there."),
        "response_taken": _("There is a response of that shortcode and language already: change that one."),
    }.get(error.rule)
    return words or _("Not done: {rule}.").format(rule=error.rule.replace("_", " "))


def query_words(trouble: str, word: str, known: Sequence[str] = ()) -> str:
    """Return what is wrong with a query, naming the word, and what could have stood there.

    Args:
        trouble: the word of `storage.rules.query.Trouble`.
        word: what was typed.
        known: what is known there, when that is a short list.
    """
    words = {
        "unknown_field": _("there is no such field"),
        "unknown_value": _("there is no such value"),
        "missing_value": _("a value is missing after the colon"),
        "bad_date": _("this is no date: write 2026-11-23, 2026-11, or 3d"),
        "open_quote": _("the quotation mark is not closed"),
        "open_parenthesis": _("the parenthesis is not closed"),
        "stray_parenthesis": _("this parenthesis was not opened"),
        "empty_parentheses": _("there is nothing in the parentheses"),
        "nothing_beside_or": _("OR needs something on both sides"),
        "no_word": _("there is no word in it to be found"),
        "short_prefix": _("more letters are needed before the star"),
        "broad_prefix": _("too many words begin so: type more letters"),
        "sort_inside": _("sort: is for the query as a whole"),
        "too_long": _("the query is too long"),
        "too_deep": _("too many parentheses inside each other"),
    }.get(trouble, trouble.replace("_", " "))
    if known:
        words = _("there are {known}").format(known=", ".join(known))
    return f"{clean_line(word)}  {words}" if word else words


def trouble_words(kind: str) -> str:
    """Return why a mailbox's sync stands still or stumbles.

    Args:
        kind: the word under which the sync keeps its error.
    """
    return {
        "SignInRefused": _("the server refused the password."),
        "CertificateRefused": _("the server's certificate cannot be trusted."),
        "NoSecret": _("there is no password for it."),
        "MailboxLost": _("the server cannot be reached."),
    }.get(kind, clean_line(kind) or _("it stopped."))

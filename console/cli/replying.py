"""`reply`: a customer is answered from the command line; the review comes first, and what it stops is not sent."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE, Failed, Usage
from console.cli.parser import Group
from storage.kinds import DraftKind, Status
from storage.kinds.clean import clean_line
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.cli.call import Call
    from console.cli.writing import Writing
    from console.config.accounts import Account
    from storage.commands.outbox.queueing import Sent
    from storage.commands.transferring import Transfer
    from storage.kinds.drafts import DraftView
    from storage.kinds.promises import Commitment
    from storage.kinds.responses import Actions
    from storage.kinds.review import Finding

_THEN = ("waiting", "on_hold", "resolved", "open")


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "reply",
        run_reply,
        words=_("answer a customer, forward, or begin a conversation"),
        more=_(
            "plantao reply 4213 'It is on its way.'        everybody who takes part is answered\n"
            "plantao reply 4213 --response ack             a canned response with this customer's values\n"
            "plantao reply 4213 --forward --to ADDRESS     what they wrote goes to somebody else\n"
            "plantao reply --new --to ADDRESS --subject TEXT -   a conversation is begun\n\n"
            "The review comes first: what stops it is said, and nothing is sent. Undo takes it back until it leaves."
        ),
    )
    parser.set_defaults(gathers="words")
    parser.add_argument(
        "words", nargs="*", metavar="ID|TEXT", help=_("the conversation, or a message as m17; the text, - reads it")
    )
    parser.add_argument("--file", metavar="FILE", help=_("the text stands in a file"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--sender", action="store_true", help=_("answer whoever wrote, and nobody else"))
    what.add_argument("--forward", action="store_true", help=_("forward the message with its attachments"))
    what.add_argument("--new", action="store_true", help=_("begin a conversation"))
    parser.add_argument("--message", metavar="MESSAGE", help=_("the message that is answered; the last one otherwise"))
    for name, words in (
        ("to", _("somebody more to whom it goes; may be repeated")),
        ("cc", _("somebody who gets a copy; may be repeated")),
        ("bcc", _("somebody who gets a copy unseen by the others; may be repeated")),
        ("without", _("somebody who is left out; may be repeated")),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="ADDRESS", help=words)
    parser.add_argument("--subject", metavar="TEXT", help=_("another subject"))
    parser.add_argument(
        "--from", dest="mailbox", metavar="MAILBOX", help=_("another mailbox to send from, by name or address")
    )
    parser.add_argument("--attach", action="append", default=[], metavar="FILE", help=_("a file; may be repeated"))
    parser.add_argument(
        "--response", action="append", default=[], metavar="SHORTCODE", help=_("a canned response; may be repeated")
    )
    parser.add_argument("--language", default="", metavar="LANGUAGE", help=_("the response in it: pt_BR, es, en"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=TEXT", help=_("a value that is asked for; may be repeated")
    )
    parser.add_argument("--then", choices=_THEN, help=_("where the conversation stands afterwards (waiting)"))
    parser.add_argument(
        "--right",
        action="append",
        default=[],
        metavar="CHECK",
        help=_("what the review finds is right: secret, placeholder, …; may be repeated"),
    )
    parser.add_argument("--promises", action="store_true", help=_("write down what the answer promises, as is found"))
    parser.add_argument(
        "--promise",
        action="append",
        default=[],
        metavar="TEXT@WHEN",
        help=_("write down that this is promised with it, until then; may be repeated"),
    )
    parser.add_argument(
        "--keeps",
        action="append",
        default=[],
        type=int,
        metavar="NUMBER",
        help=_("the promise of that number is kept by this; may be repeated"),
    )
    parser.add_argument("--force", action="store_true", help=_("all that the review finds is right"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--now", action="store_true", help=_("it may leave at once; undo has no time then"))
    how.add_argument("--draft", action="store_true", help=_("keep it as a draft, and send nothing"))


def run_reply(call: "Call") -> int:
    """Answer, forward, or begin a conversation."""
    from console.cli.writing import written
    from console.mail.outgoing import NoAccount, account_of

    right = _said_right(call)
    given = _promises_given(call)
    if call.options.draft and (given or call.options.promises or call.options.keeps):
        raise Usage(_("A draft promises nothing yet: say what is promised or kept when it is sent."))
    writing = written(call)
    account: Account | None = None
    if not call.options.draft:
        if writing.draft.mailbox_id is None:
            raise NoAccount(writing.draft.mailbox)
        account = account_of(call.settings.accounts, writing.draft.mailbox, writing.draft.address)
    findings, keys, found = _reviewed(call, writing.draft, right)
    writing = replace(writing, draft=replace(writing.draft, right=keys))
    stops = _tell_findings(call, findings, writing.draft.conversation_id)
    if account is None:
        return _keep(call, writing.draft)
    if stops:
        raise Failed(
            ngettext(
                "Not sent: {count} thing stops it. Nothing was done.",
                "Not sent: {count} things stop it. Nothing was done.",
                stops,
            ).format(count=stops)
        )
    promises = (*given, *(found if call.options.promises else ()))
    return _tell_sent(call, writing, _send(call, writing, account, promises), promises)


def _promises_given(call: "Call") -> "tuple[Commitment, ...]":
    """Return what ``--promise`` says that is promised.

    Raises:
        Usage: one of them has no words, or no moment to come.
    """
    from storage.kinds.promises import Commitment
    from widgets.when import NoMoment, read_moment

    given = []
    for one in call.options.promise:
        text, _at, when = one.rpartition("@")
        if not text.strip():
            raise Usage(_("--promise {word}: write TEXT@WHEN, as in 'call back@tomorrow 10:00'.").format(word=one[:60]))
        try:
            due = read_moment(when, now=call.now)
        except NoMoment as wrong:
            raise Usage(str(wrong)) from None
        if due <= call.now:
            raise Usage(_("{moment} has passed: a promise is due later.").format(moment=when))
        given.append(Commitment(text.strip(), due))
    return tuple(given)


def _said_right(call: "Call") -> frozenset[str]:
    from storage.kinds.review import Check

    named = [clean_line(one) for word in call.options.right for one in word.split(",")]
    for one in named:
        if one not in set(Check):
            raise Usage(
                _("The review knows no «{word}»: write one of {known}.").format(
                    word=one[:60], known=", ".join(check for check in Check if check is not Check.RECIPIENTS)
                )
            )
    return frozenset(named)


def _reviewed(
    call: "Call", draft: "DraftView", right: frozenset[str]
) -> "tuple[Sequence[Finding], frozenset[str], tuple[Commitment, ...]]":
    """Return what the review finds, the keys of what was said to be right, and what the answer promises."""
    from console.mail.parse.language import guess
    from storage.kinds.mail import entries
    from storage.kinds.review import Written
    from storage.queries.answering import review_facts
    from storage.rules.mentions import addresses_in
    from storage.rules.promised import promised
    from storage.rules.reviewing import review

    found = promised(draft.body, now=call.now) if draft.kind is not DraftKind.FORWARD else ()
    own = "\n".join(line for line in draft.body.split("\n") if not line.startswith(">"))
    looked_at = Written(
        kind=draft.kind,
        to=entries(draft.to),
        cc=entries(draft.cc),
        bcc=entries(draft.bcc),
        subject=draft.subject,
        body=draft.body,
        attachments=tuple(one.name for one in draft.attachments),
        language=guess(own),
        promises=found,
        taken={one.text: one for one in found} if call.options.promises else {},
        keeps=frozenset(call.options.keeps),
    )
    mentioned = {address for address, _start, _end in addresses_in(draft.body)}
    facts = call.ask(review_facts, draft, mentioned=mentioned, now=call.now)
    findings = review(looked_at, facts)
    keys = frozenset(one.key for one in findings if call.options.force or one.check in right)
    return review(looked_at, facts, keys), keys, found


def _tell_findings(call: "Call", findings: "Sequence[Finding]", conversation_id: int | None) -> int:
    """Say to standard error what stops it and what is to be looked at; return how much stops it."""
    from storage.kinds.review import Check, Severity
    from widgets.findings import finding_words, severity_words

    stops = 0
    for one in findings:
        if one.severity is Severity.OK:
            continue
        line = f"{severity_words(one.severity)}: {finding_words(one, call.now, conversation_id=conversation_id)}"
        if one.severity is Severity.STOP:
            stops += 1
            if "right" in one.remedies:
                line += " " + _("(if it is right: --right {check})").format(check=one.check.value)
        elif one.check is Check.PROMISE:
            line += " " + _("(to write it down: --promises)")
        elif one.check is Check.OWED:
            line += " " + _("(if so, --keeps {number})").format(number=one.other)
        call.out.error(f"plantao: {line}")
    return stops


def _keep(call: "Call", draft: "DraftView") -> int:
    """Keep it as a draft."""
    from storage.commands import drafts as commands
    from storage.queries.drafts import drafts

    number = draft.conversation_id
    for one in call.ask(drafts, agent_id=call.desk.agent_id) if number is not None else ():
        if one.conversation_id == number and _sort(one.kind) is _sort(draft.kind):
            raise Failed(
                _(
                    "You have a draft in #{number} already: `plantao draft show {draft}` shows it, and"
                    " `plantao draft drop {draft}` throws it away. Nothing was done."
                ).format(number=number, draft=one.draft_id)
            )
    kept = _begun(call, draft)
    call.desk.tell_now(commands.note_writing, kept.draft_id, agent_id=call.desk.agent_id, now=None)
    if call.out.json_lines:
        call.out.object({"draft_id": kept.draft_id, "conversation_id": number, "done": "draft"})
    else:
        call.out.line(
            _(
                "Kept as draft {draft}: `plantao draft show {draft}` shows it; it is gone on with in the console."
            ).format(draft=kept.draft_id)
        )
    return DONE


def _sort(kind: DraftKind) -> DraftKind:
    return DraftKind.REPLY if kind is DraftKind.REPLY_SENDER else kind


def _begun(call: "Call", draft: "DraftView") -> "DraftView":
    from storage.commands import drafts

    names = ("to", "cc", "bcc", "subject", "body", "attachments", "right", "seen_event_id")
    kept, _known = call.desk.tell_now(
        drafts.begin,
        agent_id=call.desk.agent_id,
        kind=draft.kind,
        now=call.now,
        conversation_id=draft.conversation_id,
        message_id=draft.message_id,
        mailbox_id=draft.mailbox_id,
        values={name: getattr(draft, name) for name in names},
        anew=True,
    )
    return kept


def _send(call: "Call", writing: "Writing", account: "Account", promises: "Sequence[Commitment]") -> "Sent":
    """Queue it; what fails leaves no draft behind, and what is killed leaves one."""
    from console.mail.answering import send_draft
    from storage.commands import drafts

    after, actions = _afterwards(call, writing)
    hands_on = _handed_on(call, writing)
    draft = _begun(call, writing.draft)
    try:
        return send_draft(
            call.store,
            draft,
            account=account,
            agent=call.settings.agent_name(),
            actor=call.desk.actor,
            now=call.now,
            undo_window=timedelta(seconds=0 if call.options.now else call.settings.undo_window),
            after=after,
            uses=writing.uses,
            actions=actions,
            promises=promises,
            keeps=call.options.keeps,
            hands_on=hands_on,
        )
    except Exception:
        call.desk.tell_now(drafts.forget, draft.draft_id, agent_id=call.desk.agent_id)
        raise


def _handed_on(call: "Call", writing: "Writing") -> "Transfer | None":
    """Return to whom a macro hands the conversation on; of several macros the last one has the word."""
    wanted = [one.transfer for one in writing.actions if one.transfer is not None]
    if not wanted:
        return None
    if writing.draft.conversation_id is None:
        raise Failed(_("A macro hands on only what stands: a conversation that begins is not. Nothing was done."))
    from console.mail.transferring import by_macro

    number, told = writing.draft.conversation_id, writing.draft.body
    made, wrong = by_macro(call.store, number, wanted[-1], told=told)
    if wrong is not None:
        raise wrong
    return made


def _afterwards(call: "Call", writing: "Writing") -> "tuple[Status | None, tuple[Actions, ...]]":
    """Return where the conversation stands then, and what else is done: a macro's status yields to --then."""
    asked: list[Any] = [one.status for one in writing.actions if one.status is not None]
    actions = tuple(replace(one, status=None) for one in writing.actions)
    if call.options.then is not None:
        return Status(call.options.then), actions
    if asked:
        return asked[-1], actions
    return None if writing.draft.kind is DraftKind.FORWARD else Status.WAITING, actions


def _tell_sent(call: "Call", writing: "Writing", sent: "Sent", promises: "Sequence[Commitment]") -> int:
    from storage.commands.leasing import SYNC, lease_holder
    from storage.queries.answering import cites
    from storage.queries.outbox import delivery
    from widgets.moments import moment_words
    from widgets.steady import one_line

    item = call.ask(delivery, sent.message_id)
    people = [one.address for one in item.recipients]
    if call.out.json_lines:
        call.out.object(
            {
                "conversation_id": sent.conversation_id,
                "message_id": sent.message_id,
                "header_id": call.ask(cites, sent.message_id).header_id,
                "action_id": sent.action_id,
                "mailbox": writing.draft.mailbox,
                "recipients": people,
                "leaves_at": sent.leaves_at,
                "promises": [{"text": one.text, "due": one.due} for one in promises],
                "done": call.options.done,
            }
        )
    else:
        sentence = (
            _("#{number}: m{message} leaves at once, to {people}.")
            if call.options.now or not call.settings.undo_window
            else _("#{number}: m{message} leaves at {moment}, to {people}; `plantao undo` takes it back until then.")
        )
        moment = f"{sent.leaves_at.astimezone(call.now.tzinfo):%H:%M:%S}"
        call.out.line(
            sentence.format(
                number=sent.conversation_id, message=sent.message_id, moment=moment, people=_people_words(people)
            )
        )
        for one in promises:
            call.out.line(
                _("promised by {at}: {what}").format(at=moment_words(one.due, call.now), what=one_line(one.text))
            )
    if call.ask(lease_holder, SYNC, now=call.now) is None:
        call.out.error(_("plantao: no sync is running for this desk: it leaves with the next `plantao sync`."))
    return DONE


def _people_words(people: "Sequence[str]") -> str:
    words = ", ".join(people[:5])
    rest = len(people) - 5
    return (
        words if rest <= 0 else f"{words} " + ngettext("and {count} more", "and {count} more", rest).format(count=rest)
    )

"""What an erasure would take away and what it took, in lines: for the shell and for the screen."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from storage.kinds.clean import clean_line
from storage.kinds.erasing import Elsewhere, Receipt, Survey
from widgets.language import _, ngettext
from widgets.moments import moment_words, size_words


def held_words(survey: Survey, now: datetime) -> Iterator[str]:
    """Yield what is held on somebody, and would go."""
    count = len(survey.message_ids)
    words = ngettext("{count} message", "{count} messages", count).format(count=count)
    if survey.oldest is not None and survey.newest is not None:
        ends = moment_words(survey.oldest, now), moment_words(survey.newest, now)
        words += f" ({' – '.join(dict.fromkeys(ends))}, {size_words(survey.size)})"  # noqa: RUF001 - a range
    yield words
    drafts, facts = len(survey.draft_ids), len(survey.facts)
    yield (
        ngettext("{count} draft", "{count} drafts", drafts).format(count=drafts)
        + ", "
        + ngettext("{count} fact of the log", "{count} facts of the log", facts).format(count=facts)
    )
    for mailbox, placed in survey.placed.items():
        words = ngettext(
            "{count} message on the server of {mailbox}", "{count} messages on the server of {mailbox}", placed
        )
        yield words.format(count=placed, mailbox=clean_line(mailbox))


def left_alone_words(survey: Survey, backups: Sequence[str]) -> Iterator[str]:
    """Yield what an erasure does not reach."""
    if survey.tagged:
        yield _("Tags stay in the log: {tags}").format(tags=" ".join(f"+{clean_line(tag)}" for tag in survey.tagged))
    for backup in backups:
        yield _("An older copy of the desk is left alone, {place}").format(place=backup)


def elsewhere_words(one: Elsewhere) -> str:
    """Return where else somebody is named."""
    said = clean_line(one.said)
    match str(one.what):
        case "message":
            words = _("mail of others that quotes them") if one.quotes else _("mail of others that names them")
            return f"#{one.conversation_id} {words}: {said}"
        case "unread":
            return _("a delivery that nobody could read: {number}").format(number=one.number)
        case "draft":
            return _("a draft to somebody else: {name}").format(name=said)
        case "rule":
            return _("a rule: {name}").format(name=said)
        case "view":
            return _("a view: {name}").format(name=said)
        case "response":
            return _("a canned response: {name}").format(name=said)
        case "organization":
            return _("an organization's name: {name}").format(name=said)
        case "entry":
            return _("kept of others or of the desk: {name}").format(name=said)
        case _:
            return _("a field of another profile: {name}").format(name=said)


def receipt_words(
    survey: Survey,
    receipt: Receipt,
    *,
    now: datetime,
    agent: str,
    lines: int,
    backups: Sequence[str],
    unread: Sequence[str],
    clean: bool,
) -> Iterator[str]:
    """Yield a receipt without a personal word.

    Args:
        survey: what was seen before.
        receipt: what was done.
        now: when.
        agent: who erased.
        lines: how many were struck out of the program's own files.
        backups: copies of the desk that hold what they held.
        unread: where what nobody could read, and was erased here, lies on servers still.
        clean: whether nothing of it is left in the files.
    """
    yield _("customer #{number}, erased {moment} by {agent}, action {action}").format(
        number=receipt.person_ids[0], moment=f"{now:%Y-%m-%d %H:%M %z}", agent=agent, action=receipt.action_id
    )
    yield _(
        "messages {messages}, copies of them {deliveries}, facts {facts}, drafts {drafts}, lines in files {lines}"
    ).format(
        messages=receipt.messages,
        deliveries=receipt.deliveries,
        facts=receipt.facts,
        drafts=receipt.drafts,
        lines=lines,
    )
    if survey.elsewhere:
        yield _("elsewhere erased {erased}, kept {kept}").format(erased=receipt.elsewhere, kept=receipt.kept)
    if survey.placed:
        yield (
            _("deletions asked of the mail servers: {count}; the next sync makes them").format(count=receipt.asked)
            if receipt.asked
            else _("kept on the mail servers; the desk does not take it in again")
        )
    for place in unread:
        yield _("Nobody could read this mail, so it lies on its server still: {place}").format(place=clean_line(place))
    for backup in backups:
        yield _("An older copy of the desk is left alone, {place}").format(place=backup)
    if not clean:
        yield left_words()
    yield _("the log's head afterwards: {head}").format(head=receipt.head)


def left_words() -> str:
    """Return what is said where the files still hold something."""
    return _(
        "Something of it lies in the files still, as another program reads in them: the next sync goes on with it."
    )

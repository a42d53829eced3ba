"""What stands in a draft at first, by what it will be and what it answers: recipients, subject, a forwarded text."""

from typing import TYPE_CHECKING, Any

from storage.kinds import DraftKind
from storage.kinds.drafts import Attached

if TYPE_CHECKING:
    from storage.queries.answering import Answerable


def first_values(kind: DraftKind, answer: "Answerable") -> dict[str, Any]:
    """Return what stands in a draft at first, by the names of `DraftView`.

    Args:
        kind: what it will be.
        answer: what is known of the conversation.
    """
    from storage.rules.addressing import line_of, recipients, subject_of

    message = answer.message
    if kind is DraftKind.NOTE or message is None:
        return {"subject": answer.view.subject if kind is not DraftKind.NOTE else ""}
    to, cc = recipients(
        kind,
        author=message.author,
        reply_to=answer.reply_to,
        to=message.to,
        cc=message.cc,
        own=answer.own,
        strangers=answer.strangers,
    )
    values: dict[str, Any] = {
        "to": line_of(to),
        "cc": line_of(cc),
        "subject": subject_of(kind, message.subject or answer.view.subject),
    }
    if kind is DraftKind.FORWARD:
        values["body"] = forwarded(answer)
        values["attachments"] = [
            Attached(one.name or one.media_type, one.media_type, one.size, "", 0, message.message_id, one.section)
            for one in message.attachments
            if not one.inline
        ]
    return values


def forwarded(answer: "Answerable") -> str:
    """Return a message as it stands in a forward: who wrote, when, about what, then its text."""
    from widgets.language import _

    message = answer.message
    assert message is not None
    author = f"{message.author.name} <{message.author.address}>".strip()
    rows = [
        "",
        "",
        "---------- " + _("forwarded message") + " ----------",
        _("From: {author}").format(author=author),
        _("Date: {date}").format(date=f"{message.arrived_at.astimezone():%Y-%m-%d %H:%M}"),
        _("Subject: {subject}").format(subject=message.subject),
        "",
        message.text.strip("\n"),
    ]
    return "\n".join(rows)

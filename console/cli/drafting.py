"""`draft`: what an agent is writing, listed, shown, thrown away and recalled; it is written in the console."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.drafts import DraftView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("draft", None, words=_("what you are writing: list, show, throw away, recall"))
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("your drafts, the one that was written last first"))
    parser.add_argument("--dropped", action="store_true", help=_("those you threw away within a week, instead"))
    parser = under.command("show", run_show, words=_("one draft, whole"))
    parser.add_argument("draft", type=int, metavar="DRAFT")
    parser = under.command("drop", run_drop, words=_("throw a draft away; it can be recalled for a week"))
    parser.add_argument("draft", type=int, metavar="DRAFT")
    parser = under.command("recall", run_recall, words=_("bring a draft back that was thrown away"))
    parser.add_argument("draft", type=int, metavar="DRAFT")


def run_list(call: "Call") -> int:
    """Print the agent's drafts."""
    from storage.queries.drafts import drafts
    from widgets.moments import moment_words
    from widgets.text import draft_words

    with call.out.paged():
        for one in call.ask(drafts, agent_id=call.desk.agent_id, dropped=call.options.dropped):
            if call.out.json_lines:
                call.out.object(_object(one))
                continue
            number = f"#{one.conversation_id}" if one.conversation_id is not None else ""
            cells = [
                (str(one.draft_id), 4),
                (moment_words(one.updated_at, call.now.astimezone()), 11),
                (draft_words(one.kind), 11),
                (number, 7),
                (one.customer or one.to, 16),
            ]
            call.out.line(columns(cells, last=" ".join(one.body.split()) or one.subject, width=call.out.width))
    return DONE


def run_show(call: "Call") -> int:
    """Print a draft as it is written."""
    from storage.queries.drafts import draft
    from widgets.text import draft_words

    one = call.ask(draft, call.options.draft, agent_id=call.desk.agent_id)
    if call.out.json_lines:
        call.out.object(_object(one))
        return DONE
    number = f" #{one.conversation_id}" if one.conversation_id is not None else ""
    with call.out.paged():
        call.out.line(f"{draft_words(one.kind)}{number}")
        lines = (
            (_("from"), one.address),
            (_("to"), one.to),
            (_("cc"), one.cc),
            (_("bcc"), one.bcc),
            (_("subject"), one.subject),
            *((_("file"), each.name) for each in one.attachments),
        )
        for word, value in lines:
            if value:
                call.out.line(columns([(word, 9)], last=value, width=call.out.width))
        call.out.line("")
        for line in one.body.split("\n"):
            call.out.line(line)
    return DONE


def run_drop(call: "Call") -> int:
    """Throw a draft away."""
    from storage.commands import drafts

    number = call.options.draft
    call.desk.tell_now(drafts.drop, number, agent_id=call.desk.agent_id, now=call.now)
    return _said(call, number, _("Draft {number} is thrown away; `plantao draft recall {number}` brings it back."))


def run_recall(call: "Call") -> int:
    """Bring a draft back."""
    from storage.commands import drafts

    number = call.options.draft
    call.desk.tell_now(drafts.recall, number, agent_id=call.desk.agent_id)
    return _said(call, number, _("Draft {number} is back."))


def _said(call: "Call", number: int, words: str) -> int:
    if call.out.json_lines:
        call.out.object({"draft_id": number, "done": call.options.done})
    else:
        call.out.line(words.format(number=number))
    return DONE


def _object(one: "DraftView") -> dict[str, object]:
    return {
        "draft_id": one.draft_id,
        "kind": one.kind,
        "conversation_id": one.conversation_id,
        "message_id": one.message_id,
        "mailbox": one.mailbox,
        "from": one.address,
        "to": one.to,
        "cc": one.cc,
        "bcc": one.bcc,
        "subject": one.subject,
        "text": one.body,
        "attachments": [
            {"name": each.name, "media_type": each.media_type, "size": each.size} for each in one.attachments
        ],
        "begun_at": one.begun_at,
        "updated_at": one.updated_at,
    }

"""`breach`: the deadlines that passed, and what the desk says of them."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from console.cli import ids
from console.cli.errors import DONE
from console.cli.parser import Group
from storage.kinds.policies import Metric
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.clocks import BreachView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("breach", None, words=_("the deadlines that passed, why, and what is done about it"))
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the breaches that nobody has explained, the last one first"))
    parser.add_argument("--all", action="store_true", help=_("those that are explained, too"))
    parser.add_argument("--explained", action="store_true", help=_("only those that are explained"))
    parser.add_argument("-n", "--limit", type=int, default=100, metavar="COUNT", help=_("at most so many (100)"))
    parser = under.command(
        "explain",
        run_explain,
        words=_("say why a deadline passed, and what is done so that it does not again"),
        more=_("Of a conversation's breaches the last one that is not explained, else the last one."),
    )
    parser.add_argument("id", metavar="ID", help=_("the conversation: 4213 or #4213"))
    parser.add_argument("--cause", required=True, metavar="TEXT", help=_("why it passed"))
    parser.add_argument("--corrective", default="", metavar="TEXT", help=_("what is done about it"))
    parser.add_argument("--metric", choices=[str(one) for one in Metric], help=_("only a breach of this clock"))


def run_list(call: "Call") -> int:
    """Print breaches."""
    from storage.queries.clocks import breaches

    options = call.options
    explained = None if options.all else bool(options.explained)
    found = call.ask(breaches, explained=explained, limit=max(1, options.limit))
    for one in found:
        if call.out.json_lines:
            call.out.object(asdict(one))
        else:
            call.out.line(_words(call, one))
    if not found and not call.out.json_lines:
        call.out.line(_("No breach."))
    return DONE


def _words(call: "Call", one: "BreachView") -> str:
    from widgets.moments import moment_words
    from widgets.terms import metric_words

    words = _("#{number}  {metric}, due {moment}, policy {policy}  {subject}").format(
        number=one.conversation_id,
        metric=metric_words(one.metric),
        moment=moment_words(one.due_at, call.now),
        policy=one.policy,
        subject=one.subject,
    )
    if one.explained_at is None:
        return words
    said = "; ".join(filter(None, (one.cause, one.corrective))) or _("(erased)")
    return f"{words}  ({said})"


def run_explain(call: "Call") -> int:
    """Say why a deadline passed."""
    from storage.commands.clocks import explain
    from widgets.moments import moment_words
    from widgets.terms import metric_words

    options = call.options
    number = ids.conversation(call, options.id)
    metric = Metric(options.metric) if options.metric else None
    one = call.desk.tell_now(
        explain,
        number,
        cause=options.cause,
        corrective=options.corrective,
        metric=metric,
        actor=call.desk.actor,
        now=call.now,
    )
    if call.out.json_lines:
        call.out.object({"conversation_id": one.conversation_id, "metric": one.metric, "due_at": one.due_at})
    else:
        words = _("Why {metric} of #{number} was late ({moment}) is written down.")
        moment = moment_words(one.due_at, call.now)
        call.out.line(words.format(metric=metric_words(one.metric), number=one.conversation_id, moment=moment))
    return DONE

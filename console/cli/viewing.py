"""`view`: queries that are kept under a name, one's own or shared, and the keys that show them."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.views import SavedView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("view", None, words=_("queries kept under a name, each with its number key"))
    under = group.under(parser)
    under.command("list", run_list, words=_("the views you have, in the order of their keys"))
    parser = under.command("save", run_save, words=_("keep a query under a name"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("query", nargs="+", metavar="QUERY")
    parser.add_argument("--shared", action="store_true", help=_("for everybody at this desk, not for you alone"))
    parser.add_argument(
        "--key", type=int, choices=range(1, 10), metavar="KEY", help=_("the number key, 1 to 9; the first free one")
    )
    parser = under.command("drop", run_drop, words=_("take a saved view away"))
    parser.add_argument("name", metavar="NAME")


def run_list(call: "Call") -> int:
    """Print the built-in views and the saved ones."""
    from console.screens.asking import views as built_in
    from storage.queries.views import views

    saved = call.ask(views, agent_id=call.agent_id)
    taken = {one.key for one in saved}
    rows = [(one.key, one.name, one.words, None) for one in built_in() if one.key not in taken]
    rows += [(one.key, one.name, one.query, one) for one in saved]
    for key, name, query, view in sorted(rows, key=lambda row: row[0] or "~"):
        if call.out.json_lines:
            call.out.object(_object(key, name, query, view))
            continue
        whose = "" if view is None else _("shared") if view.shared else _("yours")
        call.out.line(columns([(key, 1), (name, 20), (whose, 9)], last=query, width=call.out.width))
    return DONE


def run_save(call: "Call") -> int:
    """Keep a query under a name."""
    from storage.commands import views as commands
    from storage.queries.views import views

    options = call.options
    number = call.desk.tell_now(
        commands.keep,
        options.name,
        " ".join(options.query),
        shared=options.shared,
        place=options.key,
        actor=call.desk.actor,
        now=call.now,
    )
    (kept,) = (one for one in call.ask(views, agent_id=call.desk.agent_id) if one.view_id == number)
    if call.out.json_lines:
        call.out.object(_object(kept.key, kept.name, kept.query, kept))
    elif kept.key:
        call.out.line(_("{name} is kept, on key {key}.").format(name=kept.name, key=kept.key))
    else:
        call.out.line(_("{name} is kept; all keys are taken.").format(name=kept.name))
    return DONE


def run_drop(call: "Call") -> int:
    """Take a saved view away."""
    from storage.commands import views as commands
    from storage.queries.views import view_called

    view = call.ask(view_called, clean_line(call.options.name), agent_id=call.desk.agent_id)
    call.desk.tell_now(commands.drop, view.view_id, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({**_object(view.key, view.name, view.query, view), "done": call.options.done})
    else:
        call.out.line(_("{name} is taken away; `plantao undo` brings it back.").format(name=view.name))
    return DONE


def _object(key: str, name: str, query: str, view: "SavedView | None") -> dict[str, object]:
    return {
        "view_id": view and view.view_id,
        "key": key or None,
        "name": name,
        "query": query,
        "shared": view is None or view.shared,
    }

"""`undo` and `redo`: this agent's last command is taken back, and that is taken back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE
from console.cli.parser import Group
from widgets.language import _, ngettext
from widgets.troubles import numbers_words

if TYPE_CHECKING:
    from console.cli.call import Call


def add(group: Group) -> None:
    """Add the commands."""
    group.command("undo", run_undo, words=_("take your last command back"))
    group.command("redo", run_redo, words=_("do again what you took back last"))


def run_undo(call: "Call") -> int:
    """Take the last command back."""
    from storage.commands.undoing import undo

    return _back(call, undo, again=False)


def run_redo(call: "Call") -> int:
    """Do again what was taken back."""
    from storage.commands.undoing import redo

    return _back(call, redo, again=True)


def _back(call: "Call", command: Callable[..., Any], *, again: bool) -> int:
    done = call.desk.tell_now(command, actor=call.desk.actor, now=call.now)
    numbers = list(dict.fromkeys(fact.about for fact in done.facts if fact.about is not None))
    if call.out.json_lines:
        call.out.object(
            {
                "action_id": done.action_id,
                "undoes": done.undoes,
                "conversations": numbers,
                "kept": [{"conversation_id": one.conversation_id, "changed_by": one.agent} for one in done.kept],
            }
        )
        return DONE
    kinds = ", ".join(dict.fromkeys(fact.kind.replace("_", " ") for fact in done.facts))
    sentence = _("{numbers}: done again ({kinds})") if again else _("{numbers}: taken back ({kinds})")
    call.out.line(sentence.format(numbers=numbers_words(numbers) or _("the desk"), kinds=kinds))
    for kept in done.kept:
        who = kept.agent or _("new mail")
        call.out.line(
            _("#{number} was changed since by {who}, and stays.").format(number=kept.conversation_id, who=who)
        )
    if done.kept:
        count = len(done.kept)
        call.out.line(ngettext("{count} stays as it is.", "{count} stay as they are.", count).format(count=count))
    return DONE

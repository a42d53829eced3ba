"""`undo` and `redo`: this agent's last command is taken back, and that is taken back."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE, FAILED
from console.cli.parser import Group
from storage.kinds.errors import Refused
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
    return _back(call, again=False)


def run_redo(call: "Call") -> int:
    """Do again what was taken back."""
    return _back(call, again=True)


def _back(call: "Call", *, again: bool) -> int:
    from storage.commands.bulk import TakenBack, undo_in_parts
    from storage.commands.triage import AT_ONCE
    from storage.queries.agents import agents
    from widgets.undone import undone_words

    done: TakenBack | None = None
    try:
        for done in undo_in_parts(call.store, actor=call.desk.actor, clock=lambda: call.now, redo=again):
            if done.total > AT_ONCE:
                call.out.progress(f"{done.done}/{done.total}")
    except Refused as none:
        if none.rule != "nothing_to_undo":
            raise
        call.out.error(
            _("No command of yours is left to take back. What was done in a console is taken back there: u, or g h.")
        )
        return FAILED
    call.out.progress_done()
    if done is None:
        return DONE
    if call.out.json_lines:
        call.out.object(
            {
                "action_id": done.action_id,
                "undoes": done.undoes,
                "conversations": list(done.taken),
                "kept": [{"conversation_id": one.conversation_id, "changed_by": one.agent} for one in done.kept],
            }
        )
        return DONE
    words = undone_words(done.told(again=again), call.now, call.ask(agents))
    sentence = _("{numbers}: done again ({what})") if again else _("{numbers}: taken back ({what})")
    call.out.line(sentence.format(numbers=numbers_words(done.taken) or _("the desk"), what=words))
    for kept in done.kept:
        who = kept.agent or _("new mail")
        call.out.line(
            _("#{number} was changed since by {who}, and stays.").format(number=kept.conversation_id, who=who)
        )
    if done.kept:
        count = len(done.kept)
        call.out.line(ngettext("{count} stays as it is.", "{count} stay as they are.", count).format(count=count))
    return DONE

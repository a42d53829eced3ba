"""A task is begun: its bytes are made as those of a note are, and kept with its fact."""

from datetime import datetime

from console.mail.composing.noting import note_content
from console.mail.noting import kept
from storage.commands import tasks
from storage.events import Actor
from storage.kinds.clean import clean_line
from storage.kinds.tasks import Task
from storage.store import Store

DESK = "Plantão"
"""Who begins a task that no agent begins."""

LONGEST_TITLE = 300
"""Letters of a task's title."""


def begin(store: Store, task: Task, *, agent: str, actor: Actor, now: datetime) -> tuple[int, int]:
    """Begin a task; return the action's id, and the conversation's number.

    Args:
        store: where.
        task: what it is.
        agent: who begins it, by name; empty for the desk itself.
        actor: who begins it.
        now: the moment.

    Raises:
        ComposingError: it has no title, or far too much text; nothing was done.
        DeskError: as `storage.commands.tasks.begin`; nothing was done.
    """
    title = clean_line(task.title)[:LONGEST_TITLE]
    text = task.text if task.text.strip() and title else title
    content = note_content(text, agent=agent or DESK, subject=title, now=now)
    given: tuple[int, int] = kept(store, content, tasks.begin, {"task": task, "actor": actor, "now": now})
    return given

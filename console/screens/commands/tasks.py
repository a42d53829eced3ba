"""What is to be done though nobody wrote: tasks, begun beside a conversation."""

import asyncio
from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from console.config.errors import ConsoleError
from console.screens.commands.base import MAIN, Command
from console.screens.questions import Question
from storage.kinds import Subject
from storage.kinds.errors import DeskError, NoSuch
from storage.kinds.tasks import Task
from widgets.language import _
from widgets.line import one_line
from widgets.moments import moment_words
from widgets.pane import Cover
from widgets.when import NoMoment, read_moment

if TYPE_CHECKING:
    from datetime import datetime

    from console.screens.main import MainScreen

_LONGEST_MOMENT = 3  # words


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "task",
            (),
            "",
            _("begin a task on the customer: mon 9:00 ask for the new plan"),
            MAIN,
            task,
            "words",
            _("todo remind follow up due check-in call back"),
        ),
    )


def read_task(line: str, now: "datetime") -> "tuple[datetime | None, str]":
    """Return when a task is due, and what it is, of a line that begins with a moment or does not."""
    words = line.split()
    for count in range(min(_LONGEST_MOMENT, len(words) - 1), 0, -1):
        try:
            return read_moment(" ".join(words[:count]), now=now), " ".join(words[count:])
        except NoMoment:
            continue
    return None, " ".join(words)


async def task(screen: "MainScreen", rest: str) -> None:
    """Begin a task about the customer of the conversation pointed at, yours from the start."""
    from console.mail.tasks import begin
    from storage.queries.knowing import customer

    targets = screen.targets()
    if len(targets.numbers) > 1:
        screen.say_refusal(_("One customer at a time: no conversation may be marked."))
        return
    number = targets.numbers[0] if targets.numbers else None
    about = f"#{number}" if number is not None else _("nobody")
    line = rest.strip() or await screen.ask(Question(_("task on {what}: when, and what").format(what=about)))
    if not line:
        return
    due, title = read_task(line, screen.now())
    try:
        person = None if number is None else (await screen.desk.ask(customer, number)).person_id
    except NoSuch:
        person = None
    begun = Task(
        title,
        subject=None if person is None else Subject.PERSON,
        subject_id=person,
        due=None if due is None else due.astimezone(UTC),
        assignee_id=screen.ground.agent_id,
    )
    try:
        _action, made = await asyncio.to_thread(
            begin, screen.desk.store, begun, agent=screen.desk.agent, actor=screen.desk.actor, now=screen.now()
        )
    except ConsoleError as error:
        screen.say_refusal(str(error))
    except DeskError as error:
        screen.say_error(error)
    else:
        screen.desk.wrote.set()
        when = _("due {moment}").format(moment=moment_words(due, screen.now())) if due else _("due now")
        back: Cover = (("   u", "accent"), (" " + _("takes it back"), "text"))
        screen.say(((_("task begun"), "ok"), (f" #{made} {when}", "text"), *back), f":task {one_line(line)}")
        screen.written(made)

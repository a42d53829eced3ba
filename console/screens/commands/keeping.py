"""What is kept for later: views under a name, links between conversations; and what mends what stands still."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, READING, Command
from console.screens.commands.deciding import about
from console.screens.commands.offering import offer_joins
from console.screens.questions import Question
from storage.kinds.errors import DeskError
from widgets.language import _
from widgets.pane import Cover
from widgets.troubles import numbers_words

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "keep",
            (),
            "",
            _("keep this view under a name, on the next free number key"),
            MAIN,
            keep,
            "words",
            _("save view"),
        ),
        Command(
            "share", (), "", _("keep this view under a name, for everybody"), MAIN, share, "words", _("save view team")
        ),
        Command("drop", (), "", _("take a kept view away"), MAIN, drop, "view", _("remove delete view")),
        Command(
            "link",
            ("L",),
            "",
            _("link it with another conversation; they stay two"),
            MAIN,
            link,
            "conversation",
            _("relate connect"),
        ),
        Command("unlink", (), "", _("take a link off"), MAIN, unlink, "conversation", _("unrelate")),
        Command(
            "go",
            ("g l",),
            "",
            _("go to a conversation linked with this, or of the same customer"),
            READING,
            go,
            "conversation",
            _("linked other jump"),
        ),
        Command(
            "mend",
            ("x",),
            "",
            _("mend the error that stands: try the mailbox again"),
            MAIN,
            mend,
            also=_("retry fix error"),
        ),
    )


def _back() -> Cover:
    return (("   u", "accent"), (" " + _("takes it back"), "text"))


async def keep(screen: "MainScreen", rest: str) -> None:
    """Keep the query that is shown under a name."""
    await _keep(screen, rest, shared=False)


async def share(screen: "MainScreen", rest: str) -> None:
    """Keep the query that is shown under a name, for every agent."""
    await _keep(screen, rest, shared=True)


async def _keep(screen: "MainScreen", name: str, *, shared: bool) -> None:
    from storage.commands import views

    query = screen.query_words
    if not name:
        named = await screen.ask(Question(_("keep «{query}» as").format(query=query)))
        if not named:
            return
        name = named
    try:
        await screen.desk.tell(views.keep, name, query, shared=shared, actor=screen.desk.actor, now=screen.now())
    except DeskError as error:
        screen.say_error(error)
        return
    word = _("kept for everybody:") if shared else _("kept:")
    screen.say(
        ((word, "ok"), (f" {name.strip()}  {query}", "text"), *_back()), f":{'share' if shared else 'keep'} {name}"
    )
    screen.narrowed = ""
    screen.action_view_called(name)


async def drop(screen: "MainScreen", rest: str) -> None:
    """Take the view of that name away, else the one that is shown."""
    from storage.commands import views

    wanted = rest.strip().casefold()
    found = next((view for view in screen.views if view.name.casefold() == wanted), None) if wanted else screen.view
    if found is None or found.view_id is None:
        screen.say_refusal(_("Only a kept view can be taken away: name one."))
        return
    try:
        await screen.desk.tell(views.drop, found.view_id, actor=screen.desk.actor, now=screen.now())
    except DeskError as error:
        screen.say_error(error)
        return
    screen.say(((_("taken away:"), "ok"), (f" {found.name}", "text"), *_back()), f":drop {found.name}")
    if screen.view.view_id == found.view_id:
        screen.action_inbox()
    screen.written()


async def link(screen: "MainScreen", rest: str) -> None:
    """Link the conversation pointed at with another, which is asked for when the line names none."""
    await _link(screen, rest, linked=True)


async def unlink(screen: "MainScreen", rest: str) -> None:
    """Take the link with another conversation off."""
    await _link(screen, rest, linked=False)


async def _link(screen: "MainScreen", rest: str, *, linked: bool) -> None:
    from storage.commands import joining

    targets = screen.targets()
    if len(targets.numbers) != 1:
        screen.say_refusal(_("A link needs one conversation to begin at."))
        return
    number = targets.numbers[0]
    named, _more = about(screen, rest)
    other = named.numbers[0] if rest.strip() and named.numbers else None
    if other is None:
        prompt = _("link #{number} with") if linked else _("take the link off #{number} and")
        answer = await screen.ask(
            Question(prompt.format(number=number), offer=offer_joins(screen, number), chooses=True)
        )
        if not answer:
            return
        other = int(answer.lstrip("#"))
    try:
        await screen.desk.tell(joining.link, number, other, linked=linked, actor=screen.desk.actor, now=screen.now())
    except DeskError as error:
        screen.say_error(error)
        return
    word = _("linked:") if linked else _("link taken off:")
    line = f":{'link' if linked else 'unlink'} {other}"
    screen.say(((word, "ok"), (f" {numbers_words([number, other])}", "text"), *_back()), line)
    screen.written(number, other)


async def go(screen: "MainScreen", rest: str) -> None:
    """Open another conversation: one linked with this, of the same customer, or found by its subject."""
    number = rest.strip().lstrip("#")
    if not number.isdecimal():
        here = screen.shown_id or 0
        answer = await screen.ask(Question(_("go to"), offer=offer_joins(screen, here), chooses=True))
        if not answer:
            return
        number = answer.lstrip("#")
    screen.open_conversation(int(number))


async def mend(screen: "MainScreen", _rest: str) -> None:
    """Try the mailboxes again that stand still."""
    from storage.commands import leasing

    stopped = screen.stopped_mailboxes()
    if not stopped:
        screen.say_refusal(_("No error stands."))
        return
    for mailbox in stopped:
        try:
            await screen.desk.tell(leasing.try_again, mailbox.mailbox_id, now=screen.now())
        except DeskError as error:
            screen.say_error(error)
            return
    names = ", ".join(mailbox.name for mailbox in stopped)
    screen.say(((_("tried again:"), "ok"), (f" {names}", "text")), ":mend")
    screen.written()

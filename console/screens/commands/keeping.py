"""What is kept for later: views under a name, links between conversations; and what mends what stands still."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.config.errors import ConsoleError
from console.screens.commands.base import MAIN, Command
from console.screens.questions import Question
from storage.kinds.errors import DeskError
from widgets.language import _
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.config.accounts import Account
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
        Command("drop", (), "", _("take a kept view away"), MAIN, drop, "kept view", _("remove delete view")),
        Command(
            "mend",
            ("x",),
            "",
            _("mend the error that stands"),
            MAIN,
            mend,
            also=_("retry fix error"),
            anywhere=True,
        ),
    )


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

    def words(_view: int) -> Cover:
        word = _("kept for everybody:") if shared else _("kept:")
        return ((word, "ok"), (f" {name.strip()}  {query}", "text"))

    line = f"{'share' if shared else 'keep'} {name}"
    if await screen.tell(views.keep, name, query, shared=shared, words=words, line=line) is not None:
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

    def words(_action: int) -> Cover:
        return ((_("taken away:"), "ok"), (f" {found.name}", "text"))

    if await screen.tell(views.drop, found.view_id, words=words, line=f"drop {found.name}") is not None:
        if screen.view.view_id == found.view_id:
            screen.action_inbox()
        screen.written()


async def _new_password(screen: "MainScreen", account: "Account") -> bool:
    """Ask for a new password and put it into the keyring; say whether there is one now."""
    from asyncio import to_thread

    from console.config.secrets import store_password

    secret = await screen.ask(Question(_("new password for {name}").format(name=account.address), secret=True))
    if not secret:
        return False
    try:
        await to_thread(store_password, account, secret)
    except ConsoleError as error:
        screen.say_refusal(str(error))
        return False
    return True


async def mend(screen: "MainScreen", _rest: str) -> None:
    """Try the mailboxes again that stand still, with a new password where the server refused the one there was."""
    from storage.commands import leasing

    stopped = screen.stopped_mailboxes()
    if not stopped and screen.unsent():
        screen.action_outbox()
        return
    if not stopped and screen.without_mailbox():
        screen.action_enrol()
        return
    if not stopped:
        screen.say_refusal(_("No error stands."))
        return
    for mailbox in stopped:
        account = screen.account_refused(mailbox)
        if account is not None and not await _new_password(screen, account):
            return
        try:
            await screen.desk.tell(leasing.try_again, mailbox.mailbox_id, now=screen.now())
        except DeskError as error:
            screen.say_error(error)
            return
    names = ", ".join(mailbox.name for mailbox in stopped)
    screen.say(((_("tried again:"), "ok"), (f" {names}", "text")), ":mend")
    screen.written()

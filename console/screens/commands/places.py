"""Where an agent goes: views, filter, search, history, help, the palette and the line itself; and out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import EVERYWHERE, LINED, LISTS, MAIN, PLACES, QUEUE, Command, act
from console.screens.commands.offering import offer_looks
from console.screens.questions import Question
from widgets.language import _
from widgets.look import LOOK_NAMES

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_DIGITS = tuple("123456789")


def commands() -> Sequence[Command]:
    """Return the places, in the order of use."""
    return (
        Command(
            "search",
            ("/",),
            _("search"),
            _("search all messages"),
            MAIN,
            search,
            "query",
            _("find customer name mail"),
            anywhere=True,
            footer=True,
        ),
        Command(
            "filter",
            ("\\",),
            "",
            _("narrow this view by a query"),
            MAIN,
            filter_,
            "query",
            _("query limit only mailbox customer tag unread status sort oldest newest"),
        ),
        Command(
            "view", _DIGITS, "", _("another view"), MAIN, view, "view", _("list queue"), passes_key=True, anywhere=True
        ),
        Command(
            "inbox", ("g i",), "", _("go to all that is open"), MAIN, act("inbox"), also=_("home all"), anywhere=True
        ),
        Command(
            "history",
            ("g h",),
            "",
            _("your last actions, each to be taken back"),
            MAIN,
            act("history"),
            also=_("log undo happened"),
            anywhere=True,
        ),
        Command("palette", ("^p",), "", _("find a command by its words"), MAIN, act("palette"), also=_("commands")),
        Command(
            "line", (":",), _("command"), _("give a command by its name"), LINED, act("line"), footer=True, hidden=True
        ),
        Command(
            "help",
            ("?",),
            _("help"),
            _("every key and command"),
            PLACES,
            act("help"),
            footer=True,
            also=_("keys manual"),
        ),
        Command(
            "theme",
            (),
            "",
            _("another look: dark, light, or the terminal's own colours"),
            MAIN,
            theme,
            "theme",
            _("palette colors colours"),
            anywhere=True,
        ),
        Command("redraw", ("^l",), "", _("draw the screen anew"), LISTS, act("redraw"), also=_("refresh repaint")),
        Command(
            "suspend",
            ("^z",),
            "",
            _("back to the shell for a while; fg returns"),
            EVERYWHERE,
            act("suspend"),
            also=_("shell background"),
        ),
        Command(
            "quit",
            ("q",),
            _("leave"),
            _("leave the console"),
            QUEUE,
            leave,
            also=_("exit close"),
            passes_key=True,
            anywhere=True,
        ),
    )


def search(screen: "MainScreen", rest: str) -> None:
    """Search, the line filled in when it says something."""
    screen.action_search(rest)


async def filter_(screen: "MainScreen", rest: str) -> None:
    """Narrow the view; asks for the query when the line says none."""
    await screen.narrow(rest)


def leave(screen: "MainScreen", rest: str) -> None:
    """Leave the console; the key asks to be pressed again where something was done, the line does not."""
    screen.action_leave(asks=bool(rest))


def view(screen: "MainScreen", rest: str) -> None:
    """Show the view of a key, of a name, or of a query."""
    screen.action_view(rest)


async def theme(screen: "MainScreen", rest: str) -> None:
    """Turn to another look, until the console is left; the configuration says in which it begins."""
    if screen.app.no_color:
        screen.say_refusal(_("NO_COLOR is set: without colours there is one look. Start the console without it."))
        return
    question = Question(_("theme"), offer=offer_looks(), chooses=True)
    wanted = rest.strip() or await screen.ask(question) or ""
    if not wanted:
        return
    name = next((one for one in LOOK_NAMES if one == wanted), None)
    if name is None:
        screen.say_refusal(_("There are {known}.").format(known=", ".join(LOOK_NAMES)))
        return
    screen.ground.turn_to(name)
    screen.say(((_("look:"), "ok"), (f" {name}", "text")), f":theme {name}")

"""What is done with what is read: quotes, source, headers, parts, why, files and links, and copying."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from console.config.errors import ConsoleError
from console.screens.commands.base import MAIN, READING, Command, Run, act
from console.screens.commands.offering import offer_messages
from console.screens.questions import Question
from storage.kinds import Direction
from storage.views import MessageView
from widgets.language import _

if TYPE_CHECKING:
    from console.desk import Desk
    from console.screens.main import MainScreen
    from console.screens.paper import PaperScreen


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "fold",
            ("z",),
            _("quotes"),
            _("show quotes and signatures, or fold them"),
            READING,
            act("fold"),
            also=_("unfold signature"),
        ),
        Command(
            "files",
            ("o",),
            _("files"),
            _("files and links: open, save, copy"),
            READING,
            files,
            also=_("attachments links open save download"),
        ),
        Command(
            "why",
            ("W",),
            "",
            _("how each message came here, and why"),
            MAIN,
            why,
            "conversation",
            _("threading reason explain happened history together one conversation"),
        ),
        Command(
            "source",
            ("v s",),
            "",
            _("a message as it came"),
            READING,
            _paper("source_paper"),
            "words",
            _("raw original"),
        ),
        Command(
            "headers",
            ("v h",),
            "",
            _("every header field of a message"),
            READING,
            _paper("headers_paper"),
            "words",
            _("fields received"),
        ),
        Command(
            "parts",
            ("v p",),
            "",
            _("the parts of a message, as a tree"),
            READING,
            _paper("parts_paper"),
            "words",
            _("mime structure"),
        ),
        Command(
            "yank-id", ("y i",), "", _("copy the conversation's number"), MAIN, yank_number, also=_("clipboard yank")
        ),
        Command(
            "yank-address",
            ("y a",),
            "",
            _("copy the customer's address"),
            READING,
            yank_address,
            also=_("clipboard yank mail"),
        ),
        Command(
            "yank-body",
            ("y b",),
            "",
            _("copy what a message says"),
            READING,
            _yank("body_text"),
            "words",
            _("clipboard yank text"),
        ),
        Command(
            "yank-quote",
            ("y q",),
            "",
            _("copy what a message says, as a quotation"),
            READING,
            _yank("quote_text"),
            "words",
            _("clipboard yank reply"),
        ),
        Command(
            "yank-link",
            ("y l",),
            "",
            _("copy a link: choose it in the list"),
            READING,
            files,
            also=_("clipboard yank url"),
        ),
    )


async def _message(screen: "MainScreen", rest: str) -> MessageView | None:
    """Return the message that a line names, else the only one, else the one that is chosen."""
    view = screen.conversation.view
    if view is None or not view.messages:
        return None
    named = rest.strip().lstrip("m")
    if not named.isdecimal():
        if len(view.messages) == 1:
            return view.messages[0]
        answer = await screen.ask(Question(_("of which message"), offer=offer_messages(screen), chooses=True))
        if answer is None:
            return None
        named = answer.lstrip("m")
    found = next((message for message in view.messages if message.message_id == int(named)), None)
    if found is None:
        screen.say_refusal(_("m{number} is no message of this conversation.").format(number=named))
    return found


def _paper(name: str) -> Run:
    async def run(screen: "MainScreen", rest: str) -> None:
        from console.screens import paper

        message = await _message(screen, rest)
        if message is not None:
            made: Callable[[Desk, int], PaperScreen] = getattr(paper, name)
            screen.app.push_screen(made(screen.desk, message.message_id))

    return run


def why(screen: "MainScreen", rest: str) -> None:
    """Say how a conversation was threaded."""
    from console.screens.paper import why_paper

    named = rest.strip().lstrip("#")
    numbers = (int(named),) if named.isdecimal() else screen.targets().numbers
    if numbers:
        screen.app.push_screen(why_paper(screen.desk, numbers[0], screen.now()))


def files(screen: "MainScreen", _rest: str) -> None:
    """Show the files and links of the conversation that is read."""
    from console.screens.files import FilesScreen

    view = screen.conversation.view
    if view is not None:
        screen.app.push_screen(FilesScreen(view, screen.ground.means))


def _sent(screen: "MainScreen", text: str, what: str) -> None:
    from console.screens import yanking

    try:
        yanking.send(screen.ground, text, screen.ground.means.clipboard)
    except ConsoleError as error:
        screen.say_refusal(str(error))
        return
    screen.say(((_("sent to terminal:"), "ok"), (f" {what}", "text")))


def yank_number(screen: "MainScreen", _rest: str) -> None:
    """Copy the number of what is pointed at."""
    numbers = screen.targets().numbers
    if numbers:
        text = " ".join(f"#{number}" for number in numbers)
        _sent(screen, text, text)


def yank_address(screen: "MainScreen", _rest: str) -> None:
    """Copy the customer's address."""
    from console.screens import yanking

    view = screen.conversation.view
    if view is not None:
        text = yanking.address_text(view)
        _sent(screen, text, text)


def _yank(name: str) -> Run:
    async def run(screen: "MainScreen", rest: str) -> None:
        from console.screens import yanking

        message = await _message(screen, rest)
        if message is not None and name == "quote_text" and message.direction is Direction.INTERNAL:
            screen.say_refusal(_("A note is never sent, so it is not quoted."))
        elif message is not None:
            text_of: Callable[[MessageView], str] = getattr(yanking, name)
            text = text_of(message)
            lines = text.count("\n") + 1
            _sent(screen, text, _("{count} lines of m{number}").format(count=lines, number=message.message_id))

    return run

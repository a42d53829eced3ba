"""Whom the desk wishes for and how they are approached: ICP and personas, on screens of their own and a customer's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.screens.commands.base import CUSTOMER, ICP, MAIN, PERSONAS, Command, Run, act
from console.screens.commands.knowing import only_one
from storage.kinds.errors import DeskError
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.customer import CustomerScreen
    from console.screens.ideals import IdealsScreen
    from console.screens.main import MainScreen
    from console.screens.personas import PersonasScreen

_NO: Final = frozenset({"no", "não", "nao"})  # one of the three languages' words for it


def commands() -> Sequence[Command]:
    """Return what leads to the screens, and what says by a line who a customer is."""
    return (
        Command(
            "icp",
            ("g f",),
            "",
            _("whom you wish for (ICP): criteria, weights, and who fits"),
            MAIN | CUSTOMER,
            show_icp,
            "icp",
            _("ideal customer profile fit criteria weights"),
            anywhere=True,
        ),
        Command(
            "personas",
            ("g p",),
            "",
            _("the personas: pains, tone, do and don't"),
            MAIN | CUSTOMER,
            show_personas,
            "persona",
            _("cards approach"),
            anywhere=True,
        ),
        Command(
            "persona",
            (),
            "",
            _("the customer's persona: a name, none for the suggested one, no"),
            MAIN | CUSTOMER,
            persona,
            "persona",
            _("confirm dismiss suggested"),
        ),
    )


def inside() -> Sequence[Command]:
    """Return what says who a customer is, and what works on the two screens, in the order of use."""
    icp: tuple[tuple[str, tuple[str, ...], str, str, Run], ...] = (
        (
            "fitting",
            ("Enter", "l"),
            _("who fits"),
            _("the organizations, each with what matches; then its screen"),
            fitting,
        ),
        ("edit-criterion", ("e",), _("change"), _("change the criterion"), edit_criterion),
        ("criterion", ("a",), _("add"), _("add a criterion: 25 industry is freight"), add_criterion),
        ("drop-criterion", ("D",), _("drop"), _("take the criterion away"), drop_criterion),
        ("set-icp", ("=",), _("name, share"), _("set its name, or the share from which one fits"), set_icp),
        ("edit-icp", ("E",), "$EDITOR", _("edit all of it, its notes too, in $EDITOR"), edit_icp),
        ("new-icp", ("n",), _("new"), _("begin another ICP"), new_icp),
        ("drop-icp", ("X",), "", _("take the whole ICP away"), drop_icp),
        ("next-icp", ("Tab", "→"), _("next"), _("the next ICP"), act("next")),
        ("previous-icp", ("←",), "", _("the ICP before"), act("previous")),
        ("close-icp", ("q", "h", "Esc"), _("back"), _("back to where you were"), act("close")),
    )
    personas: tuple[tuple[str, tuple[str, ...], str, str, Run], ...] = (
        ("edit-persona", ("Enter", "E"), _("edit"), _("edit the card in $EDITOR"), edit_persona),
        ("set-persona", ("=",), _("set"), _("set a part of the card: tone=terse"), set_persona),
        ("new-persona", ("n",), _("new"), _("write another card"), new_persona),
        ("drop-persona", ("D",), _("drop"), _("take the card away"), drop_persona),
        ("close-personas", ("q", "h", "Esc"), _("back"), _("back to where you were"), act("close")),
    )
    decided = (
        Command(
            "confirm-persona",
            ("y",),
            _("persona"),
            _("they are the persona that is suggested"),
            CUSTOMER,
            confirm,
            hidden=True,
        ),
        Command(
            "dismiss-persona",
            ("N",),
            "",
            _("they are not: suggest it no more"),
            CUSTOMER,
            dismiss,
            hidden=True,
        ),
    )
    asks = {"criterion", "set-icp", "new-icp", "set-persona", "new-persona"}
    rows = (
        Command(name, keys, word, sentence, where, run, "words" if name in asks else "", hidden=True)
        for where, some in ((ICP, icp), (PERSONAS, personas))
        for name, keys, word, sentence, run in some
    )
    return [*decided, *rows]


def show_icp(screen: "MainScreen", rest: str) -> None:
    """Show the definitions, the one of that name first."""
    from console.screens.ideals import IdealsScreen

    if screen.ground.desk is not None:
        screen.app.push_screen(IdealsScreen(screen.look, rest.strip()), screen.customer_left)


def show_personas(screen: "MainScreen", rest: str) -> None:
    """Show the personas, the cursor on the one of that name."""
    from console.screens.personas import PersonasScreen

    if screen.ground.desk is not None:
        screen.app.push_screen(PersonasScreen(screen.look, rest.strip()))


async def persona(screen: "MainScreen | CustomerScreen", rest: str) -> None:
    """Let the customer be the persona that a line names, or that is suggested; ``no`` dismisses what is."""
    from console.screens.commands.knowing import tell_field
    from console.screens.customer import CustomerScreen
    from storage.commands import knowing
    from storage.queries.knowing import customer

    if isinstance(screen, CustomerScreen):
        person = screen.view.person_id if screen.view is not None else None
    else:
        number = only_one(screen)
        if number is None:
            return
        try:
            person = (await screen.desk.ask(customer, number)).person_id
        except DeskError as error:
            screen.say_error(error)
            return
    name = rest.strip()
    if person is None:
        return
    if not name or name.casefold() in _NO:
        await _decide(screen, person, is_it=not name)
    elif await tell_field(screen, knowing.set_of, person, "persona", name):
        screen.written()


async def confirm(screen: "CustomerScreen", _rest: str) -> None:
    """Let the customer be the persona that is suggested."""
    if screen.view is not None:
        await _decide(screen, screen.view.person_id, is_it=True)


async def dismiss(screen: "CustomerScreen", _rest: str) -> None:
    """Suggest that persona no more for the customer."""
    if screen.view is not None:
        await _decide(screen, screen.view.person_id, is_it=False)


async def _decide(screen: "MainScreen | CustomerScreen", person_id: int, *, is_it: bool) -> None:
    from storage.commands import knowing
    from storage.kinds.personas import Suggested

    def words(given: tuple[Suggested, int]) -> Cover:
        sentence = _("is {name} now") if is_it else _("is not {name}")
        return ((sentence.format(name=one_line(given[0].persona.name)), "ok"),)

    command = knowing.confirm_persona if is_it else knowing.dismiss_persona
    if await screen.tell(command, person_id, words=words, line="persona" if is_it else "persona no") is not None:
        screen.written()


def fitting(screen: "IdealsScreen", _rest: str) -> None:
    """Show who fits, or the organization under the cursor."""
    screen.show_fitting()


async def edit_criterion(screen: "IdealsScreen", _rest: str) -> None:
    """Change the criterion under the cursor."""
    await screen.edit()


async def add_criterion(screen: "IdealsScreen", rest: str) -> None:
    """Add a criterion."""
    await screen.add(rest)


async def drop_criterion(screen: "IdealsScreen", _rest: str) -> None:
    """Take the criterion under the cursor away."""
    await screen.drop()


async def set_icp(screen: "IdealsScreen", rest: str) -> None:
    """Set the definition's name or share."""
    await screen.set(rest)


async def edit_icp(screen: "IdealsScreen", _rest: str) -> None:
    """Edit the definition in the editor."""
    await screen.edit_file()


async def new_icp(screen: "IdealsScreen", rest: str) -> None:
    """Begin another definition."""
    await screen.new(rest)


async def drop_icp(screen: "IdealsScreen", _rest: str) -> None:
    """Take the definition away."""
    await screen.drop_all()


async def edit_persona(screen: "PersonasScreen", _rest: str) -> None:
    """Edit the card in the editor."""
    await screen.edit_file()


async def set_persona(screen: "PersonasScreen", rest: str) -> None:
    """Set a part of the card."""
    await screen.set(rest)


async def new_persona(screen: "PersonasScreen", rest: str) -> None:
    """Write another card."""
    await screen.new(rest)


async def drop_persona(screen: "PersonasScreen", _rest: str) -> None:
    """Take the card away."""
    await screen.drop()

"""What the desk measures itself by: policies and calendars, on a screen of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, TERMS, Command, Run, act
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.main import MainScreen
    from console.screens.terms import TermsScreen


def commands() -> Sequence[Command]:
    """Return what leads to the screen."""
    return (
        Command(
            "policies",
            (),
            "",
            _("the SLA policies and calendars: targets, business hours"),
            MAIN,
            show,
            "words",
            _("clocks deadlines targets holidays hours"),
            anywhere=True,
        ),
        Command(
            "calendars",
            (),
            "",
            _("the same: business hours, holidays, and policies above them"),
            MAIN,
            show,
            "words",
            _("office hours holidays zone"),
            anywhere=True,
        ),
    )


def inside() -> Sequence[Command]:
    """Return what works on the screen, in the order of use."""
    rows: tuple[tuple[str, tuple[str, ...], str, str, Run], ...] = (
        (
            "set-term",
            ("Enter", "="),
            _("set"),
            _("set a field: first-response=2h, hours=mon-fri 9:00-18:00"),
            set_term,
        ),
        ("new-policy", ("n",), _("policy"), _("lay another policy down"), new_policy),
        ("new-calendar", ("N",), _("calendar"), _("lay another calendar down"), new_calendar),
        ("drop-term", ("D",), _("drop"), _("let the policy hold no more, take the calendar away"), drop_term),
        ("close-terms", ("q", "h", "Esc"), _("back"), _("back to where you were"), act("close")),
    )
    asks = {"set-term", "new-policy", "new-calendar"}
    return [
        Command(name, keys, word, sentence, TERMS, run, "words" if name in asks else "", hidden=True)
        for name, keys, word, sentence, run in rows
    ]


def show(screen: "MainScreen", rest: str) -> None:
    """Show policies and calendars, the cursor on the one of that name."""
    from console.screens.terms import TermsScreen

    if screen.ground.desk is not None:
        screen.app.push_screen(TermsScreen(screen.look, rest.strip()))


async def set_term(screen: "TermsScreen", rest: str) -> None:
    """Set a field of what is under the cursor."""
    await screen.set(rest)


async def new_policy(screen: "TermsScreen", rest: str) -> None:
    """Lay another policy down."""
    await screen.new_policy(rest)


async def new_calendar(screen: "TermsScreen", rest: str) -> None:
    """Lay another calendar down."""
    await screen.new_calendar(rest)


async def drop_term(screen: "TermsScreen", _rest: str) -> None:
    """Let the policy hold no more, or take the calendar away."""
    await screen.drop()

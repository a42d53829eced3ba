"""Erasing a customer for ever, on a screen that says first what would go."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import CUSTOMER, ERASING, MAIN, Command, Run, act
from console.screens.commands.journey import customer_of
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.commands.journey import Screen
    from console.screens.erasing import ErasingScreen


def commands() -> Sequence[Command]:
    """Return what leads to the screen."""
    return (
        Command(
            "erase",
            (),
            "",
            _("erase all that is held on the customer: it cannot be undone"),
            MAIN | CUSTOMER,
            show,
            "",
            _("privacy forget lgpd gdpr delete for ever"),
            reads_first=True,
        ),
    )


def inside() -> Sequence[Command]:
    """Return what works on the screen, in the order of use."""
    rows: tuple[tuple[str, tuple[str, ...], str, str, Run], ...] = (
        ("erase-all", ("Enter",), _("erase"), _("erase them for ever, once their name is typed"), erase),
        ("erase-along", ("Space",), _("along"), _("take what names them along, or leave it"), act("along")),
        ("erase-all-along", ("a",), _("all"), _("take all that names them along, or none"), act("all_along")),
        ("erase-servers", ("s",), _("servers"), _("ask the mail servers to delete, or not"), act("servers")),
        ("close-erasing", ("q", "h", "Esc"), _("back"), _("back to where you were"), act("close")),
    )
    return [Command(name, keys, word, sentence, ERASING, run, hidden=True) for name, keys, word, sentence, run in rows]


async def show(screen: "Screen", _rest: str) -> None:
    """Show what is held on the customer, and would go."""
    from console.screens.erasing import ErasingScreen

    who = await customer_of(screen)
    if who is not None:
        left = getattr(screen, "erased_one", None)
        screen.app.push_screen(ErasingScreen(screen.look, who.person_id), left)


async def erase(screen: "ErasingScreen", _rest: str) -> None:
    """Ask for the name, and erase."""
    await screen.erase()

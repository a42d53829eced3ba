"""What keeps mail out of sight for good, the trash, and what brings it back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, Command
from console.screens.commands.deciding import about, from_room, line_of
from console.screens.doing import Deed
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "trash",
            ("D",),
            "",
            _("throw it away; it comes back when the customer writes"),
            MAIN,
            trash,
            "conversation",
            _("delete remove"),
            repeats=True,
        ),
        Command(
            "restore",
            (),
            "",
            _("bring it back from the trash or from spam, as it was"),
            MAIN,
            restore,
            "conversation",
            _("undelete untrash not spam"),
            repeats=True,
        ),
    )


async def trash(screen: "MainScreen", rest: str) -> None:
    """Throw conversations away."""
    targets, _more = about(screen, rest)
    deed = Deed(from_room("trash", "throw_away"), _("thrown away"), line_of("trash", targets), leaves=True, choices={})
    await screen.do(deed, targets)


async def restore(screen: "MainScreen", rest: str) -> None:
    """Bring conversations back from the trash or from spam."""
    targets, _more = about(screen, rest)
    deed = Deed(from_room("trash", "restore"), _("brought back"), line_of("restore", targets), leaves=True, choices={})
    await screen.do(deed, targets)

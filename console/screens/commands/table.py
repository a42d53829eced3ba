"""The one table of commands, room by room."""

from functools import cache

from console.screens.commands import deciding, elsewhere, keeping, moving, places
from console.screens.commands.base import Command
from widgets.language import chosen_language


def commands() -> tuple[Command, ...]:
    """Return every command in the order of use, in the reader's language."""
    return _in(chosen_language())


@cache
def _in(_language: str) -> tuple[Command, ...]:
    going = moving.commands()
    return (
        *going[:2],
        *deciding.commands(),
        *places.commands(),
        *keeping.commands(),
        *elsewhere.commands(),
        *going[2:],
    )

"""The one table of commands, room by room."""

from functools import cache

from console.screens.commands import (
    answering,
    belonging,
    customer,
    deciding,
    elsewhere,
    enrolling,
    erasing,
    explaining,
    handing,
    joining,
    journey,
    keeping,
    knowing,
    laying_down,
    moving,
    noting,
    places,
    playbooks,
    promising,
    putting_away,
    reading,
    reporting,
    responding,
    ruling,
    tasks,
    terms,
    wishing,
)
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
        *answering.commands(),
        *noting.commands(),
        *handing.commands(),
        *deciding.commands(),
        *putting_away.commands(),
        *ruling.commands(),
        *joining.commands(),
        *knowing.commands(),
        *promising.commands(),
        *explaining.commands(),
        *customer.commands(),
        *journey.commands(),
        *belonging.commands(),
        *erasing.commands(),
        *tasks.commands(),
        *playbooks.commands(),
        *laying_down.commands(),
        *wishing.commands(),
        *terms.commands(),
        *places.commands(),
        *reading.commands(),
        *reporting.commands(),
        *keeping.commands(),
        *enrolling.commands(),
        *elsewhere.commands(),
        *answering.inside(),
        *responding.commands(),
        *customer.inside(),
        *wishing.inside(),
        *terms.inside(),
        *erasing.inside(),
        *reporting.inside(),
        *handing.inside(),
        *going[2:],
    )

"""Rows of a file of customers, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.kinds.errors import DeskError


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file.

    Attributes:
        number: of the line in the file on which it begins.
        cells: what stands in it, by the names of the columns; an empty cell says nothing.
        head: the number of the line that names the columns.
    """

    number: int
    cells: Mapping[str, str]
    head: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps a file from being taken in.

    Attributes:
        row: the number of the line; 0 for the file as a whole.
        column: by its name; empty for the row as a whole.
        reason: by a word, one of `BadField`'s or of those that `widgets.importing` gives words to.
        value: what stands there.
        choices: what may stand there instead.
        other: the line of the row that it does not go together with.
    """

    row: int
    column: str
    reason: str
    value: str = ""
    choices: tuple[str, ...] = ()
    other: int = 0


@dataclass
class BadImport(DeskError):
    """A file that is not taken in; nothing was written.

    Attributes:
        faults: in the order of the file.
        more: there may be more: no further ones were looked for.
    """

    faults: tuple[Fault, ...]
    more: bool = False

    def __str__(self) -> str:
        """Say how many, for logs; what stands in the file may be customers'."""
        return f"{len(self.faults)} faults in a file of customers"

"""What can go wrong with the record: errors that carry meaning; `widgets.text` gives them words."""

from dataclasses import dataclass, field
from typing import Any


class DeskError(Exception):
    """The root of every error that the record raises on purpose."""


@dataclass
class StoreTrouble(DeskError):
    """The store cannot be used; `place` is its address without secrets."""

    place: str

    def __str__(self) -> str:
        """Name the kind of trouble and the place, for logs; people read `widgets.text.explain`."""
        return f"{type(self).__name__}: {self.place}"


class StoreMissing(StoreTrouble):
    """There is no store at that place, or no way to it."""


class StoreLocked(StoreTrouble):
    """Another process kept the store's lock for too long; trying again later is right."""


class StoreReadOnly(StoreTrouble):
    """The store, or its folder, cannot be written to."""


class StoreFull(StoreTrouble):
    """The disk under the store is full."""


class StoreFailing(StoreTrouble):
    """The disk under the store could not be read or written, and did not say that it is full."""


class StoreDamaged(StoreTrouble):
    """What lies at that place is no store, or a damaged one."""


@dataclass
class StoreTooNew(StoreTrouble):
    """The store was written by a newer version of this program."""

    version: str


@dataclass
class NoSuch(DeskError):
    """There is no row of that sort with that name or number."""

    what: str
    name: Any

    def __str__(self) -> str:
        """Name the missing thing, for logs."""
        return f"no {self.what} {self.name!r}"


@dataclass
class Ambiguous(DeskError):
    """A name means several.

    Attributes:
        what: rows of which sort.
        name: as given.
        candidates: whom it may mean, each by its number and what it is called.
    """

    what: str
    name: str
    candidates: tuple[str, ...]

    def __str__(self) -> str:
        """Say how many, for logs; the names may be customers'."""
        return f"{len(self.candidates)} {self.what} of one name"


@dataclass
class Changed(DeskError):
    """Rows no longer stand as the fact needs them to; nothing was written.

    Attributes:
        table: the table whose rows moved on.
        ids: their ids.
    """

    table: str
    ids: tuple[int, ...]

    def __str__(self) -> str:
        """Name the rows, for logs."""
        return f"{self.table} {self.ids} changed meanwhile"


@dataclass
class Refused(DeskError):
    """A rule of the desk forbids it.

    Attributes:
        rule: the rule's word, such as ``already`` or ``same_conversation``.
        ids: the conversations concerned.
        who: the colleague concerned, by name; empty where it is about nobody.
    """

    rule: str
    ids: tuple[int, ...] = ()
    who: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        """Name the rule, for logs."""
        return f"refused: {self.rule} {self.ids}"


@dataclass
class BadField(DeskError):
    """A profile has no such field, or cannot take that value.

    Attributes:
        field: by its name.
        value: what was given.
        reason: why not, by a word: ``no_such``, ``empty``, ``long``, or the word of the sort that it is not.
        choices: what may be given instead.
    """

    field: str
    value: str
    reason: str
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Name the field and the reason, for logs; the value may be a customer's."""
        return f"field {self.field!r}: {self.reason}"


@dataclass
class BadCriterion(BadField):
    """A criterion of an ideal customer that cannot be used.

    Attributes:
        number: which one, from 1 on.
        part: what of it is wrong: ``weight``, ``field``, ``operator`` or ``value``.
    """

    number: int = 1
    part: str = ""

"""What models say (DOMAIN §1): the rows that are shipped, which of them holds, and which has the word on what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from storage.kinds import AddressKind, Channel
from storage.kinds.errors import BadField
from storage.kinds.playbooks import KNOBS, Answers, Assignment, Pick, Playbook, Scope, Transfers

_T, _S = Scope.TOUCH, Scope.SERVICE

SHIPPED: Final = (
    Playbook("tech", _T, answers=Answers.SEND),
    Playbook("low", _T, answers=Answers.SEND),
    Playbook("mid", _T, check_in=30),
    Playbook("high", _T, answers=Answers.OFF, assignment=Assignment.OWNER, capacity=20),
    Playbook(
        "smart",
        _T,
        picks=(
            Pick("stage", "onboarding", "high"),
            Pick("channel", "phone", "mid"),
            Pick("prefers", "phone", "mid"),
            Pick("", "", "low"),
        ),
    ),
    Playbook("convenient", _S, check_in=0),
    Playbook("in-depth", _S, assignment=Assignment.OWNER),
    Playbook("single-team", _S, assignment=Assignment.FREE, transfer=Transfers.CONSULT),
    Playbook("one-to-one", _S, assignment=Assignment.ROUND_ROBIN, limit=1),
    Playbook("self-service", _S, answers=Answers.SEND),
    Playbook("online", _S),
    Playbook("redirected", _S, transfer=Transfers.DIRECT),
    Playbook(
        "hybrid",
        _S,
        picks=(Pick("channel", "phone", "in-depth"), Pick("prefers", "phone", "in-depth"), Pick("", "", "online")),
    ),
)
"""The thirteen rows that every desk has: five touch models, eight service models."""

TOUCH: Final = tuple(one.name for one in SHIPPED if one.scope is _T)
SERVICE: Final = tuple(one.name for one in SHIPPED if one.scope is _S)

Books = Mapping[str, Playbook]

BY_NAME: Final[Books] = {one.name: one for one in SHIPPED}

UNKNOWN_PLACE: Final = 4
_PLACES: Final = {"high": 0, "mid": 1, "low": 2, "tech": 3}

MOST: Final = 100_000
"""The greatest number that a knob takes."""


def place(touch: str | None) -> int:
    """Return where a touch model stands among such as are as urgent as each other: high first, nobody's last."""
    return _PLACES.get(touch or "", UNKNOWN_PLACE)


@dataclass(frozen=True, slots=True)
class Said:
    """What profiles and the mailbox say of who is served, as far as it tells a model; empty for nothing.

    Attributes:
        touch: the customer's own, else the organization's; so is `stage`.
        channel: of the conversation; empty where it is about none.
        prefers: by which the customer likes to be reached.
        service: the organization's own word.
        mailbox_service: what the mailbox plays.
    """

    touch: str = ""
    stage: str = ""
    channel: str = ""
    prefers: str = ""
    service: str = ""
    mailbox_service: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """The model that holds.

    Attributes:
        model: by name; empty where none does.
        named: as profile or mailbox say it, which may be a mixture.
        pick: the mixture's rule that picked it.
    """

    model: str = ""
    named: str = ""
    pick: Pick | None = None


def picked(books: Books, named: str, said: Said) -> Picked:
    """Return which model holds where a profile, or a mailbox, names one: of a mixture what its rules pick."""
    book = books.get(named)
    if book is None or not book.picks:
        return Picked(named if book else "", named)
    for pick in book.picks:
        if not pick.field or str(getattr(said, pick.field)).casefold() == pick.value.casefold():
            return Picked(pick.model, named, pick)
    return Picked("", named)


@dataclass(frozen=True, slots=True)
class Playing:
    """The models that hold for a conversation, or for a customer.

    Attributes:
        own: the service model that the organization has of its own, before all else.
        touch: the touch model.
        service: the mailbox's.
    """

    own: Picked
    touch: Picked
    service: Picked
    books: Books

    def knob(self, name: str) -> tuple[Any, str]:
        """Return what holds of a knob, and which model says so; `None` and nothing where none does.

        An organization's own service model goes before its touch model, and that before what its mailbox plays.
        """
        for one in (self.own, self.touch, self.service):
            value = getattr(self.books[one.model], name) if one.model in self.books else None
            if value is not None:
                return value, one.model
        return None, ""


def playing(books: Books, said: Said) -> Playing:
    """Return the models that hold."""
    own, touch, service = (picked(books, named, said) for named in (said.service, said.touch, said.mailbox_service))
    return Playing(own, touch, service, books)


def asks_channel(books: Books, named: Iterable[str]) -> bool:
    """Say whether any of the models named is a mixture that picks by a conversation's channel."""
    return any(pick.field == "channel" for name in named if name in books for pick in books[name].picks)


def knobs_of(name: str) -> tuple[str, ...]:
    """Return the knobs of a model that have an engine: a mixture only picks, and organizations are owned by touch."""
    book = BY_NAME[name]
    if book.picks:
        return ("picks",)
    return tuple(knob for knob in KNOBS if knob != "capacity" or book.scope is _T)


def overlaid(own: Sequence[Playbook]) -> dict[str, Playbook]:
    """Return the desk's playbooks by name: those shipped, each replaced by what the desk says of it."""
    return {**BY_NAME, **{one.name: one for one in own}}


def changed(book: Playbook, knob: str, text: str) -> Playbook:
    """Return a playbook with a knob as it is typed; an empty text lets it say nothing.

    Raises:
        BadField: there is no such knob of it, or it takes no such value.
    """
    name, text = knob.replace("-", "_"), text.strip()
    knobs = knobs_of(book.name)
    if name not in knobs:
        raise BadField(knob, text, "no_such", tuple(one.replace("_", "-") for one in knobs))
    value: Any
    match name:
        case "picks":
            value = _picks(book, text)
        case _ if not text:
            value = None
        case "answers" | "assignment" | "transfer":
            kind: Any = {"answers": Answers, "assignment": Assignment, "transfer": Transfers}[name]
            words = tuple(str(one) for one in kind)
            if text.casefold() not in words:
                raise BadField(knob, text, "choice", words)
            value = kind(text.casefold())
        case _:
            if not text.isascii() or not text.isdigit() or int(text) > MOST or (name != "check_in" and int(text) < 1):
                raise BadField(knob, text, "number")
            value = int(text)
    return replace(book, **{name: value})


def given(name: str, said: Mapping[str, Any]) -> Playbook:
    """Return the playbook of that name that says what a file does, and nothing else.

    Raises:
        BadField: as `changed`.
    """
    shipped = BY_NAME[name]
    book = Playbook(name, shipped.scope, picks=shipped.picks)
    for knob, value in said.items():
        if knob == "picks" and isinstance(value, list):
            parts = [
                one if isinstance(one, list) and len(one) == len(("field", "value", "model")) else [""] * 3
                for one in value
            ]
            value = ", ".join(Pick(*map(str, one)).words() for one in parts)  # noqa: PLW2901 - as it is typed
        if knob not in {"name", "scope"} and value is not None:
            book = changed(book, knob, str(value))
    return book


_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "stage": (),
    "channel": tuple(map(str, Channel)),
    "prefers": tuple(map(str, AddressKind)),
}
"""What the rules of a mixture go by, and the words that each may be; none for any."""


def _picks(book: Playbook, text: str) -> tuple[Pick, ...]:
    """Read ``stage:onboarding=high, channel:phone=mid, else=low``: what a mixture picks is no mixture."""
    models = tuple(one.name for one in SHIPPED if one.scope is book.scope and not one.picks)
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        said, sign, model = part.rpartition("=")
        field, _colon, value = said.partition(":")
        field, value, model = field.strip().casefold(), value.strip(), model.strip().casefold()
        if field == "else" and not value:
            field = ""
        elif field not in _ASKED or not value:
            raise BadField("picks", part, "pick", ("stage:onboarding=high", "else=low"))
        elif _ASKED[field] and value.casefold() not in _ASKED[field]:
            raise BadField("picks", part, "choice", _ASKED[field])
        if not sign or model not in models:
            raise BadField("picks", part, "choice", models)
        found.append(Pick(field, value, model))
    if not found or found[-1].field:
        raise BadField("picks", text, "pick", ("stage:onboarding=high", "else=low"))
    return tuple(found)

"""A persona in words and rows: who a customer is or may be, what says so, and how they are written to."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from storage.kinds import AddressKind
from storage.kinds.personas import Persona, PersonaView, Suggested
from storage.views import ContextView
from widgets.ends import Ends
from widgets.language import _
from widgets.line import Span, one_line
from widgets.marked import marked
from widgets.sheet import BLANK, SheetRow
from widgets.wrapping import wrap

_LABEL: Final = 10  # cells of the column that labels stand in (LOOK §4)
_GAP: Final[Span] = ("   ", "muted")
_FIRST, _LATER = "· ", "  "  # before the rows of a note
_NAME: Final = 30  # of names in a list, at most
_BESIDE: Final = 9  # the same above an answer whose fields stand in two rows


def why_words(suggested: Suggested) -> str:
    """Return what says who somebody may be."""
    words = _("role: {said}") if suggested.by == "role" else _("signature: {said}")
    return words.format(said=one_line(suggested.said))


def may_be_words(suggested: Suggested) -> str:
    """Return who somebody may be, as the question that it is."""
    return f"{one_line(suggested.persona.name)}?"


def channel_words(channel: str) -> str:
    """Return by what somebody likes to be reached."""
    words = {
        str(AddressKind.EMAIL): _("e-mail"),
        str(AddressKind.PHONE): _("telephone"),
        str(AddressKind.SOCIAL): _("social network"),
    }
    return words.get(channel, channel)


def persona_rows(view: PersonaView, width: int) -> Iterator[SheetRow]:
    """Yield the card of a customer's persona, or who they may be and what says so."""
    if view.suggested is not None:
        yield BLANK
        yield SheetRow(((_("persona"), "bright"),), ((_("suggested"), "soon"),), heading=True)
        yield SheetRow((_label(_("may be")), (may_be_words(view.suggested), "bright")))
        yield SheetRow((_label(_("why")), (why_words(view.suggested), "text")))
    elif view.card is not None:
        yield BLANK
        name = one_line(view.card.name)
        yield SheetRow(((_("persona"), "bright"),), ((name, "text"),), heading=True)
        yield from card_rows(view.card, width)


def card_rows(card: Persona, width: int) -> Iterator[SheetRow]:
    """Yield what a card says, and its notes."""
    room = width - 2 - _LABEL
    for label, lines in (
        (_("pains"), card.pains),
        (_("tone"), (card.tone,)),
        (_("channel"), (channel_words(card.channel),)),
        (_("do"), card.do),
        (_("don't"), card.dont),
    ):
        yield from _listed(label, lines, room)
    for place, line in enumerate(marked(card.notes, width - 4) if card.notes else ()):
        yield SheetRow(((_LATER if place else _FIRST, "muted"), *line))


def known_by_rows(card: Persona, width: int) -> Iterator[SheetRow]:
    """Yield the words by which a persona is known."""
    room = width - 2 - _LABEL
    yield from _listed(_("role"), (", ".join(card.roles),), room)
    yield from _listed(_("signature"), (", ".join(card.signature),), room)
    yield from _listed(_("formerly"), (", ".join(name for name in card.names if name != card.name),), room)


def _listed(label: str, lines: Sequence[str], room: int) -> Iterator[SheetRow]:
    for said in filter(None, map(one_line, lines)):
        for line in wrap(said, room):
            yield SheetRow((_label(label), (line, "text")))
            label = ""


def manner(context: ContextView | None, *, rows: int) -> tuple[Ends, ...]:
    """Return how the customer is written to, in so many rows at most; none where nothing is known.

    Args:
        context: what stands beside the conversation.
        rows: one for all of it, two where what is to be done and what is not have one of their own, three where each
            has.
    """
    if context is None:
        return ()
    card, suggested = context.persona.card, context.persona.suggested
    tone = (card.tone if card else "") or context.fields.get("tone", "")
    channel = channel_words((card.channel if card else "") or context.fields.get("channel", ""))
    first = [words for words in map(one_line, (tone, channel)) if words]
    name: tuple[Span, ...] = ()
    if card is not None:
        name = ((one_line(card.name), "muted"),)
    elif suggested is not None:
        name = ((f"{may_be_words(suggested)} ", "soon"), (why_words(suggested), "muted"))
    do = one_line("; ".join(card.do)) if card else ""
    dont = one_line("; ".join(card.dont)) if card else ""
    if not (first or name or do or dont):
        return ()
    cells = _LABEL if rows > 2 else _BESIDE
    told: list[tuple[str, str]] = [(words, said) for words, said in ((_("do"), do), (_("don't"), dont)) if said]
    first_row: list[Span] = [_label(_("write"), cells), ("; ".join(first), "bright")]
    if rows > 2:
        apart: list[Ends] = [((_label(words, cells), (said, "text")), ()) for words, said in told]
        return ((tuple(first_row), name), *apart)
    both: list[Span] = []
    for words, said in told:
        both += [*([_GAP] if both or rows == 1 else []), (f"{words} ", "muted"), (said, "text")]
    if rows == 1 or not both:
        return ((tuple(first_row + both), name),)
    return ((tuple(first_row), name), ((_label("", cells), *both), ()))


def _label(word: str, cells: int = _LABEL) -> Span:
    return f"{word:<{cells}}", "muted"


def list_rows(personas: Sequence[tuple[int, Persona]]) -> list[SheetRow]:
    """Return personas by name, each with its tone."""
    wide = min(_NAME, max((cell_len(one_line(card.name)) for _number, card in personas), default=0))
    return [
        SheetRow(
            (
                (one_line(card.name), "bright"),
                (" " * max(2, wide + 2 - cell_len(one_line(card.name))), "text"),
                (one_line(card.tone), "muted"),
            ),
            target=("persona", number),
        )
        for number, card in personas
    ]

"""The screen of a customer: how it is come to, and what is done on it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import CUSTOMER, MAIN, Command, Run, act
from console.screens.commands.belonging import about
from console.screens.commands.deciding import NUMBER
from console.screens.commands.knowing import ask_field, offer_fields, only_one, tell_field, tell_note
from console.screens.commands.offering import offer_customers
from console.screens.questions import Question
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.customer import CustomerScreen
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return what leads to the screen."""
    return (
        Command(
            "customer",
            ("g c",),
            "",
            _("all that is known of the customer, and everything they ever had"),
            MAIN,
            show,
            "customer",
            _("profile person organization company people timeline notes assets"),
            anywhere=True,
        ),
    )


def inside() -> Sequence[Command]:
    """Return what works on the screen, in the order of use."""
    rows: tuple[tuple[str, tuple[str, ...], str, str, Run], ...] = (
        ("open-there", ("Enter", "l"), _("read"), _("open the conversation, or go to the person"), act("open")),
        ("set", ("=",), _("field"), _("set a field of the customer: role=Buyer"), set_field),
        ("note", ("i",), _("note"), _("write a note about the customer; org before it"), note),
        ("merge", ("M",), _("merge"), _("make this and another customer one"), merge),
        ("close-customer", ("q", "h", "Esc"), _("back"), _("back to where you were"), act("close")),
        ("next-column", ("Tab", "→"), _("column"), _("to the next column"), act("next_column")),
        ("previous-column", ("←",), "", _("to the column before"), act("previous_column")),
        ("pin", ("P",), _("pin"), _("pin a note to the customer, beside all of theirs"), pin),
    )
    asks = {"set", "note", "pin", "merge"}
    return [
        Command(
            name,
            keys,
            word,
            sentence,
            CUSTOMER,
            run,
            "words" if name in asks else "",
            hidden=True,
            reads_first=name in {"set", "merge"},
        )
        for name, keys, word, sentence, run in rows
    ]


def show(screen: "MainScreen", rest: str) -> None:
    """Show the customer of the conversation pointed at, of the one whose number is given, or whom a word means."""
    word = rest.strip()
    if NUMBER.fullmatch(word):
        screen.show_customer(conversation_id=int(word.lstrip("#")))
    elif word:
        screen.show_customer(named=word)
    elif (number := only_one(screen)) is not None:
        screen.show_customer(conversation_id=number)


async def set_field(screen: "CustomerScreen", rest: str) -> None:
    """Set a field of the customer, or of their organization."""
    from storage.commands import knowing
    from storage.queries.knowing import known_of

    view = screen.view
    if view is None:
        return
    offer = offer_fields(screen, known_of, view.person_id)
    given = await ask_field(screen, rest, one_line(view.called) or _("the customer"), offer)
    if given is not None and await tell_field(screen, knowing.set_of, view.person_id, *given):
        screen.written()


async def note(screen: "CustomerScreen", rest: str) -> None:
    """Write a note about the customer."""
    await _note(screen, rest, pinned=False)


async def pin(screen: "CustomerScreen", rest: str) -> None:
    """Pin a note to the customer."""
    await _note(screen, rest, pinned=True)


async def _note(screen: "CustomerScreen", rest: str, *, pinned: bool) -> None:
    from storage.queries.knowing import person

    view = screen.view
    if view is None:
        return
    prompt = _("pin for {what}") if pinned else _("note about {what}")
    what = one_line(view.called) or _("the customer")
    text = rest.strip() or await screen.ask(Question(prompt.format(what=what)))
    found = about(screen, await screen.desk.ask(person, view.person_id), text or "")
    if found is not None and await tell_note(screen, found[1], found[2], pinned=pinned, subject=found[0]):
        screen.written()


async def merge(screen: "CustomerScreen", rest: str) -> None:
    """Make the customer and another one, who is asked for when the line names none; who is shown stays."""
    from storage.commands import knowing
    from storage.kinds import Subject
    from storage.queries.customers import named

    view = screen.view
    if view is None:
        return
    who = one_line(view.called) or _("the customer")
    word = rest.strip()
    if not word:
        question = Question(
            _("the same as {what}").format(what=who), offer=offer_customers(screen, view.person_id), chooses=True
        )
        word = await screen.ask(question) or ""
    if not word:
        return
    other = await screen.desk.ask(named, Subject.PERSON, word)

    def words(_action: int) -> Cover:
        return ((_("merged:"), "ok"), (" " + _("#{number} is {who} from now on").format(number=other, who=who), "text"))

    if await screen.tell(knowing.merge, view.person_id, other, words=words, line=f"merge #{other}") is not None:
        screen.written()

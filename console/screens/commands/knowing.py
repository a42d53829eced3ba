"""What an agent writes down about the customer without leaving the conversation."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from console.screens.commands.base import MAIN, Command
from console.screens.commands.offering import best
from console.screens.doing import Does
from console.screens.questions import Offer, Question
from storage.kinds import Subject
from storage.kinds.clean import clean_line
from storage.kinds.entries import Note
from storage.kinds.errors import DeskError
from storage.kinds.profiles import Sort
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_CAPPED = frozenset({"owner", "touch"})  # of which a model may allow an agent only so many: more need a reason


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "set",
            ("=",),
            "",
            _("set a field of the customer: role=Buyer"),
            MAIN,
            set_field,
            "words",
            _("profile customer organization field role touch"),
            reads_first=True,
        ),
        Command(
            "pin",
            (),
            "",
            _("pin a note to the customer, beside all of theirs"),
            MAIN,
            pin,
            "words",
            _("note customer remember profile"),
        ),
    )


async def set_field(screen: "MainScreen", rest: str) -> None:
    """Set a field of the customer of the conversation pointed at, which is asked for when the line says none."""
    from storage.commands import knowing
    from storage.queries.knowing import known_beside

    number = only_one(screen)
    if number is None:
        return
    given = await ask_field(screen, rest, f"#{number}", offer_fields(screen, known_beside, number))
    if given is not None and await tell_field(screen, knowing.set_beside, number, *given):
        screen.written(number)


async def ask_field(screen: Does, rest: str, what: str, offer: Offer) -> tuple[str, str] | None:
    """Return a field and what it shall say, read from a line or asked for; `None` where it is not to be set.

    Args:
        screen: on which it is asked.
        rest: what a line says; empty for nothing.
        what: whose field it is.
        offer: the fields and their values.
    """
    if not rest.strip():
        prompt = _("set for {what}").format(what=what)
        answer = await screen.ask(Question(prompt, offer=offer))
        if answer and answer.endswith("="):  # a field was taken of what is offered, and nothing said of it yet
            answer = await screen.ask(Question(prompt, answer, offer=offer))
        if not answer:
            return None
        rest = answer
    name, sign, value = rest.strip().partition("=")
    if not sign:
        screen.say_refusal(_("Write the field and what it says, as in role=Buyer."))
        return None
    return name.strip(), clean_line(value)


async def tell_field(screen: Does, command: Callable[..., int], whose: int, name: str, value: str) -> bool:
    """Set a field by a command of the record, say what became of it, and return whether it was done."""

    def words(_action: int) -> Cover:
        said = _("{field} set to {value}") if value else _("{field} emptied")
        return ((said.format(field=name, value=value), "ok"),)

    line, reason = f"set {name}={value}", ""
    if name.rpartition(".")[2] in _CAPPED:
        value, _because, reason = (part.strip() for part in value.partition(" because "))
    return await screen.tell(command, whose, name, value or None, words=words, line=line, reason=reason) is not None


async def pin(screen: "MainScreen", rest: str) -> None:
    """Pin a note to the customer of the conversation pointed at."""
    from storage.queries.knowing import customer

    number = only_one(screen)
    if number is None:
        return
    text = rest.strip() or await screen.ask(Question(_("pin for {what}").format(what=f"#{number}")))
    if not text:
        return
    try:
        who = await screen.desk.ask(customer, number)
    except DeskError as error:
        screen.say_error(error)
        return
    if await tell_note(screen, who.person_id, text, pinned=True):
        screen.written(number)


async def tell_note(screen: Does, number: int, text: str, *, pinned: bool, subject: Subject = Subject.PERSON) -> bool:
    """Write a note down about a customer or an organization, say what became of it, and return whether it was done."""
    from storage.commands import knowing

    given = await screen.tell(
        knowing.keep_entry,
        Note(text, pinned=pinned),
        words=lambda _given: ((_("pinned") if pinned else _("note kept"), "ok"),),
        line=f"{'pin' if pinned else 'note'} {one_line(text)}",
        subject=subject,
        subject_id=number,
    )
    return given is not None


def only_one(screen: "MainScreen") -> int | None:
    """Return the one conversation that is pointed at; more than one is refused: each has a customer of its own."""
    targets = screen.targets()
    if len(targets.numbers) == 1:
        return targets.numbers[0]
    several = _("One customer at a time: no conversation may be marked.")
    screen.say_refusal(several if targets.numbers else _("No conversation is chosen."))
    return None


def offer_fields(screen: Does, query: Callable[..., Any], number: int) -> Offer:
    """Offer the fields that a query finds for a number, with what they say, then the words that a field may have."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.agents import agents
        from storage.queries.completing import told
        from storage.queries.personas import personas

        known = await screen.desk.ask(query, number)
        name, sign, value = text.partition("=")
        if not sign:
            return best(text, ((word, Choice(f"{word}=", word, one_line(says))) for word, _field, says in known))
        found = [field for word, field, _says in known if word == name.strip()]
        choices = list(found[0].choices) if found else []
        if found and name.strip() == "persona":
            choices = [card.name for _number, card in await screen.desk.ask(personas)]
        if found and found[0].name in {"stage", "typology"}:
            choices = await screen.desk.ask(told, found[0].name)
        if found and found[0].sort is Sort.AGENT:
            choices = sorted((await screen.desk.ask(agents)).values())
        return best(value, ((word, Choice(f"{name}={word}", one_line(word))) for word in choices))

    return offer

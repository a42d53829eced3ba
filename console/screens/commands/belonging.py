"""What belongs to a customer beside the fields of their profile: addresses, organization, domains, assets, notes."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.screens.commands.base import CUSTOMER, MAIN, Command, Run
from console.screens.commands.journey import customer_of, written
from console.screens.commands.offering import best
from console.screens.questions import Offer, Question
from storage.kinds import AddressKind, EntryKind, Subject
from storage.kinds.clean import folded
from storage.kinds.entries import Asset, Note
from storage.kinds.errors import DeskError
from storage.kinds.journey import Milestone
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.commands.journey import Screen
    from storage.queries.knowing import Customer, Entry

_ORGANIZATION: Final = "org"  # before what is about the customer's organization
_NONE: Final = "none"
_CHANGED: Final = (EntryKind.NOTE, EntryKind.ASSET)
_REMOVED: Final = (*_CHANGED, EntryKind.MILESTONE)
_PARTS: Final = 4  # of an asset
_PINS: Final = {"pin": True, "unpin": False}


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    rows: tuple[tuple[str, str, str, Run], ...] = (
        ("address", _("reached by this too; -ADDRESS takes one away"), _("phone whatsapp handle"), address),
        ("belongs", _("the organization they belong to, or none"), _("company organization"), belongs),
        ("parent", _("whose subsidiary their organization is, or none"), _("holding group subsidiary"), parent),
        ("domain", _("who writes from it is theirs; -DOMAIN: no more"), _("organization company"), domain),
        ("asset", _("a machine of theirs: GW-2; gateway; SN-1; dock 2"), _("device monitored machine"), asset),
        ("change", _("change a note or an asset; pin or unpin a note"), _("edit correct"), change),
        ("remove", _("take a note, an asset or a milestone away"), _("drop delete"), remove),
    )
    return [
        Command(name, (), "", sentence, MAIN | CUSTOMER, run, "words", also, reads_first=True)
        for name, sentence, also, run in rows
    ]


async def address(screen: "Screen", rest: str) -> None:
    """Let the customer be reached by an address more, or not by one any more."""
    from storage.commands import knowing
    from storage.queries.customers import persons_of

    who = await customer_of(screen)
    if who is None:
        return
    view = (await screen.desk.ask(persons_of, [who.person_id]))[0]
    offer = _offered([(f"-{one.address}", str(one.kind)) for one in view.addresses])
    line = rest.strip() or await screen.ask(Question(_("address, and what it is (email without it)"), offer=offer))
    if not line:
        return
    if line.startswith("-"):
        await _tell(screen, knowing.drop_address, who.person_id, line[1:].strip(), line=f"address {one_line(line)}")
        return
    text, _space, word = line.rpartition(" ")
    kind = next((one for one in AddressKind if text and str(one) == word.casefold()), None)
    group = next((one.group for one in view.addresses), "")
    given = {"kind": kind or AddressKind.EMAIL, "group": group}
    reached = text.strip() if kind is not None else line
    await _tell(screen, knowing.keep_address, who.person_id, reached, line=f"address {one_line(line)}", **given)


async def belongs(screen: "Screen", rest: str) -> None:
    """Put the customer into an organization, or into none."""
    who = await customer_of(screen)
    if who is not None:
        await _put(screen, Subject.PERSON, who.person_id, rest, _("belongs to"), "belongs")


async def parent(screen: "Screen", rest: str) -> None:
    """Make the customer's organization a subsidiary of another, or of none."""
    who = await _of_organization(screen)
    if who is not None and who.organization_id is not None:
        await _put(screen, Subject.ORGANIZATION, who.organization_id, rest, _("subsidiary of"), "parent")


async def _put(screen: "Screen", subject: Subject, number: int, rest: str, prompt: str, name: str) -> None:
    from storage.commands import knowing
    from storage.queries import completing, customers

    async def offer(text: str) -> Sequence[Choice]:
        known = [_NONE, *await screen.desk.ask(completing.organizations, text)]
        return best(text, ((one, Choice(one, one_line(one))) for one in known))

    word = rest.strip() or await screen.ask(Question(prompt, offer=offer)) or ""
    if not word:
        return
    try:
        above = None if folded(word) == _NONE else await screen.desk.ask(customers.named, Subject.ORGANIZATION, word)
    except DeskError as error:
        screen.say_error(error)
        return
    await _tell(screen, knowing.belong, subject, number, above, line=f"{name} {one_line(word)}")


async def domain(screen: "Screen", rest: str) -> None:
    """Let who writes from a domain belong to the customer's organization, or not any more."""
    from storage.commands import knowing
    from storage.queries.customers import organizations_of

    who = await _of_organization(screen)
    if who is None or who.organization_id is None:
        return
    view = (await screen.desk.ask(organizations_of, [who.organization_id]))[0]
    offer = _offered([(f"-{one}", "") for one, _group in view.domains])
    line = rest.strip() or await screen.ask(Question(_("domain"), offer=offer))
    if not line:
        return
    said = f"domain {one_line(line)}"
    if line.startswith("-"):
        await _tell(screen, knowing.drop_domain, view.organization_id, line[1:].strip(), line=said)
        return
    group = next((group for _domain, group in view.domains), "")
    await _tell(screen, knowing.keep_domain, view.organization_id, line, line=said, group=group)


async def asset(screen: "Screen", rest: str) -> None:
    """Write down a machine of the customer's, or of their organization's."""
    from storage.commands import knowing

    who = await customer_of(screen)
    if who is None:
        return
    line = rest.strip() or await screen.ask(Question(_("asset: name; sort; serial; place")))
    found = about(screen, who, line or "")
    if found is not None:
        subject, number, text = found
        given = {"subject": subject, "subject_id": number}
        await _tell(screen, knowing.keep_entry, _asset(text), line=f"asset {one_line(line or '')}", **given)


def about(screen: "Screen", who: "Customer", line: str) -> tuple[Subject, int, str] | None:
    """Return about whom a line is, and the rest of it: of the organization where ``org`` stands before it."""
    lead, _space, more = line.partition(" ")
    if not line:
        return None
    if lead != _ORGANIZATION or not more.strip():
        return Subject.PERSON, who.person_id, line
    if who.organization_id is None:
        screen.say_refusal(_("They belong to no organization that the desk knows."))
        return None
    return Subject.ORGANIZATION, who.organization_id, more.strip()


# ---------------------------------------------------------------------------------------------- what is written down


async def change(screen: "Screen", rest: str) -> None:
    """Change a note or an asset; ``pin`` and ``unpin`` alone say where a note stands."""
    from storage.commands import knowing

    number, _space, text = rest.strip().partition(" ")
    held = await _chosen(screen, number, _("change"), _CHANGED)
    if held is None:
        return
    before = _said(held.value)
    text = text.strip() or await screen.ask(Question(_("change to"), before)) or ""
    if not text:
        return
    line = f"change {held.entry_id} {one_line(text)}"
    after = _read(held.value, text)
    await _tell(screen, knowing.change_entry, held.entry_id, after, line=line, kind=held.value.kind)


async def remove(screen: "Screen", rest: str) -> None:
    """Take a note, an asset or a milestone away."""
    from storage.commands import knowing

    held = await _chosen(screen, rest.strip(), _("take away"), _REMOVED)
    if held is None:
        return
    line = f"remove {held.entry_id}"
    if isinstance(held.value, Milestone):
        await _tell(screen, knowing.drop_milestone, held.entry_id, line=line)
    else:
        await _tell(screen, knowing.change_entry, held.entry_id, None, line=line, kind=held.value.kind)


async def _chosen(screen: "Screen", word: str, prompt: str, kinds: Sequence[EntryKind]) -> "Entry | None":
    """Return what of all that is written down a number means, asked for where the line names none."""
    from storage.queries import knowing

    who = await customer_of(screen)
    if who is None:
        return None
    whose = [(Subject.PERSON, who.person_id)]
    if who.organization_id is not None:
        whose.append((Subject.ORGANIZATION, who.organization_id))
    found = {
        one.entry_id: one
        for subject, number in whose
        for one in await screen.desk.ask(knowing.entries, subject, number, kinds=kinds)
    }
    if not found:
        screen.say_refusal(_("Nothing is written down of them."))
        return None
    if not word:
        known = [(one, f"#{one.entry_id}", one_line(_said(one.value))) for one in found.values()]

        async def offer(text: str) -> Sequence[Choice]:
            return best(text, ((f"{number} {says}", Choice(number, says, number)) for _one, number, says in known))

        word = await screen.ask(Question(prompt, offer=offer, chooses=True)) or ""
    number = word.lstrip("#")
    held = found.get(int(number)) if number.isdecimal() else None
    if held is None and word:
        screen.say_refusal(_("Nothing of theirs has the number {name}.").format(name=one_line(word)))
    return held


def _said(value: Any) -> str:
    """Return what is changed of something, as it is typed."""
    match value:
        case Asset():
            return f"{value.name}; {value.sort}; {value.serial}; {value.place}".rstrip("; ")
        case Milestone():
            return f"{value.due.isoformat()} {value.name}"
        case _:
            return str(value.text)


def _read(value: Any, text: str) -> Note | Asset:
    """Return what a typed line says, of the same kind."""
    if isinstance(value, Asset):
        return _asset(text)
    if text in _PINS:
        return Note(value.text, _PINS[text])
    return Note(text, value.pinned)


def _asset(text: str) -> Asset:
    parts = [part.strip() for part in text.split(";", _PARTS - 1)]
    return Asset(*parts)


# ---------------------------------------------------------------------------------------------- helpers of all


async def _of_organization(screen: "Screen") -> "Customer | None":
    """Return the customer where they belong to an organization; it is said where they do not."""
    who = await customer_of(screen)
    if who is not None and who.organization_id is None:
        screen.say_refusal(_("They belong to no organization that the desk knows."))
        return None
    return who


def _offered(known: Sequence[tuple[str, str]]) -> Offer:
    async def offer(text: str) -> Sequence[Choice]:
        return best(text, ((one, Choice(one, one_line(one), says)) for one, says in known)) if known else []

    return offer


async def _tell(screen: "Screen", command: Callable[..., Any], *args: Any, line: str, **given: Any) -> None:
    words: Cover = ((_("kept"), "ok"),)
    if await screen.tell(command, *args, words=lambda _given: words, line=line, **given) is not None:
        written(screen)

"""A customer's journey, said without leaving the line: milestones, and what they make of features."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from console.screens.commands.base import CUSTOMER, MAIN, Command
from console.screens.commands.knowing import only_one
from console.screens.commands.offering import best
from console.screens.commands.tasks import read_task
from console.screens.questions import Offer, Question
from storage.kinds import Subject
from storage.kinds.clean import folded
from storage.kinds.errors import DeskError
from storage.kinds.journey import Engaged, MilestoneView
from widgets.choices import Choice
from widgets.journey import day_label, due_words, engaged_words
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.customer import CustomerScreen
    from console.screens.main import MainScreen
    from storage.queries.knowing import Customer

    Screen = MainScreen | CustomerScreen

_ORGANIZATION = "org"  # before a milestone: it is the organization's


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "milestone",
            (),
            "",
            _("a milestone of the customer: fri First invoice; org before it"),
            MAIN | CUSTOMER,
            milestone,
            "words",
            _("journey success due goal onboarding"),
            reads_first=True,
        ),
        Command(
            "reached",
            (),
            "",
            _("a milestone of the customer was reached"),
            MAIN | CUSTOMER,
            reached,
            "words",
            _("journey success done goal milestone"),
            reads_first=True,
        ),
        Command(
            "engagement",
            (),
            "",
            _("what they make of a feature: Reports=frustrated"),
            MAIN | CUSTOMER,
            engagement,
            "words",
            _("journey feature use frustrated unaware value"),
            reads_first=True,
        ),
    )


async def milestone(screen: "Screen", rest: str) -> None:
    """Lay a milestone down for the customer, or for their organization."""
    from storage.commands import knowing

    who = await customer_of(screen)
    if who is None:
        return
    line = rest.strip() or await screen.ask(Question(_("milestone: until when, and what")))
    if not line:
        return
    lead, _space, more = line.partition(" ")
    subject, number = Subject.PERSON, who.person_id
    if lead == _ORGANIZATION and more:
        if who.organization_id is None:
            screen.say_refusal(_("They belong to no organization that the desk knows."))
            return
        subject, number, line = Subject.ORGANIZATION, who.organization_id, more
    moment, name = read_task(line, screen.now())
    if moment is None:
        screen.say_refusal(_("Write until when, then what: fri First invoice, 2026-12-24 Trained."))
        return
    due: date = moment.date()
    today = screen.now().date()
    done = await screen.tell(
        knowing.keep_milestone,
        subject,
        number,
        name,
        due,
        words=lambda _given: ((_("milestone, due {day}").format(day=day_label(due, today)), "ok"),),
        line=f"milestone {one_line(line)}",
    )
    if done is not None:
        written(screen)


async def reached(screen: "Screen", rest: str) -> None:
    """Say that a milestone of the customer, or of their organization, was reached today."""
    from storage.commands import knowing

    who = await customer_of(screen)
    if who is None:
        return
    left = [one for one in await _milestones(screen, who.person_id) if one.milestone.done is None]
    if not left:
        screen.say_refusal(_("No milestone of theirs is open."))
        return
    word = rest.strip() or await screen.ask(Question(_("reached"), offer=_offer_milestones(screen, left), chooses=True))
    if not word:
        return
    found = [one for one in left if word.lstrip("#") == str(one.entry_id) or folded(word) == folded(one.milestone.name)]
    if len(found) != 1:
        screen.say_refusal(_("No open milestone of theirs is called {name}.").format(name=one_line(word)))
        return
    one = found[0]
    today = screen.now().date()

    def words(_action: int) -> Cover:
        return ((_("reached:"), "ok"), (f" {one_line(one.milestone.name)}", "text"))

    line = f"reached {one.entry_id}"
    if await screen.tell(knowing.finish_milestone, one.entry_id, today, words=words, line=line) is not None:
        written(screen)


async def engagement(screen: "Screen", rest: str) -> None:
    """Say what the customer makes of a feature; nothing after the sign leaves it to what is computed."""
    from storage.commands import knowing

    who = await customer_of(screen)
    if who is None:
        return
    line = rest.strip() or await screen.ask(Question(_("feature=state"), offer=_offer_engagements(screen)))
    if not line:
        return
    feature, sign, word = line.partition("=")
    states = [str(one) for one in Engaged]
    if not sign or not feature.strip() or word.strip().lower() not in {"", *states}:
        choices = ", ".join(states)
        screen.say_refusal(_("Write the feature and one of {choices}: Reports=frustrated.").format(choices=choices))
        return
    state = Engaged(word.strip().lower()) if word.strip() else None

    def words(_action: int) -> Cover:
        said = engaged_words(state) if state is not None else _("as computed")
        return ((f"{one_line(feature.strip())}: {said}", "ok"),)

    command, line = knowing.set_engagement, f"engagement {one_line(line)}"
    done = await screen.tell(command, Subject.PERSON, who.person_id, feature.strip(), state, words=words, line=line)
    if done is not None:
        written(screen)


async def customer_of(screen: "Screen") -> "Customer | None":
    """Return who is shown, or who is the customer of the conversation pointed at; `None` where it is told that not."""
    from storage.queries import knowing

    shown = getattr(screen, "view", None)
    try:
        if screen.where == "customer":
            return None if shown is None else await screen.desk.ask(knowing.person, shown.person_id)
        number = only_one(screen)  # type: ignore[arg-type]
        return None if number is None else await screen.desk.ask(knowing.customer, number)
    except DeskError as error:
        screen.say_error(error)
        return None


def written(screen: "Screen") -> None:
    """Read again what stands where the customer is seen: the screen of theirs, or beside their conversation."""
    screen.written(*screen.targets().numbers)


async def _milestones(screen: "Screen", person_id: int) -> Sequence[MilestoneView]:
    from storage.queries import journey

    return (await screen.desk.ask(journey.read, person_id, now=screen.now())).milestones


def _offer_milestones(screen: "Screen", left: Sequence[MilestoneView]) -> Offer:
    async def offer(text: str) -> Sequence[Choice]:
        today = screen.now().date()
        return best(
            text,
            (
                (
                    one.milestone.name,
                    Choice(f"#{one.entry_id}", one_line(one.milestone.name), due_words(one.milestone, today)),
                )
                for one in left
            ),
        )

    return offer


def _offer_engagements(screen: "Screen") -> Offer:
    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries import knowing

        feature, sign, word = text.partition("=")
        if not sign:
            names = await screen.desk.ask(knowing.features)
            return best(text, ((name, Choice(f"{name}=", one_line(name))) for name in names))
        return best(word, ((str(one), Choice(f"{feature}={one}", str(one), engaged_words(one))) for one in Engaged))

    return offer

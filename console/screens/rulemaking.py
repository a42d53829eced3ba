"""Making a rule of the desk: its line is asked for, tried on the last month, and stands when the agent says so."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from console.screens.commands.offering import best
from console.screens.doing import Does
from console.screens.ground import DeskScreen
from console.screens.questions import Offer, Question
from storage.kinds.clean import folded
from storage.kinds.errors import DeskError
from storage.kinds.filing import Conditions, Deeds
from storage.views import Met, RuleView, Tried
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.moments import moment_words
from widgets.pane import Cover
from widgets.rules import rule_trouble_words, tried_words
from widgets.troubles import trouble_words

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.rules.rule_line import RuleLine

MONTH: Final = timedelta(days=30)
"""How far back a rule is tried."""

FIRST: Final = 50
"""Messages that a trial shows at most."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule's line may name: the desk's agents, views and tags, and the rules there are.

    Attributes:
        agents: their numbers by name.
        me: who "me" is.
    """

    rules: tuple[RuleView, ...]
    agents: Mapping[str, int]
    me: int | None
    views: tuple[str, ...]
    tags: tuple[str, ...]

    def agent(self, name: str) -> int | None:
        """Return whom a name means, whatever its case and accents; `None` for nobody."""
        if name.casefold() == "me":
            return self.me
        if name in self.agents:
            return self.agents[name]
        return next((number for each, number in self.agents.items() if folded(each) == folded(name)), None)

    def trouble(self, line: str) -> tuple[str, Place]:
        """Return why a line cannot stand as a rule, and where it says so; empty words when it can."""
        from storage.rules.rule_line import parse

        words, place = rule_trouble(line)
        if words:
            return words, place
        rule = parse(line)
        if any(folded(one.name) == folded(rule.name) for one in self.rules):
            return rule_trouble_words("name_taken", rule.name), rule.places["name"]
        if rule.assign and self.agent(rule.assign) is None:
            return rule_trouble_words("no_agent", rule.assign), rule.places["assign"]
        return "", (0, 0)


def rule_trouble(line: str) -> tuple[str, Place]:
    """Return why a line cannot be read as a rule, and where it says so, whatever the desk knows; empty when it can."""
    from storage.rules.rule_line import BadRule, parse

    try:
        parse(line)
    except BadRule as bad:
        return rule_trouble_words(bad.wrong.value, bad.word, bad.known), (bad.start, bad.end)
    return "", (0, 0)


def read_known(session: "Session", *, agent_id: int | None) -> Known:
    """Return what a rule's line may name."""
    from storage.queries import agents, completing, ruling, views

    return Known(
        ruling.rules(session),
        {name: number for number, name in agents.agents(session).items()},
        agent_id,
        tuple(view.name for view in views.views(session, agent_id=agent_id) if view.shared),
        tuple(name for name, _count in completing.tags(session)),
    )


async def try_on_last_month(screen: DeskScreen, conditions: Conditions) -> Tried:
    """Return what a rule would have met in the last month; whoever stops waiting for it stops its thread, too."""
    from storage.queries.ruling import tried

    stopped = threading.Event()
    try:
        return await screen.desk.ask(tried, conditions, since=screen.now() - MONTH, limit=FIRST, stopped=stopped.is_set)
    finally:
        stopped.set()


async def make(screen: Does, line: str = "", *, asks: bool = False) -> bool:
    """Make a rule of a line, which is asked for where it says none; say whether it stands.

    Args:
        screen: that asks.
        line: as `storage.rules.rule_line` reads it.
        asks: whether the line is shown first, to be changed.
    """
    from storage.rules.rule_line import parse

    try:
        known = await screen.desk.ask(read_known, agent_id=screen.ground.agent_id)
    except DeskError as error:
        screen.say_error(error)
        return False

    def judge(text: str) -> str:
        words, place = known.trouble(text)
        screen.prompt.point_at(place)
        return words

    if asks or known.trouble(line)[0]:
        answer = await screen.ask(Question(_("rule"), line, offer=offer_rule(screen), judge=judge))
        if answer is None:
            return False
        line = answer
    rule = parse(line)
    return await _agreed(screen, rule) and await _stands(screen, rule, known)


async def _agreed(screen: Does, rule: "RuleLine") -> bool:
    """Show what a rule would have met, and say whether the agent lets it stand."""
    shown: list[Choice] = []
    trouble = ""

    async def offer(_text: str) -> Sequence[Choice]:
        nonlocal trouble
        if not shown:
            screen.prompt.aside(_("it is being tried on the last month"))
            try:
                met = await try_on_last_month(screen, rule.conditions)
            except DeskError as error:
                trouble = trouble_words(error)
                raise
            screen.prompt.aside("")
            shown.append(Choice("", tried_words(met), role="ok" if met.count else "soon"))
            shown.extend(
                Choice("", f"{_author(one)}: {one_line(one.subject) or _('(no subject)')}", _when(one, screen))
                for one in met.first
            )
        return shown

    def judge(_text: str) -> str:
        return "" if shown else trouble or _("it is still being tried: Esc leaves it")

    asked = Question(_("Enter lets it stand, Esc leaves it"), offer=offer, judge=judge)
    return await screen.ask(asked) is not None


def _author(one: Met) -> str:
    return one_line(one.author.name) or one_line(one.author.address)


def _when(one: Met, screen: DeskScreen) -> str:
    return moment_words(one.arrived_at, screen.now())


async def _stands(screen: Does, rule: "RuleLine", known: Known) -> bool:
    """Lay a rule down; say whether that could be done."""
    from storage.commands import ruling
    from storage.rules.rule_line import written

    deeds = Deeds(rule.tags, known.agent(rule.assign) if rule.assign else None, spam=rule.spam, ignores=rule.ignores)

    def words(_rule: int) -> Cover:
        return ((_("stands from now on:"), "ok"), (f" {rule.name}", "text"))

    line = f"rule {written(rule)}"
    done = await screen.tell(ruling.lay_down, rule.name, rule.conditions, deeds, view=rule.view, words=words, line=line)
    if done is not None:
        screen.written()
    return done is not None


async def line_like(screen: Does, number: int) -> str:
    """Return the beginning of a rule's line that meets mail like a conversation's."""
    from storage.queries.ruling import kind_of_mail
    from storage.rules.filing import LONGEST_NAME
    from storage.rules.rule_line import RuleLine, written

    asked: Conditions = await screen.desk.ask(kind_of_mail, number)
    known = await screen.desk.ask(read_known, agent_id=screen.ground.agent_id)
    name = asked.list_id.partition(".")[0] or asked.sender.rpartition("@")[2] or _("rule")
    name, taken, count = name[: LONGEST_NAME - 4], {folded(rule.name) for rule in known.rules}, 1
    while folded(name if count == 1 else f"{name} {count}") in taken:
        count += 1
    return f"{written(RuleLine(name if count == 1 else f'{name} {count}', asked))} "


# ---------------------------------------------------------------------------------------------- what is offered


def offer_rule(screen: Does) -> Offer:
    """Offer what may stand next in a rule's line: conditions, deeds, and the values that the desk knows."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.rules.rule_line import ARROW, CONDITIONS, DEEDS, quoted, slot

        at = slot(text)
        lead, letters = text[: at.start], at.letters
        if lead and not lead[-1].isspace():
            lead += " "
        if at.kind in {"condition", "deed"}:
            words = _part_words()
            parts = [*([ARROW] if at.arrow else []), *(CONDITIONS if at.kind == "condition" else DEEDS)]
            given = {part for part in parts if part != "tag:" and f" {part}" in f" {lead}"}
            choices = (
                (part, Choice(f"{lead}{part}{' ' if part == ARROW else ''}", part, words[part]))
                for part in parts
                if part not in given
            )
            return best(letters, choices)
        values = await _values(screen, at.kind)
        offered = (
            (f"{value} {aside}", Choice(f"{lead}{at.kind}:{quoted(value)} ", f"{at.kind}:{one_line(value)}", aside))
            for value, aside in values
        )
        return [choice for choice in best(letters, offered) if choice.text.rstrip() != text]

    return offer


async def _values(screen: Does, kind: str) -> Sequence[tuple[str, str]]:
    """Return the values that the desk knows for a part of the line, each with a word on it."""
    from storage.queries.ruling import kind_of_mail

    if kind in {"from", "subject", "list"}:
        numbers = screen.targets().numbers
        asked: Conditions = await screen.desk.ask(kind_of_mail, numbers[0]) if numbers else Conditions()
        if kind == "from" and "@" in asked.sender:
            domain = asked.sender[asked.sender.rindex("@") :]
            return [(asked.sender, _("this sender")), (domain, _("everybody there"))]
        return [(value, "") for value in (asked.written().get(kind, ""),) if value]
    known = await screen.desk.ask(read_known, agent_id=screen.ground.agent_id)
    match kind:
        case "assign":
            others = sorted((name for name, number in known.agents.items() if number != known.me), key=folded)
            return [("me", _("you")), *((name, "") for name in others)]
        case "tag":
            return [(tag, "") for tag in known.tags]
        case "view":
            return [(name, "") for name in known.views]
        case _:
            return []


def _part_words() -> dict[str, str]:
    return {
        "from:": _("who wrote: an address, @domain, or words"),
        "to:": _("to whom, the same"),
        "subject:": _("words of the subject"),
        "list:": _("the mailing list (List-Id)"),
        "size>": _("at least so large: 500k, 2M"),
        "size<": _("smaller than that"),
        "->": _("then what is done"),
        "tag:": _("put a tag on"),
        "assign:": _("give it to an agent, or me, if nobody has it"),
        "view:": _("show it in a shared view, made if need be"),
        "spam": _("it is spam"),
        "ignore": _("keep it, and ask nobody to answer"),
    }

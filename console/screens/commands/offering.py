"""What is offered while a line is typed: agents, tags, moments, conversations, messages, commands."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from console.screens.commands.base import Takes
from console.screens.questions import Offer
from storage.kinds.clean import folded
from storage.kinds.quoting import as_value
from widgets.choices import Choice
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.look import LOOK_NAMES
from widgets.moments import moment_words, weekday_words
from widgets.rules import condition_words
from widgets.text import query_words
from widgets.when import NoMoment, read_moment

if TYPE_CHECKING:
    from console.screens.ground import DeskScreen
    from console.screens.performing import Performs


_SCATTERED = 3  # the letters stand somewhere in a text, in their order: good enough where nothing is better


def close_to(letters: str, text: str) -> int | None:
    """Return how well letters name a text, 0 best, `None` not at all: words by their beginnings, else in order."""
    wanted, there = folded(letters.strip()), folded(text)
    if not wanted:
        return 0
    if there.startswith(wanted):
        return 0
    words = there.split()
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return 1
    if wanted in there:
        return 2
    rest = iter(there)
    return _SCATTERED if len(wanted) > 2 and all(letter in rest for letter in wanted.replace(" ", "")) else None


def best(letters: str, choices: Iterable[tuple[str, Choice]]) -> list[Choice]:
    """Return the choices that letters name, the best first, by the text each is found by."""
    ranked = [
        (rank, place, choice)
        for place, (text, choice) in enumerate(choices)
        if (rank := close_to(letters, text)) is not None
    ]
    least = _SCATTERED if all(rank == _SCATTERED for rank, _place, _choice in ranked) else _SCATTERED - 1
    return [choice for rank, _place, choice in sorted(ranked, key=lambda one: one[:2]) if rank <= least]


def offer_agents(screen: "Performs") -> Offer:
    """Offer the agents who work here, oneself first, and nobody; it says who is away."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.working import working_here

        here = await screen.desk.ask(working_here, now=screen.now())
        me, _away = here.pop(screen.ground.agent_id or 0, ("", False))
        choices = [(f"{_('me')} {me}", Choice("me", one_line(me), _("you")))]
        for name, away in sorted(here.values(), key=lambda one: folded(one[0])):
            choices.append((name, Choice(name, one_line(name), _("away") if away else "")))
        choices.append((_("nobody"), Choice("none", _("nobody"))))
        return best(text, choices)

    return offer


def offer_tags(screen: "Performs", numbers: Sequence[int]) -> Offer:
    """Offer tags in use for the last word of the line; after a dash those that the conversations bear."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries import completing

        before, _space, last = text.rpartition(" ")
        lead = f"{before} " if before else ""
        if last.startswith("-"):
            worn = await screen.desk.ask(completing.tags_of, numbers)
            return best(
                last[1:], [(name, Choice(f"{lead}-{name}", f"-{one_line(name)}", _("take off"))) for name in worn]
            )
        sign = "+" if last.startswith("+") else ""
        used = await screen.desk.ask(completing.tags)
        choices = [
            (
                name,
                Choice(
                    f"{lead}{sign}{name}",
                    one_line(name),
                    ngettext("{count} conversation", "{count} conversations", count).format(count=count),
                ),
            )
            for name, count in used
        ]
        return best(last.removeprefix("+"), choices)

    return offer


def offer_moments(screen: "Performs") -> Offer:
    """Offer the moments that are asked for most, and what the line means so far."""

    async def offer(text: str) -> Sequence[Choice]:
        now = screen.now()
        monday = weekday_words(now + timedelta(days=(7 - now.weekday()) % 7 or 7)).lower()
        usual = ("1h", "4h", "tomorrow 9:00", "2d", f"{monday} 9:00", "1w")
        if text.strip():
            try:
                moment = read_moment(text, now=now)
            except NoMoment:
                pass
            else:
                return [Choice(text, text, moment_words(moment, now))]
        return [
            Choice(words, words, moment_words(read_moment(words, now=now), now))
            for words in usual
            if close_to(text, words) is not None
        ]

    return offer


def offer_joins(screen: "Performs", number: int) -> Offer:
    """Offer the same customer's conversations, then others by the letters of their subjects and customers."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries import completing

        found = await screen.desk.ask(completing.joinable, number, text)
        return [
            Choice(
                f"#{each.conversation_id}",
                f"#{each.conversation_id} {one_line(each.subject)}",
                _("same customer") if each.same_customer else one_line(each.customer),
            )
            for each in found
        ]

    return offer


def offer_senders(screen: "Performs", number: int) -> Offer:
    """Offer a conversation's customer and that customer's domain."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries import conversations

        view = await screen.desk.ask(conversations.read, number, agent_id=screen.ground.agent_id)
        address = one_line(view.customer_address)
        if "@" not in address:
            return []
        domain = address[address.rindex("@") :]
        choices = [
            (address, Choice(address, address, _("this sender"))),
            (domain, Choice(domain, domain, _("everybody there"))),
        ]
        return best(text, choices)

    return offer


def offer_messages(screen: "Performs") -> Offer:
    """Offer the messages of the conversation that is read, the newest first."""

    async def offer(text: str) -> Sequence[Choice]:
        view = screen.conversation.view
        messages = view.messages if view else ()
        now = screen.now()
        choices = []
        for message in reversed(messages):
            who = one_line(message.author.name) or one_line(message.author.address)
            begins = one_line((message.reply_text or message.text).strip()[:120])
            choice = Choice(f"m{message.message_id}", f"{who}: {begins}", moment_words(message.arrived_at, now))
            choices.append((f"m{message.message_id} {who} {begins}", choice))
        return best(text, choices)

    return offer


def offer_customers(screen: "DeskScreen", but: int | None = None) -> Offer:
    """Offer customers by the letters of their names and addresses.

    Args:
        screen: whose desk is asked.
        but: who is left out, and whose colleagues come first: one more is named by number then, else by address.
    """

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.completing import customers

        found = await screen.desk.ask(customers, text, but=but)
        return [
            Choice(
                f"#{one.person_id}" if but is not None else one.address or one.name,
                one_line(one.name) or one_line(one.address) or _("erased"),
                one_line(one.address),
            )
            for one in found
            if but is not None or one.address or one.name
        ]

    return offer


def offer_rest(screen: "Performs", takes: Takes) -> Offer | None:  # noqa: C901, PLR0912 - a case a word reads well
    """Return what is offered after a command's name on the `:` line."""
    chosen = screen.targets().numbers
    match takes:
        case "agent":
            return offer_agents(screen)
        case "tag":
            return offer_tags(screen, chosen)
        case "moment":
            return offer_moments(screen)
        case "conversation":
            return offer_joins(screen, chosen[0] if chosen else 0)
        case "query":
            return offer_query(screen)
        case "view":
            return offer_views(screen)
        case "kept view":
            return offer_views(screen, kept=True)
        case "theme":
            return offer_looks()
        case "rule":
            from console.screens.rulemaking import offer_rule  # it stands on this room

            return offer_rule(screen)
        case "standing":
            return offer_rules(screen)
        case "icp":
            return offer_ideals(screen)
        case "persona":
            return offer_personas(screen)
        case "customer":
            return offer_customers(screen)
        case _:
            return None


def offer_ideals(screen: "DeskScreen") -> Offer:
    """Offer the definitions of ideal customers by their names."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.ideals import ideals

        known = [icp.name for _number, icp in await screen.desk.ask(ideals)]
        return best(text, ((name, Choice(name, one_line(name))) for name in known))

    return offer


def offer_personas(screen: "DeskScreen") -> Offer:
    """Offer the personas by their names."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.personas import personas

        cards = [card for _number, card in await screen.desk.ask(personas)]
        return best(text, ((card.name, Choice(card.name, one_line(card.name), one_line(card.tone))) for card in cards))

    return offer


def offer_query(screen: "DeskScreen") -> Offer:
    """Offer what may stand next in a query: fields, and the values of the one that is being typed."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries import completing
        from storage.rules.query import FIELDS, OWN, SLA, VALUES

        before, space, last = text.rpartition(" ")
        lead = f"{before}{space}"
        minus = "-" if last.startswith("-") else ""
        name, colon, value = last.removeprefix("-").partition(":")
        if name.lower()[: len(SLA) + 1] in {f"{SLA}<", f"{SLA}>"}:
            name, colon, value = SLA, ":", name[len(SLA) :]
        if not colon:
            begun = name.startswith(OWN) or (len(name) > 1 and OWN.startswith(name))  # "fi", and no other word in f
            own = await screen.desk.ask(completing.own_fields) if begun else {}
            fields = (
                (field, Choice(f"{lead}{minus}{field}:", f"{field}:", words or _field_words().get(field, "")))
                for field, words in (dict.fromkeys(FIELDS, "") | own).items()
            )
            return best(name, fields) if name else []
        if name not in FIELDS and not name.startswith(OWN):
            return []
        known = [str(each) for each in VALUES.get(name, ())] or await _values(screen, name, value.strip('"'))
        signs = {each: "" if name == SLA and each[0] in "<>" else ":" for each in known}
        choices = (
            (each, Choice(f"{lead}{minus}{name}{sign}{as_value(each)}", f"{name}{sign}{one_line(each)}"))
            for each, sign in signs.items()
        )
        return [choice for choice in best(value.strip('"'), choices) if choice.text != text]

    return offer


_EXAMPLES = {
    "health": ["<50", ">=70", "unknown"],
    "consult": ["late", "<1h", "<2d"],
    "figure": [f"{one}@2026-11-01..2026-11-28" for one in ("counted", "solved", "unsolved", "answered", "left_out")],
    "sla": ["late", "warned", "paused", "none", "<1h", "<4h", ">1d"],
}


async def _values(screen: "DeskScreen", field: str, letters: str) -> list[str]:
    from storage.queries import agents, completing, mailboxes
    from storage.rules.query import of_customer

    match field:
        case "tag":
            return [name for name, _count in await screen.desk.ask(completing.tags)]
        case "owner":
            return ["me", "none", *sorted((await screen.desk.ask(agents.agents)).values())]
        case "mailbox":
            return [mailbox.name for mailbox in await screen.desk.ask(mailboxes.states)]
        case "org":
            return ["none", *await screen.desk.ask(completing.organizations, letters)]
        case _ if field in _EXAMPLES:
            return _EXAMPLES[field]
        case "engagement":
            return await screen.desk.ask(completing.engagements)
        case "fit" | "icp":
            from storage.queries.ideals import ideals
            from storage.rules.query import FIT_WORDS

            known = [icp.name for _number, icp in await screen.desk.ask(ideals)]
            return [*FIT_WORDS, ">=70"] if field == "fit" else [*known, *(f"{name}>=70" for name in known)]
        case _ if of_customer(field):
            return await screen.desk.ask(completing.asked, field)
        case "before" | "after":
            return ["today", "yesterday", "3d", "1w", str(screen.now().date().replace(day=1))]
        case _:
            return []


def _field_words() -> dict[str, str]:
    return {
        "is": _("open, waiting, resolved, unread …"),
        "tier": _("n1, n2 or n3"),
        "owner": _("an agent, me or none"),
        "from": _("who wrote"),
        "to": _("to whom"),
        "subject": _("words of the subject"),
        "tag": _("a tag"),
        "mailbox": _("a mailbox"),
        "org": _("the customer's organization with its subsidiaries, or none"),
        "icp": _("whose organization fits an ICP, or how well: NAME>=70"),
        "fit": _("good, poor, unknown, or a share of the best ICP: >=70"),
        "touch": _("tech, low, mid, high or smart"),
        "persona": _("the customer's persona"),
        "lifecycle": _("new, active, inactive, curious or loyal"),
        "stage": _("where the customer is"),
        "typology": _("the customer's temperament"),
        "engagement": _("a state, or FEATURE=state: little, unaware, frustrated or value"),
        "health": _("from 0 to 100, as in <50, or unknown"),
        "milestone": _("overdue, open or done"),
        "consult": _("a colleague asked, to answer within: <1h, <2d; or late"),
        "promise": _("due within so long: <1h, <2d; or late"),
        "has": _("attachment"),
        "figure": _("what is behind a figure: solved@2026-11-01..2026-11-28"),
        "sla": _("late, warned, paused, none, or what is left: sla<1h"),
        "before": _("a day, or so long ago: 3d"),
        "after": _("a day, or so long ago: 3d"),
        "sort": _("newest, oldest or urgent"),
    }


def offer_views(screen: "Performs", *, kept: bool = False) -> Offer:
    """Offer the views by their names; of those that were kept only, where one is to be taken away."""

    async def offer(text: str) -> Sequence[Choice]:
        shown = (view for view in screen.views if view.view_id is not None or not kept)
        return best(text, ((view.name, Choice(view.name, view.name, view.words, view.key)) for view in shown))

    return offer


def offer_looks() -> Offer:
    """Offer the looks there are."""

    async def offer(text: str) -> Sequence[Choice]:
        words = {
            "dark": _("dark ground"),
            "light": _("light ground"),
            "terminal": _("the terminal's own colours"),
            "terminal-light": _("the same, where its ground is light"),
            "none": _("no colours"),
        }
        return best(text, ((name, Choice(name, name, words[name])) for name in LOOK_NAMES))

    return offer


def offer_rules(screen: "Performs") -> Offer:
    """Offer the rules that stand, by their names."""

    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.ruling import rules

        found = [rule for rule in await screen.desk.ask(rules) if rule.name]
        return best(
            text,
            ((rule.name, Choice(rule.name, one_line(rule.name), condition_words(rule.conditions))) for rule in found),
        )

    return offer


def query_trouble(screen: "DeskScreen", text: str) -> tuple[str, tuple[int, int]]:
    """Return why a query cannot be read, in words, and where it says so: start and end; empty words when it can."""
    from storage.rules.query import BadQuery
    from storage.rules.query_reader import parse

    try:
        parse(text, now=screen.now())
    except BadQuery as bad:
        return query_words(bad.trouble.value, bad.word, bad.known), (bad.place, bad.place + max(1, len(bad.word)))
    return "", (0, 0)

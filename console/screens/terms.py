"""The desk's policies and calendars: a list of both, and what the one under the cursor says; edited field by field."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from textual import work

from console.screens.commands.base import Where
from console.screens.commands.offering import best
from console.screens.questions import Question
from console.screens.sheets import Sheets
from storage.kinds.errors import DeskError
from storage.kinds.hour_words import read_day, windows_text
from storage.kinds.hours import Calendar, KeptCalendar, OwnDay
from storage.kinds.policies import KeptPolicy, Policy
from storage.kinds.spans import span_text
from storage.queries.hours import Terms
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.look import Look
from widgets.pane import Cover
from widgets.term_rows import calendar_rows, policy_rows, term_rows
from widgets.terms import touched_words

_KNOBS: Final = re.compile(r"[;\s]+(?=[a-z0-9][a-z0-9-]*=)")


class TermsScreen(Sheets):
    """What the desk measures itself by, and in which hours.

    Args:
        look: how it is drawn.
        named: the policy or the calendar on which the cursor begins; empty for the first.
    """

    CSS: ClassVar[str] = "TermsScreen { background: $background; }"

    def __init__(self, look: Look, named: str = "") -> None:
        super().__init__(look)
        self.terms: Terms | None = None
        self._named = named
        self._organizations: Mapping[int, str] = {}

    @property
    def where(self) -> Where:
        """There is one list that has the keys."""
        return "terms"

    @property
    def chosen(self) -> KeptPolicy | KeptCalendar | None:
        """What is under the cursor, else the first policy."""
        at = self.list.chosen
        if self.terms is None:
            return None
        known: Sequence[KeptPolicy | KeptCalendar]
        known = self._calendars if at is not None and at[0] == "calendar" else self._policies
        place = at[1] if at is not None else 0
        return known[place] if place < len(known) else None

    @property
    def _policies(self) -> list[KeptPolicy]:
        return list(self.terms.policies.values()) if self.terms is not None else []

    @property
    def _calendars(self) -> list[KeptCalendar]:
        return list(self.terms.calendars.values()) if self.terms is not None else []

    @work(exclusive=True, group="terms")
    async def read(self) -> None:
        """Read what the desk has laid down."""
        from storage.queries import customers, hours

        try:
            terms: Terms = await self.desk.ask(hours.terms)
            numbers = sorted({number for one in terms.versions() for number in one.when.organization})
            views = await self.desk.ask(customers.organizations_of, numbers) if numbers else []
        except DeskError as error:
            self.say_error(error)
            return
        if not self.is_attached:  # it was left meanwhile
            return
        self._organizations = {one.organization_id: one.name for one in views if one.name}
        self.terms = terms
        self.show()

    def show(self) -> None:
        """Lay the list, and the page of what is under the cursor."""
        if self.terms is None:
            return
        first, second = self.widths
        now = self.now()
        rows = term_rows(self._policies, self._calendars, self._organizations, now)
        if self._named:
            found = next((row for row in rows if row.target is not None and self._is_named(row.target)), None)
            self.list.lay(rows, at=found.target if found is not None else None)
            self._named = ""
        chosen = self.chosen
        page = []
        if isinstance(chosen, KeptPolicy):
            page = policy_rows(chosen, self._organizations, now, second or first)
        elif chosen is not None:
            is_open = self.terms.hours(chosen.name).is_open(now)
            page = calendar_rows(chosen, now, second or first, is_open=is_open)
        title = one_line(chosen.name) if chosen is not None else ""
        self.lay(rows, page, ((_("Policies"), ""), (title, "")))

    def _is_named(self, target: tuple[str, int]) -> bool:
        known: Sequence[Any] = self._policies if target[0] == "policy" else self._calendars
        return bool(known[target[1]].name == self._named.strip())

    def moved(self) -> None:
        """Show the page of another one."""
        self.show()

    # ------------------------------------------------------------------------------------------ doing

    async def set(self, line: str) -> None:
        """Set a field of what is under the cursor, once it is said what that touches."""
        if (chosen := self.chosen) is None:
            return
        known = _policy_says(chosen, self._organizations) if isinstance(chosen, KeptPolicy) else _calendar_says(chosen)

        async def offer(text: str) -> Sequence[Choice]:
            if "=" in text:  # all of it is typed
                return (Choice(text, one_line(text)),)
            return best(text, ((name, Choice(f"{name}={says}", name, one_line(says))) for name, says in known.items()))

        prompt = _("set for {what}").format(what=one_line(chosen.name))
        given = line.strip() or await self.ask(Question(prompt, offer=offer, chooses=True)) or ""
        if given in {f"{name}={says}" for name, says in known.items()}:  # taken of what is offered, and still the same
            given = await self.ask(Question(prompt, given)) or ""
        if given.strip():
            await self._lay_down(isinstance(chosen, KeptCalendar), chosen.name, given)

    async def new_policy(self, line: str) -> None:
        """Lay another policy down: its name, and what it says."""
        prompt = _("policy: vip first-response=30m priority=urgent")
        await self._begin(line or await self.ask(Question(prompt)) or "", calendar=False)

    async def new_calendar(self, line: str) -> None:
        """Lay another calendar down."""
        prompt = _("calendar: office zone=America/Sao_Paulo hours=mon-fri 09:00-18:00")
        await self._begin(line or await self.ask(Question(prompt)) or "", calendar=True)

    async def _begin(self, line: str, *, calendar: bool) -> None:
        name, *knobs = _KNOBS.split(line.strip())
        if name:
            self._named = name
            await self._lay_down(calendar, name, " ".join(knobs))

    async def drop(self) -> None:
        """Let the policy hold no more, or take the calendar away."""
        from storage.commands import terms

        chosen = self.chosen
        if isinstance(chosen, KeptPolicy):
            try:
                ended = await self.desk.ask(terms.policy_ended, chosen.name, now=self.now())
            except DeskError as error:
                self.say_error(error)
                return
            if not await self._agreed(ended):
                return
        if chosen is not None:
            command = terms.remove_policy if isinstance(chosen, KeptPolicy) else terms.remove_calendar
            await self._do(command, chosen.name, line="drop", words=_("{name} holds no more"))

    async def _lay_down(self, calendar: bool, name: str, line: str) -> None:  # noqa: FBT001 - which of the two
        from storage.commands import terms

        knobs = dict(part.partition("=")[::2] for part in _KNOBS.split(line.strip()) if part)
        given: dict[str, Any] = {}
        drafted: KeptPolicy | KeptCalendar
        try:
            if calendar:
                knobs, given = _days_apart(knobs)
                drafted = await self.desk.ask(terms.calendar_drafted, name, knobs, now=self.now(), **given)
            else:
                drafted = await self.desk.ask(terms.policy_drafted, name, knobs, now=self.now())
        except DeskError as error:
            self._named = ""
            self.say_error(error)
            return
        if await self._agreed(drafted):
            command = terms.set_calendar if calendar else terms.set_policy
            await self._do(command, name, knobs, line=f"set {one_line(line)}", words=_("{name} is changed"), **given)

    async def _agreed(self, value: KeptPolicy | KeptCalendar) -> bool:
        """Say which open conversations a change touches, and ask; what touches none is done at once."""
        from storage.queries.touched import touched

        found = await self.desk.ask(touched, value, now=self.now())
        if not found.conversation_ids:
            return True
        words = touched_words(found.open, found.conversation_ids, found.late)
        return await self.ask(Question(_("Enter goes on. {words}").format(words=words))) is not None

    async def _do(
        self, command: Callable[..., Any], name: str, *args: Any, line: str, words: str, **given: Any
    ) -> None:
        said: Cover = ((words.format(name=one_line(name)), "ok"),)
        if await self.tell(command, name, *args, words=lambda _action: said, line=line, **given) is not None:
            self.written()


def _policy_says(kept: KeptPolicy, names: Mapping[int, str]) -> dict[str, str]:
    from storage.rules.terms import METRIC_KNOBS, PAUSES

    one: Policy = kept.versions[-1]
    said = one.when.said()
    organizations = [names.get(number, str(number)) for number in one.when.organization]
    return {
        **{
            knob: span_text(one.targets[metric]) if metric in one.targets else ""
            for knob, metric in METRIC_KNOBS.items()
        },
        "calendar": one.calendar,
        **{name: ",".join(said.get(name, ())) for name in ("priority", "touch", "tier", "mailbox", "kind")},
        "organization": ",".join(organizations),
        "warn": f"{round(one.warn * 100)}%",
        "grace": span_text(one.grace, days=True),
        "pauses": ",".join(word for word, pause in PAUSES.items() if pause in one.pauses) or "none",
        "fallback": "yes" if one.fallback else "no",
    }


def _calendar_says(kept: KeptCalendar) -> dict[str, str]:
    one: Calendar = kept.versions[-1]
    return {
        "zone": one.zone,
        "hours": windows_text(one.windows),
        "country": one.country,
        "region": one.region,
        "optional": "yes" if one.optional else "no",
    }


def _days_apart(knobs: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the knobs of a calendar without its own days, and those as its command takes them."""
    days: list[OwnDay] = []
    without: list[date] = []
    for name, text in knobs.items():
        if name[:1].isdigit():
            days += [read_day(name, text)] if text.strip() else []
            without += [] if text.strip() else [read_day(name, "shut").day]
    plain = {name: text for name, text in knobs.items() if not name[:1].isdigit()}
    return plain, {"days": days, "without": without}

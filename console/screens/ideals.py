"""What the desk wishes its customers' organizations to be: criteria with weights, and how many organizations fit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import SuspendNotSupported

from console.screens.commands.base import Where
from console.screens.commands.offering import best
from console.screens.questions import Offer, Question
from console.screens.sheets import Sheets
from storage.kinds import EntryKind
from storage.kinds.errors import BadCriterion, DeskError
from storage.kinds.ideals import Criterion, FitView, Icp, Tally
from storage.rules import ideal
from storage.rules.profile import Field
from widgets.choices import Choice
from widgets.ideal import criterion_field, ideal_rows, judged_rows, percent_words, tally_rows, tally_words
from widgets.language import _
from widgets.line import one_line
from widgets.look import Look
from widgets.pane import Cover
from widgets.sheet import SheetRow
from widgets.text import field_trouble
from widgets.wrapping import wrap


class IdealsScreen(Sheets):
    """One definition at a time: its criteria and the organizations by their fit, or each of these with what fits.

    Leaves with a conversation that is to be read, where one was chosen of a customer who was looked at from here.

    Args:
        look: how it is drawn.
        named: which one comes first; empty for the first by name.
    """

    CSS: ClassVar[str] = "IdealsScreen { background: $background; }"

    def __init__(self, look: Look, named: str = "") -> None:
        super().__init__(look)
        self.icp: Icp | None = None
        self.tally = Tally()
        self._named = named
        self._number: int | None = None
        self._known: list[tuple[int, Icp]] = []
        self._fields: Mapping[str, Field] = {}
        self._through = False  # whether the cursor goes through the organizations
        self._weighed: tuple[int, FitView] | None = None  # the organization under the cursor
        self._trial = ""  # what a criterion that is being typed would come to

    @property
    def where(self) -> Where:
        """There is one list that has the keys."""
        return "icp"

    # ------------------------------------------------------------------------------------------ reading

    @work(exclusive=True, group="icp")
    async def read(self) -> None:
        """Read the definitions, and how many organizations fit the one that is shown."""
        from storage.queries import ideals, knowing

        try:
            known = await self.desk.ask(ideals.ideals)
            self._fields = ideal.fields_of(await self.desk.ask(knowing.fields))
            if self._named:
                self._number = (await self.desk.ask(ideals.called, self._named))[0]
                self._named = ""
            chosen = next((one for one in known if one[0] == self._number), known[0] if known else None)
            tally = Tally()
            if chosen is not None:
                tally = await self.desk.ask(ideals.tally, chosen[1], today=self.now().date())
        except DeskError as error:
            self._named = ""
            self.say_error(error)
            return
        if not self.is_attached:  # it was left meanwhile
            return
        before = self._number
        self._known, self.tally = known, tally
        self._number, self.icp = chosen if chosen is not None else (None, None)
        self._through = self._through and before == self._number and bool(tally.best)
        self.show(anew=before != self._number)
        self.moved()

    def show(self, *, anew: bool = False) -> None:
        """Lay the criteria, and the organizations that fit best."""
        first, _second = self.widths
        if self.icp is None:
            words = _("No ICP yet: say what you wish your customers' organizations to be. n begins one.")
            rows = [SheetRow(((line, "muted"),)) for line in wrap(words, first - 2)]
            self.lay(rows, (), ((_("ICP"), ""), (_("organizations"), "")), anew=anew)
            return
        if self._through:
            self._show_fitting(anew=anew)
            return
        place = 1 + [number for number, _icp in self._known].index(self._number or 0)
        count = _("{place} of {count}").format(place=place, count=len(self._known)) if len(self._known) > 1 else ""
        self.lay(
            ideal_rows(self.icp, first),
            tally_rows(self.tally, self.icp),
            (
                (_("ICP") + f"  {one_line(self.icp.name)}", count),
                (_("organizations"), self._trial or tally_words(self.tally)),
            ),
            anew=anew,
        )

    # ------------------------------------------------------------------------------------------ who fits

    def show_fitting(self) -> None:
        """Let the cursor go through the organizations; there, show the one under it."""
        chosen = self.list.chosen
        if not self._through and self.tally.best:
            self._through = True
            self.show(anew=True)
            self._weigh()
        elif chosen is not None and chosen[0] == "organization":
            self._go_to(chosen[1])

    def _show_fitting(self, *, anew: bool) -> None:
        assert self.icp is not None
        first, second = self.widths
        number, view = self._weighed or (None, None)
        called = next((one.called for one in self.tally.best if one.organization_id == number), "")
        self.lay(
            tally_rows(self.tally, self.icp, leads=True),
            judged_rows(view, second or first),
            (
                (_("who fits") + f"  {one_line(self.icp.name)}", tally_words(self.tally)),
                (one_line(called), percent_words(view.fit.percent) if view is not None else ""),
            ),
            anew=anew,
        )

    def moved(self) -> None:
        """Show of another organization what matches."""
        if self._through:
            self._weigh()

    @work(exclusive=True, group="weigh")
    async def _weigh(self) -> None:
        """Read what matches of the organization under the cursor, what misses and what is unknown."""
        from storage.queries import ideals

        chosen = self.list.chosen
        if chosen is None or chosen[0] != "organization" or self.icp is None or self._number is None:
            return
        number, known = chosen[1], [(self._number, self.icp)]
        try:
            views = await self.desk.ask(ideals.of_organization, number, today=self.now().date(), known=known)
        except DeskError as error:
            self.say_error(error)
            return
        if self.is_attached and self._through:
            self._weighed = (number, views[0])
            self.show()

    @work
    async def _go_to(self, number: int) -> None:
        """Show the organization: the screen of one of its people, with its column."""
        from console.screens.customer import CustomerScreen
        from storage.queries.customers import somebody_of

        try:
            person = await self.desk.ask(somebody_of, number)
        except DeskError as error:
            self.say_error(error)
            return
        if person is None:
            self.say_refusal(_("Nobody of this organization is known."))
        elif self.is_attached:
            self.app.push_screen(CustomerScreen(self.look, named=f"#{person}"), self.customer_left)

    def customer_left(self, outcome: int | DeskError | None) -> None:
        """Leave for what was chosen on a customer's screen, or say why there was none."""
        if isinstance(outcome, DeskError):
            self.say_error(outcome)
        elif outcome is not None:
            self.dismiss(outcome)

    def action_close(self) -> None:
        """Go back to the criteria, else to where one was."""
        if self._through:
            self._through, self._weighed = False, None
            self.show(anew=True)
        else:
            super().action_close()

    # ------------------------------------------------------------------------------------------ going

    def action_next(self) -> None:
        """Show the next definition."""
        self._go_by(1)

    def action_previous(self) -> None:
        """Show the one before."""
        self._go_by(-1)

    def _go_by(self, by: int) -> None:
        numbers = [number for number, _icp in self._known]
        if numbers:
            place = numbers.index(self._number) if self._number in numbers else 0
            self._number = numbers[(place + by) % len(numbers)]
            self._through, self._weighed = False, None
            self.list.lay((), anew=True)
            self.read()

    @property
    def _place(self) -> int | None:
        """The place of the criterion under the cursor, from 0 on."""
        chosen = self.list.chosen
        return chosen[1] if chosen is not None and chosen[0] == "criterion" else None

    # ------------------------------------------------------------------------------------------ doing

    async def change(self, after: Icp | None, words: str, line: str) -> bool:
        """Let the definition say something else, or take it away where `after` is none."""
        from storage.commands import knowing

        if self._number is None:
            return False

        def said(_action: int) -> Cover:
            return ((words, "ok"),)

        done = await self.tell(knowing.change_entry, self._number, after, kind=EntryKind.ICP, words=said, line=line)
        if done is not None:
            self.written()
        return done is not None

    async def new(self, name: str) -> None:
        """Begin another definition."""
        from storage.commands import knowing

        name = name.strip() or await self.ask(Question(_("name of the ICP"))) or ""
        if not name.strip():
            return

        def said(_given: object) -> Cover:
            return ((_("kept:"), "ok"), (f" {one_line(name)}", "text"))

        given = await self.tell(knowing.keep_entry, Icp(name), words=said, line=f"new-icp {one_line(name)}")
        if given is not None:
            self._number = given[0]
            self.written()

    async def add(self, line: str) -> None:
        """Add a criterion: the line's, else one that is asked for."""
        if self.icp is None:
            await self.new("")
            return
        made = await self._criterion(line, _("criterion"), "", None)
        if made is not None:
            changed = replace(self.icp, criteria=(*self.icp.criteria, made))
            await self.change(changed, _("criterion added"), f"criterion {ideal.line_of(made)}")

    async def edit(self) -> None:
        """Change the criterion under the cursor."""
        place = self._place
        if self.icp is None or place is None or place >= len(self.icp.criteria):
            return
        before = self.icp.criteria[place]
        made = await self._criterion("", _("criterion"), ideal.line_of(before), place)
        if made is not None and made != before and self.icp is not None:
            criteria = list(self.icp.criteria)
            criteria[place] = made
            await self.change(
                replace(self.icp, criteria=tuple(criteria)), _("criterion changed"), f"criterion {ideal.line_of(made)}"
            )

    async def drop(self) -> None:
        """Take the criterion under the cursor away."""
        place = self._place
        if self.icp is not None and place is not None and place < len(self.icp.criteria):
            criteria = (*self.icp.criteria[:place], *self.icp.criteria[place + 1 :])
            await self.change(replace(self.icp, criteria=criteria), _("criterion taken away"), "drop-criterion")

    async def drop_all(self) -> None:
        """Take the definition away."""
        if self.icp is not None:
            await self.change(None, _("taken away: {name}").format(name=one_line(self.icp.name)), "drop-icp")

    async def set(self, line: str) -> None:
        """Set the name, or from which share on an organization fits."""
        if self.icp is None:
            return
        known = (("name", self.icp.name), ("good", str(self.icp.good)))

        async def offer(text: str) -> Sequence[Choice]:
            return [] if "=" in text else best(text, ((name, Choice(f"{name}=", name, says)) for name, says in known))

        given = line.strip() or await self.ask(Question(_("set"), offer=offer)) or ""
        name, sign, value = given.partition("=")
        name, value = name.strip(), value.strip()
        if not given.strip():
            return
        if not sign or name not in dict(known) or (name == "good" and not value.isdecimal()):
            self.say_refusal(_("Write name=NAME, or good=70: the share from which an organization fits."))
            return
        after = replace(self.icp, good=int(value[:4])) if name == "good" else replace(self.icp, name=value)
        words = _("{field} set to {value}").format(field=name, value=one_line(value))
        await self.change(after, words, f"set {name}={one_line(value)}")

    async def edit_file(self) -> None:
        """Edit the whole definition, its notes among it, in the editor."""
        from console.files.editor import NotEdited
        from console.library.editing import edited_card
        from console.library.errors import FileTrouble

        if self.icp is None:
            return
        try:
            with self.app.suspend():
                after = edited_card(self.icp, self._fields)
        except (FileTrouble, NotEdited) as trouble:
            self.say_refusal(str(trouble))
            return
        except SuspendNotSupported:
            self.say_refusal(_("There is no terminal to give to an editor here."))
            return
        if isinstance(after, Icp) and after != self.icp:
            await self.change(after, _("changed"), "edit-icp")

    # ------------------------------------------------------------------------------------------ a criterion's line

    async def _criterion(self, line: str, prompt: str, begun: str, place: int | None) -> Criterion | None:
        """Return a criterion read from a line, which is asked for when it is empty."""
        if not line.strip():
            asked = Question(prompt, begun, offer=self._offer(place), judge=self._judged)
            line = await self.ask(asked) or ""
        self._trial = ""
        self.prompt.point_at((0, 0))
        self.show()
        if not line.strip():
            return None
        try:
            return ideal.made(ideal.in_line(line), self._fields)
        except BadCriterion as bad:
            self.say_refusal(field_trouble(bad))
            return None

    def _judged(self, line: str) -> str:
        """Return why a line is no criterion, and point at the part that is wrong, once it is whole."""
        self.prompt.point_at((0, 0))
        given = ideal.in_line(line)
        try:
            ideal.made(given, self._fields)
        except BadCriterion as bad:
            later = {"weight": given.field, "field": given.operator, "operator": given.values, "value": ()}[bad.part]
            if not later and bad.reason in {"weight", "no_such", "operator", "empty"}:
                return ""  # it is still being typed
            start = given.places[bad.part]
            self.prompt.point_at((start, max(start + 1, len(line.rstrip()))))
            return field_trouble(bad)
        return ""

    def _offer(self, place: int | None) -> Offer:
        """Offer the parts of a criterion as they come, and say how many would fit with it."""

        async def offer(text: str) -> Sequence[Choice]:
            await self._try(text, place)
            words = text.split(" ")
            lead = " ".join(words[:-1])
            match len(words):
                case 2:
                    return best(
                        words[-1],
                        (
                            (f"{name} {criterion_field(name)}", Choice(f"{lead} {name} ", name, criterion_field(name)))
                            for name in self._fields
                        ),
                    )
                case 3 if words[1] in self._fields:
                    known = ideal.operators(self._fields[words[1]].sort)
                    return best(words[-1], ((str(one), Choice(f"{lead} {one} ", str(one))) for one in known))
                case 4 if words[1] in self._fields and (choices := self._fields[words[1]].choices):
                    return best(words[-1], ((one, Choice(f"{lead} {one}", one)) for one in choices))
                case _:
                    return []

        return offer

    async def _try(self, text: str, place: int | None) -> None:
        """Say above the organizations how many would fit with the criterion that is being typed."""
        from storage.queries import ideals

        self._trial = ""
        try:
            made = ideal.made(ideal.in_line(text), self._fields)
        except BadCriterion:
            made = None
        if made is not None and self.icp is not None:
            criteria = list(self.icp.criteria)
            criteria[len(criteria) if place is None else place : len(criteria) if place is None else place + 1] = [made]
            tried = replace(self.icp, criteria=tuple(criteria))
            tally = await self.desk.ask(ideals.tally, tried, today=self.now().date(), limit=0)
            self._trial = _("then {tally}").format(tally=tally_words(tally))
        self.show()

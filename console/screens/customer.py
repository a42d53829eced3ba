"""A customer: who they are, their organization and its people, and everything they ever had, one column each."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal

from console.feed import Change
from console.screens.commands.base import Where
from console.screens.doing import Does, Targets
from console.screens.lining import Listing
from console.screens.moving import Steps
from storage.kinds import Subject
from storage.kinds.customers import CustomerView, Timeline
from storage.kinds.errors import DeskError
from widgets.bars import PaneTitle, TitleRow
from widgets.customer import organization_rows, timeline_rows, who_rows
from widgets.known import kind_words
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.look import Look
from widgets.moments import count_words
from widgets.pane import Pane, Wall
from widgets.prompt import PromptRow
from widgets.sheet import BLANK, Sheet, SheetRow, Target

_TWO_COLUMNS: Final = 76  # columns of the window from which the timeline has its own
_THREE_COLUMNS: Final = 110  # from which the organization has
_TICK: Final = 30  # seconds after which clocks are looked at
_MOST_AGAIN: Final = 1_000  # conversations that are read anew at once when something changes


class CustomerScreen(Steps, Listing, Does):
    """A customer; leaves with a conversation that is to be read, or with why there is nobody to show.

    Args:
        look: how it is drawn.
        conversation_id: whose customer is meant.
        named: else whom a word means: a number, an address, a name.

    Attributes:
        view: who is shown; `None` until they are read.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    CustomerScreen { background: $background; }
    CustomerScreen #columns { height: 1fr; }
    """

    def __init__(self, look: Look, *, conversation_id: int | None = None, named: str = "") -> None:
        super().__init__()
        self.view: CustomerView | None = None
        self.who = Sheet(look, id="who")
        self.organization = Sheet(look, id="organization")
        self.timeline = Sheet(look, id="timeline")
        self.prompt = PromptRow(look, id="prompt")
        self._walls = (Wall(look), Wall(look))
        self._title = TitleRow(look)
        self._conversation_id = conversation_id
        self._named = named
        self._person_id: int | None = None
        self._came: list[int] = []  # whom one came from, on the way to others
        self._runs = Timeline()
        self._keys = 2  # the sheet that has them, from the left

    @property
    def where(self) -> Where:
        """All columns have the same keys."""
        return "customer"

    def compose(self) -> ComposeResult:
        """Yield the columns and the last row."""
        yield self._title
        with Horizontal(id="columns"):
            yield self.who
            yield self._walls[0]
            yield self.organization
            yield self._walls[1]
            yield self.timeline
        yield self.prompt

    def on_mount(self) -> None:
        """Read who it is; keys that are typed meanwhile wait."""
        keys, always = self.ground.keymap.footer("customer")
        undo = next((one.shown for one in self.ground.keymap.commands if one.name == "undo"), "")
        self.prompt.show(sorted(keys, key=lambda pair: pair[0] == undo), always)
        self._arrange()
        self.ground.changes.subscribe(self, self._changed)
        self.set_interval(_TICK, self._draw)
        self.set_out()
        self._read()

    def panes(self) -> Sequence[Pane]:
        """Return what can be drawn over."""
        return (self.who, self._walls[0], self.organization, self._walls[1], self.timeline)

    # ------------------------------------------------------------------------------------------ reading

    def _changed(self, change: Change) -> None:
        if change.much or change.desk or change.rows or change.conversations:
            self._read()

    @work(exclusive=True, group="customer")
    async def _read(self) -> None:
        from storage.queries import customer_screen

        try:
            if self._person_id is None:
                self._person_id = await self._meant()
            size = max(customer_screen.PAGE, min(len(self._runs.conversations), _MOST_AGAIN))
            agent = self.ground.agent_id
            view = await self.desk.ask(customer_screen.read, self._person_id, size=size, agent_id=agent, now=self.now())
        except DeskError as error:
            if self.view is None:
                self.call_off()
                self.dismiss(error)
            else:
                self.say_error(error)
            return
        if not self.is_attached:  # it was left meanwhile
            return
        anew = self.view is None or self.view.person_id != view.person_id
        self.view, self._person_id, self._runs = view, view.person_id, view.timeline
        self._draw(anew=anew)
        self.arrive(self._journey)
        if anew and agent is not None:
            await self._note_look(view, agent)

    async def _note_look(self, view: CustomerView, agent: int) -> None:
        """Note what the agent has before them, so that it can be told what is new the next time."""
        from storage.commands.looking import note_look

        organization = view.organization.organization_id if view.organization else None
        try:
            await self.desk.tell(note_look, view.person_id, organization, agent_id=agent, now=self.now())
        except DeskError as error:
            self.say_error(error)

    async def _meant(self) -> int:
        from storage.queries import customers, knowing

        if self._conversation_id is not None:
            return (await self.desk.ask(knowing.customer, self._conversation_id)).person_id
        return await self.desk.ask(customers.named, Subject.PERSON, self._named)

    @on(Sheet.NearEnd)
    def _near_end(self, message: Sheet.NearEnd) -> None:
        if message.sheet is self.timeline and self._runs.goes_on:
            self._read_on(self._runs)

    @work(group="older")
    async def _read_on(self, runs: Timeline) -> None:
        """Read the next run of the timeline, unless it is there by then."""
        from storage.queries import customer_screen

        if self._person_id is None:
            return
        try:
            older = await self.desk.ask(customer_screen.timeline, self._person_id, after=runs.place)
        except DeskError as error:
            self.say_error(error)
            return
        if self._runs is runs and self.is_attached:
            self._runs = runs.then(older)
            self._draw()

    # ------------------------------------------------------------------------------------------ what is shown

    @property
    def _columns(self) -> int:
        width = self.app.size.width
        return 3 if width >= _THREE_COLUMNS else 2 if width >= _TWO_COLUMNS else 1

    def _widths(self) -> tuple[int, int, int]:
        """Return the columns of the three sheets; 0 for one whose rows stand in another."""
        width = self.app.size.width
        match self._columns:
            case 3:
                side = (width - 2) * 32 // 100
                return side, side, width - 2 - 2 * side
            case 2:
                side = (width - 1) * 48 // 100
                return side, 0, width - 1 - side
            case _:
                return width, 0, 0

    def _sheets(self) -> list[Sheet]:
        """Return the sheets that are seen, from the left."""
        return [
            (self.who, self.organization, self.timeline)[place] for place, width in enumerate(self._widths()) if width
        ]

    def _arrange(self) -> None:
        sheets = (self.who, self.organization, self.timeline)
        for sheet, width in zip(sheets, self._widths(), strict=True):
            sheet.display = width > 0
            sheet.styles.width = max(1, width)
        self._walls[0].display = self._columns > 1
        self._walls[1].display = self._columns > 2
        self._give_keys(self._keys)

    def on_resize(self) -> None:
        """Share the window out anew."""
        self._arrange()
        self._draw()
        self._draw_over()

    def _draw(self, *, anew: bool = False) -> None:
        """Lay the rows of the columns there are."""
        view = self.view
        if view is None:
            self._entitle()
            return
        now = self.now()
        first, second, third = self._widths()
        wide = second or first
        parts = [
            who_rows(view, first, now),
            organization_rows(view.organization, wide, now, view.fits),
            timeline_rows(self._runs.moments(), now, goes_on=self._runs.goes_on),
        ]
        headed = [parts[0], _headed(self._organization_called(), parts[1]), _headed(_("timeline"), parts[2])]
        if not third:
            self.who.lay([*headed[0], *headed[1], *headed[2]], anew=anew)
        elif not second:
            self.who.lay([*headed[0], *headed[1]], anew=anew)
            self.timeline.lay(parts[2], at=self._begins_at(anew=anew), anew=anew)
        else:
            self.who.lay(parts[0], anew=anew)
            self.organization.lay(parts[1], anew=anew)
            self.timeline.lay(parts[2], at=self._begins_at(anew=anew), anew=anew)
        self._entitle()

    def _begins_at(self, *, anew: bool) -> Target | None:
        """Return the conversation that one came from, where it is theirs."""
        number = self._conversation_id
        here = any(one.conversation_id == number for one in self._runs.conversations)
        return ("conversation", number) if anew and number is not None and here else None

    def _organization_called(self) -> str:
        view = self.view
        if view is None or view.organization is None:
            return _("organization")
        return one_line(view.organization.called) or f"#{view.organization.organization_id}"

    def _entitle(self) -> None:
        """Say above the columns what stands in them."""
        first, second, third = self._widths()
        view = self.view
        name = (one_line(view.called) or _("erased")) if view is not None else ""
        kind = kind_words(view.kind) if view is not None else ""
        titles = [PaneTitle(first, name, kind, self._keys == 0)]
        if second:
            count = view.organization.people_count if view is not None and view.organization is not None else 0
            people = (
                ngettext("{count} other", "{count} others", count).format(count=count_words(count)) if count else ""
            )
            titles.append(PaneTitle(second, self._organization_called() if view else "", people, self._keys == 1))
        if third:
            titles.append(PaneTitle(third, _("timeline"), self._counted(), self._keys == 2))
        self._title.show(titles)

    def _counted(self) -> str:
        view = self.view
        if view is None or not view.conversations:
            return ""
        words = ngettext("{count} conversation", "{count} conversations", view.conversations)
        opened = ngettext("{count} open", "{count} open", view.open).format(count=count_words(view.open))
        return words.format(count=count_words(view.conversations)) + (f", {opened}" if view.open else "")

    # ------------------------------------------------------------------------------------------ keys and moving

    def _give_keys(self, place: int) -> None:
        """Give the keys to a column; to the nearest one that is seen."""
        all_of_them, seen = (self.who, self.organization, self.timeline), self._sheets()
        sheet = all_of_them[place] if all_of_them[place] in seen else seen[-1 if place == 2 else 0]
        self._keys = all_of_them.index(sheet)
        for one in all_of_them:
            one.has_keys = one is sheet
        self._entitle()

    @property
    def _sheet(self) -> Sheet:
        return (self.who, self.organization, self.timeline)[self._keys]

    def action_next_column(self) -> None:
        """Go to the next column, from the last to the first."""
        self._go(1)

    def action_previous_column(self) -> None:
        """Go to the column before."""
        self._go(-1)

    def _go(self, by: int) -> None:
        seen = self._sheets()
        sheet = seen[(seen.index(self._sheet) + by) % len(seen)]
        self._give_keys((self.who, self.organization, self.timeline).index(sheet))

    @on(Pane.Clicked)
    def _pane_clicked(self, message: Pane.Clicked) -> None:
        if isinstance(message.pane, Sheet):
            self._give_keys((self.who, self.organization, self.timeline).index(message.pane))

    def step(self, by: int) -> None:
        """Go through the column that has the keys."""
        self._sheet.move(by)

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self._sheet.size.height

    def action_open(self) -> None:
        """Leave for the conversation under the cursor, or show the person under it."""
        chosen = self._sheet.chosen
        if chosen is None:
            return
        where, number = chosen
        if where == "conversation":
            self.dismiss(number)
        elif self._person_id is not None:
            self._came.append(self._person_id)
            self._turn_to(number)

    def _turn_to(self, person_id: int) -> None:
        self._person_id, self._runs = person_id, Timeline()
        self.set_out()
        self._read()

    def action_close(self) -> None:
        """Go back to whom one came from, else to where one was."""
        if self._came:
            self._turn_to(self._came.pop())
        else:
            self.dismiss(None)

    def erased_one(self, erased: bool | None) -> None:  # noqa: FBT001 - how the other screen leaves
        """Leave where the customer was erased: there is nothing to show."""
        if erased:
            self.dismiss(None)

    def customer_left(self, outcome: int | DeskError | None) -> None:
        """Leave for what was chosen on another customer's screen, which was come to from here."""
        if outcome is not None:
            self.dismiss(outcome)

    # ------------------------------------------------------------------------------------------ what is asked of it

    def targets(self) -> Targets:
        """No conversation is decided here."""
        return Targets(())

    def passed_over(self, numbers: Sequence[int]) -> None:
        """No conversation is decided here."""

    def unmark(self, numbers: Sequence[int]) -> None:
        """No conversation is decided here."""

    def written(self, *numbers: int) -> None:  # noqa: ARG002 - all of it is read
        """Read again what was written, here and below."""
        self._read()
        self.ground.wake_feed()


def _headed(words: str, rows: Sequence[SheetRow]) -> list[SheetRow]:
    """Return rows under a heading, parted from what stands above."""
    return [BLANK, SheetRow(((words, "bright"),), heading=True), *rows]

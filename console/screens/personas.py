"""The desk's personas: a list, and beside it the card of the one under the cursor."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import work
from textual.app import SuspendNotSupported

from console.screens.commands.base import Where
from console.screens.commands.offering import best
from console.screens.questions import Question
from console.screens.sheets import Sheets
from storage.kinds import AddressKind, EntryKind
from storage.kinds.errors import DeskError
from storage.kinds.personas import Persona
from widgets.choices import Choice
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.look import Look
from widgets.pane import Cover
from widgets.persona import card_rows, known_by_rows, list_rows
from widgets.sheet import SheetRow
from widgets.wrapping import wrap

_LISTS: Final = ("pains", "do", "dont", "roles", "signature")
_LINES: Final = ("name", "tone", "channel", "notes")


class PersonasScreen(Sheets):
    """The personas by name.

    Args:
        look: how they are drawn.
        named: on which one the cursor begins; empty for the first.
    """

    CSS: ClassVar[str] = "PersonasScreen { background: $background; }"

    def __init__(self, look: Look, named: str = "") -> None:
        super().__init__(look)
        self._named = named
        self._known: dict[int, Persona] = {}
        self._ideals = True
        self._went_to: int | None = None

    @property
    def where(self) -> Where:
        """There is one list that has the keys."""
        return "personas"

    @property
    def chosen(self) -> tuple[int, Persona] | None:
        """The persona under the cursor, else the one that its card is shown of."""
        at = self.list.chosen
        number = at[1] if at is not None and at[0] == "persona" else next(iter(self._known), None)
        return (number, self._known[number]) if number is not None and number in self._known else None

    @work(exclusive=True, group="personas")
    async def read(self) -> None:
        """Read the personas."""
        from storage.queries import ideals, personas

        try:
            known = await self.desk.ask(personas.personas)
            self._ideals = bool(await self.desk.ask(ideals.ideals))
            if self._named:
                self._went_to = (await self.desk.ask(personas.called, self._named))[0]
        except DeskError as error:
            self.say_error(error)
            return
        finally:
            self._named = ""
        if self.is_attached:  # it was not left meanwhile
            self._known = dict(known)
            self.show()

    def show(self) -> None:
        """Lay the list and the card."""
        first, second = self.widths
        count = len(self._known)
        aside = ngettext("{count} card", "{count} cards", count).format(count=count) if count else ""
        rows = list_rows(tuple(self._known.items()))
        if not rows:
            words = [_("No persona yet: n writes one, `plantao persona import` brings them in.")]
            if not self._ideals:  # whom one wishes for comes before how they are approached
                words.insert(0, _("An ICP comes first: g f says what you wish your customers to be."))
            rows = [SheetRow(((line, "muted"),)) for each in words for line in wrap(each, first - 2)]
        if self._went_to is not None:
            self.list.lay(rows, at=("persona", self._went_to))
            self._went_to = None
        chosen = self.chosen
        page: list[SheetRow] = []
        if chosen is not None:
            width = second or first
            page = [*card_rows(chosen[1], width), *known_by_rows(chosen[1], width)]
        title = one_line(chosen[1].name) if chosen is not None else ""
        self.lay(rows, page, ((_("Personas"), aside), (title, "")))

    def moved(self) -> None:
        """Show the card of another one."""
        self.show()

    # ------------------------------------------------------------------------------------------ doing

    async def edit_file(self) -> None:
        """Edit the card in the editor."""
        if (chosen := self.chosen) is None:
            return
        after = self._in_editor(chosen[1])
        if after is not None and after != chosen[1]:
            await self._change(chosen[0], after, _("changed"), "edit-persona")

    async def new(self, name: str) -> None:
        """Write another card: its name is asked for, the rest is written in the editor or set later."""
        from storage.commands import knowing

        name = name.strip() or await self.ask(Question(_("name of the persona"))) or ""
        if not name.strip():
            return

        def said(_given: object) -> Cover:
            return ((_("kept:"), "ok"), (f" {one_line(name)}", "text"))

        given = await self.tell(knowing.keep_entry, Persona(name), words=said, line=f"new-persona {one_line(name)}")
        if given is not None:
            self._went_to = given[0]
            self.written()

    async def set(self, line: str) -> None:
        """Set a part of the card; several lines of one are parted by semicolons."""
        if (chosen := self.chosen) is None:
            return
        number, card = chosen
        known = {word: "; ".join(getattr(card, word)) for word in _LISTS} | {
            word: getattr(card, word) for word in _LINES
        }

        async def offer(text: str) -> Sequence[Choice]:
            name, sign, value = text.partition("=")
            if not sign:
                some = ((word, Choice(f"{word}=", word, one_line(says))) for word, says in known.items())
                return best(text, some)
            channels = [str(one) for one in AddressKind] if name.strip() == "channel" else []
            return best(value, ((word, Choice(f"{name}={word}", word)) for word in channels))

        prompt = _("set for {what}").format(what=one_line(card.name))
        given = line.strip() or await self.ask(Question(prompt, offer=offer)) or ""
        if given.endswith("="):  # a part was taken of what is offered, and nothing said of it yet
            said = known.get(given[:-1].strip(), "")
            given = await self.ask(Question(prompt, f"{given}{one_line(said)}", offer=offer)) or ""
        name, sign, value = given.partition("=")
        name = name.strip()
        if not given.strip():
            return
        if not sign or name not in known:
            self.say_refusal(
                _("Write a part and what it says, as in tone=terse; there are {known}.").format(known=", ".join(known))
            )
            return
        after = replace(card, **{name: tuple(value.split(";")) if name in _LISTS else value})  # type: ignore[arg-type]
        words = (_("{field} set to {value}") if value.strip() else _("{field} emptied")).format(
            field=name, value=one_line(value)
        )
        await self._change(number, after, words, f"set {name}={one_line(value)}")

    async def drop(self) -> None:
        """Take the card away."""
        if (chosen := self.chosen) is not None:
            words = _("taken away: {name}").format(name=one_line(chosen[1].name))
            await self._change(chosen[0], None, words, "drop-persona")

    async def _change(self, number: int, after: Persona | None, words: str, line: str) -> None:
        from storage.commands import knowing

        def said(_action: int) -> Cover:
            return ((words, "ok"),)

        if await self.tell(knowing.change_entry, number, after, kind=EntryKind.PERSONA, words=said, line=line):
            self.written()

    def _in_editor(self, card: Persona) -> Persona | None:
        from console.files.editor import NotEdited
        from console.library.editing import edited_card
        from console.library.errors import FileTrouble

        try:
            with self.app.suspend():
                made = edited_card(card, {})
        except (FileTrouble, NotEdited) as trouble:
            self.say_refusal(str(trouble))
            return None
        except SuspendNotSupported:
            self.say_refusal(_("There is no terminal to give to an editor here."))
            return None
        return made if isinstance(made, Persona) else None

"""Somebody is erased: what is held on them, what names them elsewhere and is decided one by one, then the receipt."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import work

from console.screens.commands.base import Where
from console.screens.questions import Question
from console.screens.sheets import Sheets
from storage.kinds.clean import clean_line
from storage.kinds.erasing import Elsewhere, Named, Receipt, Survey
from storage.kinds.errors import DeskError, StoreTrouble
from widgets.erasing import elsewhere_words, held_words, left_alone_words, receipt_words
from widgets.language import _
from widgets.line import one_line
from widgets.look import Look
from widgets.sheet import BLANK, SheetRow
from widgets.wrapping import wrap


class ErasingScreen(Sheets):
    """What would go for ever; leaves with whether anybody was erased.

    Args:
        look: how it is drawn.
        person_id: who.
    """

    CSS: ClassVar[str] = "ErasingScreen { background: $background; }"

    def __init__(self, look: Look, person_id: int) -> None:
        super().__init__(look)
        self.survey: Survey | None = None
        self.along: set[int] = set()  # places of what names them elsewhere, and goes as well
        self.on_servers = False
        self.receipt: Sequence[str] = ()
        self._person_id = person_id
        self._under_way = False
        self._backups: list[str] = []

    @property
    def where(self) -> Where:
        """There is one list that has the keys."""
        return "erasing"

    @work(exclusive=True, group="erasing")
    async def read(self) -> None:
        """Look up what is held on them; once, as an agent agrees to what they have seen."""
        if self.survey is not None:
            return
        from console.mail.erasing import unread_naming
        from storage.queries import erasing

        try:
            survey: Survey = await self.desk.ask(erasing.survey, self._person_id)
            numbers = await asyncio.to_thread(unread_naming, self.desk.store, survey.quarantined, survey.addresses)
        except DeskError as error:
            self.say_error(error)
            return
        unread = [Elsewhere(Named.UNREAD, one, "") for one in numbers]
        path = self.desk.store.path
        self._backups = sorted(str(one) for one in path.parent.glob("desk.before-*")) if path is not None else []
        self.survey = replace(survey, elsewhere=(*survey.elsewhere, *unread))
        self.show()

    def show(self) -> None:
        """Lay what names them elsewhere, and beside it what would go; the receipt once they are gone."""
        first, second = self.widths
        survey = self.survey
        if survey is None:
            return
        if self.receipt:
            self.lay(_wrapped(self.receipt, first), (), ((_("Receipt"), ""), ("", "")))
            return
        rows = [
            SheetRow(
                (("* " if place in self.along else "· ", "late" if place in self.along else "muted"), (words, "text")),
                target=("named", place),
            )
            for place, words in enumerate(map(elsewhere_words, survey.elsewhere))
        ]
        if not rows:
            rows = [SheetRow(((_("Nothing else names them."), "muted"),))]
        told = [*held_words(survey, self.now()), *left_alone_words(survey, self._backups)]
        if survey.placed:
            told.append(_("the mail servers are asked to delete") if self.on_servers else _("kept on the mail servers"))
        page = _wrapped(told, second or first)
        page += [
            BLANK,
            *_wrapped(
                [_("Enter asks for the name, and erases for ever: it cannot be undone.")], second or first, "late"
            ),
        ]
        count = _("{filled} of {count}").format(filled=len(self.along), count=len(survey.elsewhere))
        self.lay(
            rows,
            page,
            (
                (_("Elsewhere they are named in:"), count if survey.elsewhere else ""),
                (_("What is held on {name}").format(name=one_line(clean_line(survey.name))), ""),
            ),
        )

    # ------------------------------------------------------------------------------------------ deciding

    def action_along(self) -> None:
        """Take what is under the cursor along, or leave it."""
        chosen = self.list.chosen
        if chosen is not None and chosen[0] == "named" and not self.receipt:
            self.along ^= {chosen[1]}
            self.show()

    def action_all_along(self) -> None:
        """Take all of it along, or nothing."""
        if self.survey is not None:
            everything = set(range(len(self.survey.elsewhere)))
            self.along = set() if self.along == everything else everything
            self.show()

    def action_servers(self) -> None:
        """Let the mail servers be asked to delete, or not."""
        self.on_servers = not self.on_servers
        self.show()

    def action_close(self) -> None:
        """Go back, and say whether anybody was erased; not in the midst of it, which would lose the receipt."""
        if not self._is_under_way():
            self.dismiss(bool(self.receipt))

    def _is_under_way(self) -> bool:
        """Say whether they are being erased, which takes a while on a large desk, and tell whoever asks."""
        if self._under_way:
            self.say(((_("They are being erased: the receipt comes here."), "text"),))
        return self._under_way

    async def erase(self) -> None:
        """Ask for the name, erase, write the files anew, and show the receipt."""
        survey = self.survey
        if survey is None or self.receipt or self._is_under_way():
            return
        name = clean_line(survey.name).strip()
        prompt = _("This cannot be undone. Type the name to erase:")
        given = await self.ask(Question(f"{prompt} {one_line(name)}"))
        if given is None:
            return
        if clean_line(given).strip() != name:
            self.say_refusal(_("That is not the name: nothing was erased."))
            return
        self._under_way = True
        self._is_under_way()
        try:
            await self._erase(survey)
        finally:
            self._under_way = False

    async def _erase(self, survey: Survey) -> None:
        from console.config.paths import find_paths
        from console.files.struck import strike
        from storage.commands import erasing
        from storage.queries import erasing as looking

        along = [one for place, one in enumerate(survey.elsewhere) if place in self.along]
        try:
            unread = [one.number for one in along if one.what is Named.UNREAD]
            places: list[str] = await self.desk.ask(looking.places, unread)
            lines = await asyncio.to_thread(strike, find_paths().state, survey.names)
            receipt: Receipt = await self.desk.tell(
                erasing.erase,
                survey,
                elsewhere=along,
                on_servers=self.on_servers and bool(survey.placed),
                actor=self.desk.actor,
                now=self.now(),
            )
        except DeskError as error:
            self.say_error(error)
            return
        clean = await asyncio.to_thread(self._finished)
        self.receipt = tuple(
            receipt_words(
                survey,
                receipt,
                now=self.now(),
                agent=self.desk.agent,
                lines=lines,
                backups=self._backups,
                unread=places,
                clean=clean,
            )
        )
        self.show()
        self.ground.wake_feed()

    def _finished(self) -> bool:
        """Write the files anew; say whether nothing of it is left in them."""
        from console.mail.erasing import finish

        try:
            return finish(self.desk.store) is not False
        except StoreTrouble:
            return False


def _wrapped(lines: Sequence[str], width: int, role: str = "text") -> list[SheetRow]:
    return [SheetRow(((row, role),)) for line in lines for row in wrap(line, width - 2)]  # type: ignore[arg-type]

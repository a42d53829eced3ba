"""What a period of the desk comes to, on a page."""

import asyncio
import io
import shlex
from collections.abc import Awaitable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.config.errors import ConsoleError
from console.screens.commands.base import MAIN, Command
from storage.kinds.reports import Asked
from widgets.language import _
from widgets.line import one_line
from widgets.paper import Entry

if TYPE_CHECKING:
    from console.desk import Desk
    from console.screens.main import MainScreen
    from console.screens.paper import PaperScreen


def commands() -> Sequence[Command]:
    """Return them."""
    return (
        Command(
            "report",
            ("g n",),
            "",
            _("what a period comes to; save FILE DAY DAY history of QUERY"),
            MAIN,
            report,
            "words",
            _("figures metrics sla breaches solved statistics transfers csv spreadsheet"),
            anywhere=True,
        ),
    )


def report(screen: "MainScreen", rest: str) -> Awaitable[None] | None:
    """Show a report of the last weeks, or of the days that the line says, or save it as CSV."""
    from storage.rules.reports import period

    try:
        file, rest = _file(rest)
    except ValueError:
        screen.say_refusal(_("Write where to save it: report save ~/november.csv, in quotes where it has spaces."))
        return None
    days_said, _sign, query = f" {rest} ".partition(" of ")
    words, now = days_said.split(), screen.now()
    history = "history" in words
    words = [word for word in words if word != "history"]
    try:
        days = [date.fromisoformat(word) for word in words]
    except ValueError:
        screen.say_refusal(
            _("Write the first and the last day as 2026-11-01 2026-11-30, or none; and history, or not.")
        )
        return None
    first, last = (*days, None, None)[:2]
    since, until = period(first, last, now)
    if len(days) > 2 or since >= until:
        screen.say_refusal(
            _("Write the first and the last day as 2026-11-01 2026-11-30, or none; and history, or not.")
        )
        return None
    asked = Asked(since, until, history=history, query=query.strip(), reader_id=screen.desk.agent_id)
    if file:
        return _save(screen, asked, now, screen.ground.means.folder / Path(file).expanduser())
    screen.app.push_screen(report_paper(screen.desk, asked, now))
    return None


def _file(rest: str) -> tuple[str, str]:
    """Return the file that a line names behind `save`, empty where it names none, and the rest of the line.

    Raises:
        ValueError: nothing is named behind it, or a quotation mark is not closed.
    """
    first, _sign, more = rest.strip().partition(" ")
    if first != "save":
        return "", rest
    line = io.StringIO(more)
    words = shlex.shlex(line, posix=True)
    words.whitespace_split, words.commenters = True, ""
    file = words.get_token()
    if not file:
        raise ValueError(rest)
    return file, line.read()


async def _save(screen: "MainScreen", asked: Asked, now: datetime, place: Path) -> None:
    from console.files.report_table import save_table
    from storage.queries.reports import report as read

    try:
        saved = await asyncio.to_thread(save_table, await screen.desk.ask(read, asked, now=now), now.tzinfo, place)
    except ConsoleError as error:
        screen.say_refusal(str(error))
    else:
        screen.say(((_("saved"), "ok"), (f"  {one_line(str(saved))}", "text")))


def report_paper(desk: "Desk", asked: Asked, now: datetime) -> "PaperScreen":
    """Return a pager of a report."""
    from console.screens.paper import PaperScreen

    def load() -> Iterable[Entry]:
        from storage.queries.reports import report as read
        from widgets.report import lines

        return list(lines(desk.ask_now(read, asked, now=now), now.tzinfo))

    return PaperScreen(_("Report"), load)

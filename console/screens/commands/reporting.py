"""What a period of the desk comes to, on a page."""

import asyncio
import io
import shlex
from collections.abc import Awaitable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.config.errors import ConsoleError
from console.screens.commands.base import DASHBOARD, MAIN, Command, act
from storage.kinds.reports import Asked
from widgets.language import _
from widgets.line import one_line
from widgets.paper import Entry

if TYPE_CHECKING:
    from console.desk import Desk
    from console.screens.dashboard import DashboardScreen
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
        Command(
            "dashboard",
            ("g b",),
            "",
            _("figures at a glance: DAY DAY history of QUERY"),
            MAIN,
            dashboard,
            "words",
            _("board heat peaks trends tags statistics charts hours open tier"),
            anywhere=True,
        ),
    )


def inside() -> Sequence[Command]:
    """Return what works on the dashboard, in the order of use."""
    rows = (
        (
            "behind",
            ("Enter", "l"),
            _("behind it"),
            _("open the conversations behind a figure"),
            act("open"),
        ),
        ("earlier", ("[",), _("earlier"), _("the days before"), act("earlier")),
        ("later", ("]",), _("later"), _("the days after"), act("later")),
        ("only", ("\\",), _("filter"), _("only the conversations that a query finds"), _only),
        ("close-dashboard", ("q", "h", "Esc"), _("back"), _("back to where you were"), act("close")),
        ("old-mail", ("H",), _("history"), _("with or without what came before its mailbox was live"), act("history")),
        ("copy-figures", ("y",), _("copy figures"), _("copy the figures as text"), act("yank")),
        ("to-right", ("→", "Tab"), "", _("to what stands to the right"), act("right")),
        ("to-left", ("←",), "", _("to what stands to the left"), act("left")),
    )
    return [
        Command(name, keys, word, sentence, DASHBOARD, run, "query" if name == "only" else "", hidden=True)
        for name, keys, word, sentence, run in rows
    ]


async def _only(screen: "DashboardScreen", rest: str) -> None:
    await screen.narrow(rest)


def dashboard(screen: "MainScreen", rest: str) -> None:
    """Show the dashboard of the last weeks, or of the days that the line says."""
    from console.screens.dashboard import Seen

    asked = _asked(screen, rest)
    if asked is not None:
        screen.show_dashboard(Seen(asked))


def report(screen: "MainScreen", rest: str) -> Awaitable[None] | None:
    """Show a report of the last weeks, or of the days that the line says, or save it as CSV."""
    try:
        file, rest = _file(rest)
    except ValueError:
        screen.say_refusal(_("Write where to save it: report save ~/november.csv, in quotes where it has spaces."))
        return None
    asked, now = _asked(screen, rest), screen.now()
    if asked is None:
        return None
    if file:
        return _save(screen, asked, now, screen.ground.means.folder / Path(file).expanduser())
    screen.app.push_screen(report_paper(screen.desk, asked, now))
    return None


def _asked(screen: "MainScreen", rest: str) -> Asked | None:
    """Return what a line asks for; `None` where it cannot be read, which is said."""
    from storage.rules.reports import period

    days_said, _sign, query = f" {rest} ".partition(" of ")
    words = days_said.split()
    history = "history" in words
    try:
        days = [date.fromisoformat(word) for word in words if word != "history"]
        first, last = (*days, None, None)[:2]
        since, until = period(first, last, screen.now())
    except (ValueError, OverflowError):
        days, since, until = [date.min] * 3, screen.now(), screen.now()
    if len(days) > 2 or since >= until:
        screen.say_refusal(
            _("Write the first and the last day as 2026-11-01 2026-11-30, or none; and history, or not.")
        )
        return None
    return Asked(since, until, history=history, query=query.strip(), reader_id=screen.desk.agent_id)


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

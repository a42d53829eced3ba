"""Calls an agent for what happened: by the terminal's bell and the desktop's notices, as configured."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from console.files.calling import GIVE_TITLE_BACK, KEEP_TITLE, has_titles, notice, window_title
from widgets.language import _, ngettext
from widgets.urgency import metric_sentence

if TYPE_CHECKING:
    from console.config.noticing import Notices
    from console.screens.ground import DeskApp
    from storage.queries.noticing import Notice


class Caller:
    """Looks after each change for what the agent wants to be called for.

    Args:
        app: whose desk and terminal.
        notices: what is wanted, and how.
    """

    def __init__(self, app: "DeskApp", notices: "Notices") -> None:
        self._app = app
        self._notices = notices
        self._cursor: int | None = None
        self._title = ""

    async def look(self) -> None:
        """Read what happened since the last look, and call for it; the first look only takes note of where one is."""
        from storage.kinds.errors import DeskError
        from storage.queries import history, noticing

        desk = self._app.desk
        if desk is None or not self._notices.wanted:
            return
        try:
            if self._cursor is None:
                self._cursor = await desk.ask(history.last_event)
                return
            self._cursor, found = await desk.ask(
                noticing.news,
                self._cursor,
                agent_id=desk.agent_id,
                calls=self._notices.about,
                now=self._app.clock(),
            )
        except DeskError:
            return  # the screen says what is wrong with the store
        wanted = await self._wanted(found, self._app.clock()) if found else ()
        if wanted:
            self.call(*told(wanted))

    async def _wanted(self, found: Sequence["Notice"], now: datetime) -> Sequence["Notice"]:
        """Return for what the agent is called now: in quiet hours for what presses, and only while they are on call."""
        from storage.queries import noticing

        desk = self._app.desk
        if desk is None:
            return ()
        rest = await desk.ask(noticing.rest, agent_id=desk.agent_id, now=now)
        if not rest.quiet and not self._notices.silent(now):
            return found
        return [one for one in found if one.call in noticing.WAKING] if rest.on_call else ()

    def entitle(self, title: str) -> None:
        """Let the window say something in its title, until the console is left."""
        if not self._notices.title or title == self._title or not has_titles(os.environ):
            return
        keep = "" if self._title else KEEP_TITLE
        self._title = title
        self._write(keep + window_title(title))

    def leave(self) -> None:
        """Give the window the title back that it had."""
        if self._title:
            self._write(GIVE_TITLE_BACK)

    def call(self, title: str, text: str) -> None:
        """Write one notice to the terminal, between two frames."""
        made = notice(
            title,
            text,
            bell=self._notices.bell,
            desktop=self._notices.desktop,
            through_tmux=self._app.means.clipboard == "tmux",
        )
        self._write(made)

    def _write(self, made: str) -> None:
        driver = self._app._driver  # noqa: SLF001 - Textual has no way for what is not drawn
        if driver is not None and made:
            driver.write(made)
            driver.flush()


def told(found: Sequence["Notice"]) -> tuple[str, str]:
    """Return the title and the text of a notice: one thing in full, several as a count."""
    if len(found) > 1:
        count = len(found)
        return "Plantão", ngettext("{count} thing new", "{count} things new", count).format(count=count)
    one = found[0]
    words = {
        "mine": _("{who} wrote"),
        "assigned": _("{who} gave you this"),
        "failed": _("not sent"),
        "late": _("{metric} is late").format(metric=metric_sentence(one.metric)) if one.metric else "",
        "consult": _("{who} has not answered in time"),
        "handoff": _("{who} hands you this") if one.who else _("nobody accepted it: now you are asked"),
    }[one.call].format(who=one.who or _("somebody"))
    return f"#{one.conversation_id} {words}", one.subject

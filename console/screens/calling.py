"""Calls an agent for what happened: by the terminal's bell and the desktop's notices, as configured."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.files.calling import notice
from widgets.language import _, ngettext

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
                noticing.news, self._cursor, agent_id=desk.agent_id, calls=self._notices.about
            )
        except DeskError:
            return  # the screen says what is wrong with the store
        if found and not self._notices.silent(self._app.clock()):
            self.call(*told(found))

    def call(self, title: str, text: str) -> None:
        """Write one notice to the terminal, between two frames."""
        made = notice(
            title,
            text,
            bell=self._notices.bell,
            desktop=self._notices.desktop,
            through_tmux=self._app.means.clipboard == "tmux",
        )
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
    }[one.call].format(who=one.who or _("somebody"))
    return f"#{one.conversation_id} {words}", one.subject

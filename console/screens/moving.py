"""The keys that move, in whichever pane has them."""

from typing import TYPE_CHECKING

from widgets.conversation import ConversationPane
from widgets.queue import Queue

if TYPE_CHECKING:
    from console.screens.ground import DeskApp


class Moves:
    """The moving actions of a screen with panes."""

    _g_at = -1

    if TYPE_CHECKING:

        @property
        def ground(self) -> DeskApp:
            """The app."""

    def pane(self) -> Queue | ConversationPane:
        """Return the pane that has the keys."""
        raise NotImplementedError

    def action_down(self) -> None:
        """Go down in the pane that has the keys."""
        self.pane().action_down()

    def action_up(self) -> None:
        """Go up."""
        self.pane().action_up()

    def action_half_down(self) -> None:
        """Go half a page down."""
        self.pane().action_half_down()

    def action_half_up(self) -> None:
        """Go half a page up."""
        self.pane().action_half_up()

    def action_page_down(self) -> None:
        """Go a page down."""
        self.pane().action_page_down()

    def action_page_up(self) -> None:
        """Go a page up."""
        self.pane().action_page_up()

    def action_top(self) -> None:
        """Go to the first one."""
        self.pane().action_top()

    def action_bottom(self) -> None:
        """Go to the last one."""
        self.pane().action_bottom()

    def action_go(self) -> None:
        """Go to the first one at the second ``g``; Textual has no chords."""
        if self._g_at == self.ground.keys_pressed - 1:
            self._g_at = -1
            self.action_top()
        else:
            self._g_at = self.ground.keys_pressed

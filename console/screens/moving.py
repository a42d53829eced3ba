"""The keys that move, in whichever pane has them."""

from widgets.conversation import ConversationPane
from widgets.queue import Queue


class Moves:
    """The moving actions of a screen with panes."""

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

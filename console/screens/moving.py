"""The keys that move: in whichever pane has them, or row by row and page by page where there is one list or page."""

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


_FAR = 1_000_000_000  # rows: more than any list has


class Steps:
    """The moving actions of a screen with one list, or one page."""

    def step(self, by: int) -> None:
        """Go so many rows down, up when negative."""
        raise NotImplementedError

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        raise NotImplementedError

    def action_down(self) -> None:
        """Go a row down."""
        self.step(1)

    def action_up(self) -> None:
        """Go a row up."""
        self.step(-1)

    def action_half_down(self) -> None:
        """Go half a page down."""
        self.step(max(1, self.rows_shown() // 2))

    def action_half_up(self) -> None:
        """Go half a page up."""
        self.step(-max(1, self.rows_shown() // 2))

    def action_page_down(self) -> None:
        """Go a page down, one row of it still seen."""
        self.step(max(1, self.rows_shown() - 1))

    def action_page_up(self) -> None:
        """Go a page up."""
        self.step(-max(1, self.rows_shown() - 1))

    def action_top(self) -> None:
        """Go to the first row."""
        self.step(-_FAR)

    def action_bottom(self) -> None:
        """Go to the last row."""
        self.step(_FAR)

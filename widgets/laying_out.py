"""Where everything on a screen stands: what stands elsewhere than it was painted is painted anew, whoever asked first.

A question of where a widget is has Textual lay the screen out before its turn; the layout that follows then finds
nothing changed, paints nothing, and tells no widget of its new size.
"""

from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual.geometry import Size
from textual.widget import Widget


class Layout(Compositor):
    """A compositor that compares a layout with the one that was painted last."""

    def __init__(self) -> None:
        super().__init__()
        self._painted: CompositorMap = self._full_map

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay the screen out, and mark what stands elsewhere now to be painted."""
        self._full_map = self._painted
        result = super().reflow(parent, size)
        self._painted = self._full_map
        return result

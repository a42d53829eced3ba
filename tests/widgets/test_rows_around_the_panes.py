"""The rows around the panes: what gives way first where they have no room for all."""

import pytest
from textual.app import App

from widgets.bars import BRAND, StatusRow, ViewLabel
from widgets.look import Look

NAMES = ("Mine 5", "Unassigned 22", "All 46", "Settled 129", "Spam 0", "Faturas 4")


@pytest.mark.parametrize(
    ("width", "brand", "whole"),
    [(120, True, True), (92, True, True), (90, False, True), (82, False, True), (80, False, False)],
)
async def test_the_brand_gives_way_before_the_names_of_views_do(width, brand, whole):
    class Frame(App[None]):
        def compose(self):
            yield StatusRow(Look("dark"))

    app = Frame()
    async with app.run_test(size=(width, 4)):
        row = app.query_one(StatusRow)
        labels = [ViewLabel(str(key), *name.split(), key == 1) for key, name in enumerate(NAMES, 1)]
        row.show(labels, [("09:32", "muted")])
        said = row.render_line(0).text
        assert (BRAND in said) == brand
        assert all(f"{key} {name}" in said for key, name in enumerate(NAMES, 1)) == whole
        assert said.rstrip().endswith("09:32")

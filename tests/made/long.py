"""Which tests take long, as was measured once: `make long` measures anew."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

LIST = Path(__file__).parent.parent / "long.txt"
LONG = 0.6  # seconds for one set of values, of the clock on the wall
_spent: dict[str, float] = defaultdict(float)


def name_of(node: str) -> str:
    """Return a test's file and name, without the values it is given."""
    return node.partition("[")[0]


def names() -> frozenset[str]:
    """Return the tests that `make check` leaves to `make test`, as they take long."""
    return frozenset(LIST.read_text(encoding="utf-8").splitlines())


def measure(report: pytest.TestReport) -> None:
    """Add up what a test takes, with its fixtures."""
    _spent[report.nodeid] += report.duration


def keep(session: Any) -> None:
    """Write the list anew, once every test has run."""
    found = {name_of(node) for node, spent in _spent.items() if spent > LONG}
    LIST.write_text("".join(f"{name}\n" for name in sorted(found)), encoding="utf-8")

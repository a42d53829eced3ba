"""Which tests take long, as was measured once: `make long` measures anew."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LIST = ROOT / "tests" / "long.txt"
LONG = 0.6  # seconds for one set of values, of the clock on the wall
WHOLE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_spent: dict[str, float] = defaultdict(float)
_unsure: set[str] = set()


def name_of(node: str) -> str:
    """Return a test's file and name, without the values it is given."""
    return node.partition("[")[0]


def names() -> frozenset[str]:
    """Return the tests that `make check` leaves to `make test`, as they take long."""
    return frozenset(LIST.read_text(encoding="utf-8").splitlines())


def is_there(name: str) -> bool:
    """Tell whether a test of that name is in its file."""
    file, _, test = name.rpartition("::")
    path = ROOT / file.partition("::")[0]
    return path.is_file() and bool(re.search(rf"def {re.escape(test)}\(", path.read_text(encoding="utf-8")))


def measure(report: pytest.TestReport) -> None:
    """Add up what a test takes, with its fixtures; one that was skipped or failed does not show what it takes."""
    _spent[report.nodeid] += report.duration
    if not report.passed:
        _unsure.add(report.nodeid)


def keep(exitstatus: int) -> None:
    """Write the list anew, once every test has run; what this run could not measure stays as it was listed."""
    if exitstatus not in WHOLE:
        return
    measured = {node: spent for node, spent in _spent.items() if node not in _unsure}
    found = {name_of(node) for node, spent in measured.items() if spent > LONG}
    known = {name_of(node) for node in measured} - {name_of(node) for node in _unsure}
    found |= {name for name in names() - known if is_there(name)}
    LIST.write_text("".join(f"{name}\n" for name in sorted(found)), encoding="utf-8")

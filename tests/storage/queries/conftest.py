"""What the tests of queries share: statements counted, and the plans of SQLite looked at."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event


@pytest.fixture
def watched(store):
    """A context in which every statement of the store is noted: (text, parameters)."""

    @contextmanager
    def watch() -> Iterator[list]:
        seen: list = []

        def note(_connection, _cursor, statement, parameters, _context, _many):
            seen.append((statement, parameters))

        event.listen(store.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(store.engine, "before_cursor_execute", note)

    return watch

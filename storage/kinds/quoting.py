"""How a name is written in a query so that it is read again as it was: in quotes, a quote inside it twice."""

import re
from typing import Final

_NEEDS: Final = re.compile(r'[\s()"]')


def in_quotes(value: str) -> str:
    """Return a name as the value of a field, in quotes."""
    return '"' + value.replace('"', '""') + '"'


def as_value(value: str) -> str:
    """Return a name as the value of a field, in quotes where it would not be one word without them."""
    return in_quotes(value) if _NEEDS.search(value) else value

"""Many numbers in one statement, which stays the same however many they are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, func, literal_column, select


def listed(connection: Connection, numbers: Sequence[int]) -> Any:
    """Return many numbers as one value to be `in_`, so that the statement stays the same however many they are."""
    if connection.dialect.name == "sqlite":
        text: Any = bindparam("numbers", "[" + ",".join(map(str, numbers)) + "]", unique=True)
        return select(literal_column("value")).select_from(func.json_each(text))
    array: Any = bindparam("numbers", list(numbers), type_=ARRAY(BigInteger), unique=True)
    return select(func.unnest(array))

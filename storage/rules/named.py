"""Looking for somebody's names and addresses in what is kept: as whole words, however they are written there."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

LEAST: Final = 4
"""Letters from which a name is looked for where it is not said whose it is."""

_RUN: Final = re.compile(r"[a-z0-9]+")
_HINT: Final = 3  # letters of ASCII that a database can look for by itself, whatever it knows of others


def names_of(addresses: Iterable[str], called: Iterable[str]) -> tuple[str, ...]:
    """Return what somebody is looked for by: addresses, and names of two words or more; one word is anybody's."""
    names = (" ".join(one.split()) for one in called)
    found = (*addresses, *(one for one in names if " " in one))
    return tuple(dict.fromkeys(folded(one) for one in found if len(one) >= LEAST))


def folded(text: str) -> str:
    """Return a text as it is compared: composed, and without capitals."""
    return unicodedata.normalize("NFC", text).casefold()


class Names:
    """Names and addresses that are looked for.

    Args:
        names: as `names_of` gives them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        words = (r"\s+".join(map(re.escape, one.split())) for one in self.names)
        # `ana@acme.example` stands neither in `mariana@acme.example` nor in `ana@acme.example.br`.
        self._pattern = re.compile(rf"(?<![\w.+-])(?:{'|'.join(words)})(?![\w-]|\.\w)") if self.names else None

    def __bool__(self) -> bool:
        return bool(self.names)

    def stand_in(self, *values: Any) -> bool:
        """Say whether one of them stands in texts, or in the texts of lists and mappings."""
        if self._pattern is None:
            return False
        return self._pattern.search(folded("\n".join(texts_in(values)))) is not None

    @property
    def hints(self) -> tuple[str, ...]:
        """Small letters of ASCII, one of which stands in every text that they stand in; empty where there are none.

        Databases fold other letters each in its own way, so they are asked for these alone.
        """
        found = []
        for one in self.names:
            longest = max(_RUN.findall(one), key=len, default="")
            if len(longest) < _HINT:
                return ()
            found.append(longest)
        return tuple(dict.fromkeys(found))


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts that a value as JSON has them holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)

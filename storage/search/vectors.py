"""PostgreSQL's side of the index: a message as a `tsvector`, made by us so that both engines know the same words.

The weights tell the columns apart: A subject, B author, C body and names of files, D recipients. A stem has a
sign before it that no word has, and no position.
"""

from collections.abc import Mapping

from storage.kinds.clean import folded
from storage.rules.stemming import words_of

STEM = "~"
"""What stands before a stem."""

_WEIGHTS = {"subject": "A", "author": "B", "files": "C", "recipients": "D", "body": "C"}
_LONGEST = 500  # characters of a lexeme: PostgreSQL allows 2,046 bytes
_LAST = 16_383  # the greatest position that PostgreSQL keeps
_PLACES = 255  # positions that it keeps for one lexeme
_BYTES = 700_000  # a vector may have a megabyte in all


def lexeme(word: str) -> str:
    """Return a word as the vectors know it; there is no sign in it that would have to be quoted."""
    return folded(word)[:_LONGEST]


def vector(columns: Mapping[str, str]) -> str:
    """Return the text of a `tsvector`; of a text too long for one, as much of it as fits.

    Args:
        columns: the words of a message by column of the index.
    """
    places: dict[str, list[str]] = {}
    at = size = 0
    for column, weight in _WEIGHTS.items():
        at += 1  # a gap, so that no phrase reaches from one column into the next
        for word in words_of(columns[column]):
            at += 1
            each = lexeme(word)
            known = places.get(each)
            if known is None:
                size += len(each.encode()) + 8
                if size > _BYTES:
                    break
                known = places[each] = []
            if len(known) < _PLACES:
                size += 2
                known.append(f"{min(at, _LAST)}{weight}")
    written = [f"'{each}':{','.join(known)}" for each, known in places.items()]
    for stem in columns["stems"].split():
        size += len(stem.encode()) + 8
        if size > _BYTES:
            break
        written.append(f"'{STEM}{stem[:_LONGEST]}'")
    return " ".join(written)

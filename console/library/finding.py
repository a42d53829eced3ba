"""Responses found while typing: shortcode first, then title, then words of the text, then what fits the conversation.

All of it is in memory and folded once, so that a key asks no store. Each letter more looks only among what the letters
before it found; misspelled shortcodes and titles are looked for by rapidfuzz, where little else was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from storage.kinds.clean import folded
from storage.kinds.responses import ResponseView

_FEW: Final = 8  # with fewer than so many, misspelled ones are looked for
_ALIKE: Final = 70.0  # of 100, by rapidfuzz's ratio
_SHORTEST_GUESS: Final = 3  # letters that are needed for a guess
_KEPT: Final = 12  # earlier beginnings whose finds are remembered

# Tiers, the best first.
_EXACT, _BEGINS, _INSIDE, _TITLE, _TITLE_INSIDE, _TAG, _GUESSED, _BODY = range(8)


@dataclass(frozen=True, slots=True)
class Found:
    """A response that was found.

    Attributes:
        lit_shortcode, lit_title: where in them the words stand: (start, end).
        fit: how well it fits the conversation, from 0 to 1.
    """

    view: ResponseView
    lit_shortcode: tuple[tuple[int, int], ...] = ()
    lit_title: tuple[tuple[int, int], ...] = ()
    fit: float = 0.0


class Library:
    """The responses that an agent has, ready to be looked through.

    Args:
        views: one's own before the team's, as `storage.queries.responses` gives them.
    """

    def __init__(self, views: Sequence[ResponseView]) -> None:
        self.views = tuple(views)
        self._codes = [one.canned.shortcode for one in self.views]
        self._titles = [folded(one.canned.title) for one in self.views]
        self._tags = [folded(" ".join(one.canned.tags)) for one in self.views]
        self._bodies: list[str] | None = None
        self._earlier: dict[str, dict[int, int]] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.views)

    def find(
        self, typed: str, *, fits: Mapping[int, float] | None = None, language: str = "", limit: int = 50
    ) -> list[Found]:
        """Return the best responses for what was typed so far, the best first.

        Args:
            typed: any case and accents; several words must all be there.
            fits: how well responses fit the conversation, by number (`storage.queries.fitting`).
            language: ``pt``, ``es`` or ``en``: those that the customer reads come before equals.
            limit: how many.
        """
        words = folded(typed).removeprefix(";").split()
        found = self._tiers(words)
        fits = fits or {}

        def order(place: int) -> tuple[int, bool, float, int, int]:
            view = self.views[place]
            code = self._codes[place]
            foreign = bool(language) and view.canned.language[:2] != language
            near = len(code) if found[place] <= _INSIDE else 0
            return found[place], foreign, -fits.get(view.response_id, 0.0), near, place

        return [self._found(place, words, fits) for place in nsmallest(limit, found, key=order)]

    def _tiers(self, words: Sequence[str]) -> dict[int, int]:
        """Return the places of what was found, each with its tier."""
        if not words:
            return dict.fromkeys(range(len(self.views)), _BODY)
        asked = " ".join(words)
        if asked in self._earlier:
            return self._earlier[asked]
        among: Sequence[int] | range = range(len(self.views))
        for size in range(len(asked) - 1, 0, -1):
            if (before := self._earlier.get(asked[:size])) is not None:
                among = [place for place, tier in before.items() if tier != _GUESSED]
                break
        found = self._looked_through(words, asked, among)
        if len(found) < _FEW and len(asked) >= _SHORTEST_GUESS:
            for place in self._guessed(asked):
                found.setdefault(place, _GUESSED)
        while len(self._earlier) >= _KEPT:
            del self._earlier[next(iter(self._earlier))]
        self._earlier[asked] = found
        return found

    def _looked_through(self, words: Sequence[str], asked: str, among: Sequence[int] | range) -> dict[int, int]:
        codes, titles, tags, bodies = self._codes, self._titles, self._tags, self._folded_bodies()
        found: dict[int, int] = {}
        begun, inside = asked.replace(" ", "-"), f" {words[0]}"
        for place in among:
            code, title = codes[place], titles[place]
            if begun in code:
                found[place] = _EXACT if code == begun else _BEGINS if code.startswith(begun) else _INSIDE
            elif all(word in title for word in words):
                found[place] = _TITLE if title.startswith(words[0]) or inside in title else _TITLE_INSIDE
            elif all(word in tags[place] for word in words):
                found[place] = _TAG
            else:
                body = bodies[place]
                if all(word in body or word in title or word in code for word in words):
                    found[place] = _BODY
        return found

    def _guessed(self, asked: str) -> list[int]:
        from rapidfuzz import fuzz, process

        near: list[tuple[float, int]] = []
        for names in (self._codes, self._titles):
            for _name, score, place in process.extract(
                asked, names, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_FEW
            ):
                near.append((-score, place))
        return [place for _score, place in sorted(near)]

    def _folded_bodies(self) -> list[str]:
        if self._bodies is None:
            self._bodies = [folded(one.canned.body) for one in self.views]
        return self._bodies

    def _found(self, place: int, words: Sequence[str], fits: Mapping[int, float]) -> Found:
        view = self.views[place]
        return Found(
            view,
            lit(view.canned.shortcode, ["-".join(words), *words]),
            lit(view.canned.title, words),
            fits.get(view.response_id, 0.0),
        )


def lit(text: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return where words stand in a text, whatever its case and accents, apart and in order."""
    signs = [folded(sign) for sign in text]
    plain = "".join(signs)
    starts: list[int] = []  # of each folded letter, the place in the text
    for place, sign in enumerate(signs):
        starts += [place] * len(sign)
    held: set[int] = set()
    for word in words:
        at = plain.find(word) if word else -1
        if at >= 0:
            held.update(starts[at : at + len(word)])
    runs: list[tuple[int, int]] = []
    for place in sorted(held):
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return tuple(runs)

"""Responses found while typing: shortcode first, then title, then words of the text, then what fits the conversation.

What fits is what answered similar mail, and then what customers of the same segment get. All of it is in memory and
folded once, so that a key asks no store. Each letter more looks only among what the letters before it found; misspelled
shortcodes and titles are looked for by rapidfuzz, where little else was found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from storage.kinds.clean import folded
from storage.kinds.responses import ResponseView

_FEW: Final = 8  # with fewer than so many, misspelled ones are looked for
_ALIKE: Final = 70.0  # of 100, by rapidfuzz's ratio
_SHORTEST_GUESS: Final = 3  # letters that are needed for a guess
_SHORTEST_IN_TEXTS: Final = 3  # fewer letters are looked for in shortcodes, titles and tags alone
_KEPT: Final = 12  # earlier beginnings whose finds are remembered

# Tiers, the best first.
_EXACT, _BEGINS, _INSIDE, _TITLE, _TITLE_INSIDE, _TAG, _GUESSED, _BODY = range(8)


@dataclass(frozen=True, slots=True)
class Found:
    """A response that was found.

    Attributes:
        lit_shortcode, lit_title: where in them the words stand: (start, end).
        fit: how well it fits the conversation, from 0 to 1.
        suit: how much it is used for customers of the same segment, from 0 to 1.
    """

    view: ResponseView
    lit_shortcode: tuple[tuple[int, int], ...] = ()
    lit_title: tuple[tuple[int, int], ...] = ()
    fit: float = 0.0
    suit: float = 0.0


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
        heads = zip(self._codes, self._titles, self._tags, strict=True)
        self._heads = ["\n".join(head) for head in heads]
        self._wholes: list[str] | None = None
        self._earlier: dict[str, dict[int, int]] = {}
        self._spoken = frozenset(one.canned.language[:2] for one in self.views)

    def prepared(self) -> "Library":
        """Fold all texts now, away from the keys, and return it."""
        self._whole_texts()
        return self

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.views)

    def find(
        self,
        typed: str,
        *,
        fits: Mapping[int, float] | None = None,
        suits: Mapping[int, float] | None = None,
        languages: Sequence[str] = (),
        limit: int = 50,
    ) -> list[Found]:
        """Return the best responses for what was typed so far, the best first.

        Args:
            typed: any case and accents; several words must all be there.
            fits: how well responses fit the conversation, by number (`storage.queries.fitting`).
            suits: how much they are used for customers of the same segment, by number; where both fit as well.
            languages: ``pt``, ``es`` or ``en``, the best first: those in the first of them that there are any in come
                before others, unless a shortcode says it.
            limit: how many.
        """
        words = folded(typed).removeprefix(";").split()
        found = self._tiers(words)
        fits, suits = fits or {}, suits or {}
        language = next((one for one in languages if one in self._spoken), "")

        def foreign(place: int) -> bool:
            return bool(language) and self.views[place].canned.language[:2] != language

        def order(place: int) -> tuple[bool, float, float, int, int]:
            view = self.views[place]
            near = len(self._codes[place]) if found[place] <= _INSIDE else 0
            return foreign(place), -fits.get(view.response_id, 0.0), -suits.get(view.response_id, 0.0), near, place

        tiers: list[list[int]] = [[] for _tier in range(2 * (_BODY + 1))]
        for place, tier in found.items():  # a shortcode is the same in all languages, a word of a title is of one
            tiers[tier + (_BODY + 1 if tier > _INSIDE and foreign(place) else 0)].append(place)
        best: list[int] = []
        for some in tiers:  # the order inside a tier is only asked for where it is seen
            if len(best) < limit:
                best += nsmallest(limit - len(best), some, key=order)
        return [self._found(place, words, fits, suits) for place in best]

    def _tiers(self, words: Sequence[str]) -> dict[int, int]:
        """Return the places of what was found, each with its tier."""
        if not words:
            return dict.fromkeys(range(len(self.views)), _BODY)
        asked = " ".join(words)
        if asked in self._earlier:
            return self._earlier[asked]
        among: Sequence[int] | range = range(len(self.views))
        for size in range(len(asked) - 1, _SHORTEST_IN_TEXTS - 1, -1):
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
        codes, titles, tags = self._codes, self._titles, self._tags
        # One look at all that is said sorts most of them out. One or two letters stand in every text: not there.
        wholes = self._whole_texts() if len(asked) >= _SHORTEST_IN_TEXTS else self._heads
        if len(words) == 1:
            (only,) = words
            held = [place for place in among if only in wholes[place]]
        else:
            held = [place for place in among if all(word in wholes[place] for word in words)]
        found: dict[int, int] = {}
        begun, inside = asked.replace(" ", "-"), f" {words[0]}"
        for place in held:
            code, title = codes[place], titles[place]
            if begun in code:
                found[place] = _EXACT if code == begun else _BEGINS if code.startswith(begun) else _INSIDE
            elif all(word in title for word in words):
                found[place] = _TITLE if title.startswith(words[0]) or inside in title else _TITLE_INSIDE
            else:
                found[place] = _TAG if all(word in tags[place] for word in words) else _BODY
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

    def _whole_texts(self) -> list[str]:
        if self._wholes is None:
            heads = zip(self._heads, self.views, strict=True)
            self._wholes = [f"{head}\n{folded(one.canned.body)}" for head, one in heads]
        return self._wholes

    def _found(self, place: int, words: Sequence[str], fits: Mapping[int, float], suits: Mapping[int, float]) -> Found:
        view = self.views[place]
        return Found(
            view,
            lit(view.canned.shortcode, ["-".join(words), *words]),
            lit(view.canned.title, words),
            fits.get(view.response_id, 0.0),
            suits.get(view.response_id, 0.0),
        )


def in_language(views: Sequence[ResponseView], languages: Iterable[str]) -> ResponseView | None:
    """Return the first response in the first of these languages that there is one in, else the first of all.

    Args:
        views: of one shortcode; `None` is returned where there are none.
        languages: as ``pt`` or ``pt_BR``, the best first; one of two letters stands for all its kinds.
    """
    for language in languages:
        for one in views:
            if language and one.canned.language[:2] == language[:2]:
                return one
    return views[0] if views else None


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

"""Words as the search index knows them: apart, folded, and brought to their stems in three languages."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache, partial

import Stemmer

from storage.kinds.clean import folded
from storage.kinds.remembered import Remembered
from storage.rules.word import WORD

_ALGORITHMS = {"pt": "portuguese", "es": "spanish", "en": "english"}

LANGUAGES = tuple(_ALGORITHMS)
"""The languages whose words are brought to their stems."""

_LOST_ACCENTS = {
    # Endings that the stemmers know only with their accents, as people leave them out.
    "pt": (
        ("cao", "ção"),
        ("coes", "ções"),
        ("encia", "ência"),
        ("encias", "ências"),
        ("ancia", "ância"),
        ("ancias", "âncias"),
        ("avel", "ável"),
        ("aveis", "áveis"),
        ("ivel", "ível"),
        ("iveis", "íveis"),
    ),
    "es": (("cion", "ción"), ("sion", "sión"), ("logia", "logía"), ("logias", "logías")),
    "en": (),
}
_BARE = {language: tuple(bare for bare, _ in endings) for language, endings in _LOST_ACCENTS.items()}
_REMEMBERED = 100_000  # pieces of text, of each language: some 15 MB when all are there
_LEARNT_AT_ONCE = 1_000  # pieces; a person's message has some tens that are new
_POINTS = ".,;:!?()[]<>\"'*-"  # stand around words, and are in none
_SHORTEST = 3  # letters of a word that can have another form worth finding
_LONGEST = 40  # what is longer is no word of a language


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case, with their accents, in their order."""
    return WORD.findall(composed(text).lower())


def composed(text: str) -> str:
    """Return `text` with letters and their accents as one sign each, as the stemmers know them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def stems(text: str, language: str) -> str:
    """Return the stems of the words of `text`, without accents, each once, those equal to their word left out.

    A query's word is looked for as itself and as its stems, among the words of the text and among its stems:
    a word that is its own stem is found in the text.

    Args:
        text: subject and body, clean.
        language: ``pt``, ``es``, ``en``; anything else takes the stems of all three.
    """
    pieces = text.split()  # no word goes over white space
    found: set[str] = set()
    for name in (language,) if language in _ALGORITHMS else LANGUAGES:
        table = _STEMS[name]
        known = list(map(table.get, pieces))
        found.update(filter(None, known))
        if None in known:
            fresh = list(dict.fromkeys([piece for piece, one in zip(pieces, known, strict=True) if one is None]))
            plain = _stems_in_each(fresh[:_LEARNT_AT_ONCE], name)
            table.learn(plain)
            found.update(plain.values())
            found.update([table[piece] for piece in fresh if piece not in plain])
    if "\n" in "".join(found):
        found = set("\n".join(found).split("\n"))
    found.discard("")
    return " ".join(sorted(found))


def _stems_in_each(pieces: list[str], language: str) -> dict[str, str]:
    """Return what `_stems_in` says of each piece that is plainly one word; all at once costs a quarter.

    No letter changes another over a line end, neither in lower case nor composed nor folded.
    """
    words = composed("\n".join([piece.strip(_POINTS) for piece in pieces])).lower().split("\n")
    ends = _BARE[language]
    plain = {
        piece: word
        for piece, word in zip(pieces, words, strict=True)
        if _SHORTEST <= len(word) <= _LONGEST and word.isalpha() and not word.endswith(ends)
    }
    if not plain:
        return {}
    bare = folded("\n".join(plain.values())).split("\n")
    stemmed = folded("\n".join(_stemmer(language).stemWords(list(plain.values())))).split("\n")
    return {piece: stem if stem != word else "" for piece, word, stem in zip(plain, bare, stemmed, strict=True)}


def _stems_in(piece: str, language: str) -> str:
    """Return the stems of the words of text without white space, a line for each; mostly it is one word."""
    bare = piece.strip(_POINTS)
    if bare != piece:
        return _STEMS[language][bare]
    if piece.isalpha():
        return " ".join(_stems_of(composed(piece).lower(), language))
    return "\n".join(filter(None, [" ".join(_stems_of(word, language)) for word in words_of(piece)]))


_STEMS = {language: Remembered(partial(_stems_in, language=language), most=_REMEMBERED) for language in _ALGORITHMS}


@lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[str, ...]:
    """Return what to look for when a query says `word`: itself, folded, then its stems in every language."""
    word = composed(word).lower()
    found = dict.fromkeys([folded(word)])
    for language in LANGUAGES:
        found.update(dict.fromkeys(_stems_of(word, language)))
    return tuple(found)


def _stems_of(word: str, language: str) -> tuple[str, ...]:
    """Return the stems of a word in lower case, folded after stemming, without the word itself."""
    if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
        return ()
    stemmer = _stemmer(language)
    bare = folded(word)
    if not word.endswith(_BARE[language]):
        stem = folded(stemmer.stemWord(word))
        return (stem,) if stem != bare else ()
    found = {folded(stemmer.stemWord(form)) for form in _with_accents(word, language)}
    return tuple(sorted(found - {bare}))


def _with_accents(word: str, language: str) -> Iterable[str]:
    yield word
    if word.isascii():
        for bare, accented in _LOST_ACCENTS[language]:
            if word.endswith(bare):
                yield word[: -len(bare)] + accented


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_ALGORITHMS[language], 0)  # our own cache holds what is done with the stem, too

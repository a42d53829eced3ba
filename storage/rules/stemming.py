"""Words as the search index knows them: apart, folded, and brought to their stems in three languages."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import Stemmer

from storage.kinds.clean import folded
from storage.rules.query import WORD

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
_KNOWN: dict[str, dict[str, str]] = {language: {} for language in _ALGORITHMS}
_REMEMBERED = 200_000  # words of each language
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
    words = set(words_of(text))
    found: set[str] = set()
    for name in (language,) if language in _ALGORITHMS else LANGUAGES:
        known = _KNOWN[name]
        if len(known) > _REMEMBERED:
            known.clear()
        for word in words:
            joined = known.get(word)
            if joined is None:
                joined = known[word] = " ".join(_stems_of(word, name))
            if joined:
                found.add(joined)
    return " ".join(sorted(found))


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
    found = {folded(stemmer.stemWord(form)) for form in _with_accents(word, language)}
    return tuple(sorted(found - {folded(word)}))


def _with_accents(word: str, language: str) -> Iterable[str]:
    yield word
    if word.isascii():
        for bare, accented in _LOST_ACCENTS[language]:
            if word.endswith(bare):
                yield word[: -len(bare)] + accented


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_ALGORITHMS[language], 0)  # our own cache holds what is done with the stem, too

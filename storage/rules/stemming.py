"""Words as the search index knows them: apart, folded, and brought to their stems in three languages."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import Stemmer

from storage.kinds.clean import UPPER_CONTROLS, WESTERN, as_western, folded
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
_REMEMBERED = 100_000  # words, of each language: some 12 MB when all are there
_LEARNT_AT_ONCE = 1_000  # words; a person's message has some tens that are new
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
    words = _different_words(text)
    found: set[str | None] = set()
    for name in (language,) if language in _ALGORITHMS else LANGUAGES:
        table = _STEMS[name]
        found.update(map(table.get, words))
        if None in found:
            found.discard(None)
            found.update(_learnt([word for word in words if word not in table], name))
    found.discard("")
    return " ".join(sorted(found))  # type: ignore[arg-type] # there is no `None` in it any more


def _different_words(text: str) -> set[str]:
    """Return each of `words_of` once; what Windows-1252 can write is lowered and parted as bytes, in far less time."""
    western = as_western(text)
    if western is None:
        return set(words_of(text))
    parted = western.translate(_PARTED)
    codec = WESTERN if len(parted.translate(None, UPPER_CONTROLS)) != len(parted) else "latin-1"
    return set(parted.decode(codec).split())


def _parted() -> bytes:
    """Return what each byte of Windows-1252 is in lower case, a blank where it stands in no word.

    None of its signs is composed of others or with one another.
    """
    signs = [bytes([byte]).decode(WESTERN, "replace") for byte in range(256)]
    return b"".join([sign.lower().encode(WESTERN) if WORD.fullmatch(sign) else b" " for sign in signs])


_PARTED = _parted()
_STEMS: dict[str, dict[str, str]] = {language: {} for language in _ALGORITHMS}
"""For each language the stems of words that were met, parted by blanks; bounded, and emptied when it is full."""


def _learnt(words: list[str], language: str) -> list[str]:
    """Return the stems of words that are not in the table, and remember them; many at once cost a third."""
    table = _STEMS[language]
    found: list[str] = []
    for start in range(0, len(words), _LEARNT_AT_ONCE):
        some = words[start : start + _LEARNT_AT_ONCE]
        given = _stems_in_each([word for word in some if len(word) <= _LONGEST], language)
        if len(table) + len(given) > _REMEMBERED:
            table.clear()
        table.update(given)
        found += given.values()
    return found


def _stems_in_each(words: list[str], language: str) -> dict[str, str]:
    """Return what `_stems_of` says of each word, parted by blanks. No letter changes another over a line end."""
    ends = _BARE[language]
    plain = [word for word in words if len(word) >= _SHORTEST and word.isalpha() and not word.endswith(ends)]
    bare = folded("\n".join(plain)).split("\n")
    stemmed = folded("\n".join(_stemmer(language).stemWords(plain))).split("\n")
    given = {word: stem if stem != own else "" for word, own, stem in zip(plain, bare, stemmed, strict=False)}
    given.update([(word, " ".join(_stems_of(word, language))) for word in words if word not in given])
    return given


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

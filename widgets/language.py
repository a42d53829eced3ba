"""The reader's language: every string that a person reads passes through `_` or `ngettext` here."""

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

DOMAIN = "plantao"
_FOLDER = Path(__file__).parent / "locale"
_ASKED = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # as gettext asks them
_chosen: gettext.NullTranslations = gettext.NullTranslations()
_signs: Mapping[int, str] = {}  # of our sentences, as the terminal draws them


def choose_language(language: str | None = None) -> str:
    """Choose the language of all words from now on, and return the one found.

    Args:
        language: a locale name such as ``pt_BR``; `None` asks the environment, as gettext does.
    """
    global _chosen  # noqa: PLW0603 - one process speaks one language
    if language is None and not _may_be_translated(os.environ):
        _chosen = gettext.NullTranslations()
        return "en"
    _chosen = gettext.translation(DOMAIN, _FOLDER, [language] if language else None, fallback=True)
    return _chosen.info().get("language", "en")


def _may_be_translated(environment: Mapping[str, str]) -> bool:
    """Say whether the environment asks for a language that there is; gettext loads 2 ms of names to find none."""
    asked = next(filter(None, (environment.get(name) for name in _ASKED)), "")
    folders = os.listdir(_FOLDER)  # noqa: PTH208 - names are all that is wanted
    return any(one[:2].lower() in {folder[:2] for folder in folders} for one in asked.split(":"))


def draw_signs(signs: Mapping[str, str]) -> None:
    """Have signs in our own sentences drawn as others from now on; what is put into a sentence stays as it came.

    Args:
        signs: by the sign, what is drawn for it; empty where the terminal draws all.
    """
    global _signs  # noqa: PLW0603 - one process has one terminal
    _signs = str.maketrans(dict(signs))


def _(text: str) -> str:
    """Return `text` in the reader's language."""
    said = _chosen.gettext(text)
    return said.translate(_signs) if _signs else said


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a sentence that fits `count`."""
    said = _chosen.ngettext(one, many, count)
    return said.translate(_signs) if _signs else said


def drawn(own: str) -> str:
    """Return what is no sentence but a sign of ours, such as an arrow between two words, as the terminal draws it."""
    return own.translate(_signs) if _signs else own


def chosen_language() -> str:
    """Return the language of all words now."""
    return _chosen.info().get("language", "en")

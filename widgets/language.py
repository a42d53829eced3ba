"""The reader's language: every string that a person reads passes through `_` or `ngettext` here."""

import gettext
from pathlib import Path

DOMAIN = "plantao"
_FOLDER = Path(__file__).parent / "locale"
_chosen: gettext.NullTranslations = gettext.NullTranslations()


def choose_language(language: str | None = None) -> str:
    """Choose the language of all words from now on, and return the one found.

    Args:
        language: a locale name such as ``pt_BR``; `None` asks the environment, as gettext does.
    """
    global _chosen  # noqa: PLW0603 - one process speaks one language
    _chosen = gettext.translation(DOMAIN, _FOLDER, [language] if language else None, fallback=True)
    return _chosen.info().get("language", "en")


def _(text: str) -> str:
    """Return `text` in the reader's language."""
    return _chosen.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a sentence that fits `count`."""
    return _chosen.ngettext(one, many, count)


def chosen_language() -> str:
    """Return the language of all words now."""
    return _chosen.info().get("language", "en")

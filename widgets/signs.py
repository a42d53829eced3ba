"""Signs and what is drawn for them where the terminal has no Unicode; light, for the command line as well."""

import locale
from collections.abc import Mapping
from typing import Final

ASCII_SIGNS: Final[Mapping[str, str]] = {
    "▌": ">",
    "●": "*",
    "◆": "+",
    "×": "x",  # noqa: RUF001
    "›": ">",  # noqa: RUF001
    "→": ">",
    "↑": "^",
    "↓": "v",
    "─": "-",
    "│": "|",
    "┬": "+",
    "├": "+",
    "┤": "+",
    "┼": "+",
    "…": "~",
    "·": ".",
    "–": "-",  # noqa: RUF001
    "•": "*",
    "━": "=",
    "░": "-",
    "▒": "=",
    "▓": "%",
    **dict(zip("▁▂▃▄▅▆▇█", "__-===##", strict=True)),
    "—": "-",
    "←": "<",
    "≥": ">",
    "▲": "^",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "‘": "'",  # noqa: RUF001
    "’": "'",  # noqa: RUF001
    "\u00a0": " ",
}
"""What stands for each sign where the terminal has no Unicode, as wide as it; for ours, never for letters of mail."""


def draws_letters_alone(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal draws no signs but those of ASCII.

    Python itself speaks UTF-8 where the locale is C (PEP 540): that says nothing of what the terminal can draw.
    A locale that is not installed, as on a server reached by SSH, makes the C library speak ASCII: its name counts.
    """
    named = next(filter(None, (environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    return environ.get("TERM") == "linux" or "utf" not in f"{named} {locale.getencoding()}".lower()
